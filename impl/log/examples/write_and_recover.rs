//! The log by itself, on real files: append, sync, read, and open again.
//!
//! `cargo run -p plimsoll-log --example write_and_recover -- DIR` (an empty or a new directory)

use std::{error::Error, path::Path, sync::Arc};

use plimsoll_disk::RealDisk;
use plimsoll_log::{Log, LogConfig, NewBatch, NewRecord};

const PARTITION: &str = "orders-0";
const LEADER_EPOCH: i32 = 0;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args()
        .nth(1)
        .ok_or("usage: write_and_recover DIR")?;
    std::fs::create_dir_all(&directory)?;
    let config = Arc::new(LogConfig::default());
    let now_ms = 1_700_000_000_000;

    let mut disk = RealDisk::open(Path::new(&directory))?;
    let (mut log, _) = Log::open(&mut disk, PARTITION, config.clone(), now_ms)?;
    let begin = log.log_end_offset();
    for value in ["first", "second"] {
        let batch = NewBatch {
            timestamp_ms: now_ms,
            records: vec![NewRecord {
                value: Some(value.as_bytes().into()),
                ..NewRecord::default()
            }],
            ..NewBatch::default()
        };
        let appended = log.append(&mut disk, &batch.build()?, LEADER_EPOCH, now_ms)?;
        println!("{value:?} at offset {}", appended.base_offset);
    }
    // Until here a power cut may take both. Afterwards it must not: this is when a producer may be told.
    log.sync(&mut disk)?;
    assert_eq!(log.synced_end_offset(), begin + 2);

    // Not closed in good order, as after a crash: what was synced is there.
    drop(log);
    let (log, report) = Log::open(&mut disk, PARTITION, config, now_ms)?;
    println!("opened again: {report:?}");
    for batch in log.read(&disk, begin, log.log_end_offset(), usize::MAX)? {
        for record in batch.records()? {
            let value =
                String::from_utf8_lossy(record.value.as_deref().unwrap_or_default()).into_owned();
            println!("offset {}: {value:?}", record.offset);
        }
    }
    Ok(())
}
