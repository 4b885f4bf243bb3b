//! The power fails: what the disk keeps, what recovery makes of it, and which crash of the model that is.

use plimsoll_broker::Broker;
use plimsoll_disk::{Fault, Faulty, SimDisk};
use plimsoll_log::RecoveryReport;
use plimsoll_model::{Action, Step};
use serde::{Deserialize, Serialize};

use super::{CodeAction, CodeState, CodeSystem, CodeView, StepResult, compare};
use crate::design::covered;

/// Which of the possible disks a power failure leaves, and whether power fails again during recovery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cut {
    /// The number of the surviving disk, as the simulated disk lists them; 0 has lost all that was not synced.
    pub survivor: u8,
    /// The second failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Again>,
}

/// Power fails again while the broker recovers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Again {
    /// Before which operation of the recovery on the disk.
    pub operation: u8,
    /// The number of the disk that survives that.
    pub survivor: u8,
}

/// What recovery had to take away from one log, in a story's words.
fn recovered(report: &RecoveryReport) -> Option<String> {
    let file = &report.file;
    let cut = report.truncated_bytes;
    (cut > 0).then(|| {
        format!(
            "recovery keeps {} bytes of {file} and cuts {cut} torn ones",
            report.kept_bytes
        )
    })
}

/// A recovery that was cut short: what the disk is like then.
fn cut_recovery(disk: SimDisk, config: &plimsoll_broker::Config, operation: u8) -> Option<SimDisk> {
    let mut disk = Faulty::new(disk);
    disk.fail_at(operation.into(), Fault::PowerCut);
    match Broker::open(disk, config) {
        Ok(_) => None,
        Err(failure) => Some(failure.disk.into_inner()),
    }
}

impl CodeSystem {
    /// Every way in which the power may fail here.
    pub(super) fn cuts(&self, state: &CodeState, actions: &mut Vec<CodeAction>) {
        let model = &state.watch.state;
        if model.budgets.failovers == 0 || !model.coordinator.serves() {
            return;
        }
        let survivors = state.broker.disk().inner().survivors();
        for (survivor, disk) in survivors.into_iter().enumerate() {
            let survivor =
                u8::try_from(survivor).expect("a short workload leaves fewer than 256 disks");
            actions.push(CodeAction::Cut {
                cut: Cut {
                    survivor,
                    again: None,
                },
            });
            for operation in 0.. {
                let Some(half) = cut_recovery(disk.clone(), &self.config, operation) else {
                    break;
                };
                // Before the first operation the disk is as it was.
                let disks = if operation == 0 {
                    0
                } else {
                    half.survivors().len()
                };
                let again = (0..disks as u8).map(|survivor| {
                    Some(Again {
                        operation,
                        survivor,
                    })
                });
                actions.extend(again.map(|again| CodeAction::Cut {
                    cut: Cut { survivor, again },
                }));
            }
        }
    }

    fn surviving(&self, state: &CodeState, cut: Cut) -> Result<SimDisk, String> {
        let gone = || "there is no such surviving disk".to_owned();
        let disk = state
            .broker
            .disk()
            .inner()
            .survivors()
            .into_iter()
            .nth(cut.survivor.into())
            .ok_or_else(gone)?;
        let Some(again) = cut.again else {
            return Ok(disk);
        };
        let half = cut_recovery(disk, &self.config, again.operation).ok_or_else(gone)?;
        half.survivors()
            .into_iter()
            .nth(again.survivor.into())
            .ok_or_else(gone)
    }

    /// The broker dies and recovers; the model must allow what is left.
    pub(super) fn take_cut(&self, from: &CodeState, cut: Cut) -> StepResult {
        let mut state = from.clone();
        let opened = self.surviving(from, cut).and_then(|disk| {
            Broker::open(Faulty::new(disk), &self.config)
                .map_err(|failure| failure.error.to_string())
        });
        state.calls.drop_all();
        let mut notes = vec![self.description(from, cut)];
        match opened {
            Ok(broker) => {
                notes.extend(broker.recovery_reports().iter().filter_map(recovered));
                state.broker = broker;
            }
            Err(error) => {
                let mut taken = self.judge(
                    state,
                    &[],
                    Some(format!("the broker does not recover: {error}")),
                );
                taken.notes = notes;
                return taken;
            }
        }
        let (action, step, wrong) = self.matching_crash(&state);
        state.appended = Default::default();
        state.watch.state = step.state.clone();
        let mut taken = self.judge(state, &step.events, wrong);
        taken.covered = covered(&from.watch, &step, &taken.state.watch);
        taken.notes = notes;
        taken.model = vec![action];
        taken
    }

    /// The crash of the model that leaves what the code has recovered; otherwise the harmless one, and the difference.
    fn matching_crash(&self, recovered: &CodeState) -> (Action, Step, Option<String>) {
        let before = &recovered.watch.state;
        let (unsynced, unread) = (
            before.log.end() - before.log.durable(),
            before.data.end - before.data.synced,
        );
        let view = CodeView::of(recovered);
        let mut first = None;
        for offsets in (0..=unsynced).rev() {
            for records in (0..=unread).rev() {
                let action = Action::CrashBroker { offsets, records };
                let step = self.design.machine.step(before, action);
                let difference = match &view {
                    Ok(view) => compare::difference(recovered, view, &step.state),
                    Err(error) => Some(format!("its offsets log cannot be read: {error}")),
                };
                match difference {
                    None => return (action, step, None),
                    Some(difference) => first = first.or(Some((action, step, difference))),
                }
            }
        }
        let (action, step, difference) = first.expect("at least nothing may survive");
        let wrong = format!("after recovery {difference}, whatever the crash took");
        (action, step, Some(wrong))
    }

    fn description(&self, state: &CodeState, cut: Cut) -> String {
        let disks = state.broker.disk().inner().survivor_count();
        let again = cut.again.map_or_else(String::new, |again| {
            format!(
                "; power fails again before operation {} of the recovery",
                again.operation + 1
            )
        });
        format!(
            "{disks} disks may survive here; this is number {}{again}",
            cut.survivor + 1
        )
    }
}
