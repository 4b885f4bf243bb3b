//! One group on one partition: its tenures, what it processed, and the promises that watch it.

use std::collections::BTreeSet;

use plimsoll_history::Name;
use plimsoll_promises::{
    Automaton, Br1, Br2, Broken, D1, Growing, O2, O9, Observation, Offset, Setting,
    Tenure as TenureId,
    memory::{OffsetSet, Ranges},
};

use crate::{
    breaks::Breaks,
    commit::{Committing, is_admin},
    exposure::Exposures,
    figures::Counted,
    last::{Last, Owner},
    log::{Log, LogId},
    settings::{Bare, Existing, Replayable, Scene},
    story::{Fact, Place},
    tenure::{Generation, PendingStart, Tenure},
    worlds::register::Register,
};

/// The number of a lane.
pub type LaneId = usize;

/// One group on one partition.
#[derive(Debug)]
pub struct GroupPartition {
    /// The group; `None` if the processes that read here never named one.
    pub group: Option<Name>,
    /// The partition.
    pub log: LogId,
    pub(crate) d1: D1<Growing>,
    pub(crate) br1: Br1<Growing>,
    pub(crate) br2: Br2<Growing>,
    pub(crate) o2: O2<Growing>,
    pub(crate) o9: O9<Growing>,
    /// The committed offset.
    pub(crate) register: Register<Committing>,
    pub(crate) tenures: Vec<Tenure>,
    /// The newest tenure; it stays the newest when its process is gone.
    newest: Option<Owner>,
    next_tenure: TenureId,
    pub(crate) processed: Ranges,
    /// Records that the group's own members were given although their producer does not know what became of them.
    pub(crate) offered: BTreeSet<Offset>,
    /// The greatest offset certainly committed.
    pub(crate) committed: Option<Offset>,
    /// What was committed was removed, by an administrator or a power loss, and nothing has been committed since: a start
    /// below the frontier is nobody's fault (A5, A3).
    pub(crate) removed: bool,
    /// A tenure started so: from then on total replay says nothing (BR2).
    pub(crate) replay_excused: bool,
    pub(crate) exposures: Exposures,
    /// Passed over on purpose: ranges, to be counted in the end.
    pub(crate) on_purpose: Ranges,
    pub(crate) breaks: Breaks,
    pub(crate) counted: Counted,
    pub(crate) last: Last,
}

impl GroupPartition {
    /// A lane of which nothing is known.
    pub fn new(group: Option<Name>, log: LogId) -> Self {
        Self {
            group,
            log,
            d1: D1::default(),
            br1: Br1::default(),
            br2: Br2::default(),
            o2: O2::default(),
            o9: O9::default(),
            register: Register::default(),
            tenures: Vec::new(),
            newest: None,
            next_tenure: 0,
            processed: Ranges::default(),
            offered: BTreeSet::new(),
            committed: None,
            removed: false,
            replay_excused: false,
            exposures: Exposures::default(),
            on_purpose: Ranges::default(),
            breaks: Breaks::default(),
            counted: Counted::default(),
            last: Last::default(),
        }
    }

    /// The latest tenure of a process here.
    pub fn tenure_of(&self, proc: Name) -> Option<&Tenure> {
        self.tenures.iter().rev().find(|tenure| tenure.proc == proc)
    }

    pub(crate) fn tenure_index(&self, proc: Name) -> Option<usize> {
        self.tenures.iter().rposition(|tenure| tenure.proc == proc)
    }

    /// Whose the newest tenure is.
    pub fn owner(&self) -> Option<&Owner> {
        self.newest.as_ref()
    }

    /// Whether no later tenure was assigned.
    pub(crate) fn is_newest(&self, tenure: TenureId) -> bool {
        self.newest.is_some_and(|newest| newest.id == tenure)
    }

    /// What is known of a tenure has changed.
    pub(crate) fn refresh_owner(&mut self, index: usize) {
        let tenure = &self.tenures[index];
        let description = Owner::of(tenure);
        match &mut self.newest {
            Some(newest) if newest.id == tenure.id => *newest = description,
            _ => {}
        }
    }

    /// Whether a later assignment than this is known: a line that comes late tells of one that is over.
    pub(crate) fn is_superseded(&self, generation: Option<Generation>) -> bool {
        let newest = self.newest.and_then(|newest| newest.generation);
        let exact = |known: Option<Generation>| known.filter(|known| known.exact);
        exact(generation)
            .zip(exact(newest))
            .is_some_and(|(own, newest)| own.number < newest.number)
    }

    /// Opens a tenure. An earlier one of the same process is over with it.
    pub(crate) fn open_tenure(&mut self, proc: Name, concluded: bool, scene: &Scene<'_>) -> usize {
        let index = self.open_late_tenure(proc, concluded, scene);
        self.newest = Some(Owner::of(&self.tenures[index]));
        index
    }

