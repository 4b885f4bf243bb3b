//! The coordinator held to Kafka's rules, API by API, and to the promises that they serve.
//!
//! Tables have one column for each state of the group, in the order of [`COLUMNS`].

mod administration;
mod commit;
mod decisions;
mod edges;
mod fetch;
mod heartbeat;
mod join;
mod leave;
mod loading;
mod peer;
mod protocols;
mod retention;
mod room;
mod statics;
mod sync;
mod timers;
mod transactions;
mod undo;

use crate::*;
use plimsoll_offsets::{Bytes, Ended, Entry, OffsetsRecord, Producer, Text};
use std::sync::Arc;

/// The errors by their short names in the tables.
mod short {
    use crate::ErrorCode;
    pub(super) const NONE: Option<ErrorCode> = Some(ErrorCode::None);
    pub(super) const CNA: Option<ErrorCode> = Some(ErrorCode::CoordinatorNotAvailable);
    pub(super) const UMID: Option<ErrorCode> = Some(ErrorCode::UnknownMemberId);
    pub(super) const ILG: Option<ErrorCode> = Some(ErrorCode::IllegalGeneration);
    pub(super) const RIP: Option<ErrorCode> = Some(ErrorCode::RebalanceInProgress);
    pub(super) const IGP: Option<ErrorCode> = Some(ErrorCode::InconsistentGroupProtocol);
    pub(super) const MIR: Option<ErrorCode> = Some(ErrorCode::MemberIdRequired);
    pub(super) const FII: Option<ErrorCode> = Some(ErrorCode::FencedInstanceId);
    pub(super) const FULL: Option<ErrorCode> = Some(ErrorCode::GroupMaxSizeReached);
    pub(super) const NEG: Option<ErrorCode> = Some(ErrorCode::NonEmptyGroup);
    pub(super) const GNF: Option<ErrorCode> = Some(ErrorCode::GroupIdNotFound);
    /// No answer yet.
    pub(super) const WAIT: Option<ErrorCode> = None;
}

const COLUMNS: [Column; 6] = [
    Column::Missing,
    Column::Dead,
    Column::Empty,
    Column::Preparing,
    Column::Completing,
    Column::Stable,
];

/// The state of group `g` in a column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Missing,
    Dead,
    /// Emptied: its last member left.
    Empty,
    /// Members `a` (the leader) and `b` of generation [`GENERATION`]; `b` has rejoined, `a` has not.
    Preparing,
    /// Both have joined, none has synced.
    Completing,
    /// Both have synced.
    Stable,
}

/// The generation of `a` and `b` in the columns where they are members.
const GENERATION: i32 = 2;

/// A coordinator with the log that its owner would keep.
#[derive(Clone)]
struct World {
    coordinator: Coordinator,
    /// The records, markers and transactions left out.
    log: Vec<OffsetsRecord>,
    /// Everything in the log.
    entries: Vec<Entry>,
    now: Timestamp,
    calls: u64,
    /// Every answer given, in order.
    answers: Vec<(CallId, GroupResponse)>,
    /// Every timer change, in order.
    timers: Vec<TimerChange>,
}

const NOW: Timestamp = Timestamp(1_000);

impl World {
    fn new() -> World {
        World::with(CoordinatorConfig::default(), Decisions::default())
    }

    fn with(config: CoordinatorConfig, decisions: Decisions) -> World {
        World::loaded(config, decisions, Vec::new())
    }

    /// A coordinator that has loaded this log.
    fn loaded(config: CoordinatorConfig, decisions: Decisions, log: Vec<OffsetsRecord>) -> World {
        let record = |record| Entry::Record {
            producer: None,
            record,
        };
        World::loaded_from(config, decisions, log.into_iter().map(record).collect())
    }

    fn loaded_from(config: CoordinatorConfig, decisions: Decisions, entries: Vec<Entry>) -> World {
        let mut coordinator = World::loading(config, decisions);
        for (offset, entry) in (0..).zip(&entries) {
            coordinator.apply(offset, entry);
        }
        let end = entries.len() as i64;
        let records = entries.iter().filter_map(|entry| match entry {
            Entry::Record { record, .. } => Some(record.clone()),
            Entry::Marker { .. } => None,
        });
        let mut world = World {
            coordinator,
            log: records.collect(),
            entries,
            now: NOW,
            calls: 0,
            answers: Vec::new(),
            timers: Vec::new(),
        };
        let outcome = world.coordinator.finish_load(NOW, end, end);
        world.note(outcome);
        world
    }

