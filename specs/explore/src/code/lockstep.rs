//! Each step taken twice, by the model and by the real broker, and the two held against each other.

use plimsoll_coordinator::GroupState;
use plimsoll_model::{Action, Event, Phase, Step};
use plimsoll_promises::{Broken, broken_in, group::lock_step::not_allowed};

use super::{
    CodeState, CodeSystem, StepResult, compare, drive::Drive, names::GROUP, view::CodeView,
};
use crate::design::{Surroundings, covered, observations};

/// The bit of [`CodeSystem::bound_names`] for several disk operations in one step.
const SEVERAL_OPERATIONS: u8 = 1 << plimsoll_model::Bound::ALL.len();

impl CodeSystem {
    /// Takes a step of the model with the real broker, and holds the two against each other.
    pub(super) fn take_step(&self, from: &CodeState, action: Action) -> StepResult {
        let before = &from.watch.state;
        let mut state = from.clone();
        let operations = state.broker.disk().operations();
        let mut step = self.design.machine.step(before, action);
        let idle = step.reached != 0 && step.state == *before;
        let mut drive = Drive {
            state: &mut state,
            effects: Vec::new(),
            wrong: None,
        };
        if !idle {
            drive.take(before, action, &step);
        }
        let (effects, mut wrong) = (drive.effects, drive.wrong);
        let mut reached = step.reached;
        let unknown_to_model =
            action == Action::SyncOffsets && before.log.durable() == before.log.end();
        let mut model = if unknown_to_model {
            Vec::new()
        } else {
            vec![action]
        };
        model.extend(self.complete_join(&state, &mut step));
        let several = state.broker.disk().operations() - operations > 1
            && !matches!(action, Action::ArriveFailing(_));
        reached |= step.reached | if several { SEVERAL_OPERATIONS } else { 0 };
        let description = compare::answers(&effects, &mut state.calls);
        let wanted = compare::expected(before, &step.events, &step.state);
        if description != wanted {
            let (description, wanted) = (
                compare::description(&description),
                compare::description(&wanted),
            );
            wrong.get_or_insert(format!(
                "the broker answers: {description}; the model: {wanted}"
            ));
        }
        self.note_positions(&mut state, &step.events);
        state.watch.state = step.state.clone();
        let mut taken = self.judge(state, &step.events, wrong);
        taken.model = model;
        taken.covered = covered(&from.watch, &step, &taken.state.watch);
        taken.reached = reached;
        taken
    }

    /// This broker ends the joining by itself once all have joined.
    fn complete_join(&self, state: &CodeState, step: &mut Step) -> Option<Action> {
        let code_is_ahead = state.broker.group(GROUP).is_some_and(|group| {
            group.state == GroupState::CompletingRebalance
                && i32::from(step.state.coordinator.generation) < group.generation
        });
        if !code_is_ahead || step.state.coordinator.phase != Phase::Preparing {
            return None;
        }
        let next = self.design.machine.step(&step.state, Action::EndJoin);
        step.state = next.state;
        step.events.extend(next.events);
        step.reached |= next.reached;
        Some(Action::EndJoin)
    }

    /// Keeps in mind where commits stand in the offsets log, for S3 in the log.
    fn note_positions(&self, state: &mut CodeState, events: &[Event]) {
        let end = state
            .broker
            .offsets_partition(0)
            .map_or(0, |p| p.log_end_offset);
        for event in events {
            match *event {
                Event::CommitAccepted {
                    place, late: false, ..
                } => state.appended[usize::from(place)] = end,
                Event::CommitAcked { place, .. } => {
                    let position = std::mem::take(&mut state.appended[usize::from(place)]);
                    state.acked_end = state.acked_end.max(position);
                }
                Event::GaveUp { place, .. } | Event::ConsumerCrashed { place } => {
                    state.appended[usize::from(place)] = 0;
                }
                _ => {}
            }
        }
    }

    /// Feeds the promises, evaluates the invariants on the broker's own state, and looks for a difference.
    pub(super) fn judge(
        &self,
        mut state: CodeState,
        events: &[Event],
        wrong: Option<String>,
    ) -> StepResult {
        let mut broken: Vec<Broken> = Vec::new();
        let mut ledger = state.watch.ledger.clone();
        let surroundings = Surroundings {
            claim: self.design.claim,
            state: &state.watch.state,
        };
        for seen in events.iter().flat_map(observations) {
            ledger.see(&seen, &surroundings, self.design.watched, &mut broken);
        }
        state.watch.ledger = ledger;
        match CodeView::of(&state) {
            Ok(view) => {
                let difference = || compare::difference(&state, &view, &state.watch.state);
                broken.extend(wrong.or_else(difference).map(not_allowed));
                broken.extend(broken_in(&view));
                broken.extend(view.forms_of_s1_differ().map(not_allowed));
            }
            Err(error) => broken.push(not_allowed(format!(
                "its offsets log cannot be read: {error}"
            ))),
        }
        StepResult {
            state,
            model: Vec::new(),
            events: events.to_vec(),
            notes: Vec::new(),
            broken,
            covered: 0,
            reached: 0,
        }
    }
}
