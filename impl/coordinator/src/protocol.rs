//! Which assignors a group can use, and which one it takes.

use std::collections::BTreeSet;

use plimsoll_offsets::Text;

use crate::api::JoinGroup;
use crate::group::{Group, GroupState};
use crate::member::Member;

impl Group {
    /// Whether a member that joins like this can be part of the group. An empty group takes anybody who names a type and
    /// a protocol; otherwise the type must be the group's and one protocol must be known to all members.
    pub(crate) fn accepts_protocols(&self, request: &JoinGroup) -> bool {
        if request.protocol_type.is_empty() || request.protocols.is_empty() {
            return false;
        }
        if self.state == GroupState::Empty {
            return true;
        }
        let supported = self.supported_by_all();
        self.protocol_type.as_ref() == Some(&request.protocol_type)
            && request
                .protocols
                .iter()
                .any(|p| supported.as_ref().is_none_or(|all| all.contains(&*p.name)))
    }

    /// The protocols that every member has; nothing if there is no member. Found at once rather than name by name: a member
    /// may have as many as fit into a request.
    fn supported_by_all(&self) -> Option<BTreeSet<&str>> {
        fn names(member: &Member) -> BTreeSet<&str> {
            member.protocols.iter().map(|p| &*p.name).collect()
        }
        let mut members = self.members.values();
        let mut supported = names(members.next()?);
        for member in members {
            let names = names(member);
            supported.retain(|name| names.contains(name));
        }
        Some(supported)
    }

    /// The protocol with the most votes: each member votes for its favourite among those that all support. A tie goes
    /// to the first by name, so that the choice is the same on every broker.
    pub(crate) fn elect_protocol(&self) -> Option<Text> {
        let supported = self.supported_by_all()?;
        let vote = |member: &Member| {
            let mut protocols = member.protocols.iter();
            let favourite = protocols.find(|p| supported.contains(&*p.name));
            favourite.map(|p| p.name.clone())
        };
        let mut votes: Vec<Text> = self.members.values().filter_map(vote).collect();
        votes.sort();
        let mut elected: Option<(usize, Text)> = None;
        for run in votes.chunk_by(|a, b| a == b) {
            if elected.as_ref().is_none_or(|(most, _)| run.len() > *most) {
                elected = Some((run.len(), run[0].clone()));
            }
        }
        elected.map(|(_, name)| name)
    }
}
