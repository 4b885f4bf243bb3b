//! Expiry: offsets that nobody needs any more, and groups of which nothing is left (KIP-211, O6, O7). The owner
//! calls for it every `offsets.retention.check.interval.ms` (ten minutes in Kafka).

use std::ops::Bound;

use plimsoll_offsets::{RetentionBase, Text};

use crate::api::Timestamp;
use crate::coordinator::{Coordinator, Status};
use crate::decisions::{ExpiryBase, OpenTransactions};
use crate::group::{Group, GroupState};
use crate::offset_delete::tombstone;
use crate::step::{Cause, Step};

impl Coordinator {
    /// Works out what has expired of one group. A step has at most so many tombstones as the configuration says, and
    /// removes the group itself only with the last of them; so the owner calls again until a step has no records. A pass
    /// is not atomic: a crash may keep a part of it, and the next pass does the rest. See also
    /// [`Coordinator::expire_some`].
    pub fn expire_offsets(&self, now: Timestamp, id: &Text) -> Step {
        let Some(group) = self
            .groups
            .get(id)
            .filter(|_| self.status == Status::Active)
        else {
            return Step::nothing();
        };
        let mut turn = self.turn(now, group.clone());
        let (base, heeds) = match self.decisions.expiry_base {
            ExpiryBase::GroupState => (group.retention_base(), true),
            ExpiryBase::CommitTime => (RetentionBase::Committed, false),
        };
        let expired = self.cache.expired(
            id,
            base,
            |topic| heeds && group.is_subscribed_to(topic),
            self.config.offsets_retention_ms,
            now.0,
        );
        let most = self.config.tombstones_per_step.max(1);
        let tombstones = expired.offsets.iter().take(most);
        turn.records
            .extend(tombstones.map(|(topic, partition)| tombstone(id, topic, *partition)));
        turn.outcome.expired_offsets = turn.records.len() as u64;
        let nothing_left = match self.decisions.open_transactions {
            OpenTransactions::KeepTheGroup => expired.nothing_left,
            OpenTransactions::AreOverlooked => self.has_only_expired(id, &expired.offsets),
        };
        if nothing_left && expired.offsets.len() <= most && group.state == GroupState::Empty {
            turn.remove_group();
        }
        if turn.records.is_empty() {
            return Step::nothing();
        }
        turn.into_step(Cause::None)
    }

    /// Works out what has expired of up to `groups` groups, of this one and those after it, as one step with about as many
    /// tombstones as the configuration says. Gives the group to go on with, none if that was the last.
    pub fn expire_some(
        &self,
        now: Timestamp,
        from: Bound<&Text>,
        groups: usize,
    ) -> (Step, Option<Text>) {
        let mut step = Step::nothing();
        let mut ids = self.groups.range::<Text, _>((from, Bound::Unbounded));
        for (id, _) in ids.by_ref().take(groups) {
            step.extend(self.expire_offsets(now, id));
            if step.records().len() >= self.config.tombstones_per_step.max(1) {
                // There may be more of it.
                return (step, Some(id.clone()));
            }
        }
        (step, ids.next().map(|(id, _)| id.clone()))
    }

    fn has_only_expired(&self, id: &Text, expired: &[(Text, i32)]) -> bool {
        let mut stored = self.cache.offsets(id);
        stored.all(|(key, timeline)| timeline.latest().is_none() || expired.contains(key))
    }
}

impl Group {
    /// From when on the retention counts.
    fn retention_base(&self) -> RetentionBase {
        match (&self.protocol_type, self.state) {
            (None, _) => RetentionBase::Committed,
            (Some(_), GroupState::Empty) => RetentionBase::Emptied {
                since_ms: self.state_since.0,
            },
            (Some(_), GroupState::Stable)
                if self.is_of_consumers() && self.subscribed.is_some() =>
            {
                RetentionBase::Committed
            }
            _ => RetentionBase::Never,
        }
    }
}
