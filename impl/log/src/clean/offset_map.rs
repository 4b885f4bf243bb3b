//! The latest offset of each key in the dirty part of a log, within a bound of memory.
//!
//! Whole keys, not hashes of them: two keys that collide would be taken for one, and a record would vanish.

use std::collections::HashMap;
use std::sync::Arc;

/// What an entry takes beside its key: the key's allocation with its counters, the map's slot, and the slots that a
/// growing table keeps free. Rounded up, since the bound is on memory and not on keys.
const ENTRY_BYTES: usize = 96;

/// From key to the latest offset seen.
#[derive(Debug)]
pub(super) struct OffsetMap {
    latest: HashMap<Arc<[u8]>, i64>,
    bytes: usize,
    bytes_max: usize,
}

impl OffsetMap {
    pub(super) fn new(bytes_max: usize) -> OffsetMap {
        OffsetMap {
            latest: HashMap::new(),
            bytes: 0,
            bytes_max,
        }
    }

    /// Takes in all of a batch's keys or, if the new ones among them do not fit, none. The first batch always fits, for
    /// a pass that takes nothing in would never end; it was in memory anyway.
    pub(super) fn take_in(&mut self, keys: &[(Arc<[u8]>, i64)]) -> bool {
        let mut fresh: Vec<&[u8]> = keys.iter().map(|(key, _)| key.as_ref()).collect();
        fresh.retain(|key| !self.latest.contains_key(*key));
        fresh.sort_unstable();
        fresh.dedup();
        let more: usize = fresh.iter().map(|key| key.len() + ENTRY_BYTES).sum();
        let total = self.bytes.saturating_add(more);
        if total > self.bytes_max && !self.latest.is_empty() && more > 0 {
            return false;
        }
        self.bytes = total;
        for (key, offset) in keys {
            // Offsets only grow while a log is walked, so the last one put is the latest.
            match self.latest.get_mut(key.as_ref()) {
                Some(latest) => *latest = *offset,
                // The key may be a slice of something larger that must not be kept alive.
                None => drop(self.latest.insert(Arc::from(key.as_ref()), *offset)),
            }
        }
        true
    }

    /// Whether a later record of the key is known.
    pub(super) fn is_superseded(&self, key: &[u8], offset: i64) -> bool {
        self.latest.get(key).is_some_and(|&latest| latest > offset)
    }

    pub(super) fn keys(&self) -> usize {
        self.latest.len()
    }

    /// Memory taken, about.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str, offset: i64) -> (Arc<[u8]>, i64) {
        (name.as_bytes().into(), offset)
    }

    #[test]
    fn the_latest_offset_of_a_key_counts() {
        let mut map = OffsetMap::new(1000);
        assert!(map.take_in(&[key("a", 0), key("b", 1), key("a", 2)]));
        assert!(map.is_superseded(b"a", 0));
        assert!(!map.is_superseded(b"a", 2));
        assert!(!map.is_superseded(b"b", 1));
        assert!(!map.is_superseded(b"c", 0));
        assert_eq!((map.keys(), map.bytes()), (2, 2 * (1 + ENTRY_BYTES)));
    }

    #[test]
    fn a_batch_goes_in_whole_or_not_at_all() {
        let two = 2 * (1 + ENTRY_BYTES);
        let mut map = OffsetMap::new(two);
        assert!(map.take_in(&[key("a", 0)]));
        assert!(!map.take_in(&[key("a", 1), key("b", 2), key("c", 3)]));
        assert!(!map.is_superseded(b"a", 0), "nothing of it may be in");
        assert!(map.take_in(&[key("b", 1)]));
        assert!(
            map.take_in(&[key("a", 2), key("b", 3)]),
            "known keys take no room"
        );
        assert!(map.take_in(&[]));
        assert_eq!(map.bytes(), two);
    }

    #[test]
    fn the_first_batch_always_fits() {
        let mut map = OffsetMap::new(0);
        assert!(map.take_in(&[key("a", 0), key("b", 1)]));
        assert!(!map.take_in(&[key("c", 2)]));
        assert!(map.take_in(&[key("b", 3)]));
    }
}
