//! What the benches ask for.

use std::sync::Arc;

use plimsoll_coordinator::{
    Coordinator, CoordinatorConfig, Decisions, GroupRequest, JoinGroup, OffsetCommit,
    OffsetToCommit, Protocol, SyncGroup, Topics,
};

pub const TOPIC: &str = "orders";
pub const MEMBER: &str = "consumer-1-8d5c3a52-7f1e-4b55-9a0d-0f3a4b1c2d3e";

pub fn group(number: usize) -> String {
    format!("group-{number}")
}

pub fn topics() -> Topics {
    [(TOPIC, 1_000)].into_iter().collect()
}

pub fn coordinator(leader_epoch: i32) -> Coordinator {
    let config = CoordinatorConfig {
        session_timeout_min_ms: 0,
        session_timeout_max_ms: i32::MAX,
        ..CoordinatorConfig::default()
    };
    let decisions = Decisions::default();
    Coordinator::new(
        Arc::new(config),
        decisions,
        Arc::new(topics()),
        leader_epoch,
    )
}

pub fn join(group: &str) -> GroupRequest {
    GroupRequest::Join(JoinGroup {
        group: group.into(),
        member: "".into(),
        instance: None,
        fresh_member_id: MEMBER.into(),
        client_id: "consumer-1".into(),
        client_host: "10.0.0.1".into(),
        session_timeout_ms: i32::MAX,
        rebalance_timeout_ms: 60_000,
        protocol_type: "consumer".into(),
        protocols: vec![Protocol {
            name: "range".into(),
            metadata: vec![0; 24].into(),
        }],
        version: 3,
    })
}

pub fn sync(group: &str) -> GroupRequest {
    GroupRequest::Sync(SyncGroup {
        group: group.into(),
        member: MEMBER.into(),
        instance: None,
        generation: 1,
        protocol_type: None,
        protocol_name: None,
        assignments: vec![(MEMBER.into(), vec![0; 32].into())],
        version: 3,
    })
}

/// By a client outside the group protocol if `generation` is negative.
pub fn commit(group: &str, generation: i32, partition: i32, offset: i64) -> GroupRequest {
    GroupRequest::Commit(OffsetCommit {
        group: group.into(),
        member: if generation < 0 { "" } else { MEMBER }.into(),
        instance: None,
        generation,
        offsets: vec![OffsetToCommit {
            topic: TOPIC.into(),
            partition,
            offset,
            leader_epoch: 3,
            metadata: "".into(),
        }],
        retention_ms: -1,
        version: 8,
    })
}
