//! What each party believes in a state, in facets.

use plimsoll_model::{Coordinator, Entry, Member, Phase, Place, Stage, State};

use super::{
    log_transcript::LogTranscript,
    names::{Names, process},
};
use crate::{narrate::Party, text::listed};

/// What everybody believes.
pub(super) fn beliefs(state: &State, names: &Names, log_transcript: &LogTranscript) -> Vec<Party> {
    let member = |place| Party {
        name: process(place),
        facets: member(state, place, names),
    };
    vec![
        member(0),
        member(1),
        Party {
            name: "coordinator",
            facets: coordinator(&state.coordinator, names),
        },
        Party::new("offsets log", log_transcript.description()),
        Party::new("data log", data_log(state)),
    ]
}

fn member(state: &State, place: Place, names: &Names) -> Vec<String> {
    let member = state.member(place);
    let generation = member.generation;
    let standing = match member.stage {
        Stage::Idle if member.id == 0 => "in no group".to_owned(),
        Stage::Idle => "has to join again".to_owned(),
        Stage::Joining => format!("waits to join as {}", names.id(member.id)),
        Stage::Joined => format!("in generation {generation}, without its assignment yet"),
        Stage::Syncing => format!("in generation {generation}, waits for its assignment"),
        Stage::Standby => format!("in generation {generation}, owns nothing"),
        Stage::Assigned | Stage::Owning => {
            format!("in generation {generation}, owns the partition")
        }
    };
    let owning = member.stage == Stage::Owning;
    let owns = owning || member.stage == Stage::Assigned;
    let over = member.generation > 0 && state.fenced(member);
    let facet = |is: bool, description: String| if is { description } else { String::new() };
    let offset = |message: Option<plimsoll_model::Message>| message.map_or(0, |m| m.offset);
    vec![
        standing,
        facet(over && owns, "a zombie without knowing it".to_owned()),
        facet(over && !owns, "its generation is over".to_owned()),
        facet(owning, format!("position {}", member.position)),
        facet(owning, secured(member)),
        awaited(state, member, place),
        facet(
            member.late.is_some(),
            format!("commit {}, given up, still on its way", offset(member.late)),
        ),
        member.kept.map_or_else(String::new, |kept| {
            format!("means to send commit {kept} again")
        }),
    ]
}

/// The commit for whose answer it waits. Whether that has arrived it cannot know.
fn awaited(state: &State, member: &Member, place: Place) -> String {
    let in_log = state.log.entries().iter().find_map(|entry| match entry {
        Entry::Commit { offset, waiting } if *waiting == Some(place) => Some(*offset),
        _ => None,
    });
    match member.sent.map(|message| message.offset).or(in_log) {
        Some(offset) if member.waiting => format!("awaits the answer to commit {offset}"),
        _ => String::new(),
    }
}

fn secured(member: &Member) -> String {
    match member.secured {
        0 => "believes nothing committed".to_owned(),
        offset => format!("believes {offset} committed"),
    }
}

fn coordinator(coordinator: &Coordinator, names: &Names) -> Vec<String> {
    let generation = coordinator.generation;
    let standing = match coordinator.phase {
        Phase::Loading => return vec!["down".to_owned(), String::new(), String::new()],
        Phase::Empty if generation == 0 => "no group".to_owned(),
        Phase::Empty => format!("generation {generation}, nobody in it"),
        Phase::Preparing => "prepares a rebalance".to_owned(),
        Phase::Completing if coordinator.owner == 0 => {
            format!("generation {generation} awaits its assignment")
        }
        Phase::Completing => format!("generation {generation} awaits the disk"),
        Phase::Stable => format!("generation {generation} is stable"),
    };
    let members = match names.ids(coordinator.members) {
        ids if ids.is_empty() => String::new(),
        ids => format!("members {}", listed(&ids)),
    };
    vec![standing, members, committed(coordinator)]
}

fn committed(coordinator: &Coordinator) -> String {
    let description =
        |offset: Option<u8>| offset.map_or_else(|| "none".to_owned(), |o| o.to_string());
    let (memory, visible) = (coordinator.committed, coordinator.visible);
    match (memory, visible) {
        (None, None) => String::new(),
        _ if memory == visible => format!("committed {}", description(memory)),
        _ => format!(
            "remembers commit {}, still answers {}",
            description(memory),
            description(visible)
        ),
    }
}

fn data_log(state: &State) -> String {
    let data = &state.data;
    let records = |range: std::ops::Range<u8>| {
        let records: Vec<_> = range.map(|o| format!("r{}", data.value(o))).collect();
        records.join(" ")
    };
    match (data.synced, data.end) {
        (_, 0) => "empty".to_owned(),
        (0, end) => format!("{}, not durable", records(0..end)),
        (synced, end) if synced == end => format!("{}, durable", records(0..end)),
        (synced, end) => format!(
            "{}, not durable: {}",
            records(0..synced),
            records(synced..end)
        ),
    }
}
