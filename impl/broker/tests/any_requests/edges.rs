//! Every field of every request, most often at an edge of what it can say.

use plimsoll_broker::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::common::bytes;

/// The groups that most requests are about.
pub(crate) const GROUPS: &[&str] = &["g", "", "é"];

/// With a number: some member of the group, or somebody who has been issued an id.
pub(crate) const SOMEBODY: &str = "somebody ";
/// The group's generation when the request is sent.
pub(crate) const CURRENT: i32 = 1_000;

/// A step of a story.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Ask(GroupRequest),
    Flush,
    Fire(Index),
    Crash,
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        20 => request().prop_map(Op::Ask),
        3 => Just(Op::Flush),
        2 => any::<Index>().prop_map(Op::Fire),
        1 => Just(Op::Crash),
    ]
}

fn repeated(text: &str, times: usize) -> Text {
    text.repeat(times).into()
}

fn group() -> impl Strategy<Value = Text> {
    prop_oneof![
        20 => Just("g".into()),
        3 => select(GROUPS).prop_map(Text::from),
        1 => Just(repeated("x", 32_768)),
    ]
}

fn member() -> impl Strategy<Value = Text> {
    prop_oneof![
        12 => (0..9).prop_map(|n| Text::from(format!("{SOMEBODY}{n}"))),
        4 => Just("".into()),
        1 => Just("never".into()),
        1 => Just(repeated("y", 40_000)),
    ]
}

fn instance() -> impl Strategy<Value = Option<Text>> {
    let names = select(vec!["i", "j", ""]).prop_map(Text::from);
    prop_oneof![
        9 => Just(None),
        4 => names.prop_map(Some),
        1 => Just(Some(repeated("z", 32_768))),
    ]
}

fn generation() -> impl Strategy<Value = i32> {
    let near = CURRENT - 1..=CURRENT + 1;
    let edges = select(vec![i32::MIN, 0, i32::MAX]);
    prop_oneof![12 => Just(CURRENT), 2 => near, 2 => Just(-1), 1 => edges]
}

fn edge_i32() -> impl Strategy<Value = i32> {
    select(vec![i32::MIN, -2, -1, 0, 1, 6_000, i32::MAX])
}

fn edge_i64() -> impl Strategy<Value = i64> {
    select(vec![i64::MIN, -2, -1, 0, 1, i64::MAX])
}

fn version() -> impl Strategy<Value = i16> {
    prop_oneof![10 => 0..11_i16, 1 => select(vec![i16::MIN, -1, i16::MAX])]
}

fn partition() -> impl Strategy<Value = (Text, i32)> {
    let topic = select(vec!["t", "t", "u", "v", ""]).prop_map(Text::from);
    (topic, prop_oneof![8 => 0..3_i32, 1 => edge_i32()])
}

fn metadata() -> impl Strategy<Value = Text> {
    prop_oneof![
        8 => select(vec!["", "m", "\0", "𝄞"]).prop_map(Text::from),
        1 => Just(repeated("x", 4_096)),
        1 => Just(repeated("x", 4_097)),
        1 => Just(repeated("é", 4_096)),
        1 => Just(repeated("𝄞", 2_049)),
    ]
}

fn offset() -> impl Strategy<Value = OffsetToCommit> {
    let offset = prop_oneof![4 => 0..9_i64, 1 => edge_i64()];
    (partition(), offset, edge_i32(), metadata()).prop_map(
        |(at, offset, leader_epoch, metadata)| OffsetToCommit {
            topic: at.0,
            partition: at.1,
            offset,
            leader_epoch,
            metadata,
        },
    )
}

fn join() -> impl Strategy<Value = GroupRequest> {
    let timeout = || prop_oneof![19 => Just(10_000), 1 => edge_i32()];
    let odd = vec(select(vec!["range", "sticky", ""]), 0..3);
    let names = prop_oneof![9 => Just(vec!["range"]), 1 => odd];
    let kind = prop_oneof![19 => Just("consumer"), 1 => select(vec!["", "connect"])];
    let metadata = select(vec!["", "\0\0\0\0\0\u{1}\0\u{1}t", "garbage"]);
    let newcomer = Just(Text::from(""));
    let who = (group(), prop_oneof![newcomer, member()], instance());
    let timeouts = (timeout(), timeout());
    (who, timeouts, kind, names, metadata, version()).prop_map(
        |(who, timeouts, kind, names, metadata, version)| {
            let protocol = |name: &str| Protocol {
                name: name.into(),
                metadata: bytes(metadata),
            };
            GroupRequest::Join(JoinGroup {
                group: who.0,
                member: who.1,
                instance: who.2,
                fresh_member_id: "".into(),
                client_id: "client".into(),
                client_host: "/host".into(),
                session_timeout_ms: timeouts.0,
                rebalance_timeout_ms: timeouts.1,
                protocol_type: kind.into(),
                protocols: names.into_iter().map(protocol).collect(),
                version,
            })
        },
    )
}

