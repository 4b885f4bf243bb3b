//! S9 NoResurrection.

use std::collections::BTreeMap;

use super::{Key, Meaning, Name, broken};
use crate::{Broken, Fault, Kind, Level, Offset, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "S9",
    name: "No resurrection",
    sentence: "What was deleted does not come back, unless it was committed anew.",
    source: "the answer to DeleteGroups and OffsetDelete means what it says (stated here first)",
    levels: &[Level::OffsetsTopic],
    kind: Kind::Step,
    fault: Fault::Broker,
    clauses: &[OFFSETS, GROUPS],
};

const OFFSETS: &str = "No offset is remembered from before its deletion.";
const GROUPS: &str = "No group is remembered from before its deletion.";

/// Deletions that were acknowledged or that expiry made durable: the offset of each tombstone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Deletions {
    /// Of offsets.
    pub offsets: BTreeMap<Key, Offset>,
    /// Of groups.
    pub groups: BTreeMap<Name, Offset>,
}

/// Nothing that is remembered is older than its deletion.
pub fn stays_deleted(memory: &Meaning, deleted: &Deletions) -> Result<(), Broken> {
    for (key, (at, value)) in &memory.offsets {
        if let Some(deletion) = deleted.offsets.get(key).filter(|deletion| at < *deletion) {
            return broken(
                PromiseId::S9,
                OFFSETS,
                format!(
                    "the coordinator remembers offset {} for {key} (record {at}), which was deleted at record {deletion}",
                    value.offset
                ),
            );
        }
    }
    for (group, (at, generation)) in &memory.groups {
        if let Some(deletion) = deleted.groups.get(group).filter(|deletion| at < *deletion) {
            return broken(
                PromiseId::S9,
                GROUPS,
                format!(
                    "the coordinator remembers {generation} in group {group} (record {at}), which was deleted at record \
                     {deletion}"
                ),
            );
        }
    }
    Ok(())
}
