//! Everything that is remembered while a history is read.

use plimsoll_history::{Event, Header, Name, Names, Protocol, Value};
use plimsoll_promises::{Claim, Offset};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    group_partition::{GroupPartition, LaneId},
    log::{Log, LogId},
    operation::Operation,
    ownership::Assignment,
    settings::Scene,
    story::{Fact, Place},
    tenure::Generation,
};

/// The judge's memory.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub claim: Option<Claim>,
    pub protocol: Protocol,
    pub nodes: u32,
    pub events: u64,
    pub lanes: Vec<GroupPartition>,
    pub logs: Vec<Log>,
    lane_ids: FxHashMap<(Option<Name>, LogId), LaneId>,
    log_ids: FxHashMap<(Name, u32), LogId>,
    /// The lane looked up last: processing goes on where it is.
    recent_lane: Option<(Option<Name>, LogId, LaneId)>,
    recent_log: Option<(Name, u32, LogId)>,
    /// By name.
    procs: Vec<Proc>,
    /// By slot.
    pub open: Vec<Option<Operation>>,
    /// Values whose producer does not know, or was told that they are aborted.
    pub undecided: FxHashSet<(Name, Value)>,
    /// Groups of which something says what they processed.
    pub processing: FxHashSet<Option<Name>>,
    pub broker_acts: Vec<Fact>,
    pub unknown_f: FxHashMap<Name, u64>,
    pub tally: Tally,
    pub held_peak: u64,
}

/// What is counted beside the lanes' figures.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// `process` events.
    pub processed: u64,
    /// `assigned` events.
    pub assigned: u64,
    /// Acknowledged records whose place no client was told.
    pub records_without_place: u64,
    /// `fail` with a code that does not prove it.
    pub doubtful_fails: u64,
    /// Old answers that a deposed coordinator may have given (S8).
    pub excused_answers: u64,
    /// Answers with an error: no evidence.
    pub answers_with_error: u64,
    /// `process` events of processes that never named a group.
    pub without_group: u64,
    /// Power losses and deleted topics.
    pub forgotten: u64,
}

/// A client incarnation, or an operator.
#[derive(Debug, Default, Clone)]
pub(crate) struct Proc {
    pub group: Option<Name>,
    /// A group that it committed for: its own, if nothing else says which that is.
    pub commits_for: Option<Name>,
    /// The generation or member epoch that the coordinator last answered.
    pub generation: Option<i32>,
    /// How many operations it has open.
    pub open: usize,
    /// Where it has, or had, a tenure.
    pub lanes: Vec<LaneId>,
    /// Partitions that a SyncGroup gave it, with the generation, until an `assigned` event tells of them.
    pub synced: Vec<LogId>,
}

impl State {
    pub fn new(header: &Header) -> Self {
        // A bound so large that it bounds nothing must not overflow either.
        let records = |n: u64| n.min(u64::MAX >> 2);
        Self {
            claim: header.bound.map(|bound| Claim {
                u: records(bound.u),
                z: records(bound.z),
            }),
            protocol: header.protocol,
            nodes: header.nodes,
            ..Self::default()
        }
    }

    pub fn log(&mut self, topic: Name, p: u32) -> LogId {
        if let Some((recent_topic, recent_p, id)) = self.recent_log
            && (recent_topic, recent_p) == (topic, p)
        {
            return id;
        }
        let next = self.logs.len();
        let id = *self.log_ids.entry((topic, p)).or_insert(next);
        if id == next {
            self.logs.push(Log::new(topic, p));
        }
        self.recent_log = Some((topic, p, id));
        id
    }

    pub fn group_partition(&mut self, group: Option<Name>, log: LogId) -> LaneId {
        if let Some((recent_group, recent_log, id)) = self.recent_lane
            && (recent_group, recent_log) == (group, log)
        {
            return id;
        }
        let next = self.lanes.len();
        let id = *self.lane_ids.entry((group, log)).or_insert(next);
        if id == next {
            self.lanes.push(GroupPartition::new(group, log));
            self.logs[log].lanes.push(id);
        }
        self.recent_lane = Some((group, log, id));
        id
    }

