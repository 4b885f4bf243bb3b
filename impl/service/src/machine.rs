//! The coordinator of one partition as the runtime's machine.

use std::sync::Arc;

use plimsoll_coordinator::{
    Answer, CallId, Coordinator, ErrorCode, GroupRequest, GroupResponse, Outcome, Step, TimerId,
    TimerName, Timestamp,
};
use plimsoll_offsets::{Entry, Text};
use plimsoll_runtime::{Call, Effects, Machine, Metrics, Moment, NotWritten, TimerChange, When};

use crate::sweep::Sweep;

/// A timer of a shard.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// One of a group.
    Group(Text, TimerName),
    /// It is time to look for expired offsets, or to go on with it.
    Expiry,
}

/// What a request or a timer would do.
pub struct Prepared {
    pub(crate) step: Step,
    /// How a pass over expired offsets goes on after it.
    pub(crate) sweep: Option<Sweep>,
}

impl From<Step> for Prepared {
    fn from(step: Step) -> Prepared {
        Prepared { step, sweep: None }
    }
}

/// A coordinator, and how far its pass over expired offsets has come. Answers that have to wait for the high watermark
/// wait in the coordinator; what it gives is to be given at once.
pub struct GroupMachine {
    pub(crate) coordinator: Coordinator,
    pub(crate) sweep: Sweep,
    pub(crate) expiry_interval_ms: u64,
    metrics: Arc<dyn Metrics>,
}

impl GroupMachine {
    /// A coordinator that has yet to load, and how often it looks for expired offsets, in milliseconds.
    pub fn new(
        coordinator: Coordinator,
        expiry_interval_ms: u64,
        metrics: Arc<dyn Metrics>,
    ) -> GroupMachine {
        GroupMachine {
            coordinator,
            sweep: Sweep::default(),
            expiry_interval_ms,
            metrics,
        }
    }

    fn effects(&self, outcome: Outcome) -> Effects<GroupMachine> {
        for cause in &outcome.rebalances {
            self.metrics.rebalance(cause.name());
        }
        if outcome.expired_offsets > 0 {
            self.metrics.expired(outcome.expired_offsets);
        }
        let answer = |Answer { call, response }| (Call(call.0), response, When::Now);
        Effects {
            answers: outcome.answers.into_iter().map(answer).collect(),
            timers: outcome.timers.into_iter().map(timer_change).collect(),
        }
    }
}

fn at(now: Moment) -> Timestamp {
    Timestamp(now.ms())
}

fn timer_change(change: plimsoll_coordinator::TimerChange) -> TimerChange<Timer> {
    use plimsoll_coordinator::TimerChange as Of;
    match change {
        Of::Set { timer, after_ms } => TimerChange::Set {
            arming: timer.arming,
            timer: Timer::Group(timer.group, timer.name),
            after_ms,
        },
        Of::Cancel { timer } => TimerChange::Cancel {
            timer: Timer::Group(timer.group, timer.name),
        },
    }
}

/// What Kafka's log answers to an append of this kind; the coordinator knows what a group client is told then.
fn error_of(why: NotWritten) -> ErrorCode {
    match why {
        NotWritten::Fenced => ErrorCode::NotCoordinator,
        NotWritten::Refused => ErrorCode::MessageTooLarge,
        NotWritten::Storage => ErrorCode::KafkaStorageError,
        NotWritten::ProducerFenced => ErrorCode::InvalidProducerEpoch,
        NotWritten::TransactionFenced => ErrorCode::TransactionCoordinatorFenced,
        NotWritten::OutOfTurn => ErrorCode::InvalidTxnState,
    }
}

impl Machine for GroupMachine {
    type Request = Arc<GroupRequest>;
    type Response = GroupResponse;
    type Batch = Step;
    type Record = Entry;
    type Step = Prepared;
    type Timer = Timer;

    fn prepare(&self, now: Moment, call: Call, request: Arc<GroupRequest>) -> Prepared {
        let step = self.coordinator.request(at(now), CallId(call.0), &request);
        step.into()
    }

    fn expire(&self, now: Moment, timer: &Timer, arming: u64) -> Prepared {
        match timer {
            Timer::Group(group, name) => {
                let timer = TimerId {
                    group: group.clone(),
                    name: name.clone(),
                    arming,
                };
                self.coordinator.fire(at(now), &timer).into()
            }
            Timer::Expiry => self.sweep.go_on(&self.coordinator, at(now)),
        }
    }

    fn batch<'a>(&self, prepared: &'a Prepared) -> Option<&'a Step> {
        let step = &prepared.step;
        (!step.records().is_empty() || step.marker().is_some()).then_some(step)
    }

    fn accept(&mut self, now: Moment, prepared: Prepared, base_offset: i64) -> Effects<Self> {
        let outcome = self.coordinator.accept(at(now), prepared.step, base_offset);
        let mut effects = self.effects(outcome);
        if let Some(sweep) = prepared.sweep {
            effects.timers.push(sweep.timer(self.expiry_interval_ms));
            self.sweep = sweep;
        }
        effects
    }

    fn abandon(&mut self, now: Moment, prepared: Prepared, why: NotWritten) -> Effects<Self> {
        let outcome = self
            .coordinator
            .reject(at(now), prepared.step, error_of(why));
        let mut effects = self.effects(outcome);
        if prepared.sweep.is_some() {
            // The next pass does the rest.
            self.sweep = Sweep::default();
            effects
                .timers
                .push(self.sweep.timer(self.expiry_interval_ms));
        }
        effects
    }

    fn begin(&mut self, high_watermark: i64) {
        self.coordinator.begin_load(high_watermark);
    }

    fn replay(&mut self, offset: i64, entry: Entry) -> Result<(), String> {
        self.coordinator.apply(offset, &entry);
        Ok(())
    }

    fn activate(&mut self, now: Moment, log_end: i64, high_watermark: i64) -> Effects<Self> {
        let outcome = self
            .coordinator
            .finish_load(at(now), log_end, high_watermark);
        let mut effects = self.effects(outcome);
        effects
            .timers
            .push(self.sweep.timer(self.expiry_interval_ms));
        effects
    }

    fn advance(&mut self, now: Moment, high_watermark: i64) -> Effects<Self> {
        let leader_epoch = self.coordinator.leader_epoch();
        let outcome = self
            .coordinator
            .high_watermark(at(now), high_watermark, leader_epoch);
        self.effects(outcome)
    }

    fn stop(&mut self, now: Moment) -> Effects<Self> {
        let outcome = self.coordinator.stop(at(now));
        self.effects(outcome)
    }
}
