//! The first line: what was recorded, and what is claimed of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The version of the format that this crate reads.
pub const VERSION: u64 = 1;

/// The header of a history. Only the version is required.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The format's version.
    pub plimsoll: u64,
    /// The system under test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What wrote the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorder: Option<String>,
    /// The group protocol.
    #[serde(default)]
    pub protocol: Protocol,
    /// Where a group without a committed offset starts.
    #[serde(default)]
    pub reset: Reset,
    /// Partitions of each topic, as far as the recorder knew them.
    #[serde(default)]
    pub topics: BTreeMap<String, u32>,
    /// The claim to hold the history to; without one `U` and `Z` are measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
    /// The number of brokers. With one, nothing excuses an old answer (S8).
    #[serde(default = "one")]
    pub nodes: u32,
}

/// The claim: records, not offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// The uncommitted window: records that a member has processed and not yet committed, at most.
    #[serde(rename = "U")]
    pub u: u64,
    /// Zombie processing: records that a member processes after the next one was assigned, at most.
    #[serde(rename = "Z", default)]
    pub z: u64,
}

/// Which group protocol the members speak.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// JoinGroup and SyncGroup, with generations.
    #[default]
    Classic,
    /// KIP-848: ConsumerGroupHeartbeat, with member epochs.
    Consumer,
}

/// `auto.offset.reset`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reset {
    /// At the start of the log.
    Earliest,
    /// At the end of the log.
    Latest,
    /// Nowhere: the client gives up.
    None,
    /// The header does not say.
    #[default]
    Unknown,
}

fn one() -> u32 {
    1
}