    fn loading(config: CoordinatorConfig, decisions: Decisions) -> Coordinator {
        let topics = Arc::new([("t", 2)].into_iter().collect());
        Coordinator::new(Arc::new(config), decisions, topics, 1)
    }

    /// Group `g` in the state of a column.
    fn at(column: Column) -> World {
        let mut world = World::new();
        if column == Column::Missing {
            return world;
        }
        world.enter("a");
        if column == Column::Empty {
            world.ask(leave(&["a"]));
            world.raise();
            return world;
        }
        world.enter("b");
        world.ask(join("a"));
        if column != Column::Completing {
            world.sync_both();
        }
        match column {
            Column::Dead => drop(world.coordinator.begin_unload(NOW)),
            Column::Preparing => drop(world.ask(changed(join("b")))),
            _ => {}
        }
        world.answers.clear();
        world.timers.clear();
        world
    }

    /// Group `g` with members `a`, the leader, and static `s1` of instance `i`; in the join phase neither has rejoined.
    fn with_static(column: Column) -> World {
        let mut world = World::new();
        world.enter("a");
        world.send(static_join("", "i", "s1"));
        world.ask(join("a"));
        if column != Column::Completing {
            world.ask(sync("a", GENERATION, &[("a", "A"), ("s1", "S")]));
            world.ask(sync("s1", GENERATION, &[]));
            world.raise();
        }
        if column == Column::Preparing {
            world.enter_pending("n");
        }
        world.answers.clear();
        world.timers.clear();
        world
    }

    /// Somebody new begins a rebalance and leaves again, so that everybody is awaited.
    fn enter_pending(&mut self, id: &str) {
        self.enter(id);
        self.ask(leave(&[id]));
        assert_eq!(self.state().0, GroupState::PreparingRebalance);
    }

    /// Another coordinator, which has loaded the log of this one.
    fn reloaded(before: &World) -> World {
        World::loaded_from(
            CoordinatorConfig::clone(&before.coordinator.config),
            before.coordinator.decisions,
            before.entries.clone(),
        )
    }

    fn sync_both(&mut self) {
        self.sync_both_of(GENERATION);
    }

    fn sync_both_of(&mut self, generation: i32) {
        self.ask(sync("a", generation, &[("a", "A"), ("b", "B")]));
        self.ask(sync("b", generation, &[]));
        self.raise();
    }

    /// A new member joins under this id.
    fn enter(&mut self, id: &str) {
        assert_eq!(self.error(new_member(id, 4)), short::MIR);
        self.ask(join(id));
    }

    fn note(&mut self, outcome: Outcome) {
        self.answers
            .extend(outcome.answers.into_iter().map(|a| (a.call, a.response)));
        self.timers.extend(outcome.timers);
    }

    fn make(&mut self, step: Step) {
        let (log, entries) = (&mut self.log, &mut self.entries);
        let outcome = self.coordinator.append_and_apply(self.now, step, |step| {
            let base = entries.len() as i64;
            log.extend(step.records().iter().cloned());
            entries.extend(step.entries());
            Ok(base)
        });
        self.note(outcome);
    }

    /// Sends a request whose records are appended but not yet durable; gives its answer if there is one.
    fn ask(&mut self, request: GroupRequest) -> Option<GroupResponse> {
        let call = self.send(request);
        self.answer_to(call)
    }

    fn send(&mut self, request: GroupRequest) -> CallId {
        self.calls += 1;
        let call = CallId(self.calls);
        let step = self.coordinator.request(self.now, call, &request);
        self.make(step);
        call
    }

    /// The error of the answer, if there is an answer.
    fn error(&mut self, request: GroupRequest) -> Option<ErrorCode> {
        self.ask(request).map(|response| error_of(&response))
    }

    /// Sends a request whose append fails.
    fn ask_in_vain(&mut self, request: GroupRequest, error: ErrorCode) -> Option<GroupResponse> {
        self.calls += 1;
        let call = CallId(self.calls);
        let step = self.coordinator.request(NOW, call, &request);
        assert!(step.writes(), "nothing to append");
        let fails = |_: &Step| Err(error);
        let outcome = self.coordinator.append_and_apply(NOW, step, fails);
        self.note(outcome);
        self.answer_to(call)
    }

    fn answer_to(&self, call: CallId) -> Option<GroupResponse> {
        let mut answers = self.answers.iter().filter(|(to, _)| *to == call);
        let answer = answers.next().map(|(_, response)| response.clone());
        assert!(answers.next().is_none(), "{call:?} was answered twice");
        answer
    }

