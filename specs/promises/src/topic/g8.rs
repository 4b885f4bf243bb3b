//! G8 StaticUnique.

use super::{Member, Name, broken};
use crate::{Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "G8",
    name: "One member per instance",
    sentence: "An instance id has one member, and the one that it replaced stays fenced whatever crashes.",
    source: "KIP-345; KAFKA-10284",
    levels: &[Level::OffsetsTopic],
    kind: Kind::Step,
    fault: Fault::Broker,
    clauses: &[NO_SUCCESSOR, ONE],
};

const NO_SUCCESSOR: &str = "No member is there whose successor was told that it took its place.";
const ONE: &str = "No two members have one instance id.";

/// No instance id has two members, and none of the members was told that another had taken its place.
pub fn instance_has_one_member(
    members: &[Member],
    replaced: impl Fn(&Name) -> bool,
) -> Result<(), Broken> {
    for (index, member) in members.iter().enumerate() {
        let Some(instance) = &member.instance else {
            continue;
        };
        if replaced(&member.id) {
            return broken(
                PromiseId::G8,
                NO_SUCCESSOR,
                format!(
                    "{} is the member of instance {instance}, although its successor had been told that it took its place",
                    member.id
                ),
            );
        }
        let mut others = members[index + 1..].iter();
        if let Some(other) = others.find(|other| other.instance.as_ref() == Some(instance)) {
            return broken(
                PromiseId::G8,
                ONE,
                format!(
                    "{} and {} are both members of instance {instance}",
                    member.id, other.id
                ),
            );
        }
    }
    Ok(())
}