    /// Opens a tenure that another has followed already.
    pub(crate) fn open_late_tenure(
        &mut self,
        proc: Name,
        concluded: bool,
        scene: &Scene<'_>,
    ) -> usize {
        if let Some(before) = self.tenure_index(proc) {
            self.end_tenure(before, scene);
        }
        let id = self.next_tenure;
        self.next_tenure += 1;
        let mut tenure = Tenure::new(id, proc, scene.place, self.br1);
        tenure.concluded = concluded;
        self.tenures.push(tenure);
        self.tenures.len() - 1
    }

    /// The tenure at `index` can process nothing more.
    pub(crate) fn end_tenure(&mut self, index: usize, scene: &Scene<'_>) {
        self.settle_start(index, scene);
        let tenure = self.tenures.remove(index);
        let ended = Observation::Ended { tenure: tenure.id };
        self.o2.learn(&ended, &Bare);
        self.o9.learn(&ended, &Bare);
        self.br2.learn(&ended, &Bare);
    }

    /// The tenure at `index` reads from `at`.
    pub(crate) fn resume(&mut self, index: usize, at: Offset, scene: &Scene<'_>) {
        let first_position = self.d1.base().is_none();
        let current = self.is_newest(self.tenures[index].id);
        let tenure = &mut self.tenures[index];
        let resumed = Observation::Resumed {
            tenure: tenure.id,
            at,
            current,
        };
        let setting = Replayable {
            processed: &self.processed,
            log: scene.log,
            claim: scene.claim,
        };
        let excused = self.removed || self.register.any_unknown(is_admin);
        let broken = tenure.br1.judge(&resumed, &setting).err();
        self.replay_excused |= excused && broken.is_some();
        tenure.pending = Some(PendingStart {
            replay: tenure.br1.replay(at, &setting),
            broken: broken.filter(|_| !excused),
            place: scene.place,
        });
        tenure.starts(at);
        self.d1.learn(&resumed, &setting);
        self.br2.learn(&resumed, &setting);
        self.alter_shown_by(at);
        if first_position {
            self.judge_earlier_commits(at, scene);
        }
    }

    /// An administrator's offset takes effect before its answer: whoever starts there, or beyond, may start by it.
    fn alter_shown_by(&mut self, at: Offset) {
        let shown = self
            .register
            .unsettled()
            .filter(|write| is_admin(write))
            .filter_map(|write| write.offset)
            .filter(|to| *to <= at)
            .max();
        if let Some(to) = shown {
            let from = self.committed.or(self.d1.base()).unwrap_or(0).min(to);
            let moved = Observation::Moved {
                from,
                to,
                tenure: None,
            };
            self.d1.learn(&moved, &Bare);
            self.on_purpose.insert_range(from, to);
        }
    }

    /// It is certain now that the tenure reads from its start: what that falls back counts.
    pub(crate) fn settle_start(&mut self, index: usize, scene: &Scene<'_>) {
        let Some(pending) = self.tenures[index].pending.take() else {
            return;
        };
        self.counted.longest_replay = self.counted.longest_replay.max(pending.replay);
        if let Some(broken) = pending.broken {
            let tenure = &self.tenures[index];
            let (window, notes) = self.tell_start(tenure, pending.place, scene);
            self.breaks.add(broken, pending.place, || (window, notes));
        }
    }

    fn tell_start(
        &self,
        tenure: &Tenure,
        place: Place,
        scene: &Scene<'_>,
    ) -> (Vec<Fact>, Vec<String>) {
        let teller = scene.teller();
        let mut window = self.last.tell(&teller);
        window.push(Owner::of(tenure).tell(&teller));
        if let Some(at) = tenure.start {
            window.push(place.says(teller.resumes(tenure.proc, at)));
        }
        let notes = self.last.accepted.iter().filter_map(|last| {
            let by = &last.commit;
            (by.offset == tenure.start)
                .then(|| by.not_the_owner(&teller))
                .flatten()
        });
        (window, notes.collect())
    }

    /// A record's effect took place in the tenure at `index`.
    pub(crate) fn process(&mut self, index: usize, offset: Offset, scene: &Scene<'_>) {
        self.settle_start(index, scene);
        let again = !self.processed.insert(offset);
        self.counted.processed += 1;
        self.counted.distinct += u64::from(!again);
        self.last.processed = Some((scene.place, self.tenures[index].proc, offset));
        let current = self.is_newest(self.tenures[index].id);
        if !again {
            for (at, other) in self.tenures.iter_mut().enumerate() {
                if at != index {
                    other.notices(offset);
                }
            }
        }
        let tenure = &mut self.tenures[index];
        tenure.processes(offset, again, &self.processed);
        let seen = Observation::Processed {
            tenure: tenure.id,
            offset,
        };
        if !current {
            tenure.zombie += 1;
            self.counted.zombie = self.counted.zombie.max(tenure.zombie);
        } else if !tenure.sought {
            self.counted.uncommitted = self.counted.uncommitted.max(tenure.uncommitted());
        }
        let first_position = self.d1.base().is_none();
        let setting = Replayable {
            processed: &self.processed,
            log: scene.log,
            claim: scene.claim,
        };
        let replay = self.br2.step(&seen, &setting);
        self.br1.learn(&seen, &setting);
        self.d1.learn(&seen, &setting);
        self.exposures.close(offset, scene.place.t);
        if let Err(broken) = replay
            && !self.replay_excused
        {
            self.too_much_replay(broken, index, scene);
        }
        if first_position {
            self.judge_earlier_commits(offset, scene);
        }
    }

