//! Lock-step: the broker's answers, memory and logs must be what the model says.

use std::fmt;

use plimsoll_broker::{Effect, Response};
use plimsoll_coordinator::{ErrorCode, GroupResponse, GroupState, Status};
use plimsoll_model::{Event, Id, Ids, MEMBERS, Phase, Place, Stage, State};

use super::{
    CodeState,
    calls::{Asked, Calls},
    names::{GROUP, TOPIC, member_id},
    view::{CodeView, Replayed},
};

/// An answer in the model's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Answer {
    /// The record stands at this offset.
    Produced(i64),
    /// A member is in this generation.
    Generation(Place, i32),
    /// A member has its assignment: the partition or nothing.
    Assignment(Place, bool),
    /// A member's SyncGroup came to nothing.
    SyncRefused(Place),
    /// A commit took effect.
    Committed(Place),
    /// A commit certainly had no effect.
    CommitRefused(Place),
    /// A commit's outcome is not told.
    CommitUnknown(Place),
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let member = |place: &Place| ["a", "b"][usize::from(*place)];
        match self {
            Answer::Produced(offset) => write!(f, "a record stands at offset {offset}"),
            Answer::Generation(place, generation) => {
                write!(f, "{} is in generation {generation}", member(place))
            }
            Answer::Assignment(place, true) => write!(f, "{} has the partition", member(place)),
            Answer::Assignment(place, false) => write!(f, "{} has no partition", member(place)),
            Answer::SyncRefused(place) => write!(f, "{}'s SyncGroup is refused", member(place)),
            Answer::Committed(place) => write!(f, "{}'s commit took effect", member(place)),
            Answer::CommitRefused(place) => write!(f, "{}'s commit is refused", member(place)),
            Answer::CommitUnknown(place) => {
                write!(f, "{}'s commit has an unknown outcome", member(place))
            }
        }
    }
}

