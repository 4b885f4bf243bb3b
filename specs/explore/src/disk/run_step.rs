//! One step of a workload, taken by the engine and by the abstract log.

use std::sync::Arc;

use plimsoll_disk::{Fault, SimDisk};
use plimsoll_log::{
    AppendError, Appended, Batch, EndMarker, Log, LogConfig, NewBatch, NewRecord, Outcome, Producer,
};
use plimsoll_model::storage::{self as model, Ending, Placed, Sent, StorageLog};
use plimsoll_promises::{
    Broken,
    group::l1::failed_write_is_refused,
    storage::{
        self, Answer, LogView, answered_as_ruled, appended_as_ruled, broken_in, ends_where_written,
        is_readable, only_settled_is_cleaned, recovery_opens, retry_is_recognised, runs,
    },
};

use super::{
    coverage::Coverage,
    expect::{Expect, Open, WrittenLog, batch},
    recorder::Recorder,
    state::Running,
    step::Step,
    view::RealLog,
    words::records,
    workload::{PLAIN, TRANSACTIONAL, next_sequence, open_transaction, sent_before},
};

/// The log's directory.
pub(super) const DIRECTORY: &str = "t-0";

/// A step, taken.
pub(super) struct StepResult {
    /// The state after it; `None` if the log could not be opened again.
    pub(super) next: Option<Running>,
    /// What the disk was like before each of its operations.
    pub(super) before: Vec<SimDisk>,
    /// What the operations were, if it is to be told.
    pub(super) operations: Vec<String>,
    /// How many syncs it made.
    pub(super) syncs: u8,
    /// What a crash in it leaves open.
    pub(super) open: Arc<Open>,
    /// What it broke.
    pub(super) broken: Vec<Broken>,
    /// What was met.
    pub(super) met: Coverage,
    /// What came of it, in words, if it is to be told.
    pub(super) description: String,
}

/// A step while it is taken.
struct StepRun<'a> {
    from: &'a Running,
    config: &'a Arc<LogConfig>,
    disk: Recorder,
    /// The engine; none if it was closed and could not be opened.
    log: Option<Log>,
    expect: Expect,
    model: StorageLog,
    open: Open,
    broken: Vec<Broken>,
    met: Coverage,
    /// What came of it, in words; none if nobody wants to know.
    description: Option<String>,
}

/// What is open when nothing is under way.
pub(super) fn at_rest(expect: &Expect) -> Open {
    Open {
        log: expect.log.clone(),
        least_start: expect.log.start,
        finished: true,
        swap: None,
        acknowledged: expect.acknowledged,
        now_ms: expect.now_ms(),
    }
}

/// Takes a step.
pub(super) fn take(
    from: &Running,
    step: Step,
    config: &Arc<LogConfig>,
    rendering: bool,
) -> StepResult {
    let mut taking = StepRun {
        from,
        config,
        disk: Recorder::new(from.disk.clone(), rendering),
        log: Some(from.log.clone()),
        expect: from.expect.clone(),
        model: (*from.expect.log).clone(),
        open: at_rest(&from.expect),
        broken: Vec::new(),
        met: Coverage::default(),
        description: rendering.then(String::new),
    };
    taking.step(step);
    taking.done(step)
}

/// A record's time: not in the order of offsets, as clients' clocks are.
fn timestamp_ms(sent: u8) -> i64 {
    1_000 + i64::from(sent.wrapping_mul(5) % 7)
}

/// The bytes of a batch, as its producer sends it.
pub(super) fn wire(sent: &Sent) -> Batch {
    let records = sent
        .records
        .iter()
        .map(|(key, value, timestamp_ms)| NewRecord {
            timestamp_ms: Some(*timestamp_ms),
            key: key.map(|key| [key].as_slice().into()),
            value: value.map(|value| value.to_be_bytes().as_slice().into()),
            headers: Vec::new(),
        });
    let new = NewBatch {
        records: records.collect(),
        producer: sent.producer.map(|producer| Producer {
            id: producer.id,
            epoch: producer.epoch,
            base_sequence: producer.sequence,
        }),
        transactional: sent.transactional,
        ..NewBatch::default()
    };
    new.build().expect("a batch of one or two records fits")
}

