//! TxnOffsetCommit and markers, Kafka `validateOffsetCommit`; O4.

use super::short::*;
use super::*;

fn durable_table(name: &str, request: &GroupRequest, expected: [Option<ErrorCode>; 6]) {
    for (column, expected) in COLUMNS.into_iter().zip(expected) {
        let answer = World::at(column).settle(request.clone());
        assert_eq!(answer.map(|r| error_of(&r)), expected, "{name}, {column:?}");
    }
}

#[test]
fn errors() {
    durable_table(
        "a. nameless",
        &txn_commit("", -1, 1),
        [NONE, CNA, NONE, NONE, NONE, NONE],
    );
    durable_table(
        "b. member without generation",
        &txn_commit("b", -1, 1),
        [NONE, CNA, NONE, ILG, ILG, ILG],
    );
    durable_table(
        "b. stranger without generation",
        &txn_commit("x", -1, 1),
        [NONE, CNA, NONE, UMID, UMID, UMID],
    );
    durable_table(
        "c. current",
        &txn_commit("b", GENERATION, 1),
        [ILG, CNA, UMID, NONE, NONE, NONE],
    );
    durable_table(
        "d. generation",
        &txn_commit("b", GENERATION + 1, 1),
        [ILG, CNA, UMID, ILG, ILG, ILG],
    );
    durable_table(
        "e. stranger",
        &txn_commit("x", GENERATION, 1),
        [ILG, CNA, UMID, UMID, UMID, UMID],
    );
}

#[test]
fn edges() {
    let with = |change: fn(&mut TxnOffsetCommit)| {
        let mut request = txn_commit("b", GENERATION, 1);
        if let GroupRequest::TxnCommit(r) = &mut request {
            change(r);
        }
        World::at(Column::Stable).settle(request)
    };
    let error = |answer: Option<GroupResponse>| answer.map(|r| error_of(&r));
    assert_eq!(
        error(with(|r| r.group = "".into())),
        Some(ErrorCode::InvalidGroupId)
    );
    assert_eq!(
        error(with(|r| r.offsets[0].partition = 2)),
        Some(ErrorCode::UnknownTopicOrPartition)
    );
    assert_eq!(
        error(with(|r| r.offsets[0].metadata = "x".repeat(4_097).into())),
        Some(ErrorCode::OffsetMetadataTooLarge)
    );
    let Some(GroupResponse::TxnCommit(nothing)) = with(|r| r.offsets.clear()) else {
        panic!("no answer")
    };
    assert_eq!(nothing.partitions, []);
}

#[test]
fn a_commit_counts_when_its_transaction_is_committed_and_not_when_it_is_aborted() {
    for (ended, expected) in [(Ended::Committed, 5), (Ended::Aborted, 3)] {
        let mut world = World::at(Column::Stable);
        world.settle(commit("b", GENERATION, 3));
        world.settle(txn_commit("b", GENERATION, 5));
        assert_eq!(world.offset(false), (3, ErrorCode::None));
        assert_eq!(world.offset(true), (-1, ErrorCode::UnstableOffsetCommit));
        let call = world.send(end_txn(ended));
        assert_eq!(world.answer_to(call), None, "the marker is not durable");
        assert_eq!(world.offset(true), (expected, ErrorCode::None));
        assert_eq!(world.answer_to(call).map(|r| error_of(&r)), NONE);
        assert_eq!(
            World::reloaded(&world).offset(true),
            (expected, ErrorCode::None)
        );
    }
}

#[test]
fn an_open_transaction_survives_a_load() {
    let mut world = World::new();
    world.settle(txn_commit("", -1, 5));
    assert_eq!(world.state(), (GroupState::Empty, 0));
    let mut after = World::reloaded(&world);
    assert_eq!(after.state(), (GroupState::Empty, 0));
    assert_eq!(after.offset(true), (-1, ErrorCode::UnstableOffsetCommit));
    after.settle(end_txn(Ended::Committed));
    assert_eq!(after.offset(true), (5, ErrorCode::None));
}

#[test]
fn all_offsets_of_a_group_leave_out_what_only_a_transaction_knows() {
    let mut world = World::new();
    world.settle(txn_commit("", -1, 5));
    let all = |world: &mut World| {
        let request = GroupRequest::Fetch(OffsetFetch {
            group: "g".into(),
            require_stable: true,
            partitions: None,
        });
        match world.settle(request) {
            Some(GroupResponse::Fetch(r)) => r
                .partitions
                .iter()
                .map(|p| (p.offset, p.error))
                .collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(all(&mut world), []);
    world.settle(commit("", -1, 3));
    assert_eq!(all(&mut world), [(-1, ErrorCode::UnstableOffsetCommit)]);
    world.settle(end_txn(Ended::Aborted));
    assert_eq!(all(&mut world), [(3, ErrorCode::None)]);
}

#[test]
fn a_marker_of_nothing_is_written_all_the_same() {
    let mut world = World::at(Column::Stable);
    let before = world.entries.len();
    assert_eq!(
        world
            .settle(end_txn(Ended::Committed))
            .map(|r| error_of(&r)),
        NONE
    );
    assert_eq!(world.entries.len(), before + 1);
}

#[test]
fn a_step_says_in_whose_transaction_its_records_are() {
    let world = World::at(Column::Stable);
    let step = world
        .coordinator
        .request(NOW, CallId(9), &txn_commit("b", GENERATION, 1));
    assert_eq!((step.producer(), step.records().len()), (Some(PRODUCER), 1));
    let refused = world
        .coordinator
        .request(NOW, CallId(9), &txn_commit("b", 9, 1));
    assert_eq!((refused.producer(), refused.records().len()), (None, 0));
    let marker = world
        .coordinator
        .request(NOW, CallId(9), &end_txn(Ended::Aborted));
    assert!(marker.marker().is_some() && marker.records().is_empty());
}

#[test]
fn a_commit_of_a_fenced_producer_is_told_so() {
    let mut world = World::at(Column::Stable);
    let before = world.form();
    let answer = world.ask_in_vain(
        txn_commit("b", GENERATION, 1),
        ErrorCode::InvalidProducerEpoch,
    );
    assert_eq!(
        answer.map(|r| error_of(&r)),
        Some(ErrorCode::InvalidProducerEpoch)
    );
    assert_eq!(world.form(), before);
}

#[test]
fn commits_in_a_transaction_do_not_keep_a_session() {
    let mut world = World::at(Column::Stable);
    let before = world.armed(TimerName::Session("b".into()));
    world.ask(txn_commit("b", GENERATION, 1));
    assert_eq!(world.armed(TimerName::Session("b".into())), before);
}
