//! OffsetDelete, DeleteGroups, DescribeGroups and ListGroups.

use std::collections::{BTreeMap, BTreeSet};

use super::api::Error;
use super::group::{Group, Phase};
use super::group_step::GroupStep;
use super::partition::{Partition, Status};
use super::record::Record;
use super::{
    Answer, Assignment, CONSUMER, Call, GroupId, Instance, Kind, MemberId, Metadata, Place,
    Protocol,
};

/// A group as DescribeGroups tells it: metadata and the protocol only while it is stable.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "Kafka's names")]
pub struct Described {
    pub phase: Phase,
    pub kind: Option<Kind>,
    pub protocol: Option<Protocol>,
    pub members: BTreeMap<MemberId, (Option<Instance>, Metadata, Assignment)>,
}

impl Group {
    pub(super) fn delete_offsets(
        &mut self,
        turn: &mut GroupStep<'_>,
        call: Call,
        places: &[Place],
    ) {
        if self.phase != Phase::Empty && self.kind != Some(CONSUMER) {
            let answer = Answer::OffsetsDeleted(Error::NonEmptyGroup, Vec::new());
            return turn.answer(call, answer);
        }
        let mut fates = Vec::new();
        for place in places {
            let stored = turn.table.offset(self.id, *place).is_some();
            let error = if !turn.settings.exists(*place) {
                Error::UnknownTopicOrPartition
            } else if self.reads(place.0) {
                Error::GroupSubscribedToTopic
            } else {
                if stored || turn.table.is_pending(self.id, *place) {
                    turn.records.push(tombstone(self.id, *place));
                }
                Error::None
            };
            fates.push((*place, error));
        }
        turn.answer_once_durable(call, Answer::OffsetsDeleted(Error::None, fates));
    }

    /// All that is remembered of a group that is deleted, what waits for a transaction too (C-9).
    pub(super) fn delete(&self, turn: &mut GroupStep<'_>) {
        let stored = turn.table.offsets(self.id).map(|(place, _)| place);
        let pending = turn.table.pending(self.id).map(|(place, _, _)| place);
        let places: BTreeSet<Place> = stored.chain(pending).collect();
        let tombstones = places.into_iter().map(|place| tombstone(self.id, place));
        turn.records.extend(tombstones);
        turn.records.push(Record::Group {
            group: self.id,
            value: None,
        });
    }

    fn described(&self) -> Described {
        let stable = self.phase == Phase::Stable;
        let protocol = self.protocol.filter(|_| stable);
        let members = self.members.iter().map(|(id, m)| {
            let metadata = if stable { m.metadata(protocol) } else { 0 };
            (*id, (m.instance, metadata, m.assignment))
        });
        Described {
            phase: self.phase,
            kind: self.kind,
            protocol,
            members: members.collect(),
        }
    }
}

pub(super) fn tombstone(group: GroupId, place: Place) -> Record {
    Record::Offset {
        group,
        place,
        value: None,
    }
}

impl Partition {
    /// Why a group may not be deleted.
    pub(super) fn delete_error(&self, id: GroupId) -> Error {
        match self.groups.get(&id).map(|group| group.phase) {
            None => Error::GroupIdNotFound,
            Some(Phase::Empty) => Error::None,
            Some(_) => Error::NonEmptyGroup,
        }
    }

    /// DescribeGroups of one group; none if it does not exist, as far as that is durable.
    ///
    /// # Errors
    /// The coordinator's, if it does not serve.
    pub fn describe(&self, id: GroupId) -> Result<Option<Described>, Error> {
        match self.status {
            Status::Active => Ok(self.shown_group(id).map(Group::described)),
            Status::Loading => Err(Error::CoordinatorLoadInProgress),
            Status::Gone => Err(Error::NotCoordinator),
        }
    }

    /// ListGroups: the groups that exist durably. A partition that is led elsewhere has none.
    ///
    /// # Errors
    /// While it loads.
    pub fn list(&self) -> Result<BTreeMap<GroupId, (Phase, Option<Kind>)>, Error> {
        if self.status == Status::Loading {
            return Err(Error::CoordinatorLoadInProgress);
        }
        let ids = self
            .groups
            .keys()
            .chain(self.former.iter().map(|f| &f.group.id));
        let shown = ids.filter_map(|id| self.shown_group(*id));
        Ok(shown.map(|g| (g.id, (g.phase, g.kind))).collect())
    }
}
