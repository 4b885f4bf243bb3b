//! What may be dropped because nobody needs it any more: O6 and O7.

use super::{Key, Meaning, Name, broken};
use crate::{Broken, PromiseId};

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

/// O6: an offset that expires may expire.
pub fn expires_only_what_may(expiring: &Expiring<'_>) -> Result<(), Broken> {
    let Expiring { key, phase, .. } = expiring;
    let since_ms = match phase {
        Phase::EmptySince(since_ms) => *since_ms,
        _ => expiring.committed_ms,
    };
    let unused_ms = expiring.now_ms - since_ms;
    let because = if *phase == Phase::Rebalancing {
        "its group is rebalancing".to_owned()
    } else if expiring.subscribed {
        "a member of the group consumes that topic".to_owned()
    } else if expiring.open_transaction {
        "a transaction on it is still open".to_owned()
    } else if unused_ms < expiring.retention_ms {
        format!(
            "it has been unused for {unused_ms} ms of {} ms",
            expiring.retention_ms
        )
    } else {
        return Ok(());
    };
    broken(
        PromiseId::O6,
        format!("the offset of {key} expires, but {because}"),
    )
}

/// O7: a group whose record is removed has nobody in it, nothing stored for it besides what goes in the same step, and
/// no open transaction.
pub fn removes_only_what_is_over(
    group: &Name,
    remembered: &Meaning,
    members: usize,
    goes_too: impl Fn(&Key) -> bool,
) -> Result<(), Broken> {
    let mut left = remembered.offsets.keys();
    let left = left.find(|key| key.group == *group && !goes_too(key));
    let mut pending = remembered.pending.iter();
    let pending = pending.find(|(key, _, _)| key.group == *group && !goes_too(key));
    let because = match (members, left, pending) {
        (0, None, None) => return Ok(()),
        (0, None, Some((key, producer, _))) => {
            format!("a transaction of producer {producer} on {key} is still open")
        }
        (0, Some(key), _) => format!("the offset of {key} is still stored"),
        (members, ..) => format!("it has {members} members"),
    };
    broken(
        PromiseId::O7,
        format!("group {group} is removed, but {because}"),
    )
}
