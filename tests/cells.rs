//! The tables of the group APIs, cell by cell: none is missing, all hold on the reference, and a coordinator that is wrong
//! in one place is told exactly where.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_conformance::{
    AXES, Answer, Api, Cell, Effect, Expected, Ran, Reference, ReferenceSubjects, Settings, State,
    Subject, Subjects, cells, run,
};
use plimsoll_coordinator::{
    CallId, Decisions, DescribeGroups, ErrorCode, Fence, GroupRequest, GroupResponse, GroupState,
    Replacement, TombstoneKey,
};

#[test]
fn every_cell_of_every_table_has_a_case() {
    let mut there: BTreeMap<(Api, &str, State), usize> = BTreeMap::new();
    for cell in cells() {
        *there
            .entry((cell.row.api, cell.row.condition, cell.state))
            .or_default() += 1;
    }
    let mut wanted = BTreeSet::new();
    for (api, conditions) in AXES {
        for condition in *conditions {
            wanted.extend(State::ALL.map(|state| (*api, *condition, state)));
        }
    }
    let apis: Vec<Api> = AXES.iter().map(|(api, _)| *api).collect();
    assert_eq!(apis, Api::ALL);
    assert_eq!(there.keys().copied().collect::<BTreeSet<_>>(), wanted);
    assert!(
        there.values().all(|count| *count == 1),
        "a cell has two cases"
    );
}

#[test]
fn every_cell_holds_on_the_reference() {
    let (mut passed, mut unreachable) = (0, 0);
    for cell in cells() {
        match run(&ReferenceSubjects::default(), &cell) {
            Ran::Passed => passed += 1,
            Ran::Unreachable(why) => {
                assert!(!why.is_empty());
                unreachable += 1;
            }
            other => panic!("{}: {other:?}", cell.name()),
        }
    }
    assert_eq!((passed, unreachable), (716, 34));
}

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
    dead: bool,
    lies: BTreeMap<CallId, GroupResponse>,
}

impl Subjects for Lie {
    type Subject = Liar;

    fn start(&self, settings: Settings) -> Liar {
        Liar {
            lie: *self,
            inner: ReferenceSubjects::default().start(settings),
            dead: false,
            lies: BTreeMap::new(),
        }
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
            _ if self.dead => State::Dead,
            (ErrorCode::GroupIdNotFound, _) => State::Missing,
            (_, Some(GroupState::Empty)) => State::Empty,
            (_, Some(GroupState::PreparingRebalance)) => State::Preparing,
            (_, Some(GroupState::CompletingRebalance)) => State::Completing,
            (_, Some(GroupState::Stable)) => State::Stable,
            other => panic!("{other:?}"),
        }
    }
}

fn api(request: &GroupRequest) -> Option<Api> {
    match request {
        GroupRequest::Join(_) => Some(Api::JoinGroup),
        GroupRequest::Sync(_) => Some(Api::SyncGroup),
        GroupRequest::Heartbeat(_) => Some(Api::Heartbeat),
        GroupRequest::Commit(_) => Some(Api::OffsetCommit),
        GroupRequest::TxnCommit(_) => Some(Api::TxnOffsetCommit),
        GroupRequest::OffsetDelete(_) => Some(Api::OffsetDelete),
        GroupRequest::Delete(_) => Some(Api::DeleteGroups),
        _ => None,
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
        GroupResponse::Delete(r) => r.groups.iter_mut().for_each(|(_, error)| put(error)),
        _ => {}
    }
}

impl Subject for Liar {
    fn send(&mut self, request: &GroupRequest) -> CallId {
        let state = self.state();
        let call = self.inner.send(request);
        if api(request) == Some(self.lie.api)
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

    fn reload(&mut self) {
        self.dead = false;
        self.inner.reload();
    }

    fn hold_in_unload(&mut self) -> bool {
        self.dead = true;
        self.inner.hold_in_unload()
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
    ];
    for (api, state, instead_of, says) in lies {
        let lie = Lie {
            api,
            state,
            instead_of,
            says,
        };
        let wanted = those(|cell, answer, _| {
            cell.row.api == api && cell.state == state && answer == Answer::Error(instead_of)
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
            && answer == Answer::Error(ErrorCode::IllegalGeneration)
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
        let fenced = fences.map(Answer::Error).contains(&answer);
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

    fn start(&self, settings: Settings) -> Writer {
        Writer(ReferenceSubjects::default().start(settings))
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

    fn hold_in_unload(&mut self) -> bool {
        self.0.hold_in_unload()
    }
}

#[test]
fn a_right_answer_does_not_hide_a_wrong_effect() {
    let refused = those(|cell, answer, _| {
        cell.row.api == Api::OffsetCommit
            && matches!(cell.state, State::Preparing | State::Stable)
            && answer == Answer::Error(ErrorCode::IllegalGeneration)
    });
    assert_eq!(broken(&WritesFirst), refused);
}
