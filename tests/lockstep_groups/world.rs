//! The real broker beside the model, and what they are asked.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_broker::{Broker, CallId, Config, Effect, GroupView, TimerId, Timestamp};
use plimsoll_disk::{Faulty, SimDisk};
use plimsoll_model::groups::{
    Answers, Append, Call, Error, GroupId, MemberId, Now, Partition, Request, Seen, Timer,
};
use plimsoll_offsets::partition_for;
use plimsoll_tests::situations::Situations;
use plimsoll_tests::story::Wrong;

use crate::op::{Client, Fate};
use crate::setup::Setup;
use crate::{names, requests, responses, situations};

/// What a client knows of itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    pub member: MemberId,
    pub generation: i32,
}

/// The broker and the model.
pub struct World {
    pub setup: Setup,
    pub config: Config,
    pub broker: Broker<Faulty<SimDisk>>,
    pub model: Vec<Partition>,
    pub now: Now,
    /// The timers that the broker asked for, and when they fire.
    pub wheel: BTreeMap<(GroupId, Timer), (i64, TimerId)>,
    pub clients: BTreeMap<Client, Known>,
    /// Whose calls are open or were answered.
    pub calls: BTreeMap<Call, Client>,
    pub last_call: Call,
    /// No member id is given twice.
    pub last_member: MemberId,
    /// The ids that static members got.
    pub statics: BTreeSet<MemberId>,
    /// The epoch of each producer.
    pub epochs: [i16; 2],
    /// Of each partition's log, up to where its entries were compared.
    pub compared: Vec<i64>,
    pub fate: Fate,
    pub situations: Situations,
    pub steps: u64,
}

/// What was true before a step.
pub struct Before {
    fired: u64,
    ends: Vec<i64>,
}

impl World {
    pub fn begin(setup: &Setup) -> Result<World, Wrong> {
        let config = setup.config();
        let disk = Faulty::new(SimDisk::with_sectors(64));
        let wall_ms = 100_000_000_000;
        let (broker, _) = Broker::start(disk, &config, Timestamp(wall_ms))
            .map_err(|failure| format!("a new broker does not open: {failure}"))?;
        let partitions = 0..setup.partitions;
        Ok(World {
            model: partitions
                .map(|_| Partition::new(setup.settings()))
                .collect(),
            compared: vec![0; setup.partitions as usize],
            setup: setup.clone(),
            config,
            broker,
            now: Now {
                elapsed_ms: 0,
                wall_ms,
            },
            wheel: BTreeMap::new(),
            clients: BTreeMap::new(),
            calls: BTreeMap::new(),
            last_call: 0,
            last_member: 0,
            statics: BTreeSet::new(),
            epochs: [0; 2],
            fate: Fate::default(),
            situations: Situations::of(situations::ALL),
            steps: 0,
        })
    }

    pub fn time(&self) -> Timestamp {
        Timestamp(self.now.wall_ms)
    }

    /// The partition of the offsets topic that a group is in.
    pub fn partition_of(&self, group: GroupId) -> usize {
        let index = partition_for(&names::group(group), self.setup.partitions);
        index.map_or(0, |index| index as usize)
    }

    pub fn fresh_member(&mut self) -> MemberId {
        self.last_member += 1;
        self.last_member
    }

    pub fn before(&self) -> Before {
        let end = |index| {
            let view = self.broker.offsets_partition(index);
            view.map_or(-1, |view| view.log_end_offset)
        };
        Before {
            fired: self.broker.disk().fired(),
            ends: (0..self.model.len()).map(end).collect(),
        }
    }

    /// Whether a fault happened since.
    pub fn met_a_fault(&self, before: &Before) -> bool {
        let disk = self.broker.disk();
        disk.is_off() || disk.fired() > before.fired
    }

    /// How many entries a partition's log has got since.
    pub fn appended(&self, before: &Before, index: usize) -> i64 {
        self.before().ends[index] - before.ends[index]
    }

    /// Whether the broker's append failed: nobody but a fault may have made it.
    pub fn append_of(&self, before: &Before, index: usize) -> Append {
        match self.met_a_fault(before) && self.appended(before, index) == 0 {
            true => Append::Failed(Error::NotCoordinator),
            false => Append::Made,
        }
    }

    /// How the broker left a group, where Kafka leaves a choice.
    pub fn seen(&self, group: GroupId) -> Result<Seen, Wrong> {
        let Some(view) = self.broker.group(&names::group(group)) else {
            return Ok(Seen::default());
        };
        let GroupView {
            state,
            leader,
            protocol,
            ..
        } = view;
        Ok(Seen {
            phase: names::phase_of(state).ok(),
            leader: leader.as_deref().map(names::member_of).transpose()?,
            protocol: protocol.as_deref().map(names::protocol_of).transpose()?,
        })
    }

    /// Keeps the wheel, and gives the answers.
    pub fn take(&mut self, effects: Vec<Effect>) -> Result<Answers, Wrong> {
        let mut answers = Answers::new();
        for effect in effects {
            match effect {
                Effect::Answer { call, response } => {
                    answers.push((call.0, responses::answer(&response)?));
                }
                Effect::SetTimer { timer, after_ms } => {
                    let key = (
                        names::group_of(&timer.group)?,
                        names::timer_of(&timer.name)?,
                    );
                    let at_ms = self.now.elapsed_ms + after_ms as i64;
                    self.wheel.insert(key, (at_ms, timer));
                }
                Effect::CancelTimer { timer } => {
                    let key = (
                        names::group_of(&timer.group)?,
                        names::timer_of(&timer.name)?,
                    );
                    self.wheel.remove(&key);
                }
                Effect::FailStop { .. } => {}
            }
        }
        Ok(answers)
    }

    /// Asks both.
    pub fn ask(&mut self, partition: usize, request: &Request, by: Client) -> Result<(), Wrong> {
        self.last_call += 1;
        let (call, before) = (self.last_call, self.before());
        self.calls.insert(call, by);
        let real = requests::real(request, partition);
        let time = self.time();
        let effects = self.broker.request(time, CallId(call), real);
        let description = self.take(effects)?;
        let append = self.append_of(&before, partition);
        let seen = self.seen(by.0)?;
        let model = &mut self.model[partition];
        let expected = model.request(self.now, call, request, &seen, append);
        self.note_request(request, call, &expected, append);
        self.settle(&before, description, expected)
    }

    /// The timer that fires next fires in both.
    pub fn fire(&mut self, group: GroupId, timer: Timer) -> Result<(), Wrong> {
        let Some((_, id)) = self.wheel.remove(&(group, timer)) else {
            return Err(format!("{timer:?} of group {group} is not armed"));
        };
        let before = self.before();
        let effects = self.broker.fire(self.time(), &id);
        let description = self.take(effects)?;
        let partition = self.partition_of(group);
        let append = self.append_of(&before, partition);
        let seen = self.seen(group)?;
        let model = &mut self.model[partition];
        let expected = model.fire(self.now, group, timer, &seen, append);
        self.note_timer(group, timer, append);
        self.settle(&before, description, expected)
    }
}
