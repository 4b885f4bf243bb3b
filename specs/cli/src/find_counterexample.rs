//! The hunt for a mutant: a search by levels that ends with the first broken promise.

use plimsoll_explore::{
    narrate::Narrate,
    search::levels::{Findings, Limits, explore},
};
use plimsoll_report::{Counterexample, Setup, counterexample::Found};

/// What a hunt came to.
pub struct Hunt<A> {
    /// The shortest counterexample, as a file and as it can be told.
    pub caught: Found<A>,
    /// What the search found.
    pub findings: Findings<A>,
}

/// Hunts in a system that was built from `setup`.
pub fn find_counterexample<S: Narrate>(
    setup: &Setup,
    system: &S,
    limits: Limits,
    progress: impl FnMut(usize, usize),
) -> Hunt<S::Action> {
    let limits = Limits {
        first_breach: true,
        ..limits
    };
    let findings = explore(system, setup.per_resume(), limits, progress);
    let caught = findings.shortest().map(|breach| {
        let found = Counterexample::found(setup, system, &breach.path)
            .expect("an explorer's path can be walked again");
        found.expect("a path to a breach breaks a promise when it is walked again")
    });
    Hunt { caught, findings }
}
