//! What a timer does when it fires.

use super::MemberId;
use super::group::{Group, Phase, Timer};
use super::group_step::GroupStep;

impl Group {
    pub(super) fn time_out(&mut self, turn: &mut GroupStep<'_>, timer: Timer) {
        match timer {
            // Static members too: only a rebalance spares them.
            Timer::Session(id) => {
                self.remove(turn, id);
                if self.phase != Phase::Empty {
                    self.rebalance(turn);
                }
            }
            Timer::Pending(id) => {
                self.pending.remove(&id);
                // Even a group that gathers: see `removePendingMemberAndUpdateClassicGroup`.
                if self.phase == Phase::Preparing && self.has_all_joined() {
                    self.complete(turn);
                }
            }
            Timer::Join if self.phase == Phase::Preparing => self.gather_or_complete(turn),
            Timer::Join => {}
            Timer::Sync => self.drop_those_who_owe(turn),
        }
    }

    /// `tryCompleteInitialRebalanceElseSchedule`: more may be on their way.
    fn gather_or_complete(&mut self, turn: &mut GroupStep<'_>) {
        match self.gathering {
            Some(mut gathering) if gathering.somebody_came && gathering.left_ms > 0 => {
                let wait_ms = turn.settings.initial_delay_ms.min(gathering.left_ms);
                gathering.left_ms -= wait_ms;
                gathering.somebody_came = false;
                self.gathering = Some(gathering);
                self.arm(Timer::Join, wait_ms, turn.now);
            }
            _ => self.complete(turn),
        }
    }

    /// `expirePendingSync`: who joined and never synced holds up nobody.
    fn drop_those_who_owe(&mut self, turn: &mut GroupStep<'_>) {
        let owing = self.members.iter().filter(|(_, m)| m.owes_sync);
        let owing: Vec<MemberId> = owing.map(|(id, _)| *id).collect();
        let has_generation = matches!(self.phase, Phase::Completing | Phase::Stable);
        if owing.is_empty() || !has_generation {
            return;
        }
        for id in owing {
            self.remove(turn, id);
        }
        self.prepare(turn);
    }
}
