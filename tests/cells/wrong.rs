//! Coordinators that are wrong in one place: each is told by the names of exactly the cells that see it.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_conformance::protocol::{
    CallId, DescribeGroups, ErrorCode, FindCoordinator, FindCoordinatorResponse, GroupRequest,
    GroupResponse, GroupState,
};
use plimsoll_conformance::{
    Answer, Api, Cell, Effect, Expected, Phase, Ran, Reference, ReferenceSubjects, Settings, State,
    Subject, Subjects, cells, run,
};
use plimsoll_coordinator::{Decisions, Fence, Replacement, TombstoneKey};

/// The names of the cells that do not hold.
fn broken<S: Subjects>(subjects: &S) -> BTreeSet<String> {
    let fails = |cell: &Cell| matches!(run(subjects, cell), Ran::Failed(_));
    let failing = cells().into_iter().filter(fails);
    failing.map(|cell| cell.name()).collect()
}

/// The names of the cells for which this holds.
fn those(wanted: impl Fn(&Cell, Answer, Effect) -> bool) -> BTreeSet<String> {
    let is_wanted = |cell: &Cell| match cell.expected() {
        Expected::Cell(answer, effect) => wanted(cell, answer, effect),
        Expected::Unreachable(_) => false,
    };
    let found = cells().into_iter().filter(is_wanted);
    found.map(|cell| cell.name()).collect()
}

/// Whether the error is in the answer, for the whole request or for a part of it.
fn tells(answer: Answer, error: ErrorCode) -> bool {
    match answer {
        Answer::Error(description) => description == error,
        Answer::Each(each) => each.contains(&Some(error)),
        _ => false,
    }
}

/// A coordinator that says one thing where it should say another.
#[derive(Clone, Copy, Debug)]
struct Lie {
    api: Api,
    state: State,
    instead_of: ErrorCode,
    says: ErrorCode,
}

struct Liar {
    lie: Lie,
    inner: Reference,
    held: Option<Phase>,
    lies: BTreeMap<CallId, GroupResponse>,
}

impl Subjects for Lie {
    type Subject = Liar;

    fn start(&self, settings: Settings) -> Option<Liar> {
        Some(Liar {
            lie: *self,
            inner: ReferenceSubjects::default().start(settings)?,
            held: None,
            lies: BTreeMap::new(),
        })
    }
}

impl Liar {
    fn state(&mut self) -> State {
        let request = GroupRequest::Describe(DescribeGroups {
            groups: vec!["g".into()],
            version: 6,
        });
        let call = self.inner.send(&request);
        let Some(GroupResponse::Describe(r)) = self.inner.answer(call) else {
            panic!("no description")
        };
        match (r.groups[0].error, r.groups[0].state) {
            _ if self.held == Some(Phase::Unloading) => State::Dead,
            _ if self.held == Some(Phase::Loading) => State::Loading,
            _ if self.held == Some(Phase::Elsewhere) => State::Elsewhere,
            (ErrorCode::GroupIdNotFound, _) => State::Missing,
            (_, Some(GroupState::Empty)) => State::Empty,
            (_, Some(GroupState::PreparingRebalance)) => State::Preparing,
            (_, Some(GroupState::CompletingRebalance)) => State::Completing,
            (_, Some(GroupState::Stable)) => State::Stable,
            other => panic!("{other:?}"),
        }
    }
}

/// Replaces an error where it stands.
fn replace(response: &mut GroupResponse, from: ErrorCode, to: ErrorCode) {
    let put = |error: &mut ErrorCode| {
        if *error == from {
            *error = to;
        }
    };
    match response {
        GroupResponse::Join(r) => put(&mut r.error),
        GroupResponse::Sync(r) => put(&mut r.error),
        GroupResponse::Heartbeat(r) => put(&mut r.error),
        GroupResponse::Commit(r) => r.partitions.iter_mut().for_each(|p| put(&mut p.error)),
        GroupResponse::TxnCommit(r) => r.partitions.iter_mut().for_each(|p| put(&mut p.error)),
        GroupResponse::OffsetDelete(r) => {
            put(&mut r.error);
            r.partitions.iter_mut().for_each(|p| put(&mut p.error));
        }
        GroupResponse::Fetch(r) => put(&mut r.error),
        GroupResponse::List(r) => put(&mut r.error),
        GroupResponse::Delete(r) => r.groups.iter_mut().for_each(|(_, error)| put(error)),
        _ => {}
    }
}

