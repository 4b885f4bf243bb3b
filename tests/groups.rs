//! The coordinator over an offsets log that is compacted, lost and loaded again: exact counts, nothing broken, every
//! mistake caught where it is said to be, and its companion passes.

use plimsoll_coordinator::Decisions;
use plimsoll_explore::{
    groups::{
        GroupsAction, GroupsBounds, GroupsSystem, Scene,
        mutants::{self, GroupsMutant},
        runs,
    },
    ledger::Watched,
    search::{
        levels::{self, Findings, Limits},
        second,
    },
    system::System,
};
use plimsoll_promises::PromiseId;

fn search(system: &GroupsSystem, first_breach: bool) -> Findings<GroupsAction> {
    let limits = Limits {
        first_breach,
        ..Limits::default()
    };
    levels::explore(system, 0, limits, |_, _| {})
}

fn told(found: &Findings<GroupsAction>) -> Vec<String> {
    let breaches = found.breaches.iter();
    breaches.map(|breach| breach.broken.to_string()).collect()
}

/// Distinct states and steps taken.
type Counts = (usize, u64);

fn explore(name: &str, bounds: GroupsBounds, counts: Counts) {
    let system = GroupsSystem::new(bounds, Decisions::default());
    let found = search(&system, false);
    println!("{name}: {} states, {:.1?}", found.states, found.time);
    assert_eq!(told(&found), Vec::<String>::new(), "{name}");
    assert!(found.complete, "{name}: cut short");
    assert_eq!((found.states, found.transitions), counts, "{name}");
    assert_eq!(found.depth, usize::from(bounds.steps), "{name}: steps");
    for (index, situation) in system.situations().iter().enumerate() {
        let expected = system.expected() >> index & 1 == 1;
        let met = found.situations[index] > 0;
        assert_eq!(met, expected, "{name}: {}", situation.told);
    }
    let second = second::explore(system);
    assert_eq!(
        (second.states, second.broken),
        (found.states, false),
        "{name}"
    );
}

#[test]
fn commits() {
    explore("commits", runs::COMMITS, (6_107, 12_540));
}

#[test]
fn transactions() {
    explore("transactions", runs::TRANSACTIONS, (27_087, 42_599));
    explore("mixed", runs::MIXED, (12_617, 19_108));
}

#[test]
fn members() {
    explore("members", runs::MEMBERS, (28_450, 55_949));
}

#[test]
fn static_members() {
    explore("static", runs::STATIC, (15_203, 31_524));
}

#[test]
fn expiry() {
    explore("expiry", runs::EXPIRY, (6_515, 16_016));
    explore(
        "expiry in transactions",
        runs::EXPIRY_IN_TRANSACTIONS,
        (48_655, 83_958),
    );
}

#[test]
fn lives_of_a_group() {
    explore("group life", runs::GROUP_LIFE, (16_359, 33_286));
}

#[test]
fn names_and_what_is_left_behind() {
    explore("names", runs::NAMES, (1_021, 1_273));
    explore("left behind", runs::LEFT_BEHIND, (367, 881));
}

/// Everything that a mutant breaks within its bounds, each with the fewest steps; every other promise is blind to it.
#[test]
fn each_mutant_breaks_what_it_is_said_to_break() {
    let mut wrong = Vec::new();
    for mutant in &mutants::ALL {
        let mut system = mutant.system();
        system.beyond_breach = true;
        let found = search(&system, false);
        assert!(found.complete, "{}: cut short", mutant.name);
        let mut breaks: Vec<_> = found
            .breaches
            .iter()
            .map(|b| (b.broken.promise, b.path.len()))
            .collect();
        breaks.sort_by_key(|(promise, steps)| (*steps, *promise));
        if breaks != mutant.breaks {
            wrong.push(format!("{}: {breaks:?}", mutant.name));
        }
        let sees = breaks.iter().any(|(promise, _)| *promise == mutant.about);
        if !sees {
            wrong.push(format!("{}: {} is blind", mutant.name, mutant.about));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_companion_passes() {
    for mutant in &mutants::ALL {
        let found = search(&mutant.nearly(), false);
        let none = Vec::<String>::new();
        assert_eq!(
            told(&found),
            none,
            "{}: {}",
            mutant.name,
            mutant.nearly.told
        );
        assert!(found.complete, "{}: cut short", mutant.name);
    }
}

/// A shortest path to a breach of `promise` as a story.
fn story(mutant: &GroupsMutant, promise: PromiseId) -> String {
    let mut system = mutant.system();
    system.watched = Watched::these(&[promise]);
    let found = search(&system, true);
    let breach = found.shortest().expect("it is caught");
    let scenes = system
        .tell(&breach.path)
        .expect("an explorer's path can be taken");
    let known = mutant.breaks.iter().find(|(of, _)| *of == promise);
    assert_eq!(
        Some(scenes.len()),
        known.map(|(_, steps)| *steps),
        "{}",
        mutant.name
    );
    text(mutant, promise, &scenes)
}

fn text(mutant: &GroupsMutant, promise: PromiseId, scenes: &[Scene]) -> String {
    let mut text = format!(
        "{}  {}\nbreaks {promise} in {} of the system groups; no shorter way does\n\n",
        mutant.name,
        mutant.told,
        match scenes.len() {
            1 => "1 step".to_owned(),
            steps => format!("{steps} steps"),
        }
    );
    let party = |name: &str, told: &str| format!("       {name:<12} {told}\n");
    for (index, scene) in scenes.iter().enumerate() {
        text += &format!("{:>3}  {}\n", index + 1, scene.told);
        for note in &scene.notes {
            text += &format!("     {note}\n");
        }
        for (name, told) in &scene.changed {
            text += &party(name, told);
        }
    }
    let last = scenes.last().expect("a path has steps");
    for broken in &last.broken {
        text += &format!(
            "\n{} is broken: {}\n",
            broken.promise,
            broken.promise.sentence()
        );
        text += &format!("  because {}\n", broken.because);
    }
    text
}

#[test]
fn the_shortest_stories() {
    for mutant in &mutants::ALL {
        let name = format!("groups_{}", mutant.name);
        insta::assert_snapshot!(name, story(mutant, mutant.killed_by()));
        if mutant.about != mutant.killed_by() {
            let name = format!("groups_{}_{}", mutant.name, mutant.about);
            insta::assert_snapshot!(name, story(mutant, mutant.about));
        }
    }
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
        let here = usize::from(GroupsMutant::named(name).is_some());
        let elsewhere = mutants::ELSEWHERE.iter().filter(|(of, _)| *of == name);
        assert_eq!(here + elsewhere.count(), 1, "{name}");
    }
    for (name, told) in mutants::ELSEWHERE {
        let known = plimsoll_explore::mutants::Known::named(name, None).is_some();
        assert_eq!(known, told.starts_with("design and code"), "{name}");
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
    ]
    .into_iter()
    .filter_map(|(name, otherwise)| otherwise.then_some(name))
    .collect()
}

/// No decision can be taken wrongly without a mutant that does: here, or in design and code.
#[test]
fn every_decision_is_taken_otherwise() {
    let mut taken: Vec<_> = mutants::ALL
        .iter()
        .flat_map(|mutant| otherwise(mutant.decisions()))
        .collect();
    // C-20, C-21 and L-ack.
    taken.extend(["commit", "cache", "produce"]);
    taken.sort_unstable();
    taken.dedup();
    assert_eq!(taken.len(), 19, "{taken:?}");
}
