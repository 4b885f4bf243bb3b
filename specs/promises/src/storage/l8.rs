//! L8 Idempotent append.

use std::collections::BTreeSet;

use super::{Batch, BatchKind, LogView, broken};
use crate::{Broken, Fault, Kind, Level, Offset, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "L8",
    name: "Idempotent append",
    sentence: "A retried batch is recognised and answered with its first offset; no sequence stands in the log twice.",
    source: "KIP-98; Kafka ProducerStateEntry, ProducerAppendInfo",
    levels: &[Level::Storage],
    kind: Kind::Log(|_, found| sequences_are_unique(found)),
    fault: Fault::Broker,
    clauses: &[],
};

/// What a producer was told of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It stands at this offset since it was first sent.
    Duplicate(Offset),
    /// It stands at this offset now.
    Appended(Offset),
    /// It was refused.
    Refused(String),
}

/// No sequence of any producer's epoch stands in the log twice.
pub fn sequences_are_unique(found: &dyn LogView) -> Result<(), Broken> {
    let mut seen = BTreeSet::new();
    for batch in found.batches() {
        let (Some(source), false) = (batch.source, matches!(batch.kind, BatchKind::Marker { .. }))
        else {
            continue;
        };
        if !seen.insert((source.id, source.epoch, source.sequence)) {
            return broken(
                PromiseId::L8,
                format!(
                    "sequence {} of producer {} stands in the log twice, the second time at offset {}",
                    source.sequence, source.id, batch.base
                ),
            );
        }
    }
    Ok(())
}

/// A batch that is sent again while the log remembers it is answered with its first offset.
pub fn retry_is_recognised(first: &Batch, answer: &Answer) -> Result<(), Broken> {
    let description = match answer {
        Answer::Duplicate(base) if *base == first.base => return Ok(()),
        Answer::Duplicate(base) => format!("answered with offset {base}"),
        Answer::Appended(base) => format!("appended again at offset {base}"),
        Answer::Refused(why) => format!("refused: {why}"),
    };
    broken(
        PromiseId::L8,
        format!(
            "the batch that stands at offset {} was sent again and {description}",
            first.base
        ),
    )
}
