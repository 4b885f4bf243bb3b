//! `plimsoll mutants`: what can be broken on purpose.

use plimsoll_explore::mutants::AnyMutant;
use serde_json::json;

use crate::{Exit, args::MutantsArgs, output::Output};

pub(crate) fn mutants(args: &MutantsArgs, output: &mut Output<'_>) -> Exit {
    for (index, mutant) in AnyMutant::all().enumerate() {
        let text = match args.json {
            true => format!("{}\n", as_json(&mutant)),
            false if index == 0 => as_text(&mutant),
            false => format!("\n{}", as_text(&mutant)),
        };
        output.say(&text);
    }
    if !args.json {
        output.say("\none of them as a story: plimsoll check --mutant NAME\n");
    }
    Exit::Kept
}

fn as_text(mutant: &AnyMutant) -> String {
    let breaks = mutant.breaks().iter();
    let breaks: Vec<_> = breaks
        .map(|(promise, steps)| format!("{promise} in {steps} steps"))
        .collect();
    let not_detected_by: Vec<_> = mutant
        .not_detected_by()
        .iter()
        .map(|promise| promise.code())
        .collect();
    format!(
        "{:<9} {}\n          made in    {}\n          hunted in  {}\n          breaks     {}\n          blind      {}\n          harmless   {}\n",
        mutant.name(),
        mutant.description(),
        mutant.made_in(),
        mutant.systems().join(", "),
        breaks.join(", "),
        not_detected_by.join(", "),
        mutant.nearly()
    )
}

fn as_json(mutant: &AnyMutant) -> serde_json::Value {
    let bounds = match mutant {
        AnyMutant::Group(mutant) => json!(mutant.bounds),
        AnyMutant::Log(mutant) => json!(mutant.bounds),
        AnyMutant::Coordinator(mutant) => json!(mutant.bounds),
    };
    let in_code = match mutant {
        AnyMutant::Group(mutant) => mutant.mistake.in_code,
        AnyMutant::Log(_) | AnyMutant::Coordinator(_) => true,
    };
    json!({
        "plimsoll_mutant": 1,
        "name": mutant.name(),
        "told": mutant.description(),
        "systems": mutant.systems(),
        "in_code": in_code,
        "bounds": bounds,
        "killed_by": mutant.breaks().first().map(|(promise, _)| promise),
        "breaks": mutant.breaks(),
        "blind": mutant.not_detected_by(),
        "harmless_when": mutant.nearly(),
    })
}
