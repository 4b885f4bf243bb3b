//! Design mistakes that can be switched on, each with what must come of it.

use plimsoll_model::{Bounds, Design, Mistake};
use plimsoll_promises::PromiseId::{self, BR1, BR2, D1, G3, L1, O2, O9, S1, S3, S3Log};

use crate::{code::CodeSystem, design::DesignSystem, ledger::Watched, runs};

/// A named mistake.
#[derive(Debug, Clone, Copy)]
pub struct Mutant {
    /// Its name on the command line: the number in the bug catalogue, where it has one.
    pub name: &'static str,
    /// What goes wrong, in one sentence.
    pub told: &'static str,
    /// The mistake in the model.
    pub mistake: Mistake,
    /// Whether the reference implementation can make it too; the others are the client's.
    pub in_code: bool,
    /// The bounds within which it is hunted.
    pub bounds: Bounds,
    /// What it breaks within these bounds, and in how many steps at least; every other promise is blind to it there.
    pub breaks: &'static [(PromiseId, usize)],
    /// A run that comes close and must pass.
    pub nearly: Nearly,
}

/// What keeps a mutant from doing harm in its companion run.
#[derive(Debug, Clone, Copy)]
pub enum Nearly {
    /// It runs within these bounds, which take away what it needs.
    Within {
        /// Why nothing breaks.
        told: &'static str,
        /// The bounds.
        bounds: Bounds,
    },
    /// The claim is looser: `U` so many records greater than the client's window.
    LooserClaim {
        /// Why nothing breaks.
        told: &'static str,
        /// Records.
        by: u8,
    },
    /// Everything but this promise watches, within these bounds.
    Unwatched {
        /// Why nothing else breaks.
        told: &'static str,
        /// The promise.
        promise: PromiseId,
        /// The bounds.
        bounds: Bounds,
    },
}

/// Bounds that suffice for most mutants: one record fewer than the design's own, and the tight claim `Z` = 0.
const HUNT: Bounds = Bounds {
    records: 2,
    zombie: 0,
    write_errors: 0,
    ..runs::DESIGN
};

const NO_CRASH: Bounds = Bounds {
    failovers: 0,
    ..HUNT
};

