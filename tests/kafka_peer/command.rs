//! What a story is made of. Nobody is named by an id: who a command is about is resolved when it is carried out, so that
//! a story that lacks some of its commands is a story too.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// How many slots a group has for clients.
pub(crate) const SLOTS: u8 = 4;
/// Slots from this one on are static members.
pub(crate) const STATIC: u8 = 2;
pub(crate) const GROUPS: u8 = 2;
pub(crate) const PARTITIONS: i32 = 3;

/// A client, and how it says who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) group: u8,
    pub(crate) slot: u8,
    pub(crate) guise: Guise,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guise {
    /// As it knows itself.
    Itself,
    /// With the generation before.
    Earlier,
    /// With the generation after.
    Later,
    /// With an id that nobody has.
    Stranger,
    /// A client outside the group protocol.
    Nobody,
    /// With the instance id of another.
    Usurper,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    Join {
        who: Who,
        anew: bool,
        version: i16,
        session_ms: i32,
        rebalance_ms: i32,
        protocols: u8,
    },
    Sync {
        who: Who,
        version: i16,
        label: u8,
    },
    Heartbeat {
        who: Who,
    },
    Leave {
        who: Vec<Who>,
        by_instance: bool,
        version: i16,
    },
    Commit {
        who: Who,
        version: i16,
        retention_ms: i64,
        offsets: Vec<(i32, i64, bool)>,
    },
    TxnCommit {
        who: Who,
        producer: u8,
        offsets: Vec<(i32, i64, bool)>,
    },
    EndTxn {
        producer: u8,
        commit: bool,
    },
    Fetch {
        group: u8,
        stable: bool,
        all: bool,
    },
    OffsetDelete {
        group: u8,
        partition: i32,
    },
    Delete {
        groups: Vec<u8>,
    },
    Describe {
        group: u8,
        version: i16,
    },
    List {
        state: Option<&'static str>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// A request, whose append fails with this error if there is one.
    Ask(Ask, i16),
    /// Time passes; timers fire.
    Advance(i64),
    /// From now on, whether what is appended is durable at once.
    DurableAtOnce(bool),
    /// The high watermark goes to the end of the log, or to that of the batch before the last.
    Watermark { last: bool },
    /// The partition is unloaded, and loaded from its log.
    Reload,
}

fn who() -> impl Strategy<Value = Who> {
    let guise = prop_oneof![
        16 => Just(Guise::Itself),
        1 => Just(Guise::Earlier),
        1 => Just(Guise::Later),
        1 => Just(Guise::Stranger),
        1 => Just(Guise::Nobody),
        1 => Just(Guise::Usurper),
    ];
    (0..GROUPS, 0..SLOTS, guise).prop_map(|(group, slot, guise)| Who { group, slot, guise })
}

fn offsets() -> impl Strategy<Value = Vec<(i32, i64, bool)>> {
    let offset = (0..PARTITIONS, 0..100i64, prop::bool::weighted(0.1));
    vec(offset, 1..3).prop_map(|mut offsets| {
        offsets.sort_unstable();
        offsets.dedup_by_key(|(partition, ..)| *partition);
        offsets
    })
}

fn join() -> impl Strategy<Value = Ask> {
    let times = (select(vec![10_000, 30_000]), select(vec![20_000, 60_000]));
    let version = prop_oneof![1 => 0..4i16, 4 => 4..=9i16];
    let protocols = prop_oneof![6 => Just(0u8), 1 => 1..4u8];
    (who(), prop::bool::weighted(0.3), version, times, protocols).prop_map(
        |(who, anew, version, (session_ms, rebalance_ms), protocols)| Ask::Join {
            who,
            anew,
            version,
            session_ms,
            rebalance_ms,
            protocols,
        },
    )
}

fn ask() -> impl Strategy<Value = Ask> {
    let label = prop_oneof![6 => Just(0u8), 1 => 1..4u8];
    let retention = prop_oneof![4 => Just(-1i64), 1 => Just(50_000i64)];
    let state = select(vec![
        None,
        Some("Empty"),
        Some("stable"),
        Some("PreparingRebalance"),
    ]);
    prop_oneof![
        9 => join(),
        5 => (who(), 0..=5i16, label).prop_map(|(who, version, label)| Ask::Sync { who, version, label }),
        3 => who().prop_map(|who| Ask::Heartbeat { who }),
        2 => (vec(who(), 1..3), any::<bool>(), 0..=5i16)
            .prop_map(|(who, by_instance, version)| Ask::Leave { who, by_instance, version }),
        4 => (who(), 2..=9i16, retention, offsets())
            .prop_map(|(who, version, retention_ms, offsets)| Ask::Commit { who, version, retention_ms, offsets }),
        2 => (who(), 0..2u8, offsets()).prop_map(|(who, producer, offsets)| Ask::TxnCommit { who, producer, offsets }),
        2 => (0..2u8, any::<bool>()).prop_map(|(producer, commit)| Ask::EndTxn { producer, commit }),
        2 => (0..GROUPS, any::<bool>(), any::<bool>()).prop_map(|(group, stable, all)| Ask::Fetch { group, stable, all }),
        1 => (0..GROUPS, 0..PARTITIONS).prop_map(|(group, partition)| Ask::OffsetDelete { group, partition }),
        1 => vec(0..GROUPS, 1..3).prop_map(|groups| Ask::Delete { groups }),
        2 => (0..GROUPS, 0..=6i16).prop_map(|(group, version)| Ask::Describe { group, version }),
        1 => state.prop_map(|state| Ask::List { state }),
    ]
}

/// Slots that join, come back with their ids, and sync.
fn round() -> impl Strategy<Value = Vec<Command>> {
    (0..GROUPS, 1..(1u8 << SLOTS), 4..=9i16).prop_map(|(group, slots, version)| {
        let slots = (0..SLOTS).filter(|slot| slots & 1 << slot != 0);
        let who = |slot| Who {
            group,
            slot,
            guise: Guise::Itself,
        };
        let join = |slot| {
            let join = Ask::Join {
                who: who(slot),
                anew: false,
                version,
                session_ms: 30_000,
                rebalance_ms: 60_000,
                protocols: 0,
            };
            Command::Ask(join, 0)
        };
        let sync = |slot| {
            Command::Ask(
                Ask::Sync {
                    who: who(slot),
                    version: 5,
                    label: 0,
                },
                0,
            )
        };
        let mut commands: Vec<Command> = slots.clone().map(join).collect();
        commands.extend(slots.clone().filter(|slot| *slot < STATIC).map(join));
        commands.push(Command::Advance(3_000));
        commands.extend(slots.clone().map(join));
        commands.extend(slots.map(sync));
        commands
    })
}

/// A part of a story.
pub(crate) fn commands() -> impl Strategy<Value = Vec<Command>> {
    let ms = select(vec![
        1, 500, 2_999, 3_000, 9_999, 10_000, 20_000, 30_001, 60_000, 300_000, 600_007,
    ]);
    let failure = prop_oneof![30 => Just(0i16), 1 => select(vec![56i16, 10])];
    let single = prop_oneof![
        30 => (ask(), failure).prop_map(|(ask, failure)| Command::Ask(ask, failure)),
        3 => ms.prop_map(Command::Advance),
        1 => any::<bool>().prop_map(Command::DurableAtOnce),
        2 => any::<bool>().prop_map(|last| Command::Watermark { last }),
        1 => Just(Command::Reload),
    ];
    prop_oneof![
        30 => single.prop_map(|command| vec![command]),
        2 => round(),
    ]
}
