//! Whose requests are accepted: G4 and G8.

use super::{Generation, Member, Name, broken};
use crate::{Broken, PromiseId};

/// G4: a commit that was accepted and carried a generation came from a member of the current one.
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

/// G8: no instance id has two members, and none of the members was told that another had taken its place.
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
                format!(
                    "{} and {} are both members of instance {instance}",
                    member.id, other.id
                ),
            );
        }
    }
    Ok(())
}
