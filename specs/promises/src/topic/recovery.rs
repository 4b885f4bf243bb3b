//! Liveness as recoverability (V1, V2): from every state time alone, as told by the coordinator's own timers, leads to
//! where it must. Whoever explores lets the timers fire; here stands what must have come of it.

use super::{Member, Name, broken};
use crate::{Broken, PromiseId};

/// V1: once every timer of the group's phases has fired as often as it was set, the group is in no phase. Its members
/// may have gone on to heartbeat all the while.
pub fn phase_ends(group: &Name, still: Option<&str>, fired: usize) -> Result<(), Broken> {
    match still {
        None => Ok(()),
        Some(phase) => broken(
            PromiseId::V1,
            format!(
                "group {group} stays in its {phase} for ever: its members live but do not answer, and after {fired} timers \
                 none is left to end it"
            ),
        ),
    }
}

/// V2: once every timer has fired as often as it was set, nobody is left who was silent all the while.
pub fn silent_members_leave(group: &Name, left: &[Member], fired: usize) -> Result<(), Broken> {
    match left.first() {
        None => Ok(()),
        Some(member) => broken(
            PromiseId::V2,
            format!(
                "{} keeps its place in group {group} for ever: it has been silent while {fired} timers fired, and what it \
                 owns nobody else gets",
                member.id
            ),
        ),
    }
}
