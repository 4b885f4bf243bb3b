//! Who owns a lane's partition, under which generation: what O9 judges commits by.

use plimsoll_history::{Name, Protocol};
use plimsoll_promises::{Automaton, Commit, Observation, Offset};

use crate::{
    group_partition::GroupPartition,
    settings::{Bare, Scene},
    tenure::Generation,
};

/// An assignment as the client learned it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Assignment {
    /// Its generation or member epoch, as far as the event or the client's own requests tell.
    pub generation: Option<Generation>,
    /// Partitions that it leaves with the member are not loaded anew.
    pub cooperative: bool,
    /// The group protocol.
    pub protocol: Protocol,
}

impl GroupPartition {
    /// An `assigned` event names this partition.
    pub(crate) fn assigned(&mut self, proc: Name, assignment: Assignment, scene: &Scene<'_>) {
        self.counted.tenures += 1;
        let kept = self.tenure_index(proc).filter(|index| {
            let tenure = &self.tenures[*index];
            // A tenure that showed itself before its late event; or one that a cooperative assignment repeats.
            !tenure.closed && (tenure.concluded || assignment.cooperative)
        });
        let index = match kept {
            Some(index) => {
                let tenure = &mut self.tenures[index];
                self.counted.concluded -= u64::from(std::mem::take(&mut tenure.concluded));
                index
            }
            None if self.is_superseded(assignment.generation) => {
                self.open_late_tenure(proc, false, scene)
            }
            None => self.open_tenure(proc, false, scene),
        };
        self.delivered(index, assignment);
    }

    /// The process owns the partition, as what it does shows, though no event said so.
    pub(crate) fn concluded(
        &mut self,
        proc: Name,
        assignment: Assignment,
        scene: &Scene<'_>,
    ) -> usize {
        self.counted.concluded += 1;
        let index = self.open_tenure(proc, true, scene);
        self.delivered(index, assignment);
        index
    }

    /// The coordinator's SyncGroup gave the partition to the process, and no `assigned` event said so.
    pub(crate) fn synced(&mut self, proc: Name, assignment: Assignment, scene: &Scene<'_>) {
        match self.tenure_index(proc) {
            Some(index)
                if self.is_newest(self.tenures[index].id) && !self.tenures[index].closed =>
            {
                self.delivered(index, assignment);
            }
            _ => {
                self.concluded(proc, assignment, scene);
            }
        }
    }

    /// The coordinator answered this process where the group resumes.
    pub(crate) fn loads(&mut self, proc: Name, answer: Option<Offset>) {
        if let Some(index) = self.tenure_index(proc)
            && self.tenures[index].start.is_none()
            && answer.is_some()
        {
            self.tenures[index].loaded = answer;
        }
    }

    /// A process whose assignments nobody recorded goes back without a seek: it has lost the partition meanwhile and
    /// loaded its position anew.
    pub(crate) fn reloads_unseen(
        &mut self,
        index: usize,
        offset: Offset,
        scene: &Scene<'_>,
    ) -> usize {
        let tenure = &self.tenures[index];
        let back = tenure.done.is_some_and(|done| offset < done);
        if !((tenure.concluded || tenure.closed) && back && !tenure.sought) {
            return index;
        }
        let (proc, generation) = (tenure.proc, tenure.generation);
        self.counted.concluded += 1;
        let index = self.open_tenure(proc, true, scene);
        self.tenures[index].generation = generation;
        self.tell_o9(index);
        self.resume(index, offset, scene);
        index
    }

    fn delivered(&mut self, index: usize, assignment: Assignment) {
        let known = assignment.generation.filter(|generation| generation.exact);
        let floor = || {
            let at_least = assignment.generation.map(|generation| generation.number);
            self.floor(index, assignment.protocol)
                .max(at_least)
                .map(|number| Generation {
                    number,
                    exact: false,
                })
        };
        let generation = known.or_else(floor);
        self.tenures[index].generation = generation;
        self.tell_o9(index);
    }

    /// A new owner's generation is no lower than any that a former owner carried; a member epoch (KIP-848) is higher,
    /// because a member gives a partition up only at a new epoch.
    fn floor(&self, index: usize, protocol: Protocol) -> Option<i32> {
        let own = self.tenures[index].proc;
        let others = self.tenures.iter().filter(|tenure| tenure.proc != own);
        let carried = others.filter_map(|tenure| tenure.carried).max()?;
        Some(match protocol {
            Protocol::Classic => carried,
            Protocol::Consumer => carried.saturating_add(1),
        })
    }

    fn tell_o9(&mut self, index: usize) {
        self.refresh_owner(index);
        let tenure = &self.tenures[index];
        // A line that comes late does not make its process the owner again.
        if !self.is_newest(tenure.id) {
            return;
        }
        let assigned = Observation::Assigned {
            tenure: tenure.id,
            generation: tenure.generation.map(|generation| generation.number),
            // Two processes are two owners, also where a broker gives them one member id.
            member: Some(tenure.proc.index() as u64),
        };
        self.o9.learn(&assigned, &Bare);
    }

