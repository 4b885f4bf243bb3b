//! What a tick costs while many groups are idle: members with sessions that do not end, offsets that do not expire.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use plimsoll_coordinator::Timestamp;
use plimsoll_disk::RealDisk;
use plimsoll_log::{LogConfig, NewBatch, NewRecord};
use plimsoll_offsets::{GroupMetadata, MemberMetadata, OffsetsRecord, encode};
use plimsoll_service::{Loaded, OffsetsLog, SharedShard};
use plimsoll_shard::Shard;

use crate::interleaved::{medians, timed};
use crate::requests;

const FEW: usize = 1_000;
const MANY: usize = 100_000;
const TICKS: i64 = 100_000;
const SLICES: i64 = 200;
const ROUNDS: usize = 9;
const NOW: i64 = 1_700_000_000_000;
/// Longer than the ticks last.
const EXPIRY_INTERVAL_MS: u64 = 1 << 40;

type Idle = SharedShard<OffsetsLog<RealDisk>>;

fn group(number: usize) -> OffsetsRecord {
    OffsetsRecord::Group {
        group: requests::group(number).into(),
        value: Some(Arc::new(GroupMetadata {
            protocol_type: "consumer".into(),
            generation: 1,
            protocol: Some("range".into()),
            leader: Some(requests::MEMBER.into()),
            state_timestamp_ms: NOW,
            members: vec![MemberMetadata {
                member_id: requests::MEMBER.into(),
                instance_id: None,
                client_id: "consumer-1".into(),
                client_host: "10.0.0.1".into(),
                rebalance_timeout_ms: i32::MAX,
                session_timeout_ms: i32::MAX,
                subscription: vec![0; 24].into(),
                assignment: vec![0; 32].into(),
            }],
        })),
    }
}

/// A shard with so many stable groups of one member each.
fn idle(groups: usize, directory: &std::path::Path, expiry_interval_ms: u64) -> Idle {
    let mut disk = RealDisk::open(directory).expect("a directory of its own");
    let config = Arc::new(LogConfig::default());
    let (mut log, _) =
        plimsoll_log::Log::open(&mut disk, "0", Arc::clone(&config), 0).expect("it is empty");
    for number in 0..groups {
        let (key, value) = encode(&group(number)).expect("names are short");
        let batch = NewBatch {
            timestamp_ms: NOW,
            records: vec![NewRecord {
                key: Some(key),
                value,
                ..NewRecord::default()
            }],
            ..NewBatch::default()
        };
        let batch = batch.build().expect("it is small");
        log.append(&mut disk, &batch, 0, NOW)
            .expect("there is room");
    }
    log.close(&mut disk).expect("the disk is well");
    let log = OffsetsLog::open(disk, "0", &config).expect("it was closed well");
    log.lead(1);
    let shard = Shard::new(&requests::coordinator(-1));
    let shard = SharedShard::new(log, shard, expiry_interval_ms);
    let now = Timestamp(NOW);
    shard.elect(now, 1);
    let records = groups as u64;
    assert_eq!(shard.load(&|| now, 1), Loaded::Active { records });
    shard
}

/// A tick each millisecond, of a time that goes on from round to round.
fn ticks(shard: &Idle, clock: &Cell<i64>) -> Duration {
    let begun = clock.replace(clock.get() + TICKS);
    timed(|| (begun..begun + TICKS).for_each(|ms| shard.tick(Timestamp(ms))))
}

/// The median of the ticks in which a pass looks for expired offsets, one slice of the groups each.
fn slice(shard: &Idle, clock: &Cell<i64>) -> Duration {
    let begun = clock.replace(clock.get() + SLICES);
    let tick = |ms| timed(|| shard.tick(Timestamp(ms)));
    let mut times: Vec<Duration> = (begun..begun + SLICES).map(tick).collect();
    times.sort();
    times[times.len() / 2]
}

pub fn compare() {
    let directories =
        [(); 4].map(|()| tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory"));
    let few = idle(FEW, directories[0].path(), EXPIRY_INTERVAL_MS);
    let many = idle(MANY, directories[1].path(), EXPIRY_INTERVAL_MS);
    let clocks = [(); 4].map(|()| Cell::new(NOW + 1));
    let times = medians(
        ROUNDS,
        &[&|| ticks(&few, &clocks[0]), &|| ticks(&many, &clocks[1])],
    );
    let ns = |time: Duration| time.as_nanos() as f64 / TICKS as f64;
    println!(
        "idle groups: a tick takes {:.0} ns with {MANY}, {:.0} ns with {FEW}; ratio {:.2} times",
        ns(times[1]),
        ns(times[0]),
        ns(times[1]) / ns(times[0])
    );
    let few = idle(FEW, directories[2].path(), 1);
    let many = idle(MANY, directories[3].path(), 1);
    let times = medians(
        ROUNDS,
        &[&|| slice(&few, &clocks[2]), &|| slice(&many, &clocks[3])],
    );
    println!(
        "idle groups, looking for expired offsets: a tick takes {:.0?} with {MANY}, {:.0?} with {FEW}; ratio {:.2} times",
        times[1],
        times[0],
        times[1].as_secs_f64() / times[0].as_secs_f64()
    );
}
