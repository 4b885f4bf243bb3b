//! `plimsoll check`: everything that can happen, explored twice; or the shortest way in which one mutant breaks a promise.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use plimsoll_explore::{
    explorable::{Explorable, JsonStep},
    ledger::Watched,
    registry::SYSTEMS,
    runs::Run,
    search::{
        levels::{Findings, Limits},
        second,
    },
};
use plimsoll_promises::PromiseId;
use plimsoll_report::{
    Checked, Counterexample, SecondOpinion, Setup, Standing, counted, grouped, story, table,
};

use super::show::show;
use crate::{
    Exit, args::CheckArgs, find_counterexample::find_counterexample, output::Output,
    progress::Progress, runs,
};

pub(crate) fn check(args: &CheckArgs, output: &mut Output<'_>) -> Exit {
    let done = match &args.mutant {
        Some(name) => check_mutant(args, name, output),
        None => check_all(args, output),
    };
    done.unwrap_or_else(|error| {
        output.complain(&format!("error: {error}"));
        Exit::Usage
    })
}

fn limits(args: &CheckArgs) -> Limits {
    Limits {
        states: args.max_states as usize,
        time: Duration::from_secs(args.max_seconds),
        first_breach: false,
    }
}

fn check_all(args: &CheckArgs, output: &mut Output<'_>) -> Result<Exit, String> {
    let mut checked = Vec::new();
    let mut stories = Vec::new();
    for run in runs::named(args.system.as_deref(), args.deep)? {
        if output.closed() {
            break;
        }
        let progress = Progress::begin(run.name, output.terminal());
        let exploration = Exploration {
            setup: Setup::right(run.scope.clone()),
            limits: limits(args),
            progress: &progress,
        };
        let (one, description) = exploration.explore(&run);
        drop(progress);
        if args.json {
            let line = serde_json::to_string(&one).expect("plain data without maps cannot fail");
            output.say(&format!("{line}\n"));
        }
        checked.push(one);
        stories.extend(description);
    }
    if !args.json {
        output.say(&table(&checked));
        stories
            .iter()
            .for_each(|description| output.say(&format!("\n{description}")));
        output.say(&format!("\n{}", conclusion(&checked)));
    }
    Ok(exit(&checked))
}

/// One run, and the story of what breaks, if anything does.
struct Exploration<'a> {
    setup: Setup,
    limits: Limits,
    progress: &'a Progress,
}

impl Exploration<'_> {
    fn explore(&self, run: &Run) -> (Checked, Option<String>) {
        let system = self.setup.build(false);
        let system = &*system.expect("a system without a mutant can be built");
        let (findings, opinion) = match run.deep {
            true => self.explore_alone(system),
            false => self.explore_twice(system),
        };
        let watched = Watched::these(&self.setup.watched);
        let checked = Checked::of(
            (run.name, run.description),
            system,
            (self.setup.claim, watched),
            &findings,
            opinion,
        );
        let description = findings.shortest().and_then(|breach| {
            let found = Counterexample::found(&self.setup, system, &breach.path).ok()??;
            Some(story(&found.1))
        });
        (checked, description)
    }

    /// By two searches at once.
    fn explore_twice(&self, system: &dyn Explorable) -> (Findings<JsonStep>, SecondOpinion) {
        let cancelled = Arc::new(AtomicBool::new(false));
        let mut reach = |states, depth| self.progress.reach(states, depth);
        thread::scope(|scope| {
            let second = scope.spawn(|| system.second_search(Arc::clone(&cancelled)));
            let findings = system.search(self.setup.per_resume(), self.limits, &mut reach);
            // What was cut short is unknown, whatever the other search would say.
            cancelled.store(!findings.complete, Ordering::Relaxed);
            self.progress.await_second();
            let second = second.join().expect("the second search does not panic");
            let opinion = compare(&findings, second);
            (findings, opinion)
        })
    }

    /// By one search that uses every core.
    fn explore_alone(&self, system: &dyn Explorable) -> (Findings<JsonStep>, SecondOpinion) {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let mut reach = |states, depth| self.progress.reach(states, depth);
        let per_resume = self.setup.per_resume();
        let findings = system.search_in_parallel(per_resume, threads, self.limits, &mut reach);
        (findings, SecondOpinion::NotAsked)
    }
}

fn compare<A>(findings: &Findings<A>, second: second::SecondOpinion) -> SecondOpinion {
    let broken = !findings.breaches.is_empty();
    if !findings.complete {
        SecondOpinion::NotHeard
    } else if second.states == findings.states && second.broken == broken {
        SecondOpinion::Agrees
    } else {
        SecondOpinion::Differs {
            states: second.states as u64,
            broken: second.broken,
        }
    }
}

