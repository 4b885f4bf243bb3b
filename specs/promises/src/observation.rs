//! What clients of one group see on one partition.

/// An offset of the data partition. A committed offset is the offset of the *next* record to read.
pub type Offset = i64;

/// One member's stay on the partition. Numbers are given in the order in which assignments were delivered.
pub type Tenure = u32;

/// What tells one record's content from another's: the value itself or a fingerprint of it.
pub type Value = u64;

/// A commit as the promises see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Commit {
    /// The committer's latest tenure on the partition; `None` if it never had one (an administrator, a bystander).
    pub tenure: Option<Tenure>,
    /// The committed offset.
    pub offset: Offset,
    /// The generation (classic) or member epoch (KIP-848) that the commit carried, if known and not −1.
    pub generation: Option<i32>,
}

/// One thing that happened, or became certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Observation {
    /// A producer was told that its record stands at `offset`.
    Acked {
        /// Where the record stands.
        offset: Offset,
        /// What it holds.
        value: Value,
    },
    /// Some reader, of any group, was given the record at `offset`.
    Read {
        /// Where the record stands.
        offset: Offset,
        /// What it holds.
        value: Value,
    },
    /// A scan without a gap went over `offset` and did not return a record there.
    PassedOver {
        /// The offset without a record.
        offset: Offset,
    },
    /// The broker said where the log starts and ends (both as next offsets; the end is the high watermark).
    Ends {
        /// The log start offset.
        start: Offset,
        /// The offset after the last readable record.
        end: Offset,
    },
    /// The partition was assigned and the member knows it.
    Assigned {
        /// The tenure that this opens.
        tenure: Tenure,
        /// The generation or member epoch of the assignment, if known.
        generation: Option<i32>,
        /// What tells the member from others: its member id or a fingerprint of it, if known.
        member: Option<Value>,
    },
    /// A tenure has its position and starts to read there.
    Resumed {
        /// The tenure.
        tenure: Tenure,
        /// Its position: the first offset that it will read.
        at: Offset,
        /// False if the member was already fenced when it loaded: then what follows is zombie processing from birth.
        current: bool,
    },
    /// The effect of the record at `offset` took place.
    Processed {
        /// The tenure in which it did.
        tenure: Tenure,
        /// The record.
        offset: Offset,
    },
    /// The coordinator certainly accepted a commit: it took effect.
    Accepted(Commit),
    /// A client was told that its commit of this offset took effect.
    Acknowledged {
        /// The committed offset.
        offset: Offset,
    },
    /// The coordinator answered where the group resumes; `None` is "no committed offset".
    Answered {
        /// The committed offset.
        committed: Option<Offset>,
    },
    /// The position or the committed offset was moved on purpose, by a seek or an administrator: what is read again
    /// from `to` on is no replay, what is passed over is no skip (assumption A5).
    Moved {
        /// Where it was before.
        from: Offset,
        /// Where it is now.
        to: Offset,
        /// The tenure that sought; `None` for an administrator.
        tenure: Option<Tenure>,
    },
    /// The tenure's process is gone: it processes nothing any more.
    Ended {
        /// The tenure.
        tenure: Tenure,
    },
}
