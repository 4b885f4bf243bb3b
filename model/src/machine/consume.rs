//! How records get in, and how a client loads its position and processes.

use super::{Machine, State, Step};
use crate::{Event, Member, Place, Stage};

impl Machine {
    /// Producers write before the group begins.
    ///
    /// Nothing is lost by that: a record that is there early only gives a consumer more choices, one of which is to
    /// wait; and what was never synced is never read, so a loss later is one that no consumer notices.
    pub(super) fn producing(&self, state: &State) -> bool {
        state.data.produced < self.bounds.records || state.data.synced < state.data.end
    }

    /// A producer's next record is appended.
    pub(super) fn produce(&self, step: &mut Step) {
        let (offset, value) = step.state.data.append();
        step.note(Event::Produced { offset, value });
        if !self.design.produce_answer_waits() {
            step.note(Event::ProduceAcked { offset, value });
        }
    }

    /// The data log is synced; the producers get their answers.
    pub(super) fn sync_data(&self, step: &mut Step) {
        step.note(Event::DataSynced);
        let data = &mut step.state.data;
        let unsynced = data.synced..data.end;
        data.synced = data.end;
        if self.design.produce_answer_waits() {
            for offset in unsynced {
                step.note(Event::ProduceAcked {
                    offset,
                    value: step.state.data.value(offset),
                });
            }
        }
    }

    /// OffsetFetch: the tenure begins where the coordinator says, or at the start of the log (`reset: earliest`).
    pub(super) fn fetch(&self, step: &mut Step, place: Place) {
        let committed = step.state.coordinator.visible;
        let at = committed.unwrap_or(0);
        let current = !step.state.fenced(step.state.member(place));
        let member = step.member(place);
        member.stage = Stage::Owning;
        member.position = at;
        member.secured = at;
        let tenure = member.tenure;
        step.note(Event::Resumed {
            place,
            tenure,
            committed,
            at,
            current,
        });
    }

    /// A current member keeps within its uncommitted window (A6); a fenced one goes on for at most `Z` records (D5).
    pub(super) fn may_process(&self, state: &State, member: &Member) -> bool {
        let readable = member.position < state.data.synced;
        let allowed = if state.fenced(member) {
            member.zombie < self.bounds.zombie
        } else {
            member.position < member.secured + self.bounds.window
        };
        readable && allowed && self.committed_first(member)
    }

    /// With the mistake K-1 a record is processed only once its commit was sent and answered.
    fn committed_first(&self, member: &Member) -> bool {
        self.design.processes_first() || (!member.waiting && member.secured > member.position)
    }

    /// The record's effect takes place.
    pub(super) fn process(&self, step: &mut Step, place: Place) {
        let fenced = step.state.fenced(step.state.member(place));
        let member = step.member(place);
        debug_assert_eq!(member.stage, Stage::Owning);
        let (offset, tenure) = (member.position, member.tenure);
        member.position += 1;
        member.zombie += u8::from(fenced);
        let value = step.state.data.value(offset);
        step.note(Event::Processed {
            place,
            tenure,
            offset,
            value,
            fenced,
        });
    }
}
