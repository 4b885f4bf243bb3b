//! What administrators do: offsets moved by hand, records and topics deleted.

use plimsoll_history::{AdminAct, End, Event, Name, Part, PartErr};

use crate::{
    commit::WriteKind,
    group_partition::LaneId,
    operation::{Operation, Underway, outcome},
    state::{State, offset, place},
    worlds::codes::Outcome,
};

impl State {
    pub(crate) fn admin(
        &mut self,
        event: &Event<'_>,
        act: AdminAct,
        group: Option<Name>,
        topic: Option<Name>,
        parts: &[Part],
    ) {
        let Some(slot) = event.op else { return };
        let mut topics: Vec<Name> = parts.iter().map(|part| part.topic).chain(topic).collect();
        topics.sort();
        topics.dedup();
        let lanes = match (act, group) {
            (AdminAct::AlterOffsets | AdminAct::DeleteOffsets, Some(group))
                if !parts.is_empty() =>
            {
                self.lanes_of(group, parts)
            }
            (AdminAct::DeleteOffsets, Some(group)) => self.lanes_in(Some(group), &topics),
            (AdminAct::DeleteGroup, Some(group)) => self.lanes_in(Some(group), &[]),
            _ => Vec::new(),
        };
        for (at, (group_partition, ..)) in lanes.iter().enumerate() {
            let to = match act {
                AdminAct::AlterOffsets => parts.get(at).and_then(|part| offset(part.off)),
                _ => None,
            };
            let kind = match to {
                Some(_) => WriteKind::Alter,
                None => WriteKind::Delete,
            };
            self.lanes[*group_partition].begin_admin(
                slot.index(),
                event.proc,
                to,
                kind,
                place(event),
            );
        }
        // From now on they may be gone.
        match act {
            AdminAct::DeleteRecords => self.delete_records(parts),
            AdminAct::DeleteTopic => self.topics_may_go(event, &topics),
            _ => {}
        }
        self.begin(
            event,
            Underway::Admin {
                act,
                topics,
                parts: parts.to_vec(),
                lanes,
            },
        );
    }

    pub(crate) fn admin_done(&mut self, event: &Event<'_>, end: End, err: i32, errs: &[PartErr]) {
        let Some(slot) = event.op else { return };
        let Some(Operation {
            what:
                Underway::Admin {
                    act,
                    topics,
                    parts,
                    lanes,
                },
            ..
        }) = self.finish(event)
        else {
            return;
        };
        for (group_partition, topic, p) in lanes {
            let (outcome, doubtful) = outcome(end, err, errs, topic, p);
            self.tally.doubtful_fails += u64::from(doubtful);
            self.write_ends(event, slot.index(), group_partition, outcome);
        }
        let whole = match end {
            End::Ok => Outcome::of_code(err),
            End::Fail => Outcome::Refused,
            End::Info => Outcome::Unknown,
        };
        match act {
            AdminAct::DeleteRecords if whole != Outcome::Refused => self.delete_records(&parts),
            AdminAct::DeleteTopic if whole == Outcome::Accepted => self.begin_again(event, &topics),
            AdminAct::DeleteTopic if whole == Outcome::Unknown => {
                self.topics_may_go(event, &topics)
            }
            _ => {}
        }
    }

    fn lanes_of(&mut self, group: Name, parts: &[Part]) -> Vec<(LaneId, Name, u32)> {
        let lanes = parts.iter().map(|part| {
            let group_partition = self.lane_at(group, part.topic, part.p);
            (group_partition, part.topic, part.p)
        });
        lanes.collect()
    }

    /// The lanes of a group (or of all), in these topics (or, if there is none, in all).
    fn lanes_in(&self, group: Option<Name>, topics: &[Name]) -> Vec<(LaneId, Name, u32)> {
        let lanes = self.lanes.iter().enumerate();
        let places = lanes.map(|(id, group_partition)| {
            let log = &self.logs[group_partition.log];
            (group_partition.group, (id, log.topic, log.p))
        });
        places
            .filter(|(of, (_, topic, _))| {
                (group.is_none() || *of == group) && (topics.is_empty() || topics.contains(topic))
            })
            .map(|(_, group_partition)| group_partition)
            .collect()
    }

    /// Records below the given offsets are deleted, or may be; −1 stands for the log end.
    fn delete_records(&mut self, parts: &[Part]) {
        for part in parts {
            let log = self.log(part.topic, part.p);
            let State { lanes, logs, .. } = self;
            let log = &mut logs[log];
            let to = offset(part.off).unwrap_or_else(|| log.known_end());
            // Retention may have been there before: then this did nothing.
            for group_partition in &log.lanes {
                lanes[*group_partition]
                    .exposures
                    .excuse_below(to, |at, since| log.stood_after(at, since.line));
            }
            log.delete_below(to);
        }
    }

    /// The topics may be deleted, and their committed offsets with them.
    fn topics_may_go(&mut self, event: &Event<'_>, topics: &[Name]) {
        if topics.is_empty() {
            return;
        }
        self.tally.forgotten += 1;
        for (group_partition, ..) in self.lanes_in(None, topics) {
            self.lanes[group_partition].may_begin_again();
        }
        let logs = self.logs.iter_mut();
        logs.filter(|log| topics.contains(&log.topic))
            .for_each(|log| log.forget(event.line));
    }

    /// The topics are deleted: what comes under their names is new.
    fn begin_again(&mut self, event: &Event<'_>, topics: &[Name]) {
        if topics.is_empty() {
            return;
        }
        for (group_partition, ..) in self.lanes_in(None, topics) {
            self.with(
                group_partition,
                place(event),
                event.names,
                |group_partition, scene| {
                    group_partition.begin_again(scene);
                },
            );
        }
        let logs = self.logs.iter_mut();
        logs.filter(|log| topics.contains(&log.topic))
            .for_each(|log| log.begin_again(event.line));
    }
}
