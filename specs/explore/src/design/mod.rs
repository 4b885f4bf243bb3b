//! The system *design*: the model alone, under every crash and rebalance interleaving within its bounds.

mod coverage;
pub mod descriptor;
pub mod mutants;
pub(crate) mod narrative;
mod observe;
pub mod runs;
mod view;

use plimsoll_model::{
    Action, Bound, Bounds, Design as Rules, MEMBERS, Machine, Renaming, State, Step,
};
use plimsoll_promises::{Broken, Claim, broken_in};

use crate::{
    descriptor::Watching,
    ledger::{Ledger, Watched},
    narrate::{Narrate, Narrative, NotPossible},
    system::{CoverageGoal, Head, Outcome, Replay, System},
};

pub use coverage::covered;
pub use descriptor::Design;
use narrative::{ModelStep, narrative};
pub use observe::{Surroundings, observations};
pub use view::ModelView;

/// The model, with the promises watching.
#[derive(Debug, Clone, Copy)]
pub struct DesignSystem {
    /// The machine: bounds and design.
    pub machine: Machine,
    /// The claim that BR1 and BR2 are held to; at first the machine's own window and zombie term.
    pub claim: Claim,
    /// Which promises watch.
    pub watched: Watched,
    /// Whether to go on after a breach, to see what else breaks.
    pub beyond_breach: bool,
}

/// A state of the machine, and what the promises remember of the way there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Watch {
    /// The machine's state.
    pub state: State,
    /// The promises' memory.
    pub ledger: Ledger,
}

impl DesignSystem {
    /// The system that follows `design` within `bounds`, all promises watching.
    pub fn new(bounds: Bounds, design: Rules) -> Self {
        Self {
            machine: Machine { bounds, design },
            claim: Claim {
                u: bounds.window.into(),
                z: bounds.zombie.into(),
            },
            watched: Watched::all(),
            beyond_breach: false,
        }
    }

    /// Has this watch.
    pub fn watch(&mut self, watching: Watching) {
        self.claim = watching.claim.unwrap_or(self.claim);
        self.watched = watching.watched;
        self.beyond_breach = watching.beyond_breach;
    }

    /// Takes a step without bringing the state into canonical form, as a story is told.
    pub fn step_raw(&self, from: &Watch, action: Action) -> (Watch, Step, Vec<Broken>) {
        let step = self.machine.step(&from.state, action);
        let mut ledger = from.ledger.clone();
        let mut broken = Vec::new();
        let surroundings = Surroundings {
            claim: self.claim,
            state: &step.state,
        };
        for event in &step.events {
            for seen in observations(event) {
                ledger.see(&seen, &surroundings, self.watched, &mut broken);
            }
        }
        let view = ModelView(&step.state);
        broken.extend(broken_in(&view).filter(|b| self.watched.contains(b.promise)));
        broken.retain(|b| ledger.broken() & b.promise.bit() == 0);
        ledger.keep(&broken);
        (
            Watch {
                state: step.state.clone(),
                ledger,
            },
            step,
            broken,
        )
    }
}

fn canonical(mut watch: Watch, design: Rules) -> (Watch, Renaming) {
    if design.fences_commits() {
        watch.state.forget_hopeless();
    }
    let (state, renaming) = watch.state.canonical();
    let mut ledger = watch.ledger;
    ledger.rename(|id| u64::from(renaming.id(id as u8)));
    (Watch { state, ledger }, renaming)
}

impl System for DesignSystem {
    type State = Watch;
    type Action = Action;

    fn head(&self) -> Head {
        Head {
            name: "design",
            question: "Does the design keep its promises under every crash and rebalance interleaving?",
            driven: "nothing real: this is the design itself",
            modelled: "offsets log, data log, coordinator, classic group, two consumers, crashes, lost answers",
            not_verified: "the code; compaction, transactions, static members, cooperative rebalancing, replication",
        }
    }

    fn bounds(&self) -> Vec<(&'static str, u64)> {
        let b = self.machine.bounds;
        [
            ("members", MEMBERS as u8),
            ("partitions", 1),
            ("records", b.records),
            ("consumer crashes", b.consumer_crashes),
            ("broker crashes", b.failovers),
            ("generations", b.generations),
            ("expiries of live members", b.expiries),
            ("lost answers", b.lost_answers),
            ("failed appends", b.write_errors),
            ("commits in flight per member", 1),
            ("U", b.window),
            ("Z", b.zombie),
        ]
        .map(|(name, bound)| (name, u64::from(bound)))
        .to_vec()
    }

    fn coverage_goals(&self) -> &'static [CoverageGoal] {
        coverage::ALL
    }

    fn expected(&self) -> u64 {
        coverage::expected(&self.machine.bounds)
    }

    fn bound_names(&self) -> Vec<&'static str> {
        Bound::ALL.map(Bound::description).to_vec()
    }

    fn start(&self) -> Watch {
        Watch {
            state: self.machine.start(),
            ledger: Ledger::default(),
        }
    }

    fn actions(&self, watch: &Watch, actions: &mut Vec<Action>) {
        if watch.ledger.broken() == 0 || self.beyond_breach {
            self.machine.actions(&watch.state, actions);
        }
    }

    fn step(&self, from: &Watch, action: Action) -> Outcome<Watch> {
        let (watch, step, broken) = self.step_raw(from, action);
        let covered = covered(from, &step, &watch);
        Outcome {
            state: canonical(watch, self.machine.design).0,
            broken,
            covered,
            bounds: step.reached,
            left_out: 0,
        }
    }

    fn broken(&self, watch: &Watch) -> u64 {
        watch.ledger.broken()
    }

    fn replay(&self, watch: &Watch) -> Replay {
        let (replayed, tenures) = watch.ledger.replay();
        Replay { replayed, tenures }
    }
}

impl Narrate for DesignSystem {
    fn undo_symmetry(&self, path: &[Action]) -> Vec<Action> {
        let mut at = self.start();
        let mut names = Renaming::NONE;
        let mut renamed = Vec::with_capacity(path.len());
        for action in path {
            renamed.push(names.inverse().action(*action));
            let (reached, renaming) = canonical(self.step_raw(&at, *action).0, self.machine.design);
            names = names.then(&renaming);
            at = reached;
        }
        renamed
    }

    fn narrate(&self, path: &[Action]) -> Result<Narrative, NotPossible> {
        let mut at = self.start();
        let mut path_taken = Vec::with_capacity(path.len());
        let mut offered = Vec::new();
        for (index, action) in path.iter().enumerate() {
            offered.clear();
            self.machine.actions(&at.state, &mut offered);
            if !offered.contains(action) {
                return Err(NotPossible {
                    step: index + 1,
                    action: format!("{action:?}"),
                    because: "the machine does not offer it in this state".to_owned(),
                });
            }
            let (reached, step, broken) = self.step_raw(&at, *action);
            let state = reached.state.clone();
            path_taken.push(ModelStep {
                events: step.events.to_vec(),
                notes: Vec::new(),
                state,
                broken,
            });
            at = reached;
        }
        Ok(narrative(&self.start().state, &path_taken))
    }
}
