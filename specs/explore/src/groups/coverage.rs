//! What a complete exploration must have met, lest its verdict be empty.

use plimsoll_coordinator::{Answer, ErrorCode, GroupResponse};

use super::{bounds::GroupsBounds, expect::Call};
use crate::system::CoverageGoal;

/// What a step met.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Coverage {
    pub(super) append_failed: bool,
    pub(super) handed_out: bool,
    pub(super) acknowledged: bool,
    pub(super) refused: bool,
    pub(super) deleted: bool,
    pub(super) timer_fired: bool,
    pub(super) expired: bool,
    pub(super) lost_a_tail: bool,
    pub(super) kept_a_tail: bool,
    pub(super) loaded_compacted: bool,
    pub(super) read_failed: bool,
    pub(super) in_doubt: bool,
}

pub(super) const ALL: [CoverageGoal; 12] = [
    CoverageGoal {
        description: "a commit was acknowledged",
    },
    CoverageGoal {
        description: "a member's commit was refused",
    },
    CoverageGoal {
        description: "an assignment was handed out",
    },
    CoverageGoal {
        description: "an offset or a group was deleted, and the administrator told so",
    },
    CoverageGoal {
        description: "a timer ran out",
    },
    CoverageGoal {
        description: "an offset expired",
    },
    CoverageGoal {
        description: "a failover lost what was not durable",
    },
    CoverageGoal {
        description: "a failover kept what was not durable yet",
    },
    CoverageGoal {
        description: "a compacted log was loaded",
    },
    CoverageGoal {
        description: "a load's read failed",
    },
    CoverageGoal {
        description: "an append failed",
    },
    CoverageGoal {
        description: "a coordinator was lost while somebody waited for its answer",
    },
];

impl Coverage {
    pub(super) fn see(&mut self, call: Option<&Call>, answer: &Answer) {
        let (fine, in_doubt) = match &answer.response {
            GroupResponse::Commit(r) => {
                let mut errors = r.partitions.iter().map(|p| p.error);
                let first = errors.next().unwrap_or(ErrorCode::None);
                (first == ErrorCode::None, first == ErrorCode::NotCoordinator)
            }
            GroupResponse::OffsetDelete(r) => (
                r.error == ErrorCode::None,
                r.error == ErrorCode::NotCoordinator,
            ),
            GroupResponse::Delete(r) => {
                let fine = r.groups.iter().all(|(_, error)| *error == ErrorCode::None);
                (fine, false)
            }
            _ => return,
        };
        self.in_doubt |= in_doubt;
        match call {
            Some(Call::Commit(from, _)) => {
                self.acknowledged |= fine;
                self.refused |= !fine && !in_doubt && from.is_some();
            }
            Some(Call::DeleteOffset(..) | Call::DeleteGroup(..)) => self.deleted |= fine,
            _ => {}
        }
    }

    pub(super) fn bits(&self) -> u64 {
        let met = [
            self.acknowledged,
            self.refused,
            self.handed_out,
            self.deleted,
            self.timer_fired,
            self.expired,
            self.lost_a_tail,
            self.kept_a_tail,
            self.loaded_compacted,
            self.read_failed,
            self.append_failed,
            self.in_doubt,
        ];
        bits(met)
    }
}

/// The coverage goals that these bounds can reach.
pub(super) fn expected(bounds: &GroupsBounds) -> u64 {
    let has_members = bounds.members().next().is_some();
    let commits = bounds.simple || has_members;
    let fails = bounds.failovers > 0;
    bits([
        commits,
        has_members && bounds.timers,
        has_members,
        bounds.deletions,
        bounds.timers && has_members,
        bounds.ticks > 1,
        fails && (commits || bounds.transactions),
        fails && (commits || bounds.transactions),
        fails && bounds.compactions > 0,
        bounds.failed_reads > 0,
        bounds.full_disks > 0,
        fails && commits,
    ])
}

fn bits(met: [bool; ALL.len()]) -> u64 {
    let bit = |(index, met): (usize, bool)| u64::from(met) << index;
    met.into_iter().enumerate().map(bit).sum()
}