impl Subject for Liar {
    fn send(&mut self, request: &GroupRequest) -> CallId {
        let state = self.state();
        let call = self.inner.send(request);
        if request.api() == self.lie.api
            && state == self.lie.state
            && let Some(mut response) = self.inner.answer(call)
        {
            replace(&mut response, self.lie.instead_of, self.lie.says);
            self.lies.insert(call, response);
        }
        call
    }

    fn answer(&mut self, call: CallId) -> Option<GroupResponse> {
        let lie = self.lies.get(&call).cloned();
        lie.or_else(|| self.inner.answer(call))
    }

    fn advance(&mut self, ms: u64) {
        self.inner.advance(ms);
    }

    fn find(&mut self, request: &FindCoordinator) -> Option<FindCoordinatorResponse> {
        self.inner.find(request)
    }

    fn reload(&mut self) {
        self.held = None;
        self.inner.reload();
    }

    fn hold(&mut self, phase: Phase) -> bool {
        self.held = Some(phase);
        self.inner.hold(phase)
    }
}

#[test]
fn a_wrong_answer_is_told_by_the_names_of_its_cells() {
    use Api::*;
    use ErrorCode::*;
    let lies = [
        (JoinGroup, State::Stable, FencedInstanceId, UnknownMemberId),
        (
            JoinGroup,
            State::Dead,
            CoordinatorNotAvailable,
            UnknownMemberId,
        ),
        (
            JoinGroup,
            State::Preparing,
            GroupMaxSizeReached,
            MemberIdRequired,
        ),
        (
            SyncGroup,
            State::Completing,
            IllegalGeneration,
            RebalanceInProgress,
        ),
        (
            SyncGroup,
            State::Preparing,
            RebalanceInProgress,
            UnknownMemberId,
        ),
        (Heartbeat, State::Completing, IllegalGeneration, None),
        (Heartbeat, State::Missing, UnknownMemberId, GroupIdNotFound),
        (
            OffsetCommit,
            State::Completing,
            RebalanceInProgress,
            IllegalGeneration,
        ),
        (
            OffsetCommit,
            State::Missing,
            GroupIdNotFound,
            IllegalGeneration,
        ),
        (
            OffsetCommit,
            State::Empty,
            UnknownMemberId,
            IllegalGeneration,
        ),
        (
            OffsetCommit,
            State::Stable,
            OffsetMetadataTooLarge,
            InvalidRequest,
        ),
        (
            TxnOffsetCommit,
            State::Stable,
            FencedInstanceId,
            IllegalGeneration,
        ),
        (OffsetDelete, State::Stable, GroupSubscribedToTopic, None),
        (DeleteGroups, State::Stable, NonEmptyGroup, GroupIdNotFound),
        (DeleteGroups, State::Dead, GroupIdNotFound, None),
        (
            OffsetFetch,
            State::Loading,
            CoordinatorLoadInProgress,
            NotCoordinator,
        ),
        (Heartbeat, State::Elsewhere, NotCoordinator, None),
        (ListGroups, State::Loading, CoordinatorLoadInProgress, None),
        (
            JoinGroup,
            State::Loading,
            InvalidSessionTimeout,
            CoordinatorLoadInProgress,
        ),
        (JoinGroup, State::Empty, UnknownServerError, UnknownMemberId),
    ];
    for (api, state, instead_of, says) in lies {
        let lie = Lie {
            api,
            state,
            instead_of,
            says,
        };
        let wanted = those(|cell, answer, _| {
            cell.row.api == api && cell.state == state && tells(answer, instead_of)
        });
        assert!(!wanted.is_empty(), "{lie:?} is never told");
        assert_eq!(broken(&lie), wanted, "{lie:?}");
    }
}

