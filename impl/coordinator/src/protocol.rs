//! Which assignors a group can use, and which one it takes.

use plimsoll_offsets::Text;

use crate::api::JoinGroup;
use crate::group::{Group, GroupState};

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
        self.protocol_type.as_ref() == Some(&request.protocol_type)
            && request
                .protocols
                .iter()
                .any(|p| self.supported_by_all(&p.name))
    }

    fn supported_by_all(&self, protocol: &str) -> bool {
        self.members
            .values()
            .all(|member| member.supports(protocol))
    }

    /// The protocol with the most votes: each member votes for its favourite among those that all support. A tie goes
    /// to the first by name, so that the choice is the same on every broker.
    pub(crate) fn elect_protocol(&self) -> Option<Text> {
        let vote = |member: &crate::member::Member| {
            let favourite = member
                .protocols
                .iter()
                .find(|p| self.supported_by_all(&p.name));
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
