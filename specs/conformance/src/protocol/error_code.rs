//! Kafka's error codes, as far as the tables speak of them.

/// An error code of the Kafka protocol; the number is what goes over the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i16)]
pub enum ErrorCode {
    /// Something went wrong that has no other code.
    UnknownServerError = -1,
    /// All is well.
    None = 0,
    /// The offset is outside the log.
    OffsetOutOfRange = 1,
    /// A record or batch fails its checks.
    CorruptMessage = 2,
    /// There is no such topic or partition.
    UnknownTopicOrPartition = 3,
    /// The batch is larger than is accepted.
    MessageTooLarge = 10,
    /// A commit's metadata is longer than `offset.metadata.max.bytes`.
    OffsetMetadataTooLarge = 12,
    /// The coordinator is still replaying its partition.
    CoordinatorLoadInProgress = 14,
    /// The coordinator, or the group in it, is not active; or an append timed out.
    CoordinatorNotAvailable = 15,
    /// The group is not coordinated here; or it was, and the append's fate is unknown.
    NotCoordinator = 16,
    /// The generation is not the current one.
    IllegalGeneration = 22,
    /// The member's protocols have nothing in common with the group's.
    InconsistentGroupProtocol = 23,
    /// The group id cannot be used for this request.
    InvalidGroupId = 24,
    /// The member is not in the group (any more).
    UnknownMemberId = 25,
    /// The session time-out is outside what the broker allows.
    InvalidSessionTimeout = 26,
    /// A rebalance is going on: rejoin.
    RebalanceInProgress = 27,
    /// The request makes no sense.
    InvalidRequest = 42,
    /// The producer has a newer epoch.
    InvalidProducerEpoch = 47,
    /// The transaction is not one in which offsets may be committed.
    InvalidTxnState = 48,
    /// The transaction's coordinator has been replaced.
    TransactionCoordinatorFenced = 52,
    /// The disk failed under a data partition.
    KafkaStorageError = 56,
    /// The group has members.
    NonEmptyGroup = 68,
    /// There is no such group.
    GroupIdNotFound = 69,
    /// Come back with the member id in this answer (KIP-394).
    MemberIdRequired = 79,
    /// The group has as many members as it may have.
    GroupMaxSizeReached = 81,
    /// Another member has taken over this instance id (KIP-345).
    FencedInstanceId = 82,
    /// The group is subscribed to the topic, so its offsets are in use.
    GroupSubscribedToTopic = 86,
    /// The request's records cannot be appended as they are.
    InvalidRecord = 87,
    /// A transaction that is not over may change the offset: ask again.
    UnstableOffsetCommit = 88,
}

impl ErrorCode {
    /// All of them.
    pub const ALL: [ErrorCode; 29] = [
        ErrorCode::UnknownServerError,
        ErrorCode::None,
        ErrorCode::OffsetOutOfRange,
        ErrorCode::CorruptMessage,
        ErrorCode::UnknownTopicOrPartition,
        ErrorCode::MessageTooLarge,
        ErrorCode::OffsetMetadataTooLarge,
        ErrorCode::CoordinatorLoadInProgress,
        ErrorCode::CoordinatorNotAvailable,
        ErrorCode::NotCoordinator,
        ErrorCode::IllegalGeneration,
        ErrorCode::InconsistentGroupProtocol,
        ErrorCode::InvalidGroupId,
        ErrorCode::UnknownMemberId,
        ErrorCode::InvalidSessionTimeout,
        ErrorCode::RebalanceInProgress,
        ErrorCode::InvalidRequest,
        ErrorCode::InvalidProducerEpoch,
        ErrorCode::InvalidTxnState,
        ErrorCode::TransactionCoordinatorFenced,
        ErrorCode::KafkaStorageError,
        ErrorCode::NonEmptyGroup,
        ErrorCode::GroupIdNotFound,
        ErrorCode::MemberIdRequired,
        ErrorCode::GroupMaxSizeReached,
        ErrorCode::FencedInstanceId,
        ErrorCode::GroupSubscribedToTopic,
        ErrorCode::InvalidRecord,
        ErrorCode::UnstableOffsetCommit,
    ];

    /// The number on the wire.
    pub fn code(self) -> i16 {
        self as i16
    }

    /// The error of this number; one that the tables do not speak of is [`ErrorCode::UnknownServerError`].
    pub fn of(code: i16) -> ErrorCode {
        let found = ErrorCode::ALL
            .into_iter()
            .find(|error| error.code() == code);
        found.unwrap_or(ErrorCode::UnknownServerError)
    }
}
