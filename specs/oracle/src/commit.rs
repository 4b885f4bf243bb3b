//! Commits on one lane: judged at the end of their window that is kindest to the system.

use plimsoll_history::{Name, Protocol};
use plimsoll_promises::{Because, Broken, Commit, Observation, Offset, Promise, PromiseId};

use crate::{
    lane::{Existing, Lane, LastAccepted, Owner, Scene},
    log::Bare,
    ranges::gaps,
    story::{Fact, Place, Teller},
    worlds::register::{Heard, Op, Question},
};

/// A write to the committed offset under way, with what was true when it was invoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committing {
    /// Its invoke.
    pub asked: Place,
    /// Who asked.
    pub proc: Name,
    /// The offset; `None` deletes it.
    pub offset: Option<Offset>,
    /// What it is.
    pub kind: WriteKind,
    /// As the promises see it.
    pub commit: Commit,
    /// Kindest moment of O2 and O9: the invoke. Broken if the commit took effect.
    broken_if_accepted: Vec<Broken>,
    /// It came from a former owner, but without a generation that O9 could judge.
    pub generation_unknown: bool,
    /// The partition was another's: whose, and since when.
    owner: Option<Owner>,
}

/// What writes a committed offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WriteKind {
    /// A commit.
    Commit,
    /// Offsets sent to a transaction.
    TxnCommit,
    /// An administrator sets it.
    Alter,
    /// An administrator deletes it.
    Delete,
}

/// A commit as its invoke tells of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub proc: Name,
    pub offset: Offset,
    pub generation: Option<i32>,
    pub kind: WriteKind,
    pub protocol: Protocol,
}

impl Committing {
    /// Nothing speaks against it.
    pub fn innocent(&self) -> bool {
        self.broken_if_accepted.is_empty()
    }

    /// Says so if it came from a process that did not own the partition.
    pub(crate) fn not_the_owner(&self, teller: &Teller<'_>) -> Option<String> {
        let owner = self.owner?;
        let zombie = |broken: &Broken| broken.promise == PromiseId::O9;
        if self.broken_if_accepted.iter().any(zombie) {
            // Then it should not have been accepted, and that says more.
            return None;
        }
        let (who, other) = (teller.who(self.proc), teller.who(owner.proc));
        let how = match self.commit.generation {
            Some(_) => "with its own valid generation",
            None => "without a generation",
        };
        Some(format!(
            "G12: {who} committed {} {how} although it had been {other}'s since line {}; Kafka accepts that on purpose, \
             so the client is at fault",
            teller.partition(),
            owner.opened.line,
        ))
    }
}

impl Lane {
    /// A commit is invoked.
    pub(crate) fn begin_commit(&mut self, op: Op, asked: Asked, scene: &Scene<'_>) {
        let Asked {
            proc,
            offset,
            generation,
            kind,
            protocol,
        } = asked;
        let commit = Commit {
            tenure: self.tenure_of(proc).map(|tenure| tenure.id),
            offset,
            generation: generation.filter(|generation| *generation >= 0),
        };
        self.carries(proc, commit.generation, protocol);
        let (judged, generation_unknown) = self.for_o9(commit);
        let broken_if_accepted = [
            self.o2.judge(&Observation::Accepted(commit), &Bare).err(),
            self.o9.judge(&Observation::Accepted(judged), &Bare).err(),
        ];
        let owner = self.owner().filter(|owner| owner.proc != proc).copied();
        let committing = Committing {
            asked: scene.place,
            proc,
            offset: Some(offset),
            kind,
            commit,
            broken_if_accepted: broken_if_accepted.into_iter().flatten().collect(),
            generation_unknown,
            owner,
        };
        self.register.begin_write(op, Some(offset), committing);
    }

    /// An administrator's write is invoked.
    pub(crate) fn begin_admin(
        &mut self,
        op: Op,
        proc: Name,
        offset: Option<Offset>,
        kind: WriteKind,
        place: Place,
    ) {
        let committing = Committing {
            asked: place,
            proc,
            offset,
            kind,
            commit: Commit {
                tenure: None,
                offset: offset.unwrap_or(0),
                generation: None,
            },
            broken_if_accepted: Vec::new(),
            generation_unknown: false,
            owner: None,
        };
        self.register.begin_write(op, offset, committing);
    }

