//! What must have happened in the stories.

use plimsoll_log::CleanReport;
use plimsoll_model::groups::record::Record;
use plimsoll_model::groups::{
    Answer, Answers, Append, Call, Error, GroupId, Phase, Request, Timer,
};

use crate::world::World;

/// Every situation; a name that is not here cannot be counted.
pub const ALL: &[&str] = &[
    "an id given to a new member",
    "a member joined a generation",
    "a group was full",
    "protocols had nothing in common",
    "a static member took its own place without a rebalance",
    "a static member fenced",
    "an unknown member refused",
    "a wrong generation refused",
    "a rebalance told to a member",
    "assignments handed out",
    "a member left",
    "a group gathered longer for more members",
    "a session ended",
    "the session of a static member ended",
    "a pending id forgotten",
    "a join phase timed out",
    "a sync phase timed out",
    "a commit of a member",
    "a commit while members rejoined",
    "a commit refused while members sync",
    "a commit without a group",
    "a commit in a transaction",
    "metadata too large beside an offset that was committed",
    "a partition that does not exist",
    "a transaction committed",
    "a transaction aborted",
    "an old epoch of a producer fenced",
    "an unstable offset",
    "a stable fetch waited",
    "an offset deleted",
    "an offset in use not deleted",
    "a group deleted",
    "a group with members not deleted",
    "a stable group described",
    "a group described that does not exist",
    "an offset expired",
    "a group expired",
    "an append failed",
    "a generation that could not be written",
    "a timer whose step could not be written",
    "answers left open by an unload",
    "a request while a partition loads",
    "a group loaded as stable",
    "a group too large when it was loaded",
    "an open transaction loaded",
    "unsynced records lost",
    "unsynced records kept",
    "the broker stopped by itself",
    "a pass of compaction that removed records",
    "a tombstone removed by compaction",
];

fn errors(answer: &Answer) -> Vec<Error> {
    match answer {
        Answer::Joined(joined) => vec![joined.error],
        Answer::Synced(synced) => vec![synced.error],
        Answer::Heartbeat(error) | Answer::Ended(error) => vec![*error],
        Answer::Left(error, members) => {
            let each = members.iter().map(|(_, _, error)| *error);
            each.chain([*error]).collect()
        }
        Answer::Committed(fates) => fates.iter().map(|(_, error)| *error).collect(),
        Answer::Fetched(error, found) => {
            let each = found.iter().map(|(_, error, _)| *error);
            each.chain([*error]).collect()
        }
        Answer::OffsetsDeleted(error, fates) => {
            let each = fates.iter().map(|(_, error)| *error);
            each.chain([*error]).collect()
        }
        Answer::GroupsDeleted(fates) => fates.iter().map(|(_, error)| *error).collect(),
    }
}

/// What an error says by itself.
fn of_error(error: Error) -> Option<&'static str> {
    Some(match error {
        Error::MemberIdRequired => "an id given to a new member",
        Error::GroupMaxSizeReached => "a group was full",
        Error::InconsistentGroupProtocol => "protocols had nothing in common",
        Error::FencedInstanceId => "a static member fenced",
        Error::UnknownMemberId => "an unknown member refused",
        Error::IllegalGeneration => "a wrong generation refused",
        Error::UnknownTopicOrPartition => "a partition that does not exist",
        Error::InvalidProducerEpoch => "an old epoch of a producer fenced",
        Error::UnstableOffsetCommit => "an unstable offset",
        Error::GroupSubscribedToTopic => "an offset in use not deleted",
        Error::NonEmptyGroup => "a group with members not deleted",
        Error::CoordinatorLoadInProgress => "a request while a partition loads",
        _ => return None,
    })
}

impl World {
    /// What answers say by themselves.
    pub fn note_answers(&mut self, answers: &Answers) {
        for (_, answer) in answers {
            let errors = errors(answer);
            for what in errors.iter().filter_map(|error| of_error(*error)) {
                self.situations.saw(what);
            }
            let rebalance = errors.contains(&Error::RebalanceInProgress);
            let what = match answer {
                Answer::Heartbeat(_) | Answer::Synced(_) if rebalance => {
                    "a rebalance told to a member"
                }
                Answer::Committed(_) if rebalance => "a commit refused while members sync",
                Answer::Joined(joined) if joined.error == Error::None => {
                    "a member joined a generation"
                }
                Answer::Synced(synced) if synced.assignment != 0 => "assignments handed out",
                _ => continue,
            };
            self.situations.saw(what);
        }
    }

