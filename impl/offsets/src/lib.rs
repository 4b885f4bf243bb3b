//! The offsets topic: key and value formats, routing, and the cache that is rebuilt by replay.
//!
//! * [`OffsetsRecord`]: what a record of `__consumer_offsets` means, with its codec.
//! * [`partition_for`]: which partition a group's records go to (S10).
//! * [`Cache`]: the state that the records up to an offset add up to, seen at the log's end and at the high watermark,
//!   and the commits that wait for a transaction's marker. [`Entry`] is what it is fed with, and
//!   [`entries`] what a batch of the log has of them.
//! * [`Cache::expired`]: which offsets nobody needs any more (KIP-211).

mod batch;
mod cache;
mod codec;
mod consumer;
mod decisions;
mod entry;
mod expiry;
mod record;
mod routing;
mod timeline;

pub use batch::{EntriesError, entries};
pub use cache::{Cache, Ended, PendingOffset, Producer};
pub use codec::{
    CodecError, GroupKind, OtherGroup, RecordKey, decode, decode_key, decode_value, encode,
    other_group, record_type_name,
};
pub use consumer::{ConsumerGroupEpoch, CurrentAssignment, MemberState, TopicPartitions};
pub use decisions::{Decisions, KeyOf, Materialise, Newer, PendingUnderTombstone, Routing};
pub use entry::{Entry, Malformed, Part};
pub use expiry::{Expired, RetentionBase};
pub use record::{Bytes, CommittedOffset, GroupMetadata, MemberMetadata, OffsetsRecord, Text};
pub use routing::{OFFSETS_TOPIC, java_hash, partition_for};
pub use timeline::Timeline;
