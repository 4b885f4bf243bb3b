//! Each clause of each promise of a log is shown to fire on logs made by hand, and to stay quiet on logs that are nearly
//! as bad; and no promise and no clause is without.

#[path = "storage_promises/appending.rs"]
mod appending;
#[path = "storage_promises/compacting.rs"]
mod compacting;
#[path = "storage_promises/derived.rs"]
mod derived;
#[path = "storage_promises/reading.rs"]
mod reading;
#[path = "storage_promises/recovering.rs"]
mod recovering;
#[path = "storage_promises/retaining.rs"]
mod retaining;
#[path = "storage_promises/transactions.rs"]
mod transactions;
#[path = "storage_promises/world.rs"]
mod world;

use std::collections::BTreeSet;

use plimsoll_promises::{Broken, Kind, PromiseId, storage::broken_in};

use world::{Found, History};

/// What one clause of a promise says of logs made by hand.
struct Cases {
    promise: PromiseId,
    /// A beginning of the clause's sentence; all of it is the promise's to say.
    clause: &'static str,
    /// Each breaks this clause, by its place in the list.
    fires: Vec<Result<(), Broken>>,
    /// Each breaks nothing.
    quiet: Vec<Result<(), Broken>>,
}

impl Cases {
    fn clause(&self) -> &'static str {
        let clauses = self.promise.promise().clauses.iter();
        let mut named = clauses.filter(|clause| clause.starts_with(self.clause));
        match (named.next(), named.next()) {
            (Some(clause), None) => clause,
            _ => panic!("{}: which clause is '{}'?", self.promise, self.clause),
        }
    }
}

fn cases(
    promise: PromiseId,
    clause: &'static str,
    fires: impl IntoIterator<Item = Result<(), Broken>>,
    quiet: impl IntoIterator<Item = Result<(), Broken>>,
) -> Cases {
    Cases {
        promise,
        clause,
        fires: fires.into_iter().collect(),
        quiet: quiet.into_iter().collect(),
    }
}

/// What a relation that holds whenever the log is open says of these two.
fn held(promise: PromiseId, written: &History, found: &Found) -> Result<(), Broken> {
    match promise.kind() {
        Kind::Log(relation) => relation(written, found),
        other => panic!("{promise} is no relation between two logs but {other:?}"),
    }
}

fn all() -> Vec<Cases> {
    [
        appending::l1(),
        appending::l3(),
        appending::l8(),
        reading::l7(),
        reading::l13(),
        recovering::l9(),
        recovering::l10(),
        derived::l11(),
        retaining::k1(),
        retaining::k4(),
        retaining::k8(),
        retaining::k10(),
        compacting::k2(),
        compacting::k3(),
        compacting::k6(),
        compacting::k9(),
        transactions::k7(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn each_clause_fires_and_stays_quiet() {
    let mut wrong = Vec::new();
    for cases in all() {
        let clause = cases.clause();
        let name = format!("{}: {clause}", cases.promise);
        for (place, fires) in cases.fires.iter().enumerate() {
            match fires {
                Err(broken)
                    if (broken.promise, broken.clause()) == (cases.promise, Some(clause)) => {}
                Err(other) => wrong.push(format!("{name} Bad case {place} breaks: {other}")),
                Ok(()) => wrong.push(format!("{name} Bad case {place} breaks nothing")),
            }
        }
        for (place, quiet) in cases.quiet.iter().enumerate() {
            if let Err(broken) = quiet {
                wrong.push(format!("{name} Nearly bad case {place} breaks: {broken}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_promise_and_no_clause_is_without() {
    let shown: BTreeSet<_> = all()
        .iter()
        .filter(|cases| !cases.fires.is_empty() && !cases.quiet.is_empty())
        .map(|cases| (cases.promise, cases.clause()))
        .collect();
    for promise in PromiseId::STORAGE {
        let clauses = promise.promise().clauses;
        assert!(!clauses.is_empty(), "{promise} names no clause");
        for clause in clauses {
            assert!(shown.contains(&(*promise, *clause)), "{promise}: {clause}");
        }
    }
}

/// The logs that the cases begin with break nothing at all, so each case breaks what it is said to break alone.
#[test]
fn a_right_log_breaks_nothing() {
    use world::{aborted, batch, by, in_epoch, marker, producer, transactional};
    let batches = [
        by(1, 0, 0, batch(0, &[(1, Some(1)), (2, Some(2))])),
        transactional(7, batch(2, &[(1, Some(3))])),
        marker(3, 7, false),
        in_epoch(1, batch(4, &[(2, None)])),
    ];
    let found = Found::of(&batches)
        .aborting(&[aborted(2, 3, 7)])
        .knowing(&[producer(1, 0, &[(0, 1, 0)]), producer(7, 0, &[(2, 2, 2)])])
        .in_epochs(&[(0, 0), (1, 4)]);
    let written = History::of(&batches);
    assert_eq!(broken_in(&written, &found).collect::<Vec<_>>(), []);
    let nothing = Found::of(&[]);
    assert_eq!(broken_in(&History::of(&[]), &nothing).count(), 0);
}
