//! The inside of the real broker, as invariants see it.

use plimsoll_broker::Broker;
use plimsoll_coordinator::{GroupState, Status};
use plimsoll_disk::{Faulty, SimDisk};
use plimsoll_offsets::{Entry, OffsetsRecord};
use plimsoll_promises::{
    Broken, Projection, View,
    topic::{Key, Meaning, Settled, meaning, memory_equals_replay},
};

use super::{
    CodeState,
    names::{GROUP, TOPIC},
};
use crate::{coordinator_memory::Memory, design::ModelView, offsets_topic::meant};

/// What the offsets log adds up to for the one group and partition there are, by the promises' own definition, which
/// shares nothing with the broker's cache.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Replayed {
    pub(crate) committed: Option<i64>,
    pub(crate) generation: i32,
    pub(crate) members: Vec<String>,
    pub(crate) owner: Option<String>,
}

impl Replayed {
    fn of(entries: &[(i64, Entry)], meaning: &Meaning) -> Self {
        let key = Key {
            group: GROUP.into(),
            topic: TOPIC.into(),
            partition: 0,
        };
        let committed = meaning.offsets.get(&key).map(|(_, value)| value.offset);
        let Some((at, generation)) = meaning.groups.get(GROUP) else {
            return Self {
                committed,
                ..Self::default()
            };
        };
        let members = generation.members.iter();
        Self {
            committed,
            generation: generation.number,
            members: members.map(|member| member.id.to_string()).collect(),
            owner: owner(entries, *at),
        }
    }

    fn projection(&self) -> Projection {
        Projection {
            committed: self.committed,
            generation: Some(self.generation),
        }
    }
}

/// Who owns the partition, by the group's record there: promises do not ask what an assignment says.
fn owner(entries: &[(i64, Entry)], at: i64) -> Option<String> {
    let (_, entry) = entries.iter().find(|(offset, _)| *offset == at)?;
    let Entry::Record {
        record: OffsetsRecord::Group {
            value: Some(group), ..
        },
        ..
    } = entry
    else {
        return None;
    };
    let owner = group.members.iter().find(|m| !m.assignment.is_empty());
    owner.map(|member| member.member_id.to_string())
}

/// A state of the code system, its offsets log read once.
pub struct CodeView<'a> {
    broker: &'a Broker<Faulty<SimDisk>>,
    delivered: i32,
    acked_end: i64,
    meaning: Meaning,
    pub(crate) whole: Replayed,
    pub(crate) durable: Replayed,
    durable_end: i64,
}

impl<'a> CodeView<'a> {
    /// Reads the offsets log; an error says why it could not be read.
    pub fn of(state: &'a CodeState) -> Result<Self, String> {
        let broker = &state.broker;
        let partition = broker
            .offsets_partition(0)
            .ok_or("the offsets partition is missing")?;
        let entries = broker.offsets_entries(0, 0);
        let entries = entries.map_err(|error| error.to_string())?;
        let durable = entries.partition_point(|(offset, _)| *offset < partition.high_watermark);
        let replay = |entries: &[(i64, Entry)]| {
            let meaning = meaning(&meant(entries.iter().map(|(offset, of)| (*offset, of))));
            (Replayed::of(entries, &meaning), meaning)
        };
        let (whole, meaning) = replay(&entries);
        let delivered = ModelView(&state.watch.state).delivered_generation();
        Ok(Self {
            broker,
            delivered,
            acked_end: state.acked_end,
            meaning,
            durable: match durable == entries.len() {
                true => whole.clone(),
                false => replay(&entries[..durable]).0,
            },
            whole,
            durable_end: partition.high_watermark,
        })
    }

    /// S1 is asked in its small size, of the one committed offset and generation that explored states show. Whether the
    /// same question about all that a log can say is answered otherwise, in words; nothing is asked while the
    /// coordinator is down or loads.
    pub(super) fn forms_of_s1_differ(&self) -> Option<String> {
        let projection = self.memory()?;
        let memory = Memory::of(self.broker.coordinator(0)?);
        let settled = Settled {
            memory: &memory.meaning,
            rebalancing: &memory.rebalancing,
        };
        let small = memory_equals_replay(&projection, &self.replay());
        let whole = memory_equals_replay(&settled, &self.meaning);
        let description = |verdict: Result<(), Broken>| match verdict {
            Ok(()) => "kept".to_owned(),
            Err(broken) => broken.because.to_string(),
        };
        (small.is_ok() != whole.is_ok()).then(|| {
            let (small, whole) = (description(small), description(whole));
            format!(
                "S1 by the committed offset and the generation: {small}; by everything: {whole}"
            )
        })
    }
}

impl View for CodeView<'_> {
    fn memory(&self) -> Option<Projection> {
        if self.broker.coordinator_status(GROUP) != Some(Status::Active) {
            return None;
        }
        let committed = self
            .broker
            .offset_latest(GROUP, TOPIC, 0)
            .map(|value| value.offset);
        let group = self.broker.group(GROUP);
        let generation = match group.as_ref().map(|g| g.state) {
            None => Some(0),
            Some(GroupState::Empty | GroupState::Stable) => group.map(|g| g.generation),
            Some(_) => None,
        };
        Some(Projection {
            committed,
            generation,
        })
    }

    fn replay(&self) -> Projection {
        self.whole.projection()
    }

    fn durable_end(&self) -> u64 {
        self.durable_end as u64
    }

    fn acked_end(&self) -> u64 {
        self.acked_end as u64
    }

    fn delivered_generation(&self) -> i32 {
        self.delivered
    }

    fn durable_generation(&self) -> i32 {
        self.durable.generation
    }
}
