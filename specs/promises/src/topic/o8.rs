//! O8 Scope.

use super::{Key, Meaning, broken};
use crate::{Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "O8",
    name: "Changes only what is named",
    sentence: "A request changes the offsets that it names of the group that it names, and no other.",
    source: "Kafka's key of an offset: group, topic and partition, each a field",
    levels: &[Level::OffsetsTopic],
    kind: Kind::Step,
    fault: Fault::Broker,
    clauses: &[NAMED],
};

const NAMED: &str = "Only offsets that the request names change.";

/// What a request changed in memory, against what it named.
pub fn changes_only_what_is_named(
    before: &Meaning,
    after: &Meaning,
    named: impl Fn(&Key) -> bool,
) -> Result<(), Broken> {
    let mut keys = before.offsets.keys().chain(after.offsets.keys());
    let changed = |key: &&Key| before.offsets.get(key) != after.offsets.get(key) && !named(key);
    let Some(key) = keys.find(changed) else {
        return Ok(());
    };
    let description = |of: &Meaning| match of.offsets.get(key) {
        Some((_, value)) => format!("offset {}", value.offset),
        None => "no offset".to_owned(),
    };
    broken(
        PromiseId::O8,
        NAMED,
        format!(
            "the request does not name {key}, which had {} and now has {}",
            description(before),
            description(after)
        ),
    )
}
