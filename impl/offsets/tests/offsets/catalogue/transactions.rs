//! C-8, C-9, C-11, O1, O4: commits that wait for a marker.

use std::collections::BTreeSet;

use plimsoll_offsets::{
    Cache, Decisions, Ended::*, Entry, Materialise, PendingUnderTombstone, Producer,
};

use super::{WRITER, marker, plain, replay, resumes, right, staged, tombstone};

const OTHER: Producer = Producer { id: 8, epoch: 0 };

#[test]
fn c8_the_record_decides_not_the_marker() {
    let whole = [
        (5, staged(WRITER, 10)),
        (6, plain(20)),
        (7, marker(WRITER, Committed)),
    ];
    let compacted = &whole[1..];
    assert_eq!((right(&whole), right(compacted)), (Some(20), Some(20)));
    let wrong = Decisions {
        materialise: Materialise::WhereTheMarkerStands,
        ..Decisions::default()
    };
    let wrong = |log| resumes(&replay(wrong, log));
    assert_eq!(
        (wrong(&whole), wrong(compacted)),
        (Some(10), Some(20)),
        "K6 is broken"
    );
}

#[test]
fn c9_a_deleted_offset_does_not_come_back_with_the_marker() {
    let whole = [
        (5, staged(WRITER, 10)),
        (6, tombstone()),
        (7, marker(WRITER, Committed)),
    ];
    assert_eq!((right(&whole), right(&whole[1..])), (None, None));
    let wrong = Decisions {
        tombstone: PendingUnderTombstone::Kept,
        ..Decisions::default()
    };
    let wrong = |log| resumes(&replay(wrong, log));
    assert_eq!(
        (wrong(&whole), wrong(&whole[1..])),
        (Some(10), None),
        "S9 is broken"
    );
}

/// Tracks which producers have something open for a group apart from what they have open, and clears it by what is left
/// when the marker comes.
#[derive(Default)]
struct TrackedApart {
    cache: Cache,
    open: BTreeSet<i64>,
}

impl TrackedApart {
    fn apply(&mut self, offset: i64, entry: &Entry) {
        match entry {
            Entry::Record {
                producer: Some(producer),
                ..
            } => {
                self.open.insert(producer.id);
            }
            Entry::Marker { producer, .. } => {
                if self
                    .cache
                    .pending_offsets("g")
                    .any(|(_, p)| p.producer.id == producer.id)
                {
                    self.open.remove(&producer.id);
                }
            }
            Entry::Record { producer: None, .. } => {}
        }
        self.cache.apply(offset, entry);
    }
}

#[test]
fn c11_a_tombstone_ends_what_it_deletes() {
    let log = [
        (5, staged(WRITER, 10)),
        (6, tombstone()),
        (7, marker(WRITER, Committed)),
    ];
    let mut wrong = TrackedApart::default();
    for (offset, entry) in &log {
        wrong.apply(*offset, entry);
    }
    assert!(
        !wrong.open.is_empty(),
        "the mistake leaks: the group can never be removed"
    );
    let cache = replay(Decisions::default(), &log[..2]);
    assert!(!cache.has_pending_offset("g", "t", 0) && !cache.has_open_transaction("g"));
    let cache = replay(Decisions::default(), &log);
    assert_eq!(
        (
            cache.open_producers().count(),
            cache.groups_with_pending_offsets().count()
        ),
        (0, 0)
    );
}

#[test]
fn a_commit_after_the_tombstone_is_pending_again() {
    let log = [
        (5, staged(WRITER, 10)),
        (6, tombstone()),
        (7, staged(WRITER, 30)),
        (8, marker(WRITER, Committed)),
    ];
    assert!(replay(Decisions::default(), &log[..3]).has_pending_offset("g", "t", 0));
    assert_eq!(right(&log), Some(30));
}

#[test]
fn o4_until_the_marker_nothing_changes_and_an_abort_changes_nothing() {
    let log = [
        (0, plain(1)),
        (1, staged(WRITER, 10)),
        (2, marker(WRITER, Aborted)),
    ];
    assert_eq!((right(&log[..2]), right(&log)), (Some(1), Some(1)));
    let cache = replay(Decisions::default(), &log[..2]);
    let (key, pending) = cache.pending_offsets("g").next().unwrap();
    assert_eq!(
        (
            &*key.0,
            key.1,
            pending.producer,
            pending.record,
            pending.value.offset
        ),
        ("t", 0, WRITER, 1, 10)
    );
    assert!(!replay(Decisions::default(), &log).has_open_transaction("g"));
}

#[test]
fn several_open_transactions_on_one_key_end_each_for_itself() {
    let log = [
        (0, staged(WRITER, 10)),
        (1, staged(OTHER, 20)),
        (2, staged(WRITER, 11)),
        (3, marker(OTHER, Committed)),
        (4, marker(WRITER, Committed)),
    ];
    assert_eq!(
        replay(Decisions::default(), &log[..3])
            .pending_offsets("g")
            .count(),
        2,
        "a producer's newer commit replaces its older"
    );
    assert_eq!((right(&log[..4]), right(&log)), (Some(20), Some(11)));
    // The other way round, the first record loses although its marker is the last.
    let log = [
        (0, staged(WRITER, 10)),
        (1, staged(OTHER, 20)),
        (2, marker(OTHER, Committed)),
        (3, marker(WRITER, Committed)),
    ];
    assert_eq!(right(&log), Some(20));
}

#[test]
fn a_marker_without_records_says_nothing() {
    assert_eq!(
        right(&[
            (0, plain(1)),
            (1, marker(WRITER, Committed)),
            (2, marker(OTHER, Aborted))
        ]),
        Some(1)
    );
}

#[test]
fn a_marker_may_carry_a_later_epoch_and_never_an_earlier_one() {
    let at = |epoch| Producer { epoch, ..WRITER };
    // The coordinator of transactions fences a producer by a marker of the next epoch.
    assert_eq!(
        right(&[(0, staged(at(3), 10)), (1, marker(at(4), Committed))]),
        Some(10)
    );
    let cache = replay(
        Decisions::default(),
        &[(0, staged(at(3), 10)), (1, marker(at(2), Committed))],
    );
    assert!(cache.has_pending_offset("g", "t", 0));
}

#[test]
fn what_a_marker_commits_is_shown_when_the_marker_is_durable() {
    let mut cache = Cache::new();
    for (offset, entry) in [
        (0, plain(1)),
        (1, staged(WRITER, 10)),
        (2, marker(WRITER, Committed)),
    ] {
        cache.apply(offset, &entry);
    }
    let shown = |cache: &Cache| {
        let timeline = cache.offset("g", "t", 0).unwrap();
        (
            timeline.committed().map(|v| v.offset),
            timeline.latest().map(|v| v.offset),
        )
    };
    cache.advance(2);
    assert_eq!(
        shown(&cache),
        (Some(1), Some(10)),
        "the record is durable, its marker is not"
    );
    cache.advance(3);
    assert_eq!(shown(&cache), (Some(10), Some(10)));
    assert_eq!(cache.offset("g", "t", 0).unwrap().committed_at(), Some(1));
}
