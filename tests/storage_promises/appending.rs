//! Where a batch comes to stand, and what its producer is told: L1, L3, L8.

use plimsoll_promises::{
    Because, Broken,
    PromiseId::{L1, L3, L8},
    group::l1::{acknowledged_are_read, failed_write_is_refused},
    storage::{
        Answer, Batch, answered_as_ruled, appended_as_ruled, ends_where_written, goes_on,
        retry_is_recognised,
    },
};

use crate::{
    Cases, cases, held,
    world::{Found, History, batch, by, emptied, gone, marker, one, record, transactional},
};

fn refused() -> Answer {
    Answer::Refused("the disk is full".to_owned())
}

pub fn l1() -> Vec<Cases> {
    let told = |answer| failed_write_is_refused(&answer);
    vec![cases(
        L1,
        "A batch whose write failed",
        [told(Answer::Appended(0)), told(Answer::Duplicate(0))],
        [told(refused())],
    )]
}

/// L1 is an automaton, which `promises.rs` shows to fire; here is what of a log it is fed.
#[test]
fn what_was_acknowledged_is_read_back() {
    let batches = [one(0, 1, 5), one(1, 1, 6), one(2, 2, 7)];
    let written = History::of(&batches);
    let read = |written: &History, acknowledged, found: Found| {
        let broken = acknowledged_are_read(written, acknowledged, &found).err();
        broken.map(|Broken { promise, because }| {
            assert_eq!(promise, L1);
            because
        })
    };
    let found = |batches: &[Batch]| Found::of(batches);
    let [first, second, third] = &batches;
    let not_there = |offset| Some(Because::NotThere { offset });
    let without_first = [emptied(first.clone()), second.clone(), third.clone()];
    assert_eq!(read(&written, 3, found(&batches)), None);
    // Gone: at the start, in the middle, at the end; with its batch, or without.
    assert_eq!(read(&written, 1, found(&without_first)), not_there(0));
    assert_eq!(read(&written, 1, found(&batches[1..])), not_there(0));
    let middle = [first.clone(), third.clone()];
    assert_eq!(read(&written, 3, found(&middle)), not_there(1));
    let last = [first.clone(), second.clone(), emptied(third.clone())];
    assert_eq!(read(&written, 3, found(&last)), not_there(2));
    assert_eq!(
        read(&written, 3, found(&batches[..2])),
        Some(Because::EndsBefore { end: 2, acked: 2 })
    );
    // Not acknowledged, deleted, or left to K1: nobody's loss.
    assert_eq!(read(&written, 1, found(&middle)), None);
    assert_eq!(read(&written, 2, found(&batches[..2])), None);
    assert_eq!(read(&written, 3, found(&batches[1..]).starting(1)), None);
    assert_eq!(
        read(&written, 3, found(&without_first).starting(0)),
        not_there(0)
    );
    assert_eq!(
        read(&written.clone().cleaned(1), 3, found(&without_first)),
        None
    );
    assert_eq!(
        read(&written.clone().cleaned(1), 3, found(&middle)),
        not_there(1)
    );
    assert_eq!(
        read(&written.clone().cleaned(2), 3, found(&last)),
        not_there(2)
    );
    // Another record in its place, also where a tombstone stood.
    let replaced = |written: &[Batch], batches: &[Batch]| {
        matches!(
            read(&History::of(written), 1, found(batches)),
            Some(Because::Replaced { offset: 0, .. })
        )
    };
    assert!(replaced(&batches, &[one(0, 1, 4)]));
    assert!(replaced(&[gone(0, 1)], &[one(0, 1, 0)]));
    assert!(replaced(&batches, &[gone(0, 1)]));
    assert!(!replaced(&[gone(0, 1)], &[gone(0, 1)]));
}

