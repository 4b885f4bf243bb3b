//! OffsetFetch, Kafka `fetchOffsets`.

use crate::protocol::ErrorCode as E;

use super::*;
use crate::ask::NamelessAsk;
use crate::{Api, Asked};

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
    let ask = |require_stable, asked| Ask::Fetch {
        require_stable,
        asked,
    };
    let (one, all) = (Asked::One, Asked::All);
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
    let one_unstable = yes(each(&[E::UnstableOffsetCommit, E::None]), Effect::Nothing);
    let both = [NO_GROUP, count(0), count(2), count(2), count(2), count(2)];
    let (nothing, committed, open) = (Prior::Nothing, Prior::Committed, Prior::Open);
    vec![
        after("no offset", nothing, ask(false, one), FETCH, [ABSENT; 6]),
        after(
            "no offset, stable",
            nothing,
            ask(true, one),
            FETCH,
            [ABSENT; 6],
        ),
        after("stored", committed, ask(false, one), FETCH, stored),
        after("stored, stable", committed, ask(true, one), FETCH, stored),
        after("open transaction", open, ask(false, one), FETCH, stored),
        after(
            "open transaction, stable",
            open,
            ask(true, one),
            FETCH,
            unstable,
        ),
        after(
            "all, none stored",
            nothing,
            ask(true, all),
            ALL,
            [count(0); 6],
        ),
        after("all, two stored", committed, ask(true, all), ALL, both),
        after(
            "all, two stored, one in a transaction",
            open,
            ask(false, all),
            ALL,
            both,
        ),
        after(
            "all, two stored, one in a transaction, stable",
            open,
            ask(true, all),
            ALL,
            [
                NO_GROUP,
                count(0),
                one_unstable,
                one_unstable,
                one_unstable,
                one_unstable,
            ],
        ),
        after(
            "unknown topic",
            committed,
            ask(false, Asked::OfUnknownTopic),
            FETCH,
            [NO_GROUP, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT],
        ),
        after(
            "no partition",
            nothing,
            ask(true, Asked::Nothing),
            FETCH,
            [count(0); 6],
        ),
        after(
            "group id \"\"",
            nothing,
            Ask::Nameless(NamelessAsk::Fetch),
            "GroupCoordinatorService.fetchOffsets",
            [ABSENT; 6],
        ),
        after(
            "group id null",
            nothing,
            ask(false, one),
            "GroupCoordinatorService.fetchOffsets",
            [unreachable(NO_NULL); 6],
        ),
        after(
            "KIP-848 group, v9",
            nothing,
            ask(false, one),
            "ConsumerGroup.validateOffsetFetch",
            [unreachable(NOT_SERVED); 6],
        ),
        after(
            "v0",
            nothing,
            ask(false, one),
            "KafkaApis.handleOffsetFetchRequest",
            [unreachable("it read ZooKeeper, and went with it in 4.0"); 6],
        ),
    ]
}
