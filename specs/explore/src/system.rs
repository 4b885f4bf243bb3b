//! What an explorer needs of a system.

use std::{fmt::Debug, hash::Hash};

use plimsoll_promises::Broken;

/// What a complete exploration has to come across, lest its verdict be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoverageGoal {
    /// What happens in it.
    pub description: &'static str,
}

/// What every system says about itself, printed at the head of its results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its name on the command line.
    pub name: &'static str,
    /// The question that exploring it answers.
    pub question: &'static str,
    /// The code that is really run.
    pub driven: &'static str,
    /// What stands in for the rest.
    pub modelled: &'static str,
    /// What this says nothing about.
    pub not_verified: &'static str,
}

/// A step's outcome.
#[derive(Debug, Clone)]
pub struct Outcome<S> {
    /// The next state, in canonical form.
    pub state: S,
    /// Promises that this step broke.
    pub broken: Vec<Broken>,
    /// Coverage goals that this step reached, as bits.
    pub covered: u64,
    /// Bounds that kept something from happening, as bits.
    pub bounds: u8,
    /// Outcomes of this kind that a cap left out, all told here.
    pub left_out: u64,
}

/// How much replay a state has seen, against the bound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replay {
    /// Records processed again.
    pub replayed: u64,
    /// `E`: tenures that processed again what an earlier-started one did.
    pub tenures: u64,
}

/// A system that can be explored exhaustively.
pub trait System: Send + Sync {
    /// Everything that may influence what happens next, promises' memory included.
    type State: Clone + Eq + Hash + Debug + Send + Sync + 'static;
    /// One step.
    type Action: Copy + Eq + Hash + Debug + Send + Sync + 'static;

    /// What it says about itself.
    fn head(&self) -> Head;

    /// Its bounds, as name and number.
    fn bounds(&self) -> Vec<(&'static str, u64)>;

    /// What else there is to count, by name: whatever a search by states does not see. May take time.
    fn counts(&self) -> Vec<(&'static str, u64)> {
        Vec::new()
    }

    /// What a complete exploration has to come across; bit `i` of [`Outcome::covered`] is the `i`-th.
    fn coverage_goals(&self) -> &'static [CoverageGoal];

    /// The coverage goals that these bounds can reach, as bits.
    fn expected(&self) -> u64;

    /// The names of the bounds; bit `i` of [`Outcome::bounds`] is the `i`-th.
    fn bound_names(&self) -> Vec<&'static str>;

    /// Where it begins.
    fn start(&self) -> Self::State;

    /// The steps that a state offers. A state in which a promise is broken offers none, unless the system goes on to see
    /// what else breaks.
    fn actions(&self, state: &Self::State, actions: &mut Vec<Self::Action>);

    /// Takes a step.
    fn step(&self, state: &Self::State, action: Self::Action) -> Outcome<Self::State>;

    /// Takes every step that a state offers, in the order of [`System::actions`]. For systems of which many steps begin
    /// alike, which need not be taken from the beginning each time.
    fn expand(
        &self,
        state: &Self::State,
        each: &mut dyn FnMut(Self::Action, Outcome<Self::State>),
    ) {
        let mut actions = Vec::new();
        self.actions(state, &mut actions);
        for action in actions {
            each(action, self.step(state, action));
        }
    }

    /// Whether what a state offers is to be seen at once rather than kept for the next level: for states that are many,
    /// large, and soon done with. A path to them and beyond must be as long whichever way it comes.
    fn passes(&self, _: &Self::State) -> bool {
        false
    }

    /// Promises broken on the way to this state, as bits of [`plimsoll_promises::PromiseId::bit`].
    fn broken(&self, state: &Self::State) -> u64;

    /// The replay on the way to this state; systems without consumers know none.
    fn replay(&self, _: &Self::State) -> Replay {
        Replay::default()
    }
}
