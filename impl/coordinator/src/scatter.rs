//! A client's request may be about groups of several coordinators: which part of it goes to which partition of the
//! offsets topic, and one answer out of theirs.

use std::collections::BTreeMap;

use plimsoll_offsets::{Routing, Text};

use crate::api::{
    DeleteGroups, DeleteGroupsResponse, DescribeGroups, DescribeGroupsResponse, GroupRequest,
    GroupResponse, ListGroupsResponse,
};
use crate::error_code::ErrorCode;

impl GroupRequest {
    /// The parts of the request, by partition of the offsets topic, which has `partitions` of them. A list is asked of
    /// all; so is the end of a transaction, whose caller knows better which it concerns. Nothing if there are none.
    pub fn scatter(&self, partitions: i32) -> Vec<(i32, GroupRequest)> {
        self.scatter_by(Routing::AsKafka, partitions)
    }

    /// The same, by a routing of one's choosing.
    pub fn scatter_by(&self, routing: Routing, partitions: i32) -> Vec<(i32, GroupRequest)> {
        match self {
            GroupRequest::List(_) | GroupRequest::EndTxn(_) => {
                (0..partitions).map(|index| (index, self.clone())).collect()
            }
            GroupRequest::Delete(r) => by_partition(&r.groups, routing, partitions)
                .into_iter()
                .map(|(index, groups)| (index, GroupRequest::Delete(DeleteGroups { groups })))
                .collect(),
            GroupRequest::Describe(r) => by_partition(&r.groups, routing, partitions)
                .into_iter()
                .map(|(index, groups)| {
                    let version = r.version;
                    (
                        index,
                        GroupRequest::Describe(DescribeGroups { groups, version }),
                    )
                })
                .collect(),
            _ => {
                let index = self
                    .group()
                    .and_then(|id| routing.partition_for(id, partitions));
                index
                    .map(|index| (index, self.clone()))
                    .into_iter()
                    .collect()
            }
        }
    }

    /// One answer out of those to the parts; of a request that is about one group, the first of them. A list of which
    /// one part failed has failed, and so has the end of a transaction. None if there is no answer to give.
    pub fn gather(&self, parts: Vec<GroupResponse>) -> Option<GroupResponse> {
        match self {
            GroupRequest::List(_) => Some(GroupResponse::List(gather_list(parts))),
            GroupRequest::Delete(r) => {
                let fates = parts.into_iter().filter_map(|part| match part {
                    GroupResponse::Delete(r) => Some(r.groups),
                    _ => None,
                });
                let mut fates: BTreeMap<Text, ErrorCode> = fates.flatten().collect();
                let groups = r.groups.iter().filter_map(|id| fates.remove_entry(id));
                let groups = groups.collect();
                Some(GroupResponse::Delete(DeleteGroupsResponse { groups }))
            }
            GroupRequest::Describe(r) => {
                let described = parts.into_iter().filter_map(|part| match part {
                    GroupResponse::Describe(r) => Some(r.groups),
                    _ => None,
                });
                let described: BTreeMap<Text, _> = described
                    .flatten()
                    .map(|group| (group.group.clone(), group))
                    .collect();
                let groups = r.groups.iter().filter_map(|id| described.get(id).cloned());
                let groups = groups.collect();
                Some(GroupResponse::Describe(DescribeGroupsResponse { groups }))
            }
            GroupRequest::EndTxn(_) => {
                let failed = |part: &GroupResponse| matches!(part, GroupResponse::EndTxn(r) if r.error != ErrorCode::None);
                let first = parts.iter().position(failed).unwrap_or(0);
                parts.into_iter().nth(first)
            }
            _ => parts.into_iter().next(),
        }
    }
}

fn by_partition(groups: &[Text], routing: Routing, partitions: i32) -> BTreeMap<i32, Vec<Text>> {
    let mut parts: BTreeMap<i32, Vec<Text>> = BTreeMap::new();
    for id in groups {
        if let Some(index) = routing.partition_for(id, partitions) {
            parts.entry(index).or_default().push(id.clone());
        }
    }
    parts
}

fn gather_list(parts: Vec<GroupResponse>) -> ListGroupsResponse {
    let mut all = ListGroupsResponse {
        error: ErrorCode::None,
        groups: Vec::new(),
    };
    for part in parts {
        if let GroupResponse::List(part) = part {
            if all.error == ErrorCode::None {
                all.error = part.error;
            }
            all.groups.extend(part.groups);
        }
    }
    if all.error != ErrorCode::None {
        all.groups.clear();
    }
    all.groups.sort_by(|a, b| a.group.cmp(&b.group));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{EndTransaction, ListGroups, ListedGroup};
    use crate::group::GroupState;
    use plimsoll_offsets::{Ended, Producer};

    fn names(groups: &[&str]) -> Vec<Text> {
        groups.iter().map(|id| Text::from(*id)).collect()
    }

    #[test]
    fn groups_go_to_their_partitions_and_answers_come_back_in_order() {
        // Of 50 partitions: g is in 3, my-group and test-group in 12.
        let request = GroupRequest::Delete(DeleteGroups {
            groups: names(&["my-group", "g", "test-group", "g"]),
        });
        let parts = request.scatter(50);
        let sent: Vec<i32> = parts.iter().map(|(index, _)| *index).collect();
        assert_eq!(sent, [3, 12]);
        let answers = parts
            .iter()
            .map(|(_, part)| part.refusal(ErrorCode::GroupIdNotFound))
            .collect();
        let Some(GroupResponse::Delete(r)) = request.gather(answers) else {
            panic!("another answer")
        };
        let description: Vec<&str> = r.groups.iter().map(|(id, _)| &**id).collect();
        assert_eq!(description, ["my-group", "g", "test-group"], "each once");
        assert_eq!(request.scatter(0), []);
    }

    #[test]
    fn a_transaction_has_ended_where_all_its_parts_have() {
        let request = GroupRequest::EndTxn(EndTransaction {
            producer: Producer { id: 7, epoch: 0 },
            coordinator_epoch: 0,
            ended: Ended::Committed,
        });
        let description = |errors: [ErrorCode; 3]| {
            let parts = errors.map(|error| request.refusal(error));
            request.gather(parts.into())
        };
        let (none, elsewhere) = (ErrorCode::None, ErrorCode::NotCoordinator);
        assert_eq!(description([none; 3]), Some(request.refusal(none)));
        let partly = description([none, elsewhere, none]);
        assert_eq!(partly, Some(request.refusal(elsewhere)));
        assert_eq!(request.gather(Vec::new()), None);
    }

    #[test]
    fn a_list_is_whole_or_an_error() {
        let request = GroupRequest::List(ListGroups::default());
        assert_eq!(request.scatter(3).len(), 3);
        let list = |error, ids: &[&str]| {
            let listed = |id: &&str| ListedGroup {
                group: Text::from(*id),
                protocol_type: "".into(),
                state: GroupState::Empty,
            };
            GroupResponse::List(ListGroupsResponse {
                error,
                groups: ids.iter().map(listed).collect(),
            })
        };
        let none = ErrorCode::None;
        let loading = ErrorCode::CoordinatorLoadInProgress;
        let both = request.gather(vec![list(none, &["b"]), list(none, &["a"])]);
        assert_eq!(both, Some(list(none, &["a", "b"])));
        let half = request.gather(vec![list(none, &["b"]), list(loading, &[])]);
        assert_eq!(half, Some(list(loading, &[])));
    }
}
