//! Which offsets expire, and when a group goes (O6, O7; `cleanupExpiredOffsets`).
//!
//! | Group | The retention counts from |
//! |---|---|
//! | without protocol type | the commit |
//! | with one, Empty | when it became empty; the commit if that is not known |
//! | of consumers, Stable, subscriptions known | the commit, of topics that nobody reads |
//! | any other | – |

use super::admin::tombstone;
use super::group::{Group, Phase};
use super::partition::Partition;
use super::record::{Committed, Record};
use super::{CONSUMER, Now, Place};

impl Group {
    fn has_expired(&self, committed: &Committed, retention_ms: i64, now: Now) -> bool {
        let since_ms = match (self.kind, self.phase) {
            (None, _) => committed.at_ms,
            (Some(_), Phase::Empty) if self.since_ms != -1 => self.since_ms,
            (Some(_), Phase::Empty) => committed.at_ms,
            (Some(CONSUMER), Phase::Stable) if self.subscribed.is_some() => committed.at_ms,
            _ => return false,
        };
        match committed.expires_ms {
            Some(at_ms) => now.wall_ms >= at_ms,
            None => now.wall_ms - since_ms >= retention_ms,
        }
    }
}

impl Partition {
    /// What a pass of expiry writes now, in order: tombstones of offsets, and of each group of which nothing is left. A
    /// pass may be cut short anywhere.
    pub fn expired(&self, now: Now) -> Vec<Record> {
        let mut records = Vec::new();
        for group in self.groups.values() {
            let id = group.id;
            let mut left = self.latest.pending(id).next().is_some();
            for (place, committed) in self.latest.offsets(id) {
                if self.may_go(group, place, committed, now) {
                    records.push(tombstone(id, place));
                } else {
                    left = true;
                }
            }
            if !left && group.phase == Phase::Empty {
                records.push(Record::Group {
                    group: id,
                    value: None,
                });
            }
        }
        records
    }

    fn may_go(&self, group: &Group, place: Place, committed: &Committed, now: Now) -> bool {
        group.has_expired(committed, self.settings.retention_ms, now)
            && !group.reads(place.0)
            && !self.latest.is_pending(group.id, place)
    }
}
