//! OffsetCommit, Kafka `validateOffsetCommit`; S3 and S5.

use super::short::*;
use super::*;

/// The error of a commit once everything is durable.
fn durable_error(world: &mut World, request: GroupRequest) -> Option<ErrorCode> {
    let call = world.send(request);
    world.raise();
    world.answer_to(call).map(|r| error_of(&r))
}

fn durable_table(name: &str, request: &GroupRequest, expected: [Option<ErrorCode>; 6]) {
    for (column, expected) in COLUMNS.into_iter().zip(expected) {
        let found = durable_error(&mut World::at(column), request.clone());
        assert_eq!(found, expected, "{name}, {column:?}");
    }
}

#[test]
fn errors() {
    let old = |request: GroupRequest| match request {
        GroupRequest::Commit(mut request) => {
            request.version = 8;
            GroupRequest::Commit(request)
        }
        other => other,
    };
    durable_table(
        "a. simple",
        &commit("", -1, 1),
        [NONE, CNA, NONE, UMID, UMID, UMID],
    );
    durable_table(
        "b. member without generation",
        &commit("b", -1, 1),
        [NONE, CNA, NONE, ILG, ILG, ILG],
    );
    durable_table(
        "b. stranger without generation",
        &commit("x", -1, 1),
        [NONE, CNA, NONE, UMID, UMID, UMID],
    );
    durable_table(
        "c. current",
        &commit("b", GENERATION, 1),
        [GNF, CNA, UMID, NONE, RIP, NONE],
    );
    durable_table(
        "c. current, old client",
        &old(commit("b", GENERATION, 1)),
        [ILG, CNA, UMID, NONE, RIP, NONE],
    );
    for generation in [0, GENERATION - 1, GENERATION + 1] {
        durable_table(
            "d. generation",
            &commit("b", generation, 1),
            [GNF, CNA, UMID, ILG, ILG, ILG],
        );
    }
    durable_table(
        "e. stranger",
        &commit("x", GENERATION, 1),
        [GNF, CNA, UMID, UMID, UMID, UMID],
    );
    durable_table(
        "e. nobody",
        &commit("", GENERATION, 1),
        [GNF, CNA, UMID, UMID, UMID, UMID],
    );
    durable_table(
        "e. nobody, old client",
        &old(commit("", 0, 1)),
        [ILG, CNA, UMID, UMID, UMID, UMID],
    );
}

#[test]
fn an_acknowledgement_waits_for_the_high_watermark() {
    let mut world = World::at(Column::Stable);
    let call = world.send(commit("b", GENERATION, 5));
    assert_eq!(world.answer_to(call), None);
    assert_eq!(
        offset_in(world.ask(fetch_request(false))),
        Some(-1),
        "and so does the offset"
    );
    world.raise();
    assert_eq!(world.answer_to(call).map(|r| error_of(&r)), NONE);
    assert_eq!(offset_in(world.ask(fetch_request(false))), Some(5));
}

#[test]
fn one_request_is_one_batch_and_errors_are_per_partition() {
    let mut world = World::at(Column::Stable);
    let mut request = commit_to(&[0, 1, 2], "b", GENERATION, 5);
    request.offsets[1].metadata = "x".repeat(4_097).into();
    let before = world.log.len();
    let call = world.send(GroupRequest::Commit(request));
    assert_eq!(world.log.len(), before + 1);
    world.raise();
    let Some(GroupResponse::Commit(answer)) = world.answer_to(call) else {
        panic!("no answer")
    };
    let errors: Vec<_> = answer
        .partitions
        .iter()
        .map(|p| (p.partition, p.error))
        .collect();
    let expected = [
        (0, ErrorCode::None),
        (1, ErrorCode::OffsetMetadataTooLarge),
        (2, ErrorCode::UnknownTopicOrPartition),
    ];
    assert_eq!(errors, expected);
}

#[test]
fn metadata_is_counted_in_utf16_units() {
    let mut world = World::at(Column::Stable);
    // 4096 bytes in UTF-8 are 2048 units; a character beyond the first plane counts as two.
    for (metadata, expected) in [
        ("é".repeat(4_096), NONE),
        ("\u{1F6A2}".repeat(2_048), NONE),
        (
            "\u{1F6A2}".repeat(2_049),
            Some(ErrorCode::OffsetMetadataTooLarge),
        ),
    ] {
        let mut request = commit_to(&[0], "b", GENERATION, 5);
        request.offsets[0].metadata = metadata.into();
        assert_eq!(
            durable_error(&mut world, GroupRequest::Commit(request)),
            expected
        );
    }
}

#[test]
fn partitions_that_do_not_exist_are_refused_before_the_group_is_looked_at() {
    let refused = |column, request: OffsetCommit| {
        let Some(GroupResponse::Commit(answer)) =
            World::at(column).ask(GroupRequest::Commit(request))
        else {
            panic!("no answer")
        };
        answer
            .partitions
            .iter()
            .map(|p| p.error)
            .collect::<Vec<_>>()
    };
    let unknown = ErrorCode::UnknownTopicOrPartition;
    for column in COLUMNS {
        assert_eq!(
            refused(column, commit_to(&[2, -1], "x", 9, 1)),
            [unknown; 2],
            "{column:?}"
        );
    }
    assert_eq!(
        refused(Column::Stable, commit_to(&[0, 2], "x", 9, 1)),
        [ErrorCode::UnknownMemberId, unknown]
    );
    assert_eq!(
        refused(Column::Missing, commit_to(&[0, 2], "x", 9, 1)),
        [ErrorCode::GroupIdNotFound, unknown]
    );
}

#[test]
fn a_simple_commit_makes_a_group_that_only_stores_offsets() {
    let mut world = World::new();
    assert_eq!(durable_error(&mut world, commit("", -1, 3)), NONE);
    assert_eq!(world.state(), (GroupState::Empty, 0));
    assert_eq!(offset_in(world.ask(fetch_request(false))), Some(3));
    let mut nameless = commit_to(&[0], "", -1, 4);
    nameless.group = "".into();
    assert_eq!(
        durable_error(&mut world, GroupRequest::Commit(nameless)),
        NONE,
        "the empty group id is one"
    );
}

#[test]
fn an_accepted_commit_renews_the_session_and_a_refused_one_does_not() {
    for (column, renews) in [
        (Column::Stable, true),
        (Column::Preparing, true),
        (Column::Completing, false),
    ] {
        let mut world = World::at(column);
        let before = world.armed(TimerName::Session("a".into()));
        world.ask(commit("a", GENERATION, 1));
        assert_eq!(
            world.armed(TimerName::Session("a".into())) != before,
            renews,
            "{column:?}"
        );
    }
}

#[test]
fn going_back_is_allowed_and_the_last_record_wins() {
    let mut world = World::at(Column::Stable);
    for offset in [9, 4] {
        assert_eq!(
            durable_error(&mut world, commit("b", GENERATION, offset)),
            NONE
        );
    }
    assert_eq!(offset_in(world.ask(fetch_request(false))), Some(4));
}
