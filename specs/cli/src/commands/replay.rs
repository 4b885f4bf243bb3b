//! `plimsoll replay`: a stored counterexample, walked again.

use std::{fs, path::Path};

use plimsoll_explore::{code::CodeAction, mutants::ALL, narrate::Narrate};
use plimsoll_model::Action;
use plimsoll_report::{
    Counterexample, Setup, Trace,
    trace::{Verdict, read_setup},
};
use serde::{Serialize, de::DeserializeOwned};

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
    let file = name(&args.file);
    let done = read(args, output).and_then(|text| {
        let (setup, found_in) = setup(&file, &text, args.system.as_deref())?;
        let bad = |error: String| (Exit::BadData, format!("error: {file}{error}\n"));
        let not_possible = |error| bad(format!(": on the {}, {error}", setup.system));
        match (&*found_in, &*setup.system) {
            ("code", "code") => {
                let trace = read_trace::<CodeAction>(&text).map_err(bad)?;
                walk(
                    &trace.broken,
                    &trace.steps,
                    &setup,
                    &setup.code(),
                    args,
                    output,
                )
            }
            ("code", _) => {
                let trace = read_trace::<CodeAction>(&text).map_err(bad)?;
                let steps = setup.code().to_design(&trace.steps).map_err(not_possible)?;
                let broken = Verdict {
                    step: steps.len(),
                    ..trace.broken
                };
                walk(&broken, &steps, &setup, &setup.design(), args, output)
            }
            (_, "code") => {
                let trace = read_trace::<Action>(&text).map_err(bad)?;
                let steps = setup
                    .code()
                    .from_design(&trace.steps)
                    .map_err(not_possible)?;
                let broken = Verdict {
                    step: steps.len(),
                    ..trace.broken
                };
                walk(&broken, &steps, &setup, &setup.code(), args, output)
            }
            _ => {
                let trace = read_trace::<Action>(&text).map_err(bad)?;
                walk(
                    &trace.broken,
                    &trace.steps,
                    &setup,
                    &setup.design(),
                    args,
                    output,
                )
            }
        }
    });
    done.unwrap_or_else(|(exit, error)| {
        output.complain(&error);
        exit
    })
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
        let told = format!("error: {file}: cannot be read: {error}; name a trace\n");
        (Exit::NoInput, told)
    })?;
    String::from_utf8(bytes).map_err(|_| {
        (
            Exit::BadData,
            format!("error: {file}: not UTF-8; name a trace\n"),
        )
    })
}

fn read_trace<A: Serialize + DeserializeOwned>(text: &str) -> Result<Trace<A>, String> {
    Trace::read(text).map_err(|error| format!(":{error}"))
}

/// The trace's setup, for the system that was asked for if one was; and the system that it was found in.
fn setup(file: &str, text: &str, system: Option<&str>) -> Result<(Setup, String), Obstacle> {
    let bad = |error: String| (Exit::BadData, format!("error: {file}: {error}"));
    let mut setup =
        read_setup(text).map_err(|error| (Exit::BadData, format!("error: {file}:{error}\n")))?;
    runs::system(&setup.system).map_err(bad)?;
    if let Some(name) = &setup.mutant
        && setup.known_mutant().is_none()
    {
        let names = ALL.map(|mutant| mutant.name);
        return Err(bad(runs::unknown("mutant", name, names)));
    }
    let found_in = setup.system.clone();
    if let Some(system) = system {
        runs::system(system)
            .map_err(|error| (Exit::Usage, format!("error: {error}")))?
            .clone_into(&mut setup.system);
    }
    Ok((setup, found_in))
}

/// Walks the steps and says whether they end as `wanted`.
fn walk<S: Narrate>(
    wanted: &Verdict,
    steps: &[S::Action],
    setup: &Setup,
    system: &S,
    args: &ReplayArgs,
    output: &mut Output<'_>,
) -> Result<Exit, Obstacle>
where
    S::Action: Serialize + DeserializeOwned,
{
    let file = name(&args.file);
    let walked = Counterexample::walk(setup, system, steps).map_err(|error| {
        let told = format!("error: {file}: on the {}, {error}\n", setup.system);
        (Exit::BadData, told)
    })?;
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
    let now = counterexample.told.len();
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
