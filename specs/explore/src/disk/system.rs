//! The system, as the searches see it.

use std::sync::Arc;

use plimsoll_disk::SimDisk;
use plimsoll_log::{Decisions, Log, LogConfig};
use plimsoll_promises::{Broken, storage::Summary};

use super::{
    bounds::{Begin, DiskBounds},
    coverage::{self, Coverage},
    expect::Expect,
    expect::RETENTION_MS,
    recover::{Recovered, recover},
    run_step::{DIRECTORY, StepResult, at_rest, take},
    state::{DiskState, Off, Running},
    step::{DiskAction, Step},
    workloads::{Workloads, count_workloads},
};
use crate::{
    ledger::Watched,
    system::{CoverageGoal, Head, Outcome, System},
};

/// The log on its disk.
#[derive(Debug, Clone)]
pub struct DiskSystem {
    /// How far it goes.
    pub bounds: DiskBounds,
    /// The promises that watch.
    pub watched: Watched,
    /// Whether a workload goes on although a promise is broken, to see what else breaks.
    pub beyond_breach: bool,
    config: Arc<LogConfig>,
    start: DiskState,
}

impl Begin {
    /// What comes before the workload.
    fn steps(self) -> &'static [Step] {
        match self {
            Begin::Empty => &[],
            Begin::ToCompact => &[
                Step::AppendTwo,
                Step::Transactional,
                Step::Abort,
                Step::Tombstone(1),
                Step::Roll,
                Step::Flush,
            ],
            Begin::ToMerge => &[
                Step::AppendTwo,
                Step::Transactional,
                Step::Roll,
                Step::Abort,
                Step::Tombstone(1),
                Step::Roll,
                Step::Flush,
            ],
        }
    }
}

impl DiskSystem {
    /// The log as published.
    pub fn right(bounds: DiskBounds) -> Self {
        Self::new(bounds, Decisions::default())
    }

    /// The log as published, or with a mistake.
    pub fn new(bounds: DiskBounds, decisions: Decisions) -> Self {
        let config = Arc::new(LogConfig {
            compact: true,
            delete_retention_ms: RETENTION_MS,
            index_interval_bytes: 1,
            retention_ms: None,
            decisions,
            ..LogConfig::default()
        });
        let mut disk = SimDisk::with_sectors(bounds.sector_bytes.into());
        let expect = Expect::new();
        let (log, _) = Log::open(&mut disk, DIRECTORY, config.clone(), expect.now_ms())
            .expect("an empty disk without faults opens");
        let mut start = Running {
            log,
            disk,
            expect,
            steps: bounds.steps,
            failures: bounds.failures,
            broken: 0,
        };
        start.steps += bounds.begin.steps().len() as u8;
        for step in bounds.begin.steps() {
            let taken = take(&start, *step, &config, false);
            start = taken.next.expect("a log without a crash stays open");
        }
        Self {
            bounds,
            watched: Watched::these(plimsoll_promises::PromiseId::STORAGE),
            beyond_breach: false,
            config,
            start: DiskState::Running(Box::new(start)),
        }
    }

    /// Takes a step of a workload.
    pub(super) fn take(&self, running: &Running, step: Step, rendering: bool) -> StepResult {
        let mut taken = take(running, step, &self.config, rendering);
        taken.broken = self.newly(taken.broken, running.broken);
        if let Some(next) = &mut taken.next {
            next.broken = running.broken | bits(&taken.broken);
        }
        taken
    }

    /// Recovers.
    pub(super) fn recover(&self, off: &Off, rendering: bool) -> Recovered {
        let mut recovered = recover(off, &self.config, rendering);
        recovered.broken = self.newly(recovered.broken, off.broken);
        recovered
    }

    /// Of each promise that watches and was not broken before, the first breach.
    fn newly(&self, broken: Vec<Broken>, before: u64) -> Vec<Broken> {
        let mut known = before;
        let mut newly = broken;
        newly.retain(|one| {
            let bit = one.promise.bit();
            let new = known & bit == 0 && self.watched.contains(one.promise);
            known |= bit;
            new
        });
        newly
    }

