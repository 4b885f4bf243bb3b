//! What happened in a step, in the domain's words.

use crate::{Id, Offset, Place};

/// One thing that happened. Fields are what their names say; places, ids, generations and tenures as in the state.
#[allow(
    missing_docs,
    reason = "each variant's sentence says what its fields are"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// A record was appended to the data partition, not yet synced.
    Produced { offset: Offset, value: u8 },
    /// The producer was told where its record stands.
    ProduceAcked { offset: Offset, value: u8 },
    /// A member asked to join, under this id.
    AskedToJoin { place: Place, id: Id },
    /// A member learned its generation without a rebalance.
    Rejoined { place: Place, generation: u8 },
    /// A generation was formed, in memory.
    GenerationFormed { generation: u8 },
    /// A member was told its generation.
    ToldGeneration { place: Place, generation: u8 },
    /// A member, the leader of its generation, sent the assignment; its record was appended.
    AssignmentAppended {
        leader: Place,
        owner: Id,
        generation: u8,
    },
    /// A member was handed its assignment; `tenure` is 0 if it owns nothing.
    Delivered {
        place: Place,
        id: Id,
        generation: u8,
        tenure: u8,
    },
    /// A member's session was lost.
    Expired { id: Id, alive: bool },
    /// The last member is gone; the empty generation's record was appended.
    GroupEmptied { generation: u8 },
    /// A member was told to join again, or that it is no longer a member.
    ToldToRejoin { place: Place, keeps_id: bool },
    /// A member loaded its position.
    Resumed {
        place: Place,
        tenure: u8,
        committed: Option<Offset>,
        at: Offset,
        current: bool,
    },
    /// A record's effect took place.
    Processed {
        place: Place,
        tenure: u8,
        offset: Offset,
        value: u8,
        fenced: bool,
    },
    /// A commit was sent.
    CommitSent {
        place: Place,
        offset: Offset,
        again: bool,
    },
    /// The coordinator accepted a commit and appended it.
    CommitAccepted {
        place: Place,
        tenure: u8,
        offset: Offset,
        generation: u8,
        late: bool,
    },
    /// A client was told that its commit took effect.
    CommitAcked { place: Place, offset: Offset },
    /// The coordinator refused a commit; nothing was written.
    CommitRefused {
        place: Place,
        offset: Offset,
        late: bool,
    },
    /// The append of a commit failed; nothing was written, and the client was told so.
    CommitAppendFailed { place: Place, offset: Offset },
    /// A client no longer waits for its commit.
    GaveUp { place: Place, in_log: bool },
    /// The offsets log was synced.
    OffsetsSynced,
    /// The data log was synced.
    DataSynced,
    /// A tenure processes nothing any more.
    TenureEnded { tenure: u8 },
    /// A consumer process died and was started again.
    ConsumerCrashed { place: Place },
    /// The broker died: what its logs have lost.
    BrokerCrashed {
        offsets_lost: u8,
        records_lost: u8,
        acked_commit_lost: bool,
    },
    /// The coordinator has replayed its log.
    Loaded {
        committed: Option<Offset>,
        generation: u8,
    },
    /// Readers were told where the data partition ends.
    LogEnds { end: Offset },
}
