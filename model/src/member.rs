//! A consumer: what it believes, and what it has on its way to the coordinator.

use crate::{Id, Offset};

/// How far a member is in getting the partition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Not in the group, or told that it is not.
    #[default]
    Idle,
    /// Waits for the answer to JoinGroup.
    Joining,
    /// In a generation, without its assignment yet.
    Joined,
    /// Waits for the answer to SyncGroup.
    Syncing,
    /// In a generation that assigned it nothing.
    Standby,
    /// Owns the partition, without a position yet.
    Assigned,
    /// Owns the partition and reads it.
    Owning,
}

/// A commit on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Message {
    /// The offset to commit.
    pub offset: Offset,
    /// The sender's id at the time.
    pub id: Id,
    /// Its generation at the time.
    pub generation: u8,
    /// Its tenure.
    pub tenure: u8,
}

/// A member, at one place. A process that is started again keeps the place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Member {
    /// How far it is.
    pub stage: Stage,
    /// Its member id; 0 before one was issued.
    pub id: Id,
    /// Its generation.
    pub generation: u8,
    /// Its tenure, from the delivery of the assignment on; 0 is none.
    pub tenure: u8,
    /// Its position: the next offset to process.
    pub position: Offset,
    /// What it believes to be committed: where it started, or its last acknowledged commit.
    pub secured: Offset,
    /// Records that it processed since it was fenced.
    pub zombie: u8,
    /// It waits for the answer to a commit.
    pub waiting: bool,
    /// The commit that has not reached the coordinator yet.
    pub sent: Option<Message>,
    /// A commit that the client no longer waits for, or a dead process's, which may yet arrive.
    pub late: Option<Message>,
    /// A commit given up that the client means to send again (only with the mistake K-4).
    pub kept: Option<Offset>,
}

impl Member {
    /// It holds a delivered assignment.
    pub fn holds_assignment(&self) -> bool {
        matches!(self.stage, Stage::Standby | Stage::Assigned | Stage::Owning)
    }

    /// It gives up its place in the group, but not what is on its way.
    pub fn leave_generation(&mut self, id: Id, stage: Stage) {
        self.put_aside();
        *self = Self {
            stage,
            id,
            late: self.late,
            ..Self::default()
        };
    }

    /// It no longer waits for its commit; what has not arrived may yet. True if an older late commit was forgotten.
    pub fn put_aside(&mut self) -> bool {
        self.waiting = false;
        match self.sent.take() {
            Some(message) => self.late.replace(message).is_some(),
            None => false,
        }
    }
}
