//! Mistakes of the log that can be switched on, each with what must come of it.

use plimsoll_log::{Decisions, decisions::*};
use plimsoll_promises::PromiseId::{K1, K4, K6, K7, K8, L1, L3, L7, L8, L9, L11};

use super::{DiskBounds, Kind, runs};
use crate::mutants::{MadeIn, Mistake, Mutant, PassingVariant};

/// A mistake of the log.
pub type LogMutant = Mutant<OfLog, DiskBounds>;

/// What is decided wrongly.
#[derive(Debug, Clone, Copy)]
pub struct OfLog(fn(&mut Decisions));

impl Mistake for OfLog {
    fn made_in(&self) -> MadeIn {
        MadeIn::Code("plimsoll-log")
    }
}

impl OfLog {
    /// The mistake, and everything else as it is right.
    pub fn decisions(&self) -> Decisions {
        let mut decisions = Decisions::default();
        (self.0)(&mut decisions);
        decisions
    }
}

/// A log in which there is something to compact.
const PREPARED: DiskBounds = runs::TO_COMPACT;

/// Of all that a cut may leave only the disk that has lost everything.
const NOTHING_TORN: DiskBounds = DiskBounds {
    survivors: 1,
    ..runs::DISK.steps(2).of(&[Kind::Append, Kind::Flush])
};

