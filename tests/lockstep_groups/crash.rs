//! The broker stops, and is opened again: from what a power cut left, or from what a process left that died.

use plimsoll_broker::{Broker, Effect, Timestamp};
use plimsoll_disk::{Faulty, SimDisk};
use plimsoll_model::groups::Answers;
use plimsoll_tests::story::Wrong;

use crate::op::Fate;
use crate::world::World;

/// How many survivors are told apart.
const SURVIVORS_MAX: u64 = 32;

impl World {
    /// The power is off, or goes now.
    pub fn power_cut(&mut self) -> Result<(), Wrong> {
        let fate = std::mem::take(&mut self.fate);
        let disk = self.broker.disk().inner();
        let mut survivors = disk.survivors_at_most(SURVIVORS_MAX).disks;
        let index = usize::from(fate.survivor) % survivors.len();
        self.reopen(survivors.swap_remove(index), &fate)
    }

    /// The process dies; everything written is still there to read.
    pub fn kill(&mut self) -> Result<(), Wrong> {
        let fate = std::mem::take(&mut self.fate);
        self.reopen(self.broker.disk().inner().clone(), &fate)
    }

    /// The broker has stopped by itself.
    pub fn after_a_stop(&mut self) -> Result<(), Wrong> {
        self.situations.saw("the broker stopped by itself");
        match self.fate.reboot {
            true => self.power_cut(),
            false => self.kill(),
        }
    }

    fn reopen(&mut self, disk: SimDisk, fate: &Fate) -> Result<(), Wrong> {
        self.config.coordinator.max_group_size = match fate.smaller {
            true => 1,
            false => self.setup.members_max,
        };
        let mut settings = self.setup.settings();
        settings.members_max = self.config.coordinator.max_group_size;
        self.broker = match Broker::open(Faulty::new(disk), &self.config) {
            Ok(broker) => broker,
            // What a failed sync left can be trusted only after a restart of the machine.
            Err(failure) if failure.to_string().contains("restart the machine") => {
                let disk = failure.disk.inner();
                let mut survivors = disk.survivors_at_most(SURVIVORS_MAX).disks;
                let index = usize::from(fate.survivor) % survivors.len();
                return self.reopen(survivors.swap_remove(index), fate);
            }
            Err(failure) => return Err(format!("the broker does not open: {failure}")),
        };
        self.wheel.clear();
        for index in 0..self.model.len() {
            let view = self.broker.offsets_partition(index);
            let end = view.map_or(-1, |view| view.log_end_offset);
            let model = &mut self.model[index];
            let (durable, before) = (model.log.durable(), model.log.end());
            let crashed = model.crash(end, &settings);
            crashed.map_err(|wrong| format!("partition {index}: {wrong}"))?;
            self.compared[index] = end;
            self.note_crash(durable, end, before);
        }
        self.compare_all_entries()?;
        self.load()
    }

    /// What is loading is loaded.
    pub fn load(&mut self) -> Result<(), Wrong> {
        let before = self.before();
        let time: Timestamp = self.time();
        let effects: Vec<Effect> = self.broker.load(time);
        let description = self.take(effects)?;
        if !self.broker.is_stopped() {
            self.load_model();
        }
        self.settle(&before, description, Answers::new())
    }

    fn load_model(&mut self) {
        use plimsoll_model::groups::Status;
        for index in 0..self.model.len() {
            if self.model[index].status != Status::Loading {
                continue;
            }
            self.model[index].load(self.now);
            self.note_load(index);
        }
    }
}
