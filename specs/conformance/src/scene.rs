//! Bringing a group into a state, by requests and the passing of time alone.

use std::cell::Cell as Counter;

use crate::protocol::{
    CallId, ErrorCode, GroupRequest, GroupResponse, LeaveGroup, LeavingMember, SyncGroup,
};

use crate::ask::{self, HELD};
use crate::{
    Ask, Cell, Gen, Instance, Offer, Offset, OffsetsTopic, Settings, State, Subject, Subjects, Who,
};

/// The group of every case.
pub(crate) const GROUP: &str = "g";
/// What the leader assigns to itself and to the follower.
pub(crate) const ASSIGNED: [&str; 2] = ["of the leader", "of the follower"];
/// `group.initial.rebalance.delay.ms`
const DELAY_MS: u64 = 3_000;
/// More than a session time-out in no step, less than one in two.
pub(crate) const MOST_OF_A_SESSION_MS: u64 = 9_000;

/// Who is in the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cast {
    /// A leader and a follower, both dynamic.
    Dynamic,
    /// The same, and an id has been issued that has not come back.
    WithIssued,
    /// A dynamic leader and a static follower.
    StaticFollower,
    /// A static leader and a dynamic follower.
    StaticLeader,
    /// Leader and follower are as many as may be; in the join phase both have joined and an issued id is awaited.
    Full,
    /// Leader and follower of another protocol type than `consumer`.
    NotConsumers,
}

impl Cast {
    pub(crate) fn protocol_type(self) -> &'static str {
        match self {
            Cast::NotConsumers => "connect",
            _ => "consumer",
        }
    }

    fn settings(self, offsets_topic: OffsetsTopic) -> Settings {
        Settings {
            max_group_size: if self == Cast::Full { 2 } else { 1_000 },
            initial_rebalance_delay_ms: DELAY_MS,
            offsets_topic,
        }
    }
}

/// What happened to the group's offsets before, if the group exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Prior {
    /// Nothing.
    Nothing,
    /// Offset 3 of `t` 0 and of `u` 0 was committed.
    Committed,
    /// The same, and a transaction with another offset of `t` 0 is open.
    Open,
}

/// A subject with a group in some state, and what the clients know of it.
#[derive(Debug)]
pub struct Scene<S> {
    pub(crate) subject: S,
    pub(crate) cast: Cast,
    leader: Option<String>,
    follower: Option<String>,
    issued: Option<String>,
    generation: i32,
    fresh: Counter<u32>,
}

/// Why a scene could not be set.
#[derive(Debug)]
pub(crate) enum Unset {
    /// The subject is not one that can be seen like this.
    Impossible(&'static str),
    /// It did not do what it should have done on the way.
    Failed(String),
}

fn failed(what: &str, answer: &Option<GroupResponse>) -> Unset {
    Unset::Failed(format!("{what}: {answer:?}"))
}

impl<S: Subject> Scene<S> {
    /// A subject whose group is in the cell's state.
    pub(crate) fn set(
        subjects: &impl Subjects<Subject = S>,
        cell: &Cell,
    ) -> Result<Scene<S>, Unset> {
        let (cast, state) = (cell.row.cast, cell.state);
        let Some(subject) = subjects.start(cast.settings(cell.row.topic)) else {
            return Err(Unset::Impossible(
                "the subject cannot be had with such settings",
            ));
        };
        let mut scene = Scene {
            subject,
            cast,
            leader: None,
            follower: None,
            issued: None,
            generation: 1,
            fresh: Counter::new(0),
        };
        if state == State::Missing {
            return Ok(scene);
        }
        scene.leader_enters()?;
        scene.happens(cell.row.prior)?;
        if state == State::Empty {
            scene.leader_leaves()?;
        } else {
            scene.follower_enters(state)?;
        }
        if cast == Cast::WithIssued {
            scene.issued = Some(scene.issue()?);
        }
        match state.phase() {
            Some(phase) if !scene.subject.hold(phase) => Err(Unset::Impossible(
                "the subject cannot be asked while it is in that phase",
            )),
            _ => Ok(scene),
        }
    }

    fn instance_of(&self, who: Who) -> Option<String> {
        let held = match who {
            Who::Leader => self.cast == Cast::StaticLeader,
            Who::Follower => self.cast == Cast::StaticFollower,
            _ => false,
        };
        held.then(|| HELD.into())
    }

    pub(crate) fn fresh_id(&self) -> String {
        self.fresh.set(self.fresh.get() + 1);
        format!("issued-{}", self.fresh.get())
    }

    fn join(&self, who: Who, id: String, offer: Offer) -> GroupRequest {
        GroupRequest::Join(ask::join(id, self.instance_of(who), offer, 9, self))
    }

    /// An id for a new dynamic member.
    fn issue(&mut self) -> Result<String, Unset> {
        let request = self.join(Who::Stranger, "".into(), Offer::Usual);
        let call = self.subject.send(&request);
        match self.subject.answer(call) {
            Some(GroupResponse::Join(r)) if r.error == ErrorCode::MemberIdRequired => Ok(r.member),
            other => Err(failed("a new member was not issued an id", &other)),
        }
    }

    /// Sends the first join of a member that will be heard of once the join phase completes.
    fn enter(&mut self, who: Who) -> Result<CallId, Unset> {
        let id = match self.instance_of(who) {
            Some(_) => "".into(),
            None => self.issue()?,
        };
        let request = self.join(who, id, Offer::Usual);
        Ok(self.subject.send(&request))
    }

