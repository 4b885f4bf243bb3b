//! What a log remembers besides its records: L11.

use plimsoll_promises::{
    PromiseId::L11,
    storage::{Batch, BatchKind, ProducerState},
};

use crate::{
    Cases, cases, held,
    world::{
        Found, History, aborted, batch, by, emptied, in_epoch, marker, one, producer, record,
        time_of, transactional,
    },
};

pub fn l11() -> Vec<Cases> {
    [
        producers(),
        stable_offset(),
        aborted_transactions(),
        epochs(),
        times(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn producers() -> Vec<Cases> {
    let sent = |base, epoch, sequence| by(1, epoch, sequence, one(base, 1, 1));
    let remembers = |batches: &[Batch], known: &[ProducerState]| {
        held(
            L11,
            &History::of(batches),
            &Found::of(batches).knowing(known),
        )
    };
    let two = [sent(0, 0, 0), sent(1, 0, 1)];
    let six: Vec<_> = (0..6).map(|n| sent(n.into(), 0, n)).collect();
    let of_six = |from: i32| -> Vec<_> { (from..6).map(|n| (n, n, n.into())).collect() };
    let next_epoch = [sent(0, 0, 0), sent(1, 1, 0)];
    let ended = [sent(0, 0, 0), by(1, 1, -1, emptied(one(1, 1, 1)))];
    let ended = [
        ended[0].clone(),
        Batch {
            kind: marker(1, 1, true).kind,
            ..ended[1].clone()
        },
    ];
    let wrapped = [by(1, 0, i32::MAX, batch(0, &[(1, Some(1)), (2, Some(2))]))];
    vec![
        cases(
            L11,
            "Of each producer",
            [
                remembers(&two, &[]),
                remembers(&two, &[producer(1, 1, &[(0, 0, 0), (1, 1, 1)])]),
                remembers(&two, &[producer(1, 0, &[])]),
                remembers(&two, &[producer(1, 0, &[(0, 0, 0)])]),
                remembers(&two, &[producer(1, 0, &[(0, 0, 0), (1, 1, 2)])]),
                remembers(&two, &[producer(1, 0, &[(0, 0, 0), (1, 2, 1)])]),
                remembers(&two, &[producer(1, 0, &[(1, 1, 1), (0, 0, 0)])]),
                remembers(&six, &[producer(1, 0, &of_six(0))]),
                remembers(&next_epoch, &[producer(1, 0, &[(0, 0, 0)])]),
                remembers(&next_epoch, &[producer(1, 1, &[(0, 0, 0), (0, 0, 1)])]),
                remembers(&ended, &[producer(1, 0, &[(0, 0, 0)])]),
                remembers(&ended, &[producer(1, 1, &[(0, 0, 0)])]),
                remembers(&ended, &[producer(1, 1, &[(-1, -1, 1)])]),
                remembers(&wrapped, &[producer(1, 0, &[(i32::MAX, i32::MIN, 0)])]),
            ],
            [
                remembers(&two, &[producer(1, 0, &[(0, 0, 0), (1, 1, 1)])]),
                // Compaction may have taken the older ones, and with them what was known.
                remembers(&two, &[producer(1, 0, &[(1, 1, 1)])]),
                remembers(&six, &[producer(1, 0, &of_six(1))]),
                remembers(&next_epoch, &[producer(1, 1, &[(0, 0, 1)])]),
                remembers(&ended, &[producer(1, 1, &[])]),
                remembers(&wrapped, &[producer(1, 0, &[(i32::MAX, 0, 0)])]),
                // An older epoch that comes late says nothing.
                remembers(
                    &[sent(0, 1, 0), sent(1, 1, 1)],
                    &[producer(1, 1, &[(0, 0, 0), (1, 1, 1)])],
                ),
            ],
        ),
        cases(
            L11,
            "No producer is remembered",
            [
                remembers(&[one(0, 1, 1)], &[producer(1, 0, &[])]),
                remembers(&two, &[producer(1, 0, &[(1, 1, 1)]), producer(2, 0, &[])]),
                // It wrote what the crash took.
                held(
                    L11,
                    &History::of(&two).not_synced_from(0),
                    &Found::of(&[]).knowing(&[producer(1, 0, &[(0, 0, 0)])]),
                ),
            ],
            [
                remembers(&[one(0, 1, 1)], &[]),
                remembers(&two, &[producer(1, 0, &[(1, 1, 1)])]),
            ],
        ),
    ]
}

/// A log that remembers of its producers what it should.
fn log(batches: &[Batch]) -> Found {
    let mut known: Vec<ProducerState> = Vec::new();
    for batch in batches {
        let Some(source) = batch.source else { continue };
        if known.iter().all(|known| known.id != source.id) {
            known.push(producer(source.id, source.epoch, &[]));
        }
        let of = known.iter_mut().find(|known| known.id == source.id);
        if let (Some(of), false) = (of, matches!(batch.kind, BatchKind::Marker { .. })) {
            let last = source.sequence + (batch.last - batch.base) as i32;
            of.batches.push((source.sequence, last, batch.base));
        }
    }
    Found::of(batches).knowing(&known)
}

fn stable_offset() -> Vec<Cases> {
    let in_7 = |base| transactional(7, one(base, 1, 1));
    let open = [one(0, 2, 2), in_7(1), one(2, 2, 3)];
    let says = |written: &History, found: Found| held(L11, written, &found);
    let ended = |committed| [one(0, 2, 2), in_7(1), marker(2, 7, committed), one(3, 2, 3)];
    let told = |found: Found| found.aborting(&[aborted(1, 2, 7)]);
    let two_open = [transactional(8, one(0, 1, 1)), in_7(1)];
    let begun_twice = [in_7(0), in_7(1)];
    let committed = History::of(&ended(true));
    let up_to = |synced| committed.clone().not_synced_from(synced);
    let aborted_up_to = |synced| History::of(&ended(false)).not_synced_from(synced);
    vec![cases(
        L11,
        "The last stable offset",
        [
            says(&History::of(&open), log(&open).stable(3)),
            says(&History::of(&open), log(&open).stable(0)),
            says(&History::of(&open), log(&open).stable(2)),
            says(&History::of(&two_open), log(&two_open).stable(1)),
            says(&History::of(&begun_twice), log(&begun_twice).stable(1)),
            says(&committed, log(&ended(true)).stable(1)),
            says(&committed, log(&ended(true)).stable(3)),
            // The marker is not durable, so nothing is decided.
            says(&up_to(2), log(&ended(true)).stable(2)),
            says(&aborted_up_to(2), told(log(&ended(false)).stable(2))),
            says(&up_to(3), log(&ended(true)).stable(1)),
            says(&up_to(3), log(&ended(true)).stable(4)),
            says(
                &History::of(&open).starting(2, 2),
                log(&open).starting(2).stable(1),
            ),
        ],
        [
            says(&History::of(&open), log(&open).stable(1)),
            says(&History::of(&two_open), log(&two_open).stable(0)),
            says(&History::of(&begun_twice), log(&begun_twice).stable(0)),
            says(&committed, log(&ended(true))),
            says(&up_to(2), log(&ended(true)).stable(1)),
            says(&aborted_up_to(2), told(log(&ended(false)).stable(1))),
            says(&up_to(3), log(&ended(true)).stable(3)),
            says(&aborted_up_to(3), told(log(&ended(false)).stable(3))),
            says(
                &History::of(&open).starting(2, 2),
                log(&open).starting(2).stable(2),
            ),
            // A crash took what was written, and what is left is durable.
            says(&committed, log(&ended(true)[..2]).stable(1)),
        ],
    )]
}

fn aborted_transactions() -> Vec<Cases> {
    let in_7 = |base| transactional(7, one(base, 1, 1));
    let aborts = [in_7(0), marker(1, 7, false)];
    let commits = [in_7(0), marker(1, 7, true)];
    let says = |written: &[Batch], found: Found| held(L11, &History::of(written), &found);
    let with = |batches: &[Batch], told: &[_]| says(batches, log(batches).aborting(told));
    // Written, but with nothing left of the aborted one.
    let left = |written: &[Batch], left: &[Batch]| {
        says(
            written,
            Found {
                batches: left.to_vec(),
                ..log(written)
            },
        )
    };
    let between = [
        in_7(0),
        marker(1, 7, true),
        in_7(2),
        marker(3, 7, false),
        in_7(4),
        marker(5, 7, true),
    ];
    let mut emptied_between = between.clone();
    emptied_between[2] = emptied(in_7(2));
    let among_others = [
        transactional(8, one(0, 2, 2)),
        in_7(1),
        transactional(8, one(2, 2, 2)),
        marker(3, 7, false),
        marker(4, 8, true),
    ];
    let mut emptied_among = among_others.clone();
    emptied_among[1] = emptied(in_7(1));
    let plain_inside = [in_7(0), by(7, 0, 1, one(1, 3, 3)), marker(2, 7, false)];
    let mut emptied_but_plain = plain_inside.clone();
    emptied_but_plain[0] = emptied(in_7(0));
    let twice = [in_7(0), in_7(1), marker(2, 7, false)];
    let mut emptied_first = twice.clone();
    emptied_first[0] = emptied(in_7(0));
    let mut emptied_second = twice.clone();
    emptied_second[1] = emptied(in_7(1));
    vec![
        cases(
            L11,
            "Readers are told of every",
            [
                with(&aborts, &[]),
                with(&between, &[]),
                left(&twice, &emptied_first),
                left(&twice, &emptied_second),
            ],
            [
                with(&aborts, &[aborted(0, 1, 7)]),
                with(&commits, &[]),
                with(&between, &[aborted(2, 3, 7)]),
                left(&aborts, &[emptied(in_7(0)), marker(1, 7, false)]),
                left(&aborts, &[]),
                left(&between, &emptied_between),
                left(&among_others, &emptied_among),
                left(&plain_inside, &emptied_but_plain),
            ],
        ),
        cases(
            L11,
            "Readers are told of no other",
            [
                with(&commits, &[aborted(0, 1, 7)]),
                with(&aborts, &[aborted(0, 1, 7), aborted(0, 1, 8)]),
                with(&twice, &[aborted(0, 2, 7), aborted(1, 2, 7)]),
                with(&[marker(0, 7, false)], &[aborted(0, 0, 7)]),
            ],
            [
                with(&aborts, &[aborted(0, 1, 7)]),
                with(&[marker(0, 7, false)], &[]),
            ],
        ),
    ]
}

fn epochs() -> Vec<Cases> {
    // Epoch 0 from 0, epoch 2 from 2.
    let batches = [
        one(0, 1, 1),
        one(1, 1, 2),
        in_epoch(2, one(2, 1, 3)),
        in_epoch(2, one(3, 1, 4)),
    ];
    let says = |start, epochs: &[(i32, i64)]| {
        let found = Found::of(&batches).starting(start).in_epochs(epochs);
        held(L11, &History::of(&batches).starting(start, start), &found)
    };
    vec![cases(
        L11,
        "Leader epochs",
        [
            says(0, &[]),
            says(0, &[(0, 0)]),
            says(0, &[(0, 0), (2, 3)]),
            says(0, &[(0, 0), (2, 1)]),
            says(0, &[(0, 1), (2, 2)]),
            says(0, &[(0, 0), (1, 1), (2, 2)]),
            says(0, &[(0, 0), (2, 2), (3, 4)]),
            says(1, &[(0, 2), (2, 2)]),
            // It begins there, not at a later start.
            says(1, &[(0, 1), (2, 1)]),
        ],
        [
            says(0, &[(0, 0), (2, 2)]),
            says(0, &[(2, 2)]),
            says(1, &[(0, 1), (2, 2)]),
            says(1, &[(0, 0), (2, 2)]),
            says(3, &[(2, 3)]),
        ],
    )]
}

fn times() -> Vec<Cases> {
    let batches = [one(0, 1, 1), one(1, 1, 2), one(2, 1, 3)];
    let mut out_of_order = batches.clone();
    out_of_order[0].records = vec![plimsoll_promises::storage::Record {
        timestamp_ms: time_of(2),
        ..record(0, 1, Some(1))
    }];
    let says = |found: Found| held(L11, &History::of(&found.batches).starting(0, 9), &found);
    let log = || Found::of(&batches);
    let first_later = || Found::of(&out_of_order);
    vec![cases(
        L11,
        "A time leads",
        [
            says(log().since(time_of(0), None)),
            says(log().since(time_of(1), Some((2, time_of(2))))),
            says(log().since(time_of(1), Some((0, time_of(0))))),
            says(log().since(time_of(2), Some((2, time_of(1))))),
            says(first_later().since(time_of(1), Some((1, time_of(1))))),
            says(log().starting(1).since(time_of(1), None)),
        ],
        [
            says(log()),
            says(first_later()),
            // Nobody asks for the time of what is deleted.
            says(log().starting(1).since(time_of(0), None)),
        ],
    )]
}
