//! `plimsoll replay`: a stored counterexample, walked again.

use std::{fs, path::Path};

use plimsoll_explore::{explorable::Explorable, narrate::NotPossible, registry::SYSTEMS};
use plimsoll_report::{Counterexample, Setup, Trace, trace::Verdict};

use super::show::show;
use crate::{
    Exit,
    args::{Format, ReplayArgs},
    output::Output,
    runs,
};

/// What keeps a trace from being walked: the exit code, and the error.
type Obstacle = (Exit, String);

pub(crate) fn replay(args: &ReplayArgs, output: &mut Output<'_>) -> Exit {
    let done = read(args, output).and_then(|text| {
        let file = name(&args.file);
        let trace = Trace::read(&text, &SYSTEMS)
            .map_err(|error| (Exit::BadData, format!("error: {file}:{error}\n")))?;
        let trace = match &args.system {
            None => trace,
            Some(asked) => on_another_system(&file, trace, asked)?,
        };
        walk(&trace, args, output)
    });
    done.unwrap_or_else(|(exit, error)| {
        output.complain(&error);
        exit
    })
}

fn build(setup: &Setup) -> Box<dyn Explorable> {
    let system = setup.build(false);
    system.expect("a trace was read, so its system knows its mutant")
}

/// The same trace as the system takes it that was asked for. Translated steps end with what was broken, however many they
/// are.
fn on_another_system(file: &str, trace: Trace, asked: &str) -> Result<Trace, Obstacle> {
    let usage = |error: String| (Exit::Usage, format!("error: {error}"));
    let found_on = trace.setup.system();
    let asked = runs::system(asked).map_err(usage)?.name();
    if found_on == asked {
        return Ok(trace);
    }
    let cannot = || {
        usage(format!(
            "a trace of the {found_on} cannot be walked on the {asked}\n"
        ))
    };
    let scope = trace.setup.scope.on(&SYSTEMS, asked).ok_or_else(cannot)?;
    let mutant = match trace.setup.mutant {
        None => None,
        Some(name) => Some(scope.system().mutant(name).ok_or_else(cannot)?.name),
    };
    let setup = Setup {
        scope,
        mutant,
        ..trace.setup.clone()
    };
    let translated = build(&trace.setup).steps_for(asked, &trace.steps);
    let translated = translated.or_else(|| build(&setup).steps_from(found_on, &trace.steps));
    let steps = translated
        .ok_or_else(cannot)?
        .map_err(|error| not_possible(file, asked, &error))?;
    let broken = Verdict {
        step: steps.len(),
        ..trace.broken
    };
    Ok(Trace {
        setup,
        steps,
        broken,
    })
}

fn not_possible(file: &str, system: &str, error: &NotPossible) -> Obstacle {
    let description = format!("error: {file}: on the {system}, {error}\n");
    (Exit::BadData, description)
}

fn name(file: &Path) -> String {
    match file.to_str() {
        Some("-") => "standard input".to_owned(),
        _ => file.display().to_string(),
    }
}

fn read(args: &ReplayArgs, output: &mut Output<'_>) -> Result<String, Obstacle> {
    let read = match args.file.to_str() {
        Some("-") => {
            let mut bytes = Vec::new();
            output.stdin().read_to_end(&mut bytes).map(|_| bytes)
        }
        _ => fs::read(&args.file),
    };
    let file = name(&args.file);
    let bytes = read.map_err(|error| {
        let description = format!("error: {file}: cannot be read: {error}; name a trace\n");
        (Exit::NoInput, description)
    })?;
    String::from_utf8(bytes).map_err(|_| {
        (
            Exit::BadData,
            format!("error: {file}: not UTF-8; name a trace\n"),
        )
    })
}

/// Walks the steps and says whether they end as the trace does.
fn walk(trace: &Trace, args: &ReplayArgs, output: &mut Output<'_>) -> Result<Exit, Obstacle> {
    let Trace {
        setup,
        steps,
        broken: wanted,
    } = trace;
    let system = build(setup);
    let walked = Counterexample::walk(setup, &*system, steps)
        .map_err(|error| not_possible(&name(&args.file), setup.system(), &error))?;
    let Some(mut counterexample) = walked else {
        output.say(&no_longer(wanted));
        return Ok(Exit::Unknown);
    };
    let system = args
        .system
        .as_ref()
        .map_or_else(String::new, |system| format!(" --system {system}"));
    counterexample.again = format!("plimsoll replay {}{system}", args.file.display());
    let trace = Trace::of(&counterexample, steps);
    output.say(&show(args.format, &trace, &counterexample));
    if args.format == Format::Story {
        output.say(&format!("\n{}", compare(wanted, &counterexample)));
    }
    Ok(Exit::Broken)
}

fn no_longer(wanted: &Verdict) -> String {
    format!(
        "it no longer breaks: the trace says that step {} breaks {} ({}), but all its steps were taken and no promise \
         that watches was broken\n",
        wanted.step, wanted.promise, wanted.because
    )
}

fn compare(wanted: &Verdict, counterexample: &Counterexample) -> String {
    let (promise, step) = (wanted.promise, wanted.step);
    let now = counterexample.steps();
    if now == step
        && counterexample
            .broken
            .iter()
            .any(|broken| broken.promise == promise)
    {
        return format!("the same verdict: step {step} breaks {promise}\n");
    }
    format!(
        "another verdict: the trace says that step {step} breaks {promise}, but step {now} breaks {}\n",
        counterexample.first_broken().promise
    )
}
