//! A step as messages between those who take part.

use plimsoll_model::{Event, Offset};

use super::{moment::Moment, names::process, sentences::sentences};
use crate::narrate::{Arrow, Message};

const PRODUCER: &str = "producer";
const DATA_LOG: &str = "data log";
const COORDINATOR: &str = "coordinator";
const OFFSETS_LOG: &str = "offsets log";

/// Those who take part, in the order in which they are drawn.
pub(super) const LANES: [&str; 6] = [PRODUCER, DATA_LOG, "a", "b", COORDINATOR, OFFSETS_LOG];

/// The messages of a step; what nobody sends happens at the coordinator.
pub(super) fn messages(moment: &Moment<'_>) -> Vec<Message> {
    let events = moment.step.events.iter();
    let mut messages: Vec<_> = events
        .flat_map(|event| {
            let of_records = of_records(moment, event);
            let of_group = || of_group(moment, event);
            of_records
                .or_else(of_group)
                .or_else(|| of_commits(moment, event))
                .unwrap_or_default()
        })
        .collect();
    if messages.is_empty() {
        messages.push(Message::at(COORDINATOR, sentences(moment).join("; ")));
    }
    messages
}

fn of_records(moment: &Moment<'_>, event: &Event) -> Option<Vec<Message>> {
    Some(vec![match *event {
        Event::Produced { value, .. } => Message::new(PRODUCER, DATA_LOG, format!("r{value}")),
        Event::ProduceAcked { offset, value } => Message::answer(
            DATA_LOG,
            PRODUCER,
            format!("r{value} stands at offset {offset}"),
        ),
        Event::DataSynced => Message::at(DATA_LOG, "synced"),
        Event::OffsetsSynced => Message::at(OFFSETS_LOG, "synced"),
        Event::LogEnds { end } => Message::at(DATA_LOG, format!("ends at offset {end}")),
        Event::Processed {
            place,
            offset,
            fenced,
            ..
        } => {
            let zombie = if fenced { ", as a zombie" } else { "" };
            Message::at(process(place), format!("processes offset {offset}{zombie}"))
        }
        Event::ConsumerCrashed { place } => Message::at(process(place), "dies"),
        Event::BrokerCrashed { .. } => {
            Message::at(COORDINATOR, sentences(moment).into_iter().next()?)
        }
        Event::Loaded {
            generation,
            committed,
        } => Message::answer(
            OFFSETS_LOG,
            COORDINATOR,
            format!("replayed: generation {generation}, {}", offset(committed)),
        ),
        _ => return None,
    }])
}

fn of_group(moment: &Moment<'_>, event: &Event) -> Option<Vec<Message>> {
    let tell = |place, text: String| Message::answer(COORDINATOR, process(place), text);
    Some(vec![match *event {
        Event::AskedToJoin { place, id } => Message::new(
            process(place),
            COORDINATOR,
            format!("join, as {}", moment.names.id(id)),
        ),
        Event::Rejoined { place, generation } | Event::ToldGeneration { place, generation } => {
            tell(place, format!("generation {generation}"))
        }
        Event::GenerationFormed { generation } => {
            Message::at(COORDINATOR, format!("forms generation {generation}"))
        }
        Event::AssignmentAppended {
            leader,
            owner,
            generation,
        } => {
            let owner = moment.names.id(owner);
            return Some(vec![
                Message::new(
                    process(leader),
                    COORDINATOR,
                    format!("the partition goes to {owner}"),
                ),
                Message::new(
                    COORDINATOR,
                    OFFSETS_LOG,
                    format!("[generation {generation}: {owner}]"),
                ),
            ]);
        }
        Event::Delivered {
            place, tenure: 0, ..
        } => tell(place, "nothing is yours".to_owned()),
        Event::Delivered { place, .. } => tell(place, "the partition is yours".to_owned()),
        Event::Expired { id, .. } => {
            Message::at(COORDINATOR, format!("drops {}", moment.names.id(id)))
        }
        Event::GroupEmptied { generation } => Message::new(
            COORDINATOR,
            OFFSETS_LOG,
            format!("[generation {generation}: nobody]"),
        ),
        Event::ToldToRejoin {
            place,
            keeps_id: true,
        } => tell(place, "join again".to_owned()),
        Event::ToldToRejoin { place, .. } => tell(place, "unknown member".to_owned()),
        _ => return None,
    }])
}

fn of_commits(moment: &Moment<'_>, event: &Event) -> Option<Vec<Message>> {
    Some(vec![match *event {
        Event::Resumed {
            place,
            committed,
            at,
            ..
        } => Message::answer(
            COORDINATOR,
            process(place),
            format!("{}, so start at {at}", offset(committed)),
        ),
        Event::CommitSent { place, offset, .. } => Message {
            arrow: Arrow::Sent,
            ..Message::new(process(place), COORDINATOR, format!("commit {offset}"))
        },
        Event::CommitAccepted {
            place,
            offset,
            late,
            ..
        } => {
            let sender = moment.sender(place, late);
            return Some(vec![
                Message::at(COORDINATOR, format!("accepts commit {offset} of {sender}")),
                Message::new(COORDINATOR, OFFSETS_LOG, format!("[commit {offset}]")),
            ]);
        }
        Event::CommitAcked { place, offset } => Message::answer(
            COORDINATOR,
            process(place),
            format!("commit {offset} took effect"),
        ),
        Event::CommitRefused {
            place,
            offset,
            late,
        } => {
            let sender = moment.sender(place, late);
            Message::at(COORDINATOR, format!("refuses commit {offset} of {sender}"))
        }
        Event::CommitAppendFailed { place, offset } => Message {
            arrow: Arrow::Failure,
            ..Message::new(
                COORDINATOR,
                process(place),
                format!("commit {offset} cannot be appended"),
            )
        },
        Event::GaveUp { place, .. } => Message::at(process(place), "stops waiting for its commit"),
        _ => return None,
    }])
}

fn offset(committed: Option<Offset>) -> String {
    committed.map_or_else(
        || "no committed offset".to_owned(),
        |offset| format!("committed {offset}"),
    )
}
