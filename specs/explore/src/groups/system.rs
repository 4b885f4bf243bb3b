//! The system, as the searches see it.

use plimsoll_coordinator::{Coordinator, Decisions, GroupState, TimerName, Timestamp};
use plimsoll_offsets::{ConsumerGroupEpoch, CurrentAssignment, MemberState, OffsetsRecord};
use plimsoll_promises::PromiseId;

use super::{
    action::{GroupsAction, Removal, Timer},
    bounds::{Begin, GroupsBounds},
    coverage,
    expect::{Expect, MemberStatus},
    log::TopicLog,
    names::{BEGIN_MS, GROUP, OffsetKey, Who, config, topics},
    routes::Routes,
    run_step::{StepResult, take},
    state::{GroupsState, Left},
};
use crate::{
    ledger::Watched,
    system::{CoverageGoal, Head, Outcome, System},
};

/// The coordinator of an offsets topic, and what is done to it.
#[derive(Debug, Clone, Copy)]
pub struct GroupsSystem {
    /// How far it goes.
    pub bounds: GroupsBounds,
    /// What the coordinator decides.
    pub decisions: Decisions,
    /// The promises that watch.
    pub watched: Watched,
    /// Whether a workload goes on although a promise is broken, to see what else breaks.
    pub beyond_breach: bool,
    /// Where a broker with these decisions writes each group's records.
    routes: Routes,
}

impl GroupsSystem {
    /// The coordinator as published.
    pub fn right(bounds: GroupsBounds) -> Self {
        Self::new(bounds, Decisions::default())
    }

    /// The coordinator as published, or with a mistake.
    pub fn new(bounds: GroupsBounds, decisions: Decisions) -> Self {
        Self {
            bounds,
            decisions,
            watched: Watched::these(PromiseId::OFFSETS_TOPIC),
            beyond_breach: false,
            routes: Routes::of(decisions),
        }
    }

    /// The partition of the offsets topic in which a broker with these decisions writes a group's records.
    pub(super) fn written_to(&self, spot: OffsetKey) -> u32 {
        self.routes.of_group(spot)
    }

    /// Takes a step; of each promise that watches and was not broken before, the first breach counts.
    pub(super) fn take(&self, from: &GroupsState, action: GroupsAction) -> StepResult {
        let mut taken = take(self, from, action);
        let mut known = from.broken;
        taken.broken.retain(|broken| {
            let bit = broken.promise.bit();
            let new = known & bit == 0 && self.watched.contains(broken.promise);
            known |= if new { bit } else { 0 };
            new
        });
        taken.next.broken = known;
        taken
    }

    fn requests(&self, state: &GroupsState, actions: &mut Vec<GroupsAction>) {
        let bounds = &self.bounds;
        for spot in bounds.spots() {
            if bounds.simple {
                actions.push(GroupsAction::Commit(spot));
            }
            if bounds.transactions {
                actions.push(GroupsAction::TxnCommit(spot));
            }
            if bounds.deletions {
                actions.push(GroupsAction::DeleteOffset(spot));
            }
        }
        if bounds.transactions {
            actions.extend([true, false].map(|committed| GroupsAction::End { committed }));
        }
        if let (true, Some(spot)) = (bounds.deletions, bounds.spots().next()) {
            actions.push(GroupsAction::DeleteGroup(spot));
        }
        bounds
            .members()
            .for_each(|who| self.consumer(state, who, actions));
    }

    fn consumer(&self, state: &GroupsState, who: Who, actions: &mut Vec<GroupsAction>) {
        let client = state.expect.client(who);
        let rebalances = state
            .coordinator
            .group(GROUP)
            .is_some_and(|group| group.state == GroupState::PreparingRebalance);
        let lives_on = client.life < self.bounds.lives;
        let joins = match client.stands {
            MemberStatus::Outside => lives_on,
            MemberStatus::MustRejoin => true,
            MemberStatus::Joined | MemberStatus::Owns => rebalances,
            MemberStatus::WaitsToJoin | MemberStatus::WaitsToSync => false,
        };
        if joins {
            actions.push(GroupsAction::Join(who));
        }
        if lives_on && client.stands != MemberStatus::Outside {
            actions.push(GroupsAction::Restart(who));
        }
        if client.stands == MemberStatus::Joined {
            actions.push(GroupsAction::Sync(who));
        }
        if matches!(client.stands, MemberStatus::Joined | MemberStatus::Owns) {
            actions.push(GroupsAction::Leave(who));
        }
        if client.stands == MemberStatus::Owns && self.bounds.spots().next().is_some() {
            actions.push(GroupsAction::MemberCommit(who));
        }
    }

    fn timers(&self, state: &GroupsState, actions: &mut Vec<GroupsAction>) {
        if !self.bounds.timers {
            return;
        }
        for timer in state.coordinator.timers() {
            actions.extend(
                match timer.name {
                    TimerName::Session(id) => {
                        Who::of_id(&id).map(|(who, life)| Timer::Session(who, life))
                    }
                    TimerName::Join => Some(Timer::Join),
                    TimerName::Sync => Some(Timer::Sync),
                    TimerName::Pending(_) => None,
                }
                .map(GroupsAction::Fire),
            );
        }
    }

