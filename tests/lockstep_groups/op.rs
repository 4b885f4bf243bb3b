//! What can happen to groups, as a story tells it.

use plimsoll_disk::Fault;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// A client of a group: of its slots, 0 to 2 are dynamic members, 3 and 4 static ones.
pub type Client = (u8, u8);

/// How many slots each group has.
pub const SLOTS: u8 = 5;
/// The first of the static ones; its number is the instance id too.
pub const STATIC: u8 = 3;

/// How a client says who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// As it knows itself, which may be outdated.
    Itself,
    /// With the generation before.
    Earlier,
    /// With the generation after.
    Later,
    /// With an id that nobody was given.
    Stranger,
    /// With its generation only.
    Nameless,
    /// Without a generation.
    Timeless,
    /// With nothing at all: a client outside the group protocol.
    Nobody,
    /// Under the instance id of a static member.
    Usurper,
    /// Under an instance id that nobody has.
    UnknownInstance,
}

/// An offset that is committed: place, offset, and the length of its metadata.
pub type Offset = ((u8, i32), i64, u8);

/// What becomes of the machine when it stops.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fate {
    /// Which of the disks that a power cut may leave.
    pub survivor: u16,
    /// Whether the machine starts anew, and not the process alone, if the broker stopped by itself.
    pub reboot: bool,
    /// Whether `group.max.size` is 1 afterwards.
    pub smaller: bool,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    Join {
        client: Client,
        guise: Identity,
        /// It has forgotten its id.
        anew: bool,
        protocols: u8,
        kind: u8,
        session: u8,
        version: i16,
    },
    Sync {
        client: Client,
        guise: Identity,
        /// Which parts of the labels it gives, and gives wrongly.
        label: u8,
        version: i16,
    },
    Heartbeat {
        client: Client,
        guise: Identity,
    },
    Leave {
        group: u8,
        /// Slots, each by its id or by its instance alone.
        who: Vec<(u8, bool)>,
        guise: Identity,
        version: i16,
    },
    Commit {
        client: Client,
        guise: Identity,
        offsets: Vec<Offset>,
        retention_ms: Option<i64>,
        version: i16,
    },
    TxnCommit {
        client: Client,
        guise: Identity,
        producer: u8,
        /// The producer begins its next epoch, or uses the one before.
        epoch: i8,
        offsets: Vec<Offset>,
    },
    End {
        producer: u8,
        epoch: i8,
        partition: u8,
        commit: bool,
    },
    Fetch {
        group: u8,
        stable: bool,
        places: Option<Vec<(u8, i32)>>,
    },
    OffsetDelete {
        group: u8,
        places: Vec<(u8, i32)>,
    },
    DeleteGroups(Vec<u8>),
    Describe {
        groups: Vec<u8>,
        version: i16,
    },
    List {
        state: Option<u8>,
        kind: u8,
    },
    /// These slots join, come back with the ids they get, and sync; then all is flushed.
    Round {
        group: u8,
        slots: u8,
        protocols: u8,
    },
    Wait {
        ms: i64,
    },
    SetClock {
        by_ms: i64,
    },
    Expire,
    Clean(u8),
    Flush,
    Resign(u8),
    Lead(u8),
    Load,
    Failover(u8),
    /// Faults, each at the n-th next operation of its kind.
    Arm {
        faults: Vec<(Fault, u8)>,
        fate: Fate,
    },
    Kill(Fate),
    PowerCut(Fate),
}

const HOUR_MS: i64 = 3_600_000;

fn guise() -> impl Strategy<Value = Identity> {
    use Identity::*;
    let odd = [
        Earlier,
        Later,
        Stranger,
        Nameless,
        Timeless,
        Nobody,
        Usurper,
        UnknownInstance,
    ];
    prop_oneof![4 => Just(Itself), 1 => select(odd.to_vec())]
}

fn group() -> impl Strategy<Value = u8> {
    prop_oneof![6 => Just(1u8), 3 => Just(2u8), 1 => select(vec![0u8, 3, 4])]
}

fn client() -> impl Strategy<Value = Client> {
    (group(), 0..SLOTS)
}

/// Some of these do not exist.
fn place() -> impl Strategy<Value = (u8, i32)> {
    prop_oneof![
        8 => select(vec![(0u8, 0i32), (0, 1), (1, 0), (2, 0)]),
        1 => select(vec![(0u8, 2i32), (0, -1), (9, 0)]),
    ]
}

fn offsets() -> impl Strategy<Value = Vec<Offset>> {
    vec((place(), 0..1000i64, 0..6u8), 0..4)
}

fn version() -> impl Strategy<Value = i16> {
    select(vec![0i16, 3, 4, 5, 9, 9, 9])
}

fn fate() -> impl Strategy<Value = Fate> {
    let smaller = proptest::bool::weighted(0.1);
    (any::<u16>(), any::<bool>(), smaller).prop_map(|(survivor, reboot, smaller)| Fate {
        survivor,
        reboot,
        smaller,
    })
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        4 => select(vec![Fault::WriteNoSpace, Fault::WriteIo, Fault::WriteShort]),
        2 => Just(Fault::PowerCut),
        1 => select(vec![
            Fault::SyncIo, Fault::NameNoSpace, Fault::NameIo, Fault::TruncateIo, Fault::ReadIo, Fault::ReadShort,
        ]),
    ]
}

