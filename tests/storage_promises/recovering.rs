//! What recovery leaves: L9 and L10.

use plimsoll_promises::{
    PromiseId::{L9, L10},
    storage::{
        Batch, Summary, cut_short_alike, is_readable, recovered_alike, recovery_opens, runs,
    },
};

use crate::{
    Cases, cases, held,
    world::{Found, History, aborted, batch, emptied, in_epoch, one, producer},
};

pub fn l9() -> Vec<Cases> {
    let two = |base| batch(base, &[(1, Some(1)), (2, Some(2))]);
    // Offsets 0 and 1, 2, 3 and 4.
    let batches = [two(0), one(2, 1, 3), two(3)];
    let written = || History::of(&batches);
    let unsynced = || written().not_synced_from(0);
    let recovered = |written: History, found: Found| held(L9, &written, &found);
    let found = |batches: &[Batch]| Found::of(batches);
    let [first, second, third] = batches.clone();
    let with_second = |other: Batch| found(&[first.clone(), other, third.clone()]);
    let with_first = |other: Batch| found(&[other, second.clone(), third.clone()]);
    let without_second = || found(&[first.clone(), third.clone()]);
    vec![
        cases(
            L9,
            "Everything that was synced",
            [
                recovered(written(), found(&batches[..2])),
                recovered(written().not_synced_from(1), found(&[])),
                recovered(written().not_synced_from(3), found(&batches[..1])),
            ],
            [
                recovered(written(), found(&batches)),
                recovered(written().not_synced_from(3), found(&batches[..2])),
                recovered(written().not_synced_from(3), found(&batches)),
                recovered(unsynced(), found(&[])),
            ],
        ),
        cases(
            L9,
            "The log ends where",
            [
                recovered(unsynced(), found(&batches).ending(4)),
                recovered(unsynced(), found(&batches).ending(1)),
                recovered(unsynced(), found(&batches).ending(6)),
                recovered(History::of(&[]), found(&[]).ending(1)),
            ],
            [
                recovered(unsynced(), found(&batches)),
                recovered(unsynced(), found(&batches[..1])),
                recovered(unsynced(), found(&[])),
                recovered(History::of(&[]), found(&[])),
            ],
        ),
        cases(
            L9,
            "The log starts where",
            [
                recovered(written().starting(1, 3), found(&batches).starting(0)),
                recovered(written().starting(1, 3), found(&batches).starting(4)),
                recovered(written(), found(&batches).starting(1)),
            ],
            [
                recovered(written().starting(1, 3), found(&batches).starting(1)),
                recovered(written().starting(1, 3), found(&batches).starting(2)),
                recovered(written().starting(1, 3), found(&batches).starting(3)),
            ],
        ),
        cases(
            L9,
            "Above what was cleaned",
            [
                recovered(written(), without_second()),
                recovered(written(), with_second(one(2, 1, 4))),
                recovered(written(), with_second(emptied(one(2, 1, 3)))),
                recovered(written(), with_second(in_epoch(1, one(2, 1, 3)))),
                recovered(written(), found(&batches[1..])),
                recovered(written(), found(&batches[..2]).ending(5)),
                recovered(written().cleaned(2), without_second()),
                recovered(written().cleaned(2), with_second(emptied(one(2, 1, 3)))),
                // Cleaned in part: it may be changed, not gone.
                recovered(written().cleaned(1), found(&batches[1..])),
                // Deleted in part.
                recovered(written().starting(1, 1), found(&batches[1..]).starting(1)),
                recovered(written().starting(2, 2), without_second().starting(2)),
                // Lost behind it is something else.
                recovered(unsynced(), found(&batches[1..2])),
            ],
            [
                recovered(written().cleaned(3), without_second()),
                recovered(written().cleaned(3), with_second(emptied(one(2, 1, 3)))),
                recovered(written().cleaned(1), with_first(emptied(two(0)))),
                recovered(written().starting(2, 2), found(&batches[1..]).starting(2)),
                recovered(written().starting(3, 3), without_second().starting(3)),
                recovered(unsynced(), found(&batches[..2])),
            ],
        ),
        cases(
            L9,
            "Recovery opens",
            [recovery_opens(Some("damaged"))],
            [recovery_opens(None)],
        ),
        cases(
            L9,
            "A log that is open",
            [is_readable(Some("damaged"))],
            [is_readable(None)],
        ),
        cases(
            L9,
            "No operation fails",
            [runs("a pass", Some("damaged"))],
            [runs("a pass", None)],
        ),
    ]
}

/// A log, and others each of which differs from it in one respect.
fn different() -> (Found, Vec<Found>) {
    let batches = [one(0, 1, 1), one(1, 1, 2)];
    let log = || {
        Found::of(&batches)
            .knowing(&[producer(1, 0, &[(0, 0, 0)])])
            .aborting(&[aborted(0, 1, 1)])
    };
    let others = vec![
        log().starting(1),
        log().ending(3),
        log().stable(1),
        Found {
            batches: vec![one(0, 1, 1), one(1, 1, 3)],
            ..log()
        },
        log().knowing(&[producer(1, 0, &[(0, 0, 1)])]),
        log().knowing(&[]),
        log().in_epochs(&[(1, 0)]),
        log().aborting(&[]),
        log().aborting(&[aborted(0, 1, 2)]),
    ];
    (log(), others)
}

pub fn l10() -> Vec<Cases> {
    let (log, others) = different();
    let in_short =
        |one: &Found, other: &Found| cut_short_alike(Summary::of(one), Summary::of(other));
    vec![
        cases(
            L10,
            "A second recovery",
            others.iter().map(|other| recovered_alike(&log, other)),
            [recovered_alike(&log, &log)],
        ),
        cases(
            L10,
            "A recovery that was cut short",
            others.iter().map(|other| in_short(&log, other)),
            [in_short(&log, &log)],
        ),
    ]
}

/// The two forms of L10 answer alike for any two of these logs.
#[test]
fn a_log_and_its_summary_say_the_same() {
    let (log, mut logs) = different();
    logs.push(log);
    for one in &logs {
        for other in &logs {
            assert_eq!(
                recovered_alike(one, other).is_ok(),
                cut_short_alike(Summary::of(one), Summary::of(other)).is_ok()
            );
        }
    }
}
