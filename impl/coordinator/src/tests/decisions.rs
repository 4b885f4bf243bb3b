//! Every decision that can be taken wrongly, taken both ways.

use super::*;

fn with(decisions: Decisions, column: Column) -> World {
    let mut world = World::at(column);
    world.coordinator.decide_for_tests(decisions);
    world
}

#[test]
fn c20_a_commit_is_acknowledged_before_it_is_durable() {
    let answered = |commit_when| {
        let decisions = Decisions {
            commit: commit_when,
            ..Decisions::default()
        };
        with(decisions, Column::Stable).error(commit("b", GENERATION, 5))
    };
    assert_eq!(answered(Acknowledge::OnceDurable), short::WAIT);
    assert_eq!(answered(Acknowledge::OnceAppended), short::NONE);
}

#[test]
fn c21_a_failed_append_stays_in_memory() {
    let seen = |cache| {
        let decisions = Decisions {
            cache,
            ..Decisions::default()
        };
        let mut world = with(decisions, Column::Stable);
        world.ask_in_vain(commit("b", GENERATION, 5), ErrorCode::KafkaStorageError);
        world.ask(GroupRequest::Commit(commit_to(&[1], "b", GENERATION, 6)));
        world.raise();
        offset_in(world.ask(fetch_request(false)))
    };
    assert_eq!(seen(UpdateCache::AfterAppend), Some(-1));
    assert_eq!(
        seen(UpdateCache::BeforeAppend),
        Some(5),
        "an offset that no log holds"
    );
}

#[test]
fn c22_an_assignment_is_handed_out_before_its_generation_is_durable() {
    let answered = |sync_when| {
        let decisions = Decisions {
            sync: sync_when,
            ..Decisions::default()
        };
        let mut world = with(decisions, Column::Completing);
        world.error(sync("a", GENERATION, &[("a", "A")]))
    };
    assert_eq!(answered(Acknowledge::OnceDurable), short::WAIT);
    assert_eq!(answered(Acknowledge::OnceAppended), short::NONE);
}

#[test]
fn g1_a_commit_is_not_fenced() {
    let accepted = |fence, request: GroupRequest| {
        let decisions = Decisions {
            fence,
            ..Decisions::default()
        };
        let mut world = with(decisions, Column::Stable);
        let call = world.send(request);
        world.raise();
        world.answer_to(call).map(|r| error_of(&r))
    };
    for (request, error) in [
        (commit("b", GENERATION - 1, 1), short::ILG),
        (commit("x", GENERATION, 1), short::UMID),
    ] {
        assert_eq!(accepted(Fence::CurrentMember, request.clone()), error);
        assert_eq!(accepted(Fence::Nobody, request), short::NONE);
    }
}