fn exit(checked: &[Checked]) -> Exit {
    let exits = checked.iter().map(|run| match run.verdict {
        Standing::Kept => Exit::Kept,
        Standing::Unknown => Exit::Unknown,
        Standing::Broken => Exit::Broken,
    });
    exits.fold(Exit::Kept, Exit::worse)
}

/// The verdict in a sentence, and what made it.
fn conclusion(checked: &[Checked]) -> String {
    let mut text = String::new();
    for run in checked {
        for goal in run.never_covered() {
            text.push_str(&format!(
                "{}: never reached \"{}\": its verdict is empty\n",
                run.run, goal.goal
            ));
        }
        if let SecondOpinion::Differs { .. } = run.second_opinion {
            text.push_str(&format!(
                "{}: the two searches differ: neither can be trusted\n",
                run.run
            ));
        }
        if run.left_out > 0 {
            text.push_str(&format!(
                "{}: {} left out: what they lead to is unknown\n",
                run.run,
                counted(run.left_out, "outcome")
            ));
        }
        if !run.complete {
            text.push_str(&format!(
                "{}: cut short after {} states: what was not seen is unknown\n",
                run.run,
                grouped(run.states)
            ));
        }
    }
    let states = checked.iter().map(|run| run.states).sum();
    let promises = checked.iter().flat_map(|run| &run.promises);
    let broken = promises.filter(|(_, standing)| *standing == Standing::Broken);
    text.push_str(match (exit(checked), broken.count()) {
        (Exit::Kept, _) => "kept: every promise holds, exhaustively within these bounds",
        (Exit::Unknown, _) => {
            "unknown: nothing is broken in what was seen, but not everything was seen"
        }
        (_, 0) => "failed: no promise is broken, but a verdict that is empty or disputed is none",
        _ => "broken",
    });
    text.push_str(&format!(" ({} in all)\n", counted(states, "state")));
    text
}

fn check_mutant(args: &CheckArgs, name: &str, output: &mut Output<'_>) -> Result<Exit, String> {
    let setup = setup(args, name)?;
    let system = setup.build(false);
    let system = &*system.expect("a system knows the mutants that it declares");
    let progress = Progress::begin("searching", output.terminal());
    let mut reach = |states, depth| progress.reach(states, depth);
    let search = find_counterexample(&setup, system, limits(args), &mut reach);
    drop(progress);
    let Some((trace, counterexample)) = &search.found else {
        return Ok(not_found(&setup, system, &search.findings, output));
    };
    let text = show(args.format, trace, counterexample);
    match &args.out {
        Some(path) if output.save(path, &text) => {
            let broken = counterexample.first_broken();
            output.say(&format!("{broken}\nwritten to {}\n", path.display()));
        }
        Some(_) => {}
        None => output.say(&text),
    }
    Ok(Exit::Broken)
}

/// The mutant in the system that was asked for, or in the first one that knows it.
fn setup(args: &CheckArgs, name: &str) -> Result<Setup, String> {
    let asked = args.system.as_deref().map(runs::system).transpose()?;
    let here = asked.and_then(|system| system.mutant(name));
    let mutant = match here {
        Some(mutant) => mutant,
        None => {
            let names: Vec<_> = SYSTEMS.mutants().iter().map(|known| known.name).collect();
            let known = SYSTEMS.mutant(name);
            let known = known.ok_or_else(|| runs::unknown("mutant", name, names))?;
            if let Some(system) = asked {
                return Err(format!(
                    "the {} does not know the mutant {}; it is known in {}\n",
                    system.name(),
                    known.name,
                    known.systems.join(" and ")
                ));
            }
            known
        }
    };
    let setup = Setup::mutant(&mutant);
    let Some(id) = &args.promise else {
        return Ok(setup);
    };
    let ids = PromiseId::ALL.map(PromiseId::code);
    let promise = id.parse();
    let promise = promise.map_err(|_| runs::unknown("promise", id, ids))?;
    Ok(setup.watching(promise))
}

fn not_found(
    setup: &Setup,
    system: &dyn Explorable,
    findings: &Findings<JsonStep>,
    output: &mut Output<'_>,
) -> Exit {
    let (verdict, exit) = match findings.complete {
        true => ("kept within these bounds", Exit::Kept),
        false => ("unknown: the search was cut short", Exit::Unknown),
    };
    let watched: Vec<_> = setup.watched.iter().map(|promise| promise.code()).collect();
    let bounds: Vec<_> = system
        .facts()
        .bounds
        .iter()
        .map(|(name, bound)| format!("{name} {bound}"))
        .collect();
    output.say(&format!(
        "{verdict}: {} of {} does not break {}\n  bounds    {}\n  searched  {}, {} deep, in {:.1?}\n",
        setup.mutant.unwrap_or("nothing"),
        setup.system(),
        watched.join(", "),
        bounds.join(", "),
        counted(findings.states as u64, "state"),
        counted(findings.depth as u64, "step"),
        findings.time
    ));
    exit
}
