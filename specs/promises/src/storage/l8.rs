//! L8 Idempotent append.

use std::{collections::BTreeSet, fmt};

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
    clauses: &[UNIQUE, RECOGNISED, AS_RULED],
};

const UNIQUE: &str = "No sequence of a producer's epoch stands in the log twice.";
const AS_RULED: &str = "A batch is known, or refused, only if it is to be.";
const RECOGNISED: &str = "A batch that is sent again is answered with its first offset.";

/// What a producer was told of a batch.
#[derive(Debug, Clone)]
pub enum Answer {
    /// It stands at this offset since it was first sent.
    Duplicate(Offset),
    /// It stands at this offset now.
    Appended(Offset),
    /// It was refused.
    Refused(String),
}

/// Why a batch was refused is no part of it.
impl PartialEq for Answer {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Answer::Duplicate(one), Answer::Duplicate(other))
            | (Answer::Appended(one), Answer::Appended(other)) => one == other,
            (Answer::Refused(_), Answer::Refused(_)) => true,
            _ => false,
        }
    }
}

impl Eq for Answer {}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Appended(base) => write!(f, "appended at offset {base}"),
            Answer::Duplicate(base) => write!(f, "known since offset {base}"),
            Answer::Refused(why) => write!(f, "refused: {why}"),
        }
    }
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
                UNIQUE,
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
        RECOGNISED,
        format!(
            "the batch that stands at offset {} was sent again and {description}",
            first.base
        ),
    )
}

/// A batch that is answered as known, or refused, was to be. (One that is answered as appended: L3.)
pub fn answered_as_ruled(wanted: &Answer, got: &Answer) -> Result<(), Broken> {
    match got {
        Answer::Duplicate(_) | Answer::Refused(_) if wanted != got => broken(
            PromiseId::L8,
            AS_RULED,
            format!("a batch is {got}, and by the log's rules it is {wanted}"),
        ),
        _ => Ok(()),
    }
}
