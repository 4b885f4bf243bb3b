//! After every step: the broker answers, remembers, arms and writes what the model does.

use std::collections::BTreeMap;
use std::fmt::Debug;

use plimsoll_broker::{GroupView, MemberView};
use plimsoll_coordinator::{Coordinator, Status as RealStatus};
use plimsoll_model::groups::record::Committed;
use plimsoll_model::groups::{
    Answer, Answers, Group, GroupId, Instance, MemberId, Partition, Phase, Place, Protocol, Status,
};
use plimsoll_tests::story::Wrong;

use crate::names;
use crate::responses;
use crate::world::{Before, World};

/// What can be seen of a member: instance, assignment, and which calls are parked.
type SeenMember = (Option<Instance>, u32, bool, bool);

#[derive(Debug, PartialEq)]
struct SeenGroup {
    phase: Phase,
    generation: i32,
    protocol: Option<Protocol>,
    leader: Option<MemberId>,
    members: BTreeMap<MemberId, SeenMember>,
    pending: Vec<MemberId>,
}

fn same<T: Debug + PartialEq>(what: &str, real: &T, model: &T) -> Result<(), Wrong> {
    match real == model {
        true => Ok(()),
        false => Err(format!("{what}: {real:?}, and the model says {model:?}")),
    }
}

impl World {
    /// After a step: if the broker stopped, a fault must have made it, and everybody is sent away.
    pub fn settle(
        &mut self,
        before: &Before,
        description: Answers,
        mut expected: Answers,
    ) -> Result<(), Wrong> {
        self.steps += 1;
        if self.broker.is_stopped() {
            if !self.met_a_fault(before) {
                return Err("the broker stopped without a fault".to_owned());
            }
            for model in &mut self.model {
                expected.extend(model.unload());
            }
            self.wheel.clear();
        }
        self.compare_answers(description, expected)?;
        if self.broker.disk().is_off() {
            return self.power_cut();
        }
        match self.broker.is_stopped() {
            // Its logs cannot be read any more; what they hold is compared when they are opened again.
            true => self.after_a_stop(),
            false => self.compare(),
        }
    }

    fn compare_answers(
        &mut self,
        mut description: Answers,
        mut expected: Answers,
    ) -> Result<(), Wrong> {
        description.sort_by_key(|(call, _)| *call);
        expected.sort_by_key(|(call, _)| *call);
        same("answers", &description, &expected)?;
        self.note_answers(&description);
        for (call, answer) in &description {
            self.learn(*call, answer);
        }
        Ok(())
    }

    /// What an answer tells a client about itself.
    fn learn(&mut self, call: u64, answer: &Answer) {
        use plimsoll_model::groups::Error;
        let Some(client) = self.calls.remove(&call) else {
            return;
        };
        let known = self.clients.entry(client).or_default();
        if let Answer::Joined(joined) = answer {
            match joined.error {
                Error::None => {
                    known.member = joined.member;
                    known.generation = joined.generation;
                }
                Error::MemberIdRequired => known.member = joined.member,
                Error::UnknownMemberId => known.member = 0,
                _ => {}
            }
        }
    }

    fn compare(&mut self) -> Result<(), Wrong> {
        let mut looked_at = self.broker.clone();
        looked_at.disk_mut().disarm();
        for index in 0..self.model.len() {
            let missing = || format!("there is no partition {index}");
            let real = looked_at.coordinator(index).ok_or_else(missing)?;
            let view = looked_at.offsets_partition(index).ok_or_else(missing)?;
            let model = &self.model[index];
            let at = |what: &str| format!("partition {index}, {what}");
            compare_status(&at("status"), real.status(), model.status)?;
            same(&at("log end"), &view.log_end_offset, &model.log.end())?;
            same(
                &at("high watermark"),
                &view.high_watermark,
                &model.log.durable(),
            )?;
            let from = self.compared[index];
            let entries = looked_at.offsets_entries(index, from);
            let entries = entries.map_err(|error| at(&error.to_string()))?;
            same(
                &at("entries"),
                &(entries.len() as i64),
                &(model.log.end() - from),
            )?;
            for (offset, entry) in &entries {
                let real = responses::entry(entry)?;
                same(
                    &at(&format!("offset {offset}")),
                    &Some(&real),
                    &model.log.at(*offset),
                )?;
            }
            if model.status == Status::Active {
                compare_groups(real, model)?;
                compare_offsets(real, model)?;
            }
            self.compared[index] = model.log.end();
        }
        self.compare_timers()
    }

    /// What compaction left of a log must stand in the model's too.
    pub fn compare_all_entries(&mut self) -> Result<(), Wrong> {
        let mut looked_at = self.broker.clone();
        looked_at.disk_mut().disarm();
        for (index, model) in self.model.iter().enumerate() {
            let entries = looked_at.offsets_entries(index, 0);
            for (offset, entry) in entries.map_err(|error| error.to_string())? {
                let what = format!("partition {index}, offset {offset}");
                let real = responses::entry(&entry)?;
                same(&what, &Some(&real), &model.log.at(offset))?;
            }
        }
        Ok(())
    }

