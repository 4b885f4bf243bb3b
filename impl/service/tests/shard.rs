//! What a shared shard answers whom, one thread at a time. What happens when they meet is explored in `tests/loom`.

extern crate plimsoll_service as service;

#[path = "common/mem_log.rs"]
#[allow(dead_code, reason = "shared with tests/loom, which uses other parts")]
mod mem_log;
#[path = "common/small.rs"]
#[allow(dead_code, reason = "shared with tests/loom, which uses other parts")]
mod small;
mod threads {
    pub use std::sync::{Mutex, MutexGuard};
}

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use mem_log::{Fault, MemLog, disk_said_no};
use plimsoll_coordinator::{Decisions, ErrorCode, GroupRequest, Timestamp};
use plimsoll_log::LogError;
use plimsoll_offsets::Entry;
use plimsoll_shard::{HighWatermark, LoadError};
use service::{Counters, Failure, Loaded, SharedShard, Status, Ticket};
use small::{SESSION_MS, Short, beat, generation, get, in_short, put, record};

const NOW: Timestamp = Timestamp(1_000);
const SOON: Duration = Duration::from_millis(50);
/// Longer than any test.
const NEVER_MS: u64 = 1 << 40;

type Shard = SharedShard<MemLog>;

const NOT_HERE: Short = Short::Error(ErrorCode::NotCoordinator);

fn shard_that_expires(every_ms: u64, entries: &[Entry], durable: usize) -> (Shard, Arc<Counters>) {
    let counters = Arc::new(Counters::default());
    let log = MemLog::new(entries, durable);
    let shard = SharedShard::new(log, small::shard(Decisions::default()), every_ms);
    let shard = shard.with_metrics(Arc::clone(&counters) as _);
    (shard, counters)
}

fn shard(entries: &[Entry], durable: usize) -> (Shard, Arc<Counters>) {
    shard_that_expires(NEVER_MS, entries, durable)
}

fn load(shard: &Shard) {
    assert!(shard.elect(NOW, 1));
    let records = shard.log().entries().len() as u64;
    assert_eq!(shard.load(&|| NOW, 1), Loaded::Active { records });
}

fn active(entries: &[Entry], durable: usize) -> (Shard, Arc<Counters>) {
    let (shard, counters) = shard(entries, durable);
    load(&shard);
    (shard, counters)
}

fn answered(ticket: Ticket<plimsoll_coordinator::GroupResponse>) -> Option<Short> {
    ticket.wait(Duration::ZERO).map(Short::from)
}

/// What a request is answered by now.
fn ask(shard: &Shard, request: GroupRequest) -> Option<Short> {
    answered(shard.ask(NOW, None, request))
}

fn later(ms: i64) -> Timestamp {
    Timestamp(NOW.0 + ms)
}

#[test]
fn nothing_is_served_before_the_load_or_after_the_unload() {
    let (shard, _) = shard(&[record(1)], 1);
    assert_eq!(ask(&shard, put(2)), Some(NOT_HERE));
    shard.elect(NOW, 1);
    let loading = Short::Error(ErrorCode::CoordinatorLoadInProgress);
    assert_eq!(ask(&shard, put(2)), Some(loading));
    shard.load(&|| NOW, 1);
    assert_eq!(ask(&shard, get(true)), Some(Short::Offset(1)));
    shard.resign(NOW, 2);
    assert_eq!(ask(&shard, put(2)), Some(NOT_HERE));
    assert_eq!(in_short(&shard.log().entries()), [1]);
}

/// Also in the epoch in which it leads: that is how a leader resigns that nobody has followed yet.
#[test]
fn a_resigned_epoch_serves_no_reads() {
    for epoch in [1, 2] {
        let (shard, _) = active(&[record(1)], 1);
        shard.resign(NOW, epoch);
        for stable in [false, true] {
            assert_eq!(ask(&shard, get(stable)), Some(NOT_HERE), "epoch {epoch}");
        }
        assert_eq!(shard.status(), (Status::Stopped, epoch));
    }
    let (shard, _) = active(&[record(1)], 1);
    shard.resign(NOW, 0);
    assert_eq!(ask(&shard, get(true)), Some(Short::Offset(1)));
}

#[test]
fn an_incomplete_read_is_a_failed_load_not_a_short_log() {
    let (shard, _) = shard(&[record(1), record(2)], 2);
    shard.log().fail_reads(true);
    shard.elect(NOW, 1);
    let error = LoadError::Nothing { offset: 1 };
    assert_eq!(shard.load(&|| NOW, 1), Loaded::Failed(error.clone()));
    assert_eq!(shard.status(), (Status::Failed, 1));
    assert_eq!(shard.failure(), Some(Failure::Load(error)));
    // Not even what stands before it is shown.
    for stable in [false, true] {
        assert_eq!(ask(&shard, get(stable)), Some(NOT_HERE));
    }
    shard.log().fail_reads(false);
    shard.log().lead(2);
    shard.elect(NOW, 2);
    assert_eq!(shard.load(&|| NOW, 2), Loaded::Active { records: 2 });
    assert_eq!(shard.failure(), None);
}

