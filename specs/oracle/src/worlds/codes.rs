//! What an error code says about a commit's effect (S4).

/// What became of an operation on a group's committed offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It took effect.
    Accepted,
    /// It certainly had no effect.
    Refused,
    /// It may have had, or may yet have, its effect.
    Unknown,
}

/// The codes with which Kafka refuses before anything is written. Every other code, also one that nobody knows, may
/// stand for a commit that was written: 16 is what a coordinator answers for commits it had appended when it was
/// deposed, 15 covers "append timed out".
///
/// Source: `OffsetMetadataManager.validateOffsetCommit`, `KafkaApis.handleOffsetCommitRequest`.
const REFUSALS: [i32; 13] = [
    3,   // UNKNOWN_TOPIC_OR_PARTITION
    12,  // OFFSET_METADATA_TOO_LARGE
    22,  // ILLEGAL_GENERATION
    24,  // INVALID_GROUP_ID
    25,  // UNKNOWN_MEMBER_ID
    27,  // REBALANCE_IN_PROGRESS
    29,  // TOPIC_AUTHORIZATION_FAILED
    30,  // GROUP_AUTHORIZATION_FAILED
    35,  // UNSUPPORTED_VERSION
    69,  // GROUP_ID_NOT_FOUND
    82,  // FENCED_INSTANCE_ID
    110, // FENCED_MEMBER_EPOCH
    113, // STALE_MEMBER_EPOCH
];

impl Outcome {
    /// What Kafka's numeric error code says; 0 is none.
    pub fn of_code(code: i32) -> Self {
        match code {
            0 => Outcome::Accepted,
            code if REFUSALS.contains(&code) => Outcome::Refused,
            _ => Outcome::Unknown,
        }
    }
}
