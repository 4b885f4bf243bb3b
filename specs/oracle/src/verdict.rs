//! The verdict, and what could not be judged.

use std::fmt;

use plimsoll_promises::PromiseId;
use serde::{Deserialize, Serialize};

use crate::state::State;

/// The three verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every promise is kept in some possible world.
    Valid,
    /// Nothing is broken, but D1 or BR1 cannot be judged.
    Unknown,
    /// A promise is broken in every possible world.
    Invalid,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Valid => "valid",
            Verdict::Unknown => "unknown",
            Verdict::Invalid => "invalid",
        })
    }
}

/// Something that could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotJudged {
    /// The promises concerned.
    pub promises: Vec<PromiseId>,
    /// Why.
    pub why: String,
    /// How often, where that can be counted.
    pub count: u64,
}

fn note(notes: &mut Vec<NotJudged>, promises: &[PromiseId], count: u64, why: &str) {
    if count > 0 {
        notes.push(NotJudged {
            promises: promises.to_vec(),
            why: why.to_owned(),
            count,
        });
    }
}

/// What could not be judged, and whether that leaves the verdict unknown.
pub(crate) fn not_judged(state: &State) -> (Vec<NotJudged>, bool) {
    use PromiseId::{BR1, BR2, D1, L1, O9, S3};
    let mut notes = Vec::new();
    let tally = &state.tally;
    let silent = u64::from(tally.processed == 0);
    note(
        &mut notes,
        &[D1, BR1, BR2],
        silent,
        "nothing in the history says what was processed",
    );
    let silent_groups = match tally.processed {
        0 => 0,
        _ => state.silent_lanes(),
    };
    note(
        &mut notes,
        &[D1, BR1, BR2],
        silent_groups,
        "partitions with commits of a group of which nothing says what it processed",
    );
    let unplaced = state.lanes_without_position();
    note(
        &mut notes,
        &[D1],
        unplaced,
        "partitions whose group has committed above records, but never told a position",
    );
    if state.claim.is_none() {
        note(
            &mut notes,
            &[BR1, BR2],
            1,
            "the header makes no claim (`bound`): U, Z and replay are measured only",
        );
    }
    note(
        &mut notes,
        &[O9],
        state
            .lanes
            .iter()
            .map(|l| l.counted.without_generation)
            .sum(),
        "accepted commits of former owners without a generation that is known",
    );
    note(
        &mut notes,
        &[O9, BR1],
        state.lanes.iter().map(|l| l.counted.concluded).sum(),
        "tenures without an `assigned` event: ownership was concluded from what the process did",
    );
    note(
        &mut notes,
        &[S3],
        tally.excused_answers,
        "old answers: with several nodes, a coordinator that was deposed, or that is new, may answer less than was acknowledged (S8)",
    );
    note(
        &mut notes,
        &[S3],
        tally.answers_with_error,
        "answers with an error are no evidence of what is committed",
    );
    note(
        &mut notes,
        &[S3],
        tally.doubtful_fails,
        "operations recorded as `fail` with a code that does not prove it (S4): treated as unknown outcomes",
    );
    note(
        &mut notes,
        &[S3, L1],
        tally.forgotten,
        "power losses and deleted topics: what was there before may be gone",
    );
    note(
        &mut notes,
        &[BR1, BR2],
        state.lanes.iter().filter(|l| l.replay_excused).count() as u64,
        "partitions where a tenure fell far back because its committed offset had been removed (A5, power loss)",
    );
    note(
        &mut notes,
        &[L1],
        tally.records_without_place,
        "acknowledged records without a partition and offset",
    );
    note(
        &mut notes,
        &[D1, BR1, BR2],
        tally.without_group,
        "`process` events of processes that never named a group",
    );
    (notes, silent > 0 || silent_groups > 0 || unplaced > 0)
}
