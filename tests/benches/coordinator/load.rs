//! Loading a log of commits, against only decoding it; and the memory that a loaded key takes.

use std::hint::black_box;
use std::sync::Arc;

use plimsoll_coordinator::Timestamp;
use plimsoll_disk::RealDisk;
use plimsoll_log::{LogConfig, NewBatch, NewRecord};
use plimsoll_offsets::{CommittedOffset, OffsetsRecord, encode};
use plimsoll_service::{Loaded, OffsetsLog, SharedLog, SharedShard};
use plimsoll_shard::{PartitionLog, Shard};

use crate::interleaved::{medians, timed};
use crate::requests;

/// Groups with as many partitions each.
const GROUPS: usize = 10_000;
const PARTITIONS: usize = 10;
const KEYS: usize = GROUPS * PARTITIONS;
const ROUNDS: usize = 5;
const NOW: Timestamp = Timestamp(1_700_000_000_000);

type Log = OffsetsLog<RealDisk>;

/// `records` commits, each batch those of one group.
fn write(directory: &std::path::Path, records: usize) {
    let mut disk = RealDisk::open(directory).expect("a directory of its own");
    let (mut log, _) = plimsoll_log::Log::open(&mut disk, "0", config(), 0).expect("it is empty");
    for number in 0..records / PARTITIONS {
        let group = requests::group(number % GROUPS);
        let record = |partition: usize| {
            let value = CommittedOffset {
                offset: number as i64,
                leader_epoch: 3,
                metadata: "".into(),
                commit_timestamp_ms: NOW.0,
                expire_timestamp_ms: -1,
                topic_id: None,
            };
            let record = OffsetsRecord::Offset {
                group: group.as_str().into(),
                topic: requests::TOPIC.into(),
                partition: partition as i32,
                value: Some(value),
            };
            let (key, value) = encode(&record).expect("names are short");
            NewRecord {
                key: Some(key),
                value,
                ..NewRecord::default()
            }
        };
        let batch = NewBatch {
            timestamp_ms: NOW.0,
            records: (0..PARTITIONS).map(record).collect(),
            ..NewBatch::default()
        };
        let batch = batch.build().expect("it is small");
        log.append(&mut disk, &batch, 0, NOW.0)
            .expect("there is room");
    }
    log.close(&mut disk).expect("the disk is well");
}

fn config() -> Arc<LogConfig> {
    Arc::new(LogConfig {
        segment_bytes: 104_857_600,
        compact: true,
        retention_ms: None,
        ..LogConfig::default()
    })
}

fn open(directory: &std::path::Path) -> Log {
    let disk = RealDisk::open(directory).expect("a directory of its own");
    let log = OffsetsLog::open(disk, "0", &config()).expect("it was closed well");
    log.lead(1);
    log
}

/// Loads the shard in an epoch of its own.
fn load(shard: &SharedShard<Log>, leader_epoch: i32, records: usize) {
    shard.log().lead(leader_epoch);
    shard.elect(NOW, leader_epoch);
    let loaded = shard.load(&|| NOW, leader_epoch);
    let records = records as u64;
    assert_eq!(loaded, Loaded::Active { records });
}

/// Resident memory of this process in bytes; none where the system does not say.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1_024)
}

pub fn compare(records: usize) {
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    // In another thread, so that what it has allocated is given back.
    std::thread::scope(|scope| {
        scope.spawn(|| write(directory.path(), records));
    });
    let before = resident();
    let shard = Shard::new(&requests::coordinator(-1));
    let shard = SharedShard::new(open(directory.path()), shard, 600_000);
    load(&shard, 1, records);
    let after = resident();
    let epoch = std::cell::Cell::new(1);
    assert_eq!(decode(shard.log()), records);
    let times = medians(
        ROUNDS,
        &[
            &|| {
                // The state before is dropped with the clock stopped.
                shard.resign(NOW, epoch.get());
                epoch.set(epoch.get() + 1);
                timed(|| load(&shard, epoch.get(), records))
            },
            &|| timed(|| decode(shard.log())),
        ],
    );
    let rate = |way: usize| records as f64 / times[way].as_secs_f64();
    println!(
        "load of {records} commits over {KEYS} keys: {:.0} records/s; only decoding {:.0} records/s; ratio {:.2} of its rate",
        rate(0),
        rate(1),
        rate(0) / rate(1)
    );
    match before.zip(after) {
        Some((before, after)) => println!(
            "loaded, a key takes {} bytes of resident memory, its share of the group included",
            after.saturating_sub(before) / KEYS as u64
        ),
        None => println!("resident memory: this system does not say"),
    }
}

/// Every record of the log, as a load decodes it.
fn decode(log: &Log) -> usize {
    let (mut next, end) = log.look(|log| (log.log_start_offset(), log.log_end_offset()));
    let mut records = 0;
    while next < end {
        let mut each = |_, entry| {
            black_box(entry);
            records += 1;
        };
        let read = log.lock().read(next, end, &mut each);
        next = read.expect("it was written well");
    }
    records
}
