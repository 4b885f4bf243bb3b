//! The tables, one file for each. Each row has six columns: missing, Dead, Empty, Preparing, Completing, Stable.

mod admin;
mod commit;
mod fetch;
mod heartbeat;
mod join;
mod leave;
mod sync;

use plimsoll_coordinator::ErrorCode as E;

use crate::{Answer, Ask, Cast, Cell, Effect, Expected, Prior, Row, State};

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

fn row(
    api: crate::Api,
    condition: &'static str,
    cast: Cast,
    ask: Ask,
    source: &'static str,
    expected: [Expected; 6],
) -> Row {
    Row {
        api,
        condition,
        cast,
        prior: Prior::Nothing,
        ask,
        source,
        expected,
    }
}
