//! `plimsoll replay`: a stored counterexample, walked again.

use std::{fs, path::Path};

use plimsoll_explore::{code::CodeAction, mutants::AnyMutant, narrate::Narrate, scope::Scope};
use plimsoll_model::Action;
use plimsoll_report::{
    Counterexample, Setup, Trace, WithSystem,
    trace::{Verdict, read_setup, system},
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
        let (setup, asked) = setup(&file, &text, args.system.as_deref())?;
        let bad = |error: String| (Exit::BadData, format!("error: {file}{error}\n"));
        let not_possible = |error| bad(format!(": on the {}, {error}", asked.system()));
        match (setup.scope, asked.scope) {
            (Scope::Code(bounds), Scope::Design(_)) => {
                let trace = read_trace::<CodeAction>(&text).map_err(bad)?;
                let code = setup.code(bounds);
                let steps = code.to_design(&trace.steps).map_err(not_possible)?;
                let design = asked.design(bounds);
                walk(
                    &at_the_end(&steps, trace.broken),
                    &steps,
                    &asked,
                    &design,
                    args,
                    output,
                )
            }
            (Scope::Design(bounds), Scope::Code(_)) => {
                let trace = read_trace::<Action>(&text).map_err(bad)?;
                let code = asked.code(bounds);
                let steps = code.from_design(&trace.steps).map_err(not_possible)?;
                walk(
                    &at_the_end(&steps, trace.broken),
                    &steps,
                    &asked,
                    &code,
                    args,
                    output,
                )
            }
            _ => asked.visit(Walk {
                setup: &asked,
                text: &text,
                args,
                output,
            }),
        }
    });
    done.unwrap_or_else(|(exit, error)| {
        output.complain(&error);
        exit
    })
}

/// Translated steps end with what was broken, however many they are.
fn at_the_end<A>(steps: &[A], broken: Verdict) -> Verdict {
    Verdict {
        step: steps.len(),
        ..broken
    }
}

/// A trace walked on the system that it was found in.
struct Walk<'a, 'b> {
    setup: &'a Setup,
    text: &'a str,
    args: &'a ReplayArgs,
    output: &'a mut Output<'b>,
}

impl WithSystem for Walk<'_, '_> {
    type Output = Result<Exit, Obstacle>;

    fn visit<S>(self, system: S) -> Self::Output
    where
        S: Narrate + Clone + 'static,
        S::Action: Serialize + DeserializeOwned,
    {
        let file = name(&self.args.file);
        let trace = read_trace::<S::Action>(self.text)
            .map_err(|error| (Exit::BadData, format!("error: {file}{error}\n")))?;
        let (broken, steps) = (&trace.broken, &trace.steps);
        walk(broken, steps, self.setup, &system, self.args, self.output)
    }
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

fn read_trace<A: Serialize + DeserializeOwned>(text: &str) -> Result<Trace<A>, String> {
    Trace::read(text).map_err(|error| format!(":{error}"))
}

/// The trace's setup; and the same for the system that was asked for, if one was.
fn setup(file: &str, text: &str, asked: Option<&str>) -> Result<(Setup, Setup), Obstacle> {
    let bad = |error: String| (Exit::BadData, format!("error: {file}: {error}"));
    let malformed = |error| (Exit::BadData, format!("error: {file}:{error}\n"));
    runs::system(&system(text).map_err(malformed)?).map_err(bad)?;
    let setup = read_setup(text).map_err(malformed)?;
    if let Some(name) = &setup.mutant
        && setup.known_mutant().is_none()
    {
        let names: Vec<_> = AnyMutant::all().map(|known| known.name()).collect();
        return Err(bad(runs::unknown("mutant", name, names)));
    }
    let Some(asked) = asked else {
        return Ok((setup.clone(), setup));
    };
    let usage = |error: String| (Exit::Usage, format!("error: {error}"));
    let asked = runs::system(asked).map_err(usage)?;
    let scope = setup.scope.on(asked).ok_or_else(|| {
        let system = setup.system();
        usage(format!(
            "a trace of the {system} cannot be walked on the {asked}\n"
        ))
    })?;
    let asked = Setup {
        scope,
        ..setup.clone()
    };
    Ok((setup, asked))
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
        let description = format!("error: {file}: on the {}, {error}\n", setup.system());
        (Exit::BadData, description)
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
    let now = counterexample.description.steps();
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
