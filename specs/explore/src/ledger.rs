//! What the promises remember of the path to an explored state.

use plimsoll_promises::{
    Automaton, Br1, Br2, Broken, D1, L1, O2, O9, Observation, PromiseId, S3, Setting, Small, Value,
};

/// Every promise's memory, in the small size. What is not watched stays as it began, and multiplies nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ledger {
    d1: D1<Small>,
    br1: Br1<Small>,
    br2: Br2<Small>,
    s3: S3<Small>,
    l1: L1<Small>,
    o2: O2<Small>,
    o9: O9<Small>,
    /// Promises and invariants broken on the way, as bits.
    broken: u64,
}

/// Which promises and invariants a system watches, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Watched(pub u64);

impl Watched {
    /// All that a consumer group is promised.
    pub fn all() -> Self {
        Self::these(PromiseId::GROUP)
    }

    /// These.
    pub fn these(promises: &[PromiseId]) -> Self {
        Self(promises.iter().map(|promise| promise.bit()).sum())
    }

    /// All but this one.
    pub fn without(self, promise: PromiseId) -> Self {
        Self(self.0 & !promise.bit())
    }

    /// Whether this one is.
    pub fn contains(self, promise: PromiseId) -> bool {
        self.0 & promise.bit() != 0
    }
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            d1: D1::default(),
            br1: Br1::default(),
            br2: Br2::default(),
            s3: S3::none_committed(),
            l1: L1::default(),
            o2: O2::default(),
            o9: O9::default(),
            broken: 0,
        }
    }
}

impl Ledger {
    /// Steps every watched automaton; what broke is added to `broken`.
    pub fn see(
        &mut self,
        seen: &Observation,
        setting: &impl Setting,
        watched: Watched,
        broken: &mut Vec<Broken>,
    ) {
        fn step<P: Automaton>(
            p: &mut P,
            seen: &Observation,
            s: &impl Setting,
            w: Watched,
            broken: &mut Vec<Broken>,
        ) {
            if w.contains(P::ID) {
                broken.extend(p.step(seen, s).err());
            }
        }
        step(&mut self.d1, seen, setting, watched, broken);
        step(&mut self.br1, seen, setting, watched, broken);
        step(&mut self.br2, seen, setting, watched, broken);
        step(&mut self.s3, seen, setting, watched, broken);
        step(&mut self.l1, seen, setting, watched, broken);
        step(&mut self.o2, seen, setting, watched, broken);
        step(&mut self.o9, seen, setting, watched, broken);
    }

    /// Keeps in mind that these are broken.
    pub fn keep(&mut self, broken: &[Broken]) {
        broken.iter().for_each(|b| self.broken |= b.promise.bit());
    }

    /// Promises and invariants broken on the way, as bits.
    pub fn broken(&self) -> u64 {
        self.broken
    }

    /// Replay and `E` so far.
    pub fn replay(&self) -> (u64, u64) {
        (self.br2.replayed(), self.br2.dirty_tenures())
    }

    /// The committed offset as clients may be told it.
    pub fn s3(&self) -> &S3<Small> {
        &self.s3
    }

    /// The frontier: the offset after the last processed record.
    pub fn frontier(&self) -> i64 {
        self.br1.frontier()
    }

    /// Renames members, where mirror images are treated as one.
    pub fn rename(&mut self, member: impl Fn(Value) -> Value) {
        self.o9.rename(member);
    }
}
