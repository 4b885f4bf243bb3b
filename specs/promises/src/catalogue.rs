//! The list of all promises. Each line names the module that holds a promise's statement and its `const PROMISE`; ids,
//! groups of promises and the order of every table come from here.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Fault, Kind, Level, Promise, group, storage, topic};

macro_rules! promises {
    ($($id:ident = $($module:ident)::+,)*) => {
        /// The id of a promise.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum PromiseId {
            $(#[doc = concat!("Stated in `", stringify!($($module)::+), "`.")] $id,)*
        }

        impl PromiseId {
            /// All of them, in the order in which reports list them.
            pub const ALL: [PromiseId; [$(stringify!($id),)*].len()] = [$(PromiseId::$id,)*];

            /// What the promise says of itself.
            pub const fn promise(self) -> &'static Promise {
                match self {
                    $(PromiseId::$id => &$($module)::+::PROMISE,)*
                }
            }
        }
    };
}

promises! {
    D1 = group::d1,
    BR1 = group::br1,
    BR2 = group::br2,
    S3 = group::s3,
    L1 = group::l1,
    O2 = group::o2,
    O9 = group::o9,
    S1 = topic::s1,
    S3Log = topic::s3_log,
    G3 = topic::g3,
    LockStep = group::lock_step,
    L3 = storage::l3,
    L7 = storage::l7,
    L8 = storage::l8,
    L9 = storage::l9,
    L10 = storage::l10,
    L11 = storage::l11,
    L13 = storage::l13,
    K1 = storage::k1,
    K2 = storage::k2,
    K3 = storage::k3,
    K4 = storage::k4,
    K6 = storage::k6,
    K7 = storage::k7,
    K8 = storage::k8,
    K9 = storage::k9,
    K10 = storage::k10,
    O1 = topic::o1,
    O3 = topic::o3,
    O6 = topic::o6,
    O7 = topic::o7,
    O8 = topic::o8,
    S6 = topic::s6,
    S9 = topic::s9,
    S10 = topic::s10,
    G4 = topic::g4,
    G8 = topic::g8,
    V1 = topic::v1,
    V2 = topic::v2,
}

impl PromiseId {
    /// What a consumer group on one partition is promised: automata first, then invariants.
    pub const GROUP: &[PromiseId] = &of::<{ count(Level::Group) }>(Level::Group);

    /// What a log by itself promises.
    pub const STORAGE: &[PromiseId] = &of::<{ count(Level::Storage) }>(Level::Storage);

    /// What the offsets topic and the coordinator on it promise, whatever its groups do.
    pub const OFFSETS_TOPIC: &[PromiseId] =
        &of::<{ count(Level::OffsetsTopic) }>(Level::OffsetsTopic);

    /// The promises that speak of this, in the order of [`PromiseId::ALL`].
    pub fn of(level: Level) -> &'static [PromiseId] {
        match level {
            Level::Group => Self::GROUP,
            Level::Storage => Self::STORAGE,
            Level::OffsetsTopic => Self::OFFSETS_TOPIC,
        }
    }

    /// The id as it is written.
    pub fn code(self) -> &'static str {
        self.promise().id
    }

    /// What a finding calls it, in a few words.
    pub fn name(self) -> &'static str {
        self.promise().name
    }

    /// The promise in one sentence.
    pub fn sentence(self) -> &'static str {
        self.promise().sentence
    }

    /// Where the promise comes from.
    pub fn source(self) -> &'static str {
        self.promise().source
    }

    /// How it is stated.
    pub fn kind(self) -> Kind {
        self.promise().kind
    }

    /// Whose fault a breach is, if no other breach explains it.
    pub fn fault(self) -> Fault {
        self.promise().fault
    }

    /// Its place in a set of promises kept as bits.
    pub fn bit(self) -> u64 {
        1 << self as u32
    }
}

const fn speaks_of(promise: &Promise, level: Level) -> bool {
    let mut i = 0;
    while i < promise.levels.len() {
        if promise.levels[i] as u8 == level as u8 {
            return true;
        }
        i += 1;
    }
    false
}

const fn count(level: Level) -> usize {
    let (mut i, mut count) = (0, 0);
    while i < PromiseId::ALL.len() {
        count += speaks_of(PromiseId::ALL[i].promise(), level) as usize;
        i += 1;
    }
    count
}

const fn of<const N: usize>(level: Level) -> [PromiseId; N] {
    let mut all = [PromiseId::ALL[0]; N];
    let (mut i, mut next) = (0, 0);
    while i < PromiseId::ALL.len() {
        if speaks_of(PromiseId::ALL[i].promise(), level) {
            all[next] = PromiseId::ALL[i];
            next += 1;
        }
        i += 1;
    }
    all
}

impl fmt::Display for PromiseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// As it is written ([`PromiseId::code`]).
impl Serialize for PromiseId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for PromiseId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut all = PromiseId::ALL.iter();
        all.find(|id| id.code() == text)
            .copied()
            .ok_or_else(|| serde::de::Error::custom(UnknownPromise(text)))
    }
}

/// No promise has that id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownPromise(pub String);

impl fmt::Display for UnknownPromise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<_> = PromiseId::ALL.iter().map(|p| p.code()).collect();
        write!(
            f,
            "no promise is called '{}'; there are {}",
            self.0,
            known.join(", ")
        )
    }
}

impl std::error::Error for UnknownPromise {}

impl FromStr for PromiseId {
    type Err = UnknownPromise;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = PromiseId::ALL.iter();
        all.find(|id| id.code().eq_ignore_ascii_case(text))
            .copied()
            .ok_or_else(|| UnknownPromise(text.to_owned()))
    }
}
