//! What can happen to a log, as a story tells it.

use std::fmt;

use plimsoll_disk::Fault;
use proptest::collection::vec;
use proptest::prelude::*;

/// A record: its key, and whether it is a tombstone.
pub type NewRecord = (u8, bool);

/// What becomes of the machine when it stops, and what goes wrong while the log is opened again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fate {
    /// Which of the disks that a power cut may leave.
    pub survivor: u16,
    /// Whether the machine starts anew, and not the process alone, if the log stopped by itself.
    pub reboot: bool,
    /// Faults in the openings that follow: which operation of the kind, and again which survivor.
    pub again: Vec<(Fault, u8, u16)>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// A batch is sent; one of a producer in the order of its sequences, or leaving one out.
    Send {
        producer: Option<u8>,
        transactional: bool,
        gap: bool,
        codec: u8,
        records: Vec<NewRecord>,
    },
    /// A producer sends its last batch but `back` again.
    Retry {
        producer: u8,
        back: u8,
    },
    /// A producer begins its next epoch with this batch.
    NextEpoch {
        producer: u8,
        key: u8,
    },
    /// A transaction ends.
    End {
        producer: u8,
        commit: bool,
    },
    Roll,
    Sync,
    Checkpoint,
    /// A fetch, from a part of the log in 256ths.
    Read {
        from: u8,
        below_stable: bool,
        max_bytes: u16,
    },
    /// A look-up by time, so many milliseconds ago.
    Since {
        ago_ms: u16,
    },
    /// Deletion of a part of what is synced, in 256ths.
    Delete {
        part: u8,
    },
    Retention,
    Clean,
    /// The clock steps, also back.
    Clock {
        by_ms: i16,
    },
    /// The next leader epoch.
    NewLeader,
    /// Closed in good order, and opened again.
    Reopen,
    /// The process dies, the machine stays up.
    Kill(Fate),
    /// The power goes now.
    PowerCut(Fate),
    /// Faults, each at the n-th next operation of its kind.
    Arm {
        faults: Vec<(Fault, u8)>,
        fate: Fate,
    },
}

/// The faults that an operation reports, and the power cut.
pub const FAULTS: [Fault; 10] = [
    Fault::PowerCut,
    Fault::WriteNoSpace,
    Fault::SyncIo,
    Fault::WriteIo,
    Fault::WriteShort,
    Fault::NameNoSpace,
    Fault::NameIo,
    Fault::TruncateIo,
    Fault::ReadIo,
    Fault::ReadShort,
];

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        3 => Just(Fault::PowerCut),
        4 => proptest::sample::select(FAULTS.to_vec()),
    ]
}

fn nth() -> impl Strategy<Value = u8> {
    prop_oneof![2 => 0..2u8, 1 => 0..12u8]
}

fn fate() -> impl Strategy<Value = Fate> {
    let again = vec((fault(), 0..8u8, any::<u16>()), 0..3);
    (any::<u16>(), any::<bool>(), again).prop_map(|(survivor, reboot, again)| Fate {
        survivor,
        reboot,
        again,
    })
}

/// One of them writes more than the others.
fn producer() -> impl Strategy<Value = u8> {
    prop_oneof![3 => Just(0u8), 2 => 1..3u8]
}

fn send() -> impl Strategy<Value = Op> {
    let producer = proptest::option::weighted(0.7, producer());
    let records = vec((0..4u8, proptest::bool::weighted(0.25)), 1..=5);
    let codec = prop_oneof![3 => Just(0u8), 1 => 1..5u8];
    (
        producer,
        any::<bool>(),
        proptest::bool::weighted(0.05),
        codec,
        records,
    )
        .prop_map(|(producer, transactional, gap, codec, records)| Op::Send {
            transactional: transactional && producer.is_some(),
            producer,
            gap,
            codec,
            records,
        })
}

