//! What clients see of a model event.

use arrayvec::ArrayVec;
use plimsoll_model::{Event, State};
use plimsoll_promises::{Claim, Commit, Observation, Offset, Setting};

/// The observations in one event, in order.
pub fn observations(event: &Event) -> ArrayVec<Observation, 2> {
    let mut seen = ArrayVec::new();
    match *event {
        Event::ProduceAcked { offset, value } => {
            seen.push(Observation::Acked {
                offset: offset.into(),
                value: value.into(),
            });
        }
        Event::LogEnds { end } => seen.push(Observation::Ends {
            start: 0,
            end: end.into(),
        }),
        Event::Delivered {
            id,
            generation,
            tenure,
            ..
        } if tenure > 0 => seen.push(Observation::Assigned {
            tenure: tenure.into(),
            generation: Some(generation.into()),
            member: Some(id.into()),
        }),
        Event::Resumed {
            tenure,
            committed,
            at,
            current,
            ..
        } => {
            seen.push(Observation::Answered {
                committed: committed.map(Offset::from),
            });
            seen.push(Observation::Resumed {
                tenure: tenure.into(),
                at: at.into(),
                current,
            });
        }
        Event::Processed {
            tenure,
            offset,
            value,
            ..
        } => {
            seen.push(Observation::Read {
                offset: offset.into(),
                value: value.into(),
            });
            seen.push(Observation::Processed {
                tenure: tenure.into(),
                offset: offset.into(),
            });
        }
        Event::CommitAccepted {
            tenure,
            offset,
            generation,
            ..
        } => seen.push(Observation::Accepted(Commit {
            tenure: Some(tenure.into()),
            offset: offset.into(),
            generation: Some(generation.into()),
        })),
        Event::CommitAcked { offset, .. } => seen.push(Observation::Acknowledged {
            offset: offset.into(),
        }),
        Event::TenureEnded { tenure } => seen.push(Observation::Ended {
            tenure: tenure.into(),
        }),
        _ => {}
    }
    seen
}

/// What the promises may ask of a model state.
pub struct Surroundings<'a> {
    /// The claim that BR1 and BR2 are held to.
    pub claim: Claim,
    /// The state after the step.
    pub state: &'a State,
}

impl Setting for Surroundings<'_> {
    fn records(&self, from: Offset, to: Offset) -> u64 {
        let end = Offset::from(self.state.data.end);
        (to.min(end) - from).max(0) as u64
    }

    fn first_record(&self, from: Offset, to: Offset) -> Option<Offset> {
        (from < to && from < Offset::from(self.state.data.end)).then_some(from)
    }

    fn claim(&self) -> Option<Claim> {
        Some(self.claim)
    }

    fn may_take_effect(&self, committed: Option<Offset>) -> bool {
        committed
            .and_then(|c| u8::try_from(c).ok())
            .is_some_and(|c| self.state.may_take_effect(c))
    }
}
