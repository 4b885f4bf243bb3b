//! Mistakes of the coordinator and of clients, each with what must come of it.

use plimsoll_model::{Bounds, Mistake};
use plimsoll_promises::PromiseId::{self, BR1, BR2, D1, G3, L1, O2, O9, S1, S3, S3Log};

use super::runs;
use crate::mutants::{MadeIn, Mutant, PassingVariant};

/// A mistake of the coordinator or of a client, known in *design* and in *code*.
pub type GroupMutant = Mutant<OfGroup, Bounds>;

/// A mistake in the model, and where it is made.
#[derive(Debug, Clone, Copy)]
pub struct OfGroup {
    /// The mistake in the model.
    pub model: Mistake,
    made_in: MadeIn,
}

impl crate::mutants::Mistake for OfGroup {
    fn made_in(&self) -> MadeIn {
        self.made_in
    }
}

/// Bounds that suffice for most mutants: one record fewer than the design's own, and the tight claim `Z` = 0.
const SEARCHED: Bounds = Bounds {
    records: 2,
    zombie: 0,
    write_errors: 0,
    ..runs::DESIGN
};

const NO_CRASH: Bounds = Bounds {
    failovers: 0,
    ..SEARCHED
};

const fn of_coordinator(model: Mistake) -> OfGroup {
    OfGroup {
        model,
        made_in: MadeIn::ModelAndCode("plimsoll-coordinator"),
    }
}

const fn of_broker(model: Mistake) -> OfGroup {
    OfGroup {
        model,
        made_in: MadeIn::ModelAndCode("plimsoll-broker"),
    }
}

const fn of_client(model: Mistake) -> OfGroup {
    OfGroup {
        model,
        made_in: MadeIn::Client,
    }
}

/// Those of the coordinator and of clients.
pub const GROUP: [GroupMutant; 9] = [
    Mutant {
        name: "C-15",
        description: "the load stops before the last batch of the offsets log",
        mistake: of_broker(Mistake::LoadStopsEarly),
        bounds: Bounds {
            consumer_crashes: 0,
            ..SEARCHED
        },
        breaks: &[(S1, 8), (G3, 16), (O9, 17), (S3, 19), (BR1, 20), (BR2, 25)],
        passes: PassingVariant::Within {
            description: "the broker never crashes, so nothing is loaded",
            bounds: NO_CRASH,
        },
    },
    Mutant {
        name: "C-20",
        description: "a commit is acknowledged when it is appended, before the high watermark passes it",
        mistake: of_coordinator(Mistake::CommitAckedOnAppend),
        bounds: Bounds {
            lost_answers: 0,
            ..SEARCHED
        },
        breaks: &[(S3Log, 11), (S3, 16), (BR1, 19), (BR2, 23)],
        passes: PassingVariant::Unwatched {
            description: "no crash, and nobody else asks: no client sees the gap between the answer and the high watermark; \
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
        description: "the cache is updated before the append and keeps the commit when the append fails",
        mistake: of_coordinator(Mistake::CacheBeforeAppend),
        bounds: Bounds {
            write_errors: 1,
            lost_answers: 0,
            ..SEARCHED
        },
        breaks: &[(S1, 11), (S3, 16)],
        passes: PassingVariant::Within {
            description: "no append fails",
            bounds: Bounds {
                lost_answers: 0,
                ..SEARCHED
            },
        },
    },
    Mutant {
        name: "C-22",
        description: "SyncGroup is answered before the generation's record is durable",
        mistake: of_coordinator(Mistake::SyncBeforeDurable),
        bounds: Bounds {
            consumer_crashes: 0,
            lost_answers: 0,
            ..SEARCHED
        },
        breaks: &[(G3, 6), (O9, 15)],
        passes: PassingVariant::Unwatched {
            description: "the broker never crashes, so no generation number comes back; G3 itself does not watch",
            promise: PromiseId::G3,
            bounds: NO_CRASH,
        },
    },
    Mutant {
        name: "G-1",
        description: "commits are not fenced by member and generation",
        mistake: of_coordinator(Mistake::CommitNotFenced),
        bounds: Bounds {
            records: 3,
            generations: 3,
            consumer_crashes: 0,
            ..NO_CRASH
        },
        breaks: &[(O9, 16), (BR1, 32), (BR2, 37)],
        passes: PassingVariant::Within {
            description: "one generation only: nobody is ever a former owner",
            bounds: Bounds {
                generations: 1,
                records: 3,
                ..SEARCHED
            },
        },
    },
    Mutant {
        name: "K-1",
        description: "the client commits a record before it processes it",
        mistake: of_client(Mistake::CommitBeforeProcessing),
        bounds: SEARCHED,
        breaks: &[(D1, 10)],
        passes: PassingVariant::Unwatched {
            description: "commits only ever run ahead, so nothing is replayed or forgotten; D1 itself does not watch",
            promise: PromiseId::D1,
            bounds: SEARCHED,
        },
    },
    Mutant {
        name: "K-2",
        description: "the client commits the offset of the last processed record instead of the next one",
        mistake: of_client(Mistake::CommitLastProcessed),
        bounds: Bounds {
            lost_answers: 0,
            ..NO_CRASH
        },
        breaks: &[(BR1, 18), (BR2, 23)],
        passes: PassingVariant::LooserClaim {
            description: "it breaks only the tight bound: with U one greater all is kept",
            by: 1,
        },
    },
    Mutant {
        name: "K-4",
        description: "the client sends a commit it had given up again after a newer one was accepted",
        mistake: of_client(Mistake::RetryOlderCommit),
        bounds: Bounds {
            records: 3,
            ..NO_CRASH
        },
        breaks: &[(O2, 21), (BR1, 27), (BR2, 32)],
        passes: PassingVariant::Within {
            description: "no answer is lost, so no commit is ever given up",
            bounds: Bounds {
                lost_answers: 0,
                ..SEARCHED
            },
        },
    },
    Mutant {
        name: "L-ack",
        description: "a produce is acknowledged before its record is synced",
        mistake: of_broker(Mistake::ProduceAckedBeforeSync),
        bounds: SEARCHED,
        breaks: &[(L1, 2)],
        passes: PassingVariant::Within {
            description: "the broker never crashes, so nothing unsynced is lost",
            bounds: NO_CRASH,
        },
    },
];
