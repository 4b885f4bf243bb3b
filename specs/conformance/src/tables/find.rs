//! FindCoordinator (KIP-699): answered from what a broker knows of the cluster, so alike in every state of a group.

use crate::protocol::ErrorCode as E;

use super::*;

const FIND: &str = "KafkaApis.getCoordinator";
const BATCH: &str = "KafkaApis.handleFindCoordinatorRequestV4AndAbove, KIP-699";
const SHARE: &str = "KafkaApis.getCoordinator, KIP-932";
const GROUP_KEY: i8 = 0;
const SHARE_KEY: i8 = 2;
const UNKNOWN_KEY: i8 = 3;

pub(super) fn rows() -> Vec<Row> {
    let ask = |key_type, keys, version| Ask::Find {
        key_type,
        keys,
        version,
    };
    let all = |condition, ask, source, answer| {
        let expected = yes(answer, Effect::Nothing);
        anywhere(
            Api::FindCoordinator,
            condition,
            Cast::Dynamic,
            ask,
            source,
            expected,
        )
    };
    let (invalid, none) = (E::InvalidRequest, E::None);
    let mut rows = vec![
        all("v3", ask(GROUP_KEY, &["g"], 3), FIND, Answer::Error(none)),
        all("v4", ask(GROUP_KEY, &["g"], 4), FIND, each(&[none])),
        all(
            "two groups, v4",
            ask(GROUP_KEY, &["g", "h"], 4),
            BATCH,
            each(&[none, none]),
        ),
        all("no group, v4", ask(GROUP_KEY, &[], 4), BATCH, each(&[])),
        all(
            "group id \"\"",
            ask(GROUP_KEY, &[""], 4),
            FIND,
            each(&[none]),
        ),
        all(
            "share group, v5",
            ask(SHARE_KEY, &["g:id:0"], 5),
            SHARE,
            each(&[invalid]),
        ),
        all(
            "share group, v6",
            ask(SHARE_KEY, &["g:id:0"], 6),
            SHARE,
            each(&[invalid]),
        ),
        all(
            "unknown type of key",
            ask(UNKNOWN_KEY, &["g"], 6),
            FIND,
            each(&[invalid]),
        ),
    ];
    let lost = |condition, topic, version, effect| Row {
        topic,
        ..lost(condition, ask(GROUP_KEY, &["g"], version), version, effect)
    };
    rows.extend([
        lost(
            "topic not made, v3",
            OffsetsTopic::NotMade,
            3,
            Effect::TopicMade,
        ),
        lost(
            "topic not made, v4",
            OffsetsTopic::NotMade,
            4,
            Effect::TopicMade,
        ),
        lost(
            "partition without leader, v3",
            OffsetsTopic::NoLeader,
            3,
            Effect::Nothing,
        ),
        lost(
            "partition without leader, v4",
            OffsetsTopic::NoLeader,
            4,
            Effect::Nothing,
        ),
        lost(
            "leader without endpoint, v3",
            OffsetsTopic::NoEndpoint,
            3,
            Effect::Nothing,
        ),
        lost(
            "leader without endpoint, v4",
            OffsetsTopic::NoEndpoint,
            4,
            Effect::Nothing,
        ),
    ]);
    rows
}

/// There is nobody to be found.
fn lost(condition: &'static str, ask: Ask, version: i16, effect: Effect) -> Row {
    let cna = E::CoordinatorNotAvailable;
    let answer = if version < 4 {
        Answer::Error(cna)
    } else {
        each(&[cna])
    };
    let nobody = unreachable("without a coordinator no group comes into a state");
    let mut expected = [nobody; 6];
    expected[State::Missing as usize] = yes(answer, effect);
    row(
        Api::FindCoordinator,
        condition,
        Cast::Dynamic,
        ask,
        FIND,
        expected,
    )
}
