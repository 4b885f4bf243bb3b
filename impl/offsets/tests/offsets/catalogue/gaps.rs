//! C-5, C-6, C-7: what compaction removed is not missed.

use std::collections::BTreeSet;
use std::sync::Arc;

use plimsoll_offsets::{Cache, CurrentAssignment, Decisions, Entry, MemberState, OffsetsRecord};

use super::{group, plain, replay, resumes, tombstone};

/// A replay that wants every record to follow from an earlier one, as coordinators that could not load did.
#[derive(Default)]
struct Strict {
    offsets: BTreeSet<i32>,
    classic: BTreeSet<String>,
    consumer: BTreeSet<String>,
    deleted: BTreeSet<String>,
}

impl Strict {
    fn apply(&mut self, entry: &Entry) -> Result<(), &'static str> {
        let Entry::Record { record, .. } = entry else {
            return Ok(());
        };
        let holds = match record {
            OffsetsRecord::Offset {
                partition,
                value: None,
                ..
            } => self.offsets.remove(partition),
            OffsetsRecord::Offset {
                group, partition, ..
            } => {
                self.offsets.insert(*partition);
                !self.deleted.contains(&**group)
            }
            OffsetsRecord::Group { group, value: None } => {
                self.deleted.insert(group.to_string());
                self.classic.remove(&**group)
            }
            OffsetsRecord::Group { group, .. } => {
                self.classic.insert(group.to_string());
                true
            }
            OffsetsRecord::ConsumerGroup { group, .. } => {
                self.consumer.insert(group.to_string());
                true
            }
            OffsetsRecord::ConsumerMember { group, .. } => self.consumer.contains(&**group),
            OffsetsRecord::Unknown { .. } => false,
        };
        if holds { Ok(()) } else { Err("this cannot be") }
    }
}

/// Whether the strict replay loads the log, and what the right one gives.
fn loads(log: &[(i64, Entry)], strict_loads: bool) -> Cache {
    let mut strict = Strict::default();
    let outcome: Result<(), _> = log.iter().try_for_each(|(_, entry)| strict.apply(entry));
    assert_eq!(outcome.is_ok(), strict_loads, "{outcome:?}");
    replay(Decisions::default(), log)
}

fn member(epoch: Option<i32>) -> Entry {
    let value = epoch.map(|epoch| CurrentAssignment {
        epoch,
        previous_epoch: 0,
        state: MemberState::STABLE,
        assigned: Vec::new(),
        pending_revocation: Vec::new(),
    });
    let record = OffsetsRecord::ConsumerMember {
        group: "g".into(),
        member: "m".into(),
        value: value.map(Arc::new),
    };
    Entry::Record {
        producer: None,
        record,
    }
}

#[test]
fn c5_a_member_before_its_group() {
    let cache = loads(&[(4, member(Some(2)))], false);
    let members: Vec<_> = cache
        .consumer_members("g")
        .map(|(m, t)| (m.to_string(), t.latest().unwrap().epoch))
        .collect();
    assert_eq!(members, [("m".to_owned(), 2)]);
    assert!(cache.consumer_epoch("g").is_none());
    assert_eq!(cache.groups_with_consumer_members().count(), 1);
}

#[test]
fn c6_a_tombstone_without_what_it_deletes() {
    let cache = loads(&[(4, tombstone())], false);
    assert_eq!(
        (resumes(&cache), cache.groups_with_offsets().count()),
        (None, 0)
    );
    for tombstone in [group(None), member(None)] {
        let cache = loads(&[(4, tombstone)], false);
        let left = cache.groups().count() + cache.groups_with_consumer_members().count();
        assert_eq!(left, 0);
    }
}

#[test]
fn c7_a_deleted_group_used_again_without_members() {
    let whole = [(0, group(Some(3))), (1, group(None)), (2, plain(9))];
    let cache = loads(&whole, false);
    assert_eq!((resumes(&cache), cache.groups().count()), (Some(9), 0));
    // And with members again.
    let again = [&whole[..], &[(3, group(Some(1)))]].concat();
    let cache = loads(&again, false);
    assert_eq!(
        cache
            .group("g")
            .and_then(|t| t.latest())
            .map(|g| g.generation),
        Some(1)
    );
    assert_eq!(resumes(&cache), Some(9));
}

#[test]
fn the_strict_replay_loads_what_nothing_was_removed_from() {
    loads(
        &[
            (0, group(Some(3))),
            (1, plain(9)),
            (2, tombstone()),
            (3, group(None)),
        ],
        true,
    );
}

#[test]
fn what_is_not_decoded_is_counted_by_type() {
    let unknown = |key_type| Entry::Record {
        producer: None,
        record: OffsetsRecord::Unknown { key_type },
    };
    let cache = loads(
        &[
            (0, unknown(5)),
            (1, unknown(16)),
            (2, unknown(5)),
            (3, plain(1)),
        ],
        false,
    );
    assert_eq!(
        cache.unknown_by_type().collect::<Vec<_>>(),
        [(5, 2), (16, 1)]
    );
    assert_eq!((cache.unknown_records(), resumes(&cache)), (3, Some(1)));
}