/// Several answers in one sentence.
pub(crate) fn description(answers: &[Answer]) -> String {
    if answers.is_empty() {
        return "nothing".to_owned();
    }
    answers
        .iter()
        .map(Answer::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The codes that S4 calls certain, among those that the coordinator has.
fn certain(error: ErrorCode) -> bool {
    matches!(
        error,
        ErrorCode::IllegalGeneration | ErrorCode::UnknownMemberId | ErrorCode::RebalanceInProgress
    )
}

fn answer(asked: Asked, response: &Response) -> Option<Answer> {
    match (asked, response) {
        (Asked::Produce, Response::Produce(r)) => Some(Answer::Produced(r.base_offset)),
        (Asked::Join(place), Response::Group(GroupResponse::Join(r))) => {
            (r.error == ErrorCode::None).then_some(Answer::Generation(place, r.generation))
        }
        (Asked::Sync(place), Response::Group(GroupResponse::Sync(r))) => Some(match r.error {
            ErrorCode::None => Answer::Assignment(place, !r.assignment.is_empty()),
            _ => Answer::SyncRefused(place),
        }),
        (Asked::Commit(place), Response::Group(GroupResponse::Commit(r))) => {
            Some(match r.partitions.first().map(|p| p.error) {
                Some(ErrorCode::None) => Answer::Committed(place),
                Some(error) if certain(error) => Answer::CommitRefused(place),
                _ => Answer::CommitUnknown(place),
            })
        }
        _ => None,
    }
}

/// The broker's answers among its effects.
pub(crate) fn answers(effects: &[Effect], calls: &mut Calls) -> Vec<Answer> {
    let of = |effect: &Effect| match effect {
        Effect::Answer { call, response } => {
            calls.close(*call).and_then(|asked| answer(asked, response))
        }
        _ => None,
    };
    let mut answers: Vec<Answer> = effects.iter().filter_map(of).collect();
    answers.sort_unstable();
    answers
}

/// The answers that the model gives in these events.
pub(crate) fn expected(before: &State, events: &[Event], after: &State) -> Vec<Answer> {
    let of = |event: &Event| match *event {
        Event::ProduceAcked { offset, .. } => Some(Answer::Produced(offset.into())),
        Event::ToldGeneration { place, generation } | Event::Rejoined { place, generation } => {
            Some(Answer::Generation(place, generation.into()))
        }
        Event::Delivered { place, tenure, .. } => Some(Answer::Assignment(place, tenure > 0)),
        Event::CommitAcked { place, .. } => Some(Answer::Committed(place)),
        Event::CommitRefused {
            place, late: false, ..
        } => Some(Answer::CommitRefused(place)),
        Event::CommitAppendFailed { place, .. } => Some(Answer::CommitUnknown(place)),
        _ => None,
    };
    let mut answers: Vec<Answer> = events.iter().filter_map(of).collect();
    for place in 0..MEMBERS as Place {
        if before.member(place).stage == Stage::Syncing
            && after.member(place).stage == Stage::Joined
        {
            answers.push(Answer::SyncRefused(place));
        }
    }
    answers.sort_unstable();
    answers
}

/// The first thing in which the broker's inside is not the model's.
pub(crate) fn difference(state: &CodeState, view: &CodeView<'_>, model: &State) -> Option<String> {
    logs(view, model)
        .or_else(|| data(state, model))
        .or_else(|| memory(state, model))
}

fn names(ids: Ids) -> Vec<String> {
    let mut names: Vec<String> = ids.iter().map(|id| member_id(id).to_string()).collect();
    names.sort();
    names
}

fn name(id: Id) -> Option<String> {
    (id > 0).then(|| member_id(id).to_string())
}

fn logs(view: &CodeView<'_>, model: &State) -> Option<String> {
    let plain = |replayed: plimsoll_model::Replayed| Replayed {
        committed: replayed.committed.map(i64::from),
        generation: replayed.generation.number.into(),
        members: names(replayed.generation.members),
        owner: name(replayed.generation.owner),
    };
    let (whole, durable) = (
        plain(model.log.replay_all()),
        plain(model.log.replay_durable()),
    );
    differs("its offsets log replays to", &view.whole, &whole).or_else(|| {
        differs(
            "the durable part of its offsets log replays to",
            &view.durable,
            &durable,
        )
    })
}

fn data(state: &CodeState, model: &State) -> Option<String> {
    let partition = state.broker.data_partition(TOPIC, 0);
    let code = partition.map(|p| (p.log_end_offset, p.high_watermark));
    let model = &model.data;
    differs(
        "its data log's end and high watermark are",
        &code,
        &Some((model.end.into(), model.synced.into())),
    )
}

/// What a coordinator remembers, in the model's words.
#[derive(Debug, PartialEq, Eq)]
struct Memory {
    phase: Phase,
    generation: i32,
    members: Vec<String>,
    joined: Vec<String>,
    committed: Option<i64>,
    visible: Option<i64>,
}

fn memory(state: &CodeState, model: &State) -> Option<String> {
    let broker = &state.broker;
    let model = &model.coordinator;
    let group = broker.group(GROUP);
    let phase = match (
        broker.coordinator_status(GROUP),
        group.as_ref().map(|g| g.state),
    ) {
        (Some(Status::Loading), _) => Phase::Loading,
        (Some(Status::Active), None | Some(GroupState::Empty)) => Phase::Empty,
        (Some(Status::Active), Some(GroupState::PreparingRebalance)) => Phase::Preparing,
        (Some(Status::Active), Some(GroupState::CompletingRebalance)) => Phase::Completing,
        (Some(Status::Active), Some(GroupState::Stable)) => Phase::Stable,
        other => return Some(format!("its coordinator is {other:?}")),
    };
    if phase == Phase::Loading && model.phase == Phase::Loading {
        return None;
    }
    let members = group.as_ref().map_or(&[][..], |g| &g.members);
    let listed = |joined: bool| {
        let mut names: Vec<String> = members
            .iter()
            .filter(|m| !joined || m.awaits_join)
            .map(|m| m.member.to_string())
            .collect();
        names.sort();
        names
    };
    let code = Memory {
        phase,
        generation: group.as_ref().map_or(0, |g| g.generation),
        members: listed(false),
        joined: listed(true),
        committed: broker.offset_latest(GROUP, TOPIC, 0).map(|v| v.offset),
        visible: broker
            .offset_at_high_watermark(GROUP, TOPIC, 0)
            .map(|v| v.offset),
    };
    let wanted = Memory {
        phase: model.phase,
        generation: model.generation.into(),
        members: names(model.members),
        joined: names(model.joined),
        committed: model.committed.map(i64::from),
        visible: model.visible.map(i64::from),
    };
    differs("its coordinator remembers", &code, &wanted)
}

fn differs<T: std::fmt::Debug + PartialEq>(what: &str, code: &T, model: &T) -> Option<String> {
    (code != model).then(|| format!("{what} {code:?}, the model says {model:?}"))
}
