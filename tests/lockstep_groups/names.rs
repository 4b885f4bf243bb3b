//! The model's numbers as the broker's names, and back.

use plimsoll_broker::{Bytes, GroupState, Text, TimerName};
use plimsoll_model::groups::{Phase, SUBSCRIPTION, Timer};
use plimsoll_tests::story::Wrong;

fn numbered(letter: char, number: u32) -> Text {
    format!("{letter}{number}").into()
}

/// Number 0 is the empty name.
fn named_or_empty(letter: char, number: u32) -> Text {
    match number {
        0 => "".into(),
        _ => numbered(letter, number),
    }
}

fn number<T: TryFrom<u32>>(letter: char, name: &str) -> Result<T, Wrong> {
    let digits = match name {
        "" => Some("0"),
        _ => name.strip_prefix(letter),
    };
    let number = digits.and_then(|digits| digits.parse::<u32>().ok());
    let number = number.and_then(|number| T::try_from(number).ok());
    number.ok_or_else(|| format!("{name:?} is no name that was given"))
}

pub fn group(group: u8) -> Text {
    named_or_empty('g', group.into())
}

pub fn group_of(name: &str) -> Result<u8, Wrong> {
    number('g', name)
}

pub fn member(member: u32) -> Text {
    named_or_empty('m', member)
}

pub fn member_of(name: &str) -> Result<u32, Wrong> {
    number('m', name)
}

pub fn instance(instance: u8) -> Text {
    numbered('i', instance.into())
}

pub fn instance_of(name: &Option<Text>) -> Result<Option<u8>, Wrong> {
    name.as_deref().map(|name| number('i', name)).transpose()
}

pub fn topic(topic: u8) -> Text {
    numbered('t', topic.into())
}

pub fn topic_of(name: &str) -> Result<u8, Wrong> {
    number('t', name)
}

pub fn protocol(protocol: u8) -> Text {
    numbered('p', protocol.into())
}

pub fn protocol_of(name: &str) -> Result<u8, Wrong> {
    number('p', name)
}

const KINDS: [&str; 3] = ["", "consumer", "connect"];

pub fn kind(kind: u8) -> Text {
    KINDS[usize::from(kind)].into()
}

pub fn kind_of(name: &str) -> Result<u8, Wrong> {
    let found = KINDS.iter().position(|kind| *kind == name);
    let found = found.ok_or_else(|| format!("{name:?} is no protocol type that was given"))?;
    Ok(found as u8)
}

pub fn metadata_text(length: usize) -> Text {
    "x".repeat(length).into()
}

/// A subscription as consumers write it (version 0, topics, nothing else), or bytes that are none.
pub fn metadata(metadata: u16) -> Bytes {
    if metadata == 0 {
        return Bytes::from([]);
    }
    let [high, low] = metadata.to_be_bytes();
    if metadata & SUBSCRIPTION == 0 {
        return Bytes::from([0xff, high, low]);
    }
    let topics = (0..15u8).filter(|topic| metadata & (1 << topic) != 0);
    let topics: Vec<Text> = topics.map(topic).collect();
    let mut bytes = vec![0, 0, 0, 0, 0, topics.len() as u8];
    for name in topics {
        bytes.extend([0, name.len() as u8]);
        bytes.extend(name.as_bytes());
    }
    bytes.into()
}

pub fn metadata_of(bytes: &[u8]) -> Result<u16, Wrong> {
    let strange = || format!("{bytes:?} is no metadata that was given");
    match bytes {
        [] => Ok(0),
        [0xff, high, low] => Ok(u16::from_be_bytes([*high, *low])),
        [0, 0, 0, 0, 0, _, names @ ..] => {
            let mut metadata = SUBSCRIPTION;
            for name in names.chunks(4) {
                let name = name.get(2..).and_then(|name| str::from_utf8(name).ok());
                metadata |= 1 << topic_of(name.ok_or_else(strange)?)?;
            }
            Ok(metadata)
        }
        _ => Err(strange()),
    }
}

pub fn assignment(assignment: u32) -> Bytes {
    match assignment {
        0 => Bytes::from([]),
        _ => Bytes::from(assignment.to_be_bytes()),
    }
}

pub fn assignment_of(bytes: &[u8]) -> Result<u32, Wrong> {
    match bytes {
        [] => Ok(0),
        [a, b, c, d] => Ok(u32::from_be_bytes([*a, *b, *c, *d])),
        _ => Err(format!("{bytes:?} is no assignment that was given")),
    }
}

pub fn phase_of(state: GroupState) -> Result<Phase, Wrong> {
    match state {
        GroupState::Empty => Ok(Phase::Empty),
        GroupState::PreparingRebalance => Ok(Phase::Preparing),
        GroupState::CompletingRebalance => Ok(Phase::Completing),
        GroupState::Stable => Ok(Phase::Stable),
        GroupState::Dead => Err("a group is dead".to_owned()),
    }
}

pub fn phase(phase: Phase) -> GroupState {
    match phase {
        Phase::Empty => GroupState::Empty,
        Phase::Preparing => GroupState::PreparingRebalance,
        Phase::Completing => GroupState::CompletingRebalance,
        Phase::Stable => GroupState::Stable,
    }
}

pub fn timer_of(name: &TimerName) -> Result<Timer, Wrong> {
    Ok(match name {
        TimerName::Session(member) => Timer::Session(member_of(member)?),
        TimerName::Pending(member) => Timer::Pending(member_of(member)?),
        TimerName::Join => Timer::Join,
        TimerName::Sync => Timer::Sync,
    })
}
