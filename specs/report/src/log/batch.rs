//! Batches and records, as they are told.

use plimsoll_log::{BatchError, BatchHeader, Marker, Outcome};
use serde::Serialize;

use crate::text::quoted;

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Batch {
    /// The segment file.
    pub file: String,
    /// Where the batch begins in it.
    pub byte: u64,
    /// Its length.
    pub bytes: u64,
    /// Offset of its first record.
    pub base_offset: i64,
    /// Offset of its last record, there or compacted away.
    pub last_offset: i64,
    /// Records in it.
    pub records: i32,
    /// How they are compressed.
    pub codec: String,
    /// Epoch of the leader that appended it.
    pub leader_epoch: i32,
    /// The producer's id, −1 for none.
    pub producer_id: i64,
    /// The producer's epoch, −1 for none.
    pub producer_epoch: i16,
    /// The producer's number of the first record, −1 for none.
    pub base_sequence: i32,
    /// The producer's number of the last record, −1 for none.
    pub last_sequence: i32,
    /// Whether it belongs to a transaction.
    pub transactional: bool,
    /// What a control batch says: `commit`, `abort`, `type N`, `emptied` by compaction, or `unreadable`.
    pub control: Option<String>,
    /// When compaction may drop its tombstones or its marker, in milliseconds since the epoch.
    pub delete_horizon_ms: Option<i64>,
    /// Whether the broker set the time of its records.
    pub append_time: bool,
    /// The latest time of a record, in milliseconds since the epoch.
    pub max_timestamp_ms: i64,
    /// The checksum in its header.
    pub checksum: String,
    /// Whether it fits the bytes.
    pub checksum_ok: bool,
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Its offset.
    pub offset: i64,
    /// Its time, in milliseconds since the epoch.
    pub timestamp_ms: i64,
    /// Length of the key, none without one.
    pub key_bytes: Option<usize>,
    /// The beginning of the key, bytes that are no text as `\xNN`.
    pub key: Option<String>,
    /// Length of the value; none for a tombstone.
    pub value_bytes: Option<usize>,
    /// The beginning of the value.
    pub value: Option<String>,
    /// The names of its headers.
    pub headers: Vec<String>,
}

/// How a batch is told: by its header alone if its checksum is wrong.
pub fn batch(
    file: &str,
    byte: u64,
    header: &BatchHeader,
    whole: Option<&plimsoll_log::Batch>,
) -> Batch {
    let attributes = header.attributes;
    Batch {
        file: file.to_owned(),
        byte,
        bytes: header.total_bytes() as u64,
        base_offset: header.base_offset,
        last_offset: header.last_offset(),
        records: header.records_count,
        codec: attributes.compression().to_string(),
        leader_epoch: header.leader_epoch,
        producer_id: header.producer_id,
        producer_epoch: header.producer_epoch,
        base_sequence: header.base_sequence,
        last_sequence: header.last_sequence(),
        transactional: attributes.is_transactional(),
        control: attributes.is_control().then(|| control(whole)),
        delete_horizon_ms: header.delete_horizon_ms(),
        append_time: attributes.is_append_time(),
        max_timestamp_ms: header.max_timestamp_ms,
        checksum: format!("{:#010x}", header.checksum),
        checksum_ok: whole.is_some(),
    }
}

fn control(whole: Option<&plimsoll_log::Batch>) -> String {
    match whole.map(plimsoll_log::Batch::marker) {
        Some(Ok(Some(Marker::End(end)))) => match end.outcome {
            Outcome::Commit => "commit".to_owned(),
            Outcome::Abort => "abort".to_owned(),
        },
        Some(Ok(Some(Marker::Other { kind }))) => format!("type {kind}"),
        Some(Ok(None)) => "emptied".to_owned(),
        Some(Err(_)) | None => "unreadable".to_owned(),
    }
}

/// The records of a batch that can be read, and what is wrong behind them.
pub fn records(batch: &plimsoll_log::Batch) -> (Vec<Record>, Option<BatchError>) {
    let (records, wrong) = batch.readable_records();
    let description = records.into_iter().map(|record| Record {
        offset: record.offset,
        timestamp_ms: record.timestamp_ms,
        key_bytes: record.key.as_deref().map(<[u8]>::len),
        key: record.key.as_deref().map(beginning),
        value_bytes: record.value.as_deref().map(<[u8]>::len),
        value: record.value.as_deref().map(beginning),
        headers: record
            .headers
            .iter()
            .map(|header| quoted(&header.key))
            .collect(),
    });
    (description.collect(), wrong)
}

/// As much as fits in a line.
fn beginning(bytes: &[u8]) -> String {
    const SHOWN_BYTES: usize = 60;
    let (shown, more) = match bytes.get(..SHOWN_BYTES) {
        Some(shown) if bytes.len() > SHOWN_BYTES => (shown, "…"),
        _ => (bytes, ""),
    };
    let mut description = String::new();
    for chunk in shown.utf8_chunks() {
        description.push_str(&quoted(chunk.valid()));
        description.push_str(&chunk.invalid().escape_ascii().to_string());
    }
    description + more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_do_not_disturb_a_terminal() {
        assert_eq!(
            beginning(b"\0\x01orders\xff\x1b[2J"),
            "\\0\\u{1}orders\\xff\\u{1b}[2J"
        );
        assert_eq!(beginning(&[b'x'; 60]), "x".repeat(60));
        assert_eq!(beginning(&[b'x'; 61]), "x".repeat(60) + "…");
    }
}
