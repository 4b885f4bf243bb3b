//! Commits on one lane: judged at the end of their window that is kindest to the system.

use plimsoll_history::{Name, Protocol};
use plimsoll_promises::{Automaton, Because, Broken, Commit, Observation, Offset, PromiseId};

use crate::{
    group_partition::GroupPartition,
    last::Owner,
    settings::{Bare, Scene},
    story::{Fact, Place, Teller},
    worlds::register::{AnswerVerdict, Op, Question},
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
    pub(crate) broken_if_accepted: Vec<Broken>,
    /// It came from a former owner, but without a generation that O9 could judge.
    pub generation_unknown: bool,
    /// How often its tenure had moved when it was asked for.
    pub(crate) moves: u64,
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

impl GroupPartition {
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
            moves: self.tenure_of(proc).map_or(0, |tenure| tenure.moves),
            owner,
        };
        // An offset below 0 stands for none, and is answered so.
        let answered = (offset >= 0).then_some(offset);
        self.register.begin_write(op, answered, committing);
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
            moves: 0,
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
            AnswerVerdict::Possible => {}
            AnswerVerdict::Excused => return Some(false),
            AnswerVerdict::Proves(write) => {
                if write.kind == WriteKind::Commit || write.kind == WriteKind::TxnCommit {
                    self.counted.unknown = self.counted.unknown.saturating_sub(1);
                }
                self.took_effect(&write, false, scene);
            }
            AnswerVerdict::Impossible(broken) => {
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
