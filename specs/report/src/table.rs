//! The table of `plimsoll check`: a column for each run, and what each run met below it.

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};
use plimsoll_promises::PromiseId;

use crate::{
    Checked, SecondOpinion, Standing,
    checked::ReplayBound,
    text::{grouped, put},
};

/// Columns that the table may take.
const WIDTH: u16 = 120;

/// What each system is; a table for each kind of bounds; and below each the coverage goals and bounds that its runs reached.
pub fn table(runs: &[Checked]) -> String {
    let kinds = runs.chunk_by(|a, b| names(a) == names(b));
    let tables: Vec<_> = kinds
        .map(|runs| format!("{}\n{}{}", columns(runs), coverage(runs), reached(runs)))
        .collect();
    format!("{}\n{}", heads(runs), tables.join("\n"))
}

fn names(run: &Checked) -> Vec<&'static str> {
    run.bounds.iter().map(|(name, _)| *name).collect()
}

/// What each system says about itself, once.
fn heads(runs: &[Checked]) -> String {
    let mut text = String::new();
    let mut known: Vec<&str> = Vec::new();
    for run in runs {
        if known.contains(&run.system) {
            continue;
        }
        known.push(run.system);
        put(&mut text, &format!("{}: ", run.system), run.question);
        put(&mut text, "  driven        ", run.driven);
        put(&mut text, "  modelled      ", run.modelled);
        put(&mut text, "  not verified  ", run.not_verified);
    }
    text.push('\n');
    for run in runs {
        put(&mut text, &format!("{}: ", run.run), run.description);
    }
    text
}

/// A column for each run.
fn columns(runs: &[Checked]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_BORDERS_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH);
    let mut row = |name: &str, cell: &dyn Fn(&Checked) -> String| {
        let mut cells = vec![Cell::new(name)];
        cells.extend(
            runs.iter()
                .map(|run| Cell::new(cell(run)).set_alignment(CellAlignment::Right)),
        );
        table.add_row(cells);
    };
    row("run", &|run| run.run.to_owned());
    for name in bound_names(runs) {
        row(name, &|run| bound(run, name));
    }
    for (name, _) in &runs[0].counts {
        row(name, &|run| {
            let count = run.counts.iter().find(|(known, _)| known == name);
            count.map_or_else(|| "–".to_owned(), |(_, count)| grouped(*count))
        });
    }
    row("distinct states", &|run| grouped(run.states));
    row("stateright's count", &second_opinion);
    row("steps taken", &|run| grouped(run.transitions));
    row("depth", &|run| run.depth.to_string());
    row("time", &|run| format!("{:.1} s", run.seconds));
    for promise in PromiseId::ALL {
        if runs.iter().any(|run| standing(run, promise).is_some()) {
            row(promise.code(), &|run| {
                standing(run, promise)
                    .map_or("–", Standing::description)
                    .to_owned()
            });
        }
    }
    if runs.iter().any(|run| run.replay.is_some()) {
        replay_rows(&mut row);
    }
    if runs.iter().any(|run| run.left_out > 0) {
        row("left out", &|run| grouped(run.left_out));
    }
    row("verdict", &|run| run.verdict.description().to_owned());
    if let Some(names) = table.column_mut(0) {
        names.set_constraint(ColumnConstraint::ContentWidth);
    }
    table
}

fn replay_rows(row: &mut impl FnMut(&str, &dyn Fn(&Checked) -> String)) {
    let description = |run: &Checked, description: &dyn Fn(&ReplayBound) -> String| {
        run.replay
            .as_ref()
            .map_or_else(|| "–".to_owned(), description)
    };
    row("replay bound E·(U + Z)", &|run| {
        description(run, &|replay| format!("{}·E", replay.u + replay.z))
    });
    row("worst replay met", &|run| {
        description(run, &|replay| {
            format!("{} at E = {}", replay.worst, replay.worst_e)
        })
    });
    row("bound met exactly", &|run| {
        description(run, &|replay| match replay.tight_e {
            Some(e) => format!("at E = {e}"),
            None => "no".to_owned(),
        })
    });
}

/// The bounds that any run has, in order.
fn bound_names(runs: &[Checked]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for (name, _) in runs.iter().flat_map(|run| &run.bounds) {
        if !names.contains(name) {
            names.push(*name);
        }
    }
    names
}

fn bound(run: &Checked, name: &str) -> String {
    let bound = run.bounds.iter().find(|(known, _)| *known == name);
    bound.map_or_else(|| "–".to_owned(), |(_, bound)| bound.to_string())
}

fn standing(run: &Checked, promise: PromiseId) -> Option<Standing> {
    let found = run.promises.iter().find(|(id, _)| *id == promise);
    found.map(|(_, standing)| *standing)
}

fn second_opinion(run: &Checked) -> String {
    match run.second_opinion {
        SecondOpinion::NotHeard => "not heard".to_owned(),
        SecondOpinion::NotAsked => "not asked".to_owned(),
        SecondOpinion::Agrees => "equal".to_owned(),
        SecondOpinion::Differs { states, .. } if states != run.states => {
            format!("{} DIFFERS", grouped(states))
        }
        SecondOpinion::Differs { broken: true, .. } => "equal, but BROKEN".to_owned(),
        SecondOpinion::Differs { .. } => "equal, but kept".to_owned(),
    }
}

/// How often each coverage goal was reached, a column for each run.
fn coverage(runs: &[Checked]) -> String {
    let mut rows: Vec<&'static str> = Vec::new();
    for goal in runs.iter().flat_map(|run| &run.coverage) {
        if !rows.contains(&goal.goal) {
            rows.push(goal.goal);
        }
    }
    let cell = |run: &Checked, row: &str| {
        let met = run.coverage.iter().find(|goal| goal.goal == row);
        match met {
            Some(met) if !met.expected => "–".to_owned(),
            Some(met) if met.times > 0 => grouped(met.times),
            Some(_) if run.complete => "NEVER".to_owned(),
            Some(_) => "not yet".to_owned(),
            _ => "–".to_owned(),
        }
    };
    block(
        "how often each coverage goal was reached (–: not within these bounds)",
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
