//! What a crash takes away, of a consumer and of the broker.

use super::{Machine, Step};
use crate::{Bound, Coordinator, Event, MEMBERS, Place, Stage};

impl Machine {
    /// A consumer process dies: what it had on its way may yet arrive, all it knew is gone.
    pub(super) fn crash_consumer(&self, step: &mut Step, place: Place) {
        step.state.budgets.consumer_crashes -= 1;
        step.note(Event::ConsumerCrashed { place });
        step.end_tenure(place);
        step.state.log.stop_waiting(place);
        if step.state.member(place).sent.is_some() && step.state.member(place).late.is_some() {
            step.reach(Bound::LateCommits);
        }
        step.member(place).leave_generation(0, Stage::Idle);
    }

    /// The broker dies and with it the coordinator. Of what was not durable, a prefix of each log survives.
    pub(super) fn crash_broker(&self, step: &mut Step, offsets: u8, records: u8) {
        step.state.budgets.failovers -= 1;
        let (log, data) = (&mut step.state.log, &mut step.state.data);
        let (offsets_end, data_end) = (log.durable() + offsets, data.synced + records);
        let (offsets_lost, records_lost) = (log.end() - offsets_end, data.end - data_end);
        let acked_commit_lost = log.acked() > offsets_end;
        log.crash(offsets_end);
        data.crash(data_end);
        step.state.coordinator = Coordinator::default();
        step.note(Event::BrokerCrashed {
            offsets_lost,
            records_lost,
            acked_commit_lost,
        });
        for place in 0..MEMBERS as Place {
            self.lose_connection(step, place);
        }
        step.note(Event::LogEnds { end: data_end });
    }

    /// Whoever waited for an answer gets none.
    fn lose_connection(&self, step: &mut Step, place: Place) {
        let member = step.member(place);
        match member.stage {
            Stage::Joining => member.stage = Stage::Idle,
            Stage::Syncing => member.stage = Stage::Joined,
            _ => {}
        }
        if member.waiting && member.put_aside() {
            step.reach(Bound::LateCommits);
        }
    }

    /// The coordinator replays its log and serves again.
    pub(super) fn load(&self, step: &mut Step) {
        let log = &step.state.log;
        let end = if self.design.loads_to_the_end() {
            log.end()
        } else {
            log.end().saturating_sub(1)
        };
        step.state.coordinator = Coordinator::loaded(log.replay(end));
        let coordinator = &step.state.coordinator;
        let (committed, generation) = (coordinator.committed, coordinator.generation);
        step.note(Event::Loaded {
            committed,
            generation,
        });
    }
}
