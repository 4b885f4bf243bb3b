//! The smallest machine that has everything a shard cares about: one number in a log, and one member with a session.

use crate::runtime::{Call, Effects, Machine, Moment, NotWritten, TimerChange, When};

/// How long the member may be silent.
pub const SESSION_MS: u64 = 10;

/// A value over which the machine panics when it takes it over.
pub const UNSPEAKABLE: i64 = -99;

/// A request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Set the number, if it is the expected one.
    Put { expect: Option<i64>, value: i64 },
    /// What is it? Stable: as of all that is in the log by now. Else: as of the high watermark.
    Get { stable: bool },
    /// The member lives.
    Beat,
    /// The member goes.
    Leave,
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Response {
    Done,
    Mismatch,
    Value(i64),
    Alive,
    Left,
    Gone,
    NotWritten(NotWritten),
}

/// What is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// The number, and what it had to be before.
    Put { expect: Option<i64>, value: i64 },
    /// The member's session ran out.
    Expired,
}

/// A step that has been worked out.
pub struct Step {
    call: Option<Call>,
    response: Response,
    when: When,
    records: Vec<Record>,
    alive: Option<bool>,
}

/// The machine.
pub struct Register {
    value: i64,
    /// Each value with the offset after its record, the oldest first.
    history: Vec<(i64, i64)>,
    high_watermark: i64,
    alive: bool,
    armings: u64,
}

impl Register {
    pub fn new() -> Register {
        Register {
            value: 0,
            history: Vec::new(),
            high_watermark: 0,
            alive: true,
            armings: 0,
        }
    }

    fn shown(&self) -> i64 {
        let below = |(end, _): &&(i64, i64)| *end <= self.high_watermark;
        self.history
            .iter()
            .rev()
            .find(below)
            .map_or(0, |&(_, value)| value)
    }

    fn apply(&mut self, offset: i64, record: Record) {
        match record {
            Record::Put { value, .. } => {
                assert!(value != UNSPEAKABLE, "what was that?");
                self.value = value;
                self.history.push((offset + 1, value));
            }
            Record::Expired => self.alive = false,
        }
    }

    fn session(&mut self) -> Vec<TimerChange<u8>> {
        self.armings += 1;
        vec![TimerChange::Set {
            timer: 0,
            arming: self.armings,
            after_ms: SESSION_MS,
        }]
    }
}

impl Machine for Register {
    type Request = Request;
    type Response = Response;
    type Batch = [Record];
    type Record = Record;
    type Step = Step;
    type Timer = u8;

    fn prepare(&self, _: Moment, call: Call, request: Request) -> Step {
        let mut step = Step {
            call: Some(call),
            response: Response::Done,
            when: When::Now,
            records: Vec::new(),
            alive: None,
        };
        match request {
            Request::Put { expect, value } if expect.is_none_or(|e| e == self.value) => {
                step.records.push(Record::Put { expect, value });
                step.when = When::OnceDurable;
            }
            Request::Put { .. } => step.response = Response::Mismatch,
            Request::Get { stable: true } => {
                step.response = Response::Value(self.value);
                step.when = When::OnceDurable;
            }
            Request::Get { stable: false } => step.response = Response::Value(self.shown()),
            Request::Beat if self.alive => {
                step.response = Response::Alive;
                step.alive = Some(true);
            }
            Request::Leave if self.alive => {
                step.response = Response::Left;
                step.alive = Some(false);
            }
            Request::Beat | Request::Leave => step.response = Response::Gone,
        }
        step
    }

    fn expire(&self, _: Moment, _: &u8, _: u64) -> Step {
        Step {
            call: None,
            response: Response::Gone,
            when: When::Now,
            records: vec![Record::Expired],
            alive: None,
        }
    }

    fn batch<'a>(&self, step: &'a Step) -> Option<&'a [Record]> {
        (!step.records.is_empty()).then_some(&step.records)
    }

    fn accept(&mut self, _: Moment, step: Step, base_offset: i64) -> Effects<Register> {
        for (offset, &record) in (base_offset..).zip(&step.records) {
            self.apply(offset, record);
        }
        let mut effects = Effects::default();
        if let Some(call) = step.call {
            effects.answers.push((call, step.response, step.when));
        }
        match step.alive {
            Some(true) => effects.timers = self.session(),
            Some(false) => {
                self.alive = false;
                effects.timers = vec![TimerChange::Cancel { timer: 0 }];
            }
            None => {}
        }
        effects
    }

    fn abandon(&mut self, _: Moment, step: Step, why: NotWritten) -> Effects<Register> {
        step.call.map_or_else(Effects::default, |call| {
            Effects::answer(call, Response::NotWritten(why), When::Now)
        })
    }

    fn replay(&mut self, offset: i64, record: Record) -> Result<(), String> {
        if let Record::Put {
            expect: Some(expect),
            ..
        } = record
            && expect != self.value
        {
            return Err(format!(
                "it was written upon {expect}, but upon it is {}",
                self.value
            ));
        }
        self.apply(offset, record);
        Ok(())
    }

    fn activate(&mut self, _: Moment, _: i64, high_watermark: i64) -> Effects<Register> {
        self.high_watermark = high_watermark;
        let timers = self.session();
        Effects {
            answers: Vec::new(),
            timers,
        }
    }

    fn advance(&mut self, _: Moment, high_watermark: i64) -> Effects<Register> {
        self.high_watermark = high_watermark;
        Effects::default()
    }

    fn stop(&mut self, _: Moment) -> Effects<Register> {
        Effects::default()
    }
}
