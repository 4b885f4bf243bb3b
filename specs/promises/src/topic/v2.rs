//! V2 EventuallyConverges.

use super::{Member, Name, broken};
use crate::{Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "V2",
    name: "Silent members leave",
    sentence: "Members that stay silent lose their place, and their group goes on without them.",
    source: "Kafka session time-outs, which spare no static member",
    levels: &[Level::OffsetsTopic],
    kind: Kind::Step,
    fault: Fault::Broker,
    clauses: &[SILENT_LEAVE],
};

const SILENT_LEAVE: &str = "Time alone removes whoever is silent.";

/// Once every timer has fired as often as it was set, nobody is left who was silent all the while.
pub fn silent_members_leave(group: &Name, left: &[Member], fired: usize) -> Result<(), Broken> {
    match left.first() {
        None => Ok(()),
        Some(member) => broken(
            PromiseId::V2,
            SILENT_LEAVE,
            format!(
                "{} keeps its place in group {group} for ever: it has been silent while {fired} timers fired, and what it \
                 owns nobody else gets",
                member.id
            ),
        ),
    }
}
