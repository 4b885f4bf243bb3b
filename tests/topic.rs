//! Each promise of the offsets topic is shown to fire on the smallest bad case, and to stay quiet on one that is nearly bad.

use std::collections::BTreeSet;

use plimsoll_promises::{
    Broken, PromiseId,
    storage::compacted_means_the_same,
    topic::{
        Committed, Deletions, Entry, Expiring, Generation, Key, Member, Name, Phase, Settled,
        changes_only_what_is_named, comes_from_a_current_member, expires_only_what_may,
        fetched_as_committed, instance_has_one_member, last_commit_wins, load_is_complete,
        may_expire, meaning, memory_equals_replay, phase_ends, removes_only_what_is_over,
        routed_to_group_partition, silent_members_leave, stays_deleted,
    },
};

fn key(partition: i32) -> Key {
    Key {
        group: "g".into(),
        topic: "t".into(),
        partition,
    }
}

fn committed(offset: i64) -> Committed {
    Committed {
        offset,
        leader_epoch: 3,
        metadata: "m".into(),
        at_ms: 0,
    }
}

fn commit(partition: i32, offset: i64, producer: Option<i64>) -> Entry {
    Entry::Commit {
        key: key(partition),
        value: committed(offset),
        producer,
    }
}

fn end(producer: i64, committed: bool) -> Entry {
    Entry::End {
        producer,
        committed,
    }
}

/// The entries, at offsets from 0 on.
fn log(entries: &[Entry]) -> Vec<(i64, Entry)> {
    (0..).zip(entries.iter().cloned()).collect()
}

fn generation(number: i32, ids: &[&str]) -> Generation {
    let member = |id: &&str| Member {
        id: (*id).into(),
        instance: None,
    };
    Generation {
        number,
        members: ids.iter().map(member).collect(),
    }
}

#[track_caller]
fn fires(promise: PromiseId, bad: Result<(), Broken>, nearly: Result<(), Broken>) {
    assert_eq!(bad.expect_err("it is bad").promise, promise);
    assert_eq!(nearly, Ok(()), "it is only nearly bad");
}

#[test]
fn a_log_adds_up_by_the_order_of_its_records() {
    let offset = |entries: &[Entry]| {
        let meant = meaning(&log(entries));
        let value = meant.offsets.get(&key(0)).map(|(_, value)| value.offset);
        (value, meant.pending.len())
    };
    let (txn, plain) = (commit(0, 10, Some(7)), commit(0, 20, None));
    // KAFKA-5247: the transaction's commit stands before the plain one, wherever its marker stands.
    assert_eq!(
        offset(&[txn.clone(), plain.clone(), end(7, true)]),
        (Some(20), 0)
    );
    assert_eq!(
        offset(&[plain.clone(), txn.clone(), end(7, true)]),
        (Some(10), 0)
    );
    assert_eq!(
        offset(&[plain.clone(), txn.clone(), end(7, false)]),
        (Some(20), 0)
    );
    assert_eq!(
        offset(&[plain.clone(), txn.clone(), end(8, true)]),
        (Some(20), 1)
    );
    let forgotten = Entry::Forgotten(key(0));
    assert_eq!(offset(&[txn.clone(), forgotten.clone()]), (None, 0));
    assert_eq!(
        offset(&[txn.clone(), forgotten.clone(), end(7, true)]),
        (None, 0)
    );
    assert_eq!(offset(&[forgotten, txn]), (None, 1));
}

#[test]
fn o1() {
    let of = |entries: &[Entry]| meaning(&log(entries));
    let written = of(&[commit(0, 10, None), commit(0, 5, None)]);
    // The offset goes back, and that is right.
    let earlier = of(&[commit(0, 10, None)]);
    fires(
        PromiseId::O1,
        last_commit_wins(&earlier, &written),
        last_commit_wins(&written, &written),
    );
}

#[test]
fn o3() {
    let durable = meaning(&log(&[commit(0, 5, None)]));
    let without_epoch = Committed {
        leader_epoch: -1,
        ..committed(5)
    };
    let at_another_time = Committed {
        at_ms: 9,
        ..committed(5)
    };
    fires(
        PromiseId::O3,
        fetched_as_committed(&key(0), Some(&without_epoch), &durable),
        fetched_as_committed(&key(0), Some(&at_another_time), &durable),
    );
    fires(
        PromiseId::O3,
        fetched_as_committed(&key(0), None, &durable),
        fetched_as_committed(&key(1), None, &durable),
    );
}

#[test]
fn o6() {
    let key = key(0);
    let nearly = Expiring {
        key: &key,
        phase: Phase::EmptySince(100),
        subscribed: false,
        open_transaction: false,
        committed_ms: 900,
        now_ms: 1100,
        retention_ms: 1000,
    };
    let bad = [
        Expiring {
            phase: Phase::EmptySince(101),
            ..nearly.clone()
        },
        Expiring {
            phase: Phase::StoresOnly,
            ..nearly.clone()
        },
        Expiring {
            phase: Phase::Rebalancing,
            committed_ms: 0,
            ..nearly.clone()
        },
        Expiring {
            subscribed: true,
            ..nearly.clone()
        },
        Expiring {
            open_transaction: true,
            ..nearly.clone()
        },
    ];
    for bad in bad {
        fires(
            PromiseId::O6,
            expires_only_what_may(&bad),
            expires_only_what_may(&nearly),
        );
    }
}

