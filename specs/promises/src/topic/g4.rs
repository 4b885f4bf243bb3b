//! G4 FenceByGeneration.

use super::{Generation, Name, broken};
use crate::{Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "G4",
    name: "Fencing by generation",
    sentence: "A commit with a generation is accepted only from a member, and only of the current generation.",
    source: "Kafka ClassicGroup.validateOffsetCommit",
    levels: &[Level::OffsetsTopic],
    kind: Kind::Step,
    fault: Fault::Broker,
    clauses: &[],
};

/// A commit that was accepted and carried a generation came from a member of the current one.
pub fn comes_from_a_current_member(
    member: &Name,
    generation: i32,
    group: Option<&Generation>,
) -> Result<(), Broken> {
    let description = match group {
        Some(current) if current.members.iter().any(|m| m.id == *member) => {
            if current.number == generation {
                return Ok(());
            }
            format!("the group is in generation {}", current.number)
        }
        Some(current) => format!("the group is in {current}"),
        None => "there is no such group".to_owned(),
    };
    broken(
        PromiseId::G4,
        format!(
            "a commit of {member} with generation {generation} was accepted, but {description}"
        ),
    )
}
