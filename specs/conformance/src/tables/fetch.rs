//! OffsetFetch, semantics §3.6.

use plimsoll_coordinator::ErrorCode as E;

use super::*;
use crate::Api;
use crate::ask::NamelessAsk;

const FETCH: &str = "OffsetMetadataManager.fetchOffsets";
const ALL: &str = "OffsetMetadataManager.fetchAllOffsets";

const fn found(offset: i64, error: E) -> Expected {
    yes(Answer::Fetched(offset, error), Effect::Nothing)
}

const ABSENT: Expected = found(-1, E::None);
const STORED: Expected = found(3, E::None);
const UNSTABLE: Expected = found(-1, E::UnstableOffsetCommit);

const fn count(count: usize) -> Expected {
    yes(Answer::Count(count), Effect::Nothing)
}

pub(super) fn rows() -> Vec<Row> {
    let ask = |require_stable, all| Ask::Fetch {
        require_stable,
        all,
    };
    let after = |condition, prior, ask, source, expected| Row {
        prior,
        ..row(
            Api::OffsetFetch,
            condition,
            Cast::Dynamic,
            ask,
            source,
            expected,
        )
    };
    let stored = [NO_GROUP, ABSENT, STORED, STORED, STORED, STORED];
    let unstable = [NO_GROUP, ABSENT, UNSTABLE, UNSTABLE, UNSTABLE, UNSTABLE];
    let both = [NO_GROUP, count(0), count(2), count(2), count(2), count(2)];
    let (nothing, committed, open) = (Prior::Nothing, Prior::Committed, Prior::Open);
    vec![
        after("no offset", nothing, ask(false, false), FETCH, [ABSENT; 6]),
        after(
            "no offset, stable",
            nothing,
            ask(true, false),
            FETCH,
            [ABSENT; 6],
        ),
        after("stored", committed, ask(false, false), FETCH, stored),
        after("stored, stable", committed, ask(true, false), FETCH, stored),
        after("open transaction", open, ask(false, false), FETCH, stored),
        after(
            "open transaction, stable",
            open,
            ask(true, false),
            FETCH,
            unstable,
        ),
        after(
            "all, none stored",
            nothing,
            ask(true, true),
            ALL,
            [count(0); 6],
        ),
        after("all, two stored", committed, ask(true, true), ALL, both),
        after(
            "all, two stored, one in a transaction",
            open,
            ask(false, true),
            ALL,
            both,
        ),
        after(
            "group id \"\"",
            nothing,
            Ask::Nameless(NamelessAsk::Fetch),
            "GroupCoordinatorService.fetchOffsets",
            [ABSENT; 6],
        ),
    ]
}
