//! What a pass of the cleaner must leave: K1, K4, K8, K10.

use plimsoll_promises::{
    PromiseId::{K1, K4, K8, K10},
    storage::{Answer, Batch, Cleaned, Record, keyless_is_refused},
};

use crate::{
    Cases, cases, held,
    world::{
        Found, History, RETENTION_MS, batch, by, cut_short, emptied, gone, marker, one, pass,
        record, transactional,
    },
};

pub fn k1() -> Vec<Cases> {
    let log = |written: History, found: Found| held(K1, &written, &found);
    let batches = [one(0, 1, 1), one(1, 2, 2), one(2, 1, 3), one(3, 3, 4)];
    let cleaned = |below| History::of(&batches).cleaned(below);
    let without = |gone: &[i64]| {
        let left = batches.iter().filter(|b| !gone.contains(&b.base));
        Found::of(&left.cloned().collect::<Vec<_>>()).ending(4)
    };
    let with = |other: Batch| {
        let mut batches = batches.clone();
        let place = other.base as usize;
        batches[place] = other;
        Found::of(&batches)
    };
    let in_transaction = |end: &[Batch]| {
        let batches = [&[one(0, 1, 1), transactional(7, one(1, 1, 2))], end].concat();
        History::of(&batches).cleaned(2)
    };
    let (aborted, committed) = ([marker(2, 7, false)], [marker(2, 7, true)]);
    let both = [one(0, 1, 1), transactional(7, one(1, 1, 2))];
    let older = Found::of(&both[..1]).ending(3);
    let newer = Found::of(&both[1..]).ending(3);
    let tombstone = [one(0, 1, 1), gone(1, 1)];
    let at_another_time = Record {
        timestamp_ms: 0,
        ..record(2, 1, Some(3))
    };
    let pair = [batch(0, &[(1, Some(1)), (2, Some(2))]), one(2, 3, 3)];
    let half = Batch {
        records: vec![record(0, 1, Some(1))],
        ..pair[0].clone()
    };
    vec![cases(
        K1,
        "The newest record that counts",
        [
            log(cleaned(4), without(&[2])),
            log(cleaned(4), without(&[1])),
            log(cleaned(4), with(emptied(one(1, 2, 2)))),
            log(cleaned(4), with(one(2, 1, 9))),
            log(cleaned(4), with(one(2, 5, 3))),
            log(cleaned(4), with(gone(2, 1))),
            log(
                cleaned(4),
                with(Batch {
                    records: vec![at_another_time],
                    ..one(2, 1, 3)
                }),
            ),
            // Below the bound of the pass the older record is the newest.
            log(cleaned(2), without(&[0])),
            log(cleaned(2), without(&[1])),
            log(cleaned(4).starting(1, 1), without(&[1]).starting(1)),
            log(in_transaction(&aborted), newer.clone()),
            log(in_transaction(&[]), newer.clone().ending(2)),
            log(in_transaction(&committed), older.clone()),
            // A crash took the newer one.
            log(cleaned(4).not_synced_from(0), Found::of(&batches[1..2])),
            log(
                History::of(&pair).cleaned(2),
                Found::of(&[half.clone(), pair[1].clone()]),
            ),
            // Several passes: the one that went furthest counts.
            log(
                History::of(&batches).passes(&[pass(4, 1), pass(1, 2)]),
                without(&[2]),
            ),
        ],
        [
            log(cleaned(4), without(&[0])),
            log(cleaned(2), without(&[2])),
            log(cleaned(2), without(&[3])),
            log(cleaned(3), without(&[0, 3])),
            log(cleaned(4).starting(2, 2), without(&[0, 1]).starting(2)),
            log(in_transaction(&aborted), older.clone()),
            log(in_transaction(&committed), newer),
            log(in_transaction(&[]), older.ending(2)),
            log(History::of(&tombstone).cleaned(2), Found::of(&[]).ending(2)),
            log(
                History::of(&pair).cleaned(1),
                Found::of(&[half, pair[1].clone()]),
            ),
        ],
    )]
}

