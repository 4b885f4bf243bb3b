//! The system *code*: the real broker on a simulated disk, in lock-step with the model.
//!
//! The clients, the network and the choice of what happens next are the model's; whatever reaches the coordinator is a
//! real request to the real broker, whose answers, memory and logs must be what the model allows. Before any step the
//! power may fail; the disk then keeps each length that a file had, with the content of its one sector at any time since,
//! and the power may fail again at any operation of the recovery. Sectors are larger than any log here, so that a batch
//! is there, gone, or a hole of zeros; batches torn and reordered by sectors are for the log by itself.

mod calls;
mod compare;
mod crash;
pub mod descriptor;
mod drive;
mod lockstep;
mod names;
pub mod runs;
mod state;
mod translate;
mod view;

use plimsoll_broker::{Broker, Config};
use plimsoll_coordinator::{
    Acknowledge, CoordinatorConfig, Decisions, Fence, LoadExtent, UpdateCache,
};
use plimsoll_disk::{Faulty, SimDisk};
use plimsoll_model::{Action, Bounds, Design as Rules, Event, Mistake, Phase, State};
use plimsoll_promises::Broken;

pub use crash::{Again, Cut};
pub use descriptor::Code;
use names::{GROUP, REBALANCE_MS, TOPIC};
pub use state::CodeState;
pub use view::CodeView;

use crate::{
    descriptor::Descriptor,
    design::{
        Design, DesignSystem, Watch,
        narrative::{ModelStep, narrative},
    },
    explorable::{JsonStep, from_json, to_json},
    narrate::{Narrate, Narrative, NotPossible},
    system::{CoverageGoal, Head, Outcome, Replay, System},
};

/// Larger than any log within these bounds: see the head of this module.
const SECTOR_BYTES: usize = 1 << 20;

/// The real broker, driven along the model.
#[derive(Debug, Clone)]
pub struct CodeSystem {
    /// The model that it must follow, and the promises that watch.
    pub design: DesignSystem,
    /// The broker's settings, with its decisions: right ones, or a mutant's.
    config: Config,
    start: Watch,
    broker: Broker<Faulty<SimDisk>>,
}

/// One step of the code system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum CodeAction {
    /// The power fails.
    Cut {
        /// What survives.
        cut: Cut,
    },
    /// A step of the model, taken by the code.
    Step(Action),
}

impl CodeSystem {
    /// The broker as published, within `bounds`.
    pub fn new(bounds: Bounds) -> Self {
        Self::with(bounds, Rules::default(), Decisions::default())
    }

    /// Model and code with the same mistake: lock-step holds, and the promises say what it breaks. Mistakes of the
    /// client leave the broker as it is.
    pub fn mutant(bounds: Bounds, mistake: Mistake) -> Self {
        Self::with(bounds, Rules::with(mistake), decisions(mistake))
    }

    /// The right model and a broker with a mistake: lock-step itself must fail.
    pub fn mutant_against_correct_model(bounds: Bounds, mistake: Mistake) -> Self {
        Self::with(bounds, Rules::default(), decisions(mistake))
    }

    fn with(bounds: Bounds, design: Rules, decisions: Decisions) -> Self {
        let coordinator = CoordinatorConfig {
            initial_rebalance_delay_ms: REBALANCE_MS as u64,
            ..CoordinatorConfig::default()
        };
        let config = Config {
            coordinator,
            decisions,
            ..Config::with_topics(&[(TOPIC, 1)])
        };
        let design = DesignSystem::new(bounds, design);
        let disk = Faulty::new(SimDisk::with_sectors(SECTOR_BYTES));
        let (broker, _) =
            Broker::start(disk, &config, names::NOW).expect("an empty disk without faults opens");
        Self {
            start: design.start(),
            design,
            config,
            broker,
        }
    }
}

/// The decision that makes a mistake in the code.
fn decisions(mistake: Mistake) -> Decisions {
    let right = Decisions::default();
    match mistake {
        Mistake::LoadStopsEarly => Decisions {
            load: LoadExtent::AllButTheLastBatch,
            ..right
        },
        Mistake::CommitAckedOnAppend => Decisions {
            commit: Acknowledge::OnceAppended,
            ..right
        },
        Mistake::CacheBeforeAppend => Decisions {
            cache: UpdateCache::BeforeAppend,
            ..right
        },
        Mistake::SyncBeforeDurable => Decisions {
            sync: Acknowledge::OnceAppended,
            ..right
        },
        Mistake::CommitNotFenced => Decisions {
            fence: Fence::Nobody,
            ..right
        },
        Mistake::ProduceAckedBeforeSync => Decisions {
            produce: Acknowledge::OnceAppended,
            ..right
        },
        Mistake::CommitBeforeProcessing
        | Mistake::CommitLastProcessed
        | Mistake::RetryOlderCommit => right,
    }
}

/// What one step of the code came to.
pub(crate) struct StepResult {
    state: CodeState,
    /// The steps of the model that it was.
    model: Vec<Action>,
    events: Vec<Event>,
    notes: Vec<String>,
    broken: Vec<Broken>,
    covered: u64,
    reached: u8,
}

impl CodeSystem {
    fn take(&self, from: &CodeState, action: CodeAction) -> StepResult {
        let mut taken = match action {
            CodeAction::Step(step) => self.take_step(from, step),
            CodeAction::Cut { cut } => self.take_cut(from, cut),
        };
        let ledger = &mut taken.state.watch.ledger;
        taken.broken.retain(|b| {
            self.design.watched.contains(b.promise) && ledger.broken() & b.promise.bit() == 0
        });
        ledger.keep(&taken.broken);
        taken
    }

