//! Offsets topics that our coordinator writes, in the words of Kafka's own decoder.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use plimsoll_coordinator::{
    DeleteGroups, EndTransaction, GroupRequest, GroupResponse, JoinGroup, LeaveGroup,
    LeavingMember, OffsetCommit, OffsetDelete, OffsetToCommit, Protocol, SyncGroup,
    TxnOffsetCommit,
};
use plimsoll_disk::RealDisk;
use plimsoll_log::{Log, LogConfig};
use plimsoll_offsets::{Ended, Entry, OffsetsRecord, Producer};
use plimsoll_service::{Config, Counters, Service, Status, SystemClock};

use crate::dump::{self, Dumped};
use crate::tool::Tool;
use crate::topic::{Stored, batches_of, stored_in};
use crate::{batches, complaints, differences, files, gaps};

const PARTITION: &str = "__consumer_offsets-0";
/// Reached only if somebody hangs.
const LONG: Duration = Duration::from_secs(60);

fn config() -> Config {
    Config {
        offsets_partitions: 1,
        topics: [("orders", 9), ("платежи", 2)].into_iter().collect(),
        commit_timeout: LONG,
        log: log_config(),
        ..Config::default()
    }
}

fn log_config() -> LogConfig {
    LogConfig {
        segment_bytes: 1500,
        index_interval_bytes: 300,
        compact: true,
        ..LogConfig::default()
    }
}

/// A client's part: requests one after another, each answered without an error.
struct Client(Service<RealDisk>);

impl Client {
    fn start(data: &Path) -> Client {
        let disk = RealDisk::open(data).expect("it opens");
        let clock = Arc::new(SystemClock::new());
        let counters = Arc::new(Counters::default());
        let service = Service::start(disk, &config(), clock, counters).expect("it starts");
        service.elect_all();
        let begun = Instant::now();
        while !matches!(service.status(0), Some((Status::Active, _))) {
            assert!(begun.elapsed() < LONG, "it never loads");
            std::thread::sleep(Duration::from_millis(1));
        }
        Client(service)
    }

    fn ask(&self, request: GroupRequest) -> GroupResponse {
        let answer = self.0.ask(request).wait(LONG).expect("an answer");
        let description = format!("{answer:?}");
        assert_eq!(
            description.matches("error: ").count(),
            description.matches("error: None").count(),
            "{description}"
        );
        answer
    }

    /// A static member and a dynamic one: joined, synced, committed, one of them gone again.
    fn generation(&self) {
        let GroupResponse::Join(joined) = self.ask(join("workers", Some("instance-1"))) else {
            panic!("another answer");
        };
        let assignment = (joined.member.clone(), assignment("orders", &[0, 1]).into());
        self.ask(GroupRequest::Sync(SyncGroup {
            group: "workers".into(),
            member: joined.member.clone(),
            instance: Some("instance-1".into()),
            generation: joined.generation,
            protocol_type: Some("consumer".into()),
            protocol_name: Some("range".into()),
            assignments: vec![assignment],
            version: 5,
        }));
        for offset in [5, 6] {
            self.ask(GroupRequest::Commit(OffsetCommit {
                group: "workers".into(),
                member: joined.member.clone(),
                instance: Some("instance-1".into()),
                generation: joined.generation,
                offsets: vec![
                    to_commit("orders", 0, offset),
                    to_commit("orders", 1, offset),
                ],
                retention_ms: -1,
                version: 8,
            }));
        }
        self.ask(GroupRequest::Leave(LeaveGroup {
            group: "workers".into(),
            members: vec![LeavingMember {
                member: "".into(),
                instance: Some("instance-1".into()),
            }],
            version: 5,
        }));
    }

    fn simple(&self, group: &str, offsets: Vec<OffsetToCommit>) {
        self.ask(GroupRequest::Commit(OffsetCommit {
            group: group.into(),
            member: "".into(),
            instance: None,
            generation: -1,
            offsets,
            retention_ms: -1,
            version: 8,
        }));
    }