fn named(right: &'static str, wrong: &'static str) -> impl Strategy<Value = Option<Text>> {
    prop_oneof![12 => Just(Some(right)), 1 => Just(Some(wrong)), 1 => Just(Some("")), 2 => Just(None)]
        .prop_map(|name| name.map(Text::from))
}

fn sync() -> impl Strategy<Value = GroupRequest> {
    let kind = named("consumer", "connect");
    let protocol = named("range", "sticky");
    let assignments = vec((member(), Just(bytes("assignment"))), 0..4);
    let who = (group(), member(), instance(), generation());
    (who, kind, protocol, assignments, version()).prop_map(
        |(who, protocol_type, protocol_name, assignments, version)| {
            GroupRequest::Sync(SyncGroup {
                group: who.0,
                member: who.1,
                instance: who.2,
                generation: who.3,
                protocol_type,
                protocol_name,
                assignments,
                version,
            })
        },
    )
}

fn commit() -> impl Strategy<Value = GroupRequest> {
    let who = (group(), member(), instance(), generation());
    (who, vec(offset(), 0..5), version()).prop_map(|(who, offsets, version)| {
        GroupRequest::Commit(OffsetCommit {
            group: who.0,
            member: who.1,
            instance: who.2,
            generation: who.3,
            offsets,
            retention_ms: -1,
            version,
        })
    })
}

/// One that only stores offsets.
fn simple() -> impl Strategy<Value = GroupRequest> {
    (group(), vec(offset(), 0..5)).prop_map(|(group, offsets)| {
        GroupRequest::Commit(OffsetCommit {
            group,
            member: "".into(),
            instance: None,
            generation: -1,
            offsets,
            retention_ms: -1,
            version: 9,
        })
    })
}

fn leave() -> impl Strategy<Value = GroupRequest> {
    let leaving = (member(), instance());
    let leaving = leaving.prop_map(|(member, instance)| LeavingMember { member, instance });
    (group(), vec(leaving, 0..4), version()).prop_map(|(group, members, version)| {
        GroupRequest::Leave(LeaveGroup {
            group,
            members,
            version,
        })
    })
}

fn about_offsets() -> impl Strategy<Value = GroupRequest> {
    let fetch = (group(), any::<bool>(), option::of(vec(partition(), 0..4)));
    prop_oneof![
        fetch.prop_map(|(group, require_stable, partitions)| {
            GroupRequest::Fetch(OffsetFetch {
                group,
                require_stable,
                partitions,
            })
        }),
        (group(), vec(partition(), 0..4)).prop_map(|(group, partitions)| {
            GroupRequest::OffsetDelete(OffsetDelete { group, partitions })
        }),
    ]
}

fn about_groups() -> impl Strategy<Value = GroupRequest> {
    let filter = || select(vec!["Stable", "classic", "", "nonsense"]).prop_map(Text::from);
    let filters = || vec(filter(), 0..3);
    prop_oneof![
        vec(group(), 0..3).prop_map(|groups| GroupRequest::Delete(DeleteGroups { groups })),
        (vec(group(), 0..3), version()).prop_map(|(groups, version)| {
            GroupRequest::Describe(DescribeGroups { groups, version })
        }),
        (filters(), filters())
            .prop_map(|(states, types)| GroupRequest::List(ListGroups { states, types })),
    ]
}

fn request() -> impl Strategy<Value = GroupRequest> {
    let who = (group(), member(), instance(), generation());
    let heartbeat = who.prop_map(|(group, member, instance, generation)| {
        GroupRequest::Heartbeat(Heartbeat {
            group,
            member,
            instance,
            generation,
        })
    });
    prop_oneof![
        9 => join(),
        7 => sync(),
        2 => heartbeat,
        4 => commit(),
        1 => simple(),
        1 => leave(),
        2 => about_offsets(),
        1 => about_groups(),
    ]
}
