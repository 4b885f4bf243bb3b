//! Each known mistake of a log goes wrong in some story, and which short one is told.

use std::ops::Range;

use plimsoll_log::Decisions;
use plimsoll_log::decisions::*;
use plimsoll_tests::story;

use crate::world::World;

/// Stories that a mistake has to show itself in.
const CASES: u32 = 3000;

/// The shortest story that was found for a mistake; panics if none was.
fn caught(
    name: &str,
    lengths: Range<usize>,
    max_shrink_iters: u32,
    change: impl Fn(&mut Decisions),
) -> usize {
    let config = story::config(CASES, 1, max_shrink_iters, None);
    let found = story::tell::<World>(
        config,
        lengths,
        |mut setup| {
            change(&mut setup.decisions);
            setup
        },
        |_| {},
    );
    match found {
        Ok(()) => panic!("{name}: nothing was noticed in {CASES} stories"),
        Err(failure) => {
            println!(
                "{name}, {} events. {}\n",
                failure.ops.len(),
                failure.description()
            );
            failure.ops.len()
        }
    }
}

#[test]
fn a_long_story_that_goes_wrong_becomes_a_short_one() {
    let events = caught(
        "failed_sync_retried",
        crate::LONG,
        crate::SHRINK_LONG,
        |decisions| {
            decisions.failed_sync = FailedSync::Retry;
        },
    );
    assert!(events <= 25, "{events} events are no short story");
}

macro_rules! caught {
    ($($name:ident: $field:ident = $mistake:expr;)+) => {
        $(
            #[test]
            fn $name() {
                let change = |decisions: &mut Decisions| decisions.$field = $mistake;
                let events = caught(stringify!($name), crate::SHORT, 3000, change);
                assert!(events <= 25, "{events} events are no short story");
            }
        )+
    };
}

caught! {
    tombstones_removed_at_once: tombstones = Tombstones::RemovedAtOnce;
    tombstones_kept_for_ever: tombstones = Tombstones::KeptForever;
    last_batch_dropped: last_batch = LastBatch::Dropped;
    aborted_records_entered: aborted_records = AbortedRecords::Entered;
    recovery_point_before_sync: recovery_point = AdvanceRecoveryPoint::BeforeSync;
    later_segments_kept: later_segments = LaterSegments::Kept;
    recovery_checksum_not_checked: recovery_checksum = RecoveryChecksum::NotChecked;
    torn_tail_skipped: torn_tail = TornTail::Skipped;
    dedup_window_of_one: dedup_window = DedupWindow::One;
    producers_forgotten: recover_producers = RecoverProducers::Forgotten;
    fetch_inside_next_batch: fetch_inside = FetchInside::NextBatch;
    acknowledged_at_append: acknowledge = Acknowledge::AtAppend;
    new_names_not_synced: new_names = NewNames::NotSynced;
    failed_sync_retried: failed_sync = FailedSync::Retry;
    after_failed_sync_believed: after_failed_sync = AfterFailedSync::Sync;
    index_files_trusted: index_files = IndexFiles::Trusted;
    swap_in_place: swap = Swap::InPlace;
}
