//! Operations under way: what their invokes said that their completions will need.

use plimsoll_history::{AdminAct, End, GroupApi, Name, Part, PartErr, Value};
use plimsoll_promises::Offset;

use crate::{
    group_partition::LaneId,
    log::LogId,
    story::Place,
    worlds::{codes::Outcome, register::Question},
};

/// An operation under way.
#[derive(Debug)]
pub(crate) struct Operation {
    pub proc: Name,
    pub asked: Place,
    pub what: Underway,
}

/// What is under way.
#[derive(Debug)]
pub(crate) enum Underway {
    Produce {
        topic: Name,
        p: Option<u32>,
        v: Value,
    },
    Commit {
        lanes: Vec<(LaneId, Name, u32)>,
    },
    Fetch {
        group: Name,
        lanes: Vec<LaneId>,
        question: Question,
    },
    Group {
        api: GroupApi,
        group: Name,
        generation: Option<i32>,
    },
    Ends {
        /// The last record acknowledged in each log before the question.
        acked: Vec<(LogId, Option<Offset>)>,
    },
    Admin {
        act: AdminAct,
        topics: Vec<Name>,
        parts: Vec<Part>,
        lanes: Vec<(LaneId, Name, u32)>,
    },
}

/// What became of one partition's part of an operation. The second is true where the recorder says `fail` but the code
/// does not prove it.
pub(crate) fn outcome(
    end: End,
    err: i32,
    errs: &[PartErr],
    topic: Name,
    p: u32,
) -> (Outcome, bool) {
    let own = errs.iter().find(|row| row.topic == topic && row.p == p);
    let description = Outcome::of_code(own.map_or(err, |row| row.err));
    match (end, description) {
        (End::Ok, description) => (description, false),
        (End::Info, _) => (Outcome::Unknown, false),
        // No code, or a refusal: certainly without effect.
        (End::Fail, Outcome::Accepted | Outcome::Refused) => (Outcome::Refused, false),
        (End::Fail, Outcome::Unknown) => (Outcome::Unknown, true),
    }
}