    /// The steps that a running log offers, with what flushing comes to if flushes may fail.
    pub(super) fn steps(&self, running: &Running) -> Vec<Step> {
        if running.steps == 0 || (running.broken != 0 && !self.beyond_breach) {
            return Vec::new();
        }
        let mut steps = self.bounds.steps_of(running);
        if self.bounds.failing_flushes(running) {
            let syncs = take(running, Step::Flush, &self.config, false).syncs;
            steps.extend((0..syncs).map(Step::FailedFlush));
        }
        steps
    }

    /// What is left where the power fails in a running log: on `disk`, with so much left open.
    fn off(&self, running: &Running, open: &Arc<super::expect::Open>, disk: SimDisk) -> DiskState {
        DiskState::Off(Box::new(Off {
            disk,
            open: open.clone(),
            cuts: self.bounds.recovery_cuts,
            summary: None,
            broken: running.broken,
        }))
    }

    /// Every way in which the power may leave `disk` behind.
    fn each_survivor(&self, disk: &SimDisk, mut each: impl FnMut(u16, SimDisk, Coverage, u64)) {
        let left = disk.survivors_at_most(self.bounds.survivors.into());
        let mut dropped = left.dropped;
        for (index, survivor) in left.disks.into_iter().enumerate() {
            let met = Coverage {
                name_lost: coverage::name_is_lost(disk, &survivor),
                ..Coverage::default()
            };
            let index = u16::try_from(index).expect("the bound on survivors is a u16");
            each(index, survivor, met, std::mem::take(&mut dropped));
        }
    }

    fn expand_running(
        &self,
        running: &Running,
        each: &mut dyn FnMut(DiskAction, Outcome<DiskState>),
    ) {
        let steps = self.steps(running);
        if running.broken == 0 || self.beyond_breach {
            let open = Arc::new(at_rest(&running.expect));
            self.cut(running, None, 0, &open, &running.disk, each);
        }
        for step in steps {
            let taken = self.take(running, step, false);
            self.cuts_in(running, step, &taken, each);
            each(DiskAction::Step(step), stepped(running, taken));
        }
    }

    /// The power fails between any two operations of a step.
    fn cuts_in(
        &self,
        running: &Running,
        step: Step,
        taken: &StepResult,
        each: &mut dyn FnMut(DiskAction, Outcome<DiskState>),
    ) {
        for (after, disk) in points(&taken.before) {
            self.cut(running, Some(step), after, &taken.open, disk, each);
        }
    }

    /// The power fails where the disk is like this.
    fn cut(
        &self,
        running: &Running,
        during: Option<Step>,
        after: u8,
        open: &Arc<super::expect::Open>,
        disk: &SimDisk,
        each: &mut dyn FnMut(DiskAction, Outcome<DiskState>),
    ) {
        self.each_survivor(disk, |survivor, left, met, left_out| {
            let action = DiskAction::Cut {
                during,
                after,
                survivor,
            };
            each(
                action,
                outcome(self.off(running, open, left), met, Vec::new(), left_out),
            );
        });
    }

    fn expand_off(&self, off: &Off, each: &mut dyn FnMut(DiskAction, Outcome<DiskState>)) {
        let recovered = self.recover(off, false);
        if let (Some(summary), true) = (recovered.summary, off.cuts > 0) {
            // Before the first operation the disk is as it was; after the last it is what the probe looked at, and may
            // still lose what recovery did not sync.
            for (after, disk) in points(&recovered.disks) {
                self.each_survivor(disk, |survivor, left, met, left_out| {
                    let met = Coverage {
                        cut_in_recovery: true,
                        ..met
                    };
                    let action = DiskAction::CutRecovery { after, survivor };
                    each(
                        action,
                        outcome(off_again(off, left, summary), met, Vec::new(), left_out),
                    );
                });
            }
        }
        each(DiskAction::Recover, done(off, recovered));
    }
}

/// The points at which a cut differs from one before: not before the first operation, and not where nothing changed.
fn points(before: &[SimDisk]) -> impl Iterator<Item = (u8, &SimDisk)> {
    let later = before.windows(2).zip(1u8..);
    later
        .filter(|(pair, _)| pair[0] != pair[1])
        .map(|(pair, after)| (after, &pair[1]))
}

fn bits(broken: &[Broken]) -> u64 {
    broken.iter().fold(0, |bits, one| bits | one.promise.bit())
}

