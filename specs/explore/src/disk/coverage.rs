//! Situations that a complete exploration of the log on its disk has met: without them its verdict would be empty.

use plimsoll_disk::{Disk, SimDisk};
use plimsoll_log::RecoveryReport;

use super::{
    bounds::{Begin, DiskBounds},
    run_step::DIRECTORY,
    step::Kind,
};
use crate::system::CoverageGoal;

/// What was met in one step.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Coverage {
    pub(super) recovered: bool,
    pub(super) cut_in_recovery: bool,
    pub(super) torn: bool,
    pub(super) reordered: bool,
    pub(super) segment_removed: bool,
    pub(super) swap_finished: bool,
    pub(super) leftover_removed: bool,
    pub(super) deletion_finished: bool,
    pub(super) name_lost: bool,
    pub(super) survived: bool,
    pub(super) lost: bool,
    pub(super) duplicate_answered: bool,
    pub(super) duplicate_after_recovery: bool,
    pub(super) aborted_cleaned: bool,
    pub(super) tombstone_removed: bool,
    pub(super) stopped: bool,
    pub(super) write_undone: bool,
}

/// A coverage goal, whether a step reached it, and whether these bounds reach it.
struct Case {
    goal: CoverageGoal,
    met: fn(&Coverage) -> bool,
    possible: fn(&DiskBounds) -> bool,
}

const fn case(
    description: &'static str,
    met: fn(&Coverage) -> bool,
    possible: fn(&DiskBounds) -> bool,
) -> Case {
    Case {
        goal: CoverageGoal { description },
        met,
        possible,
    }
}

/// Whether so many steps of these kinds fit.
fn fits(bounds: &DiskBounds, steps: u8, kinds: &[Kind]) -> bool {
    bounds.steps >= steps && kinds.iter().all(|kind| bounds.kinds.has(*kind))
}

fn prepared(bounds: &DiskBounds) -> bool {
    bounds.begin != Begin::Empty
}

/// Whether a pass replaces a segment.
fn compacts(bounds: &DiskBounds) -> bool {
    let kinds = [Kind::AppendTwo, Kind::Roll, Kind::Flush, Kind::Compact];
    fits(bounds, 4, &kinds) || prepared(bounds) && fits(bounds, 1, &[Kind::Compact])
}

/// A batch of one record here; on greater sectors it is not torn.
const SMALLEST_BATCH_BYTES: u16 = 70;