/// All of them.
pub const LOG: [LogMutant; 17] = [
    Mutant {
        name: "L-4",
        description: "the cleaner removes a tombstone in the first pass that reaches it",
        mistake: OfLog(|d| d.tombstones = Tombstones::RemovedAtOnce),
        bounds: PREPARED.steps(1).of(&[Kind::Compact]),
        breaks: &[(K4, 1)],
        passes: PassingVariant::Within {
            description: "nobody deletes a key, so there is no tombstone",
            bounds: runs::DISK.of(&[Kind::AppendTwo, Kind::Roll, Kind::Flush, Kind::Compact]),
        },
    },
    Mutant {
        name: "L-4-kept",
        description: "the cleaner never removes a tombstone",
        mistake: OfLog(|d| d.tombstones = Tombstones::KeptForever),
        bounds: PREPARED.of(&[Kind::Compact, Kind::Clock]),
        breaks: &[(K4, 3)],
        passes: PassingVariant::Within {
            description: "no pass comes after the horizon",
            bounds: PREPARED.steps(2).of(&[Kind::Compact, Kind::Clock]),
        },
    },
    Mutant {
        name: "L-5",
        description: "the cleaner drops the last batch when nothing of it is left",
        mistake: OfLog(|d| d.last_batch = LastBatch::Dropped),
        bounds: PREPARED.steps(1).of(&[Kind::Compact]),
        breaks: &[(K8, 1)],
        passes: PassingVariant::Within {
            description: "of every last batch a record is left",
            bounds: runs::DISK.of(&[Kind::AppendTwo, Kind::Roll, Kind::Flush, Kind::Compact]),
        },
    },
    Mutant {
        name: "L-7",
        description: "a record of an aborted transaction counts as the latest of its key",
        mistake: OfLog(|d| d.aborted_records = AbortedRecords::Entered),
        bounds: PREPARED.steps(1).of(&[Kind::Compact]),
        breaks: &[(K1, 1), (K6, 1), (K7, 1)],
        passes: PassingVariant::Within {
            description: "there is no transaction",
            bounds: runs::DISK.of(&[Kind::AppendTwo, Kind::Roll, Kind::Flush, Kind::Compact]),
        },
    },
    Mutant {
        name: "L-9",
        description: "the recovery point is moved before what lies below it is synced",
        mistake: OfLog(|d| d.recovery_point = AdvanceRecoveryPoint::BeforeSync),
        bounds: runs::DISK
            .steps(2)
            .of(&[Kind::Append, Kind::Flush, Kind::Close]),
        breaks: &[(L9, 3)],
        passes: PassingVariant::Within {
            description: "no checkpoint is written, so the recovery point stays where it is",
            bounds: runs::DISK
                .steps(3)
                .of(&[Kind::Append, Kind::Roll, Kind::Flush]),
        },
    },
    Mutant {
        name: "L-10",
        description: "recovery cuts a torn segment and keeps the segments behind it",
        mistake: OfLog(|d| d.later_segments = LaterSegments::Kept),
        bounds: runs::DISK.steps(3).of(&[Kind::Append, Kind::Roll]),
        breaks: &[
            (L9, 4),
            (L1, 4),
            (L8, 4),
            (L11, 4),
            (K6, 4),
            (K8, 4),
            (L3, 5),
        ],
        passes: PassingVariant::Within {
            description: "there is one segment only",
            bounds: runs::DISK.steps(3).of(&[Kind::Append, Kind::Flush]),
        },
    },
    Mutant {
        name: "L-10-crc",
        description: "recovery does not compute checksums",
        mistake: OfLog(|d| d.recovery_checksum = RecoveryChecksum::NotChecked),
        bounds: runs::TORN.steps(1).of(&[Kind::Append]),
        breaks: &[(L9, 3)],
        passes: PassingVariant::Within {
            description: "a sector holds a whole batch, so none is torn",
            bounds: runs::DISK.steps(2).of(&[Kind::Append, Kind::Flush]),
        },
    },
    Mutant {
        name: "L-11",
        description: "recovery steps over a torn tail instead of cutting it off",
        mistake: OfLog(|d| d.torn_tail = TornTail::Skipped),
        bounds: runs::DISK.steps(1).of(&[Kind::Append]),
        breaks: &[(L9, 3), (L1, 3)],
        passes: PassingVariant::Within {
            description: "a cut loses all that was not synced, so there is no torn tail",
            bounds: NOTHING_TORN,
        },
    },
    Mutant {
        name: "L-20",
        description: "only the last batch of a producer is remembered",
        mistake: OfLog(|d| d.dedup_window = DedupWindow::One),
        bounds: runs::DISK.steps(3).of(&[Kind::Append, Kind::Retry]),
        breaks: &[(L8, 3)],
        passes: PassingVariant::Within {
            description: "there is no second-last batch",
            bounds: runs::DISK.steps(1).of(&[Kind::Append, Kind::Retry]),
        },
    },
    Mutant {
        name: "L-20-lost",
        description: "recovery forgets what producers had written",
        mistake: OfLog(|d| d.recover_producers = RecoverProducers::Forgotten),
        bounds: runs::DISK.steps(2).of(&[Kind::Append, Kind::Retry]),
        breaks: &[(L11, 2), (L8, 3)],
        passes: PassingVariant::Unwatched {
            description: "nobody sends anything again; L11 itself does not watch",
            promise: L11,
            bounds: runs::DISK.of(&[Kind::Roll, Kind::Flush, Kind::Close]),
        },
    },
    Mutant {
        name: "L-23",
        description: "a fetch at an offset inside a batch is answered with the next batch",
        mistake: OfLog(|d| d.fetch_inside = FetchInside::NextBatch),
        bounds: runs::DISK.steps(1).of(&[Kind::AppendTwo]),
        breaks: &[(L7, 1)],
        passes: PassingVariant::Within {
            description: "each batch holds one record",
            bounds: runs::DISK.steps(3).of(&[Kind::Append, Kind::Flush]),
        },
    },
    Mutant {
        name: "L-ack-log",
        description: "an append is acknowledged before it is synced",
        mistake: OfLog(|d| d.acknowledge = Acknowledge::AtAppend),
        bounds: runs::DISK.steps(2).of(&[Kind::Append, Kind::Flush]),
        breaks: &[(L1, 3)],
        passes: PassingVariant::Unwatched {
            description: "what recovery leaves is right by itself; L1 does not watch",
            promise: L1,
            bounds: runs::DISK.steps(2).of(&[Kind::Append, Kind::Flush]),
        },
    },
    Mutant {
        name: "L-name",
        description: "the directory is not synced after a roll",
        mistake: OfLog(|d| d.new_names = NewNames::NotSynced),
        bounds: runs::DISK.of(&[Kind::Append, Kind::Roll, Kind::Flush]),
        breaks: &[(L9, 6), (L1, 6)],
        passes: PassingVariant::Within {
            description: "there is one segment only",
            bounds: runs::DISK.of(&[Kind::Append, Kind::Flush]),
        },
    },
    Mutant {
        name: "L-fsync",
        description: "after a failed sync the log tries again",
        mistake: OfLog(|d| d.failed_sync = FailedSync::Retry),
        bounds: runs::FAILING
            .steps(3)
            .of(&[Kind::Append, Kind::Flush, Kind::FailedFlush]),
        breaks: &[(L9, 5), (L1, 5)],
        passes: PassingVariant::Within {
            description: "no sync fails",
            bounds: runs::DISK.steps(3).of(&[Kind::Append, Kind::Flush]),
        },
    },
    Mutant {
        name: "L-cache",
        description: "a process that is started after a failed sync believes what it reads",
        mistake: OfLog(|d| d.after_failed_sync = AfterFailedSync::Sync),
        bounds: runs::FAILING
            .steps(3)
            .of(&[Kind::Append, Kind::FailedFlush, Kind::Restart]),
        breaks: &[(L9, 5), (L1, 5)],
        passes: PassingVariant::Within {
            description: "the process is not started again while the machine stays up",
            bounds: runs::FAILING
                .steps(3)
                .of(&[Kind::Append, Kind::Flush, Kind::FailedFlush]),
        },
    },
    Mutant {
        name: "L-index",
        description: "index files are believed after a crash",
        mistake: OfLog(|d| d.index_files = IndexFiles::Trusted),
        bounds: PREPARED.steps(2).of(&[Kind::Compact, Kind::Close]),
        breaks: &[(L7, 2)],
        passes: PassingVariant::Within {
            description: "no index file is ever written",
            bounds: runs::DISK.steps(3).of(&[Kind::Append, Kind::Flush]),
        },
    },
    Mutant {
        name: "L-swap",
        description: "the cleaner removes what it read before its output has that place",
        mistake: OfLog(|d| d.swap = Swap::InPlace),
        bounds: PREPARED.steps(1).of(&[Kind::Compact]),
        breaks: &[(L9, 2)],
        passes: PassingVariant::Within {
            description: "no pass is made",
            bounds: PREPARED.steps(2).of(&[Kind::Append, Kind::Flush]),
        },
    },
];
