//! Lock-step: the code refines the model.

use crate::{Because, Broken, Fault, Kind, Level, Promise, PromiseId};

/// The promise. Whoever steps both sides compares them; the model is what is promised.
pub const PROMISE: Promise = Promise {
    id: "lock-step",
    name: "Refinement",
    sentence: "The code answers, remembers and writes only what the model allows.",
    source: "refinement: the implementation's state maps onto the model's",
    levels: &[Level::Group],
    kind: Kind::Step,
    fault: Fault::Broker,
    clauses: &[],
};

/// The code differs from the model: `what` it did, and what the model allows.
pub fn not_allowed(what: String) -> Broken {
    Broken {
        promise: PromiseId::LockStep,
        because: Because::NotAllowed { what },
    }
}