/// Which offsets may expire is told by what is written and by the clock, not by what the coordinator remembers.
#[test]
fn what_may_expire_by_what_is_written() {
    let (retention_ms, now_ms) = (1000, 2000);
    let at = |partition, at_ms, producer| Entry::Commit {
        key: key(partition),
        value: Committed {
            at_ms,
            ..committed(5)
        },
        producer,
    };
    let may = |entries: &[Entry], subscribed: bool| -> Vec<i32> {
        let keys = may_expire(&log(entries), now_ms, retention_ms, |_| subscribed);
        keys.iter().map(|key| key.partition).collect()
    };
    let is_in =
        |ids: &[&str], since_ms| Entry::Generation("g".into(), generation(1, ids), since_ms);
    let removed = Entry::Removed("g".into());
    let two = [at(0, 1000, None), at(1, 1001, None)];
    let then = |more: &[Entry]| [&two[..], more].concat();
    assert_eq!(may(&two, true), [0], "stored only: since its commit");
    assert_eq!(
        may(&then(&[is_in(&[], 1000)]), true),
        [0, 1],
        "empty: since it is"
    );
    assert_eq!(may(&then(&[is_in(&[], 1001)]), true), []);
    assert_eq!(may(&then(&[is_in(&["a"], 0)]), true), []);
    assert_eq!(may(&then(&[is_in(&["a"], 0)]), false), [0]);
    assert_eq!(
        may(&then(&[is_in(&[], 1000), is_in(&["a"], 1500)]), true),
        []
    );
    assert_eq!(may(&then(&[is_in(&[], 1001), removed]), true), [0]);
    let of_another = Entry::Generation("h".into(), generation(1, &["a"]), 0);
    assert_eq!(
        may(&then(&[of_another, Entry::Removed("h".into())]), true),
        [0]
    );
    assert_eq!(
        may(&then(&[at(0, 1000, Some(7))]), true),
        [],
        "in a transaction"
    );
    assert_eq!(may(&then(&[at(1, 0, Some(7))]), true), [0]);
    assert_eq!(may(&then(&[at(1, 0, Some(7)), end(7, true)]), true), [0, 1]);
    assert_eq!(
        may(&then(&[Entry::Forgotten(key(0))]), true),
        [],
        "gone already"
    );
}

#[test]
fn o7() {
    let group = Name::from("g");
    let (stored, pending) = (
        meaning(&log(&[commit(0, 5, None)])),
        meaning(&log(&[commit(0, 5, Some(7))])),
    );
    let removed =
        |meant, members, goes: bool| removes_only_what_is_over(&group, meant, members, |_| goes);
    for bad in [
        removed(&stored, 0, false),
        removed(&pending, 0, false),
        removed(&stored, 1, true),
    ] {
        fires(PromiseId::O7, bad, removed(&stored, 0, true));
    }
}

/// What waits in another group's transactions is no obstacle, and what goes in the same step is none.
#[test]
fn o7_asks_the_group_alone() {
    let other = meaning(&log(&[Entry::Commit {
        key: Key {
            group: "h".into(),
            ..key(0)
        },
        value: committed(5),
        producer: Some(7),
    }]));
    let pending = meaning(&log(&[commit(0, 5, Some(7))]));
    let removed = |meant, goes: bool| removes_only_what_is_over(&"g".into(), meant, 0, |_| goes);
    fires(
        PromiseId::O7,
        removed(&pending, false),
        removed(&other, false),
    );
    assert_eq!(removed(&pending, true), Ok(()));
}

/// Of one producer's commits for one key the last waits; those of others, and for other keys, wait beside it.
#[test]
fn commits_that_wait() {
    let waiting = |entries: &[Entry]| -> Vec<(i32, i64, i64)> {
        let meant = meaning(&log(entries));
        let pending = meant.pending.iter();
        pending
            .map(|(key, producer, at)| (key.partition, *producer, *at))
            .collect()
    };
    let seven = |partition| commit(partition, 5, Some(7));
    assert_eq!(waiting(&[seven(0), seven(0)]), [(0, 7, 1)]);
    assert_eq!(waiting(&[seven(0), seven(1)]), [(0, 7, 0), (1, 7, 1)]);
    assert_eq!(
        waiting(&[seven(0), commit(0, 5, Some(8))]),
        [(0, 7, 0), (0, 8, 1)]
    );
}

#[test]
fn o8() {
    let (before, after) = (
        meaning(&log(&[commit(0, 5, None)])),
        meaning(&log(&[commit(0, 5, None), commit(1, 6, None)])),
    );
    let named = |partition| {
        changes_only_what_is_named(&before, &after, move |k: &Key| k.partition == partition)
    };
    fires(PromiseId::O8, named(0), named(1));
}

