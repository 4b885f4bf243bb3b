//! The summary: readable in ten seconds.

use std::collections::BTreeMap;
use std::fmt::Write;

use plimsoll_offsets::record_type_name;

use super::{Group, GroupState, PartitionRead};
use crate::text::{counted, grouped, listed, put, quoted};

/// What was read, and what is in it.
pub fn summary(directory: &str, partitions: &[PartitionRead], groups: &[Group]) -> String {
    let offsets: usize = groups.iter().map(|group| group.offsets.len()).sum();
    let total = |of: fn(&PartitionRead) -> u64| partitions.iter().map(of).sum::<u64>();
    let mut text = format!(
        "{} would resume at {}: {directory}\n",
        counted(groups.len() as u64, "group"),
        counted(offsets as u64, "offset"),
    );
    let mut read = format!(
        "{} in {} of the offsets topic",
        counted(total(|it| it.records), "record"),
        counted(partitions.len() as u64, "partition"),
    );
    match total(|it| it.markers) {
        0 => {}
        1 => read.push_str(", and 1 end of a transaction"),
        ends => {
            let _ = write!(read, ", and {} ends of transactions", grouped(ends));
        }
    }
    put(&mut text, "  read         ", &read);
    if partitions.iter().all(|it| it.start.is_none()) {
        let description =
            "nothing was ever written: every group begins where auto.offset.reset says";
        put(&mut text, "  empty        ", description);
    }
    if !groups.is_empty() {
        put(&mut text, "  groups       ", &states(groups));
    }
    let pending: usize = groups.iter().map(|group| group.pending.len()).sum();
    if pending > 0 {
        let description = format!(
            "{} for the end of a transaction",
            counted_verb(pending, "commit", "waits", "wait")
        );
        put(&mut text, "  pending      ", &description);
    }
    let passed_over = passed_over(partitions);
    if !passed_over.is_empty() {
        put(&mut text, "  passed over  ", &passed_over);
    }
    for partition in partitions {
        if let Some(mark) = partition.mark {
            let description = format!("{} {}", partition.directory, mark.description());
            put(&mut text, "  marked       ", &description);
        }
        if let Some(tail) = partition.unfinished {
            let description = format!(
                "{}: {}; recovery cuts that off",
                partition.directory,
                tail.description(partition.unfinished_bytes)
            );
            put(&mut text, "  unfinished   ", &description);
        }
        if partition.damages > 0 {
            let description = format!(
                "{}: {} cannot be read; a group whose newest record stands there resumes elsewhere than is shown here",
                partition.directory,
                counted(partition.damages, "place")
            );
            put(&mut text, "  uncertain    ", &description);
        }
    }
    for group in groups {
        if let (Some(in_partition), Some(right)) = (group.partition, group.looked_for_in) {
            let description = format!(
                "{} is in partition {in_partition}, but its name leads to {right}: a broker finds none of its offsets",
                quoted(&group.group)
            );
            put(&mut text, "  misplaced    ", &description);
        }
    }
    text
}

fn counted_verb(count: usize, what: &str, one: &str, many: &str) -> String {
    let verb = if count == 1 { one } else { many };
    format!("{} {verb}", counted(count as u64, what))
}

/// How many groups are in which state.
fn states(groups: &[Group]) -> String {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for group in groups {
        *counts.entry(kind(&group.state)).or_default() += 1;
    }
    let description: Vec<String> = counts
        .iter()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    listed(&description)
}

fn kind(state: &GroupState) -> &'static str {
    match state {
        GroupState::OffsetsOnly => "with offsets only",
        GroupState::Classic { members, .. } if members.is_empty() => "classic (empty)",
        GroupState::Classic { .. } => "classic (stable)",
        GroupState::Consumer { members, .. } if members.is_empty() => "of KIP-848 (empty)",
        GroupState::Consumer { .. } => "of KIP-848 (with members)",
        GroupState::Share { .. } => "for sharing (KIP-932)",
        GroupState::Streams { .. } => "of Kafka Streams (KIP-1071)",
    }
}

fn passed_over(partitions: &[PartitionRead]) -> String {
    let mut types: BTreeMap<i16, u64> = BTreeMap::new();
    for (key_type, count) in partitions.iter().flat_map(|it| &it.passed_over) {
        *types.entry(*key_type).or_default() += count;
    }
    let total: u64 = types.values().sum();
    if total == 0 {
        return String::new();
    }
    let description = types.iter().map(|(key_type, count)| {
        let name = record_type_name(*key_type).unwrap_or("unknown");
        format!("{count} of type {key_type} ({name})")
    });
    let description: Vec<String> = description.collect();
    format!(
        "{} without offsets: {}",
        counted(total, "record"),
        listed(&description)
    )
}