/// What the log's rules say of a batch, in the promises' words.
pub(super) fn ruled(wanted: &Result<Placed, model::Refused>) -> Answer {
    match wanted {
        Ok(placed) if placed.duplicate => Answer::Duplicate(placed.base),
        Ok(placed) => Answer::Appended(placed.base),
        Err(refused) => Answer::Refused(format!("{refused:?}")),
    }
}

/// An answer in the promises' words.
pub(super) fn answer(appended: Result<Appended, AppendError>) -> Answer {
    match appended {
        Ok(appended) if appended.duplicate => Answer::Duplicate(appended.base_offset),
        Ok(appended) => Answer::Appended(appended.base_offset),
        Err(error) => Answer::Refused(error.to_string()),
    }
}

impl StepRun<'_> {
    fn step(&mut self, step: Step) {
        match step {
            Step::Append(key) => self.append(&[key], true, false),
            Step::AppendTwo => self.append(&[0, 0], true, false),
            Step::Tombstone(key) => self.append(&[key], false, false),
            Step::Transactional => self.append(&[0], true, true),
            Step::Retry(back) => self.retry(back),
            Step::Commit => self.end(Ending::Commit),
            Step::Abort => self.end(Ending::Abort),
            Step::Roll => self.call("begins a new segment", |log, disk| log.roll(disk)),
            Step::Flush => self.flush(),
            Step::Compact => self.compact(),
            Step::Clock => {
                self.expect.clock += 1;
                self.describe(|_| format!("{} ms pass", super::expect::RETENTION_MS));
            }
            Step::Delete => self.delete(),
            Step::Close => self.close(),
            Step::Restart => {
                self.log = None;
                self.reopen("killed and started again, while the machine stays up");
            }
            Step::FailedFlush(nth) => {
                self.disk.fail_at(nth, Fault::SyncIo);
                self.flush();
            }
            Step::FailedAppend => {
                self.disk.fail_at(0, Fault::WriteNoSpace);
                self.failed_append();
            }
        }
    }

    /// Says what came of the step, if somebody wants to know.
    fn describe(&mut self, what: impl FnOnce(&Self) -> String) {
        if self.description.is_some() {
            self.description = Some(what(self));
        }
    }

    /// Keeps in mind what a promise says.
    fn held(&mut self, promise: Result<(), Broken>) {
        self.broken.extend(promise.err());
    }

    /// A batch of the next sequence, with values that were never sent before.
    fn sent(&mut self, keys: &[u8], valued: bool, transactional: bool) -> Sent {
        let id = if transactional { TRANSACTIONAL } else { PLAIN };
        let records = keys.iter().map(|key| {
            let value = self.expect.sent;
            self.expect.sent += 1;
            let number = valued.then_some(u32::from(value) + 1);
            (Some(*key), number, timestamp_ms(value))
        });
        let records = records.collect();
        Sent {
            producer: Some(model::Producer {
                id,
                epoch: 0,
                sequence: next_sequence(&self.model, id),
            }),
            transactional,
            records,
        }
    }

    fn append(&mut self, keys: &[u8], valued: bool, transactional: bool) {
        let sent = self.sent(keys, valued, transactional);
        let epoch = self.expect.epoch.into();
        let wanted = self.model.append(&sent, epoch);
        self.open.log = Arc::new(self.model.clone());
        let Some(log) = &mut self.log else { return };
        let got = log.append(&mut self.disk, &wire(&sent), epoch, self.expect.now_ms());
        let got = self.placed(&wanted, got);
        self.describe(|_| format!("{}, which is {got}", sends(&sent)));
    }

    /// The engine's answer is held to the model's.
    fn placed(
        &mut self,
        wanted: &Result<Placed, model::Refused>,
        got: Result<Appended, AppendError>,
    ) -> Answer {
        let (wanted, got) = (ruled(wanted), answer(got));
        self.held(appended_as_ruled(&wanted, &got));
        self.held(answered_as_ruled(&wanted, &got));
        got
    }

    fn retry(&mut self, back: u8) {
        let Some(sent) = sent_before(&self.model, back.into()) else {
            return;
        };
        let epoch = self.expect.epoch.into();
        let Ok(first) = self.model.append(&sent, epoch) else {
            return;
        };
        let Some(log) = &mut self.log else { return };
        let got = answer(log.append(&mut self.disk, &wire(&sent), epoch, self.expect.now_ms()));
        let known = self.model.batch_at(first.base).map(batch);
        if let Some(known) = known {
            self.held(retry_is_recognised(&known, &got));
        }
        self.met.duplicate_answered = matches!(got, Answer::Duplicate(_));
        self.describe(|_| {
            let came = match &got {
                Answer::Duplicate(base) => format!("is told that it stands at offset {base}"),
                Answer::Appended(base) => format!("it is appended again, at offset {base}"),
                Answer::Refused(why) => format!("is refused: {why}"),
            };
            format!(
                "the producer sends the batch that stands at offset {} again and {came}",
                first.base
            )
        });
    }

    fn end(&mut self, ending: Ending) {
        let epoch = self.expect.epoch.into();
        if open_transaction(&self.model).is_none() {
            return;
        }
        let wanted = self.model.end_transaction(TRANSACTIONAL, 0, ending, epoch);
        self.open.log = Arc::new(self.model.clone());
        let marker = EndMarker {
            producer_id: TRANSACTIONAL,
            producer_epoch: 0,
            outcome: match ending {
                Ending::Commit => Outcome::Commit,
                Ending::Abort => Outcome::Abort,
            },
            coordinator_epoch: 0,
            timestamp_ms: timestamp_ms(self.expect.sent),
        };
        let Some(log) = &mut self.log else { return };
        let got = log.append_marker(&mut self.disk, marker, epoch);
        let got = self.placed(&wanted, got);
        self.describe(|_| {
            format!("the transaction ends ({ending:?}): its marker comes, which is {got}")
        });
    }

    fn call(
        &mut self,
        what: &str,
        call: impl FnOnce(&mut Log, &mut Recorder) -> Result<(), plimsoll_log::LogError>,
    ) {
        let Some(log) = &mut self.log else { return };
        let failure = call(log, &mut self.disk)
            .err()
            .map(|error| error.to_string());
        self.held(runs("the log", failure.as_deref()));
        self.describe(|_| match failure {
            None => format!("the log {what}"),
            Some(error) => format!("the log fails: {error}"),
        });
    }

    fn flush(&mut self) {
        let Some(log) = &mut self.log else { return };
        match log.sync(&mut self.disk) {
            Ok(()) => {
                self.model.sync();
                self.describe(|taking| {
                    format!(
                        "the log is flushed: everything below offset {} is synced",
                        taking.model.synced
                    )
                });
            }
            Err(error) => {
                self.met.stopped = log.stopped().is_some();
                self.describe(|_| format!("the log is flushed, and that fails: {error}"));
            }
        }
    }

    fn compact(&mut self) {
        let now_ms = self.expect.now_ms();
        let Some(log) = &mut self.log else { return };
        let report = match log.clean(&mut self.disk, now_ms) {
            Ok(report) => report,
            Err(error) => {
                return self.held(runs("a pass of the cleaner", Some(&error.to_string())));
            }
        };
        let below = report.end_offset;
        let active = self.from.log.segments().next_back();
        let active_base = active.map_or(0, |segment| segment.base_offset());
        if let Ok(before) = RealLog::of(&self.from.log, &self.from.disk, &self.from.expect.log) {
            let synced = self.from.expect.log.synced;
            self.held(only_settled_is_cleaned(&before, synced, active_base, below));
            self.open.swap = self.swapped(before.batches());
        }
        // A pass over what an equal one had reached says nothing new.
        let pass = model::Pass {
            below,
            at_ms: now_ms,
        };
        if self.model.passes.last() != Some(&pass) {
            self.model.clean(below, now_ms);
        }
        self.open.finished = self.model.passes.len() == self.from.expect.log.passes.len();
        self.open.log = Arc::new(self.model.clone());
        let dropped = &report.dropped;
        self.met.aborted_cleaned = dropped.aborted > 0;
        self.met.tombstone_removed = dropped.tombstones > 0;
        self.describe(|_| {
            let removed =
                dropped.superseded + dropped.tombstones + dropped.aborted + dropped.markers;
            match report.replaced_segments {
                0 => format!("a pass of the cleaner below offset {below} changes nothing"),
                segments => format!(
                    "a pass of the cleaner below offset {below} removes {removed} records and markers; segments replaced: {segments}"
                ),
            }
        });
    }

    /// What the pass made of what, if it made anything.
    fn swapped(
        &self,
        before: &[storage::Batch],
    ) -> Option<Arc<(Vec<storage::Batch>, Vec<storage::Batch>)>> {
        let after = RealLog::of(self.log.as_ref()?, self.disk.disk(), &self.model).ok()?;
        let changed = after.batches() != before;
        changed.then(|| Arc::new((before.to_vec(), after.batches().to_vec())))
    }

    fn delete(&mut self) {
        let before = self.model.start + 1;
        self.model.delete_records(before);
        self.open.log = Arc::new(self.model.clone());
        self.call("deletes its first record", |log, disk| {
            log.delete_records(disk, before).map(|_| ())
        });
    }

    fn close(&mut self) {
        let Some(log) = self.log.take() else { return };
        if let Err(error) = log.close(&mut self.disk) {
            self.held(runs("closing", Some(&error.to_string())));
        }
        self.model.sync();
        self.reopen("closed in an orderly way and opened again");
    }

    fn reopen(&mut self, how: &str) {
        self.expect.epoch += 1;
        let opened = Log::open(
            &mut self.disk,
            DIRECTORY,
            self.config.clone(),
            self.expect.now_ms(),
        );
        match opened {
            Ok((log, _)) => {
                // Nothing is lost while the machine stays up, and everything is durable once the log is open.
                self.model.sync();
                self.log = Some(log);
                self.describe(|_| format!("the log is {how}"));
            }
            Err(error) => {
                let error = error.to_string();
                self.held(recovery_opens(Some(&error)));
                self.describe(|_| format!("the log was {how}, and does not open: {error}"));
            }
        }
    }

    fn failed_append(&mut self) {
        let sent = self.sent(&[0], true, false);
        let epoch = self.expect.epoch.into();
        let Some(log) = &mut self.log else { return };
        let got = log.append(&mut self.disk, &wire(&sent), epoch, self.expect.now_ms());
        self.met.write_undone = log.stopped().is_none();
        let got = answer(got);
        self.held(failed_write_is_refused(&got));
        self.describe(|_| match &got {
            Answer::Refused(error) => {
                format!("{}, and its write fails halfway: {error}", sends(&sent))
            }
            got => format!("{}, its write fails halfway, and it is {got}", sends(&sent)),
        });
    }

    fn done(mut self, step: Step) -> StepResult {
        let failed = matches!(step, Step::FailedFlush(_) | Step::FailedAppend);
        let syncs = self.disk.syncs();
        let (disk, before, operations) = self.disk.done();
        if let Some(log) = &self.log {
            // Some steps sync on their way. What the log says is durable it will be held to.
            self.model.synced = self.model.synced.max(log.synced_end_offset());
            self.expect.acknowledged = self.expect.acknowledged.max(log.acknowledged_end_offset());
            if log.stopped().is_none() {
                check(log, &disk, &self.model, &mut self.broken);
            }
        }
        self.expect.log = Arc::new(self.model);
        let bits: u64 = self
            .broken
            .iter()
            .map(|b| b.promise.bit())
            .fold(0, |a, b| a | b);
        let next = self.log.map(|log| Running {
            log,
            disk,
            expect: self.expect,
            steps: self.from.steps - 1,
            failures: self.from.failures - u8::from(failed),
            broken: self.from.broken | bits,
        });
        StepResult {
            next,
            before,
            operations,
            syncs,
            open: Arc::new(self.open),
            broken: self.broken,
            met: self.met,
            description: self.description.unwrap_or_default(),
        }
    }
}

/// Who sends what.
fn sends(sent: &Sent) -> String {
    let how = if sent.transactional {
        "the transactional producer"
    } else {
        "the producer"
    };
    format!("{how} sends {}", records(&sent.records))
}

/// Holds an open log to everything that it promises.
pub(super) fn check(log: &Log, disk: &SimDisk, written: &StorageLog, broken: &mut Vec<Broken>) {
    match RealLog::of(log, disk, written) {
        Ok(found) => {
            let known = WrittenLog::of(written);
            broken.extend(broken_in(&known, &found));
            broken.extend(ends_where_written(&known, &found).err());
        }
        Err(error) => broken.extend(is_readable(Some(&error)).err()),
    }
}
