//! What recovery would do: the engine's own, on a view of the directory that keeps changes in memory.

use plimsoll_disk::RealDisk;
use plimsoll_log::{DryRun, Log, LogError, ProducerState};
use plimsoll_report::log::{self, Checkpoint, Producer, Recovery, Writer};

use super::{Place, Seen};
use crate::problem::Problem;

/// Looks, and tells what a broker would know after opening the log.
pub(super) fn dry_run_recovery(place: &Place<'_>, seen: &mut Seen) {
    // It would take the first message of an older format for the end of the log.
    if !seen.partition.legacy_messages.is_empty() {
        return;
    }
    let writer = match seen.partition.writer {
        Writer::Kafka => plimsoll_log::Writer::Kafka,
        Writer::Plimsoll => plimsoll_log::Writer::Plimsoll,
    };
    let looked = RealDisk::open_read_only(&place.data)
        .map_err(LogError::from)
        .and_then(|disk| Log::dry_run_recovery(&disk, &place.name, writer));
    match looked {
        Ok(dry_run_recovery) => opens(place, &dry_run_recovery, seen),
        Err(error) => refuses(place, &error, seen),
    }
}

fn opens(place: &Place<'_>, dry_run_recovery: &DryRun, seen: &mut Seen) {
    let (report, log) = (&dry_run_recovery.report, &dry_run_recovery.log);
    let recovery = log::recovery(report, dry_run_recovery.is_unsynced, |file| {
        place.shown(file)
    });
    seen.partition.recovery = Some(recovery);
    seen.partition.start = Some(log.log_start_offset());
    seen.partition.last_stable = Some(log.last_stable_offset());
    seen.partition.aborted = log.aborted_transactions(0, i64::MAX).len() as u64;
    if dry_run_recovery.has_checkpoint {
        let points = [
            ("recovery point", log.recovery_point().offset),
            ("log start", log.log_start_offset()),
            ("first dirty", log.first_dirty_offset()),
        ];
        let said = points.map(|(what, offset)| Checkpoint {
            what,
            offset,
            file: place.shown("checkpoint"),
        });
        seen.partition.checkpoints.extend(said);
    }
    seen.producers = log
        .producers()
        .map(|(id, state)| producer(log, id, state))
        .collect();
    for segment in log.segments().filter(|segment| !segment.has_gaps()) {
        if let Some(gap) = seen.gaps.remove(&segment.base_offset()) {
            seen.damaged(gap);
        }
    }
    if let Some(reason) = &report.damage {
        let file = place.shown(&report.file);
        // An unfinished write at the end is told as such.
        let is_torn = seen.partition.unfinished_bytes > 0 && report.removed_segments.is_empty();
        let end = report.log_end_offset;
        if !(is_torn && report.truncated_bytes == seen.partition.unfinished_bytes) {
            seen.damaged(log::damage(&file, report.kept_bytes, end, reason));
        }
    }
}

fn refuses(place: &Place<'_>, error: &LogError, seen: &mut Seen) {
    let description = error.to_string();
    match log::refusal(error) {
        Some(mut damage) => {
            damage.file = place.shown(&damage.file);
            seen.damaged(damage);
        }
        None => seen.problems.push(Problem::Recovery {
            directory: place.directory.to_owned(),
            error: error.clone(),
        }),
    }
    seen.partition.recovery = Some(Recovery::Refuses { error: description });
}

fn producer(log: &Log, id: i64, state: &ProducerState) -> Producer {
    let last = state.batches.last();
    let mut open = log.open_transactions();
    Producer {
        producer_id: id,
        epoch: state.epoch,
        last_sequence: last.map_or(-1, |batch| batch.last_sequence),
        last_offset: last.map(|batch| batch.last_offset),
        remembered_batches: state.batches.len(),
        coordinator_epoch: state.coordinator_epoch,
        last_timestamp_ms: state.last_timestamp_ms,
        open_since: open
            .find(|(producer, _)| *producer == id)
            .map(|(_, first)| first),
    }
}
