//! `plimsoll mutants`: what can be broken on purpose.

use plimsoll_explore::mutants::{ALL, Mutant};
use serde_json::json;

use crate::{Exit, args::MutantsArgs, output::Output};

pub(crate) fn mutants(args: &MutantsArgs, output: &mut Output<'_>) -> Exit {
    for (index, mutant) in ALL.iter().enumerate() {
        let text = match args.json {
            true => format!("{}\n", as_json(mutant)),
            false if index == 0 => as_text(mutant),
            false => format!("\n{}", as_text(mutant)),
        };
        output.say(&text);
    }
    if !args.json {
        output.say("\none of them as a story: plimsoll check --mutant NAME\n");
    }
    Exit::Kept
}

fn made_in(mutant: &Mutant) -> &'static str {
    match mutant.in_code {
        true => "the model and the code",
        false => "the model: it is the client's",
    }
}

fn as_text(mutant: &Mutant) -> String {
    let breaks = mutant.breaks.iter();
    let breaks: Vec<_> = breaks
        .map(|(promise, steps)| format!("{promise} in {steps} steps"))
        .collect();
    let blind: Vec<_> = mutant.blind().map(|promise| promise.code()).collect();
    format!(
        "{:<6} {}\n       made in    {}\n       breaks     {}\n       blind      {}\n       harmless   {}\n",
        mutant.name,
        mutant.told,
        made_in(mutant),
        breaks.join(", "),
        blind.join(", "),
        mutant.nearly.told()
    )
}

fn as_json(mutant: &Mutant) -> serde_json::Value {
    json!({
        "plimsoll_mutant": 1,
        "name": mutant.name,
        "told": mutant.told,
        "in_code": mutant.in_code,
        "bounds": mutant.bounds,
        "killed_by": mutant.killed_by(),
        "breaks": mutant.breaks,
        "blind": mutant.blind().collect::<Vec<_>>(),
        "harmless_when": mutant.nearly.told(),
    })
}
