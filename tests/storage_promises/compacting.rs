//! How a pass of the cleaner may change a log: K2, K3, K6, K9.

use plimsoll_promises::{
    PromiseId::{K2, K3, K6, K9},
    storage::{
        Aborted, Batch, BatchKind, Record, compacted_means_the_same, old_or_new,
        only_settled_is_cleaned,
    },
    topic::{Generation, Meaning},
};

use crate::{
    Cases, cases, held,
    world::{
        Found, History, aborted, batch, by, emptied, gone, in_epoch, marker, one, record,
        transactional,
    },
};

pub fn k2() -> Vec<Cases> {
    let written = by(1, 0, 0, batch(3, &[(1, Some(1)), (2, Some(2))]));
    let log = |found: Batch| {
        held(
            K2,
            &History::of(&[one(0, 9, 9), written.clone()]),
            &Found::of(&[found]),
        )
    };
    let with = |records: &[Record]| Batch {
        records: records.to_vec(),
        ..written.clone()
    };
    let (first, second) = (record(3, 1, Some(1)), record(4, 2, Some(2)));
    let changed = |of: Record| with(&[first, of]);
    vec![cases(
        K2,
        "A batch that is found was written",
        [
            log(Batch {
                base: 4,
                ..with(&[second])
            }),
            log(Batch {
                last: 3,
                ..with(&[first])
            }),
            log(Batch {
                last: 5,
                ..written.clone()
            }),
            log(in_epoch(1, written.clone())),
            log(by(2, 0, 0, written.clone())),
            log(by(1, 1, 0, written.clone())),
            log(by(1, 0, 1, written.clone())),
            log(Batch {
                source: None,
                ..written.clone()
            }),
            log(Batch {
                kind: BatchKind::Transactional,
                ..written.clone()
            }),
            log(one(2, 9, 9)),
            log(emptied(one(2, 9, 9))),
            log(one(7, 9, 9)),
            log(changed(record(4, 2, Some(3)))),
            log(changed(record(4, 2, None))),
            log(changed(record(4, 3, Some(2)))),
            log(changed(Record {
                key: None,
                ..second
            })),
            log(changed(Record {
                timestamp_ms: 0,
                ..second
            })),
            log(changed(record(5, 2, Some(2)))),
            log(with(&[record(3, 2, Some(2)), second])),
            // The first of several is right.
            held(
                K2,
                &History::of(std::slice::from_ref(&written)),
                &Found::of(&[written.clone(), one(5, 9, 9)]),
            ),
        ],
        [
            log(written.clone()),
            log(with(&[first])),
            log(with(&[second])),
            log(with(&[])),
            held(
                K2,
                &History::of(std::slice::from_ref(&written)),
                &Found::of(&[]),
            ),
        ],
    )]
}

pub fn k3() -> Vec<Cases> {
    let pass = |synced, stable, active, below| {
        only_settled_is_cleaned(&Found::of(&[]).stable(stable), synced, active, below)
    };
    vec![
        cases(
            K3,
            "Nothing above the high watermark",
            [pass(5, 9, 9, 6), pass(5, 9, 9, 9), pass(0, 9, 9, 1)],
            [pass(5, 9, 9, 5), pass(5, 9, 9, 0), pass(6, 6, 6, 6)],
        ),
        cases(
            K3,
            "Nothing from the first open transaction",
            [pass(9, 5, 9, 6), pass(9, 5, 9, 9)],
            [pass(9, 5, 9, 5), pass(9, 5, 9, 4)],
        ),
        cases(
            K3,
            "Nothing in the active segment",
            [pass(9, 9, 5, 6), pass(9, 9, 5, 9)],
            [pass(9, 9, 5, 5), pass(9, 9, 5, 4)],
        ),
    ]
}

pub fn k6() -> Vec<Cases> {
    let mut cases_of_k6 = vec![same_values()];
    let (nothing, something) = (Meaning::default(), meaning());
    let read = |compacted, whole| compacted_means_the_same::<Meaning>(compacted, whole);
    cases_of_k6.extend([
        cases(
            K6,
            "A reader makes",
            [
                read(Some(&nothing), Some(&something)),
                read(Some(&something), Some(&nothing)),
                read(Some(&something), None),
            ],
            [
                read(Some(&something), Some(&something)),
                read(Some(&nothing), Some(&nothing)),
            ],
        ),
        cases(
            K6,
            "No reader refuses",
            [read(None, Some(&something)), read(None, None)],
            [read(Some(&something), Some(&something))],
        ),
    ]);
    cases_of_k6
}

fn meaning() -> Meaning {
    let generation = Generation {
        number: 1,
        members: Vec::new(),
    };
    Meaning {
        groups: [("g".into(), (0, generation))].into(),
        ..Meaning::default()
    }
}

