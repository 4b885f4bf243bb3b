//! What every promise says of itself, beside its statement.

use serde::{Deserialize, Serialize};

use crate::{
    Broken, View,
    storage::{LogView, Written},
};

/// A promise: one `const PROMISE` of this type stands in each promise's file, beside the automaton or relation that
/// decides it. Everything that lists promises is made from these.
#[derive(Debug, Clone, Copy)]
pub struct Promise {
    /// The id, as reports and the command line write it.
    pub id: &'static str,
    /// What a finding calls it, in a few words.
    pub name: &'static str,
    /// What it says.
    pub sentence: &'static str,
    /// Where it comes from: a KIP, an issue, a class of Apache Kafka.
    pub source: &'static str,
    /// Of what it speaks.
    pub levels: &'static [Level],
    /// How it is stated.
    pub kind: Kind,
    /// Whose fault a breach is, if no other breach explains it.
    pub fault: Fault,
    /// The parts of a relation that can each be broken alone. An automaton's breaches tell themselves apart
    /// ([`crate::Because`]).
    pub clauses: &'static [&'static str],
}

/// Of what a promise speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// A consumer group on one partition.
    Group,
    /// A log by itself.
    Storage,
    /// The offsets topic and the coordinator on it, whatever its groups do.
    OffsetsTopic,
}

impl Level {
    /// Each of them.
    pub const ALL: [Level; 3] = [Level::Group, Level::Storage, Level::OffsetsTopic];
}

/// How a promise is stated, and so who can evaluate it.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// An automaton over what clients see ([`crate::Automaton`]): explorers and the oracle step it.
    Automaton,
    /// An invariant of a coordinator and its log: explorers evaluate it in every state.
    State(fn(&dyn View) -> Result<(), Broken>),
    /// An invariant of a log, against what was written: evaluated whenever the log is open.
    Log(fn(&dyn Written, &dyn LogView) -> Result<(), Broken>),
    /// An invariant of certain steps: evaluated by whoever takes such a step.
    Step,
}

impl Kind {
    /// An automaton, not an invariant.
    pub fn is_automaton(self) -> bool {
        matches!(self, Kind::Automaton)
    }
}

/// Who is to blame when a promise is broken and nothing else went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fault {
    /// The broker, or its coordinator.
    Broker,
    /// The client: Kafka accepts what it did, by design (G12).
    Client,
}
