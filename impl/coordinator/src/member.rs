//! A member of a group, with what it is waiting for.

use plimsoll_offsets::{Bytes, Text};

use crate::api::{CallId, Protocol};

/// A member. Its id is the key under which the group holds it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Member {
    /// `group.instance.id` of a static member (KIP-345).
    pub(crate) instance: Option<Text>,
    pub(crate) client_id: Text,
    pub(crate) client_host: Text,
    pub(crate) session_timeout_ms: i32,
    pub(crate) rebalance_timeout_ms: i32,
    /// Its favourite first.
    pub(crate) protocols: Vec<Protocol>,
    /// What it owns; empty from the beginning of a generation until the generation is durable.
    pub(crate) assignment: Bytes,
    /// Its JoinGroup, parked until the join phase completes.
    pub(crate) parked_join: Option<CallId>,
    /// Its SyncGroup, parked until the generation is durable.
    pub(crate) parked_sync: Option<CallId>,
    /// It has not been through a completed join phase yet.
    pub(crate) is_new: bool,
    /// It has not sent SyncGroup for the current generation yet.
    pub(crate) owes_sync: bool,
}

impl Member {
    /// A parked call keeps a member alive: its client waits for the broker, not the other way round.
    pub(crate) fn is_parked(&self) -> bool {
        self.parked_join.is_some() || self.parked_sync.is_some()
    }

    /// Its metadata for a protocol; empty if it does not have that protocol.
    pub(crate) fn metadata(&self, protocol: Option<&str>) -> Bytes {
        let found = protocol.and_then(|name| self.protocols.iter().find(|p| *p.name == *name));
        found.map_or_else(|| Bytes::from([]), |p| p.metadata.clone())
    }
}
