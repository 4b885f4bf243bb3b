//! OffsetDelete, DeleteGroups, DescribeGroups and ListGroups, Kafka `GroupCoordinatorService`.

use crate::protocol::{ErrorCode as E, GroupState};

use super::*;
use crate::Api;
use crate::ask::NamelessAsk;

const OFFSETS: &str = "OffsetMetadataManager.deleteOffsets";
const NOT_EMPTY: &str = "ClassicGroup.validateOffsetDelete";
const GROUPS: &str = "ClassicGroup.validateDeleteGroup";
const DESCRIBE: &str = "GroupMetadataManager.describeGroups";
const LIST: &str = "GroupMetadataManager.listGroups";

pub(super) fn rows() -> Vec<Row> {
    let mut rows = offset_delete();
    rows.extend(delete_groups());
    rows.extend(describe());
    rows.extend(list());
    rows
}

fn offset_delete() -> Vec<Row> {
    let ask = |topic, partition| Ask::OffsetDelete { topic, partition };
    let after = |condition, cast, prior, ask, source, expected| Row {
        prior,
        ..row(Api::OffsetDelete, condition, cast, ask, source, expected)
    };
    let subscribed = no(E::GroupSubscribedToTopic);
    let unknown = no(E::UnknownTopicOrPartition);
    let used = no(E::NonEmptyGroup);
    let nothing = done(Effect::Nothing);
    let forgotten = done(Effect::Forgotten);
    let (dynamic, committed) = (Cast::Dynamic, Prior::Committed);
    vec![
        after(
            "topic subscribed",
            dynamic,
            Prior::Nothing,
            ask("t", 0),
            OFFSETS,
            [GNF, GNF, nothing, subscribed, subscribed, subscribed],
        ),
        after(
            "topic not subscribed, stored",
            dynamic,
            committed,
            ask("u", 0),
            OFFSETS,
            [NO_GROUP, GNF, forgotten, forgotten, forgotten, forgotten],
        ),
        after(
            "topic not subscribed, nothing stored",
            dynamic,
            Prior::Nothing,
            ask("u", 1),
            OFFSETS,
            [GNF, GNF, nothing, nothing, nothing, nothing],
        ),
        after(
            "not of consumers, stored",
            Cast::NotConsumers,
            committed,
            ask("u", 0),
            NOT_EMPTY,
            [NO_GROUP, GNF, forgotten, used, used, used],
        ),
        after(
            "unknown partition",
            dynamic,
            Prior::Nothing,
            ask("t", 2),
            "KafkaApis.handleOffsetDeleteRequest",
            [GNF, GNF, unknown, unknown, unknown, unknown],
        ),
        after(
            "unknown topic",
            dynamic,
            Prior::Nothing,
            ask("v", 0),
            "KafkaApis.handleOffsetDeleteRequest",
            [GNF, GNF, unknown, unknown, unknown, unknown],
        ),
        after(
            "negative partition",
            dynamic,
            Prior::Nothing,
            ask("t", -1),
            "KafkaApis.handleOffsetDeleteRequest",
            [GNF, GNF, unknown, unknown, unknown, unknown],
        ),
        anywhere(
            Api::OffsetDelete,
            "group id \"\"",
            dynamic,
            Ask::Nameless(NamelessAsk::OffsetDelete),
            "GroupCoordinatorService.deleteOffsets",
            no(E::InvalidGroupId),
        ),
    ]
}

fn delete_groups() -> Vec<Row> {
    let used = no(E::NonEmptyGroup);
    let removed = done(Effect::Removed);
    let after = |condition, cast, prior, expected| Row {
        prior,
        ..row(
            Api::DeleteGroups,
            condition,
            cast,
            Ask::DeleteGroups,
            GROUPS,
            expected,
        )
    };
    let dynamic = Cast::Dynamic;
    vec![
        after(
            "no offsets",
            dynamic,
            Prior::Nothing,
            [GNF, GNF, removed, used, used, used],
        ),
        after(
            "offsets stored",
            dynamic,
            Prior::Committed,
            [NO_GROUP, GNF, removed, used, used, used],
        ),
        after(
            "open transaction",
            dynamic,
            Prior::Open,
            [NO_GROUP, GNF, removed, used, used, used],
        ),
        after(
            "id issued",
            Cast::WithIssued,
            Prior::Nothing,
            [NO_GROUP, GNF, removed, used, used, used],
        ),
        row(
            Api::DeleteGroups,
            "group id \"\"",
            dynamic,
            Ask::Nameless(NamelessAsk::DeleteGroups),
            "GroupCoordinatorService.deleteGroups",
            [GNF; 6],
        ),
        after(
            "group id null",
            dynamic,
            Prior::Nothing,
            [unreachable(NO_NULL); 6],
        ),
    ]
}

fn describe() -> Vec<Row> {
    let description = |error, state| yes(Answer::Described(error, state), Effect::Nothing);
    let as_it_is = |missing| {
        use GroupState::*;
        let rest = [Dead, Empty, PreparingRebalance, CompletingRebalance, Stable];
        let [dead, empty, preparing, completing, stable] = rest.map(|s| description(E::None, s));
        [
            description(missing, Dead),
            dead,
            empty,
            preparing,
            completing,
            stable,
        ]
    };
    let row = |condition, version, source, expected| {
        row(
            Api::DescribeGroups,
            condition,
            Cast::Dynamic,
            Ask::Describe { version },
            source,
            expected,
        )
    };
    vec![
        row("v5", 5, DESCRIBE, as_it_is(E::None)),
        row(
            "v6",
            6,
            "GroupMetadataManager.describeGroups, KIP-1043",
            as_it_is(E::GroupIdNotFound),
        ),
        super::row(
            Api::DescribeGroups,
            "group id \"\"",
            Cast::Dynamic,
            Ask::Nameless(NamelessAsk::Describe),
            "GroupCoordinatorService.describeGroups",
            [description(E::None, GroupState::Dead); 6],
        ),
        row(
            "group id null",
            5,
            "GroupCoordinatorService.describeGroups",
            [unreachable(NO_NULL); 6],
        ),
        row("KIP-848 group", 5, DESCRIBE, [unreachable(NOT_SERVED); 6]),
    ]
}

fn list() -> Vec<Row> {
    let is = |listed| yes(Answer::Listed(listed), Effect::Nothing);
    let row = |condition, state, group_type, expected: [bool; 6]| {
        let ask = Ask::List { state, group_type };
        let api = Api::ListGroups;
        row(api, condition, Cast::Dynamic, ask, LIST, expected.map(is))
    };
    let (all, none) = ([false, true, true, true, true, true], [false; 6]);
    let stable = [false, false, false, false, false, true];
    vec![
        row("no filter", None, None, all),
        row("state Stable", Some("Stable"), None, stable),
        row(
            "state eMPTY",
            Some("eMPTY"),
            None,
            [false, false, true, false, false, false],
        ),
        row("state \" Stable \"", Some(" Stable "), None, stable),
        row("state unknown", Some("nonsense"), None, none),
        row("type cLASSIC", None, Some("cLASSIC"), all),
        row("type consumer", None, Some("consumer"), none),
        row("type \" classic \"", None, Some(" classic "), none),
        row("type unknown", None, Some("nonsense"), none),
        row(
            "state Stable and type classic",
            Some("Stable"),
            Some("classic"),
            stable,
        ),
        row(
            "state Stable and type consumer",
            Some("Stable"),
            Some("consumer"),
            none,
        ),
    ]
}
