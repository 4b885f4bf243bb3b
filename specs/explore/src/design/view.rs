//! The inside of the model, as invariants see it.

use plimsoll_model::{Phase, Replayed, State};
use plimsoll_promises::{Offset, Projection, View};

/// A model state.
pub struct ModelView<'a>(pub &'a State);

fn projection(replayed: Replayed) -> Projection {
    Projection {
        committed: replayed.committed.map(Offset::from),
        generation: Some(replayed.generation.number.into()),
    }
}

impl View for ModelView<'_> {
    fn memory(&self) -> Option<Projection> {
        let coordinator = &self.0.coordinator;
        let generation = match coordinator.phase {
            Phase::Loading => return None,
            Phase::Empty | Phase::Stable => Some(i32::from(coordinator.generation)),
            Phase::Preparing | Phase::Completing => None,
        };
        Some(Projection {
            committed: coordinator.committed.map(Offset::from),
            generation,
        })
    }

    fn replay(&self) -> Projection {
        projection(self.0.log.replay_all())
    }

    fn durable_end(&self) -> u64 {
        self.0.log.durable().into()
    }

    fn acked_end(&self) -> u64 {
        self.0.log.acked().into()
    }

    fn delivered_generation(&self) -> i32 {
        let holders = self
            .0
            .members
            .iter()
            .filter(|member| member.holds_assignment());
        holders
            .map(|member| i32::from(member.generation))
            .max()
            .unwrap_or(0)
    }

    fn durable_generation(&self) -> i32 {
        self.0.log.replay_durable().generation.number.into()
    }
}
