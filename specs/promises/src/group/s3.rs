//! S3 AckImpliesDurable, as clients see it: the committed offset as a register.

use crate::{
    Automaton, Because, Broken, Fault, Kind, Level, Memory, Moment, Observation, Offset, Promise,
    PromiseId, Setting, memory::List,
};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "S3",
    name: "Acknowledged commits stay",
    sentence: "Once a commit is acknowledged, every later answer shows it or a newer one.",
    source: "Kafka CoordinatorRuntime: answers wait for the high watermark",
    levels: &[Level::Group],
    kind: Kind::Automaton,
    fault: Fault::Broker,
    clauses: &[],
};

/// What the coordinator may answer: a committed offset, or none.
pub type Answer = Option<Offset>;

/// Remembers which answers are possible, as far as acknowledged commits go. Commits whose outcome is unknown are the
/// setting's to know ([`Setting::may_take_effect`]).
///
/// Whoever knows each moment exactly feeds [`Observation::Acknowledged`] and [`Observation::Answered`] as they happen.
/// Whoever knows only windows takes a [`S3::snapshot`] when an operation begins and hands it back when it ends:
/// what was settled before it began cannot outlast it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct S3<M: Memory> {
    possible: M::List<Answer>,
    /// Nothing is known yet, or no longer: every answer is possible.
    unknown: bool,
}

/// The answers that were possible when an operation began.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Snapshot<M: Memory> {
    settled: M::List<Answer>,
    unknown: bool,
}

impl<M: Memory> Default for S3<M> {
    fn default() -> Self {
        Self {
            possible: M::List::default(),
            unknown: true,
        }
    }
}

impl<M: Memory> S3<M> {
    /// For a group that certainly has no committed offset.
    pub fn none_committed() -> Self {
        let mut possible = M::List::default();
        possible.push(None);
        Self {
            possible,
            unknown: false,
        }
    }

    /// To be taken when a commit, a deletion or a question begins.
    pub fn snapshot(&self) -> Snapshot<M> {
        Snapshot {
            settled: self.possible.clone(),
            unknown: self.unknown,
        }
    }

    /// Everything is possible again: after a power loss, or when offsets may have expired.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// What is possible besides unknown outcomes; `None` while everything is.
    pub fn possible(&self) -> Option<&[Answer]> {
        (!self.unknown).then(|| self.possible.items())
    }

    /// A commit (or, for `None`, a deletion) certainly took effect after `begun` was taken.
    pub fn settle(&mut self, answer: Answer, begun: &Snapshot<M>) {
        self.possible
            .retain(|known| *known != answer && !begun.settled.items().contains(known));
        self.possible.push(answer);
        self.unknown &= !begun.unknown;
    }

    /// `answer` became settled again after `begun` was taken, so it may outlast the operation that `begun` belongs to.
    pub fn refresh(begun: &mut Snapshot<M>, answer: Answer) {
        begun.settled.retain(|known| *known != answer);
    }

    /// Is this an answer that some possible world gives?
    pub fn allows(&self, answer: Answer, setting: &impl Setting) -> bool {
        self.unknown || self.possible.items().contains(&answer) || setting.may_take_effect(answer)
    }
}

impl<M: Memory> Automaton for S3<M> {
    const ID: PromiseId = PromiseId::S3;
    const KINDEST: Moment = Moment::Latest;

    fn judge(&self, seen: &Observation, setting: &impl Setting) -> Result<(), Broken> {
        match *seen {
            Observation::Answered { committed } if !self.allows(committed, setting) => {
                Err(Broken {
                    promise: PromiseId::S3,
                    because: Because::Forgotten {
                        answered: committed,
                        possible: self.possible.items().to_vec(),
                    },
                })
            }
            _ => Ok(()),
        }
    }

    fn learn(&mut self, seen: &Observation, _: &impl Setting) {
        let answer = match *seen {
            Observation::Acknowledged { offset } => Some(offset),
            Observation::Answered { committed } => committed,
            _ => return,
        };
        let now = self.snapshot();
        self.settle(answer, &now);
    }
}
