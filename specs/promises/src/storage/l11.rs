//! L11 DerivedState = f(Log).

use std::collections::BTreeMap;

use super::{
    Aborted, Batch, BatchKind, LogView, ProducerState, Written, broken,
    view::{self, Outcomes},
};
use crate::{Broken, Fault, Kind, Level, Offset, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "L11",
    name: "Derived state is the log's",
    sentence: "Indexes, producers, epochs and transactions after any opening are those that the log itself gives.",
    source: "Kafka UnifiedLog.rebuildProducerState; KAFKA-9892, KAFKA-16541",
    levels: &[Level::Storage],
    kind: Kind::Log(derived_from_log),
    fault: Fault::Broker,
    clauses: &[
        PRODUCERS,
        NO_STRANGER,
        LAST_STABLE,
        ABORTED_KNOWN,
        ABORTED_ONLY,
        EPOCHS,
        TIMES,
    ],
};

const PRODUCERS: &str = "Of each producer its epoch and its last batches are remembered.";
const NO_STRANGER: &str = "No producer is remembered that never wrote.";
const LAST_STABLE: &str = "The last stable offset is that of the first undecided transaction.";
const ABORTED_KNOWN: &str =
    "Readers are told of every aborted transaction of which a record is left.";
const ABORTED_ONLY: &str = "Readers are told of no other.";
const EPOCHS: &str = "Leader epochs begin where the log says.";
const TIMES: &str = "A time leads to the first record at or after it.";

/// How many batches of a producer a log must remember.
const WINDOW: usize = 5;

/// Producers, epochs, transactions and the time index are what the log up to its end gives.
///
/// A log whose older batches were compacted away may remember fewer of them, never others; one whose beginning was
/// deleted may begin its epochs there.
pub fn derived_from_log(written: &dyn Written, found: &dyn LogView) -> Result<(), Broken> {
    let prefix = view::below(written.batches(), found.end());
    let outcomes = view::outcomes(prefix);
    producers(prefix, found)?;
    transactions(&outcomes, written.synced(), found)?;
    epochs(prefix, found)?;
    times(found)
}

fn producers(prefix: &[Batch], found: &dyn LogView) -> Result<(), Broken> {
    let wanted = remembered(prefix);
    let known: BTreeMap<i64, &ProducerState> =
        found.producers().iter().map(|p| (p.id, p)).collect();
    for state in &wanted {
        let ok = known.get(&state.id).is_some_and(|known| {
            known.epoch == state.epoch
                && state.batches.ends_with(&known.batches)
                && known.batches.is_empty() == state.batches.is_empty()
        });
        if !ok {
            let description = known
                .get(&state.id)
                .map_or_else(|| "nothing".to_owned(), |known| description(known));
            return broken(
                PromiseId::L11,
                PRODUCERS,
                format!(
                    "of producer {} the log remembers {description}, and it holds {}",
                    state.id,
                    self::description(state)
                ),
            );
        }
    }
    match known
        .keys()
        .find(|id| wanted.iter().all(|state| state.id != **id))
    {
        None => Ok(()),
        Some(id) => broken(
            PromiseId::L11,
            NO_STRANGER,
            format!("the log remembers producer {id}, which never wrote to it"),
        ),
    }
}

fn description(state: &ProducerState) -> String {
    let batches: Vec<_> = state
        .batches
        .iter()
        .map(|(first, last, base)| format!("sequences {first} to {last} at offset {base}"))
        .collect();
    match batches.is_empty() {
        true => format!("epoch {} and no batch", state.epoch),
        false => batches.join(", "),
    }
}

/// What these batches say of their producers.
fn remembered(batches: &[Batch]) -> Vec<ProducerState> {
    let mut states: BTreeMap<i64, ProducerState> = BTreeMap::new();
    for batch in batches {
        let Some(source) = batch.source else { continue };
        let state = states.entry(source.id).or_insert(ProducerState {
            id: source.id,
            epoch: source.epoch,
            batches: Vec::new(),
        });
        if source.epoch > state.epoch {
            state.epoch = source.epoch;
            state.batches.clear();
        }
        if matches!(batch.kind, BatchKind::Marker { .. }) {
            continue;
        }
        let last = (i64::from(source.sequence) + batch.last - batch.base) % (1 << 31);
        state
            .batches
            .push((source.sequence, last as i32, batch.base));
        if state.batches.len() > WINDOW {
            state.batches.remove(0);
        }
    }
    states.into_values().collect()
}

