//! OffsetCommit and TxnOffsetCommit: `validateOffsetCommit`, then each offset by itself (O5).
//!
//! | Who commits | missing | Empty | Preparing | Completing | Stable |
//! |---|---|---|---|---|---|
//! | nobody, no generation | created | NONE | UNKNOWN_MEMBER_ID | the same | the same |
//! | somebody, no generation | created | NONE | as fenced, else ILLEGAL_GENERATION | the same | the same |
//! | a member of the generation | GROUP_ID_NOT_FOUND or ILLEGAL_GENERATION | UNKNOWN_MEMBER_ID | NONE | REBALANCE_IN_PROGRESS | NONE |
//! | anybody else | the same | UNKNOWN_MEMBER_ID | as fenced, else ILLEGAL_GENERATION | the same | the same |
//!
//! In a transaction: nobody may commit in any state, and a member of the generation while it syncs.

use super::api::{Commit, Committer, Error, Value};
use super::group::{Group, Phase};
use super::group_step::GroupStep;
use super::record::{Committed, Record};
use super::{Answer, Call, Place, Settings};

impl Commit {
    /// If no partition exists there is nothing to ask a coordinator.
    pub(super) fn is_about_nothing(&self, settings: &Settings) -> bool {
        !self
            .offsets
            .iter()
            .any(|(place, _)| settings.exists(*place))
    }

    pub(super) fn refused(&self, error: Error, settings: &Settings) -> Answer {
        let fate = |(place, _): &(Place, Value)| match settings.exists(*place) {
            true => (*place, error),
            false => (*place, Error::UnknownTopicOrPartition),
        };
        Answer::Committed(self.offsets.iter().map(fate).collect())
    }

    /// What a commit to a group that does not exist gets, unless it makes the group.
    pub(super) fn error_without_group(&self) -> Option<Error> {
        match (self.by.generation, self.producer, self.version) {
            (..0, _, _) => None,
            (_, None, 9..) => Some(Error::GroupIdNotFound),
            _ => Some(Error::IllegalGeneration),
        }
    }
}

impl Group {
    pub(super) fn commit(&mut self, turn: &mut GroupStep<'_>, call: Call, commit: &Commit) {
        let transactional = commit.producer.is_some();
        if let Some(error) = self.commit_error(&commit.by, transactional) {
            return turn.answer(call, commit.refused(error, turn.settings));
        }
        if commit.by.generation >= 0 && !transactional {
            self.renew(commit.by.member, turn.now);
        }
        let fates = commit
            .offsets
            .iter()
            .map(|(place, value)| (*place, self.commit_one(turn, commit, *place, *value)));
        let fates = fates.collect();
        turn.answer_once_durable(call, Answer::Committed(fates));
    }

    fn commit_error(&self, by: &Committer, transactional: bool) -> Option<Error> {
        if self.phase == Phase::Empty && by.generation < 0 {
            return None;
        }
        let nobody = by.generation < 0 && by.member == 0 && by.instance.is_none();
        let fenced = match nobody {
            true => (!transactional).then_some(Error::UnknownMemberId),
            false => self.validate_generation(by),
        };
        let syncing = self.phase == Phase::Completing && !transactional;
        fenced.or(syncing.then_some(Error::RebalanceInProgress))
    }

    fn commit_one(
        &self,
        turn: &mut GroupStep<'_>,
        commit: &Commit,
        place: Place,
        value: Value,
    ) -> Error {
        if !turn.settings.exists(place) {
            return Error::UnknownTopicOrPartition;
        }
        if value.metadata > turn.settings.metadata_max {
            return Error::OffsetMetadataTooLarge;
        }
        let at_ms = turn.now.wall_ms;
        turn.records.push(Record::Offset {
            group: self.id,
            place,
            value: Some(Committed {
                value,
                at_ms,
                expires_ms: commit.retention_ms.map(|kept_ms| at_ms + kept_ms),
            }),
        });
        Error::None
    }
}
