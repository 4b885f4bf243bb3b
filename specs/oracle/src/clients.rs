//! What clients tell of themselves: who owns what, where they read, what they processed.

use plimsoll_history::{BrokerAct, Event, Name, Part, Record, Value};
use plimsoll_promises::Offset;

use crate::{
    group_partition::LaneId,
    log::LogId,
    ownership::Assignment,
    state::{State, offset, place},
    story::broker_act,
};

impl State {
    pub(crate) fn start(&mut self, event: &Event<'_>, group: Option<Name>) {
        if let Some(group) = group {
            self.joins(event.proc, group);
        }
    }

    /// The process is gone, in good order or not: what it had open stays open for good.
    pub(crate) fn end(&mut self, event: &Event<'_>, how: &'static str) {
        let proc = event.proc;
        let all = match self.proc(proc).open {
            0 => 0,
            _ => self.open.len(),
        };
        for slot in 0..all {
            if self.open[slot]
                .as_ref()
                .is_some_and(|open| open.proc == proc)
            {
                self.lose(slot);
            }
        }
        let lanes = std::mem::take(&mut self.proc(proc).lanes);
        for group_partition in lanes {
            self.with(
                group_partition,
                place(event),
                event.names,
                |group_partition, scene| {
                    group_partition.gone(proc, how, scene);
                },
            );
            self.logs[self.lanes[group_partition].log].scan_breaks(proc);
        }
        if self.proc(proc).group.is_none() {
            self.logs.iter_mut().for_each(|log| log.scan_breaks(proc));
        }
    }

    pub(crate) fn assigned(
        &mut self,
        event: &Event<'_>,
        group: Name,
        parts: &[Part],
        assignment: Assignment,
    ) {
        self.tally.assigned += 1;
        self.joins(event.proc, group);
        self.proc(event.proc).synced.clear();
        for part in parts {
            let group_partition = self.lane_at(group, part.topic, part.p);
            self.owns(event.proc, group_partition);
            self.with(
                group_partition,
                place(event),
                event.names,
                |group_partition, scene| {
                    group_partition.assigned(event.proc, assignment, scene);
                },
            );
            self.logs[self.lanes[group_partition].log].scan_breaks(event.proc);
        }
    }

    pub(crate) fn revoked(&mut self, event: &Event<'_>, group: Name, parts: &[Part], lost: bool) {
        self.joins(event.proc, group);
        let how = if lost {
            "learns that it lost the partition"
        } else {
            "gives the partition up"
        };
        for part in parts {
            let group_partition = self.lane_at(group, part.topic, part.p);
            self.with(
                group_partition,
                place(event),
                event.names,
                |group_partition, scene| {
                    group_partition.revoked(event.proc, how, scene);
                },
            );
            self.logs[self.lanes[group_partition].log].scan_breaks(event.proc);
        }
    }

    pub(crate) fn resume(&mut self, event: &Event<'_>, group: Name, parts: &[Part]) {
        self.joins(event.proc, group);
        let assignment = self.assignment(event.proc, None, false);
        for part in parts {
            let Some(at) = offset(part.off) else { continue };
            let group_partition = self.lane_at(group, part.topic, part.p);
            self.owns(event.proc, group_partition);
            self.with(
                group_partition,
                place(event),
                event.names,
                |group_partition, scene| {
                    group_partition.resumed(event.proc, at, assignment, scene);
                },
            );
            self.logs[self.lanes[group_partition].log].scan_breaks(event.proc);
        }
    }

    pub(crate) fn seek(&mut self, event: &Event<'_>, parts: &[Part]) {
        let group = self.proc(event.proc).group;
        let assignment = self.assignment(event.proc, None, false);
        for part in parts {
            let log = self.log(part.topic, part.p);
            self.scan_breaks(event.proc, log);
            let (Some(to), Some(_)) = (offset(part.off), group) else {
                continue;
            };
            let group_partition = self.group_partition(group, log);
            self.owns(event.proc, group_partition);
            self.with(
                group_partition,
                place(event),
                event.names,
                |group_partition, scene| {
                    group_partition.sought(event.proc, to, assignment, scene);
                },
            );
        }
    }

