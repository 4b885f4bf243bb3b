//! What a person reads: a summary, then each group.

use std::collections::BTreeMap;
use std::fmt::Write;

use comfy_table::{Cell, CellAlignment, Table, presets};
use plimsoll_offsets::record_type_name;

use super::{Group, GroupState, PartitionRead, Pending, Resume, TopicPartitions, utc};
use crate::text::{counted, grouped, listed, put};

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
        let told = "nothing was ever written: every group begins where auto.offset.reset says";
        put(&mut text, "  empty        ", told);
    }
    if !groups.is_empty() {
        put(&mut text, "  groups       ", &states(groups));
    }
    let pending: usize = groups.iter().map(|group| group.pending.len()).sum();
    if pending > 0 {
        let told = format!(
            "{} for the end of a transaction",
            counted_verb(pending, "commit", "waits", "wait")
        );
        put(&mut text, "  pending      ", &told);
    }
    let passed_over = passed_over(partitions);
    if !passed_over.is_empty() {
        put(&mut text, "  passed over  ", &passed_over);
    }
    for partition in partitions.iter().filter(|it| it.unfinished_bytes > 0) {
        let told = format!(
            "the last {} of {} are the beginning of a batch, as a write leaves them that was not finished; a broker cuts them off",
            counted(partition.unfinished_bytes, "byte"),
            partition.directory
        );
        put(&mut text, "  unfinished   ", &told);
    }
    for group in groups {
        if let (Some(in_partition), Some(right)) = (group.partition, group.looked_for_in) {
            let told = format!(
                "{} is in partition {in_partition}, but its name leads to {right}: a broker finds none of its offsets",
                quoted(&group.group)
            );
            put(&mut text, "  misplaced    ", &told);
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
    let told: Vec<String> = counts
        .iter()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    listed(&told)
}

fn kind(state: &GroupState) -> &'static str {
    match state {
        GroupState::OffsetsOnly => "with offsets only",
        GroupState::Classic { members, .. } if members.is_empty() => "classic (empty)",
        GroupState::Classic { .. } => "classic (stable)",
        GroupState::Consumer { members, .. } if members.is_empty() => "of KIP-848 (empty)",
        GroupState::Consumer { .. } => "of KIP-848 (with members)",
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
    let told = types.iter().map(|(key_type, count)| {
        let name = record_type_name(*key_type).unwrap_or("unknown");
        format!("{count} of type {key_type} ({name})")
    });
    let told: Vec<String> = told.collect();
    format!(
        "{} without offsets: {}",
        counted(total, "record"),
        listed(&told)
    )
}

/// One group: its state, where it resumes, and what waits.
pub fn group(group: &Group) -> String {
    let place = match group.partition {
        Some(partition) => format!("; partition {partition}"),
        None => String::new(),
    };
    let mut text = String::new();
    put(
        &mut text,
        &format!("{}: ", quoted(&group.group)),
        &format!("{}{place}", told(&group.state)),
    );
    members(&mut text, &group.state);
    if group.offsets.is_empty() {
        text.push_str("  no offset: it begins where auto.offset.reset says\n");
    } else {
        text.push_str(&indented(&offsets(&group.offsets)));
    }
    for pending in &group.pending {
        waiting(&mut text, pending);
    }
    text
}

fn told(state: &GroupState) -> String {
    match state {
        GroupState::OffsetsOnly => "offsets only, no record of the group itself".to_owned(),
        GroupState::Classic {
            protocol_type,
            generation,
            protocol,
            since_ms,
            members,
            ..
        } => {
            let stands = match members.len() {
                0 => "empty".to_owned(),
                count => format!("stable with {}", counted(count as u64, "member")),
            };
            let since = match since_ms {
                -1 => String::new(),
                since => format!(" since {}", utc(*since)),
            };
            let of_type = match protocol_type.as_str() {
                "" | "consumer" => String::new(),
                other => format!(" of type {}", quoted(other)),
            };
            let by = protocol.as_ref().map_or_else(String::new, |name| {
                format!(", assigned by {}", quoted(name))
            });
            format!("classic{of_type}, {stands}{since}, generation {generation}{by}")
        }
        GroupState::Consumer { epoch, members } => {
            let epoch = match epoch {
                Some(epoch) => format!("epoch {epoch}"),
                None => "its epoch is gone".to_owned(),
            };
            let stands = match members.len() {
                0 => "empty".to_owned(),
                count => counted(count as u64, "member"),
            };
            format!("KIP-848, {stands}, {epoch}")
        }
    }
}

fn members(text: &mut String, state: &GroupState) {
    match state {
        GroupState::OffsetsOnly => {}
        GroupState::Classic {
            members, leader, ..
        } => {
            for member in members {
                let leads = if leader.as_ref() == Some(&member.member_id) {
                    ", leader"
                } else {
                    ""
                };
                let fixed = member
                    .instance_id
                    .as_ref()
                    .map_or_else(String::new, |id| format!(", instance {}", quoted(id)));
                let told = format!(
                    "{}{fixed}, from {}{leads}",
                    quoted(&member.member_id),
                    quoted(&member.client_host)
                );
                put(text, "  member ", &told);
            }
        }
        GroupState::Consumer { members, .. } => {
            for member in members {
                let mut told = format!(
                    "{}, epoch {}, {}",
                    quoted(&member.member_id),
                    member.epoch,
                    member.state
                );
                let has = [
                    ("owns", &member.assigned),
                    ("gives up", &member.pending_revocation),
                ];
                for (verb, topics) in has {
                    if !topics.is_empty() {
                        let _ = write!(told, ", {verb} {}", partitions(topics));
                    }
                }
                put(text, "  member ", &told);
            }
        }
    }
}

fn partitions(topics: &[TopicPartitions]) -> String {
    let topic = |topic: &TopicPartitions| {
        let partitions: Vec<String> = topic.partitions.iter().map(i32::to_string).collect();
        format!("{} of topic {}", listed(&partitions), topic.topic_id)
    };
    topics.iter().map(topic).collect::<Vec<_>>().join(", ")
}

/// A column is left out if no row has anything in it.
fn offsets(resumes: &[Resume]) -> Table {
    let expires = resumes.iter().any(|it| it.expires_ms != -1);
    let metadata = resumes.iter().any(|it| !it.metadata.is_empty());
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let mut header = vec![
        "topic",
        "partition",
        "offset",
        "leader epoch",
        "committed (UTC)",
        "record",
    ];
    header.extend(expires.then_some("expires (UTC)"));
    header.extend(metadata.then_some("metadata"));
    table.add_row(header);
    for resume in resumes {
        let mut row = vec![
            quoted(&resume.topic),
            resume.partition.to_string(),
            resume.offset.to_string(),
            epoch(resume.leader_epoch),
            utc(resume.committed_ms),
            resume.record.to_string(),
        ];
        row.extend(expires.then(|| {
            if resume.expires_ms == -1 {
                "–".to_owned()
            } else {
                utc(resume.expires_ms)
            }
        }));
        row.extend(metadata.then(|| quoted(&resume.metadata)));
        let numbers = [1, 2, 3, 5];
        let cell = |(column, text)| match numbers.contains(&column) {
            true => Cell::new(text).set_alignment(CellAlignment::Right),
            false => Cell::new(text),
        };
        table.add_row(row.into_iter().enumerate().map(cell));
    }
    table
}

fn epoch(leader_epoch: i32) -> String {
    match leader_epoch {
        -1 => "–".to_owned(),
        epoch => epoch.to_string(),
    }
}

fn waiting(text: &mut String, pending: &Pending) {
    let resume = &pending.resume;
    let told = format!(
        "{}-{} at {}, if the transaction of producer {} (epoch {}) is committed; record {}, committed {}",
        quoted(&resume.topic),
        resume.partition,
        resume.offset,
        pending.producer_id,
        pending.producer_epoch,
        resume.record,
        utc(resume.committed_ms),
    );
    put(text, "  pending ", &told);
}

fn indented(table: &Table) -> String {
    let lines = table.lines().map(|line| format!(" {}\n", line.trim_end()));
    lines.collect()
}

/// As it is, but for what would disturb a terminal.
pub(crate) fn quoted(text: &str) -> String {
    let visible = |c: char| match c.is_control() {
        true => c.escape_debug().to_string(),
        false => c.to_string(),
    };
    text.chars().map(visible).collect()
}