/// The first is met once by each disk that a power cut left, the second by each that one in recovery left.
const CASES: [Case; 17] = [
    case("a disk was recovered", |m| m.recovered, |_| true),
    case(
        "the power failed again in a recovery",
        |m| m.cut_in_recovery,
        |b| b.recovery_cuts > 0,
    ),
    case(
        "a torn tail was cut off",
        |m| m.torn,
        |b| fits(b, 1, &[Kind::Append]),
    ),
    case(
        "a later sector was there and an earlier one was not",
        |m| m.reordered,
        |b| b.sector_bytes < SMALLEST_BATCH_BYTES && fits(b, 1, &[Kind::Append]),
    ),
    case(
        "a segment behind a tear was removed",
        |m| m.segment_removed,
        |b| fits(b, 2, &[Kind::Append, Kind::Roll]),
    ),
    case(
        "recovery carried a swap through",
        |m| m.swap_finished,
        compacts,
    ),
    case(
        "recovery removed a file that was not yet to count",
        |m| m.leftover_removed,
        |b| fits(b, 1, &[Kind::Close]) || compacts(b),
    ),
    case(
        "recovery carried a deletion through",
        |m| m.deletion_finished,
        |b| fits(b, 4, &[Kind::Append, Kind::Roll, Kind::Flush, Kind::Delete]),
    ),
    case(
        "a name was lost",
        |m| m.name_lost,
        |b| fits(b, 2, &[Kind::Append, Kind::Roll]),
    ),
    case(
        "records that were not synced survived",
        |m| m.survived,
        |b| fits(b, 1, &[Kind::Append]),
    ),
    case(
        "records that were not synced were lost",
        |m| m.lost,
        |b| fits(b, 1, &[Kind::Append]),
    ),
    case(
        "a duplicate was answered",
        |m| m.duplicate_answered,
        |b| fits(b, 2, &[Kind::Append, Kind::Retry]),
    ),
    case(
        "a duplicate was answered after a recovery",
        |m| m.duplicate_after_recovery,
        |b| fits(b, 1, &[Kind::Append]),
    ),
    case(
        "an aborted record was cleaned away",
        |m| m.aborted_cleaned,
        |b| {
            let kinds = [
                Kind::Transactional,
                Kind::Marker,
                Kind::Roll,
                Kind::Flush,
                Kind::Compact,
            ];
            fits(b, 5, &kinds) || prepared(b) && fits(b, 1, &[Kind::Compact])
        },
    ),
    case(
        "a tombstone past its horizon was removed",
        |m| m.tombstone_removed,
        |b| {
            let kinds = [
                Kind::Tombstone,
                Kind::Roll,
                Kind::Flush,
                Kind::Compact,
                Kind::Clock,
            ];
            fits(b, 6, &kinds) || prepared(b) && fits(b, 3, &[Kind::Compact, Kind::Clock])
        },
    ),
    case(
        "a failed sync stopped the log",
        |m| m.stopped,
        |b| b.failures > 0 && fits(b, 2, &[Kind::Append, Kind::FailedFlush]),
    ),
    case(
        "a write that failed halfway was undone",
        |m| m.write_undone,
        |b| b.failures > 0 && fits(b, 1, &[Kind::FailedAppend]),
    ),
];

/// The coverage goals by themselves.
pub(super) const ALL: &[CoverageGoal] = &{
    let mut all = [CoverageGoal { description: "" }; CASES.len()];
    let mut i = 0;
    while i < CASES.len() {
        all[i] = CASES[i].goal;
        i += 1;
    }
    all
};

/// Which coverage goals these bounds can reach, as bits.
pub(super) fn expected(bounds: &DiskBounds) -> u64 {
    let cases = CASES.iter().enumerate();
    cases
        .map(|(i, case)| u64::from((case.possible)(bounds)) << i)
        .sum()
}

impl Coverage {
    /// As bits.
    pub(super) fn bits(&self) -> u64 {
        let cases = CASES.iter().enumerate();
        cases
            .map(|(i, case)| u64::from((case.met)(self)) << i)
            .sum()
    }

    /// What recovery found on this disk, and says that it did.
    pub(super) fn recovered(&mut self, left: &SimDisk, report: &RecoveryReport) {
        self.torn = report.truncated_bytes > 0;
        self.segment_removed = !report.removed_segments.is_empty();
        self.swap_finished = !report.finished_swaps.is_empty();
        self.leftover_removed = !report.leftovers.is_empty();
        self.deletion_finished = !report.deleted_segments.is_empty();
        self.reordered = self.torn && hole(left, report);
    }
}

/// Whether what was cut off begins with nothing, and has something behind that.
fn hole(left: &SimDisk, report: &RecoveryReport) -> bool {
    let name = report.file.rsplit_once('/');
    let path = format!(
        "{DIRECTORY}/{}",
        name.map_or(&*report.file, |(_, name)| name)
    );
    let length = report.truncated_bytes as usize;
    let Ok(bytes) = left.read_at(&path, report.kept_bytes, length) else {
        return false;
    };
    // No batch begins with so many zeros: its length and magic are among them.
    let begin = bytes.len().min(17);
    bytes[..begin].iter().all(|byte| *byte == 0) && bytes.iter().any(|byte| *byte != 0)
}

/// Whether a name that was there before the power cut is gone after it.
pub(super) fn name_is_lost(before: &SimDisk, after: &SimDisk) -> bool {
    let (Ok(before), after) = (before.list(DIRECTORY), after.list(DIRECTORY)) else {
        return false;
    };
    let after = after.unwrap_or_default();
    before.iter().any(|name| !after.contains(name))
}
