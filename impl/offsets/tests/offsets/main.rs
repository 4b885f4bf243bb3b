//! The offsets topic from outside: one binary, since linking one each costs more than running them.

mod any_bytes;
mod batches;
mod catalogue;
mod compaction;
