//! `plimsoll replay`: a stored counterexample, walked again.

use std::{fs, path::Path};

use plimsoll_explore::{mutants::ALL, narrate::Narrate};
use plimsoll_report::{Counterexample, Setup, Trace, trace::read_setup};
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
        let setup = setup(&file, &text, args.system.as_deref())?;
        match &*setup.system {
            "code" => walk(&text, &setup, &setup.code(), args, output),
            _ => walk(&text, &setup, &setup.design(), args, output),
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

/// What the trace was found in, or the system that was asked for instead.
fn setup(file: &str, text: &str, system: Option<&str>) -> Result<Setup, Obstacle> {
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
    if let Some(system) = system {
        runs::system(system)
            .map_err(|error| (Exit::Usage, format!("error: {error}")))?
            .clone_into(&mut setup.system);
    }
    Ok(setup)
}

fn walk<S: Narrate>(
    text: &str,
    setup: &Setup,
    system: &S,
    args: &ReplayArgs,
    output: &mut Output<'_>,
) -> Result<Exit, Obstacle>
where
    S::Action: Serialize + DeserializeOwned,
{
    let file = name(&args.file);
    let bad = |error: String| (Exit::BadData, format!("error: {file}{error}\n"));
    let trace = Trace::<S::Action>::read(text).map_err(|error| bad(format!(":{error}")))?;
    let walked = Counterexample::walk(setup, system, &trace.steps)
        .map_err(|not_possible| bad(format!(": on the {}, {not_possible}", setup.system)))?;
    let Some(mut counterexample) = walked else {
        output.say(&no_longer(&trace));
        return Ok(Exit::Unknown);
    };
    counterexample.again = format!("plimsoll replay {}", args.file.display());
    output.say(&show(args.format, &trace, &counterexample));
    if args.format == Format::Story {
        output.say(&format!("\n{}", compare(&trace, &counterexample)));
    }
    Ok(Exit::Broken)
}

fn no_longer<A>(trace: &Trace<A>) -> String {
    format!(
        "it no longer breaks: the trace says that step {} breaks {} ({}), but all its steps were taken and no promise \
         that watches was broken\n",
        trace.broken.step, trace.broken.promise, trace.broken.because
    )
}

fn compare<A>(trace: &Trace<A>, counterexample: &Counterexample) -> String {
    let (promise, step) = (trace.broken.promise, trace.broken.step);
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
