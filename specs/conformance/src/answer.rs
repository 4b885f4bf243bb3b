//! Holding an answer to the cell that expects it.

use crate::protocol::{
    DescribedGroup, ErrorCode, FindCoordinatorResponse, FoundCoordinator, GroupResponse, GroupState,
};

use crate::cell::name;
use crate::scene::{ASSIGNED, Scene};
use crate::{Answer, Finding, Subject};

/// The assignments that cells speak of.
pub(crate) const OF_THE_LEADER: &str = ASSIGNED[0];
pub(crate) const OF_THE_FOLLOWER: &str = ASSIGNED[1];

/// What was answered.
#[derive(Debug)]
pub(crate) enum Got {
    /// By the group's coordinator, if it has answered.
    Group(Option<GroupResponse>),
    /// To who asked where that is.
    Found(FindCoordinatorResponse),
}

impl Got {
    /// Some coordinator was found.
    pub(crate) fn is_found(&self) -> bool {
        match self {
            Got::Found(r) => r.coordinators.iter().any(|c| c.error == ErrorCode::None),
            Got::Group(_) => false,
        }
    }
}

/// # Errors
/// What was expected and what came.
pub(crate) fn answers(
    expected: Answer,
    got: &Got,
    scene: &Scene<impl Subject>,
) -> Result<(), Finding> {
    let (right, description) = match got {
        Got::Group(None) => (expected == Answer::Waits, "none yet".to_owned()),
        Got::Group(Some(response)) => (
            is_answer(expected, response, scene),
            format!("{response:?}"),
        ),
        Got::Found(response) => (is_found(expected, response), format!("{response:?}")),
    };
    match right {
        true => Ok(()),
        false => Err(Finding::Answer {
            expected: expected.to_string(),
            got: summary(got, &expected.to_string()),
            detail: format!("expected {expected}, got {description}"),
        }),
    }
}

/// The errors of an answer, as the tables write them.
fn summary(got: &Got, expected: &str) -> String {
    let names = |errors: Vec<ErrorCode>| match errors.is_empty() {
        true => "nothing".to_owned(),
        false => errors.into_iter().map(name).collect::<Vec<_>>().join(", "),
    };
    let summary = match got {
        Got::Group(None) => return "nothing yet".to_owned(),
        Got::Found(r) => names(r.coordinators.iter().map(|c| c.error).collect()),
        Got::Group(Some(response)) => match error_of(response) {
            Some(error) => name(error),
            None => names(errors_of(response).unwrap_or_default()),
        },
    };
    match expected.starts_with(&summary) {
        true => format!("{summary} with other fields"),
        false => summary,
    }
}

fn is_answer(expected: Answer, got: &GroupResponse, scene: &Scene<impl Subject>) -> bool {
    match (expected, got) {
        (Answer::Error(error), got) => error_of(got) == Some(error) && is_shaped(got),
        (Answer::Each(errors), got) => {
            errors_of(got) == Some(errors.into_iter().flatten().collect())
        }
        (Answer::Joined { members, skip }, GroupResponse::Join(r)) => {
            let generation = scene.generation(crate::Gen::Current);
            r.error == ErrorCode::None
                && (generation..=generation + 1).contains(&r.generation)
                && r.members.is_empty() != members
                && r.skip_assignment == skip
        }
        (Answer::Assigned(what), GroupResponse::Sync(r)) => {
            r.error == ErrorCode::None && *r.assignment == *what.as_bytes()
        }
        (Answer::Left(top, member), GroupResponse::Leave(r)) => {
            let members: Vec<ErrorCode> = r.members.iter().map(|m| m.error).collect();
            r.error == top && members == member.into_iter().collect::<Vec<_>>()
        }
        (Answer::Fetched(offset, error), GroupResponse::Fetch(r)) => {
            let found = r.partitions.iter().map(|p| (p.offset, p.error));
            r.error == ErrorCode::None && found.eq([(offset, error)])
        }
        (Answer::Count(count), GroupResponse::Fetch(r)) => {
            let fine = r.partitions.iter().all(|p| p.error == ErrorCode::None);
            r.error == ErrorCode::None && fine && r.partitions.len() == count
        }
        (Answer::Described(error, state), GroupResponse::Describe(r)) => {
            let found = r.groups.iter().map(|g| (g.error, g.state));
            found.eq([(error, Some(state))]) && r.groups.iter().all(is_described)
        }
        (Answer::Listed(listed), GroupResponse::List(r)) => {
            r.error == ErrorCode::None && r.groups.is_empty() != listed
        }
        _ => false,
    }
}

/// The protocol and what members say of themselves are told of stable groups only.
fn is_described(group: &DescribedGroup) -> bool {
    let stable = group.state == Some(GroupState::Stable);
    let mut members = group.members.iter();
    group.protocol.is_empty() != stable && members.all(|m| m.metadata.is_empty() != stable)
}

/// Before version 4 the error of the one key is that of the answer.
fn is_found(expected: Answer, got: &FindCoordinatorResponse) -> bool {
    let whole = |c: &FoundCoordinator| (c.error == ErrorCode::None) == c.endpoint.is_some();
    let errors = || got.coordinators.iter().map(|c| c.error);
    let right = match expected {
        Answer::Error(error) => got.error == error && errors().eq([error]),
        Answer::Each(each) => {
            got.error == ErrorCode::None && errors().eq(each.into_iter().flatten())
        }
        _ => false,
    };
    right && got.coordinators.iter().all(whole)
}

/// The error of the request or of its one part.
fn error_of(response: &GroupResponse) -> Option<ErrorCode> {
    match response {
        GroupResponse::Join(r) => Some(r.error),
        GroupResponse::Sync(r) => Some(r.error),
        GroupResponse::Heartbeat(r) => Some(r.error),
        GroupResponse::Leave(r) => Some(r.error),
        GroupResponse::Fetch(r) => Some(r.error),
        GroupResponse::List(r) => Some(r.error),
        GroupResponse::OffsetDelete(r) if r.error != ErrorCode::None => Some(r.error),
        parts => match errors_of(parts)?[..] {
            [only] => Some(only),
            _ => None,
        },
    }
}

/// The errors of its parts.
fn errors_of(response: &GroupResponse) -> Option<Vec<ErrorCode>> {
    Some(match response {
        GroupResponse::Commit(r) => r.partitions.iter().map(|p| p.error).collect(),
        GroupResponse::TxnCommit(r) => r.partitions.iter().map(|p| p.error).collect(),
        GroupResponse::OffsetDelete(r) => r.partitions.iter().map(|p| p.error).collect(),
        GroupResponse::Fetch(r) => r.partitions.iter().map(|p| p.error).collect(),
        GroupResponse::Delete(r) => r.groups.iter().map(|(_, error)| *error).collect(),
        GroupResponse::Describe(r) => r.groups.iter().map(|g| g.error).collect(),
        _ => return None,
    })
}

/// Whether the rest of the answer goes with its error.
fn is_shaped(response: &GroupResponse) -> bool {
    match response {
        GroupResponse::Join(r) => match r.error {
            ErrorCode::MemberIdRequired => !r.member.is_empty() && r.generation == -1,
            ErrorCode::GroupMaxSizeReached => r.member.is_empty(),
            _ => r.generation == -1 && r.members.is_empty(),
        },
        GroupResponse::Sync(r) => r.assignment.is_empty(),
        _ => true,
    }
}