pub fn l3() -> Vec<Cases> {
    let scan = |found: Found| held(L3, &History::of(&[]), &found);
    let log = |batches: &[Batch]| scan(Found::of(batches));
    let two = batch(0, &[(1, Some(1)), (2, Some(2))]);
    let holding = |base, last, offsets: &[i64]| Batch {
        last,
        records: offsets.iter().map(|at| record(*at, 1, Some(1))).collect(),
        ..batch(base, &[])
    };
    let ends = |written: &[Batch], end| {
        ends_where_written(&History::of(written), &Found::of(&[]).ending(end))
    };
    vec![
        cases(
            L3,
            "A batch begins",
            [
                log(&[two.clone(), one(1, 3, 3)]),
                log(&[one(1, 3, 3), one(0, 3, 3)]),
                log(&[one(0, 3, 3), one(0, 3, 3)]),
                scan(Found::of(&[holding(2, 1, &[])]).ending(9)),
                scan(Found::of(&[two.clone(), holding(2, 1, &[])]).ending(9)),
            ],
            [
                log(&[two.clone(), one(2, 3, 3)]),
                log(&[two.clone(), one(7, 3, 3)]),
                log(&[holding(2, 2, &[])]),
            ],
        ),
        cases(
            L3,
            "Records stand within",
            [
                log(&[holding(3, 4, &[3, 5])]),
                log(&[holding(3, 4, &[2, 4])]),
                log(&[holding(3, 5, &[4, 4])]),
                log(&[holding(3, 5, &[4, 3])]),
                log(&[one(0, 1, 1), holding(3, 4, &[5])]),
            ],
            [
                log(&[holding(3, 4, &[3, 4])]),
                log(&[holding(3, 5, &[3, 5])]),
                log(&[holding(3, 5, &[5])]),
            ],
        ),
        cases(
            L3,
            "Nothing stands at the log end",
            [
                scan(Found::of(std::slice::from_ref(&two)).ending(1)),
                scan(Found::of(&[one(0, 1, 1), one(1, 1, 1)]).ending(1)),
            ],
            [
                scan(Found::of(std::slice::from_ref(&two)).ending(2)),
                scan(Found::of(&[two]).ending(3)),
                scan(Found::of(&[]).ending(3)),
            ],
        ),
        cases(
            L3,
            "A batch is appended if it is to be",
            [
                appended_as_ruled(&Answer::Appended(3), &Answer::Appended(4)),
                appended_as_ruled(&Answer::Duplicate(3), &Answer::Appended(3)),
                appended_as_ruled(&refused(), &Answer::Appended(3)),
            ],
            [
                appended_as_ruled(&Answer::Appended(3), &Answer::Appended(3)),
                appended_as_ruled(&Answer::Appended(3), &refused()),
                appended_as_ruled(&Answer::Appended(3), &Answer::Duplicate(3)),
            ],
        ),
        cases(
            L3,
            "A recovered log appends",
            [
                goes_on(&Answer::Appended(3), &Answer::Appended(4)),
                goes_on(&Answer::Appended(3), &Answer::Duplicate(3)),
                goes_on(&Answer::Appended(3), &refused()),
            ],
            [goes_on(&Answer::Appended(3), &Answer::Appended(3))],
        ),
        cases(
            L3,
            "Without a crash",
            [
                ends(&[one(0, 1, 1)], 0),
                ends(&[one(0, 1, 1)], 2),
                ends(&[], 1),
                ends(&[one(0, 1, 1), one(1, 1, 1)], 1),
            ],
            [ends(&[one(0, 1, 1)], 1), ends(&[], 0)],
        ),
    ]
}

pub fn l8() -> Vec<Cases> {
    let log = |batches: &[Batch]| held(L8, &History::of(&[]), &Found::of(batches));
    let sent = |base, id, epoch, sequence| by(id, epoch, sequence, one(base, 1, 1));
    let retried = |answer| retry_is_recognised(&sent(3, 1, 0, 0), &answer);
    vec![
        cases(
            L8,
            "No sequence",
            [
                log(&[sent(0, 1, 0, 5), sent(1, 1, 0, 5)]),
                log(&[sent(0, 1, 0, 5), sent(1, 1, 0, 6), sent(2, 1, 0, 5)]),
                log(&[sent(0, 7, 0, 1), transactional(7, one(1, 1, 1))]),
                log(&[emptied(sent(0, 1, 0, 5)), sent(1, 1, 0, 5)]),
            ],
            [
                log(&[sent(0, 1, 0, 5), sent(1, 1, 0, 6)]),
                log(&[sent(0, 1, 0, 5), sent(1, 1, 1, 5)]),
                log(&[sent(0, 1, 0, 5), sent(1, 2, 0, 5)]),
                log(&[marker(0, 1, true), marker(1, 1, false)]),
                log(&[one(0, 1, 1), one(1, 1, 1)]),
            ],
        ),
        cases(
            L8,
            "A batch that is sent again",
            [
                retried(Answer::Duplicate(2)),
                retried(Answer::Appended(3)),
                retried(refused()),
            ],
            [retried(Answer::Duplicate(3))],
        ),
        cases(
            L8,
            "A batch is known, or refused",
            [
                answered_as_ruled(&Answer::Appended(3), &refused()),
                answered_as_ruled(&Answer::Appended(3), &Answer::Duplicate(3)),
                answered_as_ruled(&Answer::Duplicate(3), &Answer::Duplicate(2)),
                answered_as_ruled(&refused(), &Answer::Duplicate(3)),
            ],
            [
                answered_as_ruled(&refused(), &Answer::Refused("otherwise".to_owned())),
                answered_as_ruled(&Answer::Duplicate(3), &Answer::Duplicate(3)),
                answered_as_ruled(&Answer::Duplicate(3), &Answer::Appended(3)),
            ],
        ),
    ]
}
