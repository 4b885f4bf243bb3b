//! What `plimsoll check` explores, by name; and what to say when no such thing is.

use plimsoll_explore::{
    runs::{ALL, DEEP, Run},
    scope::Scope,
};
use plimsoll_report::closest;

/// A run, and whether a second search has time for it.
pub(crate) type Wanted = (Run, bool);

/// The runs of a system, or the run of that name, or all, with or without those that take minutes; an error says which
/// names there are.
pub(crate) fn named(name: Option<&str>, deep: bool) -> Result<Vec<Wanted>, String> {
    let usual = ALL.into_iter().map(|run| (run, true));
    let deeper = DEEP.into_iter().map(|run| (run, false));
    let system = name.filter(|name| Scope::SYSTEMS.contains(name));
    let wanted = |(run, quick): &Wanted| match (name, system) {
        (_, Some(system)) => run.scope.system() == system && (*quick || deep),
        (Some(name), None) => run.name == name,
        (None, None) => *quick || deep,
    };
    let runs: Vec<_> = usual.chain(deeper).filter(wanted).collect();
    match (runs.is_empty(), name) {
        (true, Some(name)) => {
            let names: Vec<_> = ALL.iter().chain(&DEEP).map(|run| run.name).collect();
            Err(unknown("system or run", name, names))
        }
        _ => Ok(runs),
    }
}

/// The system of this name; an error says which there are.
pub(crate) fn system(name: &str) -> Result<&'static str, String> {
    let found = Scope::SYSTEMS.into_iter().find(|system| *system == name);
    found.ok_or_else(|| unknown("system", name, Scope::SYSTEMS))
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
