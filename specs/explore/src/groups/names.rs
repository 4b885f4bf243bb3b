//! Who and what a workload is about, by the names that stories use.

use std::sync::Arc;

use plimsoll_coordinator::{
    CoordinatorConfig, JoinGroup, OffsetToCommit, Protocol, SyncGroup, Topics,
};
use plimsoll_offsets::{Bytes, Text};
use plimsoll_promises::topic::Key;
use serde::{Deserialize, Serialize};

/// The group that members join.
pub(super) const GROUP: &str = "g";
/// The topic that members subscribe to.
pub(super) const TOPIC: &str = "t";
/// The transactional producer.
pub(super) const PRODUCER: i64 = 7;
/// How many partitions the offsets topic has.
pub(super) const PARTITIONS: i32 = 50;
/// How long an offset is kept.
pub(super) const RETENTION_MS: i64 = 1_000;
/// A step of the clock.
pub(super) const TICK_MS: i64 = 500;
/// When a workload begins.
pub(super) const BEGIN_MS: i64 = 10_000;

/// A partition of a topic for a group, by its number in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8")]
pub struct OffsetKey(u8);

impl TryFrom<u8> for OffsetKey {
    type Error = String;

    fn try_from(number: u8) -> Result<OffsetKey, String> {
        match usize::from(number) < SPOT_COUNT {
            true => Ok(OffsetKey(number)),
            false => Err(format!(
                "offset {number} is not one of the {SPOT_COUNT} that there are; give one below {SPOT_COUNT}"
            )),
        }
    }
}

/// How many there are.
pub(super) const SPOT_COUNT: usize = 6;

/// A partition of the topic that members subscribe to.
pub const FIRST: OffsetKey = OffsetKey(0);
/// The other one.
pub const SECOND: OffsetKey = OffsetKey(1);
/// Group `a-b` and topic `c`.
pub const A_B_C: OffsetKey = OffsetKey(2);
/// Group `a` and topic `b-c`.
pub const A_BC: OffsetKey = OffsetKey(3);
/// A group whose hash is negative.
pub const NEGATIVE_HASH: OffsetKey = OffsetKey(4);
/// A group whose letters are two bytes each.
pub const CYRILLIC: OffsetKey = OffsetKey(5);

const SPOTS: [(&str, &str, i32); SPOT_COUNT] = [
    (GROUP, TOPIC, 0),
    (GROUP, TOPIC, 1),
    ("a-b", "c", 0),
    ("a", "b-c", 0),
    ("my-group", TOPIC, 0),
    ("группа", TOPIC, 0),
];

impl OffsetKey {
    pub(super) fn all() -> impl Iterator<Item = OffsetKey> {
        (0..).map(OffsetKey).take(SPOT_COUNT)
    }

    /// Its place among [`OffsetKey::all`].
    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }

    fn names(self) -> (&'static str, &'static str, i32) {
        SPOTS[usize::from(self.0)]
    }

    pub(super) fn group(self) -> &'static str {
        self.names().0
    }

    pub(super) fn topic(self) -> &'static str {
        self.names().1
    }

    pub(super) fn partition(self) -> i32 {
        self.names().2
    }

    pub(super) fn key(self) -> Key {
        let (group, topic, partition) = self.names();
        Key {
            group: group.into(),
            topic: topic.into(),
            partition,
        }
    }

    /// `offset` for this partition. Epoch and metadata tell one commit from another, too.
    pub(super) fn to_commit(self, offset: i64) -> OffsetToCommit {
        OffsetToCommit {
            topic: self.topic().into(),
            partition: self.partition(),
            offset,
            leader_epoch: i32::try_from(offset).unwrap_or(-1),
            metadata: format!("c{offset}").into(),
        }
    }
}

/// A consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Who {
    /// A dynamic member.
    A,
    /// Another.
    B,
    /// A static member, of instance `s`.
    S,
}

impl Who {
    pub(super) const ALL: [Who; 3] = [Who::A, Who::B, Who::S];

    pub(super) fn name(self) -> &'static str {
        match self {
            Who::A => "a",
            Who::B => "b",
            Who::S => "s",
        }
    }

    pub(super) fn index(self) -> usize {
        self as usize
    }

    /// The id that it has in its n-th life.
    pub(super) fn id(self, life: u8) -> Text {
        format!("{}/{life}", self.name()).into()
    }

    pub(super) fn instance(self) -> Option<Text> {
        (self == Who::S).then(|| self.name().into())
    }

    /// Whose id this is, and of which life.
    pub(super) fn of_id(id: &str) -> Option<(Who, u8)> {
        let (name, life) = id.split_once('/')?;
        let who = Who::ALL.into_iter().find(|who| who.name() == name)?;
        Some((who, life.parse().ok()?))
    }

    /// Joins; a consumer that has an id comes back with it.
    pub(super) fn join(self, life: u8, comes_back: bool) -> JoinGroup {
        let id = self.id(life);
        JoinGroup {
            group: GROUP.into(),
            member: if comes_back { id.clone() } else { "".into() },
            instance: self.instance(),
            fresh_member_id: id,
            client_id: self.name().into(),
            client_host: "/".into(),
            session_timeout_ms: 10_000,
            rebalance_timeout_ms: 60_000,
            protocol_type: "consumer".into(),
            protocols: vec![Protocol {
                name: "range".into(),
                metadata: subscription(),
            }],
            // A dynamic member joins at once, as before KIP-394; a static one may be told not to assign (KIP-814).
            version: if self == Who::S { 9 } else { 3 },
        }
    }

    /// Syncs, with the assignment of everybody if it leads: each member gets the partition named after it.
    pub(super) fn sync(self, life: u8, generation: i32, assigned: &[Text]) -> SyncGroup {
        let assignment = |id: &Text| (id.clone(), Bytes::from(id.as_bytes()));
        SyncGroup {
            group: GROUP.into(),
            member: self.id(life),
            instance: self.instance(),
            generation,
            protocol_type: None,
            protocol_name: None,
            assignments: assigned.iter().map(assignment).collect(),
            version: 3,
        }
    }
}

/// A subscription to [`TOPIC`], as consumers write it.
fn subscription() -> Bytes {
    let mut bytes = vec![0, 0, 0, 0, 0, 1, 0, 1];
    bytes.extend(TOPIC.bytes());
    Bytes::from(bytes)
}

pub(super) fn config() -> Arc<CoordinatorConfig> {
    Arc::new(CoordinatorConfig {
        offsets_retention_ms: RETENTION_MS,
        ..CoordinatorConfig::default()
    })
}

pub(super) fn topics() -> Arc<Topics> {
    let topics = SPOTS.iter().map(|(_, topic, _)| (*topic, 2));
    Arc::new(topics.collect())
}
