//! K4 TombstoneLifetime.

use super::{Cleaned, LogView, Written, broken, view};
use crate::{Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "K4",
    name: "Tombstone lifetime",
    sentence: "A tombstone stays until its horizon, and goes with the first pass after it.",
    source: "KIP-534; KAFKA-4529, KAFKA-8522",
    levels: &[Level::Storage],
    kind: Kind::Log(tombstones_live_until_horizon),
    fault: Fault::Broker,
    clauses: &[NOT_BEFORE, NOT_AFTER],
};

const NOT_BEFORE: &str = "A tombstone is there until its horizon.";
const NOT_AFTER: &str = "The first pass after the horizon takes it.";

/// A tombstone that is the newest record of its key stays for `delete_retention_ms` after the first pass that reached
/// it, and a pass after that takes it.
pub fn tombstones_live_until_horizon(
    written: &dyn Written,
    found: &dyn LogView,
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
        let horizon_ms = |set: &Cleaned| set.at_ms.saturating_add(written.delete_retention_ms());
        // The first pass that came to its end has set the horizon; one that was cut short before it may have.
        let set = reached.iter().position(|pass| pass.finished);
        let may_have = &reached[..set.map_or(reached.len(), |set| set + 1)];
        let may_go = may_have.iter().enumerate().any(|(place, set)| {
            let mut later = reached[place + 1..].iter();
            later.any(|pass| pass.at_ms >= horizon_ms(set))
        });
        let must_go = set.and_then(|set| {
            let mut later = reached[set + 1..].iter();
            later.find(|pass| pass.finished && pass.at_ms >= horizon_ms(reached[set]))
        });
        let horizon_ms = horizon_ms(first);
        let there = view::record(found.batches(), record.offset) == Some(record);
        let (offset, reached_ms) = (record.offset, first.at_ms);
        match must_go {
            _ if !may_go && !there => {
                return broken(
                    PromiseId::K4,
                    NOT_BEFORE,
                    format!(
                        "the tombstone at offset {offset} is gone; the first pass reached it at {reached_ms} ms, and it was \
                         to stay until {horizon_ms} ms"
                    ),
                );
            }
            Some(due) if there => {
                return broken(
                    PromiseId::K4,
                    NOT_AFTER,
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