    fn surroundings(&self, state: &GroupsState, actions: &mut Vec<GroupsAction>) {
        let left = &state.left;
        if self.bounds.ticks > 0 {
            actions.push(GroupsAction::Expire);
        }
        if left.ticks > 0 {
            actions.push(GroupsAction::Wait);
        }
        if left.clocks_back > 0 {
            actions.push(GroupsAction::ClockBack);
        }
        if state.log.durable < state.log.end() {
            actions.push(GroupsAction::Flush);
        }
        if left.full_disks > 0 && !state.disk_is_full {
            actions.push(GroupsAction::FillDisk);
        }
        if left.compactions > 0 {
            let removals = [Removal::Superseded, Removal::Everything];
            let ones = state.log.removable(|_| true).into_iter();
            let ones = ones.filter_map(|offset| u8::try_from(offset).ok().map(Removal::One));
            let all = removals.into_iter().chain(ones);
            let some = all.filter(|removal| state.log.cleaned(*removal).is_some());
            actions.extend(some.map(GroupsAction::Compact));
        }
    }

    fn failovers(&self, state: &GroupsState, actions: &mut Vec<GroupsAction>) {
        if state.left.failovers == 0 {
            return;
        }
        let in_doubt = state.log.batches_in_doubt().len() as u8;
        let fail_over = |keep, unreadable_after| GroupsAction::FailOver {
            keep,
            unreadable_after,
        };
        actions.extend((0..=in_doubt).map(|keep| fail_over(keep, None)));
        if state.left.failed_reads > 0 {
            let mut batches: Vec<i64> = state.log.left().map(|(_, slot)| slot.batch).collect();
            batches.dedup();
            let read = (0..batches.len() as u8).map(Some);
            actions.extend(read.map(|after| fail_over(in_doubt, after)));
        }
    }
}

impl System for GroupsSystem {
    type State = GroupsState;
    type Action = GroupsAction;

    fn head(&self) -> Head {
        Head {
            name: "groups",
            question: "Does the coordinator keep its promises whatever its groups, their transactions, time, compaction and \
                       failover do to its log?",
            driven: "the real coordinator and its cache, request by request: the classic protocol with dynamic and static \
                     members, commits, transactions, deletions, expiry, loading",
            modelled: "the offsets log as a list of records with a high watermark; any legal compaction of it; a failover \
                       that keeps any number of batches above the high watermark; consumers, a producer, an administrator",
            not_verified: "bytes, disks and threads (see code and disk); several protocols of one member; two coordinators at \
                           once",
        }
    }

    fn bounds(&self) -> Vec<(&'static str, u64)> {
        self.bounds.listed()
    }

    fn coverage_goals(&self) -> &'static [CoverageGoal] {
        &coverage::ALL
    }

    fn expected(&self) -> u64 {
        coverage::expected(&self.bounds)
    }

    fn bound_names(&self) -> Vec<&'static str> {
        vec!["steps"]
    }

    fn start(&self) -> GroupsState {
        let mut coordinator = Coordinator::new(config(), self.decisions, topics(), 0);
        let mut log = TopicLog::default();
        if self.bounds.begin == Begin::AnotherProtocol {
            another_protocol().iter().for_each(|record| {
                coordinator.replay(log.end(), record);
                log.append(std::slice::from_ref(record), None, None);
            });
        }
        log.durable = log.end();
        let end = log.end();
        drop(coordinator.finish_load(Timestamp(BEGIN_MS), end, end));
        GroupsState {
            coordinator,
            log,
            expect: Expect::default(),
            now_ms: BEGIN_MS,
            disk_is_full: false,
            left: Left::of(&self.bounds),
            broken: 0,
        }
    }

    fn actions(&self, state: &GroupsState, actions: &mut Vec<GroupsAction>) {
        if state.left.steps == 0 || (state.broken != 0 && !self.beyond_breach) {
            return;
        }
        if !state.serves() {
            // What refuses to load would refuse again; what could not be read is read again.
            if state.coordinator.status() == plimsoll_coordinator::Status::Loading {
                actions.push(GroupsAction::Load);
            }
            return;
        }
        self.requests(state, actions);
        self.timers(state, actions);
        self.surroundings(state, actions);
        self.failovers(state, actions);
    }

    fn step(&self, state: &GroupsState, action: GroupsAction) -> Outcome<GroupsState> {
        let taken = self.take(state, action);
        Outcome {
            bounds: u8::from(taken.next.left.steps == 0),
            covered: taken.met.bits(),
            left_out: 0,
            broken: taken.broken,
            state: taken.next,
        }
    }

    fn broken(&self, state: &GroupsState) -> u64 {
        state.broken
    }
}

/// A KIP-848 group of one member that has been through two epochs.
fn another_protocol() -> [OffsetsRecord; 3] {
    let epoch = |epoch| OffsetsRecord::ConsumerGroup {
        group: "k".into(),
        value: Some(ConsumerGroupEpoch {
            epoch,
            metadata_hash: 0,
        }),
    };
    let member = OffsetsRecord::ConsumerMember {
        group: "k".into(),
        member: "m".into(),
        value: Some(std::sync::Arc::new(CurrentAssignment {
            epoch: 1,
            previous_epoch: 0,
            state: MemberState::STABLE,
            assigned: Vec::new(),
            pending_revocation: Vec::new(),
        })),
    };
    [epoch(1), member, epoch(2)]
}
