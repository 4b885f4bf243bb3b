//! K6: what replay gives does not depend on what compaction has removed, and K6's limits: what a cleaner must not do.
//!
//! Logs of commits, transactions, tombstones and group records are made at random; a cleaner of its own, written after
//! K1 to K10 and free to keep more than it has to, thins them out.

mod cleaner;
mod logs;

use std::collections::BTreeMap;

use plimsoll_offsets::{
    Cache, Decisions, Materialise, Newer, OffsetsRecord, PendingUnderTombstone,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use cleaner::{Cleaner, clean};
use logs::{At, Log, log};

/// Everything that a cache shows of its latest view, in a form that can be compared: values with their record offsets.
fn shown(cache: &Cache) -> BTreeMap<String, String> {
    let mut shown = BTreeMap::new();
    let mut say = |key: String, value: String| shown.insert(key, value);
    for group in logs::GROUPS {
        for ((topic, partition), timeline) in cache.offsets(group) {
            if let Some(value) = timeline.latest() {
                let at = timeline.latest_at();
                say(
                    format!("{group} {topic}-{partition}"),
                    format!("{value:?} {at:?}"),
                );
            }
        }
        for ((topic, partition), pending) in cache.pending_offsets(group) {
            let id = pending.producer.id;
            say(
                format!("{group} {topic}-{partition} of {id}"),
                format!("{pending:?}"),
            );
        }
        if let Some(value) = cache.group(group).and_then(|t| t.latest()) {
            say(group.to_string(), format!("{value:?}"));
        }
        if let Some(value) = cache.consumer_epoch(group).and_then(|t| t.latest()) {
            say(format!("{group} epoch"), format!("{value:?}"));
        }
        for (member, timeline) in cache.consumer_members(group) {
            if let Some(value) = timeline.latest() {
                say(format!("{group} member {member}"), format!("{value:?}"));
            }
        }
    }
    shown
}

/// Replays with the high watermark following behind, or not at all until the end.
fn replay(log: &[At], decisions: Decisions, follow: Option<i64>) -> Cache {
    let mut cache = Cache::with(decisions);
    for (offset, entry) in log {
        cache.apply(*offset, entry);
        if let Some(behind) = follow {
            cache.advance(offset - behind);
        }
    }
    cache
}

/// The law for one log, cleaned once and then written on.
fn law(log: &Log, cleaner: Cleaner, decisions: Decisions) -> Result<(), TestCaseError> {
    let cleaned = clean(log, cleaner);
    let whole = replay(&log.entries, decisions, None);
    for follow in [None, Some(-1), Some(0), Some(3)] {
        let from_whole = replay(&log.entries, decisions, follow);
        let from_cleaned = replay(&cleaned, decisions, follow);
        prop_assert_eq!(
            shown(&whole),
            shown(&from_whole),
            "the high watermark changes it"
        );
        prop_assert_eq!(
            shown(&from_whole),
            shown(&from_cleaned),
            "cleaned: {:?}",
            cleaned
        );
    }
    Ok(())
}

/// Whether some log out of `cases` breaks the law.
fn breaks(cleaner: Cleaner, decisions: Decisions, cases: u32) -> bool {
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(cases)
    };
    let mut runner = TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    runner
        .run(&log(), |log| law(&log, cleaner, decisions))
        .is_err()
}

#[test]
fn a_compacted_log_replays_to_what_the_whole_log_replays_to() {
    assert!(!breaks(Cleaner::Right, Decisions::default(), 20_000));
}

#[test]
fn wrong_replays_break_it() {
    let right = Decisions::default();
    let wrong = [
        (
            "C-8",
            Decisions {
                materialise: Materialise::WhereTheMarkerStands,
                ..right
            },
        ),
        (
            "C-9",
            Decisions {
                tombstone: PendingUnderTombstone::Kept,
                ..right
            },
        ),
        (
            "O-19",
            Decisions {
                newer: Newer::ByCommitTimestamp,
                ..right
            },
        ),
    ];
    for (name, decisions) in wrong {
        assert!(
            breaks(Cleaner::Right, decisions, 20_000),
            "{name} was not noticed"
        );
    }
}

#[test]
fn wrong_cleaners_break_it() {
    let wrong = [
        Cleaner::AbortedShadows,
        Cleaner::MarkersDropped,
        Cleaner::TombstonesFirst,
        Cleaner::BeyondLastStable,
    ];
    for cleaner in wrong {
        assert!(
            breaks(cleaner, Decisions::default(), 20_000),
            "{cleaner:?} was not noticed"
        );
    }
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(5_000) })]

    /// Whatever is missing, replay ends, and each value that it shows stands in what was replayed.
    #[test]
    fn any_subsequence_replays(log in log(), kept in proptest::collection::vec(any::<bool>(), logs::MOST)) {
        let some: Vec<At> = log.entries.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(at, _)| at).collect();
        let cache = replay(&some, Decisions::default(), None);
        for group in logs::GROUPS {
            for ((topic, partition), timeline) in cache.offsets(group) {
                let Some(at) = timeline.latest_at() else { continue };
                let source = some.iter().find(|(offset, _)| *offset == at).map(|(_, entry)| entry);
                let Some(plimsoll_offsets::Entry::Record { record: OffsetsRecord::Offset { group: g, topic: t, partition: p, value }, .. }) = source else {
                    return Err(TestCaseError::fail(format!("nothing stands at {at}")));
                };
                prop_assert_eq!((&**g, &**t, *p), (group, &**topic, *partition));
                prop_assert_eq!(value.as_ref(), timeline.latest());
            }
        }
    }

    /// The records decide by where they stand, not by when they are replayed, as long as each producer's own come in
    /// order and nothing has been forgotten.
    #[test]
    fn the_order_of_replay_does_not_matter(log in log(), order in proptest::collection::vec(any::<u8>(), logs::MOST)) {
        let shuffled = logs::shuffled(&log.entries, &order);
        let right = Decisions::default();
        prop_assert_eq!(shown(&replay(&log.entries, right, None)), shown(&replay(&shuffled, right, None)));
    }
}
