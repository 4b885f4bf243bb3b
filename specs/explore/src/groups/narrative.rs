//! A path walked again so that it can be told: what was asked and answered, what the log holds, and what the coordinator
//! makes of it.

use plimsoll_coordinator::{Answer, ErrorCode, GroupResponse, GroupState, Status};
use plimsoll_offsets::{Ended, Entry, OffsetsRecord};
use plimsoll_promises::topic::{Key, printable};

use super::{
    action::{GroupsAction, Removal, Timer},
    expect::{Call, MemberStatus},
    log::Slot,
    names::{RETENTION_MS, TICK_MS, Who},
    state::GroupsState,
    system::GroupsSystem,
};
use crate::{
    coordinator_memory::Memory,
    narrate::{Arrow, Message, Narrate, Narrative, NotPossible, Party, Scene},
    offsets_topic::generation,
    system::System,
};

impl Narrate for GroupsSystem {
    fn undo_symmetry(&self, path: &[GroupsAction]) -> Vec<GroupsAction> {
        path.to_vec()
    }

    fn narrate(&self, path: &[GroupsAction]) -> Result<Narrative, NotPossible> {
        let mut at = self.start();
        let before = self.parties(&at);
        let mut scenes = Vec::with_capacity(path.len());
        for (index, action) in path.iter().enumerate() {
            let mut offered = Vec::new();
            self.actions(&at, &mut offered);
            if !offered.contains(action) {
                return Err(NotPossible {
                    step: index + 1,
                    action: format!("{action:?}"),
                    because: "neither the coordinator nor its clients offer it in this state"
                        .to_owned(),
                });
            }
            let taken = self.take(&at, *action);
            let (from, to) = between(*action);
            let mut messages = vec![Message::new(
                from,
                to,
                description(&at, *action, &taken.next),
            )];
            if taken.failed {
                messages.push(Message {
                    arrow: Arrow::Failure,
                    ..Message::new("offsets log", "coordinator", "the append fails")
                });
            }
            messages.extend(taken.answers.iter().filter_map(answered));
            scenes.push(Scene {
                description: messages
                    .iter()
                    .map(|message| message.text.clone())
                    .collect(),
                notes: Vec::new(),
                parties: self.parties(&taken.next),
                messages,
                broken: taken.broken,
            });
            at = taken.next;
        }
        Ok(Narrative {
            lanes: LANES.to_vec(),
            before,
            scenes,
        })
    }
}

/// Those who take part, in the order in which they are drawn.
const LANES: [&str; 9] = [
    "a",
    "b",
    "s",
    "client",
    "producer",
    "administrator",
    "coordinator",
    "offsets log",
    "cleaner",
];

/// Who does a step, and to whom.
fn between(action: GroupsAction) -> (&'static str, &'static str) {
    match action {
        GroupsAction::Commit(_) => ("client", "coordinator"),
        GroupsAction::TxnCommit(_) | GroupsAction::End { .. } => ("producer", "coordinator"),
        GroupsAction::DeleteOffset(_) | GroupsAction::DeleteGroup(_) => {
            ("administrator", "coordinator")
        }
        GroupsAction::MemberCommit(who)
        | GroupsAction::Join(who)
        | GroupsAction::Restart(who)
        | GroupsAction::Sync(who)
        | GroupsAction::Leave(who) => (who.name(), "coordinator"),
        GroupsAction::Fire(_)
        | GroupsAction::Expire
        | GroupsAction::Wait
        | GroupsAction::ClockBack => ("coordinator", "coordinator"),
        GroupsAction::Flush => ("coordinator", "offsets log"),
        GroupsAction::FillDisk => ("offsets log", "offsets log"),
        GroupsAction::Compact(_) => ("cleaner", "offsets log"),
        GroupsAction::FailOver { .. } | GroupsAction::Load => ("offsets log", "coordinator"),
    }
}

