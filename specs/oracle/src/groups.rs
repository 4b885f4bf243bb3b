//! Requests of group members: commits, questions for the committed offset, joins and heartbeats.

use plimsoll_history::{End, Event, Fetched, GroupApi, Name, Part, PartErr, Protocol};

use crate::{
    commit::{Asked, WriteKind},
    operation::{Operation, Underway, outcome},
    state::{State, offset, place},
    worlds::{codes::Outcome, register::Question},
};

impl State {
    pub(crate) fn commit(
        &mut self,
        event: &Event<'_>,
        group: Name,
        parts: &[Part],
        generation: Option<i32>,
        txn: bool,
    ) {
        let Some(slot) = event.op else { return };
        self.proc(event.proc).commits_for.get_or_insert(group);
        self.conclude_from_sync(event, group);
        let mut lanes = Vec::with_capacity(parts.len());
        for part in parts {
            let group_partition = self.lane_at(group, part.topic, part.p);
            lanes.push((group_partition, part.topic, part.p));
            let asked = Asked {
                proc: event.proc,
                offset: part.off,
                generation,
                kind: match txn {
                    true => WriteKind::TxnCommit,
                    false => WriteKind::Commit,
                },
                protocol: self.protocol,
            };
            self.with(
                group_partition,
                place(event),
                event.names,
                |group_partition, scene| {
                    group_partition.begin_commit(slot.index(), asked, scene);
                },
            );
        }
        self.begin(event, Underway::Commit { lanes });
    }

    pub(crate) fn committed(&mut self, event: &Event<'_>, end: End, errs: &[PartErr], err: i32) {
        let Some(slot) = event.op else { return };
        let Some(Operation {
            what: Underway::Commit { lanes },
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
    }

    pub(crate) fn write_ends(
        &mut self,
        event: &Event<'_>,
        op: usize,
        group_partition: usize,
        outcome: Outcome,
    ) {
        self.with(
            group_partition,
            place(event),
            event.names,
            |group_partition, scene| match outcome {
                Outcome::Accepted => group_partition.acknowledged(op, scene),
                Outcome::Refused => group_partition.refused(op, scene),
                Outcome::Unknown => group_partition.lost_sight(op),
            },
        );
    }

    /// An operation stays without a completion.
    pub(crate) fn lose(&mut self, slot: usize) {
        let Some(operation) = self.open[slot].take() else {
            return;
        };
        self.proc(operation.proc).open -= 1;
        match operation.what {
            Underway::Commit { lanes } | Underway::Admin { lanes, .. } => {
                for (group_partition, ..) in lanes {
                    self.lanes[group_partition].lost_sight(slot);
                }
            }
            Underway::Fetch { lanes, .. } => {
                for group_partition in lanes {
                    self.lanes[group_partition].register.drop_question(slot);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn fetch_offset(
        &mut self,
        event: &Event<'_>,
        group: Name,
        parts: &[Part],
        stable: bool,
    ) {
        let Some(slot) = event.op else { return };
        let mut lanes = Vec::with_capacity(parts.len());
        for part in parts {
            let group_partition = self.lane_at(group, part.topic, part.p);
            self.lanes[group_partition]
                .register
                .begin_question(slot.index());
            lanes.push(group_partition);
        }
        let question = Question {
            stable,
            // A coordinator that was deposed and does not know it answers stable questions too.
            may_be_old: self.nodes > 1,
        };
        self.begin(
            event,
            Underway::Fetch {
                group,
                lanes,
                question,
            },
        );
    }

    pub(crate) fn offset_fetched(
        &mut self,
        event: &Event<'_>,
        end: End,
        offs: &[Fetched],
        err: i32,
    ) {
        let Some(slot) = event.op else { return };
        let Some(Operation {
            asked,
            what:
                Underway::Fetch {
                    group,
                    lanes,
                    question,
                },
            ..
        }) = self.finish(event)
        else {
            return;
        };
        if end == End::Ok {
            for description in offs {
                if description.err != 0 || err != 0 {
                    self.tally.answers_with_error += 1;
                    continue;
                }
                let (answer, proc) = (offset(description.off), event.proc);
                let group_partition = self.lane_at(group, description.topic, description.p);
                let judged = self.with(
                    group_partition,
                    place(event),
                    event.names,
                    |group_partition, scene| {
                        group_partition.loads(proc, answer);
                        group_partition.hears(slot.index(), asked, answer, question, scene)
                    },
                );
                self.tally.excused_answers += u64::from(judged == Some(false));
            }
        }
        for group_partition in lanes {
            self.lanes[group_partition]
                .register
                .drop_question(slot.index());
        }
    }

    pub(crate) fn group_request(
        &mut self,
        event: &Event<'_>,
        api: GroupApi,
        group: Name,
        generation: Option<i32>,
    ) {
        self.joins(event.proc, group);
        let generation = generation.filter(|generation| *generation >= 0);
        // A heartbeat's member epoch (KIP-848) may be one at which the member has the partition no longer.
        let whole = self.protocol == Protocol::Classic;
        if api == GroupApi::Heartbeat && generation.is_some() && whole {
            let protocol = self.protocol;
            for at in 0..self.proc(event.proc).lanes.len() {
                let group_partition = self.proc(event.proc).lanes[at];
                self.lanes[group_partition].carries(event.proc, generation, protocol);
            }
        }
        self.begin(
            event,
            Underway::Group {
                api,
                group,
                generation,
            },
        );
    }

    pub(crate) fn group_answer(
        &mut self,
        event: &Event<'_>,
        end: End,
        err: i32,
        generation: Option<i32>,
        parts: &[Part],
    ) {
        let Some(Operation {
            what:
                Underway::Group {
                    api,
                    group,
                    generation: sent,
                },
            ..
        }) = self.finish(event)
        else {
            return;
        };
        if end != End::Ok || err != 0 {
            return;
        }
        let answered = generation.filter(|generation| *generation >= 0);
        if let Some(generation) = answered.or(sent) {
            self.proc(event.proc).generation = Some(generation);
        }
        if api == GroupApi::Sync && self.protocol == Protocol::Classic {
            let synced = parts.iter().map(|part| self.log(part.topic, part.p));
            let synced = synced.collect();
            self.proc(event.proc).synced = synced;
            self.joins(event.proc, group);
        }
    }

    /// A recorder that sees only the wire writes no `assigned` events: then a member owns what its last SyncGroup gave
    /// it, once it commits.
    fn conclude_from_sync(&mut self, event: &Event<'_>, group: Name) {
        if self.proc(event.proc).synced.is_empty() {
            return;
        }
        let synced = std::mem::take(&mut self.proc(event.proc).synced);
        let assignment = self.assignment(event.proc, None, true);
        for log in synced {
            let group_partition = self.group_partition(Some(group), log);
            self.owns(event.proc, group_partition);
            self.with(
                group_partition,
                place(event),
                event.names,
                |group_partition, scene| {
                    group_partition.synced(event.proc, assignment, scene);
                },
            );
        }
    }
}
