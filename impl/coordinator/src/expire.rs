//! What a timer does when it fires (V1, G9). It has been taken out of the armed ones before.

use plimsoll_offsets::Text;

use crate::decisions::StaticSession;
use crate::event::RebalanceCause;
use crate::group::GroupState;
use crate::group_step::GroupStep;
use crate::timer::TimerName;

impl GroupStep<'_> {
    pub(crate) fn expire(&mut self, name: &TimerName) {
        match name {
            TimerName::Session(member) if self.outlives_its_session(member) => {
                self.renew_session(member)
            }
            TimerName::Session(member) => {
                self.remove_member(member);
                self.rebalance_after_removal(RebalanceCause::SessionExpired);
            }
            TimerName::Pending(member) => {
                self.group_mut().pending.remove(member);
                self.complete_join_without_pending();
            }
            TimerName::Join => self.expire_join(),
            TimerName::Sync => self.expire_sync(),
        }
    }

    /// A static member is spared by the rebalance time-out, not by its session's (G-29 is to think otherwise).
    fn outlives_its_session(&self, member: &Text) -> bool {
        let member = self.group.members.get(member);
        self.decisions.static_session == StaticSession::NeverEnds
            && member.is_some_and(|m| m.instance.is_some())
    }

    fn expire_join(&mut self) {
        if self.group.state != GroupState::PreparingRebalance {
            return;
        }
        match self.group.initial_wait {
            // More members may be on their way: wait once more, up to the rebalance time-out.
            Some((left_ms, true)) if left_ms > 0 => {
                let wait_ms = self.config.initial_rebalance_delay_ms.min(left_ms);
                self.group_mut().initial_wait = Some((left_ms - wait_ms, false));
                self.arm(TimerName::Join, wait_ms);
            }
            _ => self.complete_join(),
        }
    }

    /// Who joined but never synced would hold up the group for ever.
    fn expire_sync(&mut self) {
        if !matches!(
            self.group.state,
            GroupState::CompletingRebalance | GroupState::Stable
        ) {
            return;
        }
        let owing = self.group.members.iter().filter(|(_, m)| m.owes_sync);
        let owing: Vec<Text> = owing.map(|(id, _)| id.clone()).collect();
        if owing.is_empty() {
            return;
        }
        for id in &owing {
            self.remove_member(id);
        }
        self.prepare_rebalance(RebalanceCause::SyncTimedOut);
    }
}