    pub fn lane_at(&mut self, group: Name, topic: Name, p: u32) -> LaneId {
        let log = self.log(topic, p);
        self.group_partition(Some(group), log)
    }

    pub fn proc(&mut self, name: Name) -> &mut Proc {
        if self.procs.len() <= name.index() {
            self.procs.resize_with(name.index() + 1, Proc::default);
        }
        &mut self.procs[name.index()]
    }

    /// The process belongs to the group.
    pub fn joins(&mut self, proc: Name, group: Name) {
        self.proc(proc).group.get_or_insert(group);
    }

    /// A lane, and what it needs to know of the line under way.
    pub fn with<R>(
        &mut self,
        group_partition: LaneId,
        place: Place,
        names: &Names,
        look: impl FnOnce(&mut GroupPartition, &Scene<'_>) -> R,
    ) -> R {
        let group_partition = &mut self.lanes[group_partition];
        let scene = Scene {
            place,
            log: &self.logs[group_partition.log],
            claim: self.claim,
            names,
        };
        look(group_partition, &scene)
    }

    /// The process has a tenure on the lane.
    pub fn owns(&mut self, proc: Name, group_partition: LaneId) {
        let lanes = &mut self.proc(proc).lanes;
        if !lanes.contains(&group_partition) {
            lanes.push(group_partition);
        }
    }

    /// What is known of an assignment besides the partition.
    pub fn assignment(
        &mut self,
        proc: Name,
        generation: Option<i32>,
        cooperative: bool,
    ) -> Assignment {
        let protocol = self.protocol;
        let description = generation.filter(|number| *number >= 0);
        let answered = self.proc(proc).generation;
        let generation = match description {
            Some(number) => Some(Generation {
                number,
                exact: true,
            }),
            // A member epoch may have gone on between the answer and the assignment.
            None => answered.map(|number| Generation {
                number,
                exact: protocol == Protocol::Classic,
            }),
        };
        Assignment {
            generation,
            cooperative,
            protocol,
        }
    }

    /// A scan of this process starts anew in this log.
    pub fn scan_breaks(&mut self, proc: Name, log: LogId) {
        self.logs[log].scan_breaks(proc);
    }

    /// Whether anything says what the lane's group processed.
    pub fn is_instrumented(&self, group_partition: LaneId) -> bool {
        let group = self.lanes[group_partition].group;
        self.processing.contains(&group)
    }

    /// Partitions with accepted commits of a group of which nothing says what it processed.
    pub fn silent_lanes(&self) -> u64 {
        let lanes = self.lanes.iter().enumerate();
        lanes
            .filter(|(id, group_partition)| {
                let above = group_partition
                    .d1
                    .base()
                    .is_none_or(|base| group_partition.committed > Some(base));
                group_partition.counted.accepted > 0 && above && !self.is_instrumented(*id)
            })
            .count() as u64
    }

    /// Partitions whose group has committed above records, but never told a position.
    pub fn lanes_without_position(&self) -> u64 {
        let lanes = self.lanes.iter().enumerate();
        let unplaced = lanes.filter(|(id, group_partition)| {
            let committed = group_partition.committed.unwrap_or(0);
            let above_records = || self.logs[group_partition.log].records(0, committed) > 0;
            group_partition.d1.base().is_none()
                && group_partition.counted.accepted > 0
                && self.is_instrumented(*id)
                && above_records()
        });
        unplaced.count() as u64
    }

    /// Items held now.
    pub fn held(&self) -> u64 {
        let lanes: usize = self.lanes.iter().map(GroupPartition::held).sum();
        let logs: usize = self.logs.iter().map(Log::held).sum();
        let open = self.open.iter().filter(|open| open.is_some()).count();
        (lanes + logs + open + self.undecided.len()) as u64
    }
}

/// Where an event stands.
pub(crate) fn place(event: &Event<'_>) -> Place {
    Place {
        line: event.line,
        t: event.t,
    }
}

/// An offset that a broker may give: −1 and below stand for none.
pub(crate) fn offset(off: i64) -> Option<Offset> {
    (off >= 0).then_some(off)
}
