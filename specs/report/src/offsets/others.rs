//! Groups of protocols that are not decoded: share groups and streams groups, known by their records.

use std::collections::BTreeMap;

use plimsoll_offsets::{GroupKind, OtherGroup, Text};

use super::GroupState;

/// What the records say, by group.
#[derive(Debug, Clone, Default)]
pub struct OtherGroups {
    groups: BTreeMap<Text, Noted>,
}

#[derive(Debug, Clone, Copy)]
struct Noted {
    kind: GroupKind,
    epoch: Option<i32>,
    /// Offset of the newest record of this group.
    at: i64,
}

impl OtherGroups {
    /// Takes a record in; one without a value deletes what its key names, and with the group's own key the group.
    pub fn note(&mut self, at: i64, has_value: bool, record: OtherGroup) {
        if !has_value {
            if record.is_group {
                self.groups.remove(&record.group);
            }
            return;
        }
        let noted = self.groups.entry(record.group).or_insert(Noted {
            kind: record.kind,
            epoch: None,
            at,
        });
        if noted.kind != record.kind {
            (noted.kind, noted.epoch) = (record.kind, None);
        }
        noted.epoch = record.epoch.or(noted.epoch);
        noted.at = at;
    }

    /// The names of the groups.
    pub fn names(&self) -> impl Iterator<Item = &Text> {
        self.groups.keys()
    }

    /// What is known of a group, and from which record.
    pub(super) fn state(&self, group: &str) -> Option<(i64, GroupState)> {
        let noted = self.groups.get(group)?;
        let epoch = noted.epoch;
        let state = match noted.kind {
            GroupKind::Share => GroupState::Share { epoch },
            GroupKind::Streams => GroupState::Streams { epoch },
        };
        Some((noted.at, state))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: GroupKind, is_group: bool, epoch: Option<i32>) -> OtherGroup {
        OtherGroup {
            group: "g".into(),
            kind,
            is_group,
            epoch,
        }
    }

    #[test]
    fn the_newest_records_tell_and_a_tombstone_of_the_group_ends_it() {
        let mut groups = OtherGroups::default();
        groups.note(1, true, record(GroupKind::Share, true, Some(3)));
        groups.note(2, true, record(GroupKind::Streams, false, None));
        let state = |groups: &OtherGroups| groups.state("g");
        assert_eq!(
            state(&groups),
            Some((2, GroupState::Streams { epoch: None }))
        );
        groups.note(3, true, record(GroupKind::Streams, true, Some(7)));
        // A member's tombstone leaves the group.
        groups.note(4, false, record(GroupKind::Streams, false, None));
        let epoch = Some(7);
        assert_eq!(state(&groups), Some((3, GroupState::Streams { epoch })));
        groups.note(5, false, record(GroupKind::Streams, true, None));
        assert_eq!(state(&groups), None);
    }
}
