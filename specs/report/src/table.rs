//! The table of `plimsoll check`: a column for each run, and what each run met below it.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use plimsoll_promises::PromiseId;

use crate::{Checked, SecondOpinion, Standing, text::grouped};

/// The table, and below it the situations and bounds that each run met.
pub fn table(runs: &[Checked], width: u16) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_BORDERS_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width);
    let mut row = |name: &str, cell: &dyn Fn(&Checked) -> String| {
        let cells = std::iter::once(name.to_owned()).chain(runs.iter().map(cell));
        table.add_row(cells);
    };
    row("run", &|run| run.run.to_owned());
    row("", &|run| run.told.to_owned());
    row("driven", &|run| run.driven.to_owned());
    row("modelled", &|run| run.modelled.to_owned());
    row("not verified", &|run| run.not_verified.to_owned());
    row("bounds", &bounds);
    row("distinct states", &|run| grouped(run.states));
    row("steps taken", &|run| grouped(run.transitions));
    row("depth", &|run| run.depth.to_string());
    row("time", &|run| format!("{:.1} s", run.seconds));
    row("second opinion", &second_opinion);
    for promise in PromiseId::ALL {
        if runs.iter().any(|run| standing(run, promise).is_some()) {
            row(&format!("{promise}"), &|run| {
                standing(run, promise)
                    .map_or("not watched", Standing::told)
                    .to_owned()
            });
        }
    }
    row("replay bound", &|run| {
        let per_resume = run.replay.u + run.replay.z;
        format!("E·(U + Z) = {per_resume}·E")
    });
    row("worst replay met", &|run| {
        format!("{} records, E = {}", run.replay.worst, run.replay.worst_e)
    });
    row("bound met exactly", &|run| match run.replay.tight_e {
        Some(e) => format!("yes, with E = {e}"),
        None => "no".to_owned(),
    });
    row("verdict", &|run| run.verdict.told().to_owned());
    if let Some(column) = table.column_mut(0) {
        column.set_cell_alignment(CellAlignment::Left);
    }
    format!("{table}\n{}{}", situations(runs), reached(runs))
}

fn standing(run: &Checked, promise: PromiseId) -> Option<Standing> {
    let found = run.promises.iter().find(|(id, _)| *id == promise);
    found.map(|(_, standing)| *standing)
}

fn bounds(run: &Checked) -> String {
    let bounds = run
        .bounds
        .iter()
        .map(|(name, bound)| format!("{name} {bound}"));
    bounds.collect::<Vec<_>>().join(", ")
}

fn second_opinion(run: &Checked) -> String {
    match run.second_opinion {
        SecondOpinion::NotHeard => "not heard: cut short".to_owned(),
        SecondOpinion::Agrees => "stateright agrees".to_owned(),
        SecondOpinion::Differs { states, broken } => format!(
            "DIFFERS: stateright counts {} states, {}",
            grouped(states),
            if broken {
                "some promise broken"
            } else {
                "all promises kept"
            }
        ),
    }
}

/// How often each situation was met, a column for each run.
fn situations(runs: &[Checked]) -> String {
    let mut rows: Vec<&'static str> = Vec::new();
    for met in runs.iter().flat_map(|run| &run.situations) {
        if !rows.contains(&met.situation) {
            rows.push(met.situation);
        }
    }
    let cell = |run: &Checked, row: &str| {
        let met = run.situations.iter().find(|met| met.situation == row);
        match met {
            Some(met) if met.times > 0 => grouped(met.times),
            Some(met) if met.expected && run.complete => "NEVER".to_owned(),
            Some(met) if met.expected => "not yet".to_owned(),
            _ => "–".to_owned(),
        }
    };
    block(
        "how often each situation was met (–: not within these bounds)",
        runs,
        &rows,
        cell,
    )
}

/// How often each bound kept something from happening.
fn reached(runs: &[Checked]) -> String {
    let mut rows: Vec<&'static str> = Vec::new();
    for reached in runs.iter().flat_map(|run| &run.reached) {
        if !rows.contains(&reached.bound) {
            rows.push(reached.bound);
        }
    }
    let cell = |run: &Checked, row: &str| {
        let found = run.reached.iter().find(|reached| reached.bound == row);
        match found {
            Some(reached) if reached.times > 0 => grouped(reached.times),
            Some(_) => "not reached".to_owned(),
            None => "–".to_owned(),
        }
    };
    block(
        "how often a bound kept something from happening",
        runs,
        &rows,
        cell,
    )
}

/// Numbers first, aligned, a column for each run; then what they count.
fn block(
    title: &str,
    runs: &[Checked],
    rows: &[&'static str],
    cell: impl Fn(&Checked, &str) -> String,
) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let columns: Vec<Vec<String>> = runs
        .iter()
        .map(|run| {
            let cells = rows.iter().map(|row| cell(run, row));
            std::iter::once(run.run.to_owned()).chain(cells).collect()
        })
        .collect();
    let mut text = format!("\n{title}\n");
    for index in 0..=rows.len() {
        for column in &columns {
            let width = column
                .iter()
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0);
            text.push_str(&format!("  {:>width$}", column[index]));
        }
        let name = index.checked_sub(1).map_or("", |row| rows[row]);
        text.push_str(&format!("  {name}"));
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}
