//! Static members (KIP-345): a client that comes back under its instance id takes the place of its former self, which is
//! fenced from then on (G8).

use plimsoll_offsets::Text;

use crate::api::{CallId, GroupResponse, JoinGroup, JoinGroupResponse, SyncGroupResponse};
use crate::decisions::Replacement;
use crate::error_code::ErrorCode;
use crate::event::RebalanceCause;
use crate::group::GroupState;
use crate::group_step::GroupStep;
use crate::step::Deferred;
use crate::timer::TimerName;

/// The first version that can tell a leader not to assign (KIP-814).
const SKIP_ASSIGNMENT: i16 = 9;

impl GroupStep<'_> {
    /// A client without an id, whose instance id has a member.
    pub(crate) fn replace_static(&mut self, call: CallId, old: &Text, request: &JoinGroup) {
        let former_leader = self.group.leader.clone();
        let id = request.fresh_member_id.clone();
        self.rename(old, &id);
        self.park_join(call, &id, request);
        match self.group.state {
            GroupState::Stable if self.group.elect_protocol() == self.group.protocol => {
                self.take_over(call, id, former_leader, request);
            }
            // The leader may be assigning to the old id at this moment.
            GroupState::Stable | GroupState::CompletingRebalance => {
                self.prepare_rebalance(RebalanceCause::MemberReplaced);
            }
            GroupState::PreparingRebalance => self.complete_join_if_all_joined(),
            // Nobody is in an empty group, and a dead one has refused the request.
            GroupState::Empty | GroupState::Dead => {}
        }
    }

    /// The member goes on under another id; what waits under the old one is fenced.
    fn rename(&mut self, old: &Text, id: &Text) {
        self.disarm(TimerName::Session(old.clone()));
        let Some(mut member) = self.group_mut().remove(old) else {
            return;
        };
        let error = ErrorCode::FencedInstanceId;
        if let Some(call) = member.parked_join.take() {
            self.refuse_join(call, old.clone(), error);
        }
        if let Some(call) = member.parked_sync.take() {
            self.answer(call, GroupResponse::Sync(SyncGroupResponse::error(error)));
        }
        member.is_new = false;
        if self.group.is_leader(old) {
            self.group_mut().leader = Some(id.clone());
        }
        self.group_mut().insert(id.clone(), member);
    }

    /// The group goes on as it is, with the new id in the place of the old one. A crash must not bring the old id back
    /// once the new one has been told that it is in (KAFKA-10284).
    fn take_over(
        &mut self,
        call: CallId,
        id: Text,
        former_leader: Option<Text>,
        request: &JoinGroup,
    ) {
        let response = self.taken_over(&id, former_leader, request.version);
        match self.decisions.replacement {
            Replacement::Written => {
                let owned = |id: &Text| self.group.assignment(id);
                let record = self.group.record(owned);
                self.records.push(record);
                self.deferred = Some(Deferred::TakenOver {
                    group: self.group.id.clone(),
                    member: id,
                    call,
                    response: Box::new(response),
                });
            }
            Replacement::InMemoryOnly => self.give_place(&id, call, response),
        }
    }

    /// An older leader is told its old id, so that it takes itself for a follower and does not assign.
    fn taken_over(
        &self,
        id: &Text,
        former_leader: Option<Text>,
        version: i16,
    ) -> JoinGroupResponse {
        let (is_leader, knows) = (self.group.is_leader(id), version >= SKIP_ASSIGNMENT);
        let leader = if knows {
            self.group.leader.clone()
        } else {
            former_leader
        };
        JoinGroupResponse {
            error: ErrorCode::None,
            generation: self.group.generation,
            protocol_type: self.group.protocol_type.clone(),
            protocol_name: self.group.protocol.clone(),
            leader: leader.unwrap_or_else(|| Text::from("")),
            skip_assignment: is_leader && knows,
            member: id.clone(),
            members: if is_leader && knows {
                self.group.joined_members()
            } else {
                Vec::new()
            },
        }
    }

    /// The replacement is durable: its join is answered, unless a rebalance that began meanwhile has taken it along.
    pub(crate) fn give_place(&mut self, id: &Text, call: CallId, response: JoinGroupResponse) {
        if self.group.state != GroupState::Stable {
            return;
        }
        let Some(member) = self.group_mut().members.get_mut(id) else {
            return;
        };
        if member.parked_join == Some(call) {
            member.parked_join = None;
            self.answer(call, GroupResponse::Join(response));
            self.renew_session(id);
        }
    }
}
