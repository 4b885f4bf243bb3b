//! What a shard tells whom, one thread at a time. What happens when they meet is explored in `tests/loom`.

extern crate plimsoll_runtime as runtime;

#[path = "common/mem_log.rs"]
#[allow(dead_code, reason = "shared with tests/loom, which uses other parts")]
mod mem_log;
#[path = "common/register.rs"]
#[allow(dead_code, reason = "shared with tests/loom, which uses other parts")]
mod register;
mod threads {
    pub use std::sync::Mutex;
}

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use mem_log::{Fault, MemLog};
use register::{Record, Register, Request, Response, SESSION_MS, UNSPEAKABLE};
use runtime::{
    Counters, HighWatermark, Loaded, Moment, NotWritten, PartitionLog, Refusal, Shard, Status,
};

const NOW: Moment = Moment::from_ms(1_000);
const SOON: Duration = Duration::from_millis(50);

const fn put(value: i64) -> Request {
    Request::Put {
        expect: None,
        value,
    }
}

const fn record(value: i64) -> Record {
    Record::Put {
        expect: None,
        value,
    }
}

fn shard(records: &[Record], durable: usize) -> (Shard<Register, MemLog>, Arc<Counters>) {
    let counters = Arc::new(Counters::default());
    let shard = Shard::new(MemLog::new(records, durable), Box::new(|_| Register::new()))
        .with_metrics(Arc::clone(&counters) as _);
    (shard, counters)
}

fn active(records: &[Record], durable: usize) -> (Shard<Register, MemLog>, Arc<Counters>) {
    let (shard, counters) = shard(records, durable);
    assert!(shard.elect(NOW, 1));
    let records = records.len() as u64;
    assert_eq!(shard.load(&|| NOW, 1), Loaded::Active { records });
    (shard, counters)
}

/// What a request is told by now.
fn description(shard: &Shard<Register, MemLog>, request: Request) -> Result<Response, Refusal> {
    shard.ask(NOW, None, request).wait(Duration::ZERO)
}

#[test]
fn nothing_is_served_before_the_load_or_after_the_unload() {
    let (shard, _) = shard(&[record(1)], 1);
    assert_eq!(description(&shard, put(2)), Err(Refusal::NotLoaded));
    shard.elect(NOW, 1);
    assert_eq!(description(&shard, put(2)), Err(Refusal::Loading));
    shard.load(&|| NOW, 1);
    assert_eq!(
        description(&shard, Request::Get { stable: true }),
        Ok(Response::Value(1))
    );
    shard.resign(NOW, 2);
    assert_eq!(description(&shard, put(2)), Err(Refusal::NotLoaded));
    assert_eq!(shard.log().records(), [record(1)]);
}

#[test]
fn an_incomplete_read_is_a_failed_load_not_a_short_log() {
    let (shard, _) = shard(&[record(1), record(2)], 2);
    shard.log().fail_reads(true);
    shard.elect(NOW, 1);
    let Loaded::Failed { reason } = shard.load(&|| NOW, 1) else {
        panic!("half a log was loaded");
    };
    assert_eq!(reason, "nothing can be read at offset 1");
    assert_eq!(shard.status(), (Status::Failed { reason }, 1));
    assert_eq!(
        description(&shard, Request::Get { stable: false }),
        Err(Refusal::Failed)
    );
    shard.log().fail_reads(false);
    shard.log().lead(2);
    shard.elect(NOW, 2);
    assert_eq!(shard.load(&|| NOW, 2), Loaded::Active { records: 2 });
}

#[test]
fn a_record_that_cannot_be_replayed_fails_the_load_by_its_offset() {
    let wrong = Record::Put {
        expect: Some(9),
        value: 2,
    };
    let (shard, _) = shard(&[record(1), wrong, record(3)], 3);
    shard.elect(NOW, 1);
    let description = "record at offset 1: it was written upon 9, but upon it is 1";
    let reason = description.to_owned();
    assert_eq!(shard.load(&|| NOW, 1), Loaded::Failed { reason });
    // Not even what stands before it is shown.
    for stable in [false, true] {
        let read = Request::Get { stable };
        assert_eq!(self::description(&shard, read), Err(Refusal::Failed));
    }
    let right = Record::Put {
        expect: Some(1),
        value: 2,
    };
    let (shard, _) = active(&[record(1), right, record(3)], 3);
    let read = Request::Get { stable: true };
    assert_eq!(self::description(&shard, read), Ok(Response::Value(3)));
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
    let stable = shard.ask(NOW, None, Request::Get { stable: true });
    assert_eq!(
        description(&shard, Request::Get { stable: false }),
        Ok(Response::Value(0))
    );
    assert_eq!(shard.waiters(), 2);
    shard.flush(&|| NOW);
    assert_eq!(write.wait(Duration::ZERO), Ok(Response::Done));
    assert_eq!(stable.wait(Duration::ZERO), Ok(Response::Value(1)));
    assert_eq!(
        description(&shard, Request::Get { stable: false }),
        Ok(Response::Value(1))
    );
    assert_eq!(shard.waiters(), 0);
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
    shard.resign(NOW, 2);
    assert_eq!(write.wait(Duration::ZERO), Err(Refusal::Unloaded));
}

