//! The tables, one file for each. Each row has six columns of its own: missing, Dead, Empty, Preparing, Completing, Stable;
//! the last two, loading and elsewhere, are those of its API unless it is answered before the coordinator is asked.

mod admin;
mod commit;
mod fetch;
mod find;
mod heartbeat;
mod join;
mod leave;
mod sync;

use crate::protocol::ErrorCode as E;

use crate::{Answer, Api, Ask, Cast, Cell, Effect, Expected, OffsetsTopic, Prior, Row, State};

/// Every cell of every table, in their order.
pub fn cells() -> Vec<Cell> {
    let rows = [
        join::rows(),
        sync::rows(),
        heartbeat::rows(),
        leave::rows(),
        commit::rows(),
        commit::txn_rows(),
        fetch::rows(),
        admin::rows(),
        find::rows(),
    ];
    let of_row = |row: Row| State::ALL.map(|state| Cell { row, state });
    rows.into_iter().flatten().flat_map(of_row).collect()
}

/// An error that changes nothing.
const fn no(error: E) -> Expected {
    Expected::Cell(Answer::Error(error), Effect::Nothing)
}

/// An answer and what it does.
const fn yes(answer: Answer, effect: Effect) -> Expected {
    Expected::Cell(answer, effect)
}

const fn done(effect: Effect) -> Expected {
    Expected::Cell(Answer::Error(E::None), effect)
}

/// No request gets there.
const fn unreachable(why: &'static str) -> Expected {
    Expected::Unreachable(why)
}

const CNA: Expected = no(E::CoordinatorNotAvailable);
const UMID: Expected = no(E::UnknownMemberId);
const ILG: Expected = no(E::IllegalGeneration);
const RIP: Expected = no(E::RebalanceInProgress);
const FII: Expected = no(E::FencedInstanceId);
const IGP: Expected = no(E::InconsistentGroupProtocol);
const GNF: Expected = no(E::GroupIdNotFound);

const NOBODY_THERE: Expected = unreachable("nobody is in the group, so no instance has a member");
const NO_GROUP: Expected = unreachable("there is no group to which it could have happened");

const NO_NULL: &str =
    "a request cannot say null where it is decoded already; over the wire it is INVALID_GROUP_ID";
const NOT_SERVED: &str = "groups of other types are not served: their records are passed over";

/// Errors of parts of a request, in its order.
fn each(errors: &[E]) -> Answer {
    let mut parts = [None; 4];
    for (part, error) in parts.iter_mut().zip(errors) {
        *part = Some(*error);
    }
    Answer::Each(parts)
}

fn row(
    api: Api,
    condition: &'static str,
    cast: Cast,
    ask: Ask,
    source: &'static str,
    [missing, dead, empty, preparing, completing, stable]: [Expected; 6],
) -> Row {
    let [loading, elsewhere] = away(api, stable);
    Row {
        api,
        condition,
        cast,
        prior: Prior::Nothing,
        topic: OffsetsTopic::Led,
        ask,
        source,
        expected: [
            missing, dead, empty, preparing, completing, stable, loading, elsewhere,
        ],
    }
}

/// What an API answers while the group's log is replayed, and where the group is not coordinated.
fn away(api: Api, stable: Expected) -> [Expected; 2] {
    let (loading, elsewhere) = (E::CoordinatorLoadInProgress, E::NotCoordinator);
    let left = |error| yes(Answer::Left(error, None), Effect::Nothing);
    match (api, stable) {
        (_, Expected::Unreachable(_)) => [stable; 2],
        // A heartbeat is no reason to rejoin before it is known what the group is.
        (Api::Heartbeat, _) => [done(Effect::Nothing), no(elsewhere)],
        (Api::LeaveGroup, _) => [left(loading), left(elsewhere)],
        // The groups of another broker are not in the list, which is no error.
        (Api::ListGroups, _) => [no(loading), yes(Answer::Listed(false), Effect::Nothing)],
        // Whoever is asked answers from what it knows of the cluster.
        (Api::FindCoordinator, _) => [stable; 2],
        _ => [no(loading), no(elsewhere)],
    }
}

/// A row that is answered before the coordinator is asked: alike in every column.
fn anywhere(
    api: Api,
    condition: &'static str,
    cast: Cast,
    ask: Ask,
    source: &'static str,
    expected: Expected,
) -> Row {
    Row {
        expected: [expected; State::COUNT],
        ..row(api, condition, cast, ask, source, [expected; 6])
    }
}
