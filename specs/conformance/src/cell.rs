//! A cell of a table.

use std::fmt;

use crate::protocol::{ErrorCode, GroupState};

use crate::{Ask, Cast, OffsetsTopic, Phase, Prior};

/// The APIs that have a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names of Kafka's APIs")]
pub enum Api {
    JoinGroup,
    SyncGroup,
    Heartbeat,
    LeaveGroup,
    OffsetCommit,
    TxnOffsetCommit,
    OffsetFetch,
    OffsetDelete,
    DeleteGroups,
    DescribeGroups,
    ListGroups,
    FindCoordinator,
}

impl Api {
    /// All of them, in the order of the tables.
    pub const ALL: [Api; 12] = [
        Api::JoinGroup,
        Api::SyncGroup,
        Api::Heartbeat,
        Api::LeaveGroup,
        Api::OffsetCommit,
        Api::TxnOffsetCommit,
        Api::OffsetFetch,
        Api::OffsetDelete,
        Api::DeleteGroups,
        Api::DescribeGroups,
        Api::ListGroups,
        Api::FindCoordinator,
    ];
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// The columns of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// There is no such group.
    Missing,
    /// The group is being unloaded; only while that lasts can a request get this far.
    Dead,
    /// Nobody is in it (any more).
    Empty,
    /// The join phase: the follower has rejoined, the leader has not.
    Preparing,
    /// The sync phase: both have joined, none has synced.
    Completing,
    /// Both have synced.
    Stable,
    /// The group was stable; its coordinator is replaying the log.
    Loading,
    /// The group was stable; it is coordinated elsewhere now.
    Elsewhere,
}

impl State {
    /// How many there are.
    pub const COUNT: usize = 8;

    /// In the order of the columns.
    pub const ALL: [State; State::COUNT] = [
        State::Missing,
        State::Dead,
        State::Empty,
        State::Preparing,
        State::Completing,
        State::Stable,
        State::Loading,
        State::Elsewhere,
    ];

    /// What the coordinator is doing in this column instead of serving the group.
    pub(crate) fn phase(self) -> Option<Phase> {
        match self {
            State::Dead => Some(Phase::Unloading),
            State::Loading => Some(Phase::Loading),
            State::Elsewhere => Some(Phase::Elsewhere),
            _ => None,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::Missing => "missing",
            State::Dead => "Dead",
            State::Empty => "Empty",
            State::Preparing => "PreparingRebalance",
            State::Completing => "CompletingRebalance",
            State::Stable => "Stable",
            State::Loading => "loading",
            State::Elsewhere => "elsewhere",
        })
    }
}

/// The answer that a cell expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This error, or `NONE`: of the whole request, or of its one partition, group or member.
    Error(ErrorCode),
    /// These errors, in this order: of its partitions, groups or keys.
    Each([Option<ErrorCode>; 4]),
    /// None yet: the call is parked.
    Waits,
    /// The current or next generation, with or without the list of members, with or without the order not to assign.
    Joined {
        /// All members are listed.
        members: bool,
        /// The leader must not assign.
        skip: bool,
    },
    /// This assignment.
    Assigned(&'static str),
    /// Errors of the whole request and of its one member.
    Left(ErrorCode, Option<ErrorCode>),
    /// This offset and error for the partition.
    Fetched(i64, ErrorCode),
    /// So many partitions, without an error.
    Count(usize),
    /// This state.
    Described(ErrorCode, GroupState),
    /// The group is in the list, or is not.
    Listed(bool),
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Error(error) => f.write_str(&name(*error)),
            Answer::Each(errors) => {
                let errors: Vec<ErrorCode> = errors.iter().flatten().copied().collect();
                let alike = errors.chunk_by(|a, b| a == b).map(|run| match run.len() {
                    1 => name(run[0]),
                    count => format!("{count} times {}", name(run[0])),
                });
                match errors.is_empty() {
                    true => f.write_str("an empty answer"),
                    false => f.write_str(&alike.collect::<Vec<_>>().join(", ")),
                }
            }
            Answer::Waits => f.write_str("waits"),
            Answer::Joined { members, skip } => {
                let members = if *members { ", members" } else { "" };
                let skip = if *skip { ", skipAssignment" } else { "" };
                write!(f, "NONE, generation{members}{skip}")
            }
            Answer::Assigned("") => f.write_str("NONE, no assignment"),
            Answer::Assigned(_) => f.write_str("NONE, assignment"),
            Answer::Left(top, None) => write!(f, "{} at top level", name(*top)),
            Answer::Left(top, Some(member)) => {
                write!(f, "{}, member {}", name(*top), name(*member))
            }
            Answer::Fetched(offset, error) => write!(f, "offset {offset}, {}", name(*error)),
            Answer::Count(count) => write!(f, "NONE, {count} partitions"),
            Answer::Described(error, state) => write!(f, "{}, {}", name(*error), state.name()),
            Answer::Listed(true) => f.write_str("listed"),
            Answer::Listed(false) => f.write_str("not listed"),
        }
    }
}