fn description(at: &GroupsState, action: GroupsAction, next: &GroupsState) -> String {
    let offset = 10 * (at.log.end() + 1);
    let id = |who: Who| who.id(next.expect.client(who).life);
    match action {
        GroupsAction::Commit(spot) => {
            format!("a client commits offset {offset} for {}", spot.key())
        }
        GroupsAction::MemberCommit(who) => {
            let generation = at.expect.client(who).generation;
            format!(
                "{} commits offset {offset} in generation {generation}",
                id(who)
            )
        }
        GroupsAction::TxnCommit(spot) => {
            format!(
                "the producer commits offset {offset} for {} in its transaction",
                spot.key()
            )
        }
        GroupsAction::End { committed: true } => "the producer commits its transaction".to_owned(),
        GroupsAction::End { committed: false } => "the producer aborts its transaction".to_owned(),
        GroupsAction::DeleteOffset(spot) => {
            format!("an administrator deletes the offset of {}", spot.key())
        }
        GroupsAction::DeleteGroup(spot) => {
            format!("an administrator deletes group {}", spot.group())
        }
        GroupsAction::Join(who) if at.expect.client(who).life == next.expect.client(who).life => {
            format!("{} joins again", id(who))
        }
        GroupsAction::Join(who) => format!("{} joins the group, as {}", who.name(), id(who)),
        GroupsAction::Restart(who) => {
            let before = who.id(at.expect.client(who).life);
            format!(
                "{before} dies unheard; {} comes back and joins, as {}",
                who.name(),
                id(who)
            )
        }
        GroupsAction::Sync(who) => {
            let to = &at.expect.client(who).leads;
            match to.is_empty() {
                true => format!("{} syncs", id(who)),
                false => format!(
                    "{}, the leader, syncs and assigns to {}",
                    id(who),
                    to.join(" and ")
                ),
            }
        }
        GroupsAction::Leave(who) => format!("{} leaves", id(who)),
        GroupsAction::Fire(Timer::Session(who, life)) => {
            format!("{} has been silent for its session time-out", who.id(life))
        }
        GroupsAction::Fire(Timer::Join) => "the join phase has lasted its time".to_owned(),
        GroupsAction::Fire(Timer::Sync) => "the sync phase has lasted its time".to_owned(),
        GroupsAction::Expire => "expiry makes its pass".to_owned(),
        GroupsAction::Wait => format!("{TICK_MS} ms pass; an offset is kept for {RETENTION_MS} ms"),
        GroupsAction::ClockBack => format!("the clock goes back by {RETENTION_MS} ms"),
        GroupsAction::Flush => "the offsets log is synced: the high watermark passes".to_owned(),
        GroupsAction::FillDisk => "the disk is full: the next append will fail".to_owned(),
        GroupsAction::Compact(removal) => cleaned(at, removal, next),
        GroupsAction::FailOver {
            unreadable_after, ..
        } => lost(at, next, unreadable_after),
        GroupsAction::Load => "the log is read again".to_owned(),
    }
}

fn cleaned(at: &GroupsState, removal: Removal, next: &GroupsState) -> String {
    let left: Vec<i64> = next.log.left().map(|(offset, _)| offset).collect();
    let removed = at.log.left().map(|(offset, _)| offset);
    let removed: Vec<String> = removed
        .filter(|offset| !left.contains(offset))
        .map(|offset| offset.to_string())
        .collect();
    let which = match removal {
        Removal::Superseded => "what is superseded or aborted",
        Removal::Everything => "all that nothing needs any more",
        Removal::One(_) => "one record",
    };
    let records = if removed.len() == 1 {
        "record"
    } else {
        "records"
    };
    format!(
        "the cleaner removes {which}: {records} {}",
        removed.join(", ")
    )
}

fn lost(at: &GroupsState, next: &GroupsState, unreadable_after: Option<u8>) -> String {
    let (end, kept) = (at.log.end(), next.log.end());
    let of_the_log = match (at.log.durable < end, kept < end) {
        (false, _) => String::new(),
        (true, true) => format!(" and with it the log from offset {kept} on"),
        (true, false) => ", but nothing of the log".to_owned(),
    };
    let read = match unreadable_after {
        None => "",
        Some(0) => "; its first read fails",
        Some(_) => "; a later read of it fails",
    };
    format!("the coordinator is lost{of_the_log}; another one loads what is left{read}")
}

/// An answer, and who gets it.
fn answered((call, answer): &(Option<Call>, Answer)) -> Option<Message> {
    let (to, name) = match call.as_ref()? {
        Call::Join(who, life)
        | Call::Sync(who, life)
        | Call::Leave(who, life)
        | Call::Commit(Some((who, life)), _) => (who.name(), who.id(*life)),
        Call::Commit(None, _) => ("client", "the client".into()),
        Call::DeleteOffset(..) | Call::DeleteGroup(..) => {
            ("administrator", "the administrator".into())
        }
        Call::Other => ("producer", "the producer".into()),
    };
    let done = |error: ErrorCode, done: &str| match error {
        ErrorCode::None => format!("{name} {done}"),
        error => format!("{name} is told {error:?}"),
    };
    let description = match &answer.response {
        GroupResponse::Join(r) => done(
            r.error,
            &format!("is told that it is in generation {}", r.generation),
        ),
        GroupResponse::Sync(r) => done(r.error, "is handed its assignment"),
        GroupResponse::Leave(r) => done(r.error, "is told that it is out"),
        GroupResponse::Commit(r) => done(
            r.partitions.first()?.error,
            "is told that the commit is made",
        ),
        GroupResponse::TxnCommit(r) => done(
            r.partitions.first()?.error,
            "is told that the commit is part of its transaction",
        ),
        GroupResponse::EndTxn(r) => done(r.error, "is told that the transaction has ended"),
        GroupResponse::OffsetDelete(r) => {
            let error = r.partitions.first().map_or(r.error, |p| p.error);
            done(error, "is told that it is deleted")
        }
        GroupResponse::Delete(r) => done(r.groups.first()?.1, "is told that it is deleted"),
        _ => return None,
    };
    Some(Message::answer("coordinator", to, description))
}

