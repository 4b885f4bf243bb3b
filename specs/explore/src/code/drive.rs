//! Each step of the model as requests to the real broker.

use std::sync::Arc;

use plimsoll_broker::{Effect, Fetch, Flush, Produce, Request, Response};
use plimsoll_coordinator::{
    ErrorCode, GroupResponse, Heartbeat, JoinGroup, OffsetCommit, OffsetFetch, OffsetToCommit,
    Protocol, SyncGroup, TimerName,
};
use plimsoll_disk::Fault;
use plimsoll_log::NewRecord;
use plimsoll_model::{Action, Event, Id, Message, Place, State, Step};

use super::{
    CodeState,
    calls::Asked,
    names::{GROUP, NOW, REBALANCE_MS, SESSION_MS, TOPIC, member_id},
};

/// The broker at work on one step.
pub(crate) struct Drive<'a> {
    pub(crate) state: &'a mut CodeState,
    pub(crate) effects: Vec<Effect>,
    /// What the broker should not have answered.
    pub(crate) wrong: Option<String>,
}

impl Drive<'_> {
    fn ask(&mut self, asked: Asked, request: impl Into<Request>) {
        let call = self.state.calls.open(asked);
        let effects = self.state.broker.request(NOW, call, request.into());
        self.effects.extend(effects);
    }

    /// Asks what is answered at once.
    fn ask_now(&mut self, request: impl Into<Request>) -> Option<Response> {
        let call = self.state.calls.open(Asked::Other);
        let effects = self.state.broker.request(NOW, call, request.into());
        let mut answered = None;
        for effect in effects {
            match effect {
                Effect::Answer { call: c, response } if c == call => answered = Some(response),
                other => self.effects.push(other),
            }
        }
        if answered.is_some() {
            self.state.calls.close(call);
        }
        answered
    }

    fn expect(
        &mut self,
        what: &str,
        got: impl std::fmt::Debug + PartialEq,
        wanted: impl std::fmt::Debug + PartialEq,
    ) {
        let (got, wanted) = (format!("{got:?}"), format!("{wanted:?}"));
        if got != wanted {
            self.wrong.get_or_insert(format!(
                "{what} was answered {got}, the model says {wanted}"
            ));
        }
    }

    fn fire(&mut self, name: &TimerName) {
        match self
            .state
            .broker
            .timers()
            .into_iter()
            .find(|timer| timer.name == *name)
        {
            Some(timer) => {
                let effects = self.state.broker.fire(NOW, &timer);
                self.effects.extend(effects);
            }
            None => {
                self.wrong
                    .get_or_insert(format!("no timer is armed for {name:?}"));
            }
        }
    }

    fn join(&mut self, place: Place, member: Id, fresh: Id, known: bool) {
        let request = |member: Id| JoinGroup {
            group: GROUP.into(),
            member: member_id(member),
            instance: None,
            fresh_member_id: member_id(fresh),
            client_id: "c".into(),
            client_host: "/127.0.0.1".into(),
            session_timeout_ms: SESSION_MS,
            rebalance_timeout_ms: REBALANCE_MS,
            protocol_type: "consumer".into(),
            protocols: vec![Protocol {
                name: "range".into(),
                metadata: Arc::from(&b"t"[..]),
            }],
            version: 9,
        };
        if known {
            return self.ask(Asked::Join(place), request(member));
        }
        if member > 0 {
            let stale = join_error(self.ask_now(request(member)));
            self.expect(
                "JoinGroup with an id that is gone",
                stale,
                Some(ErrorCode::UnknownMemberId),
            );
        }
        let first = join_error(self.ask_now(request(0)));
        self.expect(
            "JoinGroup without an id",
            first,
            Some(ErrorCode::MemberIdRequired),
        );
        self.ask(Asked::Join(place), request(fresh));
    }

    fn heartbeat(&mut self, member: Id, generation: u8) -> Option<ErrorCode> {
        let request = Heartbeat {
            group: GROUP.into(),
            member: member_id(member),
            instance: None,
            generation: generation.into(),
        };
        match self.ask_now(request) {
            Some(Response::Group(GroupResponse::Heartbeat(r))) => Some(r.error),
            _ => None,
        }
    }

    fn sync(&mut self, place: Place, member: Id, generation: u8, owner: Option<(Id, Vec<Id>)>) {
        let assignments = owner.map_or_else(Vec::new, |(owner, members)| {
            let part = |id: Id| {
                if id == owner {
                    Arc::from(&b"t0"[..])
                } else {
                    Arc::from(&[][..])
                }
            };
            members
                .into_iter()
                .map(|id| (member_id(id), part(id)))
                .collect()
        });
        let request = SyncGroup {
            group: GROUP.into(),
            member: member_id(member),
            instance: None,
            generation: generation.into(),
            protocol_type: Some("consumer".into()),
            protocol_name: Some("range".into()),
            assignments,
            version: 5,
        };
        self.ask(Asked::Sync(place), request);
    }

    fn commit(&mut self, asked: Asked, message: Message) {
        let offset = OffsetToCommit {
            topic: TOPIC.into(),
            partition: 0,
            offset: message.offset.into(),
            leader_epoch: -1,
            metadata: "".into(),
        };
        let request = OffsetCommit {
            group: GROUP.into(),
            member: member_id(message.id),
            instance: None,
            generation: message.generation.into(),
            offsets: vec![offset],
            retention_ms: -1,
            version: 8,
        };
        self.ask(asked, request);
    }

    /// OffsetFetch: the committed offset, if there is one.
    fn fetch_committed(&mut self) -> Option<i64> {
        let request = OffsetFetch {
            group: GROUP.into(),
            require_stable: false,
            partitions: Some(vec![(TOPIC.into(), 0)]),
        };
        match self.ask_now(request) {
            Some(Response::Group(GroupResponse::Fetch(r))) => {
                r.partitions.first().map(|p| p.offset)
            }
            _ => None,
        }
    }

    /// The value of the record at an offset.
    fn fetch_record(&mut self, offset: u8) -> Option<u8> {
        let request = Fetch {
            topic: TOPIC.into(),
            partition: 0,
            offset: offset.into(),
            max_bytes: 1 << 20,
        };
        let Some(Response::Fetch(r)) = self.ask_now(request) else {
            return None;
        };
        let batch = r
            .batches
            .iter()
            .find(|b| b.header().base_offset == i64::from(offset))?;
        batch
            .records()
            .ok()?
            .first()?
            .value
            .as_ref()?
            .first()
            .copied()
    }

    /// Takes a step of the model. `step` is what came of it there.
    pub(crate) fn take(&mut self, before: &State, action: Action, step: &Step) {
        match action {
            Action::Produce => {
                let value = Some(Arc::from(&[step.state.data.produced][..]));
                let record = NewRecord {
                    value,
                    ..NewRecord::default()
                };
                let (topic, records) = (TOPIC.into(), vec![record]);
                self.ask(
                    Asked::Produce,
                    Produce {
                        topic,
                        partition: 0,
                        timestamp_ms: NOW.0,
                        records,
                    },
                );
            }
            Action::SyncData => self.flush(Flush::Data),
            Action::SyncOffsets => self.flush(Flush::Offsets),
            Action::Load => {
                let effects = self.state.broker.load(NOW);
                self.effects.extend(effects);
            }
            Action::EndJoin => self.fire(&TimerName::Join),
            Action::Expire(id) => self.fire(&TimerName::Session(member_id(id))),
            Action::GiveUp(place) => self
                .state
                .calls
                .abandon(|asked| asked == Asked::Commit(place)),
            Action::CrashConsumer(place) => {
                let of_place = [Asked::Join(place), Asked::Sync(place), Asked::Commit(place)];
                self.state.calls.abandon(|asked| of_place.contains(&asked));
            }
            Action::Commit(_) | Action::Retry(_) | Action::CrashBroker { .. } => {}
            _ => self.take_of_member(before, action, step),
        }
    }

    fn flush(&mut self, what: Flush) {
        let effects = self.state.broker.flush(NOW, what);
        self.effects.extend(effects);
    }

    fn take_of_member(&mut self, before: &State, action: Action, step: &Step) {
        match action {
            Action::Join(place) => {
                let id = before.member(place).id;
                let known = before.coordinator.members.contains(id);
                self.join(place, id, step.state.member(place).id, known);
            }
            Action::JoinCurrent(place) => {
                let id = before.member(place).id;
                self.join(place, id, id, true);
            }
            Action::Rejoin(place) => {
                let member = before.member(place);
                let description = self.heartbeat(member.id, member.generation);
                self.expect(
                    "a heartbeat during the rebalance",
                    description,
                    Some(ErrorCode::RebalanceInProgress),
                );
                self.join(place, member.id, member.id, true);
            }
            Action::FindOut(place) => {
                let member = before.member(place);
                let known = before.coordinator.members.contains(member.id);
                let wanted = if known {
                    ErrorCode::IllegalGeneration
                } else {
                    ErrorCode::UnknownMemberId
                };
                let description = self.heartbeat(member.id, member.generation);
                self.expect(
                    "the heartbeat of a member that is out of date",
                    description,
                    Some(wanted),
                );
            }
            Action::Lead(place, owner) => {
                let member = before.member(place);
                let members = before.coordinator.members.iter().collect();
                self.sync(place, member.id, member.generation, Some((owner, members)));
            }
            Action::Follow(place) => {
                let member = before.member(place);
                self.sync(place, member.id, member.generation, None);
            }
            _ => self.take_of_consumer(before, action, step),
        }
    }

    fn take_of_consumer(&mut self, before: &State, action: Action, step: &Step) {
        match action {
            Action::Fetch(_) => {
                let description = self.fetch_committed();
                let wanted = step.events.iter().find_map(|event| match event {
                    Event::Resumed { committed, .. } => Some(committed.map_or(-1, i64::from)),
                    _ => None,
                });
                self.expect("OffsetFetch", description, wanted);
            }
            Action::Process(place) => {
                let offset = before.member(place).position;
                let description = self.fetch_record(offset);
                self.expect("Fetch", description, Some(before.data.value(offset)));
            }
            Action::Arrive(place) => self.commit(
                Asked::Commit(place),
                before.member(place).sent.expect("offered"),
            ),
            Action::ArriveLate(place) => {
                self.commit(Asked::Nobody, before.member(place).late.expect("offered"))
            }
            Action::ArriveFailing(place) => {
                self.state.broker.disk_mut().fail_at(0, Fault::WriteIo);
                self.commit(
                    Asked::Commit(place),
                    before.member(place).sent.expect("offered"),
                );
            }
            _ => {}
        }
    }
}

fn join_error(response: Option<Response>) -> Option<ErrorCode> {
    match response {
        Some(Response::Group(GroupResponse::Join(r))) => Some(r.error),
        _ => None,
    }
}