/// The error as the Kafka protocol spells it.
pub(crate) fn name(error: ErrorCode) -> String {
    let mut name = String::new();
    for c in format!("{error:?}").chars() {
        if c.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(c.to_ascii_uppercase());
    }
    name
}

/// What a cell expects to have changed, as far as anybody can see who asks; and after a reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Nothing,
    /// The group is in this state; but the log knows nothing of that, and a reload undoes it.
    Becomes(GroupState),
    /// The group is made, with nobody in it, and stays.
    Made,
    /// The group is in this state, and stays so.
    Settles(GroupState),
    /// The offset is stored, with its leader epoch and metadata, and stays; the group is made if it was missing.
    Stored,
    /// Of several offsets that of `u` 0 is stored, and stays; those that were refused are as before.
    StoredBeside,
    /// The offset waits for a marker, and still does after a reload.
    Staged,
    /// Of several offsets that of `u` 0 waits for a marker, and still does after a reload.
    StagedBeside,
    /// The offset is gone, and stays so.
    Forgotten,
    /// The group is gone, and stays so.
    Removed,
    /// The follower has a new id in an unchanged group, and keeps it.
    Replaced,
    /// The leader has a new id in an unchanged group, and keeps it.
    LeaderReplaced,
    /// The leader's session begins anew: it outlives the time-out that ran before.
    Renewed,
    /// The offsets topic is being made: the coordinator is found a little later.
    TopicMade,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Effect::Nothing => f.write_str("nothing changes"),
            Effect::Becomes(state) => write!(f, "becomes {}", state.name()),
            Effect::Made => f.write_str("the group is made"),
            Effect::Settles(state) => write!(f, "{} for good", state.name()),
            Effect::Stored => f.write_str("the offset is stored"),
            Effect::StoredBeside => f.write_str("the offset without an error is stored"),
            Effect::Staged => f.write_str("the offset waits for the marker"),
            Effect::StagedBeside => f.write_str("the offset without an error waits for the marker"),
            Effect::Forgotten => f.write_str("the offset is forgotten"),
            Effect::Removed => f.write_str("the group is removed"),
            Effect::Replaced => f.write_str("the new id takes the place of the old"),
            Effect::LeaderReplaced => f.write_str("the leader's new id takes the place of the old"),
            Effect::Renewed => f.write_str("the session begins anew"),
            Effect::TopicMade => f.write_str("the offsets topic is made in the background"),
        }
    }
}

/// What a cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// This answer and this effect.
    Cell(Answer, Effect),
    /// No sequence of requests leads here, for this reason.
    Unreachable(&'static str),
}

/// A row: one condition in all states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The API.
    pub api: Api,
    /// What is special about the request.
    pub condition: &'static str,
    /// Who is in the group.
    pub cast: Cast,
    /// What happened to it before.
    pub prior: Prior,
    /// What can be found of the offsets topic.
    pub topic: OffsetsTopic,
    /// The request, its version included where it matters.
    pub ask: Ask,
    /// Where it is said: Kafka's class and method, or a KIP.
    pub source: &'static str,
    /// One for each of [`State::ALL`].
    pub expected: [Expected; State::COUNT],
}

/// One condition in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Its row.
    pub row: Row,
    /// Its column.
    pub state: State,
}

impl Cell {
    /// What the cell says.
    pub fn expected(&self) -> Expected {
        self.row.expected[self.state as usize]
    }

    /// The cell's name: API, condition and state.
    pub fn name(&self) -> String {
        format!("{} / {} / {}", self.row.api, self.row.condition, self.state)
    }
}
