//! Places in the history, and how the few lines around a finding are told.

use plimsoll_history::{BrokerAct, Name, Names};
use plimsoll_promises::Offset;
use serde::Serialize;

/// A line and its time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, from 1.
    pub line: u64,
    /// Nanoseconds of the file's clock.
    pub t: u64,
}

/// One line of the window around a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fact {
    /// The line, from 1.
    pub line: u64,
    /// Nanoseconds of the file's clock.
    pub t: u64,
    /// What the line says.
    pub says: String,
}

impl Place {
    /// What stands there.
    pub fn says(self, says: String) -> Fact {
        Fact {
            line: self.line,
            t: self.t,
            says,
        }
    }
}

/// Names one partition of one group, and tells what happened there.
#[derive(Debug, Clone, Copy)]
pub struct Teller<'a> {
    /// The texts of names.
    pub names: &'a Names,
    /// The partition's topic.
    pub topic: Name,
    /// Its number.
    pub p: u32,
}

impl Teller<'_> {
    /// The partition, as `topic/number`.
    pub fn partition(&self) -> String {
        format!("{}/{}", self.names.text(self.topic), self.p)
    }

    /// A process.
    pub fn who(&self, proc: Name) -> &str {
        self.names.text(proc)
    }

    /// A commit begins.
    pub fn commits(&self, proc: Name, offset: Option<Offset>, generation: Option<i32>) -> String {
        let what = match offset {
            Some(offset) => format!("commits {} → {offset}", self.partition()),
            None => format!("deletes the committed offset of {}", self.partition()),
        };
        match generation {
            Some(generation) => format!("{} {what}, generation {generation}", self.who(proc)),
            None => format!("{} {what}", self.who(proc)),
        }
    }

    /// A commit took effect.
    pub fn accepted(&self, proc: Name, offset: Option<Offset>, acked: bool) -> String {
        let how = match acked {
            true => "is accepted",
            false => "turns out to have been accepted: this answer has no other explanation",
        };
        format!(
            "{}'s {} of {} {how}",
            self.who(proc),
            description(offset),
            self.partition()
        )
    }

    /// A tenure opens.
    pub fn assigned(&self, proc: Name, generation: Option<i32>, concluded: bool) -> String {
        let who = self.who(proc);
        let mut says = match concluded {
            true => format!("{who} is first seen to own {}", self.partition()),
            false => format!("{who} is assigned {}", self.partition()),
        };
        if let Some(generation) = generation {
            says.push_str(&format!(", generation {generation}"));
        }
        says
    }

    /// A tenure starts to read.
    pub fn resumes(&self, proc: Name, at: Offset) -> String {
        format!("{} resumes {} at {at}", self.who(proc), self.partition())
    }

    /// The last record processed.
    pub fn processes(&self, proc: Name, offset: Offset) -> String {
        format!(
            "{} processes {} offset {offset}",
            self.who(proc),
            self.partition()
        )
    }

    /// The coordinator answers.
    pub fn answered(&self, offset: Option<Offset>) -> String {
        let offset = offset.map_or_else(|| "no offset".to_owned(), |offset| offset.to_string());
        format!("the coordinator answers {offset} for {}", self.partition())
    }
}

/// A committed offset in the middle of a sentence.
pub fn description(offset: Option<Offset>) -> String {
    offset.map_or_else(
        || "deletion".to_owned(),
        |offset| format!("commit {offset}"),
    )
}

/// What was done to a broker.
pub fn broker_act(act: BrokerAct, node: Option<i64>) -> String {
    let node = node.map_or_else(|| "the broker".to_owned(), |node| format!("broker {node}"));
    match act {
        BrokerAct::Kill => format!("{node} is killed"),
        BrokerAct::Stop => format!("{node} is stopped"),
        BrokerAct::Start => format!("{node} is started"),
        BrokerAct::Pause => format!("{node} is paused"),
        BrokerAct::Continue => format!("{node} goes on"),
        BrokerAct::PowerLoss => format!("{node} loses power"),
    }
}
