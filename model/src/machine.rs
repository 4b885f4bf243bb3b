//! The composed machine: broker, group and consumers.

mod actions;
mod canonical;
mod commit;
mod consume;
mod crash;
mod rebalance;

pub use canonical::Renaming;

use arrayvec::ArrayVec;

use crate::{
    Bound, Bounds, Budgets, Coordinator, DataLog, Design, Event, IDS_PER_PLACE, Id, MEMBERS,
    Member, Offset, OffsetsLog, Phase, Place, Stage,
};

/// The machine: how far it goes, and which design it follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// How far exploration goes.
    pub bounds: Bounds,
    /// The design, with or without a mistake.
    pub design: Design,
}

/// Everything at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct State {
    /// The data partition.
    pub data: DataLog,
    /// The offsets log.
    pub log: OffsetsLog,
    /// The coordinator's memory.
    pub coordinator: Coordinator,
    /// The members by place.
    pub members: [Member; MEMBERS],
    /// What is left for faults.
    pub budgets: Budgets,
    /// Assignments of the partition delivered so far.
    pub tenures: u8,
}

/// One step that the machine may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A producer's next record is appended.
    Produce,
    /// The data log is synced; its producer gets the answer.
    SyncData,
    /// The offsets log is synced: the high watermark passes, and everything that waited for it is answered.
    SyncOffsets,
    /// A member joins, under a new id if it has none that the coordinator knows.
    Join(Place),
    /// A member that the coordinator knows joins and is told the current generation.
    JoinCurrent(Place),
    /// A member learns of the rebalance and joins it.
    Rejoin(Place),
    /// The joining ends: all have joined, or those that have not are dropped.
    EndJoin,
    /// A member sends the assignment of its generation: the partition goes to the member with this id.
    Lead(Place, Id),
    /// A member asks for its assignment.
    Follow(Place),
    /// A member's session is lost.
    Expire(Id),
    /// A member learns that it is no longer a member, or that its generation is gone.
    FindOut(Place),
    /// An owner loads its position.
    Fetch(Place),
    /// An owner processes its next record.
    Process(Place),
    /// An owner sends a commit.
    Commit(Place),
    /// A commit reaches the coordinator.
    Arrive(Place),
    /// A commit that nobody waits for any more reaches the coordinator.
    ArriveLate(Place),
    /// A commit reaches the coordinator, and its append fails.
    ArriveFailing(Place),
    /// A client stops waiting for its commit.
    GiveUp(Place),
    /// A client sends a commit again that it had given up (only with the mistake K-4).
    Retry(Place),
    /// A consumer process dies and is started again.
    CrashConsumer(Place),
    /// The broker dies. So many entries of the offsets log that were not durable survive, and so many records.
    CrashBroker {
        /// Entries of the offsets log beyond the durable end that survive.
        offsets: u8,
        /// Records beyond the synced end that survive.
        records: u8,
    },
    /// The coordinator replays its log.
    Load,
}

/// What a step led to.
#[derive(Debug, Clone)]
pub struct Step {
    /// The next state, not yet in canonical form.
    pub state: State,
    /// What happened, in order.
    pub events: ArrayVec<Event, 12>,
    /// Bounds that kept something from happening, as bits.
    pub reached: u8,
}

impl Step {
    fn note(&mut self, event: Event) {
        self.events.push(event);
    }

    fn reach(&mut self, bound: Bound) {
        self.reached |= bound.bit();
    }

    /// The member at a place.
    fn member(&mut self, place: Place) -> &mut Member {
        &mut self.state.members[usize::from(place)]
    }

    /// A member's tenure is over.
    fn end_tenure(&mut self, place: Place) {
        let tenure = std::mem::take(&mut self.member(place).tenure);
        if tenure > 0 {
            self.note(Event::TenureEnded { tenure });
        }
    }
}

