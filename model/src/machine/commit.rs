//! What happens to a commit: sent, accepted or refused, durable, answered, given up, late.

use super::{Machine, State, Step};
use crate::{Bound, Entry, Event, Member, Message, Phase, Place};

impl Machine {
    /// The offset that this member would commit now.
    fn next_commit(&self, state: &State, member: &Member) -> Option<u8> {
        if self.design.processes_first() {
            // A policy that has nothing new to secure sends nothing.
            (member.position > member.secured)
                .then(|| member.position - self.design.commit_shortfall())
        } else {
            let next = member.position + 1;
            (next > member.secured && next <= state.data.synced).then_some(next)
        }
    }

    pub(super) fn may_commit(&self, state: &State, member: &Member) -> bool {
        !member.waiting && self.next_commit(state, member).is_some()
    }

    /// OffsetCommit leaves the client, with its id and generation as they are now.
    pub(super) fn commit(&self, step: &mut Step, place: Place) {
        let offset = self
            .next_commit(&step.state, step.state.member(place))
            .expect("offered only when there is one");
        self.send(step, place, offset, false);
    }

    /// A client with the mistake K-4 sends an older commit again.
    pub(super) fn retry(&self, step: &mut Step, place: Place) {
        let offset = step
            .member(place)
            .kept
            .take()
            .expect("offered only when there is one");
        self.send(step, place, offset, true);
    }

    fn send(&self, step: &mut Step, place: Place, offset: u8, again: bool) {
        let member = step.member(place);
        let message = Message {
            offset,
            id: member.id,
            generation: member.generation,
            tenure: member.tenure,
        };
        member.sent = Some(message);
        member.waiting = true;
        step.note(Event::CommitSent {
            place,
            offset,
            again,
        });
    }

    /// The fence: the sender must be a member of the current generation (G4), and no assignment may be under way (G10).
    pub(super) fn accepts(&self, state: &State, message: Message) -> bool {
        let coordinator = &state.coordinator;
        let current =
            coordinator.knows(message.id, message.generation) || !self.design.fences_commits();
        current && coordinator.phase != Phase::Completing
    }

    /// A commit reaches the coordinator while its client waits.
    pub(super) fn arrive(&self, step: &mut Step, place: Place) {
        let member = step.member(place);
        let message = member.sent.take().expect("offered only when there is one");
        // Requests of one client are handled in the order in which they were sent (A1).
        member.late = None;
        if !self.accepts(&step.state, message) {
            self.refuse(step, place, message);
            return;
        }
        let waiting = self.design.commit_answer_waits().then_some(place);
        self.append(step, place, message, waiting, false);
        if waiting.is_none() {
            step.state.log.acknowledge_newest();
            self.acknowledge(step, place, message.offset);
        }
    }

    /// A commit reaches the coordinator that nobody waits for any more.
    pub(super) fn arrive_late(&self, step: &mut Step, place: Place) {
        let message = step
            .member(place)
            .late
            .take()
            .expect("offered only when there is one");
        if self.accepts(&step.state, message) {
            self.append(step, place, message, None, true);
        } else {
            step.note(Event::CommitRefused {
                place,
                offset: message.offset,
                late: true,
            });
        }
    }

    fn append(
        &self,
        step: &mut Step,
        place: Place,
        message: Message,
        waiting: Option<Place>,
        late: bool,
    ) {
        step.state.log.append(Entry::Commit {
            offset: message.offset,
            waiting,
        });
        step.state.coordinator.committed = Some(message.offset);
        step.note(Event::CommitAccepted {
            place,
            tenure: message.tenure,
            offset: message.offset,
            generation: message.generation,
            late,
        });
    }

    fn refuse(&self, step: &mut Step, place: Place, message: Message) {
        step.note(Event::CommitRefused {
            place,
            offset: message.offset,
            late: false,
        });
        step.member(place).waiting = false;
        let known = step.state.coordinator.members.contains(message.id);
        self.told_to_rejoin(step, place, known);
    }

    /// The append fails: nothing was written, so nothing may remain in memory (S5). The client cannot tell (S4).
    pub(super) fn arrive_failing(&self, step: &mut Step, place: Place) {
        step.state.budgets.write_errors -= 1;
        let member = step.member(place);
        let message = member.sent.take().expect("offered only when there is one");
        member.late = None;
        member.waiting = false;
        step.note(Event::CommitAppendFailed {
            place,
            offset: message.offset,
        });
        if !self.design.failed_append_leaves_no_trace() {
            step.state.coordinator.committed = Some(message.offset);
        }
    }

    /// The offsets log is synced: the high watermark passes everything, and what waited for it is answered.
    pub(super) fn sync_offsets(&self, step: &mut Step) {
        step.note(Event::OffsetsSynced);
        let held_group = step.state.log.entries()[usize::from(step.state.log.durable())..]
            .iter()
            .any(|entry| matches!(entry, Entry::Group(g) if g.number == step.state.coordinator.generation));
        let answered = step.state.log.sync();
        let coordinator = &mut step.state.coordinator;
        if coordinator.serves() {
            coordinator.visible = coordinator.committed;
        }
        for (place, offset) in answered {
            self.acknowledge(step, place, offset);
        }
        // A rebalance that began meanwhile takes precedence: then the generation is not handed out.
        if held_group && step.state.coordinator.phase == Phase::Completing {
            self.stabilise(step);
        }
    }

    fn acknowledge(&self, step: &mut Step, place: Place, offset: u8) {
        let shortfall = self.design.commit_shortfall();
        let member = step.member(place);
        member.waiting = false;
        member.secured = offset + shortfall;
        step.note(Event::CommitAcked { place, offset });
    }

    /// The client stops waiting: a time-out, a lost connection. The commit may have taken effect, or may yet.
    pub(super) fn give_up(&self, step: &mut Step, place: Place) {
        step.state.budgets.lost_answers -= 1;
        let appended = step.state.log.stop_waiting(place);
        let keeps = self.design.keeps_commits_given_up();
        let member = step.member(place);
        if keeps {
            member.kept = appended.or(member.sent.map(|message| message.offset));
        }
        if member.put_aside() {
            step.reach(Bound::LateCommits);
        }
        step.note(Event::GaveUp {
            place,
            in_log: appended.is_some(),
        });
    }
}
