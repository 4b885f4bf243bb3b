//! Record batches, format v2 (Kafka `DefaultRecordBatch`): the unit of append, checksum and fetch (L7).

mod codec;
mod decode;
mod encode;
mod error;
mod filter;
mod header;
mod legacy;
mod marker;
mod produced;
mod record;
mod varint;

pub use decode::Batch;
pub use encode::{NewBatch, Producer};
pub use error::BatchError;
pub use header::{Attributes, BatchHeader, Compression, HEADER_BYTES, sequence_after};
pub use legacy::LegacyMessage;
pub use marker::{EndMarker, Marker, Outcome};
pub use record::{NewRecord, Record, RecordHeader};

/// The largest batch that is written, in bytes. Kafka's `message.max.bytes` is a megabyte by default; the bound here
/// only keeps lengths inside what the format can say.
pub const MAX_BATCH_BYTES: usize = 64 << 20;

#[cfg(test)]
mod tests;