pub fn k4() -> Vec<Cases> {
    let batches = [one(0, 1, 1), gone(1, 1), one(2, 2, 2)];
    let log =
        |passes: &[Cleaned], found: Found| held(K4, &History::of(&batches).passes(passes), &found);
    // Tombstones that need not stay at all go with the next pass, not with the first.
    let at_once = |passes: &[Cleaned], found: Found| {
        let written = History {
            delete_retention_ms: 0,
            ..History::of(&batches).passes(passes)
        };
        held(K4, &written, &found)
    };
    let there = || Found::of(&batches[1..]);
    let taken = || Found::of(&batches[2..]);
    let first = 100;
    let due = first + RETENTION_MS;
    let superseded = [gone(0, 1), one(1, 1, 1)];
    let in_transaction = |committed| {
        let batches = [
            transactional(7, gone(0, 1)),
            marker(1, 7, committed),
            one(2, 2, 2),
        ];
        let written = History::of(&batches).passes(&[pass(3, first)]);
        held(K4, &written, &taken())
    };
    let at_another_time = Batch {
        records: vec![Record {
            timestamp_ms: 0,
            ..record(1, 1, None)
        }],
        ..gone(1, 1)
    };
    vec![
        cases(
            K4,
            "A tombstone is there until",
            [
                log(&[pass(2, first)], taken()),
                log(&[pass(3, first), pass(3, due - 1)], taken()),
                log(&[cut_short(2, first)], taken()),
                // The pass that reached it first counts, not one that stopped before.
                log(&[pass(1, first), pass(2, due)], taken()),
                log(&[pass(2, first), pass(1, due)], taken()),
                log(&[cut_short(2, first), pass(2, due - 1)], taken()),
                log(
                    &[pass(2, first)],
                    Found::of(&[at_another_time, one(2, 2, 2)]),
                ),
                at_once(&[pass(2, first)], taken()),
                // The first that came to its end has set the horizon; a later one sets none.
                log(
                    &[pass(2, first + 5), pass(2, first + 9), pass(2, due)],
                    taken(),
                ),
                in_transaction(true),
            ],
            [
                log(&[pass(2, first)], there()),
                log(&[pass(2, first), pass(2, due)], taken()),
                log(&[pass(2, first), cut_short(2, due)], taken()),
                // One that was cut short may have set it.
                log(&[cut_short(2, first), pass(2, due)], taken()),
                log(
                    &[cut_short(2, first), pass(2, first + 5), pass(2, due)],
                    taken(),
                ),
                log(&[], there()),
                log(&[pass(1, first)], taken()),
                held(
                    K4,
                    &History::of(&batches)
                        .passes(&[pass(2, first)])
                        .starting(2, 2),
                    &taken().starting(2),
                ),
                held(
                    K4,
                    &History::of(&superseded).passes(&[pass(2, first)]),
                    &Found::of(&superseded[1..]),
                ),
                in_transaction(false),
            ],
        ),
        cases(
            K4,
            "The first pass after the horizon",
            [
                log(&[pass(2, first), pass(2, due)], there()),
                log(&[pass(2, first), pass(2, due - 1), pass(2, due)], there()),
                log(
                    &[cut_short(2, first), pass(2, first + 5), pass(2, due + 5)],
                    there(),
                ),
                log(
                    &[pass(2, first), cut_short(2, due), pass(2, due + 1)],
                    there(),
                ),
                held(
                    K4,
                    &History::of(&batches)
                        .passes(&[pass(2, first), pass(2, due)])
                        .starting(1, 1),
                    &there().starting(1),
                ),
            ],
            [
                log(&[pass(2, first), pass(2, due - 1)], there()),
                log(&[pass(2, first), pass(1, due)], there()),
                log(&[pass(1, first), pass(2, due)], there()),
                at_once(&[pass(2, first)], there()),
                log(&[pass(2, first), cut_short(2, due)], there()),
                log(&[cut_short(2, first), pass(2, due)], there()),
                log(
                    &[cut_short(2, first), pass(2, first + 5), pass(2, due + 4)],
                    there(),
                ),
            ],
        ),
    ]
}

pub fn k8() -> Vec<Cases> {
    let sent = |base, id| by(id, 0, base as i32, one(base, 1, base as u64));
    let batches = [
        sent(0, 1),
        sent(1, 1),
        sent(2, 2),
        marker(3, 2, true),
        one(4, 9, 9),
    ];
    let log = |found: Found| held(K8, &History::of(&batches), &found);
    let without = |gone: &[i64]| {
        let left = batches.iter().filter(|b| !gone.contains(&b.base));
        Found::of(&left.cloned().collect::<Vec<_>>()).ending(5)
    };
    let ended = |gone: i64, end: i64| {
        let left = batches.iter().filter(|b| b.base != gone && b.base < end);
        Found::of(&left.cloned().collect::<Vec<_>>()).ending(end)
    };
    let mut all_empty = batches.clone();
    all_empty = all_empty.map(emptied);
    vec![
        cases(
            K8,
            "The batch that ends the log",
            [
                log(without(&[4])),
                log(without(&[4]).starting(4)),
                // What a crash took does not count.
                log(ended(3, 4)),
            ],
            [
                log(without(&[])),
                log(Found::of(&all_empty)),
                log(without(&[4]).starting(5)),
                log(ended(4, 4)),
                held(K8, &History::of(&[]), &Found::of(&[])),
            ],
        ),
        cases(
            K8,
            "The last batch of each producer",
            [
                log(without(&[1])),
                log(without(&[2])),
                log(without(&[2]).starting(2)),
                log(without(&[1, 2])),
            ],
            [
                log(without(&[0])),
                log(without(&[3])),
                log(without(&[0, 1]).starting(2)),
                log(Found::of(&all_empty)),
            ],
        ),
    ]
}

pub fn k10() -> Vec<Cases> {
    let keyless = |base| Batch {
        records: vec![Record {
            key: None,
            ..record(base, 0, Some(1))
        }],
        ..one(base, 0, 1)
    };
    let batches = [one(0, 1, 1), keyless(1)];
    let log = |written: History| held(K10, &written, &Found::of(&batches));
    let passes = |passes: &[Cleaned]| log(History::of(&batches).passes(passes));
    vec![
        cases(
            K10,
            "What was cleaned",
            [
                passes(&[pass(2, 1)]),
                passes(&[pass(1, 1), pass(2, 2)]),
                passes(&[pass(2, 1), pass(1, 2)]),
                passes(&[pass(2, 1), cut_short(2, 2)]),
            ],
            [
                passes(&[]),
                passes(&[pass(1, 1)]),
                passes(&[cut_short(2, 1)]),
                passes(&[pass(1, 1), cut_short(2, 2)]),
                log(History {
                    compacted: false,
                    ..History::of(&batches).cleaned(2)
                }),
                held(
                    K10,
                    &History::of(&batches).cleaned(2),
                    &Found::of(&batches[..1]),
                ),
            ],
        ),
        cases(
            K10,
            "A record without a key is refused",
            [
                keyless_is_refused(&Answer::Appended(0)),
                keyless_is_refused(&Answer::Duplicate(0)),
            ],
            [keyless_is_refused(&Answer::Refused("no key".to_owned()))],
        ),
    ]
}
