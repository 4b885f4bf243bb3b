//! One group, for a person: its state, where it resumes, and what waits.

use std::fmt::Write;

use comfy_table::{Cell, CellAlignment, Table, presets};

use super::{Group, GroupState, Pending, Resume, TopicPartitions, utc};
use crate::text::{counted, listed, put, quoted};

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
        &format!("{}{place}", description(&group.state)),
    );
    members(&mut text, &group.state);
    if group.offsets.is_empty() && group.unreadable.is_empty() {
        text.push_str("  no offset: it begins where auto.offset.reset says\n");
    } else if !group.offsets.is_empty() {
        text.push_str(&indented(&offsets(&group.offsets)));
    }
    for pending in &group.pending {
        waiting(&mut text, pending);
    }
    for unreadable in &group.unreadable {
        let of = match &unreadable.of {
            Some((topic, partition)) => format!("{}-{partition}: ", quoted(topic)),
            None => String::new(),
        };
        let description = format!(
            "{of}record {} is newer than what is shown and cannot be read: {}",
            unreadable.record, unreadable.reason
        );
        put(&mut text, "  uncertain ", &description);
    }
    text
}

fn description(state: &GroupState) -> String {
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
            let epoch = or_gone(*epoch);
            let stands = match members.len() {
                0 => "empty".to_owned(),
                count => counted(count as u64, "member"),
            };
            format!("KIP-848, {stands}, {epoch}")
        }
        GroupState::Share { epoch } => format!("share group (KIP-932), {}", or_gone(*epoch)),
        GroupState::Streams { epoch } => format!("streams group (KIP-1071), {}", or_gone(*epoch)),
    }
}

fn or_gone(epoch: Option<i32>) -> String {
    match epoch {
        Some(epoch) => format!("epoch {epoch}"),
        None => "its epoch is gone".to_owned(),
    }
}

fn members(text: &mut String, state: &GroupState) {
    match state {
        GroupState::OffsetsOnly | GroupState::Share { .. } | GroupState::Streams { .. } => {}
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
                let description = format!(
                    "{}{fixed}, from {}{leads}",
                    quoted(&member.member_id),
                    quoted(&member.client_host)
                );
                put(text, "  member ", &description);
            }
        }
        GroupState::Consumer { members, .. } => {
            for member in members {
                let mut description = format!(
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
                        let _ = write!(description, ", {verb} {}", partitions(topics));
                    }
                }
                put(text, "  member ", &description);
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
    let description = format!(
        "{}-{} at {}, if the transaction of producer {} (epoch {}) is committed; record {}, committed {}",
        quoted(&resume.topic),
        resume.partition,
        resume.offset,
        pending.producer_id,
        pending.producer_epoch,
        resume.record,
        utc(resume.committed_ms),
    );
    put(text, "  pending ", &description);
}

fn indented(table: &Table) -> String {
    let lines = table.lines().map(|line| format!(" {}\n", line.trim_end()));
    lines.collect()
}
