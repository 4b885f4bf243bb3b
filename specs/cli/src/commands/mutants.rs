//! `plimsoll mutants`: what can be broken on purpose.

use plimsoll_explore::{mutants::KnownMutant, registry::SYSTEMS};
use plimsoll_report::counted;
use serde_json::{json, value::Value};

use crate::{Exit, args::MutantsArgs, output::Output};

/// The version of the schema of `plimsoll mutants --json`.
const MUTANTS_VERSION: u64 = 2;

pub(crate) fn mutants(args: &MutantsArgs, output: &mut Output<'_>) -> Exit {
    let mutants = SYSTEMS.mutants();
    for mutant in &mutants {
        output.say(&match args.json {
            true => format!("{}\n", as_json(mutant)),
            false => format!("{}\n", as_text(mutant)),
        });
    }
    if !args.json {
        output.say(&conclusion(&mutants));
    }
    Exit::Kept
}

/// How many there are; those that only the harness makes are counted apart.
fn conclusion(mutants: &[KnownMutant]) -> String {
    let in_harness = mutants
        .iter()
        .filter(|mutant| mutant.made_in.is_in_harness());
    let in_harness = in_harness.count();
    let honest = mutants.len() - in_harness;
    format!(
        "{} in the model or in code that ships, and {} in the harness only, which no count of mutants includes\n\
         one of them as a story: plimsoll check --mutant NAME\n",
        counted(honest as u64, "mutant"),
        in_harness
    )
}

fn as_text(mutant: &KnownMutant) -> String {
    let breaks = mutant.breaks.iter();
    let breaks: Vec<_> = breaks
        .map(|(promise, steps)| {
            let steps = counted(*steps as u64, "step");
            format!("\"{}\" ({promise}) in {steps}", promise.name())
        })
        .collect();
    let not_detected_by = mutant.not_detected_by.iter();
    let not_detected_by: Vec<_> = not_detected_by.map(|promise| promise.code()).collect();
    let mut lines = vec![
        ("made in", mutant.made_in.to_string()),
        ("known in", mutant.systems.join(", ")),
        ("breaks", breaks.join(", ")),
        ("undetected by", not_detected_by.join(", ")),
        ("passes when", mutant.passes.to_owned()),
    ];
    lines.retain(|(_, text)| !text.is_empty());
    let lines = lines.iter();
    let lines = lines.map(|(name, text)| format!("          {name:<14} {text}\n"));
    format!(
        "{:<9} {}\n{}",
        mutant.name,
        mutant.description,
        lines.collect::<String>()
    )
}

fn as_json(mutant: &KnownMutant) -> Value {
    let bounds: Value = serde_json::from_str(&mutant.scope.bounds()).unwrap_or_default();
    json!({
        "plimsoll_mutant": MUTANTS_VERSION,
        "name": mutant.name,
        "description": mutant.description,
        "systems": mutant.systems,
        "made_in": mutant.made_in.to_string(),
        "in_code": mutant.made_in.is_in_code(),
        "in_harness": mutant.made_in.is_in_harness(),
        "bounds": bounds,
        "first_broken": mutant.breaks.first().map(|(promise, _)| promise),
        "breaks": mutant.breaks,
        "not_detected_by": mutant.not_detected_by,
        "passes_when": mutant.passes,
    })
}
