//! The tables of the group APIs, cell by cell: none is missing, all hold on the reference, and a coordinator that is wrong
//! in one place is told exactly where.

#[path = "cells/conditions.rs"]
mod conditions;
#[path = "cells/plug_in.rs"]
mod plug_in;
#[path = "cells/wrong.rs"]
mod wrong;

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_conformance::{Api, Ran, ReferenceSubjects, State, cells, run};

use conditions::CONDITIONS;

#[test]
fn every_cell_of_every_table_has_a_case() {
    let mut there: BTreeMap<(Api, &str, State), usize> = BTreeMap::new();
    for cell in cells() {
        *there
            .entry((cell.row.api, cell.row.condition, cell.state))
            .or_default() += 1;
    }
    let mut wanted = BTreeSet::new();
    for (api, conditions) in CONDITIONS {
        for condition in *conditions {
            wanted.extend(State::ALL.map(|state| (*api, *condition, state)));
        }
    }
    let apis: Vec<Api> = CONDITIONS.iter().map(|(api, _)| *api).collect();
    assert_eq!(apis, Api::ALL);
    assert_eq!(there.keys().copied().collect::<BTreeSet<_>>(), wanted);
    assert!(
        there.values().all(|count| *count == 1),
        "a cell has two cases"
    );
}

#[test]
fn every_cell_holds_on_the_reference() {
    let (mut passed, mut unreachable) = (0, 0);
    for cell in cells() {
        match run(&ReferenceSubjects::default(), &cell) {
            Ran::Passed => passed += 1,
            Ran::Unreachable(why) => {
                assert!(!why.is_empty());
                unreachable += 1;
            }
            other => panic!("{}: {other:?}", cell.name()),
        }
    }
    println!("{passed} cells hold, {unreachable} are declared to be out of reach");
    assert_eq!((passed, unreachable), (1297, 167));
}
