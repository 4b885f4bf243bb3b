//! No content of a segment file makes recovery panic, or fail but for a format that is not ours; and recovering twice is
//! recovering once (L9, L10).

use std::sync::Arc;

use plimsoll_disk::{Disk, SimDisk};
use plimsoll_log::{Batch, Log, LogConfig, LogError, NewBatch, NewRecord, RecoveryReport};
use proptest::prelude::*;

const FILE: &str = "p-0/00000000000000000000.log";

fn open(disk: &mut SimDisk) -> Result<(Log, RecoveryReport), LogError> {
    Log::open(disk, "p-0", Arc::new(LogConfig::default()), 0)
}

fn batch(values: &[Vec<u8>], at: i64) -> Vec<u8> {
    let record = |value: &Vec<u8>| NewRecord {
        value: Some(value.as_slice().into()),
        ..NewRecord::default()
    };
    let batch = NewBatch {
        records: values.iter().map(record).collect(),
        ..NewBatch::default()
    };
    batch.encode(at, 0).expect("small")
}

fn recovers_twice_alike(content: &[u8]) -> Result<(), TestCaseError> {
    let mut disk = SimDisk::new();
    open(&mut disk).unwrap();
    disk.write_at(FILE, 0, content).unwrap();
    let (log, report) = match open(&mut disk) {
        Err(LogError::Magic { position, .. }) => {
            prop_assert!(![0, 2].contains(&content[position as usize + 16]));
            prop_assert_eq!(disk.read_at(FILE, 0, usize::MAX).unwrap(), content);
            return Ok(());
        }
        opened => opened.unwrap(),
    };
    prop_assert_eq!(
        report.kept_bytes + report.truncated_bytes,
        content.len() as u64
    );
    prop_assert_eq!(
        disk.read_at(FILE, 0, usize::MAX).unwrap(),
        &content[..report.kept_bytes as usize]
    );
    let batches = log.read(&disk, 0, i64::MAX, usize::MAX).unwrap();
    prop_assert_eq!(batches.len() as u64, report.batches);
    let decoded: usize = batches
        .iter()
        .filter_map(|b| b.records().ok())
        .map(|r| r.len())
        .sum();
    prop_assert!(decoded <= content.len());
    let (_, again) = open(&mut disk).unwrap();
    prop_assert_eq!(
        (again.truncated_bytes, again.log_end_offset),
        (0, report.log_end_offset)
    );
    Ok(())
}

proptest! {
    #[test]
    fn arbitrary_content(content: Vec<u8>) {
        recovers_twice_alike(&content)?;
    }

    #[test]
    fn batches_with_one_byte_changed(values: Vec<Vec<u8>>, at: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
        prop_assume!(!values.is_empty());
        let mut content = [batch(&values, 0), batch(&values, values.len() as i64)].concat();
        let at = at.index(content.len());
        content[at] = byte;
        recovers_twice_alike(&content)?;
        content.truncate(cut.index(content.len()));
        recovers_twice_alike(&content)?;
    }

    /// A right checksum is no protection: the records themselves may be anything.
    #[test]
    fn records_that_are_not(records: Vec<u8>, count: i32, delta: i32) {
        let mut bytes = batch(&[Vec::new()], 0);
        bytes.truncate(61);
        bytes.extend_from_slice(&records);
        bytes[8..12].copy_from_slice(&(49 + records.len() as i32).to_be_bytes());
        bytes[23..27].copy_from_slice(&delta.to_be_bytes());
        bytes[57..61].copy_from_slice(&count.to_be_bytes());
        let checksum = crc32c::crc32c(&bytes[21..]);
        bytes[17..21].copy_from_slice(&checksum.to_be_bytes());
        if let Ok(batch) = Batch::parse(&bytes)
            && let Ok(found) = batch.records()
        {
            prop_assert_eq!(found.len(), count as usize);
        }
        recovers_twice_alike(&bytes)?;
    }
}
