//! Taking a cell to a subject.

use plimsoll_coordinator::{ErrorCode, GroupResponse, GroupState};

use crate::ask::COMMITTED;
use crate::scene::{ASSIGNED, MOST_OF_A_SESSION_MS, Scene};
use crate::snapshot::Snapshot;
use crate::{Answer, Cell, Effect, Expected, State, Subject, Subjects};

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The group could not be brought into the state.
    NotSet(String),
    /// Another answer.
    Answer(String),
    /// Another effect.
    Effect(String),
}

/// What came of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ran {
    /// As expected.
    Passed,
    /// Otherwise.
    Failed(Finding),
    /// The table declares that no request gets there.
    Unreachable(&'static str),
    /// This subject cannot be held in the state.
    Skipped(&'static str),
}

/// Runs one cell.
pub fn run<S: Subjects>(subjects: &S, cell: &Cell) -> Ran {
    let (answer, effect) = match cell.expected() {
        Expected::Unreachable(why) => return Ran::Unreachable(why),
        Expected::Cell(answer, effect) => (answer, effect),
    };
    match case(subjects, cell, answer, effect) {
        Ok(()) => Ran::Passed,
        Err(Finding::NotSet(_)) if cell.state == State::Dead => {
            Ran::Skipped("the subject cannot be asked while it unloads")
        }
        Err(finding) => Ran::Failed(finding),
    }
}

fn set<S: Subjects>(subjects: &S, cell: &Cell) -> Result<Scene<S::Subject>, Finding> {
    Scene::set(subjects, cell.row.cast, cell.row.prior, cell.state).map_err(Finding::NotSet)
}

fn case<S: Subjects>(
    subjects: &S,
    cell: &Cell,
    answer: Answer,
    effect: Effect,
) -> Result<(), Finding> {
    // The same without the request: what there was, and what a reload makes of it.
    let mut untouched = set(subjects, cell)?;
    let before = Snapshot::of(&mut untouched);
    untouched.subject.reload();
    let reloaded_before = Snapshot::of(&mut untouched);

    let mut scene = set(subjects, cell)?;
    if effect == Effect::Renewed {
        scene.subject.advance(MOST_OF_A_SESSION_MS);
    }
    let request = cell.row.ask.request(&scene);
    let call = scene.subject.send(&request);
    let got = scene.subject.answer(call);
    answers(answer, got.as_ref(), &scene).map_err(Finding::Answer)?;
    if effect == Effect::Renewed {
        scene.subject.advance(MOST_OF_A_SESSION_MS);
        let now = Snapshot::of(&mut scene);
        return must(now.has("leader"), "the leader's session ended").map_err(Finding::Effect);
    }
    let now = Snapshot::of(&mut scene);
    scene.subject.reload();
    let reloaded = Snapshot::of(&mut scene);
    let seen = Seen {
        missing: cell.state == State::Missing,
        before,
        reloaded_before,
        now,
        reloaded,
    };
    seen.hold(effect).map_err(Finding::Effect)
}

fn must(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(otherwise.to_owned())
    }
}

/// What could be seen of the group.
struct Seen {
    missing: bool,
    before: Snapshot,
    reloaded_before: Snapshot,
    now: Snapshot,
    reloaded: Snapshot,
}

impl Seen {
    fn hold(&self, effect: Effect) -> Result<(), String> {
        match effect {
            Effect::Nothing => {
                same("it changed", &self.before, &self.now)?;
                same("it changed the log", &self.reloaded_before, &self.reloaded)
            }
            Effect::Renewed => Ok(()),
            Effect::Becomes(state) => {
                self.is_in(state, &self.now)?;
                if self.missing {
                    return self.is_in(GroupState::Empty, &self.reloaded);
                }
                same("it changed the log", &self.reloaded_before, &self.reloaded)
            }
            Effect::Made => self.both(|s| self.is_in(GroupState::Empty, s)),
            Effect::Settles(state) => {
                self.both(|s| self.is_in(state, s))?;
                same("a reload changed it", &self.now, &self.reloaded)
            }
            Effect::Removed => self.both(|s| {
                must(!s.exists(), "the group is still there")?;
                let none = (-1, ErrorCode::None);
                must(s.offsets.iter().all(|o| *o == none), "offsets are left")
            }),
            Effect::Replaced => self.both(|s| self.replaced("follower", s)),
            Effect::LeaderReplaced => self.both(|s| self.replaced("leader", s)),
            Effect::Stored => self.both(|s| self.offset(s, (COMMITTED, ErrorCode::None))),
            Effect::Forgotten => self.both(|s| {
                let none = (-1, ErrorCode::None);
                must(s.offsets[2] == none, "the offset is still there")?;
                must(
                    s.offsets[0] == self.before.offsets[0],
                    "another is gone too",
                )
            }),
            Effect::Staged => self.both(|s| {
                self.offset(s, (-1, ErrorCode::UnstableOffsetCommit))?;
                let shown = s.shown[0] == self.before.shown[0];
                must(shown, "it is shown before the transaction is committed")
            }),
        }
    }

