//! The search for a counterexample: by levels, until no shorter way to a broken promise can come any more.

use plimsoll_explore::{
    explorable::{Explorable, JsonStep},
    search::levels::{Findings, Limits},
};
use plimsoll_report::{Counterexample, Setup, counterexample::Found};

/// What a search for a counterexample came to.
pub struct Search {
    /// The shortest counterexample, as a file and as it can be rendered.
    pub found: Found,
    /// What was explored on the way.
    pub findings: Findings<JsonStep>,
}

/// Searches a system that was built from `setup`.
pub fn find_counterexample(
    setup: &Setup,
    system: &dyn Explorable,
    limits: Limits,
    progress: &mut dyn FnMut(usize, usize),
) -> Search {
    let limits = Limits {
        first_breach: true,
        ..limits
    };
    let findings = system.search(setup.per_resume(), limits, progress);
    let found = findings.shortest().map(|breach| {
        let found = Counterexample::found(setup, system, &breach.path)
            .expect("an explorer's path can be walked again");
        found.expect("a path to a breach breaks a promise when it is walked again")
    });
    Search { found, findings }
}