fn transactions(outcomes: &Outcomes, synced: Offset, found: &dyn LogView) -> Result<(), Broken> {
    // After an opening everything is synced; before the next sync, what is above the high watermark is undecided.
    let high_watermark = synced.min(found.end());
    let undecided = outcomes
        .batches
        .iter()
        .filter(|(_, decided)| decided.is_none_or(|(marker, _)| marker >= high_watermark));
    let stable = undecided
        .map(|(base, _)| *base)
        .fold(high_watermark, Offset::min)
        .max(found.start());
    if found.last_stable() != stable {
        return broken(
            PromiseId::L11,
            LAST_STABLE,
            format!(
                "the last stable offset is {}, and the log gives {stable}",
                found.last_stable()
            ),
        );
    }
    let there = |aborted: &Aborted| {
        let inside = |batch: &&Batch| {
            batch.kind == BatchKind::Transactional
                && batch.base >= aborted.first
                && batch.last < aborted.marker
                && batch
                    .source
                    .is_some_and(|source| source.id == aborted.producer)
        };
        found
            .batches()
            .iter()
            .filter(inside)
            .any(|batch| !batch.records.is_empty())
    };
    let missing = outcomes
        .aborted
        .iter()
        .find(|aborted| there(aborted) && !found.aborted().contains(aborted));
    if let Some(missing) = missing {
        return broken(
            PromiseId::L11,
            ABORTED_KNOWN,
            format!(
                "readers are not told that the transaction of producer {} from offset {} was aborted",
                missing.producer, missing.first
            ),
        );
    }
    match found
        .aborted()
        .iter()
        .find(|description| !outcomes.aborted.contains(description))
    {
        None => Ok(()),
        Some(wrong) => broken(
            PromiseId::L11,
            ABORTED_ONLY,
            format!(
                "readers are told that a transaction of producer {} from offset {} was aborted, and none was",
                wrong.producer, wrong.first
            ),
        ),
    }
}

fn epochs(prefix: &[Batch], found: &dyn LogView) -> Result<(), Broken> {
    let mut wanted: Vec<(i32, Offset)> = Vec::new();
    for batch in prefix {
        if wanted
            .last()
            .is_none_or(|(epoch, _)| *epoch < batch.leader_epoch)
        {
            wanted.push((batch.leader_epoch, batch.base));
        }
    }
    let start = found.start();
    let known = found.leader_epochs();
    let right = |(epoch, base): &(i32, Offset)| {
        wanted
            .iter()
            .any(|(e, b)| e == epoch && (b == base || *base == start && *b < start))
    };
    let newest = wanted.last().map(|(epoch, _)| *epoch) == known.last().map(|(epoch, _)| *epoch);
    match newest && known.iter().all(right) {
        true => Ok(()),
        false => broken(
            PromiseId::L11,
            EPOCHS,
            format!(
                "the log says that its leader epochs began at {known:?}, and it holds {wanted:?}"
            ),
        ),
    }
}

/// The time index leads to the first record at or after each time.
fn times(found: &dyn LogView) -> Result<(), Broken> {
    let records: Vec<_> = found
        .batches()
        .iter()
        .flat_map(|batch| &batch.records)
        .filter(|record| record.offset >= found.start())
        .collect();
    for time in records.iter().map(|record| record.timestamp_ms) {
        let wanted = records
            .iter()
            .find(|record| record.timestamp_ms >= time)
            .map(|record| (record.offset, record.timestamp_ms));
        let known = found.first_since(time);
        if known != wanted {
            return broken(
                PromiseId::L11,
                TIMES,
                format!(
                    "asked for the first record since {time} ms, the log answers {known:?}, and holds {wanted:?}"
                ),
            );
        }
    }
    Ok(())
}
