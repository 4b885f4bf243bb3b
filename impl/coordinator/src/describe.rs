//! DescribeGroups and ListGroups: Kafka `GroupCoordinatorService`. Only groups whose existence is durable are shown (S2).

use std::sync::Arc;

use plimsoll_offsets::{Bytes, Text};

use crate::api::{
    DescribeGroups, DescribeGroupsResponse, DescribedGroup, DescribedMember, GroupResponse,
    ListGroups, ListGroupsResponse, ListedGroup,
};
use crate::coordinator::Coordinator;
use crate::error_code::ErrorCode;
use crate::group::{Group, GroupState};
use crate::member::Member;

/// The first version in which a group that does not exist is an error rather than a dead group.
const GROUP_NOT_FOUND: i16 = 6;

/// The type of every group here.
const CLASSIC: &str = "classic";

impl Coordinator {
    /// Groups whose record is below the high watermark and whose tombstone is not.
    fn durable_groups(&self) -> impl Iterator<Item = &Arc<Group>> {
        let departing = self.departed.iter().map(|(_, group)| group);
        let durable = |group: &&Arc<Group>| group.made_at < self.high_watermark;
        self.groups.values().chain(departing).filter(durable)
    }

    fn durable_group(&self, id: &Text) -> Option<&Arc<Group>> {
        let departing = self.departed.iter().map(|(_, group)| group);
        let departing = departing.filter(|group| group.id == *id);
        let durable = |group: &&Arc<Group>| group.made_at < self.high_watermark;
        self.groups
            .get(id)
            .into_iter()
            .chain(departing)
            .find(durable)
    }

    pub(crate) fn describe(&self, request: &DescribeGroups) -> GroupResponse {
        let described = |id: &Text| match self.durable_group(id) {
            Some(group) => group.described(),
            None => {
                let error = if request.version >= GROUP_NOT_FOUND {
                    ErrorCode::GroupIdNotFound
                } else {
                    ErrorCode::None
                };
                DescribedGroup {
                    state: Some(GroupState::Dead),
                    ..DescribedGroup::error(id.clone(), error)
                }
            }
        };
        GroupResponse::Describe(DescribeGroupsResponse {
            groups: request.groups.iter().map(described).collect(),
        })
    }

    pub(crate) fn list(&self, request: &ListGroups) -> GroupResponse {
        let named = |filter: &str, name: &str| filter.eq_ignore_ascii_case(name);
        // Around a state Java's `String.trim` takes everything away up to the blank; a type is looked up as it is.
        let state = |filter: &Text, name| named(filter.trim_matches(|c| c <= ' '), name);
        let (states, types) = (&request.states, &request.types);
        let of_type = types.is_empty() || types.iter().any(|filter| named(filter, CLASSIC));
        let wanted = |group: &&Arc<Group>| {
            let name = group.state.name();
            of_type && (states.is_empty() || states.iter().any(|filter| state(filter, name)))
        };
        let listed = |group: &Arc<Group>| ListedGroup {
            group: group.id.clone(),
            protocol_type: group
                .protocol_type
                .clone()
                .unwrap_or_else(|| Text::from("")),
            state: group.state,
        };
        let mut groups: Vec<ListedGroup> =
            self.durable_groups().filter(wanted).map(listed).collect();
        groups.sort_by(|a, b| a.group.cmp(&b.group));
        groups.dedup_by(|a, b| a.group == b.group);
        GroupResponse::List(ListGroupsResponse {
            error: ErrorCode::None,
            groups,
        })
    }
}

impl Group {
    fn described(&self) -> DescribedGroup {
        let stable = self.state == GroupState::Stable;
        let protocol = self.protocol.as_deref().filter(|_| stable);
        let member = |(id, member): (&Text, &Member)| DescribedMember {
            member: id.clone(),
            instance: member.instance.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            metadata: match protocol {
                Some(_) => member.metadata(protocol),
                None => Bytes::from([]),
            },
            assignment: member.assignment.clone(),
        };
        DescribedGroup {
            error: ErrorCode::None,
            group: self.id.clone(),
            state: Some(self.state),
            protocol_type: self.protocol_type.clone().unwrap_or_else(|| Text::from("")),
            protocol: Text::from(protocol.unwrap_or("")),
            members: self.members.iter().map(member).collect(),
        }
    }
}

impl GroupState {
    /// The state's name in Kafka's answers.
    pub fn name(self) -> &'static str {
        match self {
            GroupState::Empty => "Empty",
            GroupState::PreparingRebalance => "PreparingRebalance",
            GroupState::CompletingRebalance => "CompletingRebalance",
            GroupState::Stable => "Stable",
            GroupState::Dead => "Dead",
        }
    }
}