fn outcome(
    state: DiskState,
    met: Coverage,
    broken: Vec<Broken>,
    left_out: u64,
) -> Outcome<DiskState> {
    Outcome {
        state,
        broken,
        covered: met.bits(),
        bounds: u8::from(left_out > 0),
        left_out,
    }
}

fn stepped(running: &Running, taken: StepResult) -> Outcome<DiskState> {
    let broken = running.broken | bits(&taken.broken);
    let state = match taken.next {
        Some(next) => DiskState::Running(Box::new(next)),
        None => DiskState::Done { broken },
    };
    outcome(state, taken.met, taken.broken, 0)
}

fn off_again(off: &Off, disk: SimDisk, summary: Summary) -> DiskState {
    DiskState::Off(Box::new(Off {
        disk,
        open: off.open.clone(),
        cuts: off.cuts - 1,
        summary: Some(summary),
        broken: off.broken,
    }))
}

fn done(off: &Off, recovered: Recovered) -> Outcome<DiskState> {
    let met = Coverage {
        recovered: true,
        ..recovered.met
    };
    let broken = off.broken | bits(&recovered.broken);
    outcome(DiskState::Done { broken }, met, recovered.broken, 0)
}

impl System for DiskSystem {
    type State = DiskState;
    type Action = DiskAction;

    fn head(&self) -> Head {
        Head {
            name: "disk",
            question: "Does the log keep what it promised, whatever a power cut leaves of it?",
            driven: "the real log: batches, segments, indexes, checkpoint, sync, compaction, deletion, recovery",
            modelled: "the disk: sectors, lengths and names that were not synced survive in every combination; time; the \
                       log's rules, as a vector of records",
            not_verified: "real disks, threads; retention by time and size; compression; more than one crash before \
                           recovery is through, but for one within it; damage that no power cut makes (tests have that)",
        }
    }

    fn bounds(&self) -> Vec<(&'static str, u64)> {
        self.bounds.listed()
    }

    fn counts(&self) -> Vec<(&'static str, u64)> {
        let Workloads { workloads, states } = count_workloads(self);
        vec![
            ("workloads", workloads),
            ("states with the power on", states),
        ]
    }

    fn coverage_goals(&self) -> &'static [CoverageGoal] {
        coverage::ALL
    }

    fn expected(&self) -> u64 {
        coverage::expected(&self.bounds)
    }

    fn bound_names(&self) -> Vec<&'static str> {
        vec!["a cut left more disks than are looked at"]
    }

    fn start(&self) -> DiskState {
        self.start.clone()
    }

    fn actions(&self, state: &DiskState, actions: &mut Vec<DiskAction>) {
        // Where the power may fail, and what it may leave, is known once a step was taken.
        self.expand(state, &mut |action, _| actions.push(action));
    }

    fn step(&self, state: &DiskState, action: DiskAction) -> Outcome<DiskState> {
        let mut found = None;
        match (state, action) {
            (DiskState::Running(running), DiskAction::Step(step)) => {
                found = Some(stepped(running, self.take(running, step, false)));
            }
            (DiskState::Running(running), DiskAction::Cut { during, after, .. }) => {
                let mut keep = |offered, outcome| {
                    if offered == action {
                        found = Some(outcome);
                    }
                };
                match during {
                    None => {
                        let open = Arc::new(at_rest(&running.expect));
                        self.cut(running, None, 0, &open, &running.disk, &mut keep);
                    }
                    Some(step) => {
                        let taken = self.take(running, step, false);
                        if let Some(disk) = taken.before.get(usize::from(after)) {
                            self.cut(running, during, after, &taken.open, disk, &mut keep);
                        }
                    }
                }
            }
            (DiskState::Off(off), _) => self.expand_off(off, &mut |offered, outcome| {
                if offered == action {
                    found = Some(outcome);
                }
            }),
            _ => {}
        }
        found.expect("only steps that a state offers are taken")
    }

    fn expand(&self, state: &DiskState, each: &mut dyn FnMut(DiskAction, Outcome<DiskState>)) {
        match state {
            DiskState::Running(running) => self.expand_running(running, each),
            DiskState::Off(off) => self.expand_off(off, each),
            DiskState::Done { .. } => {}
        }
    }

    fn passes(&self, state: &DiskState) -> bool {
        !matches!(state, DiskState::Running(_))
    }

    fn broken(&self, state: &DiskState) -> u64 {
        state.broken()
    }
}
