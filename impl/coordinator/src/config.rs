//! Settings of the coordinator, under Kafka's names in the documentation of each.

/// Settings of the coordinator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoordinatorConfig {
    /// `group.min.session.timeout.ms`
    pub session_timeout_min_ms: i32,
    /// `group.max.session.timeout.ms`
    pub session_timeout_max_ms: i32,
    /// `group.initial.rebalance.delay.ms`: how long a rebalance of an empty group waits for more members. Kafka's
    /// default is 3000. With 0 there is no such phase: the join phase completes as in any other rebalance.
    pub initial_rebalance_delay_ms: u64,
    /// How long the join of a new member may be parked: its client may be gone without anyone noticing, since it has no
    /// id to heartbeat with. 5 minutes in Kafka, not configurable there.
    pub new_member_join_timeout_ms: u64,
    /// `group.max.size`: how many members a group may have.
    pub max_group_size: usize,
    /// `offsets.retention.minutes`, in milliseconds: how long the offsets of a group that is not used are kept.
    pub offsets_retention_ms: i64,
    /// At most so many tombstones are written in one step of expiry: a pass is cut into steps, and a crash may keep some
    /// of them.
    pub tombstones_per_step: usize,
    /// `offset.metadata.max.bytes`: the longest metadata of a commit, counted in UTF-16 units as Kafka does.
    pub offset_metadata_max: usize,
}

impl Default for CoordinatorConfig {
    fn default() -> CoordinatorConfig {
        CoordinatorConfig {
            session_timeout_min_ms: 6_000,
            session_timeout_max_ms: 1_800_000,
            initial_rebalance_delay_ms: 0,
            new_member_join_timeout_ms: 300_000,
            max_group_size: i32::MAX as usize,
            offsets_retention_ms: 7 * 24 * 60 * 60 * 1_000,
            tombstones_per_step: 1_000,
            offset_metadata_max: 4_096,
        }
    }
}