/// All of them.
pub const ALL: [Mutant; 9] = [
    Mutant {
        name: "C-15",
        told: "the load stops before the last batch of the offsets log",
        mistake: Mistake::LoadStopsEarly,
        in_code: true,
        bounds: Bounds {
            consumer_crashes: 0,
            ..HUNT
        },
        breaks: &[(S1, 8), (G3, 16), (O9, 17), (S3, 19), (BR1, 20), (BR2, 25)],
        nearly: Nearly::Within {
            told: "the broker never crashes, so nothing is loaded",
            bounds: NO_CRASH,
        },
    },
    Mutant {
        name: "C-20",
        told: "a commit is acknowledged when it is appended, before the high watermark passes it",
        mistake: Mistake::CommitAckedOnAppend,
        in_code: true,
        bounds: Bounds {
            lost_answers: 0,
            ..HUNT
        },
        breaks: &[(S3Log, 11), (S3, 16), (BR1, 19), (BR2, 23)],
        nearly: Nearly::Unwatched {
            told: "no crash, and nobody else asks: no client sees the gap between the answer and the high watermark; \
                   S3-log itself does not watch",
            promise: PromiseId::S3Log,
            bounds: Bounds {
                generations: 1,
                ..NO_CRASH
            },
        },
    },
    Mutant {
        name: "C-21",
        told: "the cache is updated before the append and keeps the commit when the append fails",
        mistake: Mistake::CacheBeforeAppend,
        in_code: true,
        bounds: Bounds {
            write_errors: 1,
            lost_answers: 0,
            ..HUNT
        },
        breaks: &[(S1, 11), (S3, 16)],
        nearly: Nearly::Within {
            told: "no append fails",
            bounds: Bounds {
                lost_answers: 0,
                ..HUNT
            },
        },
    },
    Mutant {
        name: "C-22",
        told: "SyncGroup is answered before the generation's record is durable",
        mistake: Mistake::SyncBeforeDurable,
        in_code: true,
        bounds: Bounds {
            consumer_crashes: 0,
            lost_answers: 0,
            ..HUNT
        },
        breaks: &[(G3, 6), (O9, 15)],
        nearly: Nearly::Unwatched {
            told: "the broker never crashes, so no generation number comes back; G3 itself does not watch",
            promise: PromiseId::G3,
            bounds: NO_CRASH,
        },
    },
    Mutant {
        name: "G-1",
        told: "commits are not fenced by member and generation",
        mistake: Mistake::CommitNotFenced,
        in_code: true,
        bounds: Bounds {
            records: 3,
            generations: 3,
            consumer_crashes: 0,
            ..NO_CRASH
        },
        breaks: &[(O9, 16), (BR1, 32), (BR2, 37)],
        nearly: Nearly::Within {
            told: "one generation only: nobody is ever a former owner",
            bounds: Bounds {
                generations: 1,
                records: 3,
                ..HUNT
            },
        },
    },
    Mutant {
        name: "K-1",
        told: "the client commits a record before it processes it",
        mistake: Mistake::CommitBeforeProcessing,
        in_code: false,
        bounds: HUNT,
        breaks: &[(D1, 10)],
        nearly: Nearly::Unwatched {
            told: "commits only ever run ahead, so nothing is replayed or forgotten; D1 itself does not watch",
            promise: PromiseId::D1,
            bounds: HUNT,
        },
    },
    Mutant {
        name: "K-2",
        told: "the client commits the offset of the last processed record instead of the next one",
        mistake: Mistake::CommitLastProcessed,
        in_code: false,
        bounds: Bounds {
            lost_answers: 0,
            ..NO_CRASH
        },
        breaks: &[(BR1, 18), (BR2, 23)],
        nearly: Nearly::LooserClaim {
            told: "it breaks only the tight bound: with U one greater all is kept",
            by: 1,
        },
    },
    Mutant {
        name: "K-4",
        told: "the client sends a commit it had given up again after a newer one was accepted",
        mistake: Mistake::RetryOlderCommit,
        in_code: false,
        bounds: Bounds {
            records: 3,
            ..NO_CRASH
        },
        breaks: &[(O2, 21), (BR1, 27), (BR2, 32)],
        nearly: Nearly::Within {
            told: "no answer is lost, so no commit is ever given up",
            bounds: Bounds {
                lost_answers: 0,
                ..HUNT
            },
        },
    },
    Mutant {
        name: "L-ack",
        told: "a produce is acknowledged before its record is synced",
        mistake: Mistake::ProduceAckedBeforeSync,
        in_code: true,
        bounds: HUNT,
        breaks: &[(L1, 2)],
        nearly: Nearly::Within {
            told: "the broker never crashes, so nothing unsynced is lost",
            bounds: NO_CRASH,
        },
    },
];

impl Mutant {
    /// The mutant of this name, in any case.
    pub fn named(name: &str) -> Option<&'static Mutant> {
        ALL.iter()
            .find(|mutant| mutant.name.eq_ignore_ascii_case(name))
    }

    /// The design system that makes this mistake and stops at the first breach of each path.
    pub fn design(&self) -> DesignSystem {
        DesignSystem::new(self.bounds, Design::with(self.mistake))
    }

    /// The promise that kills it in the fewest steps.
    pub fn killed_by(&self) -> PromiseId {
        self.breaks[0].0
    }

    /// The promises that are blind to it within its bounds.
    pub fn blind(&self) -> impl Iterator<Item = PromiseId> + '_ {
        let sees = |promise: &PromiseId| self.breaks.iter().any(|(seer, _)| seer == promise);
        let group = PromiseId::GROUP.iter().copied();
        group.filter(move |promise| *promise != PromiseId::LockStep && !sees(promise))
    }

    /// The real broker with this mistake, or under a client with this mistake, in lock-step with the model.
    pub fn code(&self) -> CodeSystem {
        CodeSystem::mutant(self.bounds, self.mistake)
    }

    /// The companion run.
    pub fn nearly(&self) -> DesignSystem {
        let design = Design::with(self.mistake);
        match self.nearly {
            Nearly::Within { bounds, .. } => DesignSystem::new(bounds, design),
            Nearly::LooserClaim { by, .. } => {
                let mut system = DesignSystem::new(self.bounds, design);
                system.claim.u += u64::from(by);
                system
            }
            Nearly::Unwatched {
                promise, bounds, ..
            } => {
                let mut system = DesignSystem::new(bounds, design);
                system.watched = Watched::all().without(promise);
                system
            }
        }
    }
}

impl Nearly {
    /// Why nothing breaks.
    pub fn told(&self) -> &'static str {
        match self {
            Nearly::Within { told, .. }
            | Nearly::LooserClaim { told, .. }
            | Nearly::Unwatched { told, .. } => told,
        }
    }
}
