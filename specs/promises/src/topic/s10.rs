//! S10 StableRouting.

use super::broken;
use crate::{Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "S10",
    name: "Stable routing",
    sentence: "A group's records stand in the partition of the offsets topic in which every broker looks for them.",
    source: "Kafka GroupCoordinatorService.partitionFor",
    levels: &[Level::OffsetsTopic],
    kind: Kind::Step,
    fault: Fault::Broker,
    clauses: &[LOOKED_FOR],
};

const LOOKED_FOR: &str = "Records stand where every broker looks for them.";

/// A group's records were written to the partition in which every broker looks for them: the absolute value of Java's
/// string hash, of which the smallest integer has none and counts as 0, modulo the topic's number of partitions.
pub fn routed_to_group_partition(group: &str, partitions: u32, written: u32) -> Result<(), Broken> {
    let mut hash = 0u32;
    for unit in group.encode_utf16() {
        hash = hash.wrapping_mul(31).wrapping_add(u32::from(unit));
    }
    let magnitude = match hash.cast_signed() {
        i32::MIN => 0,
        hash => hash.unsigned_abs(),
    };
    let looked_for = magnitude % partitions;
    if written == looked_for {
        return Ok(());
    }
    broken(
        PromiseId::S10,
        LOOKED_FOR,
        format!(
            "the records of group {group} stand in partition {written} of {partitions}; every broker looks for them in \
             partition {looked_for}"
        ),
    )
}
