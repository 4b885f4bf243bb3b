//! Situations that a complete exploration of the design has met: without them its verdict would be empty.

use plimsoll_model::{Bounds, Entry, Event, Phase, Step};

use super::Watch;
use crate::system::CoverageGoal;

/// The coverage goals, each with when a step reaches it and which bounds it takes.
struct Case {
    goal: CoverageGoal,
    met: fn(&Watch, &Step, &Watch) -> bool,
    possible: fn(&Bounds) -> bool,
}

const fn case(
    description: &'static str,
    met: fn(&Watch, &Step, &Watch) -> bool,
    possible: fn(&Bounds) -> bool,
) -> Case {
    Case {
        goal: CoverageGoal { description },
        met,
        possible,
    }
}

fn any(step: &Step, test: impl Fn(&Event) -> bool) -> bool {
    step.events.iter().any(test)
}

const CASES: [Case; 14] = [
    case(
        "a commit was acknowledged",
        |_, s, _| any(s, |e| matches!(e, Event::CommitAcked { .. })),
        |_| true,
    ),
    case(
        "a zombie's commit was refused",
        |b, s, _| {
            any(
                s,
                |e| matches!(e, Event::CommitRefused { place, .. } if b.state.fenced(b.state.member(*place))),
            )
        },
        |b| b.expiries > 0,
    ),
    case(
        "a commit that nobody waited for any more was accepted",
        |_, s, _| any(s, |e| matches!(e, Event::CommitAccepted { late: true, .. })),
        |b| b.lost_answers + b.consumer_crashes + b.failovers > 0,
    ),
    case(
        "a commit was accepted while the group prepared a rebalance",
        |b, s, _| {
            b.state.coordinator.phase == Phase::Preparing
                && any(s, |e| matches!(e, Event::CommitAccepted { .. }))
        },
        |_| true,
    ),
    case(
        "an accepted commit was lost in a crash before it was acknowledged",
        |b, s, a| {
            let lost = usize::from(a.state.log.end()) < b.state.log.entries().len();
            lost && any(s, |e| {
                matches!(
                    e,
                    Event::BrokerCrashed {
                        offsets_lost: 1..,
                        ..
                    }
                )
            }) && matches!(b.state.log.entries().last(), Some(Entry::Commit { .. }))
        },
        |b| b.failovers > 0,
    ),
    case(
        "a generation formed in memory was forgotten in a crash",
        |b, s, _| {
            b.state.coordinator.generation > b.state.log.replay_all().generation.number
                && any(s, |e| matches!(e, Event::BrokerCrashed { .. }))
        },
        |b| b.failovers > 0,
    ),
    case(
        "a generation number was formed a second time",
        |b, s, _| {
            any(s, |e| {
                matches!(e, Event::GenerationFormed { generation }
                if b.state.members.iter().any(|m| m.generation == *generation))
            })
        },
        |b| b.failovers > 0,
    ),
    case(
        "a member resumed below what its group had processed",
        |b, s, _| {
            any(
                s,
                |e| matches!(e, Event::Resumed { at, .. } if i64::from(*at) < b.ledger.frontier()),
            )
        },
        |b| b.consumer_crashes + b.expiries > 0,
    ),
    case(
        "a member loaded its position although it was fenced already",
        |_, s, _| any(s, |e| matches!(e, Event::Resumed { current: false, .. })),
        |b| b.expiries > 0,
    ),
    case(
        "a fenced member processed a record",
        |_, s, _| any(s, |e| matches!(e, Event::Processed { fenced: true, .. })),
        |b| b.zombie > 0 && b.expiries > 0,
    ),
    case(
        "a member kept its tenure over a crash of the broker",
        |_, s, a| {
            any(s, |e| matches!(e, Event::Loaded { .. }))
                && a.state.members.iter().any(|m| {
                    m.stage == plimsoll_model::Stage::Owning
                        && a.state.coordinator.knows(m.id, m.generation)
                })
        },
        |b| b.failovers > 0,
    ),
    case(
        "an append failed and a later commit was acknowledged",
        |b, s, _| {
            b.state.budgets.write_errors == 0 && any(s, |e| matches!(e, Event::CommitAcked { .. }))
        },
        |b| b.write_errors > 0,
    ),
    case(
        "an unsynced record was lost and its offset given to another",
        |b, s, _| {
            any(
                s,
                |e| matches!(e, Event::Produced { offset, value } if *value > offset + 1),
            ) && b.state.data.end < 3
        },
        |b| b.failovers > 0 && b.records > 1,
    ),
    case(
        "every record was processed and the last offset committed",
        |_, s, a| {
            any(s, |e| matches!(e, Event::CommitAcked { .. }))
                && a.state.data.end > 0
                && a.state.coordinator.committed == Some(a.state.data.end)
        },
        |_| true,
    ),
];

/// The coverage goals by themselves.
pub const ALL: &[CoverageGoal] = &{
    let mut all = [CoverageGoal { description: "" }; CASES.len()];
    let mut i = 0;
    while i < CASES.len() {
        all[i] = CASES[i].goal;
        i += 1;
    }
    all
};

/// Which coverage goals a step reached, as bits.
pub fn covered(before: &Watch, step: &Step, after: &Watch) -> u64 {
    let bits = CASES
        .iter()
        .enumerate()
        .map(|(i, case)| u64::from((case.met)(before, step, after)) << i);
    bits.sum()
}

/// Which coverage goals these bounds can reach, as bits.
pub fn expected(bounds: &Bounds) -> u64 {
    CASES
        .iter()
        .enumerate()
        .map(|(i, case)| u64::from((case.possible)(bounds)) << i)
        .sum()
}
