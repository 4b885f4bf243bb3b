//! Which steps a workload may take next.

use plimsoll_model::storage::{Kind as BatchKind, Sent, StorageLog, Transaction, producers};

use super::{
    bounds::DiskBounds,
    expect::Expect,
    state::Running,
    step::{Kind, Step},
};

/// The idempotent producer.
pub(super) const PLAIN: i64 = 1;
/// The producer of transactions.
pub(super) const TRANSACTIONAL: i64 = 2;
/// The most steps of the clock: one past a horizon, and one more to be late.
const CLOCK_MAX: u8 = 2;

/// The transaction that is open.
pub(super) fn open_transaction(log: &StorageLog) -> Option<Transaction> {
    let transactions = log.transactions();
    transactions
        .into_iter()
        .find(|transaction| transaction.ended.is_none())
}

/// The sequence that a producer's next batch begins with.
pub(super) fn next_sequence(log: &StorageLog, id: i64) -> i32 {
    let entry = producers::entry(&log.batches, id);
    let last = entry.and_then(|entry| entry.batches.last().map(|(_, last, _)| *last));
    last.map_or(0, |last| last + 1)
}

/// The idempotent producer's last batch, or the one so many before it, as it was sent.
pub(super) fn sent_before(log: &StorageLog, back: usize) -> Option<Sent> {
    let mut own = log.batches.iter().rev().filter(|batch| {
        let marker = matches!(batch.kind, BatchKind::Marker(_));
        !marker && batch.producer.is_some_and(|producer| producer.id == PLAIN)
    });
    let batch = own.nth(back)?;
    let records = batch.records.iter();
    Some(Sent {
        producer: batch.producer,
        transactional: false,
        records: records
            .map(|record| (record.key, record.value, record.timestamp_ms))
            .collect(),
    })
}

/// Whether a key was ever written.
fn wrote(expect: &Expect, key: u8) -> bool {
    expect.log.records().any(|record| record.key == Some(key))
}

impl DiskBounds {
    /// The steps that a running log offers, but for flushes that fail: how many syncs can fail is known once one was
    /// made.
    ///
    /// Left out is what changes nothing and offers nothing new, which hides no mistake: a flush, a roll or a restart
    /// with nothing to do, a clock that no tombstone waits for, and a key that differs from the first in its name only.
    pub(super) fn steps_of(&self, running: &Running) -> Vec<Step> {
        let (log, expect) = (&running.log, &running.expect);
        let stopped = log.stopped().is_some();
        let mut steps = Vec::new();
        let mut offer = |step: Step, sensible: bool| {
            if sensible && self.kinds.has(step.kind()) {
                steps.push(step);
            }
        };
        let failing = running.failures > 0;
        let model = &*expect.log;
        let restartable = stopped || log.synced_end_offset() < log.log_end_offset();
        offer(Step::Restart, restartable);
        // Whoever tries to sync once more after a failure must not be believed.
        offer(Step::Flush, stopped || dirty(running));
        if stopped {
            return steps;
        }
        offer(Step::Append(0), true);
        offer(Step::Append(1), wrote(expect, 0));
        offer(Step::AppendTwo, true);
        offer(Step::Tombstone(0), true);
        offer(Step::Retry(0), sent_before(model, 0).is_some());
        offer(Step::Retry(1), sent_before(model, 1).is_some());
        let open = open_transaction(model).is_some();
        offer(Step::Transactional, true);
        offer(Step::Commit, open);
        offer(Step::Abort, open);
        let active_bytes = log
            .segments()
            .next_back()
            .map_or(0, |segment| segment.bytes());
        offer(Step::Roll, active_bytes > 0);
        offer(Step::Compact, log.segments().count() > 1);
        offer(
            Step::Clock,
            !model.passes.is_empty() && expect.clock < CLOCK_MAX,
        );
        offer(Step::Delete, model.start < model.synced);
        offer(Step::Close, true);
        offer(Step::FailedAppend, failing);
        steps
    }

    /// Whether flushes that fail are among the steps.
    pub(super) fn failing_flushes(&self, running: &Running) -> bool {
        let wanted = self.kinds.has(Kind::FailedFlush) && running.failures > 0;
        wanted && running.log.stopped().is_none() && dirty(running)
    }
}

/// Whether a flush has anything to do, names included.
fn dirty(running: &Running) -> bool {
    running.log.synced_end_offset() < running.log.log_end_offset()
        || running.disk.survivor_count() > 1
}
