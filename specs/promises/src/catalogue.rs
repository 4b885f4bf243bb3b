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
    /// OffsetAssignment.
    L3,
    /// BatchAtomicity.
    L7,
    /// Idempotent append.
    L8,
    /// RecoverIsPrefix.
    L9,
    /// RecoverIdempotent.
    L10,
    /// DerivedState = f(Log).
    L11,
    /// FetchEdges.
    L13,
    /// LatestPerKeyRetained.
    K1,
    /// OrderAndOffsetsPreserved.
    K2,
    /// CleanOnlySettled.
    K3,
    /// TombstoneLifetime.
    K4,
    /// ReplayEquivalence.
    K6,
    /// TxnAwareCleaning.
    K7,
    /// EndPreserved.
    K8,
    /// SwapAtomicity.
    K9,
    /// KeylessRejected.
    K10,
    /// LastCommitWins.
    O1,
    /// RoundTrip.
    O3,
    /// Expiry.
    O6,
    /// GroupGC.
    O7,
    /// Scope.
    O8,
    /// LoadBeforeServe.
    S6,
    /// NoResurrection.
    S9,
    /// StableRouting.
    S10,
    /// FenceByGeneration.
    G4,
    /// StaticUnique.
    G8,
    /// RebalanceTerminates.
    V1,
    /// EventuallyConverges.
    V2,
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
    /// All of them: what a consumer group is promised, what a log by itself is, what the offsets topic is besides.
    pub const ALL: [PromiseId; 39] = [
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
        PromiseId::L3,
        PromiseId::L7,
        PromiseId::L8,
        PromiseId::L9,
        PromiseId::L10,
        PromiseId::L11,
        PromiseId::L13,
        PromiseId::K1,
        PromiseId::K2,
        PromiseId::K3,
        PromiseId::K4,
        PromiseId::K6,
        PromiseId::K7,
        PromiseId::K8,
        PromiseId::K9,
        PromiseId::K10,
        PromiseId::O1,
        PromiseId::O3,
        PromiseId::O6,
        PromiseId::O7,
        PromiseId::O8,
        PromiseId::S6,
        PromiseId::S9,
        PromiseId::S10,
        PromiseId::G4,
        PromiseId::G8,
        PromiseId::V1,
        PromiseId::V2,
    ];

    /// What a consumer group on one partition is promised: promises first, then invariants.
    pub const GROUP: &[PromiseId] = Self::ALL.split_at(11).0;

    /// What a log by itself promises.
    pub const STORAGE: [PromiseId; 17] = [
        PromiseId::L1,
        PromiseId::L3,
        PromiseId::L7,
        PromiseId::L8,
        PromiseId::L9,
        PromiseId::L10,
        PromiseId::L11,
        PromiseId::L13,
        PromiseId::K1,
        PromiseId::K2,
        PromiseId::K3,
        PromiseId::K4,
        PromiseId::K6,
        PromiseId::K7,
        PromiseId::K8,
        PromiseId::K9,
        PromiseId::K10,
    ];

    /// What the offsets topic and the coordinator on it promise, whatever its groups do.
    pub const OFFSETS_TOPIC: [PromiseId; 16] = [
        PromiseId::G3,
        PromiseId::S1,
        PromiseId::S3Log,
        PromiseId::K6,
        PromiseId::O1,
        PromiseId::O3,
        PromiseId::O6,
        PromiseId::O7,
        PromiseId::O8,
        PromiseId::S6,
        PromiseId::S9,
        PromiseId::S10,
        PromiseId::G4,
        PromiseId::G8,
        PromiseId::V1,
        PromiseId::V2,
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
            PromiseId::L3 => "L3",
            PromiseId::L7 => "L7",
            PromiseId::L8 => "L8",
            PromiseId::L9 => "L9",
            PromiseId::L10 => "L10",
            PromiseId::L11 => "L11",
            PromiseId::L13 => "L13",
            PromiseId::K1 => "K1",
            PromiseId::K2 => "K2",
            PromiseId::K3 => "K3",
            PromiseId::K4 => "K4",
            PromiseId::K6 => "K6",
            PromiseId::K7 => "K7",
            PromiseId::K8 => "K8",
            PromiseId::K9 => "K9",
            PromiseId::K10 => "K10",
            PromiseId::O1 => "O1",
            PromiseId::O3 => "O3",
            PromiseId::O6 => "O6",
            PromiseId::O7 => "O7",
            PromiseId::O8 => "O8",
            PromiseId::S6 => "S6",
            PromiseId::S9 => "S9",
            PromiseId::S10 => "S10",
            PromiseId::G4 => "G4",
            PromiseId::G8 => "G8",
            PromiseId::V1 => "V1",
            PromiseId::V2 => "V2",
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
            PromiseId::L3 => {
                "Offsets are given in order and without gaps, and a record stands at the offset that its producer was told."
            }
            PromiseId::L7 => "A batch is fetched whole, also by a fetch at an offset inside it.",
            PromiseId::L8 => {
                "A retried batch is recognised and answered with its first offset; no sequence stands in the log twice."
            }
            PromiseId::L9 => {
                "Recovery leaves a prefix of what was written, with everything in it that was synced, and always opens."
            }
            PromiseId::L10 => {
                "Recovering twice gives what recovering once gives, and so does recovering after a crash in recovery."
            }
            PromiseId::L11 => {
                "Indexes, producers, epochs and transactions after any opening are those that the log itself gives."
            }
            PromiseId::L13 => {
                "A fetch outside the log is refused, at its end empty, and in a gap answered with what follows."
            }
            PromiseId::K1 => {
                "Of every key the newest record that counts survives compaction unchanged."
            }
            PromiseId::K2 => "Compaction only removes: no record is moved, changed or made.",
            PromiseId::K3 => {
                "Nothing is cleaned that is not settled: above the high watermark, in an open transaction, in the active segment."
            }
            PromiseId::K4 => {
                "A tombstone stays until its horizon, and goes with the first pass after it."
            }
            PromiseId::K6 => {
                "What a reader makes of the compacted log is what the whole log would have given."
            }
            PromiseId::K7 => {
                "An aborted record shadows no committed one, and a marker stays while a record of its transaction does."
            }
            PromiseId::K8 => "Compaction keeps the log's end, and each producer's last batch.",
            PromiseId::K9 => {
                "A crash in the swap leaves, group by group, the old segments or the new one."
            }
            PromiseId::K10 => {
                "A compacted log refuses records without a key and drops those it finds."
            }
            PromiseId::O1 => {
                "Of all commits and deletions of a partition's offset the one that stands last in the offsets log counts."
            }
            PromiseId::O3 => {
                "A fetch answers exactly what was committed and is durable: offset, leader epoch and metadata, or that there is nothing."
            }
            PromiseId::O6 => {
                "An offset expires only if its retention is over, no transaction on it is open, and nobody is subscribed or rebalancing."
            }
            PromiseId::O7 => {
                "A group is removed only if it is empty, has no offset left, and no transaction on it is open."
            }
            PromiseId::O8 => {
                "A request changes the offsets that it names of the group that it names, and no other."
            }
            PromiseId::S6 => {
                "A coordinator serves only what it makes of its whole log, never of a beginning of it."
            }
            PromiseId::S9 => "What was deleted does not come back, unless it was committed anew.",
            PromiseId::S10 => {
                "A group's records stand in the partition of the offsets topic in which every broker looks for them."
            }
            PromiseId::G4 => {
                "A commit with a generation is accepted only from a member, and only of the current generation."
            }
            PromiseId::G8 => {
                "An instance id has one member, and the one that it replaced stays fenced whatever crashes."
            }
            PromiseId::V1 => {
                "Every join and sync phase ends, even if nobody joins or syncs any more."
            }
            PromiseId::V2 => {
                "Members that stay silent lose their place, and their group goes on without them."
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
            PromiseId::L3 => {
                "Kafka UnifiedLog.append, LogValidator.validateMessagesAndAssignOffsets"
            }
            PromiseId::L7 => "KIP-74; Kafka LogSegment.read, FileRecords.slice",
            PromiseId::L8 => "KIP-98; Kafka ProducerStateEntry, ProducerAppendInfo",
            PromiseId::L9 => "Kafka LogSegment.recover, LogLoader.recoverLog",
            PromiseId::L10 => "Kafka LogManager.loadLogs; KAFKA-10471, KAFKA-10101",
            PromiseId::L11 => "Kafka UnifiedLog.rebuildProducerState; KAFKA-9892, KAFKA-16541",
            PromiseId::L13 => "Kafka LocalLog.read, Partition.fetchRecords",
            PromiseId::K1 => "Kafka Cleaner.shouldRetainRecord",
            PromiseId::K2 => "Kafka's documentation of log compaction",
            PromiseId::K3 => "Kafka LogCleanerManager.cleanableOffsets; KAFKA-13194",
            PromiseId::K4 => "KIP-534; KAFKA-4529, KAFKA-8522",
            PromiseId::K6 => {
                "the contract between cleaner and coordinator (stated here first); KAFKA-5247"
            }
            PromiseId::K7 => "Kafka Cleaner, CleanedTransactionMetadata; KAFKA-14055, KAFKA-13727",
            PromiseId::K8 => "Kafka Cleaner; KAFKA-17076, KAFKA-8335",
            PromiseId::K9 => "Kafka LogLoader: .cleaned, .swap",
            PromiseId::K10 => "Kafka LogValidator: INVALID_RECORD",
            PromiseId::O1 => "Kafka OffsetMetadataManager.replay; KAFKA-5247, KAFKA-14505",
            PromiseId::O3 => "Kafka OffsetMetadataManager.fetchOffsets; KIP-320",
            PromiseId::O6 => {
                "KIP-211; Kafka OffsetExpirationConditionImpl; KAFKA-4682, KAFKA-13636"
            }
            PromiseId::O7 => "Kafka GroupCoordinatorShard.cleanupGroupMetadata; KAFKA-19163",
            PromiseId::O8 => "Kafka's key of an offset: group, topic and partition, each a field",
            PromiseId::S6 => "Kafka CoordinatorLoader; KAFKA-5600, KAFKA-16030",
            PromiseId::S9 => {
                "the answer to DeleteGroups and OffsetDelete means what it says (stated here first)"
            }
            PromiseId::S10 => "Kafka GroupCoordinatorService.partitionFor",
            PromiseId::G4 => "Kafka ClassicGroup.validateOffsetCommit",
            PromiseId::G8 => "KIP-345; KAFKA-10284",
            PromiseId::V1 => "Kafka rebalance time-outs; KAFKA-12890",
            PromiseId::V2 => "Kafka session time-outs, which spare no static member",
        }
    }

    /// An automaton over observations, or a relation over a view.
    pub fn kind(self) -> Kind {
        match self {
            PromiseId::D1
            | PromiseId::BR1
            | PromiseId::BR2
            | PromiseId::S3
            | PromiseId::L1
            | PromiseId::O2
            | PromiseId::O9 => Kind::Promise,
            _ => Kind::Invariant,
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
    pub fn bit(self) -> u64 {
        1 << self as u32
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
