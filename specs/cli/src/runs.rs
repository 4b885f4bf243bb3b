//! What `plimsoll check` explores, by name; and what to say when no such thing is.

use plimsoll_explore::runs::{ALL, Run};
use plimsoll_report::closest;

/// The systems by name.
pub(crate) const SYSTEMS: [&str; 2] = ["design", "code"];

/// The runs of a system, or the run of that name, or all; an error says which names there are.
pub(crate) fn named(name: Option<&str>) -> Result<Vec<Run>, String> {
    let Some(name) = name else {
        return Ok(ALL.to_vec());
    };
    let system = SYSTEMS.contains(&name);
    let wanted = |run: &&Run| {
        if system {
            run.system == name
        } else {
            run.name == name
        }
    };
    let runs: Vec<_> = ALL.iter().filter(wanted).copied().collect();
    match runs.is_empty() {
        true => Err(unknown("system or run", name, ALL.map(|run| run.name))),
        false => Ok(runs),
    }
}

/// The system of this name; an error says which there are.
pub(crate) fn system(name: &str) -> Result<&'static str, String> {
    let found = SYSTEMS.into_iter().find(|system| *system == name);
    found.ok_or_else(|| unknown("system", name, SYSTEMS))
}

/// Nothing is called that; what may have been meant, and what there is.
pub(crate) fn unknown<'a>(
    what: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    let quoted = |name: &str| format!("'{name}'");
    let close: Vec<_> = closest(name, known.clone())
        .into_iter()
        .map(quoted)
        .collect();
    let all: Vec<_> = known.into_iter().map(quoted).collect();
    let hint = match close.is_empty() {
        true => String::new(),
        false => format!("did you mean {}? ", close.join(" or ")),
    };
    format!(
        "no {what} is called '{name}'; {hint}There are {}\n",
        all.join(", ")
    )
}
