//! The inside of the real broker, as invariants see it.

use plimsoll_broker::Broker;
use plimsoll_coordinator::{GroupState, Status};
use plimsoll_disk::{Faulty, SimDisk};
use plimsoll_offsets::OffsetsRecord;
use plimsoll_promises::{Projection, View};

use super::{
    CodeState,
    names::{GROUP, TOPIC},
};
use crate::design::ModelView;

/// What the offsets log says, replayed by a plain loop that shares nothing with the broker's own cache.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Plain {
    pub(crate) committed: Option<i64>,
    pub(crate) generation: i32,
    pub(crate) members: Vec<String>,
    pub(crate) owner: Option<String>,
}

impl Plain {
    fn apply(&mut self, record: &OffsetsRecord) {
        match record {
            OffsetsRecord::Offset { value, .. } => {
                self.committed = value.as_ref().map(|v| v.offset)
            }
            OffsetsRecord::Group {
                value: Some(group), ..
            } => {
                self.generation = group.generation;
                self.members = group
                    .members
                    .iter()
                    .map(|m| m.member_id.to_string())
                    .collect();
                self.members.sort();
                let owner = group.members.iter().find(|m| !m.assignment.is_empty());
                self.owner = owner.map(|m| m.member_id.to_string());
            }
            OffsetsRecord::Group { value: None, .. }
            | OffsetsRecord::ConsumerGroup { .. }
            | OffsetsRecord::ConsumerMember { .. }
            | OffsetsRecord::Unknown { .. } => {}
        }
    }

    fn projection(&self) -> Projection {
        Projection {
            committed: self.committed,
            generation: Some(self.generation),
        }
    }
}

/// A state of the code system, its offsets log read once.
pub struct CodeView<'a> {
    broker: &'a Broker<Faulty<SimDisk>>,
    delivered: i32,
    acked_end: i64,
    pub(crate) whole: Plain,
    pub(crate) durable: Plain,
    durable_end: i64,
}

impl<'a> CodeView<'a> {
    /// Reads the offsets log; an error says why it could not be read.
    pub fn of(state: &'a CodeState) -> Result<Self, String> {
        let broker = &state.broker;
        let partition = broker
            .offsets_partition(0)
            .ok_or("the offsets partition is missing")?;
        let records = broker.offsets_log(0).map_err(|error| error.to_string())?;
        let (mut whole, mut durable) = (Plain::default(), Plain::default());
        for (offset, record) in &records {
            whole.apply(record);
            if *offset < partition.high_watermark {
                durable.apply(record);
            }
        }
        let delivered = ModelView(&state.watch.state).delivered_generation();
        Ok(Self {
            broker,
            delivered,
            acked_end: state.acked_end,
            whole,
            durable,
            durable_end: partition.high_watermark,
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