    /// The write was answered with success.
    pub(crate) fn acknowledged(&mut self, op: Op, scene: &Scene<'_>) {
        while let Some(kind) = self.register.write_of(op).map(|write| write.kind) {
            let lags = kind == WriteKind::TxnCommit;
            let Some(ended) = self.register.accept(op, lags) else {
                return;
            };
            if !ended.proven {
                self.took_effect(&ended.what, true, scene);
            }
            if let (Some(offset), Some(id)) = (ended.what.offset, ended.what.commit.tenure) {
                self.window_moves(offset, id);
            }
        }
    }

    /// The write was refused, or certainly failed.
    pub(crate) fn refused(&mut self, op: Op, scene: &Scene<'_>) {
        while let Some(ended) = self.register.refuse(op) {
            if !is_admin(&ended.what) {
                self.counted.refused += 1;
            }
            if ended.proven {
                self.refused_yet_shown(&ended.what, scene);
            }
        }
    }

    /// The write's outcome is unknown.
    pub(crate) fn lost_sight(&mut self, op: Op) {
        while let Some(ended) = self.register.lose(op) {
            if !is_admin(&ended.what) && !ended.proven {
                self.counted.unknown += 1;
            }
        }
    }

    /// The coordinator answered where the group resumes.
    pub(crate) fn hears(
        &mut self,
        op: Op,
        asked: Place,
        answer: Option<Offset>,
        question: Question,
        scene: &Scene<'_>,
    ) -> Option<bool> {
        let heard = self
            .register
            .hear(op, answer, question, Committing::innocent)?;
        match heard {
            Heard::Possible => {}
            Heard::Excused => return Some(false),
            Heard::Proves(write) => {
                if write.kind == WriteKind::Commit || write.kind == WriteKind::TxnCommit {
                    self.counted.unknown = self.counted.unknown.saturating_sub(1);
                }
                self.took_effect(&write, false, scene);
            }
            Heard::Impossible(broken) => {
                self.counted.lost += 1;
                let last = self.last.accepted.clone();
                let teller = scene.teller();
                self.breaks.add(broken, scene.place, || {
                    let mut window: Vec<Fact> = last.iter().flat_map(|l| l.tell(&teller)).collect();
                    let asks = format!(
                        "the committed offset of {} is asked for",
                        teller.partition()
                    );
                    window.push(asked.says(asks));
                    window.push(scene.place.says(teller.answered(answer)));
                    (window, Vec::new())
                });
            }
        }
        Some(true)
    }

    /// A write certainly took effect.
    fn took_effect(&mut self, write: &Committing, acked: bool, scene: &Scene<'_>) {
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
                self.o2.learn(
                    &Observation::Moved {
                        from: 0,
                        to: 0,
                        tenure: None,
                    },
                    &Bare,
                );
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
        self.o2.learn(&seen, &Bare);
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

    /// A refused commit is what the coordinator had answered: it took effect all the same.
    fn refused_yet_shown(&mut self, write: &Committing, scene: &Scene<'_>) {
        self.counted.lost += 1;
        let broken = Broken {
            promise: PromiseId::S3,
            because: Because::Forgotten {
                answered: write.offset,
                possible: self.register.possible().unwrap_or_default().to_vec(),
            },
        };
        let teller = scene.teller();
        let commits = teller.commits(write.proc, write.offset, write.commit.generation);
        let window = vec![
            write.asked.says(commits),
            scene
                .place
                .says(format!("that commit of {} is refused", teller.partition())),
        ];
        let note = "S4: the refusal says that the commit had no effect, but an answer showed it"
            .to_owned();
        self.breaks
            .add(broken, scene.place, || (window, vec![note]));
    }

    /// The tenure's uncommitted window begins at its acknowledged commit.
    fn window_moves(&mut self, offset: Offset, id: plimsoll_promises::Tenure) {
        let current = self.is_newest(id);
        let Some(tenure) = self.tenures.iter_mut().find(|tenure| tenure.id == id) else {
            return;
        };
        tenure.committed(offset, &self.processed);
        if current && !tenure.sought {
            self.counted.uncommitted = self.counted.uncommitted.max(tenure.uncommitted());
        }
    }
}

/// Whether an administrator asked for it.
pub(crate) fn is_admin(write: &Committing) -> bool {
    !matches!(write.kind, WriteKind::Commit | WriteKind::TxnCommit)
}

impl LastAccepted {
    /// Its invoke, and where it became certain.
    pub(crate) fn tell(&self, teller: &Teller<'_>) -> Vec<Fact> {
        let by = &self.commit;
        vec![
            by.asked
                .says(teller.commits(by.proc, by.offset, by.commit.generation)),
            self.place
                .says(teller.accepted(by.proc, by.offset, self.acked)),
        ]
    }
}