    /// Commits in a transaction, which is ended unless it stays open.
    fn transaction(&self, id: i64, offset: i64, ended: Option<Ended>) {
        let producer = Producer { id, epoch: 2 };
        self.ask(GroupRequest::TxnCommit(TxnOffsetCommit {
            group: "eos".into(),
            member: "".into(),
            instance: None,
            generation: -1,
            producer,
            offsets: vec![
                to_commit("orders", 3, offset),
                to_commit("orders", 4, offset),
            ],
        }));
        if let Some(ended) = ended {
            self.ask(GroupRequest::EndTxn(EndTransaction {
                producer,
                coordinator_epoch: 6,
                ended,
            }));
        }
    }

    fn tombstones(&self) {
        self.ask(GroupRequest::OffsetDelete(OffsetDelete {
            group: "simple".into(),
            partitions: vec![("orders".into(), 1)],
        }));
        self.ask(GroupRequest::Delete(DeleteGroups {
            groups: vec!["doomed".into(), "workers".into()],
        }));
    }
}

fn to_commit(topic: &str, partition: i32, offset: i64) -> OffsetToCommit {
    OffsetToCommit {
        topic: topic.into(),
        partition,
        offset,
        leader_epoch: partition - 1,
        metadata: ["", "m", "заметка \u{0}"][offset as usize % 3].into(),
    }
}

fn join(group: &str, instance: Option<&str>) -> GroupRequest {
    GroupRequest::Join(JoinGroup {
        group: group.into(),
        member: "".into(),
        instance: instance.map(Into::into),
        fresh_member_id: "a-member".into(),
        client_id: "клиент".into(),
        client_host: "/127.0.0.1".into(),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 20_000,
        protocol_type: "consumer".into(),
        protocols: vec![Protocol {
            name: "range".into(),
            metadata: subscription("orders").into(),
        }],
        version: 5,
    })
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as i16).to_be_bytes()[..], text.as_bytes()].concat()
}

/// Version 3: a topic, no user data, nothing owned, no generation, no rack.
fn subscription(topic: &str) -> Vec<u8> {
    let (none, one, zero) = ([0xff; 4], 1i32.to_be_bytes(), 0i32.to_be_bytes());
    let parts = [
        &[0, 3][..],
        &one,
        &text(topic),
        &none,
        &zero,
        &none,
        &[0xff; 2],
    ];
    parts.concat()
}

/// Version 0: partitions of a topic, no user data.
fn assignment(topic: &str, partitions: &[i32]) -> Vec<u8> {
    let count = (partitions.len() as i32).to_be_bytes();
    let numbers: Vec<u8> = partitions.iter().flat_map(|it| it.to_be_bytes()).collect();
    let parts = [
        &[0, 0][..],
        &1i32.to_be_bytes(),
        &text(topic),
        &count,
        &numbers,
        &[0xff; 4],
    ];
    parts.concat()
}

/// Everything that a coordinator writes, closed in good order.
fn write(data: &Path) {
    let client = Client::start(data);
    client.generation();
    for offset in 0..9 {
        client.simple(
            "simple",
            vec![
                to_commit("orders", 1, offset),
                to_commit("платежи", 0, offset),
            ],
        );
    }
    client.simple("doomed", vec![to_commit("orders", 8, 1)]);
    client.simple("группа", vec![to_commit("orders", 0, i64::MAX)]);
    client.transaction(11, 100, Some(Ended::Committed));
    client.transaction(12, 200, Some(Ended::Aborted));
    client.transaction(13, 300, None);
    client.tombstones();
    client.0.shutdown().expect("it can be closed");
}