    fn compare_timers(&self) -> Result<(), Wrong> {
        let wheel = self.wheel.iter().map(|(key, (at_ms, _))| (*key, *at_ms));
        let wheel: BTreeMap<_, _> = wheel.collect();
        let groups = self.model.iter().flat_map(|model| model.groups.values());
        let armed = groups.flat_map(|group| {
            let of_group = group.timers.iter();
            of_group.map(|(timer, armed)| ((group.id, *timer), armed.at_ms))
        });
        same("timers", &wheel, &armed.collect())
    }
}

fn compare_status(what: &str, real: RealStatus, model: Status) -> Result<(), Wrong> {
    let fits = matches!(
        (real, model),
        (RealStatus::Loading, Status::Loading)
            | (RealStatus::Active, Status::Active)
            | (RealStatus::Stopped, Status::Gone)
    );
    match fits {
        true => Ok(()),
        false => Err(format!("{what}: {real:?}, and the model says {model:?}")),
    }
}

fn compare_groups(real: &Coordinator, model: &Partition) -> Result<(), Wrong> {
    let mut found = BTreeMap::new();
    for id in real.group_ids() {
        let view = real.group(id).ok_or("a group without a view")?;
        found.insert(names::group_of(id)?, seen_group(&view)?);
    }
    let expected = model.groups.iter();
    let expected = expected.map(|(id, group)| (*id, expected_group(group)));
    same("groups", &found, &expected.collect())
}

fn seen_group(view: &GroupView) -> Result<SeenGroup, Wrong> {
    let member = |m: &MemberView| {
        let seen = (
            names::instance_of(&m.instance)?,
            names::assignment_of(&m.assignment)?,
            m.awaits_join,
            m.awaits_sync,
        );
        Ok((names::member_of(&m.member)?, seen))
    };
    let mut pending = Vec::new();
    for id in &view.pending {
        pending.push(names::member_of(id)?);
    }
    pending.sort_unstable();
    Ok(SeenGroup {
        phase: names::phase_of(view.state)?,
        generation: view.generation,
        protocol: view
            .protocol
            .as_deref()
            .map(names::protocol_of)
            .transpose()?,
        leader: view.leader.as_deref().map(names::member_of).transpose()?,
        members: view
            .members
            .iter()
            .map(member)
            .collect::<Result<_, Wrong>>()?,
        pending,
    })
}

fn expected_group(group: &Group) -> SeenGroup {
    let members = group.members.iter().map(|(id, m)| {
        let seen = (m.instance, m.assignment, m.join.is_some(), m.sync.is_some());
        (*id, seen)
    });
    SeenGroup {
        phase: group.phase,
        generation: group.generation,
        protocol: group.protocol,
        leader: group.leader,
        members: members.collect(),
        pending: group.pending.iter().copied().collect(),
    }
}

/// Latest and durable value, and the pending ones by producer.
type SeenOffsets = (
    Option<Committed>,
    Option<Committed>,
    BTreeMap<i64, Committed>,
);

fn compare_offsets(real: &Coordinator, model: &Partition) -> Result<(), Wrong> {
    let mut found: BTreeMap<(GroupId, Place), SeenOffsets> = BTreeMap::new();
    let cache = real.cache();
    let place = |topic: &str, partition| Ok::<_, Wrong>((names::topic_of(topic)?, partition));
    for id in cache.groups_with_offsets() {
        for ((topic, partition), timeline) in cache.offsets(id) {
            let key = (names::group_of(id)?, place(topic, *partition)?);
            let seen = found.entry(key).or_default();
            seen.0 = timeline.latest().map(responses::committed);
            seen.1 = timeline.committed().map(responses::committed);
        }
    }
    for id in cache.groups_with_pending_offsets() {
        for ((topic, partition), pending) in cache.pending_offsets(id) {
            let key = (names::group_of(id)?, place(topic, *partition)?);
            let value = responses::committed(&pending.value);
            found
                .entry(key)
                .or_default()
                .2
                .insert(pending.producer.id, value);
        }
    }
    found.retain(|_, seen| *seen != SeenOffsets::default());
    same("offsets", &found, &expected_offsets(model))
}

fn expected_offsets(model: &Partition) -> BTreeMap<(GroupId, Place), SeenOffsets> {
    let mut expected: BTreeMap<(GroupId, Place), SeenOffsets> = BTreeMap::new();
    for id in 0..=4 {
        for (place, value) in model.latest.offsets(id) {
            expected.entry((id, place)).or_default().0 = Some(*value);
        }
        for (place, value) in model.shown.offsets(id) {
            expected.entry((id, place)).or_default().1 = Some(*value);
        }
        for (place, producer, value) in model.latest.pending(id) {
            let pending = &mut expected.entry((id, place)).or_default().2;
            pending.insert(producer, *value);
        }
    }
    expected
}
