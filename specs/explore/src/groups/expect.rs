//! What consumers, administrators and the producer believe: what they were told.

use plimsoll_coordinator::{Answer, CallId, ErrorCode, GroupResponse, JoinGroupResponse};
use plimsoll_offsets::Text;
use plimsoll_promises::topic::Deletions;

use super::names::{OffsetKey, Who};

/// Where a consumer stands, by what it was told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) enum MemberStatus {
    /// It has no id: it has not begun, or lost it.
    #[default]
    Outside,
    /// It waits for the answer to its JoinGroup.
    WaitsToJoin,
    /// It has joined and has to sync.
    Joined,
    /// It waits for the answer to its SyncGroup.
    WaitsToSync,
    /// It has its assignment.
    Owns,
    /// It has an id, and has to join again.
    MustRejoin,
}

/// A consumer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Client {
    pub(super) stands: MemberStatus,
    /// Which of its lives it is in, from 1; each has an id of its own.
    pub(super) life: u8,
    /// It was told that id.
    pub(super) is_named: bool,
    /// The generation that it joined.
    pub(super) generation: i32,
    /// Whom it has to assign to, if it leads.
    pub(super) leads: Vec<Text>,
}

/// What waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Call {
    Join(Who, u8),
    Sync(Who, u8),
    Leave(Who, u8),
    /// A commit; with its member, if it has one. Acknowledged, the log holds it up to this offset.
    Commit(Option<(Who, u8)>, i64),
    DeleteOffset(OffsetKey, i64),
    /// The group of that partition, and where its tombstones begin and where its own stands.
    DeleteGroup(OffsetKey, i64, i64),
    Other,
}

/// What everybody believes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Expect {
    clients: [Client; 3],
    waiting: Vec<(u64, Call)>,
    /// Of instance `s`: the newest life that was told that it is the member of a generation that is durable.
    pub(super) told_life: u8,
    /// The offset after the newest acknowledged commit.
    pub(super) acked_end: i64,
    /// The newest generation of which an assignment was handed out.
    pub(super) delivered: i32,
    pub(super) deleted: Deletions,
}

impl Expect {
    pub(super) fn client(&self, who: Who) -> &Client {
        &self.clients[who.index()]
    }

    pub(super) fn client_mut(&mut self, who: Who) -> &mut Client {
        &mut self.clients[who.index()]
    }

    /// A number for a call; those that have been answered are given again.
    pub(super) fn call(&mut self, call: Call) -> CallId {
        let free = (1..).find(|id| self.waiting.iter().all(|(taken, _)| taken != id));
        let id = free.unwrap_or(u64::MAX);
        self.waiting.push((id, call));
        CallId(id)
    }

    /// It turns out what the call was about.
    pub(super) fn rename(&mut self, id: CallId, call: Call) {
        let known = self.waiting.iter_mut().find(|(of, _)| *of == id.0);
        if let Some((_, known)) = known {
            *known = call;
        }
    }

    /// The coordinator is gone: who waits for a place hears nothing, and has to begin again.
    pub(super) fn nobody_answers(&mut self) {
        self.waiting.clear();
        for who in Who::ALL {
            let client = self.client(who);
            if matches!(
                client.stands,
                MemberStatus::WaitsToJoin | MemberStatus::WaitsToSync
            ) {
                let life = client.life;
                self.lost(who, life, ErrorCode::NotCoordinator);
            }
        }
    }

    /// Takes the answer in, given while that generation of the group is durable; what was asked, if anybody still knows.
    pub(super) fn answered(&mut self, answer: &Answer, durable: i32) -> Option<Call> {
        let at = self
            .waiting
            .iter()
            .position(|(id, _)| *id == answer.call.0)?;
        let (_, call) = self.waiting.remove(at);
        match (&call, &answer.response) {
            (Call::Join(who, life), GroupResponse::Join(r)) => {
                self.joined(*who, *life, r, durable);
            }
            (Call::Sync(who, life), GroupResponse::Sync(r)) => self.synced(*who, *life, r.error),
            (Call::Commit(from, end), GroupResponse::Commit(r)) => {
                let errors = r.partitions.iter().map(|p| p.error);
                for error in errors {
                    match (error, from) {
                        (ErrorCode::None, _) => self.acked_end = self.acked_end.max(*end),
                        (error, Some((who, life))) => self.lost(*who, *life, error),
                        _ => {}
                    }
                }
            }
            (Call::DeleteOffset(spot, at), GroupResponse::OffsetDelete(r))
                if r.error == ErrorCode::None =>
            {
                self.deleted.offsets.insert(spot.key(), *at);
            }
            (Call::DeleteGroup(spot, from, at), GroupResponse::Delete(r))
                if r.groups.iter().all(|(_, error)| *error == ErrorCode::None) =>
            {
                let group: Text = spot.group().into();
                for other in OffsetKey::all() {
                    if *other.group() == *group {
                        self.deleted.offsets.insert(other.key(), *from);
                    }
                }
                self.deleted.groups.insert(group, *at);
            }
            _ => {}
        }
        Some(call)
    }

    fn joined(&mut self, who: Who, life: u8, answer: &JoinGroupResponse, durable: i32) {
        if self.client(who).life != life {
            return;
        }
        if answer.error != ErrorCode::None {
            return self.lost(who, life, answer.error);
        }
        // A generation that is yet to be synced lives in memory only, by design.
        if who == Who::S && answer.generation <= durable {
            self.told_life = self.told_life.max(life);
        }
        let leads = *answer.leader == *answer.member && !answer.skip_assignment;
        let client = self.client_mut(who);
        client.stands = MemberStatus::Joined;
        client.is_named = true;
        client.generation = answer.generation;
        client.leads = match leads {
            true => answer.members.iter().map(|m| m.member.clone()).collect(),
            false => Vec::new(),
        };
    }

    fn synced(&mut self, who: Who, life: u8, error: ErrorCode) {
        if self.client(who).life != life {
            return;
        }
        match error {
            ErrorCode::None => {
                let client = self.client_mut(who);
                client.stands = MemberStatus::Owns;
                let generation = client.generation;
                self.delivered = self.delivered.max(generation);
                if who == Who::S {
                    self.told_life = self.told_life.max(life);
                }
            }
            error => self.lost(who, life, error),
        }
    }

    /// What a consumer makes of an error.
    fn lost(&mut self, who: Who, life: u8, error: ErrorCode) {
        let client = self.client_mut(who);
        if client.life != life {
            return;
        }
        client.leads.clear();
        client.stands = match error {
            ErrorCode::UnknownMemberId | ErrorCode::FencedInstanceId => MemberStatus::Outside,
            // A commit during a rebalance: it owns until it rejoins.
            ErrorCode::RebalanceInProgress if client.stands == MemberStatus::Owns => {
                MemberStatus::Owns
            }
            // A commit that nobody answered is another matter than the membership.
            ErrorCode::NotCoordinator if client.stands == MemberStatus::Owns => MemberStatus::Owns,
            _ if client.is_named => MemberStatus::MustRejoin,
            _ => MemberStatus::Outside,
        };
    }
}
