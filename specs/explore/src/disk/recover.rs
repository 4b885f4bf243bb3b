//! What recovery makes of a disk after a power cut, and a fixed probe of the log that comes out.

use std::sync::Arc;

use plimsoll_disk::SimDisk;
use plimsoll_log::{Log, LogConfig, RecoveryReport};
use plimsoll_model::storage::{Sent, StorageLog};
use plimsoll_promises::{
    Broken, Offset,
    group::l1::acknowledged_are_read,
    storage::{
        Answer, Batch, LogView, Summary, broken_in, cut_short_alike, goes_on, is_readable,
        keyless_is_refused, old_or_new, recovered_alike, recovered_is_prefix, recovery_opens,
        retry_is_recognised, runs,
    },
};

use super::{
    coverage::Coverage,
    expect::{WrittenLog, batch},
    recorder::Recorder,
    run_step::{DIRECTORY, answer, ruled, wire},
    state::Off,
    view::RealLog,
    workload::{PLAIN, next_sequence, sent_before},
};

/// A leader epoch that no workload reaches.
const PROBE_EPOCH: i32 = 100;

/// What came of a recovery.
pub(super) struct Recovered {
    /// What the disk was like before each of its operations, and after the last.
    pub(super) disks: Vec<SimDisk>,
    /// What the operations were, if it is to be told.
    pub(super) operations: Vec<String>,
    /// The log in short; `None` if there is none.
    pub(super) summary: Option<Summary>,
    /// What it broke, the probe included.
    pub(super) broken: Vec<Broken>,
    /// What was met.
    pub(super) met: Coverage,
    /// The log that came out, with what recovery says it did.
    pub(super) opened: Option<(Log, RecoveryReport)>,
}

/// Recovers, and probes the log that comes out.
pub(super) fn recover(off: &Off, config: &Arc<LogConfig>, rendering: bool) -> Recovered {
    let mut recorder = Recorder::new(off.disk.clone(), rendering);
    let opened = Log::open(&mut recorder, DIRECTORY, config.clone(), off.open.now_ms);
    let (disk, mut disks, operations) = recorder.done();
    disks.push(disk.clone());
    let mut recovered = Recovered {
        disks,
        operations,
        summary: None,
        broken: Vec::new(),
        met: Coverage::default(),
        opened: None,
    };
    match opened {
        Ok((log, report)) => {
            recovered.met.recovered(&off.disk, &report);
            probe(off, &log, &disk, &mut recovered);
            recovered.opened = Some((log, report));
        }
        Err(error) => recovered
            .broken
            .extend(recovery_opens(Some(&error.to_string())).err()),
    }
    recovered
}

/// Everything that is asked of a recovered log.
fn probe(off: &Off, log: &Log, disk: &SimDisk, recovered: &mut Recovered) {
    let found = match RealLog::of(log, disk, &off.open.log) {
        Ok(found) => found,
        Err(error) => return recovered.broken.extend(is_readable(Some(&error)).err()),
    };
    let broken = &mut recovered.broken;
    let known = WrittenLog::after(&off.open);
    broken.extend(recovered_is_prefix(&known, &found).err());
    let known = known.opened(found.end());
    broken.extend(broken_in(&known, &found));
    broken.extend(acknowledged_are_read(&known, off.open.acknowledged, &found).err());
    if let Some(swap) = &off.open.swap {
        broken.extend(old_or_new(&swap.0, &swap.1, &found).err());
    }
    let summary = Summary::of(&found);
    recovered.summary = Some(summary);
    if let Some(before) = off.summary {
        broken.extend(cut_short_alike(before, summary).err());
    }
    let written = &off.open.log;
    recovered.met.lost = found.end() < written.end();
    recovered.met.survived = found.end() > written.synced;
    again(&found, written, disk, log.config(), off.open.now_ms, broken);
    retries(written, log, disk, off.open.now_ms, recovered);
    probe_again(off, log, disk, &mut recovered.broken);
}

/// L10: a second recovery finds what the first one left.
fn again(
    once: &dyn LogView,
    written: &StorageLog,
    disk: &SimDisk,
    config: &LogConfig,
    now_ms: i64,
    broken: &mut Vec<Broken>,
) {
    let mut disk = disk.clone();
    match Log::open(&mut disk, DIRECTORY, Arc::new(config.clone()), now_ms) {
        Ok((log, _)) => match RealLog::of(&log, &disk, written) {
            Ok(twice) => broken.extend(recovered_alike(once, &twice).err()),
            Err(error) => broken.extend(is_readable(Some(&error)).err()),
        },
        Err(error) => broken.extend(recovery_opens(Some(&error.to_string())).err()),
    }
}

