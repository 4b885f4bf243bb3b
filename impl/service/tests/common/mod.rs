//! A service in the hands of a test, on real files or on a disk that fails when it is told to.
#![allow(dead_code, reason = "each file of tests uses its own part")]

pub mod shared;

use std::sync::Arc;
use std::time::{Duration, Instant};

use plimsoll_coordinator::{
    ErrorCode, GroupRequest, GroupResponse, JoinGroup, JoinGroupResponse, LeaveGroup,
    LeavingMember, OffsetCommit, OffsetFetch, OffsetToCommit, Protocol, SyncGroup, Timestamp,
};
use plimsoll_disk::Disk;
use plimsoll_offsets::Text;
use plimsoll_service::{
    Clock, Config, Counters, ManualClock, Service, Status, SystemClock, Ticket,
};

/// Longer than anything here takes on any machine; reached only if somebody hangs.
pub const LONG: Duration = Duration::from_secs(60);

/// Four partitions, one topic `t` with a thousand partitions.
pub fn config() -> Config {
    Config {
        offsets_partitions: 4,
        topics: [("t", 1_000)].into_iter().collect(),
        commit_timeout: LONG,
        tick: Duration::from_millis(1),
        ..Config::default()
    }
}

pub struct World<D: Disk + Clone + Send + 'static> {
    pub service: Service<D>,
    pub counters: Arc<Counters>,
}

impl<D: Disk + Clone + Send + 'static> World<D> {
    pub fn start(disk: D, config: &Config) -> World<D> {
        World::with_clock(disk, config, Arc::new(SystemClock::new()))
    }

    pub fn with_clock(disk: D, config: &Config, clock: Arc<dyn Clock>) -> World<D> {
        let counters = Arc::new(Counters::default());
        let service = Service::start(disk, config, clock, Arc::clone(&counters) as _);
        World {
            service: service.expect("nothing is wrong with the disk yet"),
            counters,
        }
    }

    /// Started, elected and loaded.
    pub fn active(disk: D, config: &Config) -> World<D> {
        let world = World::start(disk, config);
        world.service.elect_all();
        world.until_active();
        world
    }

    pub fn until(&self, what: &str, condition: impl Fn(&Service<D>) -> bool) {
        let begun = Instant::now();
        while !condition(&self.service) {
            assert!(begun.elapsed() < LONG, "never: {what}");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    pub fn until_active(&self) {
        self.until("active", |service| {
            let active = |p| matches!(service.status(p), Some((Status::Active, _)));
            (0..service.partitions()).all(active)
        });
    }

    pub fn ask(&self, request: GroupRequest) -> GroupResponse {
        answer(self.service.ask(request))
    }

    /// What the group would resume at in partition `partition` of topic `t`.
    pub fn committed(&self, group: &str, partition: i32) -> i64 {
        match self.ask(fetch(group, Some(partition), true)) {
            GroupResponse::Fetch(r) => {
                assert_eq!(r.error, ErrorCode::None);
                assert_eq!(r.partitions[0].error, ErrorCode::None);
                r.partitions[0].offset
            }
            other => panic!("{other:?}"),
        }
    }

    pub fn commit(&self, group: &str, partition: i32, offset: i64) -> ErrorCode {
        error_of(&self.ask(commit(group, partition, offset)))
    }
}

pub fn answer(ticket: Ticket<GroupResponse>) -> GroupResponse {
    ticket.wait(LONG).expect("everybody is answered")
}

pub fn clock_at(ms: i64) -> Arc<ManualClock> {
    let clock = ManualClock::default();
    clock.set(Timestamp(ms));
    Arc::new(clock)
}

/// By a client outside the group protocol.
pub fn commit(group: &str, partition: i32, offset: i64) -> GroupRequest {
    GroupRequest::Commit(OffsetCommit {
        group: group.into(),
        member: "".into(),
        instance: None,
        generation: -1,
        offsets: vec![to_commit(partition, offset)],
        retention_ms: -1,
        version: 8,
    })
}

pub fn to_commit(partition: i32, offset: i64) -> OffsetToCommit {
    OffsetToCommit {
        topic: "t".into(),
        partition,
        offset,
        leader_epoch: 1,
        metadata: "m".into(),
    }
}

pub fn fetch(group: &str, partition: Option<i32>, require_stable: bool) -> GroupRequest {
    GroupRequest::Fetch(OffsetFetch {
        group: group.into(),
        require_stable,
        partitions: partition.map(|p| vec![("t".into(), p)]),
    })
}

/// The first error in an answer.
pub fn error_of(response: &GroupResponse) -> ErrorCode {
    match response {
        GroupResponse::Join(r) => r.error,
        GroupResponse::Sync(r) => r.error,
        GroupResponse::Heartbeat(r) => r.error,
        GroupResponse::Leave(r) => r.error,
        GroupResponse::Commit(r) => r.partitions[0].error,
        GroupResponse::TxnCommit(r) => r.partitions[0].error,
        GroupResponse::EndTxn(r) => r.error,
        GroupResponse::Fetch(r) => r.error,
        GroupResponse::OffsetDelete(r) => r.error,
        GroupResponse::Delete(r) => r.groups[0].1,
        GroupResponse::Describe(r) => r.groups[0].error,
        GroupResponse::List(r) => r.error,
    }
}

pub fn join(group: &str, member: &str, fresh: &str) -> GroupRequest {
    GroupRequest::Join(JoinGroup {
        group: group.into(),
        member: member.into(),
        instance: None,
        fresh_member_id: fresh.into(),
        client_id: "client".into(),
        client_host: "host".into(),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 10_000,
        protocol_type: "consumer".into(),
        protocols: vec![Protocol {
            name: "range".into(),
            metadata: b"subscription"[..].into(),
        }],
        version: 3,
    })
}

pub fn sync(group: &str, joined: &JoinGroupResponse) -> GroupRequest {
    let assignments = joined.members.iter();
    let assignments = assignments.map(|m| (m.member.clone(), m.member.as_bytes().into()));
    GroupRequest::Sync(SyncGroup {
        group: group.into(),
        member: joined.member.clone(),
        instance: None,
        generation: joined.generation,
        protocol_type: None,
        protocol_name: None,
        assignments: assignments.collect(),
        version: 3,
    })
}

pub fn leave(group: &str, member: &str) -> GroupRequest {
    GroupRequest::Leave(LeaveGroup {
        group: group.into(),
        members: vec![LeavingMember {
            member: member.into(),
            instance: None,
        }],
        version: 3,
    })
}

/// Groups of which each is in another partition of four.
pub fn one_group_in_each() -> Vec<Text> {
    let place = |name: &str| plimsoll_offsets::partition_for(name, 4);
    let find = |partition| {
        let mut names = (0..).map(|n| format!("group-{n}"));
        names.find(|name| place(name) == Some(partition))
    };
    (0..4).filter_map(find).map(Text::from).collect()
}