    /// Everything appended becomes durable.
    fn raise(&mut self) {
        let outcome = self
            .coordinator
            .high_watermark(self.now, self.entries.len() as i64, 1);
        self.note(outcome);
    }

    fn armed(&self, name: TimerName) -> Option<TimerId> {
        self.coordinator
            .timers()
            .into_iter()
            .find(|timer| timer.name == name)
    }

    fn fire(&mut self, name: TimerName) {
        let timer = self.armed(name).expect("an armed timer");
        let step = self.coordinator.fire(self.now, &timer);
        self.make(step);
    }

    /// One pass of expiry over group `g`, durably; how many records each of its steps wrote.
    fn expire(&mut self) -> Vec<usize> {
        let mut written = Vec::new();
        loop {
            let step = self.coordinator.expire_offsets(self.now, &"g".into());
            let count = step.records().len();
            self.make(step);
            self.raise();
            if count == 0 {
                return written;
            }
            written.push(count);
        }
    }

    /// Sends a request and makes what it appends durable; gives its answer.
    fn settle(&mut self, request: GroupRequest) -> Option<GroupResponse> {
        let call = self.send(request);
        self.raise();
        self.answer_to(call)
    }

    /// The offset of partition 0 that a fetch answers, and the error.
    fn offset(&mut self, require_stable: bool) -> (i64, ErrorCode) {
        match self.settle(fetch_request(require_stable)) {
            Some(GroupResponse::Fetch(r)) => (r.partitions[0].offset, r.partitions[0].error),
            other => panic!("{other:?}"),
        }
    }

    fn group(&self) -> GroupView {
        self.coordinator.group("g").expect("group g")
    }

    fn state(&self) -> (GroupState, i32) {
        (self.group().state, self.group().generation)
    }

    fn members(&self) -> Vec<Text> {
        self.group().members.into_iter().map(|m| m.member).collect()
    }

    fn form(&self) -> u64 {
        use std::hash::{DefaultHasher, Hasher};
        let mut hasher = DefaultHasher::new();
        self.coordinator.hash_canonical(&mut hasher);
        hasher.finish()
    }
}

fn bytes(text: &str) -> Bytes {
    text.as_bytes().into()
}

/// A subscription to these topics, as consumers write it.
fn subscription(topics: &[&str]) -> Bytes {
    let mut bytes = vec![0, 0];
    bytes.extend((topics.len() as i32).to_be_bytes());
    for topic in topics {
        bytes.extend((topic.len() as i16).to_be_bytes());
        bytes.extend(topic.as_bytes());
    }
    bytes.into()
}

/// The error of an answer; of a commit, the error of its first partition; of a leave, that of the request or else of
/// its first member.
fn error_of(response: &GroupResponse) -> ErrorCode {
    match response {
        GroupResponse::Join(r) => r.error,
        GroupResponse::Sync(r) => r.error,
        GroupResponse::Heartbeat(r) => r.error,
        GroupResponse::Leave(r) if r.error == ErrorCode::None => r.members[0].error,
        GroupResponse::Leave(r) => r.error,
        GroupResponse::Commit(r) => r.partitions[0].error,
        GroupResponse::Fetch(r) => r.error,
        GroupResponse::TxnCommit(r) => r.partitions[0].error,
        GroupResponse::EndTxn(r) => r.error,
        GroupResponse::OffsetDelete(r) if r.error == ErrorCode::None => r.partitions[0].error,
        GroupResponse::OffsetDelete(r) => r.error,
        GroupResponse::Delete(r) => r.groups[0].1,
        GroupResponse::Describe(r) => r.groups[0].error,
        GroupResponse::List(r) => r.error,
    }
}

fn join_request(member: &str, fresh: &str, version: i16) -> JoinGroup {
    JoinGroup {
        group: "g".into(),
        member: member.into(),
        instance: None,
        fresh_member_id: fresh.into(),
        client_id: "client".into(),
        client_host: "/host".into(),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 60_000,
        protocol_type: "consumer".into(),
        protocols: vec![Protocol {
            name: "range".into(),
            metadata: bytes("subscription"),
        }],
        version,
    }
}

/// A client without an id, which is to get `fresh`.
fn new_member(fresh: &str, version: i16) -> GroupRequest {
    GroupRequest::Join(join_request("", fresh, version))
}

