//! What a shard runs: a state machine without I/O, clock or threads.

use crate::moment::Moment;

/// Names a request, so that its answer can come later. Given by the shard, never twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Call(pub u64);

/// A state machine over a log.
///
/// What a request would do is worked out first, without any change ([`prepare`](Machine::prepare)). Only when its batch
/// is in the log is the step [accepted](Machine::accept); if it certainly is not, it is
/// [abandoned](Machine::abandon). So there is nothing to revert: before its append a step has left no trace (S5).
///
/// The shard calls all of it under one lock. A call that panics fails the shard, not the process.
pub trait Machine: Send + 'static {
    /// A request.
    type Request: Send;
    /// The answer to one.
    type Response: Send + 'static;
    /// What is appended: all of it or nothing (O8).
    type Batch: ?Sized;
    /// What is replayed.
    type Record;
    /// A step that has been worked out.
    type Step;
    /// Which timer: arming one replaces its earlier arming.
    type Timer: Ord + Clone + Send;

    /// Works out what a request would do.
    fn prepare(&self, now: Moment, call: Call, request: Self::Request) -> Self::Step;

    /// Works out what a timer does that has run out, as it was armed with `arming`.
    fn expire(&self, now: Moment, timer: &Self::Timer, arming: u64) -> Self::Step;

    /// What has to be appended before the step is accepted; none if nothing.
    fn batch<'a>(&self, step: &'a Self::Step) -> Option<&'a Self::Batch>;

    /// Makes the step: its batch, if any, is in the log from `base_offset` on.
    fn accept(&mut self, now: Moment, step: Self::Step, base_offset: i64) -> Effects<Self>;

    /// Drops the step: its batch is certainly not in the log. Whoever asked is told.
    fn abandon(&mut self, now: Moment, step: Self::Step, why: NotWritten) -> Effects<Self>;

    /// Begins the load of a log that is durable below `high_watermark`.
    fn begin(&mut self, high_watermark: i64) {
        let _ = high_watermark;
    }

    /// Applies a record while loading.
    ///
    /// # Errors
    /// What is wrong with the record; the load fails (S6).
    fn replay(&mut self, offset: i64, record: Self::Record) -> Result<(), String>;

    /// Ends the load: everything below `log_end` has been replayed, everything below `high_watermark` may be shown.
    fn activate(&mut self, now: Moment, log_end: i64, high_watermark: i64) -> Effects<Self>;

    /// Everything below `high_watermark` may be shown. It is higher each time.
    fn advance(&mut self, now: Moment, high_watermark: i64) -> Effects<Self>;

    /// Ends the machine. Calls that it does not answer are refused by the shard. Timers it names are ignored.
    fn stop(&mut self, now: Moment) -> Effects<Self>;
}

/// Why a batch is certainly not in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotWritten {
    /// The log is led in another epoch, by us or by somebody else (S7).
    Fenced,
    /// The batch can never be written: too large, or not encodable.
    Refused,
    /// The disk said no, and what it had written has been undone.
    Storage,
    /// A newer instance of the producer whose transaction it belongs to has written (L8).
    ProducerFenced,
    /// A newer coordinator of the transaction has written.
    TransactionFenced,
    /// The producer may not write it at this point (L8).
    OutOfTurn,
}

/// When an answer may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// At once.
    Now,
    /// When the high watermark has passed all that is in the log at this moment (S2, S8).
    OnceDurable,
}

/// What comes of a step.
#[derive(Debug)]
pub struct Effects<M: Machine + ?Sized> {
    /// Answers, in this order.
    pub answers: Vec<(Call, M::Response, When)>,
    /// Timers to set and cancel, in this order.
    pub timers: Vec<TimerChange<M::Timer>>,
}

impl<M: Machine> Default for Effects<M> {
    fn default() -> Effects<M> {
        Effects {
            answers: Vec::new(),
            timers: Vec::new(),
        }
    }
}

impl<M: Machine> Effects<M> {
    /// One answer.
    pub fn answer(call: Call, response: M::Response, when: When) -> Effects<M> {
        Effects {
            answers: vec![(call, response, when)],
            timers: Vec::new(),
        }
    }
}

/// What to do with a timer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimerChange<T> {
    /// Let it run out after so many milliseconds, instead of an earlier arming of it.
    Set {
        /// Which timer.
        timer: T,
        /// Given back to [`Machine::expire`].
        arming: u64,
        /// Milliseconds from now.
        after_ms: u64,
    },
    /// Do not let it run out.
    Cancel {
        /// Which timer.
        timer: T,
    },
}
