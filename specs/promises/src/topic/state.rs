//! What the coordinator remembers and answers, against what was written: O1, O3, O8, S1, S9.

use std::collections::{BTreeMap, BTreeSet};

use super::{Committed, Key, Meaning, Name, broken};
use crate::{Because, Broken, Offset, PromiseId};

/// O1: of every key the coordinator remembers the record that stands last in the log, whatever became of the log since.
pub fn last_commit_wins(memory: &Meaning, written: &Meaning) -> Result<(), Broken> {
    match memory.offsets_differ(written) {
        None => Ok(()),
        Some((remembered, last)) => broken(
            PromiseId::O1,
            format!(
                "the coordinator remembers {remembered}; what stands last in its log is {last}"
            ),
        ),
    }
}

/// S1: all that is persistent in memory is what replay of the log gives. Groups whose rebalance is under way live in
/// memory only, by design.
pub fn remembers_what_replay_gives(
    memory: &Meaning,
    replay: &Meaning,
    rebalancing: &BTreeSet<Name>,
) -> Result<(), Broken> {
    match memory.differ(replay, rebalancing) {
        None => Ok(()),
        Some((memory, replay)) => Err(Broken {
            promise: PromiseId::S1,
            because: Because::MemoryDiffers { memory, replay },
        }),
    }
}

/// O3: the answer to a fetch of a key that asks for what is durable.
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
        format!(
            "a fetch of {key} is answered with {}, but {} is committed and durable",
            description(answered),
            description(committed)
        ),
    )
}

/// O8: what a request changed in memory, against what it named.
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
        format!(
            "the request does not name {key}, which had {} and now has {}",
            description(before),
            description(after)
        ),
    )
}

/// Deletions that were acknowledged or that expiry made durable: the offset of each tombstone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Deletions {
    /// Of offsets.
    pub offsets: BTreeMap<Key, Offset>,
    /// Of groups.
    pub groups: BTreeMap<Name, Offset>,
}

/// S9: nothing that is remembered is older than its deletion.
pub fn stays_deleted(memory: &Meaning, deleted: &Deletions) -> Result<(), Broken> {
    for (key, (at, value)) in &memory.offsets {
        if let Some(deletion) = deleted.offsets.get(key).filter(|deletion| at < *deletion) {
            return broken(
                PromiseId::S9,
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
                format!(
                    "the coordinator remembers {generation} in group {group} (record {at}), which was deleted at record \
                     {deletion}"
                ),
            );
        }
    }
    Ok(())
}