impl Machine {
    /// Where it begins: empty logs, nobody there.
    pub fn start(&self) -> State {
        State {
            data: DataLog::default(),
            log: OffsetsLog::keeping(u8::from(!self.design.loads_to_the_end())),
            coordinator: Coordinator {
                phase: Phase::Empty,
                ..Coordinator::default()
            },
            members: [Member::default(); MEMBERS],
            budgets: self.bounds.budgets(),
            tenures: 0,
        }
    }

    /// Takes a step that [`Machine::actions`] offers.
    pub fn step(&self, state: &State, action: Action) -> Step {
        let mut step = Step {
            state: state.clone(),
            events: ArrayVec::new(),
            reached: 0,
        };
        match action {
            Action::Produce => self.produce(&mut step),
            Action::SyncData => self.sync_data(&mut step),
            Action::SyncOffsets => self.sync_offsets(&mut step),
            Action::Join(place) => self.join(&mut step, place),
            Action::JoinCurrent(place) => self.join_current(&mut step, place),
            Action::Rejoin(place) => self.rejoin(&mut step, place),
            Action::EndJoin => self.end_join(&mut step),
            Action::Lead(place, owner) => self.lead(&mut step, place, owner),
            Action::Follow(place) => self.follow(&mut step, place),
            Action::Expire(id) => self.expire(&mut step, id),
            Action::FindOut(place) => self.find_out(&mut step, place),
            Action::Fetch(place) => self.fetch(&mut step, place),
            Action::Process(place) => self.process(&mut step, place),
            Action::Commit(place) => self.commit(&mut step, place),
            Action::Arrive(place) => self.arrive(&mut step, place),
            Action::ArriveLate(place) => self.arrive_late(&mut step, place),
            Action::ArriveFailing(place) => self.arrive_failing(&mut step, place),
            Action::GiveUp(place) => self.give_up(&mut step, place),
            Action::Retry(place) => self.retry(&mut step, place),
            Action::CrashConsumer(place) => self.crash_consumer(&mut step, place),
            Action::CrashBroker { offsets, records } => {
                self.crash_broker(&mut step, offsets, records)
            }
            Action::Load => self.load(&mut step),
        }
        step
    }
}

impl State {
    /// The member at a place.
    pub fn member(&self, place: Place) -> &Member {
        &self.members[usize::from(place)]
    }

    /// The place whose living process has this id.
    pub fn holder(&self, id: Id) -> Option<Place> {
        (0..MEMBERS as Place).find(|place| id > 0 && self.member(*place).id == id)
    }

    /// A newer generation than the member's is durable: the coordinator would refuse it after any crash.
    pub fn fenced(&self, member: &Member) -> bool {
        self.log.replay_durable().generation.number > member.generation
    }

    /// Whether a commit of this offset may take effect yet, or did without the client's knowing.
    pub fn may_take_effect(&self, offset: Offset) -> bool {
        let on_its_way =
            |message: &Option<crate::Message>| message.is_some_and(|m| m.offset == offset);
        self.members
            .iter()
            .any(|m| on_its_way(&m.sent) || on_its_way(&m.late))
            || self.log.holds_unacknowledged(offset)
    }

    /// An id of this place that nothing names any more.
    fn fresh_id(&self, place: Place) -> Id {
        let first = place * IDS_PER_PLACE + 1;
        (first..first + IDS_PER_PLACE)
            .find(|id| !self.names(*id))
            .expect(
                "a place has enough ids: one alive, others in memory, in the log and on their way",
            )
    }

    fn names(&self, id: Id) -> bool {
        let by = |message: &Option<crate::Message>| message.is_some_and(|m| m.id == id);
        self.coordinator.members.contains(id)
            || self.log.names(id)
            || self
                .members
                .iter()
                .any(|m| m.id == id || by(&m.sent) || by(&m.late))
    }

    /// Whether the member at this place is in a generation that goes on without it.
    fn out_of_date(&self, member: &Member) -> bool {
        let in_generation = matches!(
            member.stage,
            Stage::Joined | Stage::Standby | Stage::Assigned | Stage::Owning
        );
        in_generation && !self.coordinator.knows(member.id, member.generation)
    }
}
