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
    clauses: &[GENERATION, MEMBER],
};

const GENERATION: &str = "The generation is the current one.";
const MEMBER: &str = "Who commits is a member of the group.";

/// A commit that was accepted and carried a generation came from a member of the current one.
pub fn comes_from_a_current_member(
    member: &Name,
    generation: i32,
    group: Option<&Generation>,
) -> Result<(), Broken> {
    let (clause, description) = match group {
        Some(current) if current.members.iter().any(|m| m.id == *member) => {
            if current.number == generation {
                return Ok(());
            }
            (
                GENERATION,
                format!("the group is in generation {}", current.number),
            )
        }
        Some(current) => (MEMBER, format!("the group is in {current}")),
        None => (MEMBER, "there is no such group".to_owned()),
    };
    broken(
        PromiseId::G4,
        clause,
        format!(
            "a commit of {member} with generation {generation} was accepted, but {description}"
        ),
    )
}
