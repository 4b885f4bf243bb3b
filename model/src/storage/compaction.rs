//! What compaction may remove, and what it must (K1 to K10; KIP-534).

use std::collections::BTreeMap;

use super::{Batch, Key, Kind, Position, StorageLog, Value};

/// A pass of the cleaner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pass {
    /// It cleaned what is below this offset.
    pub below: Position,
    /// When, in milliseconds.
    pub at_ms: i64,
}

/// What must become of a record or marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// Readers find it.
    Kept,
    /// Nobody misses it: a reader may find it or not.
    Either,
    /// It had its time: the last pass took it.
    Gone,
}

impl StorageLog {
    /// The most that may be cleaned: settled, and below the active segment's first offset.
    pub fn cleanable(&self, active_base: Position) -> Position {
        self.last_stable().min(active_base)
    }

    /// The cleaner went over everything below `below`.
    pub fn clean(&mut self, below: Position, now_ms: i64) {
        self.passes.push(Pass {
            below,
            at_ms: now_ms,
        });
    }

    /// How far the cleaner ever went.
    pub fn cleaned(&self) -> Position {
        self.passes.iter().map(|pass| pass.below).max().unwrap_or(0)
    }

    /// When the tombstone or marker at an offset has had its time: `delete_retention_ms` after the first pass that
    /// reached it. `None` if none did.
    pub fn horizon(&self, offset: Position, delete_retention_ms: i64) -> Option<i64> {
        let first = self.passes.iter().find(|pass| pass.below > offset)?;
        Some(first.at_ms.saturating_add(delete_retention_ms))
    }

    /// Whether a pass reached this offset after its time had come.
    fn past_horizon(&self, offset: Position, delete_retention_ms: i64) -> bool {
        let Some(horizon) = self.horizon(offset, delete_retention_ms) else {
            return false;
        };
        let reached = |pass: &Pass| pass.below > offset && pass.at_ms >= horizon;
        self.passes.iter().any(reached)
    }

    /// The newest record that counts of each key, among those that the cleaner has seen.
    pub fn newest(&self, below: Position) -> BTreeMap<Key, Position> {
        let counting = self.batches.iter().filter(|batch| !self.aborted(batch));
        let records = counting.flat_map(|batch| &batch.records);
        records
            .filter(|record| record.offset < below)
            .filter_map(|record| Some((record.key?, record.offset)))
            .collect()
    }

    /// What must become of the record or marker at an offset of `batch`.
    pub fn fate(&self, batch: &Batch, offset: Position, delete_retention_ms: i64) -> Fate {
        let cleaned = self.cleaned();
        if offset < self.start {
            return Fate::Either;
        }
        if offset >= cleaned || !self.compacted {
            return Fate::Kept;
        }
        let past = self.past_horizon(offset, delete_retention_ms);
        if let Kind::Marker(_) = batch.kind {
            // Markers stay as long as a record of theirs, and that is not for the model to know.
            return if past { Fate::Either } else { Fate::Kept };
        }
        let Some(record) = batch.records.iter().find(|record| record.offset == offset) else {
            return Fate::Either;
        };
        let newest = record
            .key
            .and_then(|key| self.newest(cleaned).get(&key).copied());
        match newest {
            _ if self.aborted(batch) || newest != Some(offset) => Fate::Either,
            _ if record.value.is_some() => Fate::Kept,
            _ if past => Fate::Gone,
            _ => Fate::Kept,
        }
    }

    /// The last value of each key among the records that count and that `found` says are there: what a reader of
    /// committed records makes of the log, up to the last stable offset.
    pub fn materialised(&self, found: impl Fn(Position) -> bool) -> BTreeMap<Key, Value> {
        let mut values = BTreeMap::new();
        let stable = self.last_stable();
        for batch in self.batches.iter().filter(|batch| !self.aborted(batch)) {
            for record in &batch.records {
                let seen = record.offset >= self.start && record.offset < stable;
                let Some(key) = record.key.filter(|_| seen && found(record.offset)) else {
                    continue;
                };
                match record.value {
                    Some(value) => values.insert(key, value),
                    None => values.remove(&key),
                };
            }
        }
        values
    }
}