    fn too_much_replay(&mut self, broken: Broken, index: usize, scene: &Scene<'_>) {
        let again = Owner::of(&self.tenures[index]);
        let teller = scene.teller();
        let last = &self.last;
        self.breaks.add(broken, scene.place, || {
            let mut window = last.tell(&teller);
            window.push(again.tell(&teller));
            (window, Vec::new())
        });
    }

    /// The position, or what is committed, was moved on purpose.
    pub(crate) fn moved(&mut self, from: Offset, to: Offset, tenure: Option<TenureId>) {
        let moved = Observation::Moved { from, to, tenure };
        for tenure in &mut self.tenures {
            tenure.br1.learn(&moved, &Bare);
        }
        self.br1.learn(&moved, &Bare);
        self.br2.learn(&moved, &Bare);
        self.d1.learn(&moved, &Bare);
        self.goes_anywhere(tenure);
        if from < to {
            self.on_purpose.insert_range(from, to);
        }
    }

    /// Commits of this tenure (or of all) may go back from now on, and those under way say nothing of the next.
    pub(crate) fn goes_anywhere(&mut self, tenure: Option<TenureId>) {
        let moved = Observation::Moved {
            from: 0,
            to: 0,
            tenure,
        };
        self.o2.learn(&moved, &Bare);
        let tenures = self.tenures.iter_mut();
        tenures
            .filter(|own| tenure.is_none_or(|id| id == own.id))
            .for_each(|own| own.moves += 1);
    }

    /// Records that were passed over on purpose and nobody processed.
    pub fn passed_on_purpose(&self, log: &Log) -> u64 {
        let existing = Existing {
            log,
            offered: &self.offered,
        };
        let everything = (0, Offset::MAX);
        crate::ranges::runs(&self.on_purpose, everything.0, everything.1)
            .flat_map(|(from, to)| crate::ranges::gaps(&self.processed, from, to))
            .map(|(from, to)| existing.records(from, to))
            .sum()
    }

    /// The partition is new, with the group's place in it.
    pub(crate) fn begin_again(&mut self, scene: &Scene<'_>) {
        for index in 0..self.tenures.len() {
            self.settle_start(index, scene);
        }
        self.counted.passed_on_purpose += self.passed_on_purpose(scene.log);
        self.counted.skipped += self.exposures.skipped();
        self.counted.e += self.br2.dirty_tenures();
        let stays = self.tenures.iter().map(|t| (t.proc, t.concluded));
        let stays: Vec<_> = stays.collect();
        let fresh = GroupPartition::new(self.group, self.log);
        let old = std::mem::replace(self, fresh);
        self.counted = old.counted;
        self.breaks = old.breaks;
        self.next_tenure = old.next_tenure;
        for (proc, concluded) in stays {
            self.open_tenure(proc, concluded, scene);
        }
    }

    /// The partition may be new, with offsets that begin again: what the group does there is judged as its first.
    pub(crate) fn may_begin_again(&mut self) {
        self.register.forget();
        let known = self.br1.frontier().max(self.committed.unwrap_or(0));
        let (forward, back) = (
            Observation::Moved {
                from: 0,
                to: known,
                tenure: None,
            },
            Observation::Moved {
                from: known,
                to: 0,
                tenure: None,
            },
        );
        self.d1.learn(&forward, &Bare);
        self.br1.learn(&back, &Bare);
        self.br2.learn(&back, &Bare);
        for tenure in &mut self.tenures {
            tenure.br1.learn(&back, &Bare);
            tenure.pending = None;
        }
        self.goes_anywhere(None);
        self.removed = true;
    }

    /// A power loss: what was never synced is gone, generations among it.
    pub(crate) fn forget(&mut self) {
        self.register.forget();
        self.o9 = O9::default();
        self.removed = true;
    }

    /// Items held.
    pub fn held(&self) -> usize {
        self.d1.accounted().held()
            + self.br2.held()
            + self.processed.held()
            + self.offered.len()
            + self.on_purpose.held()
            + self.register.held()
            + self.tenures.len()
            + self.exposures.held()
    }
}