    /// The id and generation that a join was answered with.
    fn joined(&mut self, call: CallId) -> Result<(String, i32), Unset> {
        match self.subject.answer(call) {
            Some(GroupResponse::Join(r)) if r.error == ErrorCode::None => {
                Ok((r.member, r.generation))
            }
            other => Err(failed("a join did not succeed", &other)),
        }
    }

    fn leader_enters(&mut self) -> Result<(), Unset> {
        let call = self.enter(Who::Leader)?;
        self.subject.advance(DELAY_MS);
        let (id, generation) = self.joined(call)?;
        (self.leader, self.generation) = (Some(id), generation);
        self.sync(Who::Leader)
    }

    fn sync(&mut self, who: Who) -> Result<(), Unset> {
        let request = GroupRequest::Sync(SyncGroup {
            group: GROUP.into(),
            member: self.id(who),
            instance: self.instance_of(who),
            generation: self.generation,
            protocol_type: Some(self.cast.protocol_type().into()),
            protocol_name: Some("range".into()),
            assignments: self.assignments(),
            version: 5,
        });
        let call = self.subject.send(&request);
        match self.subject.answer(call) {
            Some(GroupResponse::Sync(r)) if r.error == ErrorCode::None => Ok(()),
            other => Err(failed("a sync did not succeed", &other)),
        }
    }

    fn happens(&mut self, prior: Prior) -> Result<(), Unset> {
        if prior == Prior::Nothing {
            return Ok(());
        }
        let mut commit = self.leaders_commit();
        if let GroupRequest::Commit(r) = &mut commit {
            r.offsets[0].offset = 3;
            let other = r.offsets[0].clone();
            r.offsets.push(other);
            r.offsets[1].topic = "u".into();
        }
        let call = self.subject.send(&commit);
        match self.subject.answer(call) {
            Some(GroupResponse::Commit(r)) if r.partitions[0].error == ErrorCode::None => {}
            other => return Err(failed("a commit did not succeed", &other)),
        }
        if prior == Prior::Open {
            let (who, instance, generation) = (Who::Leader, Instance::No, Gen::Current);
            let offset = Offset::Plain;
            let txn = Ask::TxnCommit {
                who,
                instance,
                generation,
                offset,
            }
            .request(self);
            let call = self.subject.send(&txn);
            match self.subject.answer(call) {
                Some(GroupResponse::TxnCommit(r)) if r.partitions[0].error == ErrorCode::None => {}
                other => return Err(failed("a transactional commit did not succeed", &other)),
            }
        }
        Ok(())
    }

    fn leaders_commit(&self) -> GroupRequest {
        Ask::Commit {
            who: Who::Leader,
            instance: Instance::No,
            generation: Gen::Current,
            offset: Offset::Plain,
            version: 8,
        }
        .request(self)
    }

    fn leader_leaves(&mut self) -> Result<(), Unset> {
        self.leave(Who::Leader)?;
        self.generation += 1;
        Ok(())
    }

    fn leave(&mut self, who: Who) -> Result<(), Unset> {
        let request = GroupRequest::Leave(LeaveGroup {
            group: GROUP.into(),
            members: vec![LeavingMember {
                member: self.id(who),
                instance: None,
            }],
            version: 5,
        });
        let call = self.subject.send(&request);
        match self.subject.answer(call) {
            Some(GroupResponse::Leave(r)) if r.members[0].error == ErrorCode::None => Ok(()),
            other => Err(failed("a member could not leave", &other)),
        }
    }

    /// The follower joins, and the group goes on to the state, at most to `Stable`.
    fn follower_enters(&mut self, state: State) -> Result<(), Unset> {
        let full = self.cast == Cast::Full;
        if full {
            self.issued = Some(self.issue()?);
        }
        let follower = self.enter(Who::Follower)?;
        let again = self.join(Who::Leader, self.id(Who::Leader), Offer::Usual);
        let leader = self.subject.send(&again);
        if full {
            if state == State::Preparing {
                return Ok(());
            }
            self.leave(Who::Issued)?;
        }
        let (id, generation) = self.joined(follower)?;
        self.joined(leader)?;
        (self.follower, self.generation) = (Some(id), generation);
        if state == State::Completing {
            return Ok(());
        }
        self.sync(Who::Leader)?;
        self.sync(Who::Follower)?;
        if state == State::Preparing {
            let again = self.join(Who::Follower, self.id(Who::Follower), Offer::Changed);
            self.subject.send(&again);
        }
        Ok(())
    }

    /// The member id; of one who is not there, an id that was never issued.
    pub(crate) fn id(&self, who: Who) -> String {
        let known = match who {
            Who::Nobody => return "".into(),
            Who::Leader => &self.leader,
            Who::Follower => &self.follower,
            Who::Issued => &self.issued,
            Who::Stranger => &None,
        };
        known.clone().unwrap_or_else(|| "never issued".into())
    }

    pub(crate) fn generation(&self, generation: Gen) -> i32 {
        match generation {
            Gen::Current => self.generation,
            Gen::Older => self.generation - 1,
            Gen::Later => self.generation + 1,
            Gen::Negative => -1,
        }
    }

    pub(crate) fn assignments(&self) -> Vec<(String, Vec<u8>)> {
        let given = [&self.leader, &self.follower].into_iter().zip(ASSIGNED);
        let known = given.filter_map(|(id, what)| Some((id.clone()?, what.as_bytes().into())));
        known.collect()
    }

    /// The role of whoever has this id.
    pub(crate) fn role(&self, id: &String) -> &'static str {
        let has = |known: &Option<String>| known.as_ref() == Some(id);
        if has(&self.leader) {
            "leader"
        } else if has(&self.follower) {
            "follower"
        } else {
            "new"
        }
    }
}