#[test]
fn a_load_in_an_epoch_that_is_over_has_failed() {
    let (shard, _) = shard(&[record(1)], 1);
    shard.elect(NOW, 1);
    shard.log().lead(2);
    let error = LoadError::NotLed { leader_epoch: 1 };
    assert_eq!(shard.load(&|| NOW, 1), Loaded::Failed(error));
}

#[test]
fn old_news_is_no_news() {
    let (shard, _) = active(&[], 0);
    assert!(!shard.elect(NOW, 1));
    assert!(!shard.elect(NOW, 0));
    shard.resign(NOW, 0);
    assert_eq!(shard.status(), (Status::Active, 1));
    assert_eq!(shard.load(&|| NOW, 1), Loaded::Superseded);
}

#[test]
fn what_is_not_durable_is_shown_to_nobody() {
    let (shard, _) = active(&[], 0);
    let write = shard.ask(NOW, None, put(1));
    let stable = shard.ask(NOW, None, get(true));
    assert_eq!(ask(&shard, get(false)), Some(Short::Offset(-1)));
    assert_eq!(shard.waiters(), 2);
    shard.flush(&|| NOW);
    assert_eq!(answered(write), Some(Short::Done));
    assert_eq!(answered(stable), Some(Short::Offset(1)));
    assert_eq!(ask(&shard, get(false)), Some(Short::Offset(1)));
    assert_eq!(shard.waiters(), 0);
}

/// What a load finds behind the durable part is not shown before it is durable (S8), and is made so without a commit.
#[test]
fn a_load_does_not_take_the_end_of_the_log_for_durable() {
    let (shard, counters) = active(&[record(1), record(2)], 1);
    assert_eq!(counters.lag(), 1);
    assert_eq!(ask(&shard, get(false)), Some(Short::Offset(1)));
    let stable = shard.ask(NOW, None, get(true));
    assert_eq!(shard.waiters(), 1);
    shard.begin_closing();
    shard.run_flusher(&|| NOW);
    assert_eq!(shard.log().durable(), 2);
    assert_eq!(answered(stable), Some(Short::Offset(2)));
}

#[test]
fn a_high_watermark_of_another_epoch_says_nothing() {
    let (shard, _) = active(&[], 0);
    let write = shard.ask(NOW, None, put(1));
    for leader_epoch in [0, 2] {
        let event = HighWatermark {
            leader_epoch,
            offset: 1,
        };
        shard.high_watermark(NOW, event);
    }
    assert_eq!(shard.waiters(), 1);
    shard.resign(NOW, 2);
    assert_eq!(answered(write), Some(NOT_HERE));
}

#[test]
fn time_out_leaves_the_record_and_the_outcome_open() {
    let (shard, counters) = active(&[], 0);
    let late = shard.ask(NOW, Some(SOON), put(1));
    let patient = shard.ask(NOW, None, put(2));
    shard.tick(later(49));
    assert_eq!((counters.waiters(), shard.waiters()), (2, 2));
    shard.tick(later(50));
    let open = Short::Error(ErrorCode::CoordinatorNotAvailable);
    assert_eq!(answered(late), Some(open));
    assert_eq!((counters.waiters(), shard.waiters()), (1, 1));
    shard.flush(&|| NOW);
    assert_eq!(answered(patient), Some(Short::Done));
    assert_eq!(in_short(&shard.log().entries()), [1, 2]);
}

#[test]
fn each_time_runs_out_whatever_ran_out_before_it() {
    let (shard, _) = active(&[], 0);
    let in_ms = |ms| Some(Duration::from_millis(ms));
    let first = shard.ask(NOW, in_ms(10), put(1));
    let second = shard.ask(NOW, in_ms(30), put(2));
    let third = shard.ask(NOW, in_ms(20), put(3));
    for (ms, left) in [(9, 3), (10, 2), (19, 2), (20, 1), (29, 1), (30, 0)] {
        shard.tick(later(ms));
        assert_eq!(shard.waiters(), left, "after {ms} ms");
    }
    let fourth = shard.ask(later(30), in_ms(10), put(4));
    shard.tick(later(39));
    assert_eq!(shard.waiters(), 1);
    shard.tick(later(40));
    for ticket in [first, second, third, fourth] {
        let open = Short::Error(ErrorCode::CoordinatorNotAvailable);
        assert_eq!(answered(ticket), Some(open));
    }
}

#[test]
fn a_step_that_was_not_written_leaves_no_trace() {
    let (shard, _) = active(&[record(1)], 1);
    shard.log().arm(Fault::NotWritten);
    assert_eq!(ask(&shard, put(2)), Some(NOT_HERE));
    assert_eq!(ask(&shard, get(true)), Some(Short::Offset(1)));
    assert_eq!(shard.status(), (Status::Active, 1));
}

