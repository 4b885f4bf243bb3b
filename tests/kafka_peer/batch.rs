//! What was appended, by either side.

use std::sync::Arc;

use plimsoll_log::Batch;
use plimsoll_offsets::{Entry, OffsetsRecord, encode, entries};

/// A batch: when it was written, and what stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Appended {
    pub(crate) at_ms: i64,
    pub(crate) entries: Vec<Entry>,
}

impl Appended {
    /// Kafka's batch. Its records must be the very bytes that we write for what they say.
    pub(crate) fn decode(hex: &str) -> Result<Appended, String> {
        let batch = Batch::parse(&bytes(hex)?).map_err(|error| format!("{error}: {hex}"))?;
        let found = entries(&batch).map_err(|error| format!("{error}: {hex}"))?;
        let found: Vec<Entry> = found.into_iter().map(|(_, entry)| entry).collect();
        if !batch.header().attributes.is_control() {
            let records = batch.records().map_err(|error| error.to_string())?;
            for (record, entry) in records.iter().zip(&found) {
                let Entry::Record { record: said, .. } = entry else {
                    continue;
                };
                let (key, value) = encode(said).map_err(|error| error.to_string())?;
                let same = record.key.as_deref() == Some(&*key)
                    && record.value.as_deref() == value.as_deref();
                if !same {
                    return Err(format!(
                        "Kafka has other bytes for {said:?}:\n  {record:?}\n  ours {key:?} {value:?}"
                    ));
                }
            }
        }
        Ok(Appended {
            at_ms: batch.header().base_timestamp_ms,
            entries: found,
        }
        .sorted())
    }

    /// With members, and tombstones beside each other, in an order of their own: Kafka takes them from hash maps.
    pub(crate) fn sorted(mut self) -> Appended {
        for entry in &mut self.entries {
            if let Entry::Record {
                record:
                    OffsetsRecord::Group {
                        value: Some(value), ..
                    },
                ..
            } = entry
            {
                let members = &mut Arc::make_mut(value).members;
                members.sort_by(|a, b| a.member_id.cmp(&b.member_id));
            }
        }
        if self.entries.iter().all(is_tombstone) {
            self.entries
                .sort_by_cached_key(|entry| format!("{entry:?}"));
        }
        self
    }
}

fn is_tombstone(entry: &Entry) -> bool {
    let Entry::Record { record, .. } = entry else {
        return false;
    };
    matches!(
        record,
        OffsetsRecord::Offset { value: None, .. } | OffsetsRecord::Group { value: None, .. }
    )
}

fn bytes(hex: &str) -> Result<Vec<u8>, String> {
    let byte = |at: usize| {
        let digits = hex.get(at..at + 2).ok_or("half a byte")?;
        u8::from_str_radix(digits, 16).map_err(|error| format!("{digits}: {error}"))
    };
    (0..hex.len()).step_by(2).map(byte).collect()
}