/// The reader who keeps the last committed value of each key.
fn same_values() -> Cases {
    let log = |written: &[Batch], found: Found| held(K6, &History::of(written), &found);
    let batches = [one(0, 1, 1), one(1, 1, 2), one(2, 2, 3), gone(3, 2)];
    let left = |bases: &[i64]| {
        let left = batches.iter().filter(|b| bases.contains(&b.base));
        Found::of(&left.cloned().collect::<Vec<_>>())
            .ending(4)
            .stable(4)
    };
    // Of producer 7: committed, aborted, committed; in the middle of the aborted one another's, and one of its own
    // that is in no transaction.
    let in_7 = |base, key| transactional(7, one(base, key, base as u64));
    let mixed = [
        in_7(0, 1),
        marker(1, 7, true),
        in_7(2, 2),
        transactional(8, one(3, 3, 3)),
        by(7, 0, 4, one(4, 4, 4)),
        marker(5, 7, false),
        marker(6, 8, true),
        in_7(7, 5),
        marker(8, 7, true),
    ];
    let told: &[Aborted] = &[aborted(2, 5, 7)];
    let without = |base: i64, told: &[Aborted]| {
        let left = mixed.iter().filter(|b| b.base != base);
        Found::of(&left.cloned().collect::<Vec<_>>()).aborting(told)
    };
    let keyless = Batch {
        records: vec![Record {
            key: None,
            ..record(0, 0, Some(1))
        }],
        ..one(0, 0, 1)
    };
    let pair = [batch(0, &[(1, Some(1)), (2, Some(2))])];
    let half = Batch {
        records: vec![record(1, 2, Some(2))],
        ..pair[0].clone()
    };
    cases(
        K6,
        "A reader makes",
        [
            log(&batches, left(&[0, 3])),
            log(&batches, left(&[3])),
            log(&batches, left(&[1, 2])),
            log(&batches, left(&[0, 2, 3])),
            log(&batches, left(&[1]).starting(0).ending(3).stable(3)),
            log(&batches, left(&[]).stable(2)),
            log(&batches, left(&[1, 2]).starting(2)),
            log(&mixed, without(0, told)),
            log(&mixed, without(3, told)),
            log(&mixed, without(4, told)),
            log(&mixed, without(7, told)),
            // Readers take what was aborted for committed, or the other way round.
            log(&mixed, without(9, &[])),
            log(&mixed, without(9, &[aborted(2, 5, 7), aborted(7, 8, 7)])),
            log(&mixed, without(9, &[aborted(2, 5, 7), aborted(0, 1, 7)])),
            log(&mixed, without(9, &[aborted(2, 5, 7), aborted(3, 6, 8)])),
            log(&pair, Found::of(std::slice::from_ref(&half))),
        ],
        [
            log(&batches, left(&[0, 1, 2, 3])),
            log(&batches, left(&[1, 2, 3])),
            log(&batches, left(&[1, 3])),
            log(&batches, left(&[1])),
            log(&batches, left(&[]).stable(0)),
            log(&batches, left(&[1]).stable(2)),
            log(&batches, left(&[0]).stable(1)),
            log(&batches, left(&[2]).starting(2).stable(3)),
            log(&mixed, without(9, told)),
            log(&mixed, without(2, told)),
            log(&mixed, without(2, &[])),
            log(&[keyless], Found::of(&[]).ending(1).stable(1)),
            log(&pair, Found::of(&[half]).starting(1)),
        ],
    )
}

pub fn k9() -> Vec<Cases> {
    let old = [one(0, 1, 1), one(1, 2, 2), one(2, 1, 3), one(3, 2, 4)];
    let new = [emptied(one(1, 2, 2)), one(2, 1, 3), emptied(one(3, 2, 4))];
    let log = |found: &[Batch]| old_or_new(&old, &new, &Found::of(found));
    let of = |parts: &[&[Batch]]| parts.concat();
    vec![cases(
        K9,
        "Below some offset",
        [
            // New behind old, a hole, both at once, something else.
            log(&of(&[&old[..3], &new[2..]])),
            log(&of(&[&old[..1], &new[0..]])),
            log(&of(&[&new[..1], &old[3..]])),
            log(&old[2..]),
            log(&of(&[&old, &[one(4, 9, 9)]])),
            log(&of(&[&old[..3], &[one(3, 2, 9)]])),
            log(&of(&[&[one(0, 1, 9)], &old[1..]])),
            old_or_new(&old, &new, &Found::of(&[]).ending(4)),
            old_or_new(&old, &new, &Found::of(&old[..3]).ending(4)),
            old_or_new(&[], &[], &Found::of(&old[..1])),
        ],
        [
            log(&old),
            log(&new),
            log(&old[1..]),
            log(&of(&[&new[..1], &old[2..]])),
            log(&of(&[&new[..2], &old[3..]])),
            // A crash took the tail, whatever the pass had made of it.
            log(&old[..2]),
            log(&new[..2]),
            log(&[]),
            old_or_new(&[], &[], &Found::of(&[])),
        ],
    )]
}
