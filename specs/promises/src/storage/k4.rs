//! K4 TombstoneLifetime.

use super::{LogView, Written, broken, view};
use crate::{Broken, PromiseId};

/// A tombstone that is the newest record of its key stays for `delete_retention_ms` after the first pass that reached
/// it, and a pass after that takes it.
pub fn tombstones_live_until_horizon<W: Written, V: LogView>(
    written: &W,
    found: &V,
) -> Result<(), Broken> {
    let prefix = view::below(written.batches(), found.end());
    let newest = view::newest(prefix, &view::outcomes(prefix), written.cleaned_below());
    let tombstones = newest
        .values()
        .filter(|record| record.offset >= found.start() && record.value.is_none());
    for record in tombstones {
        let reached: Vec<_> = written
            .cleaned()
            .iter()
            .filter(|pass| pass.below > record.offset)
            .collect();
        let Some(first) = reached.first() else {
            continue;
        };
        let horizon_ms = first.at_ms.saturating_add(written.delete_retention_ms());
        let due = reached.iter().skip(1).find(|pass| pass.at_ms >= horizon_ms);
        let there = view::record(found.batches(), record.offset) == Some(record);
        let (offset, reached_ms) = (record.offset, first.at_ms);
        match due {
            None if !there => {
                return broken(
                    PromiseId::K4,
                    format!(
                        "the tombstone at offset {offset} is gone; the first pass reached it at {reached_ms} ms, and it was \
                         to stay until {horizon_ms} ms"
                    ),
                );
            }
            Some(due) if due.finished && there => {
                return broken(
                    PromiseId::K4,
                    format!(
                        "the tombstone at offset {offset} is still there after the pass at {} ms; it was to stay until \
                         {horizon_ms} ms",
                        due.at_ms
                    ),
                );
            }
            _ => {}
        }
    }
    Ok(())
}