#[test]
fn a_step_that_may_have_been_written_fails_the_shard() {
    for (fault, after) in [(Fault::UnknownButWritten, 2), (Fault::UnknownNotWritten, 1)] {
        let (shard, _) = active(&[record(1)], 1);
        shard.log().arm(fault);
        assert_eq!(ask(&shard, put(2)), Some(NOT_HERE));
        assert!(matches!(shard.failure(), Some(Failure::Append(_))));
        assert_eq!(ask(&shard, get(false)), Some(NOT_HERE));
        shard.log().lead(2);
        shard.elect(NOW, 2);
        shard.load(&|| NOW, 2);
        shard.flush(&|| NOW);
        assert_eq!(ask(&shard, get(true)), Some(Short::Offset(after)));
    }
}

#[test]
fn a_failed_sync_fails_the_shard_of_its_epoch() {
    let (shard, _) = active(&[], 0);
    let write = shard.ask(NOW, None, put(1));
    shard.log().fail_syncs(true);
    shard.flush(&|| NOW);
    assert_eq!(answered(write), Some(NOT_HERE));
    let error = LogError::Disk(disk_said_no());
    assert_eq!(shard.failure(), Some(Failure::Sync(error)));
    assert_eq!(ask(&shard, put(2)), Some(NOT_HERE));
}

#[test]
fn somebody_else_in_the_log_fails_the_shard() {
    let (shard, _) = active(&[], 0);
    shard.log().append_behind_its_back(record(7));
    assert_eq!(ask(&shard, put(1)), Some(NOT_HERE));
    let failure = shard.failure().expect("it has failed");
    assert_eq!(failure.to_string(), "appended at offset 1, expected 0");
}

#[test]
fn what_panics_under_the_lock_fails_its_shard_and_nobody_hangs() {
    let (shard, counters) = active(&[], 0);
    let earlier = shard.ask(NOW, None, put(1));
    shard.log().arm(Fault::Panics);
    let ask = AssertUnwindSafe(|| drop(shard.ask(NOW, None, put(2))));
    assert!(catch_unwind(ask).is_err());
    shard.tick(NOW);
    assert_eq!(answered(earlier), Some(NOT_HERE));
    assert!(matches!(shard.failure(), Some(Failure::Panicked(_))));
    assert_eq!(shard.status(), (Status::Failed, 1));
    assert_eq!(counters.waiters(), 0);
}

#[test]
fn a_session_expires_unless_it_is_renewed() {
    let (shard, counters) = active(&[generation(1, "m")], 1);
    let expired = || counters.to_string().contains("session_expired");
    let beats = shard.ask(later(SESSION_MS - 1), None, beat());
    assert_eq!(answered(beats), Some(Short::Done));
    shard.tick(later(SESSION_MS));
    assert!(!expired());
    shard.tick(later(2 * SESSION_MS - 2));
    assert!(!expired());
    shard.tick(later(2 * SESSION_MS - 1));
    assert!(expired());
    let gone = Short::Error(ErrorCode::UnknownMemberId);
    assert_eq!(ask(&shard, beat()), Some(gone));
}

/// An append that fails ends the pass, and not the passes (O6).
#[test]
fn a_failed_append_leaves_the_expired_to_the_next_pass() {
    let (shard, counters) = shard_that_expires(100, &[record(1)], 1);
    load(&shard);
    let eight_days = 8 * 86_400_000;
    shard.log().arm(Fault::NotWritten);
    shard.tick(later(eight_days));
    assert!(counters.to_string().contains("append_failures 1"));
    shard.tick(later(eight_days + 99));
    assert_eq!(in_short(&shard.log().entries()), [1], "not at once");
    shard.tick(later(eight_days + 100));
    assert!(counters.to_string().contains("offsets_expired 1"));
    assert!(shard.log().entries().len() > 1);
    shard.flush(&|| NOW);
    assert_eq!(ask(&shard, get(true)), Some(Short::Offset(-1)));
}

#[test]
fn metrics_balance() {
    let (shard, counters) = active(&[record(1)], 0);
    assert_eq!(counters.lag(), 1);
    let write = shard.ask(NOW, None, put(2));
    assert_eq!((counters.lag(), counters.waiters()), (2, 1));
    shard.flush(&|| NOW);
    assert_eq!((counters.lag(), counters.waiters()), (0, 0));
    assert_eq!(answered(write), Some(Short::Done));
    drop(shard.ask(NOW, None, put(3)));
    shard.resign(NOW, 2);
    assert_eq!((counters.lag(), counters.waiters()), (0, 0));
    let dump = counters.to_string();
    for line in [
        "appends 2",
        "syncs 1",
        "loads 1",
        "loaded_records 1",
        "unloads 1",
        "refusals{why=\"unloaded\"} 1",
    ] {
        assert!(dump.lines().any(|found| found == line), "{line}: {dump}");
    }
}