    pub(crate) fn process(&mut self, event: &Event<'_>, topic: Name, p: u32, off: i64, v: Value) {
        self.tally.processed += 1;
        let proc = self.proc(event.proc);
        let group = proc.group.or(proc.commits_for);
        self.tally.without_group += u64::from(group.is_none());
        let log = self.log(topic, p);
        let group_partition = self.group_partition(group, log);
        if self.lanes[group_partition].counted.processed == 0 {
            self.processing.insert(group);
        }
        self.given(event, group_partition, log, off, v);
        let index = self.reads_at(event, group_partition, off);
        self.with(
            group_partition,
            place(event),
            event.names,
            |group_partition, scene| {
                let index = group_partition.reloads_unseen(index, off, scene);
                group_partition.process(index, off, scene);
            },
        );
    }

    /// A poll was answered with records, or with an error after which the position is the client's secret.
    pub(crate) fn polled(&mut self, event: &Event<'_>, recs: &[Record], err: i32) {
        let group = self.proc(event.proc).group;
        for record in recs {
            let log = self.log(record.topic, record.p);
            match group {
                Some(_) => {
                    let group_partition = self.group_partition(group, log);
                    self.given(event, group_partition, log, record.off, record.v);
                    // Where a member jumps, its client may have thrown records away: that is no scan.
                    self.reads_at(event, group_partition, record.off);
                }
                None => {
                    self.read(event, log, record.off, record.v);
                    self.logs[log].scan(event.proc, record.off);
                }
            }
        }
        if err != 0 {
            for log in 0..self.logs.len() {
                self.scan_breaks(event.proc, log);
            }
            for at in 0..self.proc(event.proc).lanes.len() {
                let group_partition = self.proc(event.proc).lanes[at];
                self.lanes[group_partition].moved_by_itself(event.proc);
            }
        }
    }

    /// A member of the lane's group was given a record.
    fn given(
        &mut self,
        event: &Event<'_>,
        group_partition: LaneId,
        log: LogId,
        off: Offset,
        v: Value,
    ) {
        self.read(event, log, off, v);
        if !self.logs[log].knows(off) && self.lanes[group_partition].offered.insert(off) {
            self.with(
                group_partition,
                place(event),
                event.names,
                |group_partition, scene| {
                    group_partition.record_appears(off, scene);
                },
            );
        }
    }

    /// Some reader was given a record.
    fn read(&mut self, event: &Event<'_>, log: LogId, off: Offset, v: Value) {
        let State {
            logs, undecided, ..
        } = self;
        let (topic, log_state) = (logs[log].topic, &mut logs[log]);
        let (new, verdict) =
            log_state.read(off, v.fingerprint(), || undecided.contains(&(topic, v)));
        if let Err(broken) = verdict {
            self.log_breaks(event, log, broken);
        }
        if new {
            self.appears(event, log, off);
        }
    }

    /// A record is known to stand there now: every group may have passed over it.
    pub(crate) fn appears(&mut self, event: &Event<'_>, log: LogId, off: Offset) {
        for at in 0..self.logs[log].lanes.len() {
            let group_partition = self.logs[log].lanes[at];
            self.lanes[group_partition].offered.remove(&off);
            self.with(
                group_partition,
                place(event),
                event.names,
                |group_partition, scene| {
                    group_partition.record_appears(off, scene);
                },
            );
        }
    }

    /// The tenure in which the process reads a record, begun by it if need be.
    fn reads_at(&mut self, event: &Event<'_>, group_partition: LaneId, off: Offset) -> usize {
        if let Some(index) = self.lanes[group_partition].tenure_index(event.proc)
            && self.lanes[group_partition].tenures[index].start.is_some()
        {
            return index;
        }
        self.owns(event.proc, group_partition);
        let assignment = self.assignment(event.proc, None, false);
        self.with(
            group_partition,
            place(event),
            event.names,
            |group_partition, scene| {
                let index = group_partition.reading(event.proc, assignment, scene);
                group_partition.starts_by_reading(index, off, scene);
                index
            },
        )
    }

    pub(crate) fn broker(&mut self, event: &Event<'_>, act: BrokerAct, node: Option<i64>) {
        self.broker_acts
            .push(place(event).says(broker_act(act, node)));
        if act == BrokerAct::PowerLoss {
            self.tally.forgotten += 1;
            self.logs.iter_mut().for_each(|log| log.forget(event.line));
            self.lanes
                .iter_mut()
                .for_each(|group_partition| group_partition.forget());
        }
    }
}
