//! The promises' ids, sentences and sources.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The id of a promise or invariant, as used in code, reports and the README.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PromiseId {
    /// CommittedImpliesProcessed.
    D1,
    /// Bounded replay at each resume.
    BR1,
    /// Bounded replay in all.
    BR2,
    /// AckImpliesDurable, as clients see it.
    S3,
    /// AckedDurable.
    L1,
    /// NoSelfRegress.
    O2,
    /// ZombieCommitRejected.
    O9,
    /// ReplayEqualsLive.
    S1,
    /// AckImpliesDurable, in the log.
    #[serde(rename = "S3-log")]
    S3Log,
    /// AssignmentDurableBeforeHandedOut.
    G3,
    /// Refinement: the code does only what the model allows.
    #[serde(rename = "lock-step")]
    LockStep,
}

/// The two kinds of statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An automaton over what clients see.
    Promise,
    /// A relation over the state of the system.
    Invariant,
}

/// Who is to blame when it is broken and nothing else went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fault {
    /// The broker, or its coordinator.
    Broker,
    /// The client: Kafka accepts what it did, by design (G12).
    Client,
}

impl PromiseId {
    /// All of them: promises first, then invariants.
    pub const ALL: [PromiseId; 11] = [
        PromiseId::D1,
        PromiseId::BR1,
        PromiseId::BR2,
        PromiseId::S3,
        PromiseId::L1,
        PromiseId::O2,
        PromiseId::O9,
        PromiseId::S1,
        PromiseId::S3Log,
        PromiseId::G3,
        PromiseId::LockStep,
    ];

    /// The id as it is written.
    pub fn code(self) -> &'static str {
        match self {
            PromiseId::D1 => "D1",
            PromiseId::BR1 => "BR1",
            PromiseId::BR2 => "BR2",
            PromiseId::S3 => "S3",
            PromiseId::L1 => "L1",
            PromiseId::O2 => "O2",
            PromiseId::O9 => "O9",
            PromiseId::S1 => "S1",
            PromiseId::S3Log => "S3-log",
            PromiseId::G3 => "G3",
            PromiseId::LockStep => "lock-step",
        }
    }

    /// The promise in one sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            PromiseId::D1 => {
                "Every record below the committed offset has been processed by some member of the group."
            }
            PromiseId::BR1 => {
                "A tenure resumes at most U + Z records before what its group had already processed."
            }
            PromiseId::BR2 => {
                "All records that the group processed again number at most E·(U + Z)."
            }
            PromiseId::S3 => {
                "Once a commit is acknowledged, every later answer shows it or a newer one."
            }
            PromiseId::L1 => {
                "Once a record is acknowledged, it stays at its offset until it is legally deleted."
            }
            PromiseId::O2 => {
                "Within one tenure accepted commits never go back, unless the client sought back."
            }
            PromiseId::O9 => {
                "Once a partition's new assignment is delivered, no commit of the former owner is accepted."
            }
            PromiseId::S1 => "What the coordinator remembers is what replaying its log gives.",
            PromiseId::S3Log => {
                "Every acknowledged commit is in the durable part of the offsets log."
            }
            PromiseId::G3 => {
                "An assignment is handed out only once its generation is durable in the offsets log."
            }
            PromiseId::LockStep => {
                "The code answers, remembers and writes only what the model allows."
            }
        }
    }

    /// Where the promise comes from.
    pub fn source(self) -> &'static str {
        match self {
            PromiseId::D1 => "at-least-once delivery, as a state invariant (stated here first)",
            PromiseId::BR1 | PromiseId::BR2 => "bounded replay (stated here first)",
            PromiseId::S3 | PromiseId::S3Log => {
                "Kafka CoordinatorRuntime: answers wait for the high watermark"
            }
            PromiseId::L1 => "Kafka acks=all; LeaderCompleteness in the replication specifications",
            PromiseId::O2 => "client rule: the broker does not enforce it",
            PromiseId::O9 => {
                "Kafka OffsetMetadataManager.validateOffsetCommit; KIP-848 member epochs"
            }
            PromiseId::S1 => "Kafka SnapshottableCoordinator: state is the replay of the partition",
            PromiseId::G3 => {
                "Kafka GroupMetadataManager.classicGroupSyncToClassicGroup: the append future"
            }
            PromiseId::LockStep => "refinement: the implementation's state maps onto the model's",
        }
    }

    /// An automaton over observations, or a relation over a view.
    pub fn kind(self) -> Kind {
        match self {
            PromiseId::S1 | PromiseId::S3Log | PromiseId::G3 | PromiseId::LockStep => {
                Kind::Invariant
            }
            _ => Kind::Promise,
        }
    }

    /// Whose fault a breach is, if no other breach explains it.
    pub fn fault(self) -> Fault {
        match self {
            PromiseId::D1 | PromiseId::BR1 | PromiseId::BR2 | PromiseId::O2 => Fault::Client,
            _ => Fault::Broker,
        }
    }

    /// Its place in a set of promises kept as bits.
    pub fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl fmt::Display for PromiseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// No promise has that id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownPromise(pub String);

impl fmt::Display for UnknownPromise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<_> = PromiseId::ALL.iter().map(|p| p.code()).collect();
        write!(
            f,
            "no promise is called '{}'; there are {}",
            self.0,
            known.join(", ")
        )
    }
}

impl std::error::Error for UnknownPromise {}

impl FromStr for PromiseId {
    type Err = UnknownPromise;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        PromiseId::ALL
            .into_iter()
            .find(|p| p.code().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownPromise(text.to_owned()))
    }
}
