//! A shard over the smallest group there is, and a memory of every answer it gives.

use std::sync::Arc;
use std::time::Duration;

use plimsoll_coordinator::{GroupRequest, GroupResponse, Timestamp};
use plimsoll_offsets::Entry;
use plimsoll_shard::HighWatermark;

use crate::mem_log::MemLog;
use crate::service::{Counters, Loaded, SharedLog, SharedShard, Status};
use crate::small::{self, Short, get, in_short};
use crate::story::tell;
use crate::threads::Mutex;

/// Every decision there is, where threads meet, in the shard and in its coordinator.
#[derive(Clone, Copy, Debug, Default)]
pub struct Decisions {
    pub threads: crate::service::Decisions,
    pub coordinator: plimsoll_coordinator::Decisions,
}

/// How one call was answered, and how much of the log was durable then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    pub call: u32,
    pub answer: Short,
    pub durable: usize,
}

/// Cheap to clone; clones are the same world.
#[derive(Clone)]
pub struct World {
    pub shard: Arc<SharedShard<MemLog>>,
    counters: Arc<Counters>,
    description: Arc<Mutex<Vec<Description>>>,
}

/// No time passes unless a kernel says so.
pub fn at_zero() -> Timestamp {
    Timestamp(0)
}

/// Longer than any test: a hang is a deadlock to the explorer.
pub const FOREVER: Duration = Duration::from_secs(3_600);
/// Longer than any kernel's time.
const NEVER_MS: u64 = 1 << 40;

impl World {
    /// An unloaded shard over a log that is led here in epoch 1.
    pub fn unloaded(decisions: Decisions, entries: &[Entry], durable: usize) -> World {
        let counters = Arc::new(Counters::default());
        let log = MemLog::new(entries, durable);
        let shard = SharedShard::new(log, small::shard(decisions.coordinator), NEVER_MS);
        let shard = shard.with_metrics(Arc::clone(&counters) as _);
        World {
            shard: Arc::new(shard.with_decisions(decisions.threads)),
            counters,
            description: Arc::new(Mutex::new(Vec::new())),
        }
    }

    /// The same, elected in epoch 1 and loaded.
    pub fn active(decisions: Decisions, entries: &[Entry], durable: usize) -> World {
        let world = World::unloaded(decisions, entries, durable);
        assert!(world.elect_and_load(1), "the first load succeeds");
        world
    }

    pub fn log(&self) -> &MemLog {
        self.shard.log()
    }

    pub fn elect(&self, epoch: i32) {
        let is_news = self.shard.elect(at_zero(), epoch);
        tell(match is_news {
            true => format!("elected in epoch {epoch}"),
            false => format!("elected in epoch {epoch}, which is no news"),
        });
    }

    pub fn load(&self, epoch: i32) -> Loaded {
        tell(format!("a load in epoch {epoch} begins"));
        let loaded = self.shard.load(&at_zero, epoch);
        tell(format!("the load in epoch {epoch} ends: {loaded:?}"));
        loaded
    }

    /// This replica leads from now on, says the log.
    pub fn lead(&self, epoch: i32) {
        self.log().lead(epoch);
        tell(format!("the log is led here in epoch {epoch}"));
    }

    /// Another replica leads: it has our records below `keep`, and these.
    pub fn follow(&self, epoch: i32, keep: usize, theirs: &[Entry]) {
        self.log().follow(epoch, keep, theirs);
        let records = in_short(&self.log().entries());
        tell(format!(
            "another replica leads in epoch {epoch}, the log is now {records:?}"
        ));
    }

    /// Syncs the log without telling the shard.
    pub fn sync_log(&self) -> HighWatermark {
        let event = self.log().sync().expect("no fault is armed");
        let HighWatermark {
            leader_epoch,
            offset,
        } = event;
        tell(format!(
            "in epoch {leader_epoch} the log is durable below {offset}"
        ));
        event
    }

    pub fn high_watermark(&self, event: HighWatermark) {
        let HighWatermark {
            leader_epoch,
            offset,
        } = event;
        tell(format!(
            "the shard hears that in epoch {leader_epoch} the high watermark is {offset}"
        ));
        self.shard.high_watermark(at_zero(), event);
    }