fn deciding(decisions: Decisions) -> BTreeSet<String> {
    broken(&ReferenceSubjects { decisions })
}

#[test]
fn a_mutant_is_told_by_the_names_of_its_cells() {
    let right = Decisions::default();
    let fence = |fence| Decisions { fence, ..right };
    // G-2: a later generation passes, unless something else stops it.
    let later = those(|cell, answer, _| {
        let commits = matches!(cell.row.api, Api::OffsetCommit | Api::TxnOffsetCommit);
        commits
            && cell.row.condition == "d. later generation"
            && matches!(
                cell.state,
                State::Preparing | State::Completing | State::Stable
            )
            && tells(answer, ErrorCode::IllegalGeneration)
    });
    assert_eq!(deciding(fence(Fence::CurrentOrLaterMember)), later);
    // G-1: nobody is fenced.
    let fenced = those(|cell, answer, _| {
        let commits = matches!(cell.row.api, Api::OffsetCommit | Api::TxnOffsetCommit);
        let fences = [
            ErrorCode::UnknownMemberId,
            ErrorCode::IllegalGeneration,
            ErrorCode::FencedInstanceId,
        ];
        let fenced = fences.iter().any(|error| tells(answer, *error));
        commits && fenced && cell.state != State::Missing
    });
    assert_eq!(deciding(fence(Fence::Nobody)), fenced);
    // G-8: only what is seen after a reload is wrong.
    let replaced =
        those(|_, _, effect| matches!(effect, Effect::Replaced | Effect::LeaderReplaced));
    let in_memory = Decisions {
        replacement: Replacement::InMemoryOnly,
        ..right
    };
    assert_eq!(deciding(in_memory), replaced);
    // O-1: what was deleted comes back.
    let deleted = those(|_, _, effect| matches!(effect, Effect::Removed | Effect::Forgotten));
    let twice = Decisions {
        tombstone_key: TombstoneKey::EncodedTwice,
        ..right
    };
    assert_eq!(deciding(twice), deleted);
}

/// A coordinator that refuses a commit of another generation, after it has stored it.
struct WritesFirst;

struct Writer(Reference);

impl Subjects for WritesFirst {
    type Subject = Writer;

    fn start(&self, settings: Settings) -> Option<Writer> {
        ReferenceSubjects::default().start(settings).map(Writer)
    }
}

impl Subject for Writer {
    fn send(&mut self, request: &GroupRequest) -> CallId {
        let call = self.0.send(request);
        if let (GroupRequest::Commit(refused), Some(GroupResponse::Commit(r))) =
            (request, self.0.answer(call))
            && r.partitions.first().map(|p| p.error) == Some(ErrorCode::IllegalGeneration)
        {
            for generation in 0..9 {
                let mut accepted = refused.clone();
                accepted.generation = generation;
                self.0.send(&GroupRequest::Commit(accepted));
            }
        }
        call
    }

    fn answer(&mut self, call: CallId) -> Option<GroupResponse> {
        self.0.answer(call)
    }

    fn advance(&mut self, ms: u64) {
        self.0.advance(ms);
    }

    fn reload(&mut self) {
        self.0.reload();
    }

    fn find(&mut self, request: &FindCoordinator) -> Option<FindCoordinatorResponse> {
        self.0.find(request)
    }

    fn hold(&mut self, phase: Phase) -> bool {
        self.0.hold(phase)
    }
}

#[test]
fn a_right_answer_does_not_hide_a_wrong_effect() {
    let refused = those(|cell, answer, _| {
        cell.row.api == Api::OffsetCommit
            && matches!(cell.state, State::Preparing | State::Stable)
            && tells(answer, ErrorCode::IllegalGeneration)
    });
    assert_eq!(broken(&WritesFirst), refused);
}