#[test]
fn time_out_leaves_the_record_and_the_outcome_open() {
    let (shard, counters) = active(&[], 0);
    let late = shard.ask(NOW, Some(SOON), put(1));
    let patient = shard.ask(NOW, None, put(2));
    shard.tick(Moment::from_ms(NOW.ms() + 49));
    assert_eq!(counters.waiters(), 2);
    shard.tick(Moment::from_ms(NOW.ms() + 50));
    let refusal = late.wait(Duration::ZERO).expect_err("its time has run out");
    assert_eq!(refusal, Refusal::TimedOut);
    assert!(refusal.outcome_is_open());
    shard.flush(&|| NOW);
    assert_eq!(patient.wait(Duration::ZERO), Ok(Response::Done));
    assert_eq!(shard.log().records()[..2], [record(1), record(2)]);
}

#[test]
fn a_batch_that_was_not_written_leaves_no_trace() {
    let (shard, _) = active(&[record(1)], 1);
    shard.log().arm(Fault::NotWritten);
    assert_eq!(
        description(&shard, put(2)),
        Ok(Response::NotWritten(NotWritten::Storage))
    );
    assert_eq!(
        description(&shard, Request::Get { stable: true }),
        Ok(Response::Value(1))
    );
    assert_eq!(shard.status(), (Status::Active, 1));
}

#[test]
fn a_batch_that_may_have_been_written_fails_the_shard() {
    for (fault, after) in [(Fault::UnknownButWritten, 2), (Fault::UnknownNotWritten, 1)] {
        let (shard, _) = active(&[record(1)], 1);
        shard.log().arm(fault);
        assert_eq!(description(&shard, put(2)), Err(Refusal::FailedMeanwhile));
        assert!(matches!(shard.status(), (Status::Failed { .. }, 1)));
        shard.log().lead(2);
        shard.elect(NOW, 2);
        shard.load(&|| NOW, 2);
        shard.flush(&|| NOW);
        assert_eq!(
            description(&shard, Request::Get { stable: true }),
            Ok(Response::Value(after))
        );
    }
}

#[test]
fn a_failed_sync_fails_the_shard_of_its_epoch() {
    let (shard, _) = active(&[], 0);
    let write = shard.ask(NOW, None, put(1));
    shard.log().fail_syncs(true);
    shard.flush(&|| NOW);
    assert_eq!(write.wait(Duration::ZERO), Err(Refusal::FailedMeanwhile));
    assert_eq!(description(&shard, put(2)), Err(Refusal::Failed));
}

#[test]
fn somebody_else_in_the_log_fails_the_shard() {
    let (shard, _) = active(&[], 0);
    shard
        .log()
        .append(1, NOW, &[record(7)])
        .expect("no fault is armed");
    assert_eq!(description(&shard, put(1)), Err(Refusal::FailedMeanwhile));
    let (status, _) = shard.status();
    let reason = "appended at offset 1, expected 0".to_owned();
    assert_eq!(status, Status::Failed { reason });
}

#[test]
fn a_machine_that_panics_fails_its_shard_and_nobody_hangs() {
    let (shard, counters) = active(&[], 0);
    let earlier = shard.ask(NOW, None, put(1));
    let ask = AssertUnwindSafe(|| drop(shard.ask(NOW, None, put(UNSPEAKABLE))));
    assert!(catch_unwind(ask).is_err());
    shard.tick(NOW);
    assert_eq!(earlier.wait(Duration::ZERO), Err(Refusal::FailedMeanwhile));
    assert!(matches!(shard.status(), (Status::Failed { .. }, 1)));
    assert_eq!(counters.waiters(), 0);
}

#[test]
fn a_session_expires_unless_it_is_renewed() {
    let (shard, _) = active(&[], 0);
    let session = SESSION_MS as i64;
    let later = |ms| Moment::from_ms(NOW.ms() + ms);
    let beat = shard.ask(later(session - 1), None, Request::Beat);
    assert_eq!(beat.wait(Duration::ZERO), Ok(Response::Alive));
    shard.tick(later(session));
    assert_eq!(shard.log().records(), []);
    shard.tick(later(2 * session - 1));
    assert_eq!(shard.log().records(), [Record::Expired]);
    shard.tick(later(9 * session));
    assert_eq!(shard.log().records(), [Record::Expired]);
}

#[test]
fn metrics_balance() {
    let (shard, counters) = active(&[record(1)], 0);
    assert_eq!(counters.lag(), 1);
    let write = shard.ask(NOW, None, put(2));
    assert_eq!((counters.lag(), counters.waiters()), (2, 1));
    shard.flush(&|| NOW);
    assert_eq!((counters.lag(), counters.waiters()), (0, 0));
    assert_eq!(write.wait(Duration::ZERO), Ok(Response::Done));
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
        "answers 1",
        "refusals{why=\"unloaded\"} 1",
    ] {
        assert!(dump.lines().any(|found| found == line), "{line}: {dump}");
    }
}