/// L8: the last batches are recognised when they are sent again.
fn retries(
    written: &StorageLog,
    log: &Log,
    disk: &SimDisk,
    now_ms: i64,
    recovered: &mut Recovered,
) {
    let Some(left) = left_of(written, log.log_end_offset()) else {
        return;
    };
    // Sent to a copy: a mistake here must not spoil what comes after.
    for back in 0..2 {
        let Some(sent) = sent_before(&left, back) else {
            return;
        };
        let first = left.clone().append(&sent, PROBE_EPOCH).ok();
        let first = first
            .and_then(|placed| left.batch_at(placed.base))
            .map(batch);
        // Older batches of a compacted log may be gone with what was known of them.
        let remembered = |first: &Batch| back == 0 || first.base >= left.cleaned().max(left.start);
        let Some(first) = first.filter(remembered) else {
            return;
        };
        let (mut log, mut disk) = (log.clone(), disk.clone());
        let got = answer(log.append(&mut disk, &wire(&sent), PROBE_EPOCH, now_ms));
        recovered.met.duplicate_after_recovery |= matches!(got, Answer::Duplicate(_));
        recovered
            .broken
            .extend(retry_is_recognised(&first, &got).err());
    }
}

/// The abstract log that a crash left up to `end`.
fn left_of(written: &StorageLog, end: Offset) -> Option<StorageLog> {
    written.cut_to(end)
}

/// The log takes new records, and keeps them over another power cut.
fn probe_again(off: &Off, log: &Log, disk: &SimDisk, broken: &mut Vec<Broken>) {
    let mut later = Vec::new();
    take_another(off, log, disk, &mut later);
    let once = "the recovered log was given another batch, synced, and cut off again";
    broken.extend(later.into_iter().map(|broken| broken.once(once)));
}

fn take_another(off: &Off, log: &Log, disk: &SimDisk, broken: &mut Vec<Broken>) {
    let Some(mut written) = left_of(&off.open.log, log.log_end_offset()) else {
        return;
    };
    written.start = log.log_start_offset();
    let (mut log, mut disk) = (log.clone(), disk.clone());
    let now_ms = off.open.now_ms;
    let keyless = Sent {
        producer: None,
        transactional: false,
        records: vec![(None, Some(0), now_ms)],
    };
    let got = answer(log.append(&mut disk, &wire(&keyless), PROBE_EPOCH, now_ms));
    broken.extend(keyless_is_refused(&got).err());
    let sent = Sent {
        producer: Some(plimsoll_model::storage::Producer {
            id: PLAIN,
            epoch: 0,
            sequence: next_sequence(&written, PLAIN),
        }),
        transactional: false,
        records: vec![(Some(2), Some(u32::MAX), now_ms)],
    };
    let wanted = ruled(&written.append(&sent, PROBE_EPOCH));
    let got = answer(log.append(&mut disk, &wire(&sent), PROBE_EPOCH, now_ms));
    let failure = log.sync(&mut disk).err().map(|error| error.to_string());
    let before = broken.len();
    broken.extend(goes_on(&wanted, &got).err());
    broken.extend(runs("a sync", failure.as_deref()).err());
    if broken.len() > before {
        return;
    }
    written.sync();
    let worst = disk.survivors_at_most(1).disks;
    let Some(mut disk) = worst.into_iter().next() else {
        return;
    };
    let config = Arc::new(log.config().clone());
    let opened = Log::open(&mut disk, DIRECTORY, config, now_ms);
    let reopened = match opened {
        Ok((log, _)) => log,
        Err(error) => return broken.extend(recovery_opens(Some(&error.to_string())).err()),
    };
    match RealLog::of(&reopened, &disk, &written) {
        Ok(found) => {
            let mut open = (*off.open).clone();
            open.acknowledged = written.end();
            open.least_start = written.start;
            open.log = Arc::new(written);
            let known = WrittenLog::after(&open);
            broken.extend(broken_in(&known, &found));
            broken.extend(acknowledged_are_read(&known, open.acknowledged, &found).err());
        }
        Err(error) => broken.extend(is_readable(Some(&error)).err()),
    }
}
