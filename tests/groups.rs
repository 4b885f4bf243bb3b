//! The coordinator over an offsets log that is compacted, lost and loaded again: exact counts, nothing broken, every
//! mistake caught where it is said to be, and the run that comes close passes.

use plimsoll_coordinator::Decisions;
use plimsoll_explore::{
    design::mutants::GROUP,
    groups::{
        GroupsAction, GroupsSystem,
        mutants::{COORDINATOR, ELSEWHERE},
        runs,
    },
    search::{
        levels::{self, Findings, Limits},
        second,
    },
    system::System,
};

fn description(found: &Findings<GroupsAction>) -> Vec<String> {
    let breaches = found.breaches.iter();
    breaches.map(|breach| breach.broken.to_string()).collect()
}

/// Explores a run of `check` twice. The steps taken are those of the first search.
fn explore(name: &str, transitions: u64) {
    let run = runs::ALL.iter().find(|run| run.name == name);
    let run = run.expect("there is such a run");
    let system = GroupsSystem::right(run.bounds);
    let found = levels::explore(&system, 0, Limits::default(), |_, _| {});
    println!("{name}: {} states, {:.1?}", found.states, found.time);
    assert_eq!(description(&found), Vec::<String>::new(), "{name}");
    assert!(found.complete, "{name}: cut short");
    let counts = (Some(found.states), found.transitions);
    assert_eq!(counts, (run.states, transitions), "{name}");
    assert_eq!(found.depth, usize::from(run.bounds.steps), "{name}: steps");
    for (index, goal) in system.coverage_goals().iter().enumerate() {
        let expected = system.expected() >> index & 1 == 1;
        let met = found.covered[index] > 0;
        assert_eq!(met, expected, "{name}: {}", goal.description);
    }
    let second = second::explore(system);
    let opinion = (second.states, second.broken);
    assert_eq!(opinion, (found.states, false), "{name}");
}

#[test]
fn commits_and_lives_of_a_group() {
    explore("groups, commits", 12_540);
    explore("groups, group life", 33_286);
}

#[test]
fn transactions() {
    explore("groups, transactions", 42_599);
    explore("groups, mixed", 19_108);
}

#[test]
fn members() {
    explore("groups, members", 55_753);
}

#[test]
fn static_members() {
    explore("groups, static", 31_524);
}

#[test]
fn expiry() {
    explore("groups, expiry", 16_016);
    explore("groups, expiry in transactions", 83_958);
}

#[test]
fn names_and_what_is_left_behind() {
    explore("groups, names", 1_273);
    explore("groups, left behind", 881);
}

/// The first set of the bug catalogue, as far as it concerns coordinators, groups and their offsets.
const FIRST_SET: [&str; 29] = [
    "C-1", "C-2", "C-3", "C-4", "C-5", "C-6", "C-7", "C-8", "C-10", "C-15", "C-16", "C-20", "C-21",
    "C-22", "C-23", "C-26", "G-1", "G-2", "G-4", "G-8", "G-15", "G-19", "G-29", "O-1", "O-4",
    "O-6", "O-17", "O-18", "O-19",
];

#[test]
fn every_mistake_of_the_first_set_has_one_home() {
    for name in FIRST_SET {
        let here = COORDINATOR
            .iter()
            .filter(|mutant| mutant.name == name)
            .count();
        let elsewhere = ELSEWHERE.iter().filter(|(of, _)| *of == name);
        assert_eq!(here + elsewhere.count(), 1, "{name}");
    }
    for (name, description) in ELSEWHERE {
        let known = GROUP.iter().any(|mutant| mutant.name == name);
        assert_eq!(known, description.starts_with("design and code"), "{name}");
    }
}

/// The decisions that a mutant takes otherwise.
fn otherwise(decisions: Decisions) -> Vec<&'static str> {
    let Decisions {
        replay,
        demand,
        open_transactions,
        sync_phase,
        replacement,
        expiry_base,
        static_session,
        tombstone_key,
        transaction_end,
        load,
        commit,
        cache,
        sync,
        fence,
        produce,
        watermark_order,
    } = decisions;
    let plimsoll_offsets::Decisions {
        materialise,
        tombstone,
        newer,
        key,
        routing,
    } = replay;
    let right = Decisions::default();
    [
        ("materialise", materialise != right.replay.materialise),
        ("tombstone", tombstone != right.replay.tombstone),
        ("newer", newer != right.replay.newer),
        ("key", key != right.replay.key),
        ("routing", routing != right.replay.routing),
        ("demand", demand != right.demand),
        (
            "open_transactions",
            open_transactions != right.open_transactions,
        ),
        ("sync_phase", sync_phase != right.sync_phase),
        ("replacement", replacement != right.replacement),
        ("expiry_base", expiry_base != right.expiry_base),
        ("static_session", static_session != right.static_session),
        ("tombstone_key", tombstone_key != right.tombstone_key),
        ("transaction_end", transaction_end != right.transaction_end),
        ("load", load != right.load),
        ("commit", commit != right.commit),
        ("cache", cache != right.cache),
        ("sync", sync != right.sync),
        ("fence", fence != right.fence),
        ("produce", produce != right.produce),
        ("watermark_order", watermark_order != right.watermark_order),
    ]
    .into_iter()
    .filter_map(|(name, otherwise)| otherwise.then_some(name))
    .collect()
}

/// No decision can be taken wrongly without a mutant that does: here, or in design and code.
#[test]
fn every_decision_is_taken_otherwise() {
    let mut taken: Vec<_> = COORDINATOR
        .iter()
        .flat_map(|mutant| otherwise(mutant.mistake.decisions()))
        .collect();
    // C-20, C-21 and L-ack are searched for in design and code; high watermarks overtake each other under loom.
    taken.extend(["commit", "cache", "produce", "watermark_order"]);
    taken.sort_unstable();
    taken.dedup();
    assert_eq!(taken.len(), 20, "{taken:?}");
}
