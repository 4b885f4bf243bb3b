//! A cleaner by the rules K1 to K10, and some that break one.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_offsets::{Ended, Entry, RecordKey, decode_key, encode};

use super::logs::{At, Log};

/// Which rule is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cleaner {
    /// None.
    Right,
    /// L-7: an aborted record removes the committed one before it.
    AbortedShadows,
    /// O-6: a marker goes while records of its transaction stay.
    MarkersDropped,
    /// K4 turned round: a tombstone goes while what it deleted stays.
    TombstonesFirst,
    /// K3: records of an open transaction are cleaned.
    BeyondLastStable,
}

fn key(entry: &Entry) -> Option<RecordKey> {
    let Entry::Record { record, .. } = entry else {
        return None;
    };
    let (key, _) = encode(record).ok()?;
    decode_key(Some(&key)).ok()
}

fn is_tombstone(entry: &Entry) -> bool {
    match entry {
        Entry::Record { record, .. } => matches!(encode(record), Ok((_, None))),
        Entry::Marker { .. } => false,
    }
}

/// For each transactional record its marker's index and how it ended, as far as `entries` know.
fn endings(entries: &[At]) -> BTreeMap<usize, (usize, Ended)> {
    let mut open: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    let mut endings = BTreeMap::new();
    for (index, (_, entry)) in entries.iter().enumerate() {
        match entry {
            Entry::Record {
                producer: Some(producer),
                ..
            } => open.entry(producer.id).or_default().push(index),
            Entry::Record { producer: None, .. } => {}
            Entry::Marker { producer, ended } => {
                for record in open.remove(&producer.id).unwrap_or_default() {
                    endings.insert(record, (index, *ended));
                }
            }
        }
    }
    endings
}

/// The log after one pass over its older part, and with what was written later.
pub(crate) fn clean(log: &Log, cleaner: Cleaner) -> Vec<At> {
    let known = &log.entries[..log.cleaned_at];
    let endings = endings(known);
    let is_transactional = |index: &usize| {
        matches!(
            known[*index].1,
            Entry::Record {
                producer: Some(_),
                ..
            }
        )
    };
    let first_open = (0..known.len()).find(|i| is_transactional(i) && !endings.contains_key(i));
    let limit = match cleaner {
        Cleaner::BeyondLastStable => known.len(),
        _ => first_open.unwrap_or(known.len()),
    };
    let end = log.wanted.min(limit);
    let aborted = |index: usize| matches!(endings.get(&index), Some((_, Ended::Aborted)));
    let mut last_of: BTreeMap<RecordKey, usize> = BTreeMap::new();
    for (index, (_, entry)) in known[..end].iter().enumerate() {
        if aborted(index) && cleaner != Cleaner::AbortedShadows {
            continue;
        }
        last_of.extend(key(entry).map(|key| (key, index)));
    }
    let mut kept: BTreeSet<usize> = BTreeSet::new();
    let mut kept_keys: BTreeSet<RecordKey> = BTreeSet::new();
    for (index, (_, entry)) in known[..end].iter().enumerate() {
        let Some(key) = key(entry) else { continue };
        let superseded = aborted(index) || last_of[&key] > index;
        // A tombstone goes once nothing is left that it has to hide.
        let spent = is_tombstone(entry)
            && (!kept_keys.contains(&key) || cleaner == Cleaner::TombstonesFirst);
        if !((superseded || spent) && log.removes[index]) {
            kept.insert(index);
            if !aborted(index) {
                kept_keys.insert(key);
            }
        }
    }
    // A marker stays while a record of its transaction does.
    let needed: BTreeSet<usize> = endings
        .iter()
        .filter(|(record, _)| **record >= end || kept.contains(record))
        .map(|(_, (marker, _))| *marker)
        .collect();
    let stays = |index: usize| match known[index].1 {
        Entry::Record { .. } => kept.contains(&index),
        Entry::Marker { .. } => {
            let needed = needed.contains(&index) && cleaner != Cleaner::MarkersDropped;
            needed || !log.removes[index]
        }
    };
    let older = (0..end).filter(|index| stays(*index));
    older
        .chain(end..log.entries.len())
        .map(|index| log.entries[index].clone())
        .collect()
}
