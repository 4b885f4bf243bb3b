//! O3 RoundTrip.

use super::{Committed, Key, Meaning, broken};
use crate::{Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "O3",
    name: "Fetch round trip",
    sentence: "A fetch answers exactly what was committed and is durable: offset, leader epoch and metadata, or that there is nothing.",
    source: "Kafka OffsetMetadataManager.fetchOffsets; KIP-320",
    levels: &[Level::OffsetsTopic],
    kind: Kind::Step,
    fault: Fault::Broker,
    clauses: &[EXACTLY],
};

const EXACTLY: &str = "A fetch answers what is committed and durable, and nothing else.";

/// The answer to a fetch of a key that asks for what is durable.
pub fn fetched_as_committed(
    key: &Key,
    answered: Option<&Committed>,
    durable: &Meaning,
) -> Result<(), Broken> {
    let committed = durable.offsets.get(key).map(|(_, value)| value);
    let shown = |value: &Committed| (value.offset, value.leader_epoch, value.metadata.clone());
    if answered.map(shown) == committed.map(shown) {
        return Ok(());
    }
    let description = |value: Option<&Committed>| match value {
        Some(v) => format!(
            "offset {}, leader epoch {}, metadata \"{}\"",
            v.offset, v.leader_epoch, v.metadata
        ),
        None => "no offset".to_owned(),
    };
    broken(
        PromiseId::O3,
        EXACTLY,
        format!(
            "a fetch of {key} is answered with {}, but {} is committed and durable",
            description(answered),
            description(committed)
        ),
    )
}
