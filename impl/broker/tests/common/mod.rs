//! A driver for the broker: sends requests and keeps what comes back.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;

use plimsoll_broker::*;
use plimsoll_disk::{Disk, Faulty, SimDisk};

pub const NOW: Timestamp = Timestamp(1_000);

pub fn config() -> Config {
    Config::with_topics(&[("t", 1)])
}

pub fn deciding(decisions: Decisions) -> Config {
    Config {
        decisions,
        ..config()
    }
}

/// A broker, every answer it gave, and the reason if it stopped.
#[derive(Clone)]
pub struct Driver<D> {
    pub broker: Broker<D>,
    calls: u64,
    answers: BTreeMap<CallId, Response>,
    pub stopped: Option<StopReason>,
}

impl<D: Disk + std::fmt::Debug> Driver<D> {
    pub fn start(disk: D, config: &Config) -> Driver<D> {
        Driver::serve(Broker::open(disk, config).unwrap())
    }

    /// Loads the offsets topic of an open broker.
    pub fn serve(broker: Broker<D>) -> Driver<D> {
        let mut driver = Driver {
            broker,
            calls: 0,
            answers: BTreeMap::new(),
            stopped: None,
        };
        let effects = driver.broker.load(NOW);
        driver.note(effects);
        driver
    }

    fn note(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Answer { call, response } => {
                    assert!(
                        self.answers.insert(call, response).is_none(),
                        "{call:?} was answered twice"
                    );
                }
                Effect::FailStop { reason } => self.stopped = Some(reason),
                Effect::SetTimer { .. } | Effect::CancelTimer { .. } => {}
            }
        }
    }

    pub fn send(&mut self, request: impl Into<Request>) -> CallId {
        self.calls += 1;
        let call = CallId(self.calls);
        let effects = self.broker.request(NOW, call, request.into());
        self.note(effects);
        call
    }

    pub fn flush(&mut self, what: Flush) {
        let effects = self.broker.flush(NOW, what);
        self.note(effects);
    }

    pub fn unload(&mut self, index: usize) {
        let effects = self.broker.resign(NOW, index);
        self.note(effects);
    }

    pub fn reload(&mut self) {
        let effects = self.broker.load(NOW);
        self.note(effects);
    }

    /// What a commit without a generation is told at once.
    pub fn error_of_commit(&mut self) -> Option<ErrorCode> {
        let call = self.send(commit(-1, 5));
        self.error(call)
    }

    pub fn fire(&mut self, timer: &TimerId) {
        let effects = self.broker.fire(NOW, timer);
        self.note(effects);
    }

    pub fn answer(&self, call: CallId) -> Option<&Response> {
        self.answers.get(&call)
    }

    /// The error in the answer, none if there is no answer yet.
    pub fn error(&self, call: CallId) -> Option<ErrorCode> {
        self.answer(call).map(error_of)
    }

    pub fn ask(&mut self, request: impl Into<Request>) -> Option<Response> {
        let call = self.send(request);
        self.answer(call).cloned()
    }

    /// Member `a` joins group `g` (the only partition of topic `t` is assigned to it), durably.
    pub fn settle(&mut self) {
        self.send(join("a"));
        self.send(sync("a", 1));
        self.flush(Flush::Offsets);
    }

    /// The values in the data log that a consumer may see.
    pub fn visible(&mut self) -> Vec<String> {
        match self.ask(fetch(0)) {
            Some(Response::Fetch(answer)) => {
                assert_eq!(answer.error, ErrorCode::None);
                let records = answer.batches.iter().flat_map(|b| b.records().unwrap());
                records
                    .map(|r| String::from_utf8(r.value.unwrap().to_vec()).unwrap())
                    .collect()
            }
            other => panic!("{other:?}"),
        }
    }

    /// The offset that a fetch at the high watermark answers.
    pub fn committed(&mut self) -> i64 {
        match self.ask(offset_fetch(false)) {
            Some(Response::Group(GroupResponse::Fetch(answer))) => answer.partitions[0].offset,
            other => panic!("{other:?}"),
        }
    }

    pub fn form(&self) -> Vec<u8> {
        let mut form = Vec::new();
        self.broker.canonical_bytes(&mut form);
        form
    }
}

/// The simulated disk, on which a test may arm faults.
pub fn sim() -> Driver<Faulty<SimDisk>> {
    Driver::start(Faulty::new(SimDisk::new()), &config())
}

