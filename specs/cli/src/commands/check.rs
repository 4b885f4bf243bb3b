//! `plimsoll check`: everything that can happen, explored twice; or one mutant, hunted.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use plimsoll_explore::{
    ledger::Watched,
    mutants::AnyMutant,
    narrate::Narrate,
    runs::Run,
    search::{
        levels::{self, Findings, Limits},
        parallel, second,
    },
};
use plimsoll_promises::PromiseId;
use plimsoll_report::{
    Checked, Counterexample, SecondOpinion, Setup, Standing, WithSystem, counted, grouped, story,
    table,
};
use serde::{Serialize, de::DeserializeOwned};

use super::show::show;
use crate::{
    Exit, args::CheckArgs, cancel::Cancellable, find_counterexample::find_counterexample,
    output::Output, progress::Progress, runs,
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
    for (run, twice) in runs::named(args.system.as_deref(), args.deep)? {
        if output.closed() {
            break;
        }
        let progress = Progress::begin(run.name, output.terminal());
        let setup = Setup::right(run.scope);
        let (one, description) = setup.visit(Exploration {
            run: &run,
            setup: &setup,
            limits: limits(args),
            twice,
            progress: &progress,
        });
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
    run: &'a Run,
    setup: &'a Setup,
    limits: Limits,
    /// By two searches at once; otherwise by one that uses every core.
    twice: bool,
    progress: &'a Progress,
}

impl WithSystem for Exploration<'_> {
    type Output = (Checked, Option<String>);

    fn visit<S: Narrate + Clone + 'static>(self, system: S) -> Self::Output {
        let (findings, opinion) = match self.twice {
            true => self.explore_twice(&system),
            false => self.explore_alone(&system),
        };
        let watched = Watched::these(&self.setup.watched);
        let checked = Checked::of(
            (self.run.name, self.run.description),
            &system,
            (self.setup.claim, watched),
            &findings,
            opinion,
        );
        let description = findings.shortest().and_then(|breach| {
            let found = Counterexample::found(self.setup, &system, &breach.path).ok()??;
            Some(story(&found.1))
        });
        (checked, description)
    }
}

impl Exploration<'_> {
    fn explore_twice<S: Narrate + Clone + 'static>(
        &self,
        system: &S,
    ) -> (Findings<S::Action>, SecondOpinion) {
        let cancelled = Arc::new(AtomicBool::new(false));
        let second = Cancellable {
            system: system.clone(),
            cancelled: Arc::clone(&cancelled),
        };
        let second = thread::spawn(move || second::explore(second));
        let reach = |states, depth| self.progress.reach(states, depth);
        let findings = levels::explore(system, self.setup.per_resume(), self.limits, reach);
        // What was cut short is unknown, whatever the other search would say.
        cancelled.store(!findings.complete, Ordering::Relaxed);
        self.progress.await_second();
        let second = second.join().expect("the second search does not panic");
        let opinion = compare(&findings, second);
        (findings, opinion)
    }

    fn explore_alone<S: Narrate>(&self, system: &S) -> (Findings<S::Action>, SecondOpinion) {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let reach = |states, depth| self.progress.reach(states, depth);
        let per_resume = self.setup.per_resume();
        let findings = parallel::explore(system, per_resume, threads, self.limits, reach);
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
        for met in run.never_met() {
            text.push_str(&format!(
                "{}: never met \"{}\": its verdict is empty\n",
                run.run, met.situation
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
    let names = || {
        AnyMutant::all()
            .map(|known| known.name())
            .collect::<Vec<_>>()
    };
    let any = AnyMutant::named(name, None).ok_or_else(|| runs::unknown("mutant", name, names()))?;
    let system = runs::system(args.system.as_deref().unwrap_or(any.systems()[0]))?;
    let known = AnyMutant::named(name, Some(system)).unwrap_or(any);
    let mut setup = Setup::mutant(system, known).ok_or_else(|| {
        let systems = known.systems().join(" and ");
        format!(
            "the {system} does not know the mutant {}; it is known in {systems}\n",
            known.name()
        )
    })?;
    if let Some(id) = &args.promise {
        let ids = PromiseId::ALL.map(PromiseId::code);
        let promise = id.parse().map_err(|_| runs::unknown("promise", id, ids))?;
        setup = setup.watching(promise);
    }
    Ok(setup.visit(Hunting {
        setup: &setup,
        args,
        output,
    }))
}

/// The hunt for a mutant.
struct Hunting<'a, 'b> {
    setup: &'a Setup,
    args: &'a CheckArgs,
    output: &'a mut Output<'b>,
}

impl WithSystem for Hunting<'_, '_> {
    type Output = Exit;

    fn visit<S>(self, system: S) -> Exit
    where
        S: Narrate + Clone + 'static,
        S::Action: Serialize + DeserializeOwned,
    {
        find_counterexample_in(self.setup, &system, self.args, self.output)
    }
}

fn find_counterexample_in<S: Narrate>(
    setup: &Setup,
    system: &S,
    args: &CheckArgs,
    output: &mut Output<'_>,
) -> Exit
where
    S::Action: Serialize + DeserializeOwned,
{
    let progress = Progress::begin("hunting", output.terminal());
    let find_counterexample =
        find_counterexample(setup, system, limits(args), |s, d| progress.reach(s, d));
    drop(progress);
    let Some((trace, counterexample)) = &find_counterexample.caught else {
        return not_caught(setup, system, &find_counterexample.findings, output);
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
    Exit::Broken
}

fn not_caught<S: Narrate>(
    setup: &Setup,
    system: &S,
    findings: &Findings<S::Action>,
    output: &mut Output<'_>,
) -> Exit {
    let (verdict, exit) = match findings.complete {
        true => ("kept within these bounds", Exit::Kept),
        false => ("unknown: the search was cut short", Exit::Unknown),
    };
    let watched: Vec<_> = setup.watched.iter().map(|promise| promise.code()).collect();
    let bounds: Vec<_> = system
        .bounds()
        .iter()
        .map(|(name, bound)| format!("{name} {bound}"))
        .collect();
    output.say(&format!(
        "{verdict}: {} of {} does not break {}\n  bounds    {}\n  searched  {}, {} deep, in {:.1?}\n",
        setup.mutant.as_deref().unwrap_or("nothing"),
        setup.system(),
        watched.join(", "),
        bounds.join(", "),
        counted(findings.states as u64, "state"),
        counted(findings.depth as u64, "step"),
        findings.time
    ));
    exit
}