fn membership() -> impl Strategy<Value = Op> {
    let kind = prop_oneof![20 => Just(1u8), 2 => Just(2u8), 1 => Just(0u8)];
    let session = prop_oneof![6 => Just(0u8), 3 => Just(1u8), 1 => Just(2u8)];
    let anew = proptest::bool::weighted(0.2);
    let join = (client(), guise(), anew, 0..8u8, kind, session, version()).prop_map(
        |(client, guise, anew, protocols, kind, session, version)| Op::Join {
            client,
            guise,
            anew,
            protocols,
            kind,
            session,
            version,
        },
    );
    let label = prop_oneof![4 => Just(3u8), 1 => 0..8u8];
    let sync = (client(), guise(), label, version()).prop_map(|(client, guise, label, version)| {
        Op::Sync {
            client,
            guise,
            label,
            version,
        }
    });
    let who = vec((0..SLOTS, any::<bool>()), 1..4);
    let leave =
        (group(), who, guise(), version()).prop_map(|(group, who, guise, version)| Op::Leave {
            group,
            who,
            guise,
            version,
        });
    let beat = (client(), guise()).prop_map(|(client, guise)| Op::Heartbeat { client, guise });
    let round = (group(), 1..32u8, 0..8u8).prop_map(|(group, slots, protocols)| Op::Round {
        group,
        slots,
        protocols,
    });
    prop_oneof![8 => join, 6 => sync, 3 => beat, 2 => leave, 6 => round]
}

fn offset_requests() -> impl Strategy<Value = Op> {
    let retention_ms = proptest::option::weighted(0.2, select(vec![0, HOUR_MS, 100 * HOUR_MS]));
    let commit = (client(), guise(), offsets(), retention_ms, version()).prop_map(
        |(client, guise, offsets, retention_ms, version)| Op::Commit {
            client,
            guise,
            offsets,
            retention_ms,
            version,
        },
    );
    let epoch = || prop_oneof![6 => Just(0i8), 1 => Just(1i8), 1 => Just(-1i8)];
    let txn = (client(), guise(), 0..2u8, epoch(), offsets()).prop_map(
        |(client, guise, producer, epoch, offsets)| Op::TxnCommit {
            client,
            guise,
            producer,
            epoch,
            offsets,
        },
    );
    let end = (0..2u8, epoch(), 0..3u8, any::<bool>()).prop_map(
        |(producer, epoch, partition, commit)| Op::End {
            producer,
            epoch,
            partition,
            commit,
        },
    );
    let places = proptest::option::of(vec(place(), 0..4));
    let fetch = (group(), any::<bool>(), places).prop_map(|(group, stable, places)| Op::Fetch {
        group,
        stable,
        places,
    });
    prop_oneof![8 => commit, 4 => txn, 4 => end, 4 => fetch]
}

fn administration() -> impl Strategy<Value = Op> {
    let delete = (group(), vec(place(), 0..4))
        .prop_map(|(group, places)| Op::OffsetDelete { group, places });
    let describe = (vec(group(), 1..3), select(vec![5i16, 6]))
        .prop_map(|(groups, version)| Op::Describe { groups, version });
    let list =
        (proptest::option::of(0..4u8), 0..3u8).prop_map(|(state, kind)| Op::List { state, kind });
    prop_oneof![
        3 => delete,
        2 => vec(group(), 1..3).prop_map(Op::DeleteGroups),
        2 => describe,
        1 => list,
    ]
}

fn surroundings() -> impl Strategy<Value = Op> {
    let partition = || 0..3u8;
    let wait = prop_oneof![
        8 => select(vec![10i64, 1000, 5000]),
        2 => select(vec![12_000i64, 40_000]),
        1 => Just(400_000i64),
    ];
    let clock = select(vec![
        -HOUR_MS,
        -1000,
        25 * HOUR_MS,
        25 * HOUR_MS,
        100 * HOUR_MS,
    ]);
    let nth = prop_oneof![3 => 0..2u8, 1 => 0..8u8];
    let arm = (vec((fault(), nth), 1..3), fate());
    prop_oneof![
        6 => wait.prop_map(|ms| Op::Wait { ms }),
        4 => clock.prop_map(|by_ms| Op::SetClock { by_ms }),
        5 => Just(Op::Expire),
        6 => partition().prop_map(Op::Clean),
        14 => Just(Op::Flush),
        1 => partition().prop_map(Op::Resign),
        1 => partition().prop_map(Op::Lead),
        2 => Just(Op::Load),
        3 => partition().prop_map(Op::Failover),
        5 => arm.prop_map(|(faults, fate)| Op::Arm { faults, fate }),
        2 => fate().prop_map(Op::Kill),
        3 => fate().prop_map(Op::PowerCut),
    ]
}

/// Any event.
pub fn op() -> impl Strategy<Value = Op> {
    prop_oneof![5 => membership(), 4 => offset_requests(), 1 => administration(), 3 => surroundings()]
}