/// Any event.
pub fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        12 => send(),
        4 => (producer(), 0..6u8).prop_map(|(producer, back)| Op::Retry { producer, back }),
        1 => (producer(), 0..4u8).prop_map(|(producer, key)| Op::NextEpoch { producer, key }),
        4 => (producer(), any::<bool>()).prop_map(|(producer, commit)| Op::End { producer, commit }),
        4 => Just(Op::Roll),
        5 => Just(Op::Sync),
        2 => Just(Op::Checkpoint),
        2 => (any::<u8>(), any::<bool>(), 0..400u16).prop_map(|(from, below_stable, max_bytes)| {
            Op::Read { from, below_stable, max_bytes }
        }),
        1 => (0..4000u16).prop_map(|ago_ms| Op::Since { ago_ms }),
        1 => any::<u8>().prop_map(|part| Op::Delete { part }),
        1 => Just(Op::Retention),
        6 => Just(Op::Clean),
        3 => prop_oneof![4 => Just(1000i16), 1 => -1500..2500i16].prop_map(|by_ms| Op::Clock { by_ms }),
        1 => Just(Op::NewLeader),
        1 => Just(Op::Reopen),
        2 => fate().prop_map(Op::Kill),
        3 => fate().prop_map(Op::PowerCut),
        4 => (vec((fault(), nth()), 1..3), fate()).prop_map(|(faults, fate)| Op::Arm { faults, fate }),
    ]
}

fn ordinal(n: u8) -> String {
    match n {
        0 => "next".to_owned(),
        n => format!("next but {n}"),
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = if self.reboot {
            "the machine starts anew"
        } else {
            "the machine stays up"
        };
        write!(f, "if it stops, {machine}; survivor {}", self.survivor)?;
        for (fault, n, survivor) in &self.again {
            let nth = ordinal(*n);
            write!(
                f,
                "; then {fault:?} at the {nth} of its kind while opening, survivor {survivor}"
            )?;
        }
        Ok(())
    }
}

fn description(records: &[NewRecord]) -> String {
    let words: Vec<_> = records
        .iter()
        .map(|(key, tombstone)| format!("{}{key}", if *tombstone { "no " } else { "" }))
        .collect();
    words.join(", ")
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Op::Send {
                producer,
                transactional,
                gap,
                codec,
                records,
            } => {
                match producer {
                    None => write!(f, "a batch is sent")?,
                    Some(id) => write!(f, "producer {id} sends a batch")?,
                }
                let parts = [
                    (*transactional, " in its transaction".to_owned()),
                    (*gap, ", leaving a sequence out".to_owned()),
                    (*codec > 0, format!(", codec {codec}")),
                ];
                for (_, part) in parts.iter().filter(|(description, _)| *description) {
                    write!(f, "{part}")?;
                }
                write!(f, ": keys {}", description(records))
            }
            Op::Retry { producer, back: 0 } => {
                write!(f, "producer {producer} sends its last batch again")
            }
            Op::Retry { producer, back } => {
                write!(
                    f,
                    "producer {producer} sends its last batch but {back} again"
                )
            }
            Op::NextEpoch { producer, key } => {
                write!(f, "producer {producer} begins its next epoch: key {key}")
            }
            Op::End { producer, commit } => {
                let how = if *commit { "committed" } else { "aborted" };
                write!(f, "the transaction of producer {producer} is {how}")
            }
            Op::Roll => write!(f, "a new segment begins"),
            Op::Sync => write!(f, "sync"),
            Op::Checkpoint => write!(f, "checkpoint"),
            Op::Read {
                from,
                below_stable,
                max_bytes,
            } => {
                let below = if *below_stable {
                    "the last stable offset"
                } else {
                    "the end"
                };
                write!(
                    f,
                    "a fetch at {from}/256 of the log, below {below}, of {max_bytes} bytes"
                )
            }
            Op::Since { ago_ms } => write!(f, "a look-up of what came since {ago_ms} ms ago"),
            Op::Delete { part } => write!(f, "records are deleted, {part}/256 of what is synced"),
            Op::Retention => write!(f, "retention"),
            Op::Clean => write!(f, "compaction"),
            Op::Clock { by_ms } => write!(f, "the clock steps by {by_ms} ms"),
            Op::NewLeader => write!(f, "a new leader epoch begins"),
            Op::Reopen => write!(f, "closed and opened again"),
            Op::Kill(fate) => write!(f, "the process dies ({fate})"),
            Op::PowerCut(fate) => write!(f, "the power goes ({fate})"),
            Op::Arm { faults, fate } => {
                write!(f, "armed: ")?;
                for (fault, n) in faults {
                    write!(f, "{fault:?} at the {} of its kind, ", ordinal(*n))?;
                }
                write!(f, "{fate}")
            }
        }
    }
}
