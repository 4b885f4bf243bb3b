//! `plimsoll mutants`: what can be broken on purpose.

use plimsoll_explore::mutants::Known;
use serde_json::json;

use crate::{Exit, args::MutantsArgs, output::Output};

pub(crate) fn mutants(args: &MutantsArgs, output: &mut Output<'_>) -> Exit {
    for (index, mutant) in Known::all().enumerate() {
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

fn as_text(mutant: &Known) -> String {
    let breaks = mutant.breaks().iter();
    let breaks: Vec<_> = breaks
        .map(|(promise, steps)| format!("{promise} in {steps} steps"))
        .collect();
    let blind: Vec<_> = mutant
        .blind()
        .iter()
        .map(|promise| promise.code())
        .collect();
    format!(
        "{:<9} {}\n          made in    {}\n          hunted in  {}\n          breaks     {}\n          blind      {}\n          harmless   {}\n",
        mutant.name(),
        mutant.told(),
        mutant.made_in(),
        mutant.systems().join(", "),
        breaks.join(", "),
        blind.join(", "),
        mutant.nearly()
    )
}

fn as_json(mutant: &Known) -> serde_json::Value {
    let bounds = match mutant {
        Known::Group(mutant) => json!(mutant.bounds),
        Known::Log(mutant) => json!(mutant.bounds),
        Known::Coordinator(mutant) => json!(mutant.bounds),
    };
    let in_code = match mutant {
        Known::Group(mutant) => mutant.mistake.in_code,
        Known::Log(_) | Known::Coordinator(_) => true,
    };
    json!({
        "plimsoll_mutant": 1,
        "name": mutant.name(),
        "told": mutant.told(),
        "systems": mutant.systems(),
        "in_code": in_code,
        "bounds": bounds,
        "killed_by": mutant.breaks().first().map(|(promise, _)| promise),
        "breaks": mutant.breaks(),
        "blind": mutant.blind(),
        "harmless_when": mutant.nearly(),
    })
}
