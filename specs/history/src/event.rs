//! What a line after the header says, with its fields checked.

use crate::{Name, Names, Value};

/// One line. It borrows the reader's buffers, so a history is read without an allocation per line.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// The line's number in the file, from 1. The header is line 1.
    pub line: u64,
    /// When, in nanoseconds of the file's one clock.
    pub t: u64,
    /// Who did it.
    pub proc: Name,
    /// What pairs an invoke with its completion; `None` for events.
    pub op: Option<Slot>,
    /// What happened.
    pub what: What<'a>,
    /// The texts of all names so far.
    pub names: &'a Names,
}

/// The place of an open operation: a small number, used again once the operation is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slot(pub(crate) u32);

impl Slot {
    /// As an index into a table.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// How an operation was completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// The answer arrived; its error codes say what it was.
    Ok,
    /// It certainly had no effect, says the recorder.
    Fail,
    /// It may have had, or may yet have, its effect.
    Info,
}

/// A partition, perhaps with an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its topic.
    pub topic: Name,
    /// Its number.
    pub p: u32,
    /// The offset that stands with it; [`Part::NO_OFFSET`] where the line gives none.
    pub off: i64,
}

impl Part {
    /// No offset stands with the partition. (−1 has a meaning of its own in the format.)
    pub const NO_OFFSET: i64 = i64::MIN;
}

/// A partition with an error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartErr {
    /// Its topic.
    pub topic: Name,
    /// Its number.
    pub p: u32,
    /// Kafka's error code; 0 is none.
    pub err: i32,
}

/// A record that a poll returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Its topic.
    pub topic: Name,
    /// Its partition.
    pub p: u32,
    /// Its offset.
    pub off: i64,
    /// What it holds.
    pub v: Value,
}

/// A partition's committed offset, as answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fetched {
    /// Its topic.
    pub topic: Name,
    /// Its partition.
    pub p: u32,
    /// The committed offset; −1 is none.
    pub off: i64,
    /// The fingerprint of the metadata; `None` if there is none or it is empty.
    pub meta: Option<u64>,
    /// Kafka's error code; 0 is none.
    pub err: i32,
}

/// A partition's log start and end, as answered. Both are next offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogEnds {
    /// Its topic.
    pub topic: Name,
    /// Its partition.
    pub p: u32,
    /// The log start offset.
    pub start: i64,
    /// The log end offset.
    pub end: i64,
}

/// A group API without offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupApi {
    /// JoinGroup.
    Join,
    /// SyncGroup.
    Sync,
    /// Heartbeat.
    Heartbeat,
    /// LeaveGroup.
    Leave,
}

/// What an administrator does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AdminAct {
    /// CreateTopics.
    CreateTopic,
    /// DeleteTopics.
    DeleteTopic,
    /// DeleteRecords: the part's offset is the new log start, −1 the log end.
    DeleteRecords,
    /// DeleteGroups.
    DeleteGroup,
    /// OffsetDelete.
    DeleteOffsets,
    /// The committed offset is set by hand.
    AlterOffsets,
}

/// What is done to a broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BrokerAct {
    /// kill −9.
    Kill,
    /// An orderly stop.
    Stop,
    /// Started.
    Start,
    /// Stopped by a signal.
    Pause,
    /// Woken again.
    Continue,
    /// What was never synced is gone.
    PowerLoss,
}

/// What a line says. Invokes stand before their completions.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // The fields are those of the format, name by name.
pub enum What<'a> {
    Produce {
        topic: Name,
        p: Option<u32>,
        v: Value,
    },
    Produced {
        end: End,
        p: Option<u32>,
        off: Option<i64>,
        err: i32,
    },
    Poll,
    Polled {
        end: End,
        recs: &'a [Record],
        err: i32,
    },
    Commit {
        group: Name,
        parts: &'a [Part],
        meta: Option<u64>,
        generation: Option<i32>,
        member: Option<Name>,
        txn: bool,
    },
    Committed {
        end: End,
        errs: &'a [PartErr],
        err: i32,
    },
    FetchOffset {
        group: Name,
        parts: &'a [Part],
        stable: bool,
    },
    OffsetFetched {
        end: End,
        offs: &'a [Fetched],
        err: i32,
    },
    Group {
        api: GroupApi,
        group: Name,
        generation: Option<i32>,
        member: Option<Name>,
    },
    GroupDone {
        api: GroupApi,
        end: End,
        err: i32,
        generation: Option<i32>,
        member: Option<Name>,
        parts: &'a [Part],
    },
    Ends {
        parts: &'a [Part],
    },
    EndsTold {
        end: End,
        offs: &'a [LogEnds],
        err: i32,
    },
    Admin {
        act: AdminAct,
        group: Option<Name>,
        topic: Option<Name>,
        parts: &'a [Part],
    },
    AdminDone {
        end: End,
        err: i32,
        errs: &'a [PartErr],
    },
    Start {
        group: Option<Name>,
    },
    Stop,
    Crash,
    Assigned {
        group: Name,
        parts: &'a [Part],
        cooperative: bool,
        generation: Option<i32>,
        member: Option<Name>,
    },
    Revoked {
        group: Name,
        parts: &'a [Part],
        lost: bool,
    },
    Resume {
        group: Name,
        parts: &'a [Part],
    },
    Seek {
        parts: &'a [Part],
    },
    Process {
        topic: Name,
        p: u32,
        off: i64,
        v: Value,
    },
    Broker {
        act: BrokerAct,
        node: Option<i64>,
    },
    Pause {
        paused: bool,
    },
    /// A later version's kind of event: counted by its name, never an error.
    Unknown {
        f: Name,
    },
}
