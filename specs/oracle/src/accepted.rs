//! What follows from a commit that certainly took effect: D1, and the records that it passed over.

use plimsoll_promises::{Automaton, Because, Broken, Observation, Offset, PromiseId};

use crate::{
    commit::{Committing, WriteKind},
    group_partition::GroupPartition,
    last::{LastAccepted, Owner},
    ranges::gaps,
    settings::{Bare, Existing, Scene},
    story::{Fact, Teller},
};

impl GroupPartition {
    /// A write certainly took effect.
    pub(crate) fn took_effect(&mut self, write: &Committing, acked: bool, scene: &Scene<'_>) {
        let accepted = LastAccepted {
            commit: write.clone(),
            place: scene.place,
            acked,
        };
        match (write.kind, write.offset) {
            (WriteKind::Commit | WriteKind::TxnCommit, Some(offset)) => {
                self.counted.accepted += 1;
                self.removed = false;
                self.judge_accepted(write, offset, &accepted, scene);
            }
            (_, Some(to)) => {
                let from = self.committed.or(self.d1.base()).unwrap_or(0);
                let frontier = self.br1.frontier();
                // Forward it skips from what was committed; back it replays from there.
                let from = if to < frontier {
                    frontier
                } else {
                    from.min(to)
                };
                self.moved(from, to, None);
                self.committed = self.committed.max(Some(to));
            }
            (WriteKind::Delete, None) => {
                // The group starts where the reset policy says, on an administrator's order (A5).
                self.removed = true;
                self.goes_anywhere(None);
            }
            _ => {}
        }
        self.last.accepted = Some(accepted);
    }

    fn judge_accepted(
        &mut self,
        write: &Committing,
        offset: Offset,
        accepted: &LastAccepted,
        scene: &Scene<'_>,
    ) {
        let teller = scene.teller();
        for broken in &write.broken_if_accepted {
            let window = || (self.tell_commit(write, accepted, &teller), Vec::new());
            let (window, notes) = window();
            self.breaks
                .add(broken.clone(), scene.place, || (window, notes));
        }
        if write.generation_unknown {
            self.counted.without_generation += 1;
        }
        let seen = Observation::Accepted(write.commit);
        let verdict = {
            let existing = Existing {
                log: scene.log,
                offered: &self.offered,
            };
            self.d1.judge(&seen, &existing)
        };
        if let Err(broken) = verdict {
            let from = self
                .d1
                .base()
                .unwrap_or(offset)
                .max(self.committed.unwrap_or(0));
            self.expose(from, offset, scene);
            let mut window = self.tell_commit(write, accepted, &teller);
            window.extend(
                self.last
                    .processed
                    .map(|(place, proc, at)| place.says(teller.processes(proc, at))),
            );
            let notes = write.not_the_owner(&teller).into_iter().collect();
            self.breaks.add(broken, scene.place, || (window, notes));
        }
        self.d1.learn(&seen, &Bare);
        // Asked for before the position was moved: what comes after the move may lie below it.
        let tenures = self.tenures.iter();
        let own = tenures.filter(|tenure| Some(tenure.id) == write.commit.tenure);
        if own
            .map(|tenure| tenure.moves)
            .all(|moves| moves == write.moves)
        {
            self.o2.learn(&seen, &Bare);
        }
        self.committed = self.committed.max(Some(offset));
        if let Some(tenure) = write
            .commit
            .tenure
            .and_then(|id| self.tenures.iter_mut().find(|tenure| tenure.id == id))
            && tenure.highest.is_none_or(|(highest, _)| highest <= offset)
        {
            tenure.highest = Some((offset, scene.place));
        }
    }

    fn tell_commit(
        &self,
        write: &Committing,
        accepted: &LastAccepted,
        teller: &Teller<'_>,
    ) -> Vec<Fact> {
        let mut window = accepted.tell(teller);
        let own = write
            .commit
            .tenure
            .and_then(|id| self.tenures.iter().find(|tenure| tenure.id == id));
        if let Some(own) = own {
            window.push(Owner::of(own).tell(teller));
            if let Some((highest, place)) = own.highest.filter(|(at, _)| Some(*at) > write.offset) {
                window.push(place.says(teller.accepted(own.proc, Some(highest), true)));
            }
        }
        let other = self.owner().filter(|owner| owner.proc != write.proc);
        window.extend(other.map(|owner| owner.tell(teller)));
        window
    }

    /// Records in `from..to` were passed over.
    pub(crate) fn expose(&mut self, from: Offset, to: Offset, scene: &Scene<'_>) {
        let unprocessed: Vec<_> = gaps(self.d1.accounted(), from, to).collect();
        for (start, end) in unprocessed {
            for (start, end) in scene.log.runs(start, end) {
                self.exposures.open(start, end, scene.place);
            }
            let start = start.max(scene.log.gone_below());
            if start < end {
                for offset in self.offered.range(start..end) {
                    self.exposures.open(*offset, *offset + 1, scene.place);
                }
            }
        }
    }

    /// A record turned out to stand at `offset`. If a commit has passed over it, D1 is broken.
    pub(crate) fn record_appears(&mut self, offset: Offset, scene: &Scene<'_>) {
        if self.committed.is_none_or(|committed| committed <= offset) {
            return;
        }
        let existing = Existing {
            log: scene.log,
            offered: &self.offered,
        };
        let seen = Observation::Acked { offset, value: 0 };
        let Err(broken) = self.d1.judge(&seen, &existing) else {
            return;
        };
        self.exposures.open(offset, offset + 1, scene.place);
        let teller = scene.teller();
        let last = self.last.accepted.clone();
        self.breaks.add(broken, scene.place, || {
            let mut window: Vec<Fact> = last.iter().flat_map(|last| last.tell(&teller)).collect();
            window.push(scene.place.says(format!(
                "a record turns out to stand in {} at offset {offset}",
                teller.partition()
            )));
            let notes = last
                .iter()
                .filter_map(|last| last.commit.not_the_owner(&teller));
            (window, notes.collect())
        });
    }

    /// The group's first position is known only now: what it had committed before is judged.
    pub(crate) fn judge_earlier_commits(&mut self, base: Offset, scene: &Scene<'_>) {
        let (Some(committed), Some(last)) = (self.committed, self.last.accepted.clone()) else {
            return;
        };
        let existing = Existing {
            log: scene.log,
            offered: &self.offered,
        };
        let Some((first, records)) = self.d1.unprocessed(base, committed, &existing) else {
            return;
        };
        self.expose(base, committed, scene);
        let broken = Broken {
            promise: PromiseId::D1,
            because: Because::Unprocessed {
                committed,
                first,
                records,
            },
        };
        let teller = scene.teller();
        let window = last.tell(&teller);
        self.breaks
            .add(broken, scene.place, || (window, Vec::new()));
    }
}
