//! How many places a new system, a new mutant and a new promise touch: a toy one of each is added from outside, and goes
//! through everything that lists, searches, walks, draws and stores; and the places are counted in the sources.

use std::{
    fs,
    path::Path,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use plimsoll_explore::{
    descriptor::{Descriptor, Watching},
    explorable::Explorable,
    ledger::Watched,
    limits::at_most,
    mutants::{MadeIn, Mistake, Mutant, PassingVariant},
    narrate::{Message, Narrate, Narrative, NotPossible, Party, Scene},
    registry::{SYSTEMS, Systems},
    runs::RunWithin,
    search::levels::{Breach, Findings, Limits},
    system::{CoverageGoal, Head, Outcome, System},
};
use plimsoll_promises::{Because, Broken, Claim, PromiseId};
use plimsoll_report::{
    Checked, Counterexample, SecondOpinion, Setup, Standing, Trace, html, mermaid, story,
};
use serde::{Deserialize, Serialize};

// ---- The toy system, as its folder would have it. ----

/// A shelf onto which records are put, and off which none may fall once it was acknowledged.
#[derive(Debug, Clone, Copy)]
struct Toy;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shelf {
    records: u8,
    earthquakes: u8,
}

#[derive(Debug, Clone, Copy)]
struct AcknowledgedInTheAir;

impl Mistake for AcknowledgedInTheAir {
    fn made_in(&self) -> MadeIn {
        MadeIn::Code("toy")
    }
}

#[derive(Debug, Clone)]
struct ToySystem {
    bounds: Shelf,
    wrong: bool,
    watching: Watching,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Act {
    Put,
    Nail,
    Shake,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct State {
    put: u8,
    nailed: u8,
    acknowledged: u8,
    shaken: u8,
    written: u8,
    broken: bool,
}

// ---- The toy promise: a relation, like those of a log. ----

fn acknowledged_records_stay(state: &State) -> Result<(), Broken> {
    match state.put < state.acknowledged {
        false => Ok(()),
        true => Err(Broken {
            promise: PromiseId::L1,
            because: Because::NotAllowed {
                what: format!("record {} fell off the shelf", state.acknowledged),
            },
        }),
    }
}

// ---- The toy mutant: one declaration. ----

const TOY: [Mutant<AcknowledgedInTheAir, Shelf>; 1] = [Mutant {
    name: "T-1",
    description: "a record is acknowledged before it is nailed to the shelf",
    mistake: AcknowledgedInTheAir,
    bounds: Shelf {
        records: 2,
        earthquakes: 1,
    },
    breaks: &[(PromiseId::L1, 2)],
    passes: PassingVariant::Within {
        description: "the earth never quakes",
        bounds: Shelf {
            records: 2,
            earthquakes: 0,
        },
    },
}];

impl Descriptor for Toy {
    type Bounds = Shelf;
    type Mistake = AcknowledgedInTheAir;
    type System = ToySystem;

    const NAME: &'static str = "toy";
    const RUNS: &'static [RunWithin<Shelf>] = &[RunWithin::new(
        "toy",
        "two records, one earthquake",
        TOY[0].bounds,
        16,
    )];
    const MUTANTS: &'static [Mutant<AcknowledgedInTheAir, Shelf>] = &TOY;

    fn promises(self) -> Vec<PromiseId> {
        vec![PromiseId::L1]
    }

    fn check_limits(self, bounds: &Shelf, _: Option<Claim>) -> Result<(), String> {
        at_most(&[("records", bounds.records.into(), 4)])
    }

    fn build(
        self,
        bounds: Shelf,
        mistake: Option<AcknowledgedInTheAir>,
        watching: Watching,
    ) -> ToySystem {
        ToySystem {
            bounds,
            wrong: mistake.is_some(),
            watching,
        }
    }
}

impl System for ToySystem {
    type State = State;
    type Action = Act;

    fn head(&self) -> Head {
        Head {
            name: Toy::NAME,
            question: "Do records stay on a shelf?",
            driven: "a shelf",
            modelled: "earthquakes",
            not_verified: "nails",
        }
    }

    fn bounds(&self) -> Vec<(&'static str, u64)> {
        vec![
            ("records", self.bounds.records.into()),
            ("earthquakes", self.bounds.earthquakes.into()),
        ]
    }

    fn coverage_goals(&self) -> &'static [CoverageGoal] {
        &[CoverageGoal {
            description: "a record fell off",
        }]
    }

    fn expected(&self) -> u64 {
        u64::from(self.bounds.earthquakes > 0)
    }

    fn bound_names(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn start(&self) -> State {
        State::default()
    }

    fn actions(&self, state: &State, actions: &mut Vec<Act>) {
        if state.broken && !self.watching.beyond_breach {
            return;
        }
        if state.written < self.bounds.records {
            actions.push(Act::Put);
        }
        if state.nailed < state.put {
            actions.push(Act::Nail);
        }
        if state.shaken < self.bounds.earthquakes {
            actions.push(Act::Shake);
        }
    }

    fn step(&self, from: &State, action: Act) -> Outcome<State> {
        let mut state = *from;
        match action {
            Act::Put => {
                state.put += 1;
                state.written += 1;
            }
            Act::Nail => state.nailed = state.put,
            Act::Shake => {
                state.put = state.nailed;
                state.shaken += 1;
            }
        }
        let settled = if self.wrong { state.put } else { state.nailed };
        state.acknowledged = state.acknowledged.max(settled);
        let mut broken: Vec<_> = acknowledged_records_stay(&state)
            .err()
            .into_iter()
            .collect();
        broken.retain(|b| self.watching.watched.contains(b.promise) && !from.broken);
        state.broken |= !broken.is_empty();
        Outcome {
            covered: u64::from(state.put < from.put),
            state,
            broken,
            bounds: 0,
            left_out: 0,
        }
    }

    fn broken(&self, state: &State) -> u64 {
        u64::from(state.broken) * PromiseId::L1.bit()
    }
}

impl Narrate for ToySystem {
    fn undo_symmetry(&self, path: &[Act]) -> Vec<Act> {
        path.to_vec()
    }

    fn narrate(&self, path: &[Act]) -> Result<Narrative, NotPossible> {
        let parties = |state: &State| vec![Party::new("shelf", format!("{} records", state.put))];
        let mut at = self.start();
        let before = parties(&at);
        let mut scenes = Vec::new();
        for (index, action) in path.iter().enumerate() {
            let mut offered = Vec::new();
            self.actions(&at, &mut offered);
            if !offered.contains(action) {
                return Err(NotPossible {
                    step: index + 1,
                    action: format!("{action:?}"),
                    because: "the shelf does not offer it".to_owned(),
                });
            }
            let outcome = self.step(&at, *action);
            at = outcome.state;
            scenes.push(Scene {
                description: vec![format!("{action:?}")],
                notes: Vec::new(),
                parties: parties(&at),
                messages: vec![Message::new("reader", "shelf", format!("{action:?} <it>"))],
                broken: outcome.broken,
            });
        }
        Ok(Narrative {
            lanes: vec!["reader", "shelf"],
            before,
            scenes,
        })
    }
}

/// The one line that the registry would have.
static WITH_TOY: Systems = Systems(&[&plimsoll_explore::design::Design, &Toy]);

fn quietly(_: usize, _: usize) {}

#[test]
fn a_toy_system_is_explored_by_both_searches() {
    let run = WITH_TOY.runs().into_iter().find(|run| run.name == "toy");
    let run = run.expect("it was added");
    let setup = Setup::right(run.scope.clone());
    let system = setup.build(false).expect("there is no mutant to be known");
    let found = system.search(0, Limits::default(), &mut quietly);
    assert!(found.complete && found.breaches.is_empty());
    assert_eq!(Some(found.states), run.states);
    assert!(found.covered[0] > 0, "no record ever fell off");
    let alone = system.search_in_parallel(0, 2, Limits::default(), &mut quietly);
    assert_eq!(alone.states, found.states);
    let second = system.second_search(Default::default());
    assert_eq!((second.states, second.broken), (found.states, false));
}

#[test]
fn a_toy_mutant_breaks_what_it_is_said_to_break_and_its_story_is_written_drawn_and_stored() {
    let mutant = WITH_TOY.mutant("t-1").expect("it was added");
    assert_eq!(
        (&mutant.systems[..], mutant.not_detected_by.len()),
        (&["toy"][..], 0)
    );
    let setup = Setup::mutant(&mutant);
    let system = setup.build(false).expect("it knows its mutant");
    let found = system.search(0, Limits::default(), &mut quietly);
    let breach = found.shortest().expect("it is found");
    assert_eq!((breach.broken.promise, breach.path.len()), mutant.breaks[0]);
    let close = mutant.scope.system().passing_variant(mutant.name);
    let close = close.expect("it knows its mutant");
    let passes = close.search(0, Limits::default(), &mut quietly);
    assert!(passes.complete && passes.breaches.is_empty());

    let written = Counterexample::found(&setup, &*system, &breach.path);
    let (trace, counterexample) = written
        .expect("an explorer's path can be walked again")
        .expect("and breaks the promise again");
    let story = story(&counterexample);
    assert!(story.contains("record 1 fell off the shelf"), "{story}");
    assert!(mermaid(&counterexample).contains("reader->>shelf: Shake"));
    let page = html(&counterexample);
    assert!(
        page.contains("Shake &lt;it&gt;") && !page.contains("<it>"),
        "{page}"
    );

    let text = trace.to_json();
    let read = Trace::read(&text, &WITH_TOY).expect("it was just written");
    assert_eq!((&read, read.to_json()), (&trace, text.clone()));
    let again = Counterexample::walk(&read.setup, &*system, &read.steps);
    let again = again.expect("it can be walked").expect("and breaks again");
    assert_eq!(again.steps(), breach.path.len());
    // Whoever does not know the system says so, and a step that is none of it is named by its line.
    let unknown = Trace::read(&text, &SYSTEMS).expect_err("there is no toy there");
    assert!(unknown.problem.starts_with("no system is called 'toy'"));
    let bad = Trace::read(&text.replace("\"Shake\"", "\"Quake\""), &WITH_TOY);
    let bad = bad.expect_err("nothing quakes");
    assert!(bad.line > 1 && bad.problem.contains("Quake"), "{bad}");
    let great = text.replace("\"records\":2", "\"records\":5");
    let great = Trace::read(&great, &WITH_TOY).expect_err("too many");
    assert!(great.problem.contains("`bounds.records` is 5"), "{great}");
}

/// What is not watched is not broken.
#[test]
fn a_toy_promise_that_does_not_watch_says_nothing() {
    let nobody = Watching {
        claim: None,
        watched: Watched(0),
        beyond_breach: true,
    };
    let mutant = &TOY[0];
    let system = Toy.build(mutant.bounds, Some(mutant.mistake), nobody);
    let found = plimsoll_explore::search::levels::explore(&system, 0, Limits::default(), quietly);
    assert!(found.breaches.is_empty());
}

fn checked(found: &Findings<String>, opinion: SecondOpinion) -> Checked {
    let setup = Setup::right(WITH_TOY.runs()[4].scope.clone());
    let system = setup.build(false).expect("there is no mutant to be known");
    let watching = (setup.claim, Watched::these(&setup.watched));
    Checked::of(("toy", ""), &*system, watching, found, opinion)
}

fn explored() -> (Box<dyn Explorable>, Findings<String>) {
    let setup = Setup::right(WITH_TOY.runs()[4].scope.clone());
    let system = setup.build(false).expect("there is no mutant to be known");
    let found = system.search(0, Limits::default(), &mut quietly);
    (system, found)
}

/// A search that ended early says so, by whichever limit, with however many threads; and what ended early is unknown.
#[test]
fn a_search_that_is_cut_short_is_never_complete() {
    let (system, whole) = explored();
    for limits in [
        Limits {
            states: 5,
            ..Limits::default()
        },
        Limits {
            time: Duration::ZERO,
            ..Limits::default()
        },
    ] {
        let by_levels = system.search(0, limits, &mut quietly);
        let mut cut_short = vec![by_levels];
        for threads in 1..=3 {
            cut_short.push(system.search_in_parallel(0, threads, limits, &mut quietly));
        }
        for found in cut_short {
            assert!(!found.complete && found.states < whole.states, "{limits:?}");
            let verdict = checked(&found, SecondOpinion::NotHeard).verdict;
            assert_eq!(verdict, Standing::Unknown, "{limits:?}");
        }
    }
    let cancelled = system.second_search(Arc::new(AtomicBool::new(true)));
    assert!(cancelled.states < whole.states);
}

/// Each flag of an exploration decides its verdict by itself.
#[test]
fn every_flag_of_an_exploration_decides() {
    let (_, found) = explored();
    let verdict = |found: &Findings<String>, opinion| checked(found, opinion).verdict;
    assert_eq!(verdict(&found, SecondOpinion::Agrees), Standing::Kept);
    let differs = SecondOpinion::Differs {
        states: 15,
        broken: false,
    };
    assert_eq!(verdict(&found, differs), Standing::Broken);
    let incomplete = Findings {
        complete: false,
        ..found.clone()
    };
    assert_eq!(
        verdict(&incomplete, SecondOpinion::Agrees),
        Standing::Unknown
    );
    let left_out = Findings {
        left_out: 1,
        ..found.clone()
    };
    assert_eq!(verdict(&left_out, SecondOpinion::Agrees), Standing::Unknown);
    let never_covered = Findings {
        covered: vec![0],
        ..found.clone()
    };
    let empty = checked(&never_covered, SecondOpinion::Agrees);
    assert_eq!(
        (empty.verdict, empty.never_covered().count()),
        (Standing::Broken, 1)
    );
    let breach = Breach {
        broken: Broken {
            promise: PromiseId::L1,
            because: Because::NotAllowed {
                what: String::new(),
            },
        },
        path: Vec::new(),
    };
    let broken = Findings {
        breaches: vec![breach],
        ..found
    };
    assert_eq!(verdict(&broken, SecondOpinion::Agrees), Standing::Broken);
}

/// Lines of code, comments aside, in which one of these stands.
fn lines(folder: &str, except: &str, words: &[String]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(folder);
    let mut folders = vec![root];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the sources are there") {
            let path = entry.expect("and can be listed").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.display().to_string();
            if name.contains(except) || !name.ends_with(".rs") {
                continue;
            }
            let text = fs::read_to_string(&path).expect("and read");
            let code = text.lines().map(|line| match line.trim_start() {
                comment if comment.starts_with("//") => String::new(),
                // A crate may be called as a system is.
                code => code.replace("plimsoll_disk::", ""),
            });
            let hits = code.filter(|line| words.iter().any(|word| line.contains(word)));
            found.extend(hits.map(|line| format!("{name}: {line}")));
        }
    }
    found
}