impl GroupsSystem {
    /// What each party holds, always in the same order.
    fn parties(&self, state: &GroupsState) -> Vec<Party> {
        let consumers = self.bounds.members();
        let mut parties: Vec<Party> = consumers
            .map(|who| Party::new(who.name(), stands(state, who)))
            .collect();
        let (coordinator, remembered) = match state.coordinator.status() {
            Status::Active => (groups(state), remembered(state)),
            Status::Failed => ("refuses its log, serves nothing".to_owned(), "–".to_owned()),
            _ => (
                "has nothing loaded, serves nothing".to_owned(),
                "–".to_owned(),
            ),
        };
        parties.push(Party::new("coordinator", coordinator));
        parties.push(Party::new("remembered", remembered));
        parties.push(Party::new("offsets log", log(state)));
        parties
    }
}

fn stands(state: &GroupsState, who: Who) -> String {
    let client = state.expect.client(who);
    let generation = client.generation;
    match client.stands {
        MemberStatus::Outside => "outside the group".to_owned(),
        MemberStatus::WaitsToJoin => format!("waits to join as {}", who.id(client.life)),
        MemberStatus::Joined => format!("in generation {generation}, has to sync"),
        MemberStatus::WaitsToSync => {
            format!("in generation {generation}, waits for its assignment")
        }
        MemberStatus::Owns => format!("in generation {generation}, owns its partition"),
        MemberStatus::MustRejoin => "has to join again".to_owned(),
    }
}

fn groups(state: &GroupsState) -> String {
    let mut description = Vec::new();
    for id in state.coordinator.group_ids() {
        let Some(group) = state.coordinator.group(id) else {
            continue;
        };
        let members: Vec<&str> = group.members.iter().map(|m| &*m.member).collect();
        let members = match members.is_empty() {
            true => String::new(),
            false => format!(", members {}", members.join(" ")),
        };
        description.push(match group.state {
            GroupState::Empty => format!("group {id} is empty"),
            GroupState::PreparingRebalance => format!("group {id} prepares a rebalance{members}"),
            GroupState::CompletingRebalance => {
                format!("group {id} awaits generation {}{members}", group.generation)
            }
            GroupState::Stable => format!(
                "group {id} is stable in generation {}{members}",
                group.generation
            ),
            GroupState::Dead => format!("group {id} is dead"),
        });
    }
    match description.is_empty() {
        true => "no groups".to_owned(),
        false => description.join("; "),
    }
}

fn remembered(state: &GroupsState) -> String {
    let memory = Memory::of(&state.coordinator).meaning;
    let offsets = memory.offsets.iter();
    let mut description: Vec<String> = offsets
        .map(|(key, (_, value))| format!("{} for {key}", value.offset))
        .collect();
    let pending = memory.pending.iter();
    description
        .extend(pending.map(|(key, _, at)| format!("record {at} for {key} awaits its marker")));
    match description.is_empty() {
        true => "no offsets".to_owned(),
        false => description.join("; "),
    }
}

/// The log as it is left, a bar where its durable part ends.
fn log(state: &GroupsState) -> String {
    let mut description: Vec<String> = Vec::new();
    let left: Vec<(i64, &Slot)> = state.log.left().collect();
    let durable = |(at, _): &&(i64, &Slot)| *at < state.log.durable;
    let bar = left.iter().filter(durable).count();
    for (index, (at, slot)) in left.iter().enumerate() {
        if index == bar {
            description.push("|".to_owned());
        }
        description.push(format!("{at}:[{}]", entry_in_words(&slot.entry)));
    }
    match (description.is_empty(), bar == left.len()) {
        (true, _) => "nothing".to_owned(),
        (false, true) => format!("{}, durable", description.join(" ")),
        (false, false) => format!("{}, not durable behind the bar", description.join(" ")),
    }
}

fn entry_in_words(entry: &Entry) -> String {
    let (producer, record) = match entry {
        Entry::Marker { ended, .. } => {
            return match ended {
                Ended::Committed => "transaction committed".to_owned(),
                Ended::Aborted => "transaction aborted".to_owned(),
            };
        }
        Entry::Record { producer, record } => (producer, record),
    };
    match record {
        OffsetsRecord::Offset {
            group,
            topic,
            partition,
            value,
        } => {
            let key = Key {
                group: group.clone(),
                topic: topic.clone(),
                partition: *partition,
            };
            let in_transaction = if producer.is_some() {
                ", in the transaction"
            } else {
                ""
            };
            match value {
                Some(value) => format!("{} for {key}{in_transaction}", value.offset),
                None => format!("{key} deleted"),
            }
        }
        OffsetsRecord::Group { group, value } => {
            let group = printable(group);
            match value.as_ref().map(|value| generation(value)) {
                None => format!("group {group} deleted"),
                Some(None) => format!("group {group} made"),
                Some(Some(generation)) => format!("{generation} in group {group}"),
            }
        }
        OffsetsRecord::ConsumerGroup {
            group,
            value: Some(value),
        } => format!("KIP-848 group {group} in epoch {}", value.epoch),
        OffsetsRecord::ConsumerMember { group, member, .. } => {
            format!("{member} of KIP-848 group {group}")
        }
        OffsetsRecord::ConsumerGroup { group, .. } => format!("KIP-848 group {group} deleted"),
        OffsetsRecord::Unknown { key_type } => format!("type {key_type}"),
    }
}