    fn both(&self, holds: impl Fn(&Snapshot) -> Result<(), String>) -> Result<(), String> {
        holds(&self.now)?;
        holds(&self.reloaded).map_err(|why| format!("after a reload: {why}"))
    }

    fn is_in(&self, state: GroupState, snapshot: &Snapshot) -> Result<(), String> {
        let found = snapshot.state;
        must(
            found == Some(state),
            &format!("the group is {found:?}, not {state:?}"),
        )
    }

    /// The offset is so, and what is left of the group is as before.
    fn offset(&self, snapshot: &Snapshot, expected: (i64, ErrorCode)) -> Result<(), String> {
        let found = snapshot.offsets[0];
        must(
            found == expected,
            &format!("the offset is {found:?}, not {expected:?}"),
        )?;
        let others = snapshot.offsets[1..] == self.before.offsets[1..];
        must(others && snapshot.exists(), "something else changed too")
    }

    fn replaced(&self, role: &str, snapshot: &Snapshot) -> Result<(), String> {
        must(!snapshot.has(role), "the old id is still a member")?;
        must(snapshot.has("new"), "the new id is not a member")?;
        let count = snapshot.members.len() == self.before.members.len();
        must(
            count && snapshot.state == self.before.state,
            "the group changed",
        )
    }
}

fn same(what: &str, before: &Snapshot, after: &Snapshot) -> Result<(), String> {
    must(
        before == after,
        &format!("{what}: {before:?}, now {after:?}"),
    )
}

fn answers(
    expected: Answer,
    got: Option<&GroupResponse>,
    scene: &Scene<impl Subject>,
) -> Result<(), String> {
    let wrong = || format!("expected {expected}, got {got:?}");
    let found = match (expected, got) {
        (Answer::Waits, got) => got.is_none(),
        (Answer::Error(error), Some(got)) => error_of(got) == Some(error) && is_shaped(got),
        (Answer::Joined { members, skip }, Some(GroupResponse::Join(r))) => {
            let generation = scene.generation(crate::Gen::Current);
            r.error == ErrorCode::None
                && (generation..=generation + 1).contains(&r.generation)
                && r.members.is_empty() != members
                && r.skip_assignment == skip
        }
        (Answer::Assigned(what), Some(GroupResponse::Sync(r))) => {
            r.error == ErrorCode::None && *r.assignment == *what.as_bytes()
        }
        (Answer::Left(top, member), Some(GroupResponse::Leave(r))) => {
            let members: Vec<ErrorCode> = r.members.iter().map(|m| m.error).collect();
            r.error == top && members == member.into_iter().collect::<Vec<_>>()
        }
        (Answer::Fetched(offset, error), Some(GroupResponse::Fetch(r))) => {
            let found = r.partitions.iter().map(|p| (p.offset, p.error));
            r.error == ErrorCode::None && found.eq([(offset, error)])
        }
        (Answer::Count(count), Some(GroupResponse::Fetch(r))) => {
            r.error == ErrorCode::None && r.partitions.len() == count
        }
        (Answer::Count(count), Some(GroupResponse::Commit(r))) => r.partitions.len() == count,
        (Answer::Count(count), Some(GroupResponse::TxnCommit(r))) => r.partitions.len() == count,
        (Answer::Described(error, state), Some(GroupResponse::Describe(r))) => {
            let found = r.groups.iter().map(|g| (g.error, g.state));
            found.eq([(error, Some(state))])
        }
        (Answer::Listed(listed), Some(GroupResponse::List(r))) => {
            r.error == ErrorCode::None && r.groups.is_empty() != listed
        }
        _ => false,
    };
    must(found, &wrong())
}

/// The error of the request or of its one part.
fn error_of(response: &GroupResponse) -> Option<ErrorCode> {
    match response {
        GroupResponse::Join(r) => Some(r.error),
        GroupResponse::Sync(r) => Some(r.error),
        GroupResponse::Heartbeat(r) => Some(r.error),
        GroupResponse::Leave(r) => Some(r.error),
        GroupResponse::Commit(r) => r.partitions.first().map(|p| p.error),
        GroupResponse::TxnCommit(r) => r.partitions.first().map(|p| p.error),
        GroupResponse::EndTxn(r) => Some(r.error),
        GroupResponse::Fetch(r) => Some(r.error),
        GroupResponse::OffsetDelete(r) if r.error == ErrorCode::None => {
            r.partitions.first().map(|p| p.error)
        }
        GroupResponse::OffsetDelete(r) => Some(r.error),
        GroupResponse::Delete(r) => r.groups.first().map(|(_, error)| *error),
        GroupResponse::Describe(r) => r.groups.first().map(|g| g.error),
        GroupResponse::List(r) => Some(r.error),
    }
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

/// The assignments that cells speak of.
pub(crate) const OF_THE_LEADER: &str = ASSIGNED[0];
pub(crate) const OF_THE_FOLLOWER: &str = ASSIGNED[1];
