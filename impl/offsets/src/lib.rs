//! The offsets topic: key and value formats, routing, and the cache that is rebuilt by replay.
//!
//! * [`OffsetsRecord`]: what a record of `__consumer_offsets` means, with its codec (semantics §4.2).
//! * [`partition_for`]: which partition a group's records go to (S10, §4.3).
//! * [`Cache`]: the state that the records up to an offset add up to, seen at the log's end and at the high watermark.

mod cache;
mod codec;
mod record;
mod routing;
mod timeline;

pub use cache::Cache;
pub use codec::{CodecError, decode, encode};
pub use record::{Bytes, CommittedOffset, GroupMetadata, MemberMetadata, OffsetsRecord, Text};
pub use routing::{java_hash, partition_for};
pub use timeline::Timeline;