pub fn error_of(response: &Response) -> ErrorCode {
    match response {
        Response::Produce(r) => r.error,
        Response::Fetch(r) => r.error,
        Response::Group(GroupResponse::Join(r)) => r.error,
        Response::Group(GroupResponse::Sync(r)) => r.error,
        Response::Group(GroupResponse::Heartbeat(r)) => r.error,
        Response::Group(GroupResponse::Leave(r)) => r.error,
        Response::Group(GroupResponse::Commit(r)) => r.partitions[0].error,
        Response::Group(GroupResponse::Fetch(r)) => r.error,
        Response::Group(GroupResponse::TxnCommit(r)) => r.partitions[0].error,
        Response::Group(GroupResponse::Delete(r)) => r.groups[0].1,
        Response::Group(GroupResponse::List(r)) => r.error,
        Response::Group(GroupResponse::EndTxn(r)) => r.error,
        Response::Group(other) => panic!("{other:?}"),
    }
}

/// Errors of the whole answer and of its parts.
pub fn errors(response: &Response) -> Vec<ErrorCode> {
    let Response::Group(response) = response else {
        return vec![error_of(response)];
    };
    match response {
        GroupResponse::Commit(r) => r.partitions.iter().map(|p| p.error).collect(),
        GroupResponse::TxnCommit(r) => r.partitions.iter().map(|p| p.error).collect(),
        GroupResponse::Leave(r) if r.error == ErrorCode::None => {
            r.members.iter().map(|m| m.error).collect()
        }
        GroupResponse::Leave(r) => vec![r.error],
        GroupResponse::OffsetDelete(r) if r.error == ErrorCode::None => {
            r.partitions.iter().map(|p| p.error).collect()
        }
        GroupResponse::OffsetDelete(r) => vec![r.error],
        GroupResponse::EndTxn(r) => vec![r.error],
        GroupResponse::Delete(r) => r.groups.iter().map(|(_, error)| *error).collect(),
        GroupResponse::Describe(r) => r.groups.iter().map(|group| group.error).collect(),
        other => vec![error_of(&Response::Group(other.clone()))],
    }
}

pub fn bytes(text: &str) -> Bytes {
    text.as_bytes().into()
}

/// An old client, which need not be told its id first.
pub fn join(member: &str) -> JoinGroup {
    JoinGroup {
        group: "g".into(),
        member: "".into(),
        instance: None,
        fresh_member_id: member.into(),
        client_id: "client".into(),
        client_host: "/host".into(),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 60_000,
        protocol_type: "consumer".into(),
        protocols: vec![Protocol {
            name: "range".into(),
            metadata: bytes("t"),
        }],
        version: 3,
    }
}

pub fn sync(member: &str, generation: i32) -> SyncGroup {
    SyncGroup {
        group: "g".into(),
        member: member.into(),
        instance: None,
        generation,
        protocol_type: None,
        protocol_name: None,
        assignments: vec![(member.into(), bytes("t-0"))],
        version: 3,
    }
}

pub fn heartbeat(member: &str, generation: i32) -> Heartbeat {
    Heartbeat {
        group: "g".into(),
        member: member.into(),
        instance: None,
        generation,
    }
}

pub fn commit(generation: i32, offset: i64) -> OffsetCommit {
    OffsetCommit {
        group: "g".into(),
        member: if generation < 0 {
            "".into()
        } else {
            "a".into()
        },
        instance: None,
        generation,
        offsets: vec![OffsetToCommit {
            topic: "t".into(),
            partition: 0,
            offset,
            leader_epoch: 0,
            metadata: "".into(),
        }],
        retention_ms: -1,
        version: 8,
    }
}

pub fn offset_fetch(require_stable: bool) -> OffsetFetch {
    OffsetFetch {
        group: "g".into(),
        require_stable,
        partitions: Some(vec![("t".into(), 0)]),
    }
}

pub fn produce(values: &[&str]) -> Produce {
    let record = |value: &&str| NewRecord {
        value: Some(bytes(value)),
        ..NewRecord::default()
    };
    Produce {
        topic: "t".into(),
        partition: 0,
        timestamp_ms: 5,
        records: values.iter().map(record).collect(),
    }
}

pub fn fetch(offset: i64) -> Fetch {
    Fetch {
        topic: "t".into(),
        partition: 0,
        offset,
        max_bytes: 1 << 20,
    }
}
