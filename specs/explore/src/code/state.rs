//! A state of the code system.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use plimsoll_broker::Broker;
use plimsoll_disk::{Faulty, SimDisk};
use plimsoll_model::MEMBERS;

use super::calls::Calls;
use crate::design::Watch;

/// The model's state, the promises' memory, and the real broker with its disk.
#[derive(Clone)]
pub struct CodeState {
    /// The model, and what the promises remember.
    pub watch: Watch,
    /// The broker. After a power failure it is the recovered one, which has yet to load.
    pub broker: Broker<Faulty<SimDisk>>,
    /// Requests without an answer yet.
    pub(crate) calls: Calls,
    /// Where the commit that each place waits for stands in the offsets log (as the offset after it).
    pub(crate) appended: [i64; MEMBERS],
    /// The offset after the newest acknowledged commit in the offsets log.
    pub(crate) acked_end: i64,
}

impl CodeState {
    pub(crate) fn new(watch: Watch, broker: Broker<Faulty<SimDisk>>) -> Self {
        Self {
            watch,
            broker,
            calls: Calls::default(),
            appended: [0; MEMBERS],
            acked_end: 0,
        }
    }

    /// Whether the offsets log holds something that is not synced.
    pub(crate) fn has_unsynced_offsets(&self) -> bool {
        self.broker
            .offsets_partition(0)
            .is_some_and(|p| p.high_watermark < p.log_end_offset)
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1024);
        self.broker.canonical_bytes(&mut bytes);
        self.broker.disk().inner().canonical_bytes(&mut bytes);
        bytes
    }
}

impl PartialEq for CodeState {
    fn eq(&self, other: &Self) -> bool {
        let rest = |s: &Self| (s.appended, s.acked_end);
        self.watch == other.watch
            && self.calls == other.calls
            && rest(self) == rest(other)
            && self.bytes() == other.bytes()
    }
}

impl Eq for CodeState {}

impl Hash for CodeState {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.watch.hash(state);
        self.calls.hash(state);
        self.appended.hash(state);
        self.acked_end.hash(state);
        self.broker.hash_canonical(state);
        self.broker.disk().inner().hash(state);
    }
}

impl fmt::Debug for CodeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeState")
            .field("watch", &self.watch)
            .field("calls", &self.calls)
            .finish_non_exhaustive()
    }
}
