//! The runtime's threads: that they do what the shard's methods say, and that all of them come home.

extern crate plimsoll_runtime as runtime;

#[path = "common/mem_log.rs"]
#[allow(dead_code, reason = "shared with other tests, which use other parts")]
mod mem_log;
#[path = "common/register.rs"]
#[allow(dead_code, reason = "shared with other tests, which use other parts")]
mod register;
mod threads {
    pub use std::sync::Mutex;
}

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use mem_log::MemLog;
use register::{Record, Register, Request, Response, UNSPEAKABLE};
use runtime::{
    AppendFailure, Chunk, Counters, Extent, HighWatermark, ManualClock, Moment, Options,
    PartitionLog, Refusal, Runtime, Shard, Status,
};

/// Longer than anything here takes on any machine; reached only if somebody hangs.
const LONG: Duration = Duration::from_secs(60);

/// A log whose syncs wait for a gate, and can panic.
struct Gated {
    log: MemLog,
    gate: Arc<Mutex<()>>,
    syncs_begun: Arc<AtomicU64>,
    panics: Arc<AtomicBool>,
}

impl PartitionLog for Gated {
    type Batch = [Record];
    type Record = Record;

    fn append(
        &self,
        epoch: i32,
        now: Moment,
        records: &[Record],
    ) -> Result<Range<i64>, AppendFailure> {
        self.log.append(epoch, now, records)
    }
    fn sync(&self, now: Moment) -> Result<HighWatermark, String> {
        self.syncs_begun.fetch_add(1, SeqCst);
        assert!(!self.panics.load(SeqCst), "a sync that panics");
        let _open = self.gate.lock();
        self.log.sync(now)
    }
    fn extent(&self, epoch: i32) -> Result<Extent, String> {
        self.log.extent(epoch)
    }
    fn read(&self, from: i64, below: i64) -> Result<Chunk<Record>, String> {
        self.log.read(from, below)
    }
    fn leader_epoch(&self) -> i32 {
        self.log.leader_epoch()
    }
}

struct World {
    runtime: Runtime<Register, Gated>,
    counters: Arc<Counters>,
    clock: Arc<ManualClock>,
    gate: Arc<Mutex<()>>,
    syncs_begun: Arc<AtomicU64>,
    panics: Arc<AtomicBool>,
}

fn world(records: &[Record]) -> World {
    let counters = Arc::new(Counters::default());
    let gate = Arc::new(Mutex::new(()));
    let (syncs_begun, panics) = (Arc::default(), Arc::default());
    let log = Gated {
        log: MemLog::new(records, records.len()),
        gate: Arc::clone(&gate),
        syncs_begun: Arc::clone(&syncs_begun),
        panics: Arc::clone(&panics),
    };
    let shard =
        Shard::new(log, Box::new(|_| Register::new())).with_metrics(Arc::clone(&counters) as _);
    let clock = Arc::new(ManualClock::default());
    let options = Options {
        tick: Duration::from_millis(1),
    };
    let runtime = Runtime::start(vec![shard], Arc::clone(&clock) as _, options)
        .expect("a few threads can be started");
    World {
        runtime,
        counters,
        clock,
        gate,
        syncs_begun,
        panics,
    }
}

impl World {
    fn until(&self, what: &str, condition: impl Fn(&World) -> bool) {
        let begun = std::time::Instant::now();
        while !condition(self) {
            assert!(begun.elapsed() < LONG, "never: {what}");
            std::thread::yield_now();
        }
    }

    fn elect(&self, epoch: i32) {
        self.runtime.elect(0, epoch);
        self.until("loaded", |world| {
            world.runtime.shards()[0].status() == (Status::Active, epoch)
        });
    }

    fn close_gate(&self) -> MutexGuard<'_, ()> {
        self.gate.lock().expect("nobody panics under it")
    }
}

const fn put(value: i64) -> Request {
    Request::Put {
        expect: None,
        value,
    }
}

#[test]
fn appends_that_wait_together_share_a_sync() {
    let world = world(&[]);
    world.elect(1);
    let gate = world.close_gate();
    let first = world.runtime.ask(0, None, put(0));
    world.until("the first sync has begun", |w| {
        w.syncs_begun.load(SeqCst) == 1
    });
    let others: Vec<_> = (1..100)
        .map(|value| world.runtime.ask(0, None, put(value)))
        .collect();
    drop(gate);
    for ticket in std::iter::once(first).chain(others) {
        assert_eq!(ticket.wait(LONG), Ok(Response::Done));
    }
    assert_eq!((world.counters.appends(), world.counters.syncs()), (100, 2));
}

#[test]
fn reads_do_not_wait_for_a_sync() {
    let world = world(&[]);
    world.elect(1);
    let gate = world.close_gate();
    let write = world.runtime.ask(0, None, put(1));
    world.until("the sync has begun", |w| w.syncs_begun.load(SeqCst) == 1);
    let read = world.runtime.ask(0, None, Request::Get { stable: false });
    assert_eq!(read.wait(LONG), Ok(Response::Value(0)));
    drop(gate);
    assert_eq!(write.wait(LONG), Ok(Response::Done));
}

#[test]
fn time_runs_out_while_the_disk_hangs() {
    let world = world(&[]);
    world.elect(1);
    let gate = world.close_gate();
    let write = world.runtime.ask(0, Some(Duration::from_secs(5)), put(1));
    world.clock.set(Moment::from_ms(5_000));
    assert_eq!(write.wait(LONG), Err(Refusal::TimedOut));
    assert_eq!(world.counters.waiters(), 0);
    drop(gate);
}

#[test]
fn shutdown_syncs_what_is_left_and_tells_everybody() {
    let world = world(&[]);
    world.elect(1);
    let gate = world.close_gate();
    let tickets: Vec<_> = (0..10)
        .map(|value| world.runtime.ask(0, None, put(value)))
        .collect();
    drop(gate);
    drop(world.runtime);
    for ticket in tickets {
        assert_eq!(ticket.wait(Duration::ZERO), Ok(Response::Done));
    }
    assert_eq!((world.counters.waiters(), world.counters.lag()), (0, 0));
}

#[test]
fn a_flusher_that_panics_fails_the_shard_and_goes_on() {
    let world = world(&[]);
    world.elect(1);
    world.panics.store(true, SeqCst);
    let write = world.runtime.ask(0, None, put(1));
    assert_eq!(write.wait(LONG), Err(Refusal::FailedMeanwhile));
    world.panics.store(false, SeqCst);
    world.runtime.shards()[0].log().log.lead(2);
    world.elect(2);
    assert_eq!(
        world.runtime.ask(0, None, put(2)).wait(LONG),
        Ok(Response::Done)
    );
}

#[test]
fn a_load_that_panics_is_a_failed_load() {
    let world = world(&[Record::Put {
        expect: None,
        value: UNSPEAKABLE,
    }]);
    world.runtime.elect(0, 1);
    world.until("failed", |world| {
        matches!(
            world.runtime.shards()[0].status(),
            (Status::Failed { .. }, 1)
        )
    });
}

#[test]
fn no_such_shard() {
    let world = world(&[]);
    world.runtime.elect(1, 1);
    world.runtime.resign(1, 1);
    assert_eq!(
        world.runtime.ask(1, None, put(1)).wait(LONG),
        Err(Refusal::NotLoaded)
    );
}
