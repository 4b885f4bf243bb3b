//! A classic group: its phase, its members, who may speak for it, and what is written of it.

use std::collections::{BTreeMap, BTreeSet};

use super::api::{Committer, Error};
use super::record::{Generation, Record, Saved};
use super::{
    Assignment, CONSUMER, Call, GroupId, Instance, Kind, MemberId, Metadata, Now, Position,
    Protocol, SUBSCRIPTION, Topic,
};

/// The states of a group that is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nobody is in it.
    Empty,
    /// Members rejoin.
    Preparing,
    /// The generation has begun, its assignment is not durable.
    Completing,
    /// Members have their assignments.
    Stable,
}

/// The timers of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The member has been silent for too long.
    Session(MemberId),
    /// The id was issued and did not come back.
    Pending(MemberId),
    /// The join phase takes too long, or has gathered long enough.
    Join,
    /// The sync phase takes too long.
    Sync,
}

/// An armed timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Armed {
    /// When it fires, in elapsed milliseconds.
    pub at_ms: i64,
    /// For how long it was armed.
    pub after_ms: i64,
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "Kafka's names")]
pub struct Member {
    pub instance: Option<Instance>,
    pub session_ms: i32,
    pub rebalance_ms: i32,
    pub protocols: Vec<(Protocol, Metadata)>,
    pub assignment: Assignment,
    /// Its JoinGroup, parked until the join phase completes.
    pub join: Option<Call>,
    /// Its SyncGroup, parked until the generation is durable.
    pub sync: Option<Call>,
    /// It has not been in a generation yet.
    pub fresh: bool,
    /// It has not sent SyncGroup in this generation.
    pub owes_sync: bool,
}

impl Member {
    pub(super) fn metadata(&self, protocol: Option<Protocol>) -> Metadata {
        let found = self.protocols.iter().find(|(p, _)| Some(*p) == protocol);
        found.map_or(0, |(_, metadata)| *metadata)
    }

    pub(super) fn is_parked(&self) -> bool {
        self.join.is_some() || self.sync.is_some()
    }
}

/// Gathering the first members of an empty group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gathering {
    /// How much longer it may be extended.
    pub(super) left_ms: i64,
    /// Somebody came since it was extended.
    pub(super) somebody_came: bool,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "Kafka's names")]
pub struct Group {
    pub id: GroupId,
    pub phase: Phase,
    /// Since when, by the clock on the wall.
    pub since_ms: i64,
    pub generation: i32,
    /// None while the group only stores offsets.
    pub kind: Option<Kind>,
    pub protocol: Option<Protocol>,
    pub leader: Option<MemberId>,
    pub members: BTreeMap<MemberId, Member>,
    /// Ids that were issued and have not come back.
    pub pending: BTreeSet<MemberId>,
    pub timers: BTreeMap<Timer, Armed>,
    pub(super) gathering: Option<Gathering>,
    /// What the members read, as this generation began; none if that is not known.
    pub(super) subscribed: Option<BTreeSet<Topic>>,
    /// The leader's assignment of this generation is in the log.
    pub(super) assignment_written: bool,
    /// Where the record stands that made the group.
    pub(super) made_at: Position,
}

impl Group {
    pub(super) fn new(id: GroupId, now: Now) -> Group {
        Group {
            id,
            phase: Phase::Empty,
            since_ms: now.wall_ms,
            generation: 0,
            kind: None,
            protocol: None,
            leader: None,
            members: BTreeMap::new(),
            pending: BTreeSet::new(),
            timers: BTreeMap::new(),
            gathering: None,
            subscribed: None,
            assignment_written: false,
            made_at: -1,
        }
    }

    /// The member id behind an instance id (G8).
    pub(super) fn holder(&self, instance: Instance) -> Option<MemberId> {
        let mut members = self.members.iter();
        let holder = members.find(|(_, member)| member.instance == Some(instance))?;
        Some(*holder.0)
    }

    /// `validateMember`: a static member that was replaced is fenced, anybody else who is not in it is unknown.
    pub(super) fn validate(&self, by: &Committer) -> Option<Error> {
        match by.instance.map(|instance| self.holder(instance)) {
            Some(None) => Some(Error::UnknownMemberId),
            Some(Some(holder)) if holder != by.member => Some(Error::FencedInstanceId),
            _ if !self.members.contains_key(&by.member) => Some(Error::UnknownMemberId),
            _ => None,
        }
    }

    /// The same, and the generation must be the current one (G4).
    pub(super) fn validate_generation(&self, by: &Committer) -> Option<Error> {
        let wrong = by.generation != self.generation;
        self.validate(by)
            .or(wrong.then_some(Error::IllegalGeneration))
    }

    pub(super) fn enter(&mut self, phase: Phase, now: Now) {
        self.phase = phase;
        self.since_ms = now.wall_ms;
    }

    pub(super) fn arm(&mut self, timer: Timer, after_ms: i64, now: Now) {
        let at_ms = now.elapsed_ms + after_ms;
        self.timers.insert(timer, Armed { at_ms, after_ms });
    }

    pub(super) fn cancel(&mut self, timer: Timer) {
        self.timers.remove(&timer);
    }

    /// The member has shown that it lives. While a call of it is parked its session does not run, unless it is new.
    pub(super) fn renew(&mut self, id: MemberId, now: Now) {
        let counts = |member: &&Member| member.fresh || !member.is_parked();
        let Some(member) = self.members.get(&id).filter(counts) else {
            return;
        };
        let after_ms = i64::from(member.session_ms);
        self.arm(Timer::Session(id), after_ms, now);
    }

    /// As long as the most patient member allows.
    pub(super) fn patience_ms(&self) -> i64 {
        let longest = self
            .members
            .values()
            .map(|member| member.rebalance_ms)
            .max();
        longest.map_or(0, i64::from)
    }

    pub(super) fn is_leader(&self, id: MemberId) -> bool {
        self.leader == Some(id)
    }

    /// What the members of a consumer group read: `computeSubscribedTopics`.
    pub(super) fn subscriptions(&self) -> Option<BTreeSet<Topic>> {
        if self.kind != Some(CONSUMER) {
            return None;
        }
        let mut topics = BTreeSet::new();
        for member in self.members.values() {
            let metadata = member.metadata(self.protocol);
            if metadata & SUBSCRIPTION == 0 {
                return None;
            }
            topics.extend((0..15).filter(|topic| metadata & (1 << topic) != 0));
        }
        Some(topics)
    }

    /// Whether the group may be reading the topic; one of consumers may if it is not known what they read.
    pub(super) fn reads(&self, topic: Topic) -> bool {
        match &self.subscribed {
            Some(topics) => topics.contains(&topic),
            None => self.kind == Some(CONSUMER),
        }
    }

    /// The record of this generation, each member with what `given` says.
    pub(super) fn record(&self, given: impl Fn(MemberId) -> Assignment) -> Record {
        let saved = |(id, member): (&MemberId, &Member)| {
            let saved = Saved {
                instance: member.instance,
                session_ms: member.session_ms,
                rebalance_ms: member.rebalance_ms,
                subscription: member.metadata(self.protocol),
                assignment: given(*id),
            };
            (*id, saved)
        };
        Record::Group {
            group: self.id,
            value: Some(Generation {
                kind: self.kind.unwrap_or(0),
                generation: self.generation,
                protocol: self.protocol,
                leader: self.leader,
                since_ms: self.since_ms,
                members: self.members.iter().map(saved).collect(),
            }),
        }
    }
}
