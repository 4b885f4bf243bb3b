//! What recovery makes of a disk after a power cut, and a fixed probe of the log that comes out.

use std::{hash::BuildHasher, sync::Arc};

use foldhash::quality::FixedState;
use plimsoll_disk::SimDisk;
use plimsoll_log::{Log, LogConfig, RecoveryReport};
use plimsoll_model::storage::{Sent, StorageLog};
use plimsoll_promises::{
    Automaton, Because, Broken, Claim, Growing, L1, Observation, Offset, PromiseId, Setting,
    storage::{
        LogView, Written, broken_in, keyless_is_refused, old_or_new, recovered_alike,
        recovered_is_prefix, recovery_opens, retry_is_recognised,
    },
};

use super::{
    expect::{Open, WrittenLog, batch},
    recorder::Recorder,
    run_step::{DIRECTORY, answer, wire},
    situations::Coverage,
    state::{Meant, Off},
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
    pub(super) meant: Option<Meant>,
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
        meant: None,
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

/// Nothing but the log is looked at.
struct Nothing;

impl Setting for Nothing {
    fn records(&self, _: Offset, _: Offset) -> u64 {
        0
    }

    fn first_record(&self, _: Offset, _: Offset) -> Option<Offset> {
        None
    }

    fn claim(&self) -> Option<Claim> {
        None
    }

    fn may_take_effect(&self, _: Option<Offset>) -> bool {
        false
    }
}

fn cannot_be_read(error: &str) -> Broken {
    Broken {
        promise: PromiseId::L9,
        because: Because::InLog {
            what: format!("after recovery the log cannot be read: {error}"),
        },
    }
}

/// Everything that is asked of a recovered log.
fn probe(off: &Off, log: &Log, disk: &SimDisk, recovered: &mut Recovered) {
    let found = match RealLog::of(log, disk, &off.open.log) {
        Ok(found) => found,
        Err(error) => return recovered.broken.push(cannot_be_read(&error)),
    };
    let broken = &mut recovered.broken;
    let known = WrittenLog::after(&off.open);
    broken.extend(recovered_is_prefix(&known, &found).err());
    let known = known.opened(found.end());
    broken.extend(broken_in(&known, &found));
    broken.extend(acknowledged_is_there(&off.open, &known, &found).err());
    if let Some(swap) = &off.open.swap {
        broken.extend(spliced(&swap.0, &swap.1, &found).err());
    }
    let meant = in_short(&found);
    recovered.meant = Some(meant);
    if let Some(before) = off.meant.filter(|before| *before != meant) {
        broken.push(otherwise(before, meant));
    }
    let written = &off.open.log;
    recovered.met.lost = found.end() < written.end();
    recovered.met.survived = found.end() > written.synced;
    again(&found, written, disk, log.config(), off.open.now_ms, broken);
    retries(written, log, disk, off.open.now_ms, recovered);
    goes_on(off, log, disk, &mut recovered.broken);
}

/// K9, as far as the crash left what the pass had to do with: a tail that was lost is no matter of the pass.
fn spliced(
    old: &[plimsoll_promises::storage::Batch],
    new: &[plimsoll_promises::storage::Batch],
    found: &dyn LogView,
) -> Result<(), Broken> {
    let below = |batches: &[plimsoll_promises::storage::Batch]| {
        let there = batches.iter().filter(|batch| batch.last < found.end());
        there.cloned().collect::<Vec<_>>()
    };
    old_or_new(&below(old), &below(new), found)
}

/// L1: every record that was acknowledged, and that nobody was free to remove, is read back.
fn acknowledged_is_there(
    open: &Open,
    known: &WrittenLog,
    found: &dyn LogView,
) -> Result<(), Broken> {
    let mut promise = L1::<Growing>::default();
    let fingerprint = |value: Option<u64>| value.map_or(0, |value| value + 1);
    let acknowledged = known
        .batches()
        .iter()
        .flat_map(|batch| &batch.records)
        .filter(|record| record.offset < open.acknowledged && record.offset >= found.start());
    for record in acknowledged {
        let (offset, value) = (record.offset, fingerprint(record.value));
        promise.step(&Observation::Acked { offset, value }, &Nothing)?;
    }
    let (start, end) = (found.start(), found.end());
    let mut next = start;
    for record in found.batches().iter().flat_map(|batch| &batch.records) {
        for offset in next..record.offset {
            passed_over(&mut promise, offset, known)?;
        }
        let (offset, value) = (record.offset, fingerprint(record.value));
        promise.step(&Observation::Read { offset, value }, &Nothing)?;
        next = offset + 1;
    }
    for offset in next..end {
        passed_over(&mut promise, offset, known)?;
    }
    promise.step(&Observation::Ends { start, end }, &Nothing)
}

/// What the cleaner reached is for K1 to judge.
fn passed_over(
    promise: &mut L1<Growing>,
    offset: Offset,
    known: &WrittenLog,
) -> Result<(), Broken> {
    if offset < known.cleaned_below() {
        return Ok(());
    }
    promise.step(&Observation::PassedOver { offset }, &Nothing)
}

/// What tells a recovered log from others.
fn in_short(found: &dyn LogView) -> Meant {
    let (stable, producers) = (found.last_stable(), found.producers());
    let content = (
        found.batches(),
        stable,
        producers,
        found.aborted(),
        found.leader_epochs(),
    );
    Meant {
        start: found.start(),
        end: found.end(),
        fingerprint: FixedState::default().hash_one(content),
    }
}

fn otherwise(before: Meant, now: Meant) -> Broken {
    let what = format!(
        "a recovery that was cut short would have left the log from {} to {}; recovering again leaves it from {} to {}",
        before.start, before.end, now.start, now.end
    );
    let what = match (before.start, before.end) == (now.start, now.end) {
        true => format!("{what}, with other content"),
        false => what,
    };
    Broken {
        promise: PromiseId::L10,
        because: Because::InLog { what },
    }
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
            Err(error) => broken.push(cannot_be_read(&error)),
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
        let remembered = |first: &plimsoll_promises::storage::Batch| {
            back == 0 || first.base >= left.cleaned().max(left.start)
        };
        let Some(first) = first.filter(remembered) else {
            return;
        };
        let (mut log, mut disk) = (log.clone(), disk.clone());
        let got = answer(log.append(&mut disk, &wire(&sent), PROBE_EPOCH, now_ms));
        recovered.met.duplicate_after_recovery |=
            matches!(got, plimsoll_promises::storage::Answer::Duplicate(_));
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
fn goes_on(off: &Off, log: &Log, disk: &SimDisk, broken: &mut Vec<Broken>) {
    let mut later = Vec::new();
    take_another(off, log, disk, &mut later);
    broken.extend(later.into_iter().map(|Broken { promise, because }| Broken {
        promise,
        because: Because::InLog {
            what: format!("once the recovered log was given another batch, synced, and cut off again: {because}"),
        },
    }));
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
    let wanted = written.append(&sent, PROBE_EPOCH);
    let got = log.append(&mut disk, &wire(&sent), PROBE_EPOCH, now_ms);
    let synced = log.sync(&mut disk);
    let placed = matches!((&wanted, &got), (Ok(w), Ok(g)) if w.base == g.base_offset);
    if !placed || synced.is_err() {
        let what = format!(
            "the batch comes to {got:?}, its sync to {synced:?}, and the rules say {wanted:?}"
        );
        let promise = PromiseId::L3;
        broken.push(Broken {
            promise,
            because: Because::InLog { what },
        });
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
            broken.extend(acknowledged_is_there(&open, &known, &found).err());
        }
        Err(error) => broken.push(cannot_be_read(&error)),
    }
}
