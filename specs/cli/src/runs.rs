//! What `plimsoll check` explores, by name; and what to say when no such thing is.

use plimsoll_explore::{descriptor::Registered, registry::SYSTEMS, runs::Run};

/// The runs of a system, or the run of that name, or all, with or without those that take minutes; an error says which
/// names there are.
pub(crate) fn named(name: Option<&str>, deep: bool) -> Result<Vec<Run>, String> {
    let system = name.filter(|name| SYSTEMS.named(name).is_some());
    let wanted = |run: &Run| match (name, system) {
        (_, Some(system)) => run.scope.name() == system && (!run.deep || deep),
        (Some(name), None) => run.name == name,
        (None, None) => !run.deep || deep,
    };
    let mut runs = SYSTEMS.runs();
    // Those that take minutes come last.
    runs.sort_by_key(|run| run.deep);
    let names: Vec<_> = runs.iter().map(|run| run.name).collect();
    runs.retain(wanted);
    match (runs.is_empty(), name) {
        (true, Some(name)) => Err(unknown("system or run", name, names)),
        _ => Ok(runs),
    }
}

/// The system of this name; an error says which there are.
pub(crate) fn system(name: &str) -> Result<&'static dyn Registered, String> {
    SYSTEMS
        .named(name)
        .ok_or_else(|| unknown("system", name, SYSTEMS.names()))
}

/// Nothing is called that; what may have been meant, and what there is. A line.
pub(crate) fn unknown<'a>(
    what: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    plimsoll_report::unknown(what, name, known) + "\n"
}
