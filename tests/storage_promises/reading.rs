//! What a fetch comes to: L7 and L13.

use plimsoll_promises::{
    PromiseId::{L7, L13},
    storage::Fetched,
};

use crate::{
    Cases, cases, held,
    world::{Found, History, batch, one},
};

pub fn l7() -> Vec<Cases> {
    // Offsets 0 to 2 in one batch, 5 in another; 3 and 4 are a gap.
    let log = || {
        let three = batch(0, &[(1, Some(1)), (2, Some(2)), (3, Some(3))]);
        Found::of(&[three, one(5, 4, 4)])
    };
    let fetch = |found: Found| held(L7, &History::of(&[]), &found);
    vec![cases(
        L7,
        "A fetch at any offset inside",
        [
            fetch(log().fetching(0, Fetched::Empty)),
            fetch(log().fetching(1, Fetched::From(5))),
            fetch(log().fetching(1, Fetched::Empty)),
            fetch(log().fetching(1, Fetched::OutOfRange)),
            fetch(log().fetching(1, Fetched::Failed("an error".to_owned()))),
            fetch(log().fetching(2, Fetched::From(5))),
            fetch(log().fetching(5, Fetched::From(0))),
            fetch(log().starting(1).fetching(1, Fetched::From(5))),
        ],
        [
            fetch(log()),
            fetch(log().fetching(3, Fetched::From(0))),
            fetch(log().fetching(6, Fetched::From(0))),
            // Deleted, though its batch is still there.
            fetch(log().starting(1).fetching(0, Fetched::OutOfRange)),
        ],
    )]
}

pub fn l13() -> Vec<Cases> {
    // From 1 to 7, the first record in the middle of its batch; 3 and 4 are a gap, and so is 6.
    let log = || {
        let three = batch(0, &[(1, Some(1)), (2, Some(2)), (3, Some(3))]);
        Found::of(&[three, one(5, 4, 4)]).starting(1).ending(7)
    };
    let fetch = |found: Found| held(L13, &History::of(&[]), &found);
    let failed = || Fetched::Failed("an error".to_owned());
    vec![
        cases(
            L13,
            "A fetch below the log's start or above",
            [
                fetch(log().fetching(0, Fetched::From(0))),
                fetch(log().fetching(0, Fetched::Empty)),
                fetch(log().fetching(8, Fetched::Empty)),
                fetch(log().fetching(8, failed())),
                fetch(Found::of(&[]).fetching(1, Fetched::Empty)),
                fetch(Found::of(&[]).fetching(-1, Fetched::Empty)),
            ],
            [fetch(log()), fetch(log().fetching(1, Fetched::OutOfRange))],
        ),
        cases(
            L13,
            "A fetch at the log's end",
            [
                fetch(log().fetching(7, Fetched::OutOfRange)),
                fetch(log().fetching(7, Fetched::From(5))),
                fetch(log().fetching(6, Fetched::OutOfRange)),
                fetch(Found::of(&[]).fetching(0, Fetched::OutOfRange)),
            ],
            [fetch(log()), fetch(Found::of(&[]))],
        ),
        cases(
            L13,
            "A fetch in a gap",
            [
                fetch(log().fetching(3, Fetched::Empty)),
                fetch(log().fetching(3, Fetched::From(0))),
                fetch(log().fetching(4, Fetched::OutOfRange)),
                fetch(log().fetching(4, failed())),
            ],
            // Inside a batch: for L7 to say.
            [fetch(log()), fetch(log().fetching(5, Fetched::Empty))],
        ),
    ]
}
