//! The log engine from outside: one binary, since linking one each costs more than running them.

mod any_batch;
mod any_bytes;
mod append_and_read;
mod bad_input;
mod batch_bits;
mod batch_kinds;
mod batch_laws;
mod checkpoint;
mod clean_crash;
mod clean_reopened;
mod clean_replay;
mod clean_rules;
mod clean_transactions;
mod compaction;
mod dry_run_recovery;
mod engine;
mod faults;
mod log_start_and_recovery_point;
mod producers;
mod recovery;
mod retention;
mod segments;
mod split_sync;
mod transactions;
mod written_again;