/// Outside of its folder a system stands in the registry and where its module is declared, and nowhere else. (*code* is
/// held to the design, so it knows its folder.)
#[test]
fn a_system_touches_its_folder_and_the_registry() {
    for (module, name) in [("disk", "Disk"), ("groups", "Groups"), ("code", "Code")] {
        let words = [
            format!("{module}::"),
            format!("mod {module};"),
            format!("{name}System"),
            format!("&{name}"),
            format!("\"{module}\""),
        ];
        let mut places = Vec::new();
        for folder in ["specs/explore/src", "specs/report/src", "specs/cli/src"] {
            places.extend(lines(folder, &format!("src/{module}/"), &words));
        }
        let elsewhere = places.iter().filter(|place| {
            !place.contains("explore/src/registry.rs") && !place.contains("explore/src/lib.rs")
        });
        let elsewhere: Vec<_> = elsewhere.collect();
        assert!(elsewhere.is_empty(), "{module}: {elsewhere:#?}");
        assert!((2..=3).contains(&places.len()), "{module}: {places:#?}");
    }
}

/// Outside of its own file a promise stands in a line of the catalogue and where its module is declared.
#[test]
fn a_promise_touches_its_file_and_the_catalogue() {
    for (level, module, id) in [
        ("storage", "k9", "K9"),
        ("storage", "l13", "L13"),
        ("topic", "v2", "V2"),
        ("topic", "o7", "O7"),
    ] {
        let words = [
            format!("mod {module};"),
            format!("{level}::{module}"),
            format!("PromiseId::{id}"),
        ];
        let places = lines("specs/promises/src", &format!("/{module}.rs"), &words);
        assert_eq!(places.len(), 2, "{id}: {places:#?}");
    }
}
