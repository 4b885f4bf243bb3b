//! Which offsets of a group have expired (KIP-211, O6): arithmetic over the cache; what state the group is in
//! is the coordinator's knowledge.

use crate::cache::Cache;
use crate::record::{CommittedOffset, Text};

/// From when on the retention of a group's offsets counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RetentionBase {
    /// A classic group with a protocol type that is `Empty`: the time at which it became so, in milliseconds since the
    /// epoch; −1 if an old record does not tell, and then the commit counts. All offsets expire at once.
    Emptied {
        /// When.
        since_ms: i64,
    },
    /// A classic group of consumers that is `Stable`, a group without a protocol type, or one of KIP-848: each commit's
    /// own time.
    Committed,
    /// Any other: nothing expires (a rebalance is under way, or nobody knows what the members read).
    Never,
}

/// What a pass over a group came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Expired {
    /// Offsets to be deleted, by topic and partition, in order.
    pub offsets: Vec<(Text, i32)>,
    /// Whether nothing is left of the group then, neither an offset nor a commit that waits for a marker (O7).
    pub nothing_left: bool,
}

impl CommittedOffset {
    /// Whether the offset has expired at `now_ms`, after `retention_ms` (a time exactly as long is enough). An expire
    /// time of its own, which old clients gave, goes before all else.
    pub fn is_expired(&self, base: RetentionBase, retention_ms: i64, now_ms: i64) -> bool {
        let since_ms = match base {
            RetentionBase::Never => return false,
            _ if self.expire_timestamp_ms != -1 => return now_ms >= self.expire_timestamp_ms,
            RetentionBase::Emptied { since_ms } if since_ms != -1 => since_ms,
            RetentionBase::Emptied { .. } | RetentionBase::Committed => self.commit_timestamp_ms,
        };
        now_ms.saturating_sub(since_ms) >= retention_ms
    }
}

impl Cache {
    /// Which offsets of a group have expired: none of a topic that the group is subscribed to, and none with a commit
    /// that waits for a marker.
    pub fn expired(
        &self,
        group: &str,
        base: RetentionBase,
        is_subscribed: impl Fn(&str) -> bool,
        retention_ms: i64,
        now_ms: i64,
    ) -> Expired {
        let mut expired = Expired::default();
        let mut kept = self.has_open_transaction(group);
        for (key, timeline) in self.offsets(group) {
            let Some(value) = timeline.latest() else {
                continue;
            };
            let (topic, partition) = key;
            if value.is_expired(base, retention_ms, now_ms)
                && !is_subscribed(topic)
                && !self.has_pending_offset(group, topic, *partition)
            {
                expired.offsets.push(key.clone());
            } else {
                kept = true;
            }
        }
        expired.nothing_left = !kept;
        expired
    }
}
