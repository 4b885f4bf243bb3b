//! `plimsoll table`: the tables of the group APIs, as the reference coordinator implements them.

use plimsoll_conformance::{Api, Cell, Expected, Finding, Ran, ReferenceSubjects, cells, run};
use serde_json::{Value, json};

use crate::{Exit, args::TableArgs, output::Output, runs};

pub(crate) fn table(args: &TableArgs, output: &mut Output<'_>) -> Exit {
    let api = match args.api.as_deref().map(named) {
        None => None,
        Some(Ok(api)) => Some(api),
        Some(Err(error)) => {
            output.complain(&error);
            return Exit::Usage;
        }
    };
    let asked = |cell: &Cell| api.is_none_or(|api| cell.row.api == api);
    let mut counts = Counts::default();
    let mut before = None;
    for cell in cells().into_iter().filter(asked) {
        if output.closed() {
            break;
        }
        let ran = run(&ReferenceSubjects::default(), &cell);
        counts.note(&ran);
        if args.json {
            output.say(&format!("{}\n", as_json(&cell, &ran)));
        } else {
            output.say(&heading(before.as_ref(), &cell));
            output.say(&as_text(&cell, &ran));
        }
        before = Some(cell);
    }
    if !args.json {
        output.say(&counts.told());
    }
    counts.exit()
}

fn named(name: &str) -> Result<Api, String> {
    let names = Api::ALL.map(|api| api.to_string());
    let is_it = |api: &Api| api.to_string().eq_ignore_ascii_case(name);
    let found = Api::ALL.into_iter().find(is_it);
    found.ok_or_else(|| {
        let told = runs::unknown("API", name, names.iter().map(String::as_str));
        format!("error: {told}")
    })
}

/// What came of the cells.
#[derive(Debug, Default)]
struct Counts {
    passed: usize,
    failed: usize,
    unreachable: usize,
    skipped: usize,
}

impl Counts {
    fn note(&mut self, ran: &Ran) {
        let count = match ran {
            Ran::Passed => &mut self.passed,
            Ran::Failed(_) => &mut self.failed,
            Ran::Unreachable(_) => &mut self.unreachable,
            Ran::Skipped(_) => &mut self.skipped,
        };
        *count += 1;
    }

    fn told(&self) -> String {
        let all = self.passed + self.failed + self.unreachable + self.skipped;
        format!(
            "\n{all} cells: {} hold, {} do not, {} skipped, {} that no request reaches\n",
            self.passed, self.failed, self.skipped, self.unreachable
        )
    }

    fn exit(&self) -> Exit {
        if self.failed > 0 {
            Exit::Broken
        } else if self.skipped > 0 {
            Exit::Unknown
        } else {
            Exit::Kept
        }
    }
}

/// The API and the condition, where they are others than before.
fn heading(before: Option<&Cell>, cell: &Cell) -> String {
    let mut text = String::new();
    let same_api = before.is_some_and(|before| before.row.api == cell.row.api);
    if !same_api {
        let gap = if before.is_some() { "\n" } else { "" };
        text = format!("{gap}{}\n", cell.row.api);
    }
    if !same_api || before.is_some_and(|before| before.row.condition != cell.row.condition) {
        text += &format!("  {}  ({})\n", cell.row.condition, cell.row.source);
    }
    text
}

fn as_text(cell: &Cell, ran: &Ran) -> String {
    let state = cell.state.to_string();
    let told = match (cell.expected(), ran) {
        (Expected::Cell(answer, effect), Ran::Passed) => format!("{answer}; {effect}"),
        (Expected::Unreachable(why), _) => format!("-: {why}"),
        (Expected::Cell(answer, _), Ran::Skipped(why)) => format!("{answer}: skipped, {why}"),
        (Expected::Cell(..), ran) => format!("BROKEN: {}", finding(ran).unwrap_or_default()),
    };
    format!("    {state:<21}{told}\n")
}

fn finding(ran: &Ran) -> Option<String> {
    match ran {
        Ran::Failed(Finding::NotSet(why)) => Some(format!("the state was not reached: {why}")),
        Ran::Failed(Finding::Answer(why)) => Some(format!("answer: {why}")),
        Ran::Failed(Finding::Effect(why)) => Some(format!("effect: {why}")),
        Ran::Passed | Ran::Unreachable(_) | Ran::Skipped(_) => None,
    }
}

fn as_json(cell: &Cell, ran: &Ran) -> Value {
    let (answer, effect, reason) = match cell.expected() {
        Expected::Cell(answer, effect) => {
            (Some(answer.to_string()), Some(effect.to_string()), None)
        }
        Expected::Unreachable(why) => (None, None, Some(why)),
    };
    json!({
        "plimsoll_cell": 1,
        "api": cell.row.api.to_string(),
        "condition": cell.row.condition,
        "state": cell.state.to_string(),
        "source": cell.row.source,
        "answer": answer,
        "effect": effect,
        "case": format!("{:?}", cell.row.ask),
        "outcome": match ran {
            Ran::Passed => "holds",
            Ran::Failed(_) => "broken",
            Ran::Unreachable(_) => "unreachable",
            Ran::Skipped(_) => "skipped",
        },
        "reason": match ran {
            Ran::Skipped(why) => Some((*why).to_owned()),
            _ => finding(ran).or(reason.map(str::to_owned)),
        },
    })
}