#[test]
fn s1() {
    let of = |entries: &[Entry]| meaning(&log(entries));
    let group = |ids| Entry::Generation("g".into(), generation(1, ids), 0);
    let (memory, replay) = (of(&[group(&["a", "b"])]), of(&[group(&["a"])]));
    let rebalancing = BTreeSet::from(["g".into()]);
    let steady = BTreeSet::from(["another".into()]);
    let settled = |memory, rebalancing| Settled {
        memory,
        rebalancing,
    };
    fires(
        PromiseId::S1,
        memory_equals_replay(&settled(&memory, &steady), &replay),
        memory_equals_replay(&settled(&memory, &rebalancing), &replay),
    );
    let (memory, replay) = (of(&[commit(0, 1, None)]), of(&[commit(0, 1, Some(7))]));
    fires(
        PromiseId::S1,
        memory_equals_replay(&settled(&memory, &steady), &replay),
        memory_equals_replay(&settled(&replay, &steady), &replay),
    );
}

#[test]
fn s6() {
    let whole = log(&[commit(0, 5, None), commit(0, 6, None)]);
    let strange = log(&[commit(0, 9, None)]);
    let loads = |loaded: &[(i64, Entry)]| {
        load_is_complete(&meaning(loaded), 2, |length| meaning(&whole[..length]))
    };
    fires(PromiseId::S6, loads(&whole[..1]), loads(&whole));
    assert_eq!(loads(&strange), Ok(()), "that is for S1 to say");
}

#[test]
fn s9() {
    let memory = meaning(&log(&[commit(1, 4, None), commit(0, 5, None)]));
    let deleted = |at| Deletions {
        offsets: [(key(0), at)].into(),
        ..Deletions::default()
    };
    fires(
        PromiseId::S9,
        stays_deleted(&memory, &deleted(2)),
        stays_deleted(&memory, &deleted(0)),
    );
    let memory = meaning(&log(&[Entry::Generation(
        "g".into(),
        generation(1, &[]),
        0,
    )]));
    let deleted = |group: &str| Deletions {
        groups: [(group.into(), 1)].into(),
        ..Deletions::default()
    };
    fires(
        PromiseId::S9,
        stays_deleted(&memory, &deleted("g")),
        stays_deleted(&memory, &deleted("h")),
    );
}

/// Each of these tells the right function from a wrong one: masking the sign bit, hashing UTF-8 bytes, or an absolute
/// value that stays negative.
#[test]
fn s10() {
    for (group, right, wrong) in [
        ("my-group", 12, 36),
        ("billing", 9, 39),
        ("é", 33, 14),
        ("polygenelubricants", 0, 48),
    ] {
        fires(
            PromiseId::S10,
            routed_to_group_partition(group, 50, wrong),
            routed_to_group_partition(group, 50, right),
        );
    }
}

#[test]
fn g4() {
    let group = generation(2, &["a"]);
    let from =
        |member: &str, number| comes_from_a_current_member(&member.into(), number, Some(&group));
    for bad in [
        from("a", 1),
        from("a", 3),
        from("b", 2),
        comes_from_a_current_member(&"a".into(), 2, None),
        comes_from_a_current_member(&"b".into(), 2, Some(&generation(2, &["a", "c"]))),
    ] {
        fires(PromiseId::G4, bad, from("a", 2));
        let one_of_two = generation(2, &["b", "a"]);
        let held = comes_from_a_current_member(&"a".into(), 2, Some(&one_of_two));
        assert_eq!(held, Ok(()));
    }
}

#[test]
fn g8() {
    let member = |id: &str, instance: &str| Member {
        id: id.into(),
        instance: Some(instance.into()),
    };
    let held = |members: &[Member]| instance_has_one_member(members, |id| **id == *"old");
    let fine = [member("new", "s"), member("other", "r")];
    for bad in [
        [member("new", "s"), member("newer", "s")],
        [member("old", "s"), member("other", "r")],
    ] {
        fires(PromiseId::G8, held(&bad), held(&fine));
    }
}

#[test]
fn v1_and_v2() {
    let group = Name::from("g");
    fires(
        PromiseId::V1,
        phase_ends(&group, Some("sync phase"), 3),
        phase_ends(&group, None, 3),
    );
    fires(
        PromiseId::V2,
        silent_members_leave(&group, &generation(1, &["a"]).members, 3),
        silent_members_leave(&group, &[], 3),
    );
}

#[test]
fn k6() {
    let meant = meaning(&log(&[commit(0, 5, None)]));
    let other = meaning(&log(&[commit(0, 6, None)]));
    for bad in [
        compacted_means_the_same(None, Some(&meant)),
        compacted_means_the_same(Some(&meant), None),
        compacted_means_the_same::<plimsoll_promises::topic::Meaning>(None, None),
        compacted_means_the_same(Some(&other), Some(&meant)),
    ] {
        fires(
            PromiseId::K6,
            bad,
            compacted_means_the_same(Some(&meant), Some(&meant)),
        );
    }
}
