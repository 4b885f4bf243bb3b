//! Taking a step: what the owner of a coordinator does with it.

use plimsoll_coordinator::{
    Answer, CallId, DeleteGroups, EndTransaction, ErrorCode, GroupRequest, LeaveGroup,
    LeavingMember, OffsetCommit, OffsetDelete, Outcome, Step, TimerId, TimerName, Timestamp,
    TxnOffsetCommit,
};
use plimsoll_offsets::{Ended, Producer};
use plimsoll_promises::{
    Broken, View,
    topic::{
        Key, Meaning, assignment_durable_before_delivery, changes_only_what_is_named,
        comes_from_a_current_member, may_expire, meaning, routed_to_group_partition,
    },
};

use crate::coordinator_memory::{Memory, in_memory};

use super::{
    action::{GroupsAction, Timer},
    checks,
    coverage::Coverage,
    expect::{Call, MemberStatus},
    log::meant,
    names::{GROUP, OffsetKey, PARTITIONS, PRODUCER, RETENTION_MS, TICK_MS, TOPIC, Who},
    state::GroupsState,
    system::GroupsSystem,
};

/// What came of a step.
pub(super) struct StepResult {
    pub(super) next: GroupsState,
    pub(super) broken: Vec<Broken>,
    pub(super) met: Coverage,
    /// Answers that were given in it, each with its call.
    pub(super) answers: Vec<(Option<Call>, Answer)>,
    /// The records were not appended.
    pub(super) failed: bool,
}

/// A step under way.
pub(super) struct StepRun<'a> {
    pub(super) system: &'a GroupsSystem,
    pub(super) taken: StepResult,
    /// Keys that the step names.
    named: Vec<Key>,
}

const PRODUCER_EPOCH: Producer = Producer {
    id: PRODUCER,
    epoch: 0,
};

/// Takes a step and holds what comes of it to the promises.
pub(super) fn take(system: &GroupsSystem, from: &GroupsState, action: GroupsAction) -> StepResult {
    let mut taking = StepRun {
        system,
        taken: StepResult {
            next: from.clone(),
            broken: Vec::new(),
            met: Coverage::default(),
            answers: Vec::new(),
            failed: false,
        },
        named: Vec::new(),
    };
    taking.taken.next.left.steps -= 1;
    taking.act(action);
    let StepRun {
        mut taken, named, ..
    } = taking;
    if taken.next.serves() {
        let memory = Memory::of(&taken.next.coordinator);
        let loads = matches!(action, GroupsAction::FailOver { .. } | GroupsAction::Load);
        if !loads && from.serves() {
            let before = Memory::of(&from.coordinator);
            let scope = changes_only_what_is_named(&before.meaning, &memory.meaning, |key| {
                named.contains(key)
            });
            taken.broken.extend(scope.err());
        }
        checks::state(system, &taken.next, &memory, &mut taken.broken);
    }
    taken
}

