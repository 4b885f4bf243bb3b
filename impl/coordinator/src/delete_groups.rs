//! DeleteGroups: Kafka `GroupCoordinatorService`. A group that nobody is in, and all that is remembered of it.

use std::collections::BTreeSet;

use plimsoll_offsets::{OffsetsRecord, Text};

use crate::api::{
    CallId, DeleteGroups, DeleteGroupsResponse, GroupRequest, GroupResponse, Timestamp,
};
use crate::coordinator::Coordinator;
use crate::error_code::ErrorCode;
use crate::group::{Group, GroupState};
use crate::group_step::GroupStep;
use crate::offset_delete::tombstone;
use crate::step::{Cause, Step};

impl Coordinator {
    /// All groups of a request are removed by one batch: all of them or none.
    pub(crate) fn delete_groups(
        &self,
        now: Timestamp,
        call: CallId,
        request: &DeleteGroups,
    ) -> Step {
        let mut asked = BTreeSet::new();
        let mut step = Step::nothing();
        let mut fates = Vec::new();
        for id in &request.groups {
            if !asked.insert(id) {
                continue;
            }
            let error = match self.groups.get(id) {
                None => ErrorCode::GroupIdNotFound,
                Some(group) => deletable(group),
            };
            fates.push((id.clone(), error));
            if let (ErrorCode::None, Some(group)) = (error, self.groups.get(id)) {
                let mut turn = self.turn(now, group.clone());
                turn.delete_all_offsets();
                turn.remove_group();
                step.extend(turn.into_step(Cause::None));
            }
        }
        step.cause = Cause::Call(call, Box::new(GroupRequest::Delete(request.clone())));
        step.answer_once_durable(
            call,
            GroupResponse::Delete(DeleteGroupsResponse { groups: fates }),
        );
        step
    }
}

fn deletable(group: &Group) -> ErrorCode {
    match group.state {
        GroupState::Dead => ErrorCode::GroupIdNotFound,
        GroupState::Empty => ErrorCode::None,
        _ => ErrorCode::NonEmptyGroup,
    }
}

impl GroupStep<'_> {
    /// Those that wait for a marker too: a transaction that ends later must not bring them back (C-9).
    fn delete_all_offsets(&mut self) {
        let id = self.group.id.clone();
        let stored = self.cache.offsets(&id);
        let stored = stored.filter(|(_, timeline)| timeline.latest().is_some());
        let pending = self.cache.pending_offsets(&id);
        let keys: BTreeSet<&(Text, i32)> = stored
            .map(|(key, _)| key)
            .chain(pending.map(|(key, _)| key))
            .collect();
        let tombstones = keys
            .into_iter()
            .map(|(topic, partition)| tombstone(&id, topic, *partition));
        self.records.extend(tombstones);
    }

    /// The group is no more once the step is made.
    pub(crate) fn remove_group(&mut self) {
        self.records.push(OffsetsRecord::Group {
            group: self.group.id.clone(),
            value: None,
        });
        self.disarm_all();
        self.removes = true;
    }
}
