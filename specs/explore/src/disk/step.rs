//! The steps that workloads are made of, and what the power may do in between.

use plimsoll_model::storage::Key;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One step of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// An idempotent producer appends one record of this key.
    Append(Key),
    /// It appends two records of one key, as one batch.
    AppendTwo,
    /// It appends a tombstone of this key.
    Tombstone(Key),
    /// It sends a batch again: 0 is its last one, 1 the one before.
    Retry(u8),
    /// Another producer appends a record within a transaction.
    Transactional,
    /// That transaction is committed.
    Commit,
    /// Or aborted.
    Abort,
    /// The active segment is closed, and a new one begun.
    Roll,
    /// Everything is synced.
    Flush,
    /// A pass of the cleaner.
    Compact,
    /// Time passes: as much as tombstones stay.
    Clock,
    /// The first record that is left is deleted.
    Delete,
    /// The log is closed in an orderly way, and opened again.
    Close,
    /// The process is killed and started again; the machine stays up.
    Restart,
    /// Everything is synced, and the n-th sync of it fails.
    FailedFlush(u8),
    /// A record is appended, and its write fails halfway.
    FailedAppend,
}

/// A step without its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// [`Step::Append`]
    Append,
    /// [`Step::AppendTwo`]
    AppendTwo,
    /// [`Step::Tombstone`]
    Tombstone,
    /// [`Step::Retry`]
    Retry,
    /// [`Step::Transactional`]
    Transactional,
    /// [`Step::Commit`] and [`Step::Abort`]
    Marker,
    /// [`Step::Roll`]
    Roll,
    /// [`Step::Flush`]
    Flush,
    /// [`Step::Compact`]
    Compact,
    /// [`Step::Clock`]
    Clock,
    /// [`Step::Delete`]
    Delete,
    /// [`Step::Close`]
    Close,
    /// [`Step::Restart`]
    Restart,
    /// [`Step::FailedFlush`]
    FailedFlush,
    /// [`Step::FailedAppend`]
    FailedAppend,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 15] = [
        Kind::Append,
        Kind::AppendTwo,
        Kind::Tombstone,
        Kind::Retry,
        Kind::Transactional,
        Kind::Marker,
        Kind::Roll,
        Kind::Flush,
        Kind::Compact,
        Kind::Clock,
        Kind::Delete,
        Kind::Close,
        Kind::Restart,
        Kind::FailedFlush,
        Kind::FailedAppend,
    ];

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// A set of kinds; in a file a list of their names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Kinds(u32);

impl Kinds {
    /// All of them.
    pub const fn all() -> Self {
        Self::these(&Kind::ALL)
    }

    /// These.
    pub const fn these(kinds: &[Kind]) -> Self {
        let (mut bits, mut index) = (0, 0);
        while index < kinds.len() {
            bits |= kinds[index].bit();
            index += 1;
        }
        Self(bits)
    }

    /// All but these.
    pub const fn but(kinds: &[Kind]) -> Self {
        Self(Self::all().0 & !Self::these(kinds).0)
    }

    /// Whether it is one of them.
    pub fn has(self, kind: Kind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// How many they are.
    pub fn len(self) -> u64 {
        self.0.count_ones().into()
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl Serialize for Kinds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(Kind::ALL.into_iter().filter(|kind| self.has(*kind)))
    }
}

impl<'de> Deserialize<'de> for Kinds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let kinds = Vec::<Kind>::deserialize(deserializer)?;
        Ok(Kinds::these(&kinds))
    }
}

impl Step {
    /// Its kind.
    pub fn kind(self) -> Kind {
        match self {
            Step::Append(_) => Kind::Append,
            Step::AppendTwo => Kind::AppendTwo,
            Step::Tombstone(_) => Kind::Tombstone,
            Step::Retry(_) => Kind::Retry,
            Step::Transactional => Kind::Transactional,
            Step::Commit | Step::Abort => Kind::Marker,
            Step::Roll => Kind::Roll,
            Step::Flush => Kind::Flush,
            Step::Compact => Kind::Compact,
            Step::Clock => Kind::Clock,
            Step::Delete => Kind::Delete,
            Step::Close => Kind::Close,
            Step::Restart => Kind::Restart,
            Step::FailedFlush(_) => Kind::FailedFlush,
            Step::FailedAppend => Kind::FailedAppend,
        }
    }
}

/// A step of the system: of the workload, or of the power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiskAction {
    /// A step of the workload, taken to its end.
    Step(Step),
    /// The power fails.
    Cut {
        /// The step in which it does; none between two steps.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        during: Option<Step>,
        /// How many disk operations of the step were done.
        after: u8,
        /// The number of the disk that is left, as the simulated disk lists them; 0 has lost all that was not synced.
        survivor: u16,
    },
    /// The log is opened on what is left.
    Recover,
    /// It is opened, and the power fails again.
    CutRecovery {
        /// How many disk operations of the recovery were done.
        after: u8,
        /// The number of the disk that is left.
        survivor: u16,
    },
}