fn join(member: &str) -> GroupRequest {
    GroupRequest::Join(join_request(member, "unused", 4))
}

/// A static client; `fresh` is the id it gets if it has none.
fn static_join(member: &str, instance: &str, fresh: &str) -> GroupRequest {
    with_instance(GroupRequest::Join(join_request(member, fresh, 9)), instance)
}

/// The same from a static client.
fn with_instance(mut request: GroupRequest, instance: &str) -> GroupRequest {
    let given = Some(Text::from(instance));
    match &mut request {
        GroupRequest::Join(r) => r.instance = given,
        GroupRequest::Sync(r) => r.instance = given,
        GroupRequest::Heartbeat(r) => r.instance = given,
        GroupRequest::Commit(r) => r.instance = given,
        GroupRequest::TxnCommit(r) => r.instance = given,
        other => panic!("{other:?} has no instance"),
    }
    request
}

/// The same with other metadata.
fn changed(request: GroupRequest) -> GroupRequest {
    match request {
        GroupRequest::Join(mut request) => {
            request.protocols[0].metadata = bytes("changed");
            GroupRequest::Join(request)
        }
        other => other,
    }
}

fn sync(member: &str, generation: i32, assignments: &[(&str, &str)]) -> GroupRequest {
    GroupRequest::Sync(SyncGroup {
        group: "g".into(),
        member: member.into(),
        instance: None,
        generation,
        protocol_type: Some("consumer".into()),
        protocol_name: Some("range".into()),
        assignments: assignments
            .iter()
            .map(|(id, a)| (Text::from(*id), bytes(a)))
            .collect(),
        version: 5,
    })
}

fn heartbeat(member: &str, generation: i32) -> GroupRequest {
    GroupRequest::Heartbeat(Heartbeat {
        group: "g".into(),
        member: member.into(),
        instance: None,
        generation,
    })
}

fn leave(members: &[&str]) -> GroupRequest {
    GroupRequest::Leave(LeaveGroup {
        group: "g".into(),
        members: members.iter().map(|id| leaving(id, None)).collect(),
        version: 5,
    })
}

fn leaving(member: &str, instance: Option<&str>) -> LeavingMember {
    LeavingMember {
        member: member.into(),
        instance: instance.map(Text::from),
    }
}

fn commit_to(partitions: &[i32], member: &str, generation: i32, offset: i64) -> OffsetCommit {
    let offset = |&partition: &i32| OffsetToCommit {
        topic: "t".into(),
        partition,
        offset,
        leader_epoch: 7,
        metadata: "m".into(),
    };
    OffsetCommit {
        group: "g".into(),
        member: member.into(),
        instance: None,
        generation,
        offsets: partitions.iter().map(offset).collect(),
        retention_ms: -1,
        version: 9,
    }
}

const PRODUCER: Producer = Producer { id: 7, epoch: 0 };

/// A commit of partition 0 in the transaction of [`PRODUCER`].
fn txn_commit(member: &str, generation: i32, offset: i64) -> GroupRequest {
    let plain = commit_to(&[0], member, generation, offset);
    GroupRequest::TxnCommit(TxnOffsetCommit {
        group: plain.group,
        member: plain.member,
        instance: None,
        generation,
        producer: PRODUCER,
        offsets: plain.offsets,
    })
}

fn end_txn(ended: Ended) -> GroupRequest {
    GroupRequest::EndTxn(EndTransaction {
        producer: PRODUCER,
        coordinator_epoch: 0,
        ended,
    })
}

fn commit(member: &str, generation: i32, offset: i64) -> GroupRequest {
    GroupRequest::Commit(commit_to(&[0], member, generation, offset))
}

fn fetch_request(require_stable: bool) -> GroupRequest {
    GroupRequest::Fetch(OffsetFetch {
        group: "g".into(),
        require_stable,
        partitions: Some(vec![("t".into(), 0)]),
    })
}

/// The offset in a fetch's answer.
fn offset_in(response: Option<GroupResponse>) -> Option<i64> {
    match response? {
        GroupResponse::Fetch(r) => r.partitions.first().map(|p| p.offset),
        other => panic!("not a fetch: {other:?}"),
    }
}

/// Asks `request` in every column and compares errors.
fn table(name: &str, request: &GroupRequest, expected: [Option<ErrorCode>; 6]) {
    for (column, expected) in COLUMNS.into_iter().zip(expected) {
        let found = World::at(column).error(request.clone());
        assert_eq!(found, expected, "{name}, {column:?}");
    }
}