    /// What a request led to.
    pub fn note_request(&mut self, request: &Request, call: Call, answers: &Answers, a: Append) {
        if let Append::Failed(_) = a {
            self.situations.saw("an append failed");
            if let Request::Sync(_) = request {
                self.situations
                    .saw("a generation that could not be written");
            }
            return;
        }
        let waits = !answers.iter().any(|(answered, _)| *answered == call);
        match request {
            Request::Commit(commit) if waits => self.note_commit(commit),
            Request::Fetch(_) if waits => self.situations.saw("a stable fetch waited"),
            Request::EndTxn(_, true) if waits => self.situations.saw("a transaction committed"),
            Request::EndTxn(_, false) if waits => self.situations.saw("a transaction aborted"),
            Request::OffsetDelete(_, _) if waits => self.situations.saw("an offset deleted"),
            Request::DeleteGroups(_) if waits => self.situations.saw("a group deleted"),
            Request::Leave(_) if waits => self.situations.saw("a member left"),
            Request::Join(join) if waits && join.member == 0 => self.note_takeover(join.group),
            _ => {}
        }
    }

    fn note_commit(&mut self, commit: &plimsoll_model::groups::api::Commit) {
        let index = self.partition_of(commit.group);
        let group = self.model[index].groups.get(&commit.group);
        let phase = group.map(|group| group.phase);
        let most = crate::setup::METADATA_MAX;
        let too_large = commit
            .offsets
            .iter()
            .any(|(_, value)| value.metadata > most);
        let what = match (commit.producer, commit.by.generation, phase) {
            (Some(_), _, _) => "a commit in a transaction",
            (None, ..0, _) => "a commit without a group",
            (None, _, Some(Phase::Preparing)) => "a commit while members rejoined",
            (None, _, _) => "a commit of a member",
        };
        self.situations.saw(what);
        if too_large {
            self.situations
                .saw("metadata too large beside an offset that was committed");
        }
    }

    fn note_takeover(&mut self, group: GroupId) {
        let index = self.partition_of(group);
        let group = self.model[index].groups.get(&group);
        if group.is_some_and(|group| group.phase == Phase::Stable) {
            self.situations
                .saw("a static member took its own place without a rebalance");
        }
    }

    /// What a timer led to.
    pub fn note_timer(&mut self, id: GroupId, timer: Timer, append: Append) {
        if let Append::Failed(_) = append {
            self.situations
                .saw("a timer whose step could not be written");
            return;
        }
        self.situations.saw(match timer {
            Timer::Session(member) if self.statics.contains(&member) => {
                "the session of a static member ended"
            }
            Timer::Session(_) => "a session ended",
            Timer::Pending(_) => "a pending id forgotten",
            Timer::Join => "a join phase timed out",
            Timer::Sync => "a sync phase timed out",
        });
        let index = self.partition_of(id);
        let group = self.model[index].groups.get(&id);
        let waits = group.is_some_and(|group| {
            let mut members = group.members.values();
            group.phase == Phase::Preparing && members.any(|member| member.join.is_some())
        });
        if timer == Timer::Join && waits {
            self.situations
                .saw("a group gathered longer for more members");
        }
    }

    pub fn note_expired(&mut self, record: &Record) {
        self.situations.saw(match record {
            Record::Offset { .. } => "an offset expired",
            Record::Group { .. } => "a group expired",
        });
    }

    pub fn note_clean(&mut self, report: &CleanReport) {
        if report.dropped.superseded > 0 {
            self.situations
                .saw("a pass of compaction that removed records");
        }
        if report.dropped.tombstones > 0 {
            self.situations.saw("a tombstone removed by compaction");
        }
    }

    pub fn note_crash(&mut self, durable: i64, end: i64, before: i64) {
        if end < before {
            self.situations.saw("unsynced records lost");
        }
        if end > durable {
            self.situations.saw("unsynced records kept");
        }
    }

    pub fn note_load(&mut self, partition: usize) {
        let model = &self.model[partition];
        let phases: Vec<Phase> = model.groups.values().map(|group| group.phase).collect();
        let pending = model
            .groups
            .keys()
            .any(|id| model.latest.pending(*id).next().is_some());
        let happened = [
            (phases.contains(&Phase::Stable), "a group loaded as stable"),
            (
                phases.contains(&Phase::Preparing),
                "a group too large when it was loaded",
            ),
            (pending, "an open transaction loaded"),
        ];
        for (_, what) in happened.iter().filter(|(happened, _)| *happened) {
            self.situations.saw(what);
        }
    }
}
