//! The threads: that they do what the shard's methods say, and that all of them come home.

extern crate plimsoll_service as service;

#[path = "common/mem_log.rs"]
#[allow(dead_code, reason = "shared with other tests, which use other parts")]
mod mem_log;
#[path = "common/small.rs"]
#[allow(dead_code, reason = "shared with other tests, which use other parts")]
mod small;
mod threads {
    pub use std::sync::{Mutex, MutexGuard};
}

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use mem_log::MemLog;
use plimsoll_coordinator::{Decisions, ErrorCode, GroupRequest, GroupResponse, Timestamp};
use plimsoll_log::LogError;
use plimsoll_offsets::Entry;
use plimsoll_shard::{HighWatermark, PartitionLog};
use service::{Counters, ManualClock, Options, SharedLog, SharedShard, Status, Threads, Ticket};
use small::{Short, get, put};

/// Longer than anything here takes on any machine; reached only if somebody hangs.
const LONG: Duration = Duration::from_secs(60);
const NEVER_MS: u64 = 1 << 40;

/// A log whose syncs wait for a gate, and can panic; so can its loads.
struct Gated {
    log: MemLog,
    gate: Arc<Mutex<()>>,
    syncs_begun: Arc<AtomicU64>,
    syncs_panic: Arc<AtomicBool>,
    loads_panic: Arc<AtomicBool>,
}

impl SharedLog for Gated {
    fn lock(&self) -> impl PartitionLog + '_ {
        self.log.lock()
    }

    fn sync(&self) -> Result<HighWatermark, LogError> {
        self.syncs_begun.fetch_add(1, SeqCst);
        assert!(!self.syncs_panic.load(SeqCst), "a sync that panics");
        let _open = self.gate.lock();
        self.log.sync()
    }

    fn recover(&self) -> Result<(), LogError> {
        assert!(!self.loads_panic.load(SeqCst), "a load that panics");
        self.log.recover()
    }
}

struct World {
    threads: Threads<Gated>,
    counters: Arc<Counters>,
    clock: Arc<ManualClock>,
    gate: Arc<Mutex<()>>,
    syncs_begun: Arc<AtomicU64>,
    syncs_panic: Arc<AtomicBool>,
    loads_panic: Arc<AtomicBool>,
}

fn world(entries: &[Entry]) -> World {
    let counters = Arc::new(Counters::default());
    let gate = Arc::new(Mutex::new(()));
    let (syncs_begun, syncs_panic, loads_panic) = (Arc::default(), Arc::default(), Arc::default());
    let log = Gated {
        log: MemLog::new(entries, entries.len()),
        gate: Arc::clone(&gate),
        syncs_begun: Arc::clone(&syncs_begun),
        syncs_panic: Arc::clone(&syncs_panic),
        loads_panic: Arc::clone(&loads_panic),
    };
    let shard = SharedShard::new(log, small::shard(Decisions::default()), NEVER_MS);
    let shard = shard.with_metrics(Arc::clone(&counters) as _);
    let clock = Arc::new(ManualClock::default());
    let options = Options {
        tick: Duration::from_millis(1),
    };
    let threads = Threads::start(vec![shard], Arc::clone(&clock) as _, options)
        .expect("a few threads can be started");
    World {
        threads,
        counters,
        clock,
        gate,
        syncs_begun,
        syncs_panic,
        loads_panic,
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
        self.threads.elect(0, epoch);
        self.until("loaded", |world| {
            world.threads.shards()[0].status() == (Status::Active, epoch)
        });
    }

    fn close_gate(&self) -> MutexGuard<'_, ()> {
        self.gate.lock().expect("nobody panics under it")
    }

    fn ask_within(
        &self,
        shard: usize,
        limit: Option<Duration>,
        request: GroupRequest,
    ) -> Ticket<GroupResponse> {
        let (ticket, reply) = Ticket::new();
        self.threads.submit(shard, limit, Arc::new(request), reply);
        ticket
    }

    fn ask(&self, request: GroupRequest) -> Ticket<GroupResponse> {
        self.ask_within(0, None, request)
    }
}

fn answered(ticket: Ticket<GroupResponse>) -> Short {
    ticket.wait(LONG).expect("everybody is answered").into()
}

#[test]
fn appends_that_wait_together_share_a_sync() {
    let world = world(&[]);
    world.elect(1);
    let gate = world.close_gate();
    let first = world.ask(put(0));
    world.until("the first sync has begun", |w| {
        w.syncs_begun.load(SeqCst) == 1
    });
    let others: Vec<_> = (1..100).map(|offset| world.ask(put(offset))).collect();
    drop(gate);
    for ticket in std::iter::once(first).chain(others) {
        assert_eq!(answered(ticket), Short::Done);
    }
    assert_eq!((world.counters.appends(), world.counters.syncs()), (100, 2));
}

#[test]
fn reads_do_not_wait_for_a_sync() {
    let world = world(&[]);
    world.elect(1);
    let gate = world.close_gate();
    let write = world.ask(put(1));
    world.until("the sync has begun", |w| w.syncs_begun.load(SeqCst) == 1);
    assert_eq!(answered(world.ask(get(false))), Short::Offset(-1));
    drop(gate);
    assert_eq!(answered(write), Short::Done);
}

#[test]
fn time_runs_out_while_the_disk_hangs() {
    let world = world(&[]);
    world.elect(1);
    let gate = world.close_gate();
    let write = world.ask_within(0, Some(Duration::from_secs(5)), put(1));
    world.clock.set(Timestamp(5_000));
    let open = Short::Error(ErrorCode::CoordinatorNotAvailable);
    assert_eq!(answered(write), open);
    assert_eq!(world.counters.waiters(), 0);
    drop(gate);
}

#[test]
fn shutdown_syncs_what_is_left_and_answers_everybody() {
    let world = world(&[]);
    world.elect(1);
    let gate = world.close_gate();
    let tickets: Vec<_> = (0..10).map(|offset| world.ask(put(offset))).collect();
    drop(gate);
    drop(world.threads);
    for ticket in tickets {
        let answer = ticket.wait(Duration::ZERO).map(Short::from);
        assert_eq!(answer, Some(Short::Done));
    }
    assert_eq!((world.counters.waiters(), world.counters.lag()), (0, 0));
}

#[test]
fn a_flusher_that_panics_fails_the_shard_and_goes_on() {
    let world = world(&[]);
    world.elect(1);
    world.syncs_panic.store(true, SeqCst);
    let write = world.ask(put(1));
    assert_eq!(answered(write), Short::Error(ErrorCode::NotCoordinator));
    world.syncs_panic.store(false, SeqCst);
    world.threads.shards()[0].log().log.lead(2);
    world.elect(2);
    assert_eq!(answered(world.ask(put(2))), Short::Done);
}

#[test]
fn a_load_that_panics_is_a_failed_load() {
    let world = world(&[]);
    world.loads_panic.store(true, SeqCst);
    world.threads.elect(0, 1);
    world.until("failed", |world| {
        world.threads.shards()[0].status() == (Status::Failed, 1)
    });
    world.loads_panic.store(false, SeqCst);
    world.threads.shards()[0].log().log.lead(2);
    world.elect(2);
}

#[test]
fn no_such_shard() {
    let world = world(&[]);
    world.threads.elect(1, 1);
    world.threads.resign(1, 1);
    let answer = answered(world.ask_within(1, None, put(1)));
    assert_eq!(answer, Short::Error(ErrorCode::NotCoordinator));
}
