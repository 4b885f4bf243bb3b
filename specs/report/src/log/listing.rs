//! The batches of a partition, a line each: they are too many for a table that has to be whole before it is shown.

use super::{Batch, Record};
use crate::offsets::utc;
use crate::text::counted;

/// The line above the batches.
pub fn batch_header() -> String {
    row([
        "offsets",
        "byte",
        "bytes",
        "codec",
        "records",
        "producer",
        "epoch",
        "sequence",
        "leader",
        "last time (UTC)",
        "",
    ])
}

/// A batch.
pub fn batch_line(batch: &Batch) -> String {
    let or_dash = |number: i64| match number {
        ..0 => "–".to_owned(),
        number => number.to_string(),
    };
    let range = |first: i64, last: i64| match first == last {
        true => first.to_string(),
        false => format!("{first}–{last}"),
    };
    let sequence = match batch.base_sequence {
        ..0 => "–".to_owned(),
        base => range(base.into(), batch.last_sequence.into()),
    };
    row([
        &range(batch.base_offset, batch.last_offset),
        &batch.byte.to_string(),
        &batch.bytes.to_string(),
        &batch.codec,
        &batch.records.to_string(),
        &or_dash(batch.producer_id),
        &or_dash(batch.producer_epoch.into()),
        &sequence,
        &or_dash(batch.leader_epoch.into()),
        &utc(batch.max_timestamp_ms),
        &kinds(batch),
    ])
}

/// What is special about it.
fn kinds(batch: &Batch) -> String {
    let mut kinds = Vec::new();
    kinds.extend(batch.transactional.then(|| "transactional".to_owned()));
    kinds.extend(
        batch
            .control
            .as_ref()
            .map(|control| format!("control: {control}")),
    );
    kinds.extend(
        batch
            .delete_horizon_ms
            .map(|ms| format!("delete horizon {}", utc(ms))),
    );
    kinds.extend(batch.append_time.then(|| "append time".to_owned()));
    kinds.extend((!batch.checksum_ok).then(|| format!("DAMAGED: checksum {}", batch.checksum)));
    kinds.join(", ")
}

fn row(cells: [&str; 11]) -> String {
    const WIDTHS: [usize; 11] = [15, 10, 8, 6, 7, 8, 5, 11, 6, 23, 0];
    let mut line = String::from(" ");
    for (cell, width) in cells.into_iter().zip(WIDTHS) {
        line.push(' ');
        line.extend(std::iter::repeat_n(
            ' ',
            width.saturating_sub(cell.chars().count()),
        ));
        line.push_str(cell);
    }
    line.truncate(line.trim_end().len());
    line.push('\n');
    line
}

/// A record, below its batch.
pub fn record_line(record: &Record) -> String {
    let side = |bytes: Option<usize>, shown: &Option<String>, none: &str| match (bytes, shown) {
        (Some(bytes), Some(shown)) => format!("“{shown}” ({})", counted(bytes as u64, "byte")),
        _ => none.to_owned(),
    };
    let headers = match record.headers.is_empty() {
        true => String::new(),
        false => format!(", headers {}", record.headers.join(", ")),
    };
    format!(
        "      {} at {}: key {}, value {}{headers}\n",
        record.offset,
        utc(record.timestamp_ms),
        side(record.key_bytes, &record.key, "none"),
        side(record.value_bytes, &record.value, "none"),
    )
}
