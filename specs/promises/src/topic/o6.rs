//! O6 Expiry.

use std::collections::BTreeSet;

use super::{Entry, Key, Name, broken, meaning};
use crate::{Broken, Fault, Kind, Level, Offset, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "O6",
    name: "Expiry only when due",
    sentence: "An offset expires only if its retention is over, no transaction on it is open, and nobody is subscribed or rebalancing.",
    source: "KIP-211; Kafka OffsetExpirationConditionImpl; KAFKA-4682, KAFKA-13636",
    levels: &[Level::OffsetsTopic],
    kind: Kind::Step,
    fault: Fault::Broker,
    clauses: &[SETTLED, UNSUBSCRIBED, NO_TRANSACTION, RETENTION],
};

const SETTLED: &str = "Nothing expires while the group rebalances.";
const UNSUBSCRIBED: &str = "Nothing expires that a member is subscribed to.";
const NO_TRANSACTION: &str = "Nothing expires on which a transaction is open.";
const RETENTION: &str = "Nothing expires before its retention is over, counted from when the group became empty or from the commit.";

/// What a group is doing while its offsets are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It only stores offsets.
    StoresOnly,
    /// It has been empty since that moment, in milliseconds since the epoch.
    EmptySince(i64),
    /// Its members consume.
    Stable,
    /// Its members rebalance.
    Rebalancing,
}

/// An offset that is about to expire.
#[derive(Debug, Clone)]
pub struct Expiring<'a> {
    /// Which.
    pub key: &'a Key,
    /// What its group does.
    pub phase: Phase,
    /// Whether a member is subscribed to its topic.
    pub subscribed: bool,
    /// Whether a commit for it waits for the end of a transaction.
    pub open_transaction: bool,
    /// When it was committed, in milliseconds since the epoch.
    pub committed_ms: i64,
    /// The present moment.
    pub now_ms: i64,
    /// How long an offset is kept.
    pub retention_ms: i64,
}

/// What a group is doing, by what is written. A rebalance under way is not: it lives in memory only.
pub fn phase_written(log: &[(Offset, Entry)], group: &Name) -> Phase {
    let last = log.iter().rev().find_map(|(_, entry)| match entry {
        Entry::Generation(of, generation, since_ms) if of == group => {
            Some(match generation.members.is_empty() {
                true => Phase::EmptySince(*since_ms),
                false => Phase::Stable,
            })
        }
        Entry::Removed(of) if of == group => Some(Phase::StoresOnly),
        _ => None,
    });
    last.unwrap_or(Phase::StoresOnly)
}

/// The offsets that may expire, by what is written and by the clock; only these are a pass of expiry's to drop (O8).
pub fn may_expire(
    log: &[(Offset, Entry)],
    now_ms: i64,
    retention_ms: i64,
    subscribed: impl Fn(&Key) -> bool,
) -> BTreeSet<Key> {
    let written = meaning(log);
    let offsets = written.offsets.iter().filter(|(key, (_, value))| {
        let phase = phase_written(log, &key.group);
        let expiring = Expiring {
            key,
            phase,
            subscribed: phase == Phase::Stable && subscribed(key),
            open_transaction: written.pending.iter().any(|(of, ..)| of == *key),
            committed_ms: value.at_ms,
            now_ms,
            retention_ms,
        };
        expires_only_what_may(&expiring).is_ok()
    });
    offsets.map(|(key, _)| key.clone()).collect()
}

/// An offset that expires may expire.
pub fn expires_only_what_may(expiring: &Expiring<'_>) -> Result<(), Broken> {
    let Expiring { key, phase, .. } = expiring;
    let since_ms = match phase {
        Phase::EmptySince(since_ms) => *since_ms,
        _ => expiring.committed_ms,
    };
    let unused_ms = expiring.now_ms - since_ms;
    let (clause, because) = if *phase == Phase::Rebalancing {
        (SETTLED, "its group is rebalancing".to_owned())
    } else if expiring.subscribed {
        (
            UNSUBSCRIBED,
            "a member of the group consumes that topic".to_owned(),
        )
    } else if expiring.open_transaction {
        (
            NO_TRANSACTION,
            "a transaction on it is still open".to_owned(),
        )
    } else if unused_ms < expiring.retention_ms {
        (
            RETENTION,
            format!(
                "it has been unused for {unused_ms} ms of {} ms",
                expiring.retention_ms
            ),
        )
    } else {
        return Ok(());
    };
    broken(
        PromiseId::O6,
        clause,
        format!("the offset of {key} expires, but {because}"),
    )
}
