//! Idempotent producers: which batches are duplicates, which come out of order (KIP-98; property L8).

use super::{Batch, Kind, Position, Producer, transactions};

/// How many batches of a producer are remembered, to know their duplicates (Kafka: `NUM_BATCHES_TO_RETAIN`).
pub const WINDOW: usize = 5;

/// Where a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Placed {
    /// The offset of its first record.
    pub base: Position,
    /// Whether it stood there already.
    pub duplicate: bool,
}

/// Why a batch was not appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refused {
    /// It holds nothing.
    Empty,
    /// A record has no key, and the log is compacted.
    NoKey,
    /// A newer epoch of this producer is known.
    Fenced,
    /// Its sequence does not follow the last one.
    OutOfOrder,
    /// It is not transactional, but its producer's transaction is open.
    TransactionOpen,
}

/// What is known of a producer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Its newest epoch.
    pub epoch: i16,
    /// Its last batches in that epoch, the newest last: first sequence, last sequence, first offset.
    pub batches: Vec<(i32, i32, Position)>,
}

/// What the log says of a producer; `None` if it never wrote.
pub fn entry(batches: &[Batch], id: i64) -> Option<Entry> {
    let mut entry: Option<Entry> = None;
    for batch in batches {
        let Some(producer) = batch.producer.filter(|producer| producer.id == id) else {
            continue;
        };
        let entry = entry.get_or_insert(Entry {
            epoch: producer.epoch,
            batches: Vec::new(),
        });
        if producer.epoch > entry.epoch {
            entry.epoch = producer.epoch;
            entry.batches.clear();
        }
        if !matches!(batch.kind, Kind::Marker(_)) {
            let count = batch.last - batch.base;
            let last = plus(producer.sequence, count);
            entry.batches.push((producer.sequence, last, batch.base));
            if entry.batches.len() > WINDOW {
                entry.batches.remove(0);
            }
        }
    }
    entry
}

/// The sequence so many records later; after the greatest comes 0.
fn plus(sequence: i32, records: i64) -> i32 {
    ((i64::from(sequence) + records) % (1 << 31)) as i32
}

/// Whether a batch may be appended: `None` if so, the offset of the first one if it is a duplicate.
pub(super) fn admit(
    batches: &[Batch],
    producer: Producer,
    records: usize,
    transactional: bool,
) -> Result<Option<Position>, Refused> {
    let last = plus(producer.sequence, records as i64 - 1);
    if let Some(entry) = entry(batches, producer.id) {
        if producer.epoch < entry.epoch {
            return Err(Refused::Fenced);
        }
        let mut known = entry.batches.iter();
        let same = known.find(|(first, end, _)| (*first, *end) == (producer.sequence, last));
        if let Some((.., base)) = same
            && producer.epoch == entry.epoch
        {
            return Ok(Some(*base));
        }
        let before = entry
            .batches
            .last()
            .filter(|_| producer.epoch == entry.epoch);
        let next = before.map_or(0, |(_, last, _)| plus(*last, 1));
        if producer.sequence != next {
            return Err(Refused::OutOfOrder);
        }
    }
    let open = transactions::open(batches).any(|open| open.producer == producer.id);
    match open && !transactional {
        true => Err(Refused::TransactionOpen),
        false => Ok(None),
    }
}

/// Whether a marker may be appended.
pub(super) fn admit_marker(batches: &[Batch], id: i64, epoch: i16) -> Result<(), Refused> {
    match entry(batches, id) {
        Some(entry) if epoch < entry.epoch => Err(Refused::Fenced),
        _ => Ok(()),
    }
}
