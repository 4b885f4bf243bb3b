//! O7 GroupGC.

use super::{Key, Meaning, Name, broken};
use crate::{Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "O7",
    name: "Only finished groups are removed",
    sentence: "A group is removed only if it is empty, has no offset left, and no transaction on it is open.",
    source: "Kafka GroupCoordinatorShard.cleanupGroupMetadata; KAFKA-19163",
    levels: &[Level::OffsetsTopic],
    kind: Kind::Step,
    fault: Fault::Broker,
    clauses: &[EMPTY, NO_OFFSET, NO_TRANSACTION],
};

const EMPTY: &str = "The group has no member.";
const NO_OFFSET: &str = "No offset of the group is left.";
const NO_TRANSACTION: &str = "No transaction on an offset of the group is open.";

/// A group whose record is removed has nobody in it, nothing stored for it besides what goes in the same step, and
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
    let (clause, because) = match (members, left, pending) {
        (0, None, None) => return Ok(()),
        (0, None, Some((key, producer, _))) => (
            NO_TRANSACTION,
            format!("a transaction of producer {producer} on {key} is still open"),
        ),
        (0, Some(key), _) => (NO_OFFSET, format!("the offset of {key} is still stored")),
        (members, ..) => (EMPTY, format!("it has {members} members")),
    };
    broken(
        PromiseId::O7,
        clause,
        format!("group {group} is removed, but {because}"),
    )
}
