//! What was durable and is not there: a segment that was emptied beside its indexes, and an end that looks like a crash's
//! though it lies below the recovery point.

use plimsoll_report::log;

use super::Seen;

/// Called when everything else was read.
pub(super) fn check(seen: &mut Seen) {
    emptied(seen);
    tail(seen);
}

/// An index names batches, and a time index with batches behind its segment's end may be a truncation's, unless the
/// checkpoints know better.
fn emptied(seen: &mut Seen) {
    let points = ["recovery point", "high watermark"];
    let checkpointed = seen.partition.checkpoints.iter();
    let known = checkpointed
        .filter(|it| points.contains(&it.what))
        .map(|it| it.offset)
        .max();
    for place in 0..seen.segments.len() {
        let segment = &mut seen.segments[place];
        let entries = |index: &Option<log::Index>| index.as_ref().map_or(0, |it| it.entries);
        let (offsets, times) = (entries(&segment.index), entries(&segment.time_index));
        let is_known = known.is_some_and(|offset| offset > segment.base_offset);
        if segment.bytes > 0 || offsets == 0 && !(times > 0 && is_known) {
            continue;
        }
        // Said once: the entries do not contradict each other, but the file.
        for index in [&mut segment.index, &mut segment.time_index]
            .into_iter()
            .flatten()
        {
            (index.stale, index.wrong, index.first_wrong) = (0, 0, None);
        }
        let damage = log::emptied(&segment.file, segment.base_offset, offsets, times);
        seen.damaged(damage);
    }
}

/// What is below the recovery point was synced before the crash. Our recovery cuts off nothing there.
fn tail(seen: &mut Seen) {
    let Some((file, byte, offset)) = seen.tail.clone() else {
        return;
    };
    let checkpointed = seen.partition.checkpoints.iter();
    let point = checkpointed
        .filter(|it| it.what == "recovery point")
        .map(|it| it.offset)
        .max();
    let Some(point) = point.filter(|point| *point > offset) else {
        return;
    };
    let bytes = seen.partition.unfinished_bytes;
    let description = seen.partition.unfinished.map(|it| it.description(bytes));
    let what = description.unwrap_or_default();
    seen.damaged(log::durable_tail(&file, byte, offset, point, &what));
}