    /// A request of the process carried a generation.
    pub(crate) fn carries(&mut self, proc: Name, carried: Option<i32>, protocol: Protocol) {
        let (Some(carried), Some(index)) = (carried, self.tenure_index(proc)) else {
            return;
        };
        let newest = self.is_newest(self.tenures[index].id);
        let tenure = &mut self.tenures[index];
        if protocol == Protocol::Consumer && tenure.closed {
            // Its epoch goes on without the partition.
            return;
        }
        tenure.carried = tenure.carried.max(Some(carried));
        // In the classic protocol the members of one assignment all carry its generation. A member epoch may have gone
        // on since.
        let unsure = tenure.generation.is_none_or(|generation| !generation.exact);
        if unsure && protocol == Protocol::Classic && newest {
            tenure.generation = Some(Generation {
                number: carried,
                exact: true,
            });
            self.tell_o9(index);
        }
    }

    /// The commit as O9 may judge it, and whether it is one that O9 would judge but cannot, because generations are
    /// missing. Equal generations tell a zombie only where both are known exactly.
    pub(crate) fn for_o9(&self, commit: Commit) -> (Commit, bool) {
        let unjudged = Commit {
            generation: None,
            ..commit
        };
        let (Some(tenure), Some(owner)) = (commit.tenure, self.owner()) else {
            return (unjudged, false);
        };
        if owner.id == tenure {
            return (unjudged, false);
        }
        let (Some(carried), Some(newest)) = (commit.generation, owner.generation) else {
            return (unjudged, true);
        };
        let own = self.tenures.iter().find(|own| own.id == tenure);
        let own_is_exact = own
            .and_then(|own| own.generation)
            .is_some_and(|own| own.exact);
        match carried.cmp(&newest.number) {
            std::cmp::Ordering::Less => (commit, false),
            std::cmp::Ordering::Equal if newest.exact && own_is_exact => (commit, false),
            std::cmp::Ordering::Equal => (unjudged, true),
            std::cmp::Ordering::Greater => (unjudged, !newest.exact),
        }
    }

    /// The tenure in which the process reads: its latest, or one concluded from its reading.
    pub(crate) fn reading(
        &mut self,
        proc: Name,
        assignment: Assignment,
        scene: &Scene<'_>,
    ) -> usize {
        match self.tenure_index(proc) {
            Some(index) => index,
            None => self.concluded(proc, assignment, scene),
        }
    }

    /// A `resume` event names this partition.
    pub(crate) fn resumed(
        &mut self,
        proc: Name,
        at: Offset,
        assignment: Assignment,
        scene: &Scene<'_>,
    ) {
        let index = match self.tenure_index(proc) {
            // A tenure that has processed does not load again: an assignment is missing.
            Some(index) if !self.tenures[index].closed && self.tenures[index].done.is_none() => {
                index
            }
            _ => self.concluded(proc, assignment, scene),
        };
        self.resume(index, at, scene);
    }

    /// A first record was given to, or processed by, a tenure whose start nobody told.
    pub(crate) fn starts_by_reading(&mut self, index: usize, offset: Offset, scene: &Scene<'_>) {
        let tenure = &self.tenures[index];
        if tenure.start.is_none() {
            let at = tenure.loaded.map_or(offset, |loaded| loaded.min(offset));
            self.resume(index, at, scene);
        }
    }

    /// The client may have moved its position by itself: its commits may go back without a seek.
    pub(crate) fn moved_by_itself(&mut self, proc: Name) {
        if let Some(id) = self.tenure_of(proc).map(|tenure| tenure.id) {
            self.goes_anywhere(Some(id));
        }
    }

    /// The process loses the partition.
    pub(crate) fn revoked(&mut self, proc: Name, how: &'static str, scene: &Scene<'_>) {
        let Some(index) = self.tenure_index(proc) else {
            return;
        };
        self.settle_start(index, scene);
        self.tenures[index].closed = true;
        self.last.owner_gone = Some((scene.place, proc, how));
    }

    /// The process is gone.
    pub(crate) fn gone(&mut self, proc: Name, how: &'static str, scene: &Scene<'_>) {
        if self.owner().is_some_and(|owner| owner.proc == proc) {
            self.last.owner_gone = Some((scene.place, proc, how));
        }
        while let Some(index) = self.tenure_index(proc) {
            self.end_tenure(index, scene);
        }
    }

    /// The application moves its position.
    pub(crate) fn sought(
        &mut self,
        proc: Name,
        to: Offset,
        assignment: Assignment,
        scene: &Scene<'_>,
    ) {
        let index = self.reading(proc, assignment, scene);
        // What the coordinator gave it was never read from.
        self.tenures[index].pending = None;
        let id = self.tenures[index].id;
        let from = match self.tenures[index].position() {
            Some(position) => position,
            None => {
                self.resume(index, to, scene);
                self.tenures[index].pending = None;
                // With nothing committed it would have started where the group first did.
                self.committed.or(self.d1.base()).unwrap_or(to)
            }
        };
        self.moved(from, to, Some(id));
        self.tenures[index].sought = true;
    }
}
