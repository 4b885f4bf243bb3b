//! Transactions and the cleaner: K7.

use plimsoll_promises::{PromiseId::K7, storage::Batch};

use crate::{
    Cases, cases, held,
    world::{Found, History, emptied, gone, marker, one, transactional},
};

pub fn k7() -> Vec<Cases> {
    let in_7 = |base, key| transactional(7, one(base, key, base as u64));
    let log = |written: &History, found: Found| held(K7, written, &found);
    let ended = |committed| [in_7(0, 1), marker(1, 7, committed), one(2, 9, 9)];
    let without_marker = |first: Batch| Found::of(&[first, one(2, 9, 9)]);
    let twice = [
        in_7(0, 1),
        marker(1, 7, true),
        in_7(2, 1),
        marker(3, 7, false),
        one(4, 9, 9),
    ];
    let left = |batches: &[Batch], gone: &[i64], end| {
        let left = batches.iter().filter(|b| !gone.contains(&b.base));
        Found::of(&left.cloned().collect::<Vec<_>>()).ending(end)
    };
    // Key 1: a value, a newer one that was aborted; then another key.
    let shadowed = [one(0, 1, 1), in_7(1, 1), marker(2, 7, false), one(3, 2, 3)];
    let cleaned = |batches: &[Batch]| History::of(batches).cleaned(4);
    let aborted_before = [in_7(0, 1), marker(1, 7, false), one(2, 1, 2), one(3, 2, 3)];
    let other_key = [one(0, 1, 1), in_7(1, 2), marker(2, 7, false), one(3, 3, 3)];
    let committed = [one(0, 1, 1), in_7(1, 1), marker(2, 7, true), one(3, 2, 3)];
    let tombstone = [gone(0, 1), in_7(1, 1), marker(2, 7, false), one(3, 2, 3)];
    vec![
        cases(
            K7,
            "The marker is there",
            [
                log(&History::of(&ended(true)), without_marker(in_7(0, 1))),
                log(&History::of(&ended(false)), without_marker(in_7(0, 1))),
                log(&History::of(&twice), left(&twice, &[3], 5)),
                log(&History::of(&twice), left(&twice, &[1], 5)),
            ],
            [
                log(&History::of(&ended(true)), Found::of(&ended(true))),
                log(
                    &History::of(&ended(true)),
                    without_marker(emptied(in_7(0, 1))),
                ),
                log(&History::of(&ended(true)), Found::of(&[one(2, 9, 9)])),
                log(&History::of(&twice), left(&twice, &[0, 1], 5)),
                log(&History::of(&twice), left(&twice, &[2, 3], 5)),
                // Open, because the crash took the marker or because it never came.
                log(&History::of(&ended(true)), Found::of(&[in_7(0, 1)])),
                log(&History::of(&[in_7(0, 1)]), Found::of(&[in_7(0, 1)])),
                log(&History::of(&ended(true)), {
                    let empty_marker = emptied(marker(1, 7, true));
                    Found::of(&[in_7(0, 1), empty_marker, one(2, 9, 9)])
                }),
            ],
        ),
        cases(
            K7,
            "No record is gone",
            [
                log(&cleaned(&shadowed), left(&shadowed, &[0], 4)),
                log(&cleaned(&shadowed), left(&shadowed, &[0, 1, 2], 4)),
                log(&cleaned(&shadowed).cleaned(1), left(&shadowed, &[0], 4)),
                log(
                    &cleaned(&shadowed),
                    Found::of(&[&[emptied(one(0, 1, 1))], &shadowed[1..]].concat()),
                ),
            ],
            [
                log(&cleaned(&shadowed), left(&shadowed, &[], 4)),
                log(&cleaned(&shadowed), left(&shadowed, &[1, 2], 4)),
                log(&History::of(&shadowed), left(&shadowed, &[0], 4)),
                log(
                    &cleaned(&shadowed).starting(1, 1),
                    left(&shadowed, &[0], 4).starting(1),
                ),
                log(&cleaned(&committed), left(&committed, &[0], 4)),
                log(&cleaned(&aborted_before), left(&aborted_before, &[2], 4)),
                log(&cleaned(&other_key), left(&other_key, &[0], 4)),
                log(&cleaned(&tombstone), left(&tombstone, &[0], 4)),
            ],
        ),
    ]
}
