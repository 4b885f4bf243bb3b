//! How a story calls what is on the disk, and what is in the log.

use plimsoll_disk::{Disk, SimDisk};
use plimsoll_log::{Log, Segment};
use plimsoll_model::storage::{Batch, Kind, Record, StorageLog};

use super::{run_step::DIRECTORY, view::RealLog};

/// A file or directory, by the last part of its path.
pub(super) fn file(path: &str) -> String {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    let (stem, ending) = name.split_once('.').unwrap_or((name, ""));
    let base = Segment::parse_name(&format!("{stem}.log"));
    match (base, ending) {
        (Some(base), "log") => format!("segment {base}"),
        (Some(base), "index") => format!("the offset index of segment {base}"),
        (Some(base), "timeindex") => format!("the time index of segment {base}"),
        (Some(base), other) => format!("segment {base} ({})", other.trim_start_matches("log")),
        _ if path.is_empty() => "the root directory".to_owned(),
        _ if path == DIRECTORY => "the log's directory".to_owned(),
        _ => name.to_owned(),
    }
}

/// The files of a disk, with their lengths.
pub(super) fn files(disk: &SimDisk) -> String {
    let names = disk.list(DIRECTORY).unwrap_or_default();
    let description = names.iter().map(|name| {
        let bytes = disk.len(&format!("{DIRECTORY}/{name}")).unwrap_or(0);
        format!("{} {bytes} bytes", file(name))
    });
    match description.collect::<Vec<_>>() {
        none if none.is_empty() => "no file".to_owned(),
        files => files.join(", "),
    }
}

fn record(key: Option<u64>, value: Option<u64>) -> String {
    let key = key.map_or('-', |key| char::from(b'a' + (key % 26) as u8));
    match value {
        Some(value) => format!("{key}={value}"),
        None => format!("{key} deleted"),
    }
}

/// A batch of records, as it was sent.
pub(super) fn records(records: &[(Option<u8>, Option<u32>, i64)]) -> String {
    let description = records
        .iter()
        .map(|(key, value, _)| record(key.map(u64::from), value.map(u64::from)));
    format!("[{}]", description.collect::<Vec<_>>().join(" "))
}

/// What was written.
pub(super) fn written(log: &StorageLog) -> String {
    let description = log.batches.iter().map(|batch: &Batch| {
        let pair = |r: &Record| (r.key, r.value, r.timestamp_ms);
        let held: Vec<_> = batch.records.iter().map(pair).collect();
        match batch.kind {
            Kind::Marker(ending) => format!("[{ending:?}]").to_lowercase(),
            Kind::Transactional => format!("{} in a transaction", records(&held)),
            Kind::Plain => records(&held),
        }
    });
    listed(description.collect())
}

/// What readers find in a log.
pub(super) fn found(log: &Log, disk: &SimDisk, written: &StorageLog) -> String {
    use plimsoll_promises::storage::{BatchKind, LogView as _};
    let range = format!(
        "offsets {} to {}",
        log.log_start_offset(),
        log.log_end_offset()
    );
    let Ok(found) = RealLog::of(log, disk, written) else {
        return format!("{range}, which cannot be read");
    };
    let description = found.batches().iter().map(|batch| {
        let held = batch.records.iter().map(|r| record(r.key, r.value));
        let held = format!("[{}]", held.collect::<Vec<_>>().join(" "));
        let what = match batch.kind {
            BatchKind::Marker { committed: true } => "[commit]".to_owned(),
            BatchKind::Marker { committed: false } => "[abort]".to_owned(),
            BatchKind::Transactional => format!("{held} in a transaction"),
            BatchKind::Plain => held,
        };
        format!("{}: {what}", batch.base)
    });
    format!("{range}: {}", listed(description.collect()))
}

fn listed(description: Vec<String>) -> String {
    match description.is_empty() {
        true => "nothing".to_owned(),
        false => description.join(", "),
    }
}