impl StepRun<'_> {
    fn state(&mut self) -> &mut GroupsState {
        &mut self.taken.next
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.taken.next.now_ms)
    }

    fn act(&mut self, action: GroupsAction) {
        match action {
            GroupsAction::Commit(spot) => self.commit(spot, None),
            GroupsAction::MemberCommit(who) => {
                if let Some(spot) = self.system.bounds.spots().next() {
                    self.commit(spot, Some(who));
                }
            }
            GroupsAction::TxnCommit(spot) => self.txn_commit(spot),
            GroupsAction::End { committed } => self.end(committed),
            GroupsAction::DeleteOffset(spot) => self.delete_offset(spot),
            GroupsAction::DeleteGroup(spot) => self.delete_group(spot),
            GroupsAction::Join(who) => self.join(who, false),
            GroupsAction::Restart(who) => self.join(who, true),
            GroupsAction::Sync(who) => self.sync(who),
            GroupsAction::Leave(who) => self.leave(who),
            GroupsAction::Fire(timer) => self.fire(timer),
            GroupsAction::Expire => self.expire(),
            GroupsAction::Wait => {
                self.state().left.ticks -= 1;
                self.state().now_ms += TICK_MS;
            }
            GroupsAction::ClockBack => {
                self.state().left.clocks_back -= 1;
                self.state().now_ms -= RETENTION_MS;
            }
            GroupsAction::Flush => self.flush(),
            GroupsAction::FillDisk => {
                self.state().left.full_disks -= 1;
                self.state().disk_is_full = true;
            }
            GroupsAction::Compact(removal) => {
                self.state().left.compactions -= 1;
                if let Some(cleaned) = self.state().log.cleaned(removal) {
                    self.state().log = cleaned;
                }
            }
            GroupsAction::FailOver {
                keep,
                unreadable_after,
            } => super::load::fail_over(self, keep, unreadable_after),
            GroupsAction::Load => super::load::load(self, None),
        }
    }

    /// What everything that was written adds up to: what a step names is told by that, not by what the coordinator
    /// remembers.
    fn written(&self) -> Meaning {
        meaning(&meant(self.taken.next.log.written()))
    }

    fn request(&mut self, call: Call, request: &GroupRequest) -> bool {
        let id = self.state().expect.call(call);
        self.request_as(id, request)
    }

    /// Asks the coordinator; whether something was appended.
    fn request_as(&mut self, id: CallId, request: &GroupRequest) -> bool {
        let now = self.now();
        let step = self.state().coordinator.request(now, id, request);
        self.make(step)
    }

    /// Appends what a step writes and makes it, or drops it if the append fails.
    pub(super) fn make(&mut self, step: Step) -> bool {
        let now = self.now();
        let state = &mut self.taken.next;
        let (base, mut failed) = (state.log.end(), false);
        let (log, disk_is_full) = (&mut state.log, &mut state.disk_is_full);
        let outcome = state.coordinator.append_and_apply(now, step, |step| {
            if std::mem::take(disk_is_full) {
                failed = true;
                return Err(ErrorCode::KafkaStorageError);
            }
            let marker = step.marker().map(|marker| (marker, step.marker_key()));
            log.append(step.records(), step.producer(), marker);
            Ok(base)
        });
        self.taken.failed |= failed;
        self.taken.met.append_failed |= failed;
        self.answer(outcome);
        self.taken.next.log.end() > base
    }

    /// Gives the answers of a step. Timers are kept by the coordinator itself, as armed or not.
    pub(super) fn answer(&mut self, outcome: Outcome) {
        for answer in outcome.answers {
            let delivered = self.state().expect.delivered;
            let durable = checks::Positions(&self.taken.next).durable_generation();
            let call = self.state().expect.answered(&answer, durable);
            if self.state().expect.delivered > delivered {
                self.taken.met.handed_out = true;
                let view = checks::Positions(&self.taken.next);
                let held = assignment_durable_before_delivery(&view);
                self.taken.broken.extend(held.err());
            }
            self.taken.met.see(call.as_ref(), &answer);
            self.taken.answers.push((call, answer));
        }
    }

    /// Every commit has an offset of its own, by where it will stand.
    fn next_offset(&self) -> i64 {
        10 * (self.taken.next.log.end() + 1)
    }

    fn commit(&mut self, spot: OffsetKey, who: Option<Who>) {
        let end = self.taken.next.log.end() + 1;
        let (member, instance, generation, from) = match who {
            Some(who) => {
                let client = self.taken.next.expect.client(who);
                let from = (who, client.life);
                (
                    who.id(client.life),
                    who.instance(),
                    client.generation,
                    Some(from),
                )
            }
            None => ("".into(), None, -1, None),
        };
        let request = GroupRequest::Commit(OffsetCommit {
            group: spot.group().into(),
            member: member.clone(),
            instance,
            generation,
            offsets: vec![spot.to_commit(self.next_offset())],
            retention_ms: -1,
            version: 8,
        });
        let group = self.taken.next.coordinator.group(spot.group());
        self.named.push(spot.key());
        if self.request(Call::Commit(from, end), &request) {
            self.routed(spot);
            if generation >= 0 {
                let current = group.as_ref().and_then(in_memory);
                let held = comes_from_a_current_member(&member, generation, current.as_ref());
                self.taken.broken.extend(held.err());
            }
        }
    }

    /// Where a broker writes the group's records.
    fn routed(&mut self, spot: OffsetKey) {
        let partition = self.system.written_to(spot);
        let held = routed_to_group_partition(spot.group(), PARTITIONS.unsigned_abs(), partition);
        self.taken.broken.extend(held.err());
    }

    fn txn_commit(&mut self, spot: OffsetKey) {
        let request = GroupRequest::TxnCommit(TxnOffsetCommit {
            group: spot.group().into(),
            member: "".into(),
            instance: None,
            generation: -1,
            producer: PRODUCER_EPOCH,
            offsets: vec![spot.to_commit(self.next_offset())],
        });
        self.named.push(spot.key());
        self.request(Call::Other, &request);
    }

    fn end(&mut self, committed: bool) {
        let request = GroupRequest::EndTxn(EndTransaction {
            producer: PRODUCER_EPOCH,
            coordinator_epoch: 0,
            ended: match committed {
                true => Ended::Committed,
                false => Ended::Aborted,
            },
        });
        let pending = self.written().pending;
        self.named.extend(pending.into_iter().map(|(key, ..)| key));
        self.request(Call::Other, &request);
    }

    fn delete_offset(&mut self, spot: OffsetKey) {
        let at = self.taken.next.log.end();
        let request = GroupRequest::OffsetDelete(OffsetDelete {
            group: spot.group().into(),
            partitions: vec![(spot.topic().into(), spot.partition())],
        });
        self.named.push(spot.key());
        let before = self.taken.next.expect.deleted.clone();
        if !self.request(Call::DeleteOffset(spot, at), &request) {
            // Nothing was stored, so nothing was deleted.
            self.state().expect.deleted = before;
        }
    }

    fn delete_group(&mut self, spot: OffsetKey) {
        let from = self.taken.next.log.end();
        let request = GroupRequest::Delete(DeleteGroups {
            groups: vec![spot.group().into()],
        });
        let written = self.written();
        let of_group = |key: &&Key| *key.group == *spot.group();
        self.named
            .extend(written.offsets.keys().filter(of_group).cloned());
        let id = self.state().expect.call(Call::Other);
        let now = self.now();
        let step = self.state().coordinator.request(now, id, &request);
        let last = from + step.records().len() as i64 - 1;
        self.state()
            .expect
            .rename(id, Call::DeleteGroup(spot, from, last));
        checks::removal(self, &step, &written);
        self.make(step);
    }

    fn join(&mut self, who: Who, restarts: bool) {
        let client = self.state().expect.client_mut(who);
        let comes_back = !restarts && client.is_named && client.stands != MemberStatus::Outside;
        if !comes_back {
            client.life += 1;
            client.is_named = false;
            client.generation = 0;
        }
        client.leads.clear();
        client.stands = MemberStatus::WaitsToJoin;
        let life = client.life;
        let request = GroupRequest::Join(who.join(life, comes_back));
        self.request(Call::Join(who, life), &request);
    }

    fn sync(&mut self, who: Who) {
        let client = self.state().expect.client_mut(who);
        client.stands = MemberStatus::WaitsToSync;
        let life = client.life;
        let request = who.sync(life, client.generation, &client.leads);
        self.request(Call::Sync(who, life), &GroupRequest::Sync(request));
    }

    fn leave(&mut self, who: Who) {
        let client = self.state().expect.client_mut(who);
        client.stands = MemberStatus::Outside;
        let life = client.life;
        let request = GroupRequest::Leave(LeaveGroup {
            group: GROUP.into(),
            members: vec![LeavingMember {
                member: who.id(life),
                instance: who.instance(),
            }],
            version: 3,
        });
        self.request(Call::Leave(who, life), &request);
    }

    fn fire(&mut self, timer: Timer) {
        let Some(armed) = armed(&self.taken.next, timer) else {
            return;
        };
        let now = self.now();
        let step = self.state().coordinator.fire(now, &armed);
        self.taken.met.timer_fired = true;
        self.make(step);
    }

    /// A pass over all groups, as far as it has anything to do.
    fn expire(&mut self) {
        let groups: Vec<_> = self.taken.next.coordinator.group_ids().cloned().collect();
        let log = meant(self.taken.next.log.written());
        let before = meaning(&log);
        let now_ms = self.taken.next.now_ms;
        self.named
            .extend(may_expire(&log, now_ms, RETENTION_MS, |key| {
                *key.topic == *TOPIC
            }));
        for group in groups {
            loop {
                let now = self.now();
                let step = self.taken.next.coordinator.expire_offsets(now, &group);
                if step.records().is_empty() {
                    break;
                }
                checks::expiry(self, &group, &step, &before);
                checks::removal(self, &step, &before);
                self.taken.met.expired = true;
                if !self.make(step) {
                    break;
                }
            }
        }
    }

    fn flush(&mut self) {
        let now = self.now();
        let state = self.state();
        state.log.durable = state.log.end();
        let (end, epoch) = (state.log.durable, state.coordinator.leader_epoch());
        let outcome = state.coordinator.high_watermark(now, end, epoch);
        self.answer(outcome);
    }
}

/// The timer as it is armed now.
pub(super) fn armed(state: &GroupsState, timer: Timer) -> Option<TimerId> {
    let name = match timer {
        Timer::Session(who, life) => TimerName::Session(who.id(life)),
        Timer::Join => TimerName::Join,
        Timer::Sync => TimerName::Sync,
    };
    let mut timers = state.coordinator.timers().into_iter();
    timers.find(|armed| armed.name == name && *armed.group == *GROUP)
}
