//! K8 EndPreserved.

use std::collections::BTreeMap;

use super::{BatchKind, LogView, Written, broken, view};
use crate::{Broken, Offset, PromiseId};

/// The batch that ends the log is there, possibly emptied, and so is the last batch of each producer: otherwise offsets
/// or sequences would be given twice.
pub fn end_is_kept<W: Written, V: LogView>(written: &W, found: &V) -> Result<(), Broken> {
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
            format!("the batch that ended at offset {last} and so ended the log is gone"),
        ),
        Some((Some(id), last)) => broken(
            PromiseId::K8,
            format!("the last batch of producer {id}, which ended at offset {last}, is gone"),
        ),
    }
}
