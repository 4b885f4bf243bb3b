//! A path of the design as a path of the code, and the other way round, so that either can replay the other's trace.

use plimsoll_model::Action;

use super::{CodeAction, CodeState, CodeSystem};
use crate::{narrate::NotPossible, system::System};

impl CodeSystem {
    /// A path of the design, as this broker can take it.
    ///
    /// A crash becomes the power failure that leaves just that; an end of the joining that this broker has reached by
    /// itself is left out.
    pub fn from_design(&self, path: &[Action]) -> Result<Vec<CodeAction>, NotPossible> {
        let mut at = self.start();
        let mut translated = Vec::with_capacity(path.len());
        let mut done_already = None;
        for (index, action) in path.iter().enumerate() {
            if done_already.take() == Some(*action) {
                continue;
            }
            let step = self.same_step(&at, *action).ok_or_else(|| NotPossible {
                step: index + 1,
                action: format!("{action:?}"),
                because: "this broker cannot take it here".to_owned(),
            })?;
            let taken = self.take(&at, step);
            done_already = taken.model.get(1).copied();
            translated.push(step);
            at = taken.state;
        }
        Ok(translated)
    }

    /// The step of the code that is this step of the design.
    fn same_step(&self, at: &CodeState, action: Action) -> Option<CodeAction> {
        let Action::CrashBroker { .. } = action else {
            let step = CodeAction::Step(action);
            return self.offers(at, &step).then_some(step);
        };
        let mut cuts = Vec::new();
        self.cuts(at, &mut cuts);
        cuts.into_iter()
            .find(|cut| self.take(at, *cut).model == [action])
    }

    /// A path of the code, as the design takes it.
    pub fn to_design(&self, path: &[CodeAction]) -> Result<Vec<Action>, NotPossible> {
        let mut translated = Vec::with_capacity(path.len());
        self.walk(path, |taken| translated.extend(&taken.model))?;
        Ok(translated)
    }
}
