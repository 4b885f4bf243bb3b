//! What a request did, as far as anybody can see who asks: before and after it, and after a reload.

use crate::protocol::GroupState;

use crate::run::must;
use crate::snapshot::Snapshot;
use crate::{Cell, Effect, Offset, Shown, State};

/// What could be seen of the group.
pub(crate) struct Seen<'a> {
    pub(crate) cell: &'a Cell,
    pub(crate) before: Snapshot,
    /// None if the subject cannot be reloaded.
    pub(crate) reloaded_before: Option<Snapshot>,
    pub(crate) now: Snapshot,
    pub(crate) reloaded: Option<Snapshot>,
}

impl Seen<'_> {
    pub(crate) fn hold(&self, effect: Effect) -> Result<(), String> {
        match effect {
            Effect::Nothing => {
                same("it changed", &self.before, &self.now)?;
                self.same_log()
            }
            // These are seen by the passing of time.
            Effect::Renewed | Effect::TopicMade => Ok(()),
            Effect::Becomes(state) => {
                self.is_in(state, &self.now)?;
                if self.cell.state == State::Missing {
                    let empty = |it| self.is_in(GroupState::Empty, it);
                    return self.reloaded.as_ref().map_or(Ok(()), empty);
                }
                self.same_log()
            }
            Effect::Made => self.both(|s| self.is_in(GroupState::Empty, s)),
            Effect::Settles(state) => {
                self.both(|s| self.is_in(state, s))?;
                let unchanged = |it| same("a reload changed it", &self.now, it);
                self.reloaded.as_ref().map_or(Ok(()), unchanged)
            }
            Effect::Removed => self.both(|s| {
                must(!s.exists(), "the group is still there")?;
                let none = s.offsets.iter().all(|o| *o == Shown::nothing());
                must(none, "offsets are left")
            }),
            Effect::Replaced => self.both(|s| self.replaced("follower", s)),
            Effect::LeaderReplaced => self.both(|s| self.replaced("leader", s)),
            _ => self.hold_of_offsets(effect),
        }
    }

    fn hold_of_offsets(&self, effect: Effect) -> Result<(), String> {
        let committed = || {
            let offset = self.cell.row.ask.offset().and_then(Offset::shown);
            offset.ok_or_else(|| "the case commits no offset".to_owned())
        };
        let (first, beside) = (0, 2);
        match effect {
            Effect::Stored => self.both(|s| self.offset(s, first, &committed()?)),
            Effect::StoredBeside => self.both(|s| self.offset(s, beside, &committed()?)),
            Effect::Staged => self.both(|s| self.staged(s, first)),
            Effect::StagedBeside => self.both(|s| self.staged(s, beside)),
            Effect::Forgotten => self.both(|s| self.offset(s, beside, &Shown::nothing())),
            _ => Ok(()),
        }
    }

    fn both(&self, holds: impl Fn(&Snapshot) -> Result<(), String>) -> Result<(), String> {
        holds(&self.now)?;
        match &self.reloaded {
            Some(reloaded) => holds(reloaded).map_err(|why| format!("after a reload: {why}")),
            None => Ok(()),
        }
    }

    fn same_log(&self) -> Result<(), String> {
        match (&self.reloaded_before, &self.reloaded) {
            (Some(before), Some(after)) => same("it changed the log", before, after),
            _ => Ok(()),
        }
    }

    fn is_in(&self, state: GroupState, snapshot: &Snapshot) -> Result<(), String> {
        let found = snapshot.state;
        must(
            found == Some(state),
            &format!("the group is {found:?}, not {state:?}"),
        )
    }

    /// This one of the offsets is so, and the others are as before.
    fn offset(&self, snapshot: &Snapshot, at: usize, expected: &Shown) -> Result<(), String> {
        let mut wanted = self.before.offsets.clone();
        if let Some(offset) = wanted.get_mut(at) {
            *offset = expected.clone();
        }
        let found = &snapshot.offsets;
        must(
            *found == wanted,
            &format!("other offsets are stored than should be: {found:?}, not {wanted:?}"),
        )?;
        must(snapshot.exists(), "the group is gone")
    }

    fn staged(&self, snapshot: &Snapshot, at: usize) -> Result<(), String> {
        self.offset(snapshot, at, &Shown::unstable())?;
        let shown = snapshot.shown == self.before.shown;
        must(shown, "it is shown before the transaction is committed")
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
