//! BR2: bounded replay in all.

use crate::{
    Automaton, Because, Broken, Fault, Kind, Level, Memory, Moment, Observation, Offset, Promise,
    PromiseId, Setting, Tenure,
    memory::{List, OffsetSet},
};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "BR2",
    name: "Bounded replay in all",
    sentence: "All records that the group processed again number at most E·(U + Z).",
    source: "bounded replay (stated here first)",
    levels: &[Level::Group],
    kind: Kind::Automaton,
    fault: Fault::Client,
    clauses: &[],
};

/// Remembers what each tenure processed, as far as it can still matter; counts replay, and `E`.
///
/// `E` is counted in hindsight: a tenure counts once it processed an offset that a tenure which *started earlier* also
/// processes, at whatever time. A zombie that goes on after the next member's load thus counts against that load.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Br2<M: Memory> {
    /// What ended tenures processed that all others started after.
    before: M::Offsets,
    /// The other tenures, in the order of their start.
    tenures: M::List<Processed<M::Offsets>>,
    replayed: u64,
    dirty: u64,
}

/// What one tenure processed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Processed<O> {
    tenure: Tenure,
    offsets: O,
    /// It processed again what an earlier-started tenure did.
    dirty: bool,
    ended: bool,
}

impl<M: Memory> Br2<M> {
    /// Records processed again, replay on purpose left out.
    pub fn replayed(&self) -> u64 {
        self.replayed
    }

    /// `E`: tenures that processed again what an earlier-started tenure also processed.
    pub fn dirty_tenures(&self) -> u64 {
        self.dirty
    }

    /// Items held: ranges of ended tenures, and tenures that may still matter.
    pub fn held(&self) -> usize {
        self.before.held()
            + self
                .tenures
                .items()
                .iter()
                .map(|t| 1 + t.offsets.held())
                .sum::<usize>()
    }

    /// What processing `offset` in `tenure` adds to replay and to `E`.
    fn cost(&self, tenure: Tenure, offset: Offset) -> (u64, u64) {
        let tenures = self.tenures.items();
        let own = tenures
            .iter()
            .position(|t| t.tenure == tenure)
            .unwrap_or(tenures.len());
        let again =
            self.before.contains(offset) || tenures.iter().any(|t| t.offsets.contains(offset));
        if !again {
            return (0, 0);
        }
        let by_earlier = self.before.contains(offset)
            || tenures[..own].iter().any(|t| t.offsets.contains(offset));
        let own_clean = tenures.get(own).is_none_or(|t| !t.dirty);
        let later_clean = tenures
            .iter()
            .skip(own + 1)
            .filter(|t| !t.dirty && t.offsets.contains(offset))
            .count() as u64;
        (1, u64::from(by_earlier && own_clean) + later_clean)
    }

    fn note(&mut self, tenure: Tenure, offset: Offset) {
        self.open(tenure);
        let mut earlier = self.before.contains(offset);
        let mut own_passed = false;
        for t in self.tenures.items_mut() {
            let here = t.offsets.contains(offset);
            if t.tenure == tenure {
                own_passed = true;
                t.dirty |= earlier;
                t.offsets.insert(offset);
            } else if own_passed {
                t.dirty |= here;
            } else {
                earlier |= here;
            }
        }
    }

    fn open(&mut self, tenure: Tenure) {
        if self.tenures.items().iter().all(|t| t.tenure != tenure) {
            self.tenures.push(Processed {
                tenure,
                offsets: M::Offsets::default(),
                dirty: false,
                ended: false,
            });
        }
    }

    /// Folds tenures at the front that can process nothing more: every tenure left started after them.
    fn fold(&mut self) {
        let mut leading = true;
        let before = &mut self.before;
        self.tenures.retain(|t| {
            leading &= t.ended;
            if leading {
                before.absorb(&t.offsets);
            }
            !leading
        });
    }
}

impl<M: Memory> Automaton for Br2<M> {
    const ID: PromiseId = PromiseId::BR2;
    const KINDEST: Moment = Moment::Latest;

    fn judge(&self, seen: &Observation, setting: &impl Setting) -> Result<(), Broken> {
        let (Observation::Processed { tenure, offset }, Some(claim)) = (*seen, setting.claim())
        else {
            return Ok(());
        };
        let (again, newly_dirty) = self.cost(tenure, offset);
        let (replayed, tenures) = (self.replayed + again, self.dirty + newly_dirty);
        let bound = tenures.saturating_mul(claim.per_resume());
        if again == 0 || replayed <= bound {
            return Ok(());
        }
        Err(Broken {
            promise: PromiseId::BR2,
            because: Because::TooMuchReplay {
                replayed,
                tenures,
                bound,
            },
        })
    }

    fn learn(&mut self, seen: &Observation, _: &impl Setting) {
        match *seen {
            Observation::Resumed { tenure, .. } => self.open(tenure),
            Observation::Processed { tenure, offset } => {
                let (again, newly_dirty) = self.cost(tenure, offset);
                self.replayed += again;
                self.dirty += newly_dirty;
                self.note(tenure, offset);
            }
            Observation::Moved { to, .. } => {
                self.before.truncate(to);
                self.tenures
                    .items_mut()
                    .iter_mut()
                    .for_each(|t| t.offsets.truncate(to));
            }
            Observation::Ended { tenure } => {
                self.tenures
                    .items_mut()
                    .iter_mut()
                    .filter(|t| t.tenure == tenure)
                    .for_each(|t| t.ended = true);
                self.fold();
            }
            _ => {}
        }
    }
}
