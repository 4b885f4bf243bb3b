//! K8 EndPreserved.

use std::collections::BTreeMap;

use super::{BatchKind, LogView, Written, broken, view};
use crate::{Broken, Fault, Kind, Level, Offset, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "K8",
    name: "The end is kept",
    sentence: "Compaction keeps the log's end, and each producer's last batch.",
    source: "Kafka Cleaner; KAFKA-17076, KAFKA-8335",
    levels: &[Level::Storage],
    kind: Kind::Log(end_is_kept),
    fault: Fault::Broker,
    clauses: &[LOG_END, PRODUCER_END],
};

const LOG_END: &str = "The batch that ends the log is there.";
const PRODUCER_END: &str = "The last batch of each producer is there.";

/// The batch that ends the log is there, possibly emptied, and so is the last batch of each producer: otherwise offsets
/// or sequences would be given twice.
pub fn end_is_kept(written: &dyn Written, found: &dyn LogView) -> Result<(), Broken> {
    let prefix = view::below(written.batches(), found.end());
    let mut last: BTreeMap<i64, Offset> = BTreeMap::new();
    for batch in prefix {
        let sequenced = !matches!(batch.kind, BatchKind::Marker { .. });
        if let Some(source) = batch.source.filter(|_| sequenced) {
            last.insert(source.id, batch.last);
        }
    }
    let ends = prefix.last().map(|batch| (None, batch.last));
    let of_producers = last.iter().map(|(id, last)| (Some(*id), *last));
    let mut kept = of_producers
        .chain(ends)
        .filter(|(_, last)| *last >= found.start());
    match kept.find(|(_, last)| view::holding(found.batches(), *last).is_none()) {
        None => Ok(()),
        Some((None, last)) => broken(
            PromiseId::K8,
            LOG_END,
            format!("the batch that ended at offset {last} and so ended the log is gone"),
        ),
        Some((Some(id), last)) => broken(
            PromiseId::K8,
            PRODUCER_END,
            format!("the last batch of producer {id}, which ended at offset {last}, is gone"),
        ),
    }
}