    pub fn tick(&self, ms: i64) {
        tell(format!("the timer sees that it is {ms} ms"));
        self.shard.tick(Timestamp(ms));
        tell(format!("the timer is done with {ms} ms"));
    }

    pub fn run_flusher(&self) {
        tell("the flusher runs");
        self.shard.run_flusher(&at_zero);
        tell("the flusher goes home");
    }

    pub fn begin_closing(&self) {
        tell("closing begins");
        self.shard.begin_closing();
    }

    /// Sends a request and waits for the answer.
    pub fn ask(&self, request: GroupRequest) -> Short {
        tell(format!("somebody asks: {}", name(&request)));
        let ticket = self.shard.ask(at_zero(), None, request);
        let answer = ticket.wait(FOREVER).expect("a hang is a deadlock").into();
        tell(format!("and is told: {answer:?}"));
        answer
    }

    /// Whether the shard is active in this epoch afterwards.
    pub fn elect_and_load(&self, epoch: i32) -> bool {
        self.elect(epoch);
        self.load(epoch);
        self.shard.status() == (Status::Active, epoch)
    }

    /// Sends a request; what it is told is remembered under this number.
    pub fn send(&self, call: u32, at_ms: i64, limit: Option<Duration>, request: GroupRequest) {
        let description = Arc::clone(&self.description);
        let shard = Arc::clone(&self.shard);
        let reply = move |answer: GroupResponse| {
            let (answer, durable) = (Short::from(answer), shard.log().durable());
            tell(format!(
                "call {call} is told: {answer:?}; {durable} records are durable"
            ));
            description.lock().expect("unpoisoned").push(Description {
                call,
                answer,
                durable,
            });
        };
        tell(format!(
            "call {call} asks at {at_ms} ms: {}",
            name(&request)
        ));
        let now = Timestamp(at_ms);
        self.shard
            .submit(now, limit, Arc::new(request), Box::new(reply));
    }

    pub fn put(&self, call: u32, offset: i64) {
        self.send(call, 0, None, small::put(offset));
    }

    /// Whether a member's session has run out.
    pub fn has_expired(&self) -> bool {
        self.counters.to_string().contains("session_expired")
    }

    /// Commits, and generations as negative numbers, in the order of the log.
    pub fn in_short(&self) -> Vec<i64> {
        in_short(&self.log().entries())
    }

    pub fn flush(&self) {
        tell("a flush begins");
        self.shard.flush(&at_zero);
        tell("a flush ends");
    }

    pub fn resign(&self, epoch: i32) {
        tell(format!("somebody else leads since epoch {epoch}"));
        self.shard.resign(at_zero(), epoch);
    }

    /// Everything told so far, in order.
    pub fn description(&self) -> Vec<Description> {
        self.description.lock().expect("unpoisoned").clone()
    }

    /// What this call was told; once, and no more.
    pub fn rendered_once(&self, call: u32) -> Description {
        let mut all = self.description();
        all.retain(|description| description.call == call);
        assert_eq!(all.len(), 1, "call {call} was told {all:?}");
        all[0]
    }

    /// What a load of the log as it is says, and whether it can be loaded at all.
    pub fn value_after_reload(&self, epoch: i32) -> i64 {
        self.lead(epoch);
        assert!(
            self.elect_and_load(epoch),
            "the log cannot be loaded: {:?}",
            self.shard.status()
        );
        self.sync_log();
        self.flush();
        self.send(9_999, 0, None, get(false));
        match self.rendered_once(9_999).answer {
            Short::Offset(offset) => offset,
            other => panic!("an active shard answers: {other:?}"),
        }
    }
}

fn name(request: &GroupRequest) -> String {
    match request {
        GroupRequest::Commit(r) => match &*r.member {
            "" => format!("commit {}", r.offsets[0].offset),
            member => format!("commit {} as {member}", r.offsets[0].offset),
        },
        GroupRequest::Fetch(r) if r.require_stable => "a stable fetch".to_owned(),
        GroupRequest::Fetch(_) => "a fetch".to_owned(),
        GroupRequest::Heartbeat(_) => "a heartbeat".to_owned(),
        GroupRequest::Leave(_) => "to leave".to_owned(),
        other => format!("{other:?}"),
    }
}
