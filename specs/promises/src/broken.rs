//! Why a promise is broken, with the numbers that show it.

use std::fmt;

use crate::{Offset, PromiseId, Tenure, Value};

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub promise: PromiseId,
    /// Why.
    pub because: Because,
}

/// What was seen that the promise does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// D1: a commit passed over records that nobody had processed.
    Unprocessed {
        /// The committed offset.
        committed: Offset,
        /// The first record below it that nobody had processed.
        first: Offset,
        /// How many such records the commit passed over.
        records: u64,
    },
    /// BR1: a tenure started too far back.
    TooFarBack {
        /// Where it started.
        start: Offset,
        /// The offset after the last record processed before it.
        frontier: Offset,
        /// Records from `start` to `frontier`.
        replay: u64,
        /// The most that is allowed, `U + Z`.
        bound: u64,
    },
    /// BR2: too many records were processed again.
    TooMuchReplay {
        /// Records processed again.
        replayed: u64,
        /// Tenures that processed again what an earlier one had (`E`).
        tenures: u64,
        /// The most that is allowed, `E·(U + Z)`.
        bound: u64,
    },
    /// S3: the coordinator's answer is older than an acknowledged commit.
    Forgotten {
        /// The answer.
        answered: Option<Offset>,
        /// What it may have been, besides commits whose outcome is unknown.
        possible: Vec<Option<Offset>>,
    },
    /// L1: the log ends before an acknowledged record.
    EndsBefore {
        /// The log end.
        end: Offset,
        /// The last acknowledged record.
        acked: Offset,
    },
    /// L1: another record stands where one was acknowledged.
    Replaced {
        /// The offset.
        offset: Offset,
        /// The value that was acknowledged there.
        acked: Value,
        /// The value that was read there.
        read: Value,
    },
    /// L1: two records were acknowledged at one offset.
    AckedTwice {
        /// The offset.
        offset: Offset,
    },
    /// L1: a scan found no record where one was acknowledged.
    NotThere {
        /// The offset.
        offset: Offset,
    },
    /// O2: a tenure's commit went back.
    WentBack {
        /// The tenure.
        tenure: Tenure,
        /// The highest offset accepted from it before.
        from: Offset,
        /// The offset accepted now.
        to: Offset,
    },
    /// O9: a former owner's commit was accepted.
    ZombieAccepted {
        /// The former owner's tenure.
        tenure: Tenure,
        /// The generation that its commit carried.
        generation: Option<i32>,
        /// The tenure that had been delivered since.
        newer: Tenure,
        /// Its generation.
        newer_generation: Option<i32>,
        /// The committed offset.
        offset: Offset,
    },
    /// S1: memory and replay differ.
    MemoryDiffers {
        /// What the coordinator remembers.
        memory: String,
        /// What replaying its log gives.
        replay: String,
    },
    /// S3 in the log: an acknowledged commit is not durable, or gone.
    AckedCommitNotDurable {
        /// Where the durable part of the log would have to end to hold every acknowledged commit.
        needed: u64,
        /// Where it ends.
        durable_end: u64,
    },
    /// Lock-step: the code did what the model does not allow.
    NotAllowed {
        /// What it did.
        what: String,
    },
    /// A promise of a log by itself, or of the offsets topic: what was found that it does not allow.
    InLog {
        /// Which of the promise's clauses ([`crate::Promise::clauses`]).
        clause: &'static str,
        /// What was found, and what should have been.
        what: String,
    },
    /// Broken by what came of more that was done to find out.
    Later {
        /// What was done.
        once: String,
        /// What that showed.
        because: Box<Because>,
    },
    /// G3: an assignment was handed out too early.
    DeliveredTooEarly {
        /// The delivered generation.
        delivered: i32,
        /// The newest generation that is durable.
        durable: i32,
    },
}

impl Broken {
    /// The same, found only once more was done.
    #[must_use]
    pub fn once(self, once: &str) -> Self {
        Self {
            promise: self.promise,
            because: Because::Later {
                once: once.to_owned(),
                because: Box::new(self.because),
            },
        }
    }

    /// Which of the promise's clauses is broken; none if the promise is an automaton's, or undivided.
    pub fn clause(&self) -> Option<&'static str> {
        self.because.clause()
    }
}

impl Because {
    fn clause(&self) -> Option<&'static str> {
        match self {
            Because::InLog { clause, .. } => Some(clause),
            Because::Later { because, .. } => because.clause(),
            _ => None,
        }
    }
}

fn committed(answer: &Option<Offset>) -> String {
    answer.map_or_else(|| "no offset".to_owned(), |offset| offset.to_string())
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Because::Unprocessed {
                committed,
                first,
                records,
            } => write!(
                f,
                "offset {committed} was committed, but {} below it had not been processed, the first at offset {first}",
                plural(*records, "record")
            ),
            Because::TooFarBack {
                start,
                frontier,
                replay,
                bound,
            } => write!(
                f,
                "a tenure started at offset {start} although everything below {frontier} had been processed: \
                 {} back, at most {bound} allowed",
                plural(*replay, "record")
            ),
            Because::TooMuchReplay {
                replayed,
                tenures,
                bound,
            } => write!(
                f,
                "{} processed again by {}: at most {bound} allowed",
                plural(*replayed, "record"),
                plural(*tenures, "tenure")
            ),
            Because::Forgotten { answered, possible } => {
                let possible: Vec<_> = possible.iter().map(committed).collect();
                write!(
                    f,
                    "the coordinator answered {}, but it must be {}",
                    committed(answered),
                    possible.join(" or ")
                )
            }
            Because::EndsBefore { end, acked } => {
                write!(
                    f,
                    "the log ends at offset {end}, but the record at offset {acked} was acknowledged"
                )
            }
            Because::Replaced { offset, .. } => {
                write!(
                    f,
                    "another record stands at offset {offset} than the one acknowledged there"
                )
            }
            Because::AckedTwice { offset } => {
                write!(
                    f,
                    "two records were acknowledged at offset {offset}: the first one is gone"
                )
            }
            Because::NotThere { offset } => {
                write!(
                    f,
                    "readers went over offset {offset} and found no record, but one was acknowledged there"
                )
            }
            Because::WentBack { from, to, .. } => {
                write!(
                    f,
                    "a commit of {to} was accepted after one of {from} from the same tenure"
                )
            }
            Because::ZombieAccepted {
                generation,
                newer_generation,
                offset,
                ..
            } => {
                let of =
                    |g: &Option<i32>| g.map_or_else(|| "unknown".to_owned(), |g| g.to_string());
                write!(
                    f,
                    "a commit of {offset} with generation {} was accepted after the partition had been handed to \
                     another owner in generation {}",
                    of(generation),
                    of(newer_generation)
                )
            }
            Because::MemoryDiffers { memory, replay } => {
                write!(
                    f,
                    "the coordinator remembers {memory}, replaying its log gives {replay}"
                )
            }
            Because::AckedCommitNotDurable {
                needed,
                durable_end,
            } => write!(
                f,
                "the durable part of the offsets log ends {} short of the newest acknowledged commit",
                plural(needed.saturating_sub(*durable_end), "record")
            ),
            Because::NotAllowed { what } | Because::InLog { what, .. } => f.write_str(what),
            Because::Later { once, because } => write!(f, "once {once}: {because}"),
            Because::DeliveredTooEarly { delivered, durable } => write!(
                f,
                "an assignment of generation {delivered} was handed out while the newest durable generation is {durable}"
            ),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.promise, self.because)
    }
}

/// `1 record`, `2 records`.
fn plural(count: u64, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}