    /// Walks a path; an error names the first step that is not possible there.
    fn walk(
        &self,
        path: &[CodeAction],
        mut passed: impl FnMut(&StepResult),
    ) -> Result<(), NotPossible> {
        let mut at = self.start();
        for (index, action) in path.iter().enumerate() {
            if !self.offers(&at, action) {
                return Err(NotPossible {
                    step: index + 1,
                    action: format!("{action:?}"),
                    because: "neither the model nor the disk offers it in this state".to_owned(),
                });
            }
            let taken = self.take(&at, *action);
            passed(&taken);
            at = taken.state;
        }
        Ok(())
    }

    /// Whether a state offers a step, under whatever names.
    fn offers(&self, state: &CodeState, action: &CodeAction) -> bool {
        let mut offered = Vec::new();
        self.actions(state, &mut offered);
        let mirrored = matches!(action, CodeAction::Step(Action::Join(1)));
        offered.contains(action) || mirrored && offered.contains(&CodeAction::Step(Action::Join(0)))
    }

    /// The steps of the model that this broker can take: it has one leader, and completes a join when all have joined.
    fn possible(&self, state: &CodeState, action: &Action) -> bool {
        let model: &State = &state.watch.state;
        let leader = || state.broker.group(GROUP).and_then(|group| group.leader);
        let leads = |id: u8| leader().as_deref() == Some(&*names::member_id(id));
        match *action {
            Action::Join(place) => {
                let id = model.member(place).id;
                let known = model.coordinator.members.contains(id);
                !(known && model.coordinator.phase == Phase::Stable && !leads(id))
            }
            Action::JoinCurrent(place) => !leads(model.member(place).id),
            Action::Lead(place, _) => leads(model.member(place).id),
            Action::CrashBroker { .. } => false,
            _ => true,
        }
    }
}

impl System for CodeSystem {
    type State = CodeState;
    type Action = CodeAction;

    fn head(&self) -> Head {
        Head {
            name: "code",
            question: "Does the reference broker do only what the model allows, whatever a crash leaves on its disk?",
            driven: "the real broker: requests, coordinator, offsets cache, log, batches, recovery",
            modelled: "clients, network, time (timers fire when the explorer says so), the disk",
            not_verified: "threads, sockets, real disks; parked followers; more than one broker",
        }
    }

    fn bounds(&self) -> Vec<(&'static str, u64)> {
        self.design.bounds()
    }

    fn coverage_goals(&self) -> &'static [CoverageGoal] {
        self.design.coverage_goals()
    }

    fn expected(&self) -> u64 {
        // In the code the first rebalance waits for both members or a timer, and one leader leads: everything that the
        // design meets within these bounds is met here, but for what needs a second record.
        self.design.expected()
    }

    fn bound_names(&self) -> Vec<&'static str> {
        let mut names = self.design.bound_names();
        names.push("a step made several disk operations, and the power was not cut between them");
        names
    }

    fn start(&self) -> CodeState {
        CodeState::new(self.start.clone(), self.broker.clone())
    }

    fn actions(&self, state: &CodeState, actions: &mut Vec<CodeAction>) {
        if state.watch.ledger.broken() != 0 && !self.design.beyond_breach {
            return;
        }
        let mut offered = Vec::new();
        self.design
            .machine
            .actions(&state.watch.state, &mut offered);
        // Places are alike until somebody has joined.
        if state.watch.state.members.iter().all(|m| m.id == 0)
            && state.watch.state.coordinator.generation == 0
        {
            offered.retain(|action| *action != Action::Join(1));
        }
        let code_only = state.has_unsynced_offsets() && !offered.contains(&Action::SyncOffsets);
        offered.extend(code_only.then_some(Action::SyncOffsets));
        actions.extend(
            offered
                .into_iter()
                .filter(|a| self.possible(state, a))
                .map(CodeAction::Step),
        );
        self.cuts(state, actions);
    }

    fn step(&self, from: &CodeState, action: CodeAction) -> Outcome<CodeState> {
        let mut taken = self.take(from, action);
        if self.design.machine.design.fences_commits() {
            taken.state.watch.state.forget_hopeless();
        }
        let StepResult {
            state,
            broken,
            covered,
            reached,
            ..
        } = taken;
        Outcome {
            state,
            broken,
            covered,
            bounds: reached,
            left_out: 0,
        }
    }

    fn broken(&self, state: &CodeState) -> u64 {
        state.watch.ledger.broken()
    }

    fn replay(&self, state: &CodeState) -> Replay {
        self.design.replay(&state.watch)
    }
}

impl Narrate for CodeSystem {
    fn steps_for(
        &self,
        system: &str,
        path: &[CodeAction],
    ) -> Option<Result<Vec<JsonStep>, NotPossible>> {
        let steps = || Ok(to_json(&self.to_design(path)?));
        (system == Design::NAME).then(steps)
    }

    fn steps_from(
        &self,
        system: &str,
        path: &[JsonStep],
    ) -> Option<Result<Vec<CodeAction>, NotPossible>> {
        let steps = || self.from_design(&from_json(path)?);
        (system == Design::NAME).then(steps)
    }

    fn undo_symmetry(&self, path: &[CodeAction]) -> Vec<CodeAction> {
        path.to_vec()
    }

    fn narrate(&self, path: &[CodeAction]) -> Result<Narrative, NotPossible> {
        let mut path_taken = Vec::with_capacity(path.len());
        self.walk(path, |taken| {
            let StepResult {
                state,
                events,
                notes,
                broken,
                ..
            } = taken;
            let state = state.watch.state.clone();
            path_taken.push(ModelStep {
                events: events.clone(),
                notes: notes.clone(),
                state,
                broken: broken.clone(),
            });
        })?;
        Ok(narrative(&self.start.state, &path_taken))
    }
}
