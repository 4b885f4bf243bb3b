//! The offsets log by its meaning, and what it adds up to: a definition, written without regard to any implementation.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use crate::Offset;

/// The name of a group, topic, member or instance.
pub type Name = Arc<str>;

/// What a committed offset is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The group.
    pub group: Name,
    /// The topic.
    pub topic: Name,
    /// The partition of the topic.
    pub partition: i32,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Key {
            group,
            topic,
            partition,
        } = self;
        let (topic, group) = (printable(topic), printable(group));
        write!(f, "{topic}/{partition} of group {group}")
    }
}

/// A name on a line: what does not print is written as its number. (A key that was encoded twice has such names.)
pub fn printable(name: &str) -> String {
    let one = |c: char| match c.is_control() {
        true => c.escape_default().to_string(),
        false => c.to_string(),
    };
    name.chars().map(one).collect()
}

/// What was committed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Committed {
    /// The next offset to read.
    pub offset: Offset,
    /// Leader epoch of the last record read, −1 if unknown.
    pub leader_epoch: i32,
    /// The consumer's own words.
    pub metadata: Name,
    /// When it was accepted, in milliseconds since the epoch.
    pub at_ms: i64,
}

/// A member of a generation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member {
    /// Its id.
    pub id: Name,
    /// Its instance id, if it is a static member.
    pub instance: Option<Name>,
}

/// A generation of a group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Generation {
    /// Its number.
    pub number: i32,
    /// The members, by id.
    pub members: Vec<Member>,
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.members.iter().map(|member| &*member.id).collect();
        let members = match ids.is_empty() {
            true => "nobody".to_owned(),
            false => ids.join(", "),
        };
        write!(f, "generation {} with {members}", self.number)
    }
}

/// What stands at one offset of the offsets log.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Entry {
    /// A commit; with a producer it counts once the producer's transaction is committed.
    Commit {
        /// What it is about.
        key: Key,
        /// What was committed.
        value: Committed,
        /// The transactional producer, if any.
        producer: Option<i64>,
    },
    /// A tombstone of an offset.
    Forgotten(Key),
    /// A generation of a group, with the time of its record in milliseconds since the epoch: that is when the group
    /// became what it is.
    Generation(Name, Generation, i64),
    /// A tombstone of a group.
    Removed(Name),
    /// The end of a producer's transaction.
    End {
        /// The producer.
        producer: i64,
        /// Whether it was committed.
        committed: bool,
    },
    /// A record that says nothing about offsets or classic groups.
    Other,
}

/// What a log adds up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meaning {
    /// The committed offsets, each with the offset of its record.
    pub offsets: BTreeMap<Key, (Offset, Committed)>,
    /// Commits that wait for the end of a transaction: key, producer, and the offset of the record.
    pub pending: BTreeSet<(Key, i64, Offset)>,
    /// The groups, each with the offset of its record.
    pub groups: BTreeMap<Name, (Offset, Generation)>,
}

/// What a log adds up to. Of each key the last record counts; a transactional commit stands where its record stands, and
/// only if the producer's next marker commits it. A tombstone ends what waits for a marker, too.
pub fn meaning(log: &[(Offset, Entry)]) -> Meaning {
    let mut meaning = Meaning::default();
    for (index, (at, entry)) in log.iter().enumerate() {
        match entry {
            Entry::Commit {
                key,
                value,
                producer,
            } => match fate(*producer, &log[index..]) {
                Fate::Counts => {
                    meaning.offsets.insert(key.clone(), (*at, value.clone()));
                }
                Fate::Waits(producer) => {
                    meaning
                        .pending
                        .retain(|(k, p, _)| (k, *p) != (key, producer));
                    meaning.pending.insert((key.clone(), producer, *at));
                }
                Fate::Never => {}
            },
            Entry::Forgotten(key) => {
                meaning.offsets.remove(key);
                meaning.pending.retain(|(k, _, _)| k != key);
            }
            Entry::Generation(group, generation, _) => {
                let value = (*at, generation.clone());
                meaning.groups.insert(group.clone(), value);
            }
            Entry::Removed(group) => drop(meaning.groups.remove(group)),
            Entry::End { .. } | Entry::Other => {}
        }
    }
    meaning
}

enum Fate {
    Counts,
    Waits(i64),
    Never,
}

/// What becomes of a commit, by what follows it.
fn fate(producer: Option<i64>, after: &[(Offset, Entry)]) -> Fate {
    let Some(of) = producer else {
        return Fate::Counts;
    };
    let end = after.iter().find_map(|(_, entry)| match entry {
        Entry::End {
            producer,
            committed,
        } if *producer == of => Some(*committed),
        _ => None,
    });
    match end {
        Some(true) => Fate::Counts,
        Some(false) => Fate::Never,
        None => Fate::Waits(of),
    }
}

impl Meaning {
    /// Where the two differ in offsets, in words; not by where their records stand.
    pub fn offsets_differ(&self, other: &Meaning) -> Option<(String, String)> {
        let mut keys = self.offsets.keys().chain(other.offsets.keys());
        let value = |of: &Meaning, key: &Key| of.offsets.get(key).map(|(_, value)| value.clone());
        let key = keys.find(|key| value(self, key) != value(other, key))?;
        let description = |of: &Meaning| match of.offsets.get(key) {
            Some((at, value)) => format!("{} for {key} (record {at})", value.offset),
            None => format!("no offset for {key}"),
        };
        Some((description(self), description(other)))
    }

    /// Where the two differ in commits that wait for a marker, in words.
    pub fn pending_differ(&self, other: &Meaning) -> Option<(String, String)> {
        let (key, producer, at) = self.pending.symmetric_difference(&other.pending).next()?;
        let description = |of: &Meaning| match of.pending.contains(&(key.clone(), *producer, *at)) {
            true => format!("that record {at} for {key} waits for its transaction"),
            false => format!("nothing that waits at record {at} for {key}"),
        };
        Some((description(self), description(other)))
    }

    /// Where the two differ in groups other than `but`, in words.
    pub fn groups_differ(&self, other: &Meaning, but: &BTreeSet<Name>) -> Option<(String, String)> {
        let mut names = self.groups.keys().chain(other.groups.keys());
        let of = |it: &Meaning, name: &Name| it.groups.get(name).map(|(_, g)| g.clone());
        let name = names.find(|name| !but.contains(*name) && of(self, name) != of(other, name))?;
        let description = |it: &Meaning| match of(it, name) {
            Some(generation) => format!("{generation} in group {name}"),
            None => format!("no group {name}"),
        };
        Some((description(self), description(other)))
    }

    /// Where the two differ at all, in words.
    pub fn differ(&self, other: &Meaning, but: &BTreeSet<Name>) -> Option<(String, String)> {
        self.offsets_differ(other)
            .or_else(|| self.pending_differ(other))
            .or_else(|| self.groups_differ(other, but))
    }
}