/// Holds the topic against what Kafka's decoder says of it; gives how many records of each kind there were.
fn compare(tool: &Tool, data: &Path) -> Vec<(&'static str, usize)> {
    let segments = files(&data.join(PARTITION), "log");
    assert!(segments.len() > 1, "{segments:?}");
    let args = ["--offsets-decoder", "--deep-iteration"];
    let said = tool.dump(&args, &segments);
    assert_eq!(complaints(&said.complaints), gaps(&segments));
    for (dumped, file) in said.files.iter().zip(&segments) {
        assert_eq!(differences(dumped, &batches(file)), [""; 0]);
    }
    let dumped = dump::parse(&said.text);
    let stored: Vec<Stored> = segments
        .iter()
        .flat_map(|file| batches_of(&std::fs::read(file).expect("it is there")))
        .flat_map(|batch| stored_in(0, &batch))
        .collect();
    assert_eq!(dumped.len(), stored.len());
    for (dumped, stored) in dumped.iter().zip(&stored) {
        dumped.compare(stored);
    }
    let count = |kind: fn(&Stored) -> bool| stored.iter().filter(|it| kind(it)).count();
    let is = |entry: &Entry, offset: bool, tombstone: bool| match entry {
        Entry::Record { record, .. } => match record {
            OffsetsRecord::Offset { value, .. } => offset && value.is_none() == tombstone,
            OffsetsRecord::Group { value, .. } => !offset && value.is_none() == tombstone,
            _ => false,
        },
        Entry::Marker { .. } => false,
    };
    let of = |offset, tombstone| {
        stored
            .iter()
            .filter(|it| is(&it.entry, offset, tombstone))
            .count()
    };
    vec![
        ("commits", of(true, false)),
        ("deleted commits", of(true, true)),
        ("generations", of(false, false)),
        ("deleted groups", of(false, true)),
        (
            "in transactions",
            count(|it| {
                matches!(
                    it.entry,
                    Entry::Record {
                        producer: Some(_),
                        ..
                    }
                )
            }),
        ),
        (
            "markers",
            count(|it| matches!(it.entry, Entry::Marker { .. })),
        ),
    ]
}

#[test]
fn offsets_topics_that_we_write_mean_the_same_to_kafka() {
    let Some(tool) = Tool::ready() else { return };
    let data = tempfile::tempdir().expect("a directory");
    write(data.path());
    let whole = compare(&tool, data.path());
    println!("{whole:?}");
    assert!(whole.iter().all(|(_, count)| *count > 0), "{whole:?}");
    // And compacted.
    let mut disk = RealDisk::open(data.path()).expect("nobody has it");
    let config = Arc::new(log_config());
    let (mut log, _) = Log::open(&mut disk, PARTITION, config, 0).expect("it opens");
    log.roll(&mut disk).expect("there is room");
    log.sync(&mut disk).expect("it can be synced");
    let report = log.clean(&mut disk, 0).expect("it can be compacted");
    assert!(report.bytes_after < report.bytes_before, "{report:?}");
    log.close(&mut disk).expect("it can be closed");
    let compacted = compare(&tool, data.path());
    println!("compacted: {compacted:?}");
    assert!(compacted[0].1 < whole[0].1, "{compacted:?}");
}

/// The comparison would see it: another value, another key, another producer.
#[test]
fn what_means_something_else_is_seen() {
    let Some(tool) = Tool::ready() else { return };
    let data = tempfile::tempdir().expect("a directory");
    write(data.path());
    let segments = files(&data.path().join(PARTITION), "log");
    let said = tool.dump(&["--offsets-decoder"], &segments[..1]);
    let (dumped, bytes) = (
        dump::parse(&said.text),
        std::fs::read(&segments[0]).expect("it is there"),
    );
    let stored: Vec<Stored> = batches_of(&bytes)
        .iter()
        .flat_map(|batch| stored_in(0, batch))
        .collect();
    let differs = |dumped: &Dumped, stored: &Stored| {
        let (dumped, stored) = (std::panic::AssertUnwindSafe(dumped), stored.clone());
        std::panic::catch_unwind(move || dumped.compare(&stored)).is_err()
    };
    assert!(dumped.len() > 5);
    for (index, dumped) in dumped.iter().enumerate() {
        assert!(!differs(dumped, &stored[index]));
        assert!(differs(dumped, &stored[(index + 1) % stored.len()]));
        let mut other = stored[index].clone();
        other.timestamp_ms += 1;
        assert!(differs(dumped, &other) || matches!(dumped, Dumped::Marker { .. }));
    }
}
