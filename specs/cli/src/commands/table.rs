//! `plimsoll table`: the tables of the group APIs, as the reference coordinator implements them, and the case behind each
//! cell.

use plimsoll_conformance::{
    Api, Cell, Expected, Finding, Prior, Ran, ReferenceSubjects, State, cells, run,
};
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
    let mut all = cells();
    all.retain(|cell| api.is_none_or(|api| cell.row.api == api));
    let mut counts = Counts::default();
    let mut before = None;
    for row in all.chunk_by(|a, b| a.row == b.row) {
        if output.closed() {
            break;
        }
        let ran: Vec<Ran> = row
            .iter()
            .map(|cell| run(&ReferenceSubjects::default(), cell))
            .collect();
        ran.iter().for_each(|ran| counts.note(ran));
        if args.json {
            for (cell, ran) in row.iter().zip(&ran) {
                output.say(&format!("{}\n", as_json(cell, ran)));
            }
        } else {
            output.say(&heading(before, &row[0]));
            output.say(&as_text(row, &ran));
        }
        before = Some(row[0].row.api);
    }
    if !args.json {
        output.say(&counts.description());
    }
    counts.exit()
}

fn named(name: &str) -> Result<Api, String> {
    let names = Api::ALL.map(|api| api.to_string());
    let is_it = |api: &Api| api.to_string().eq_ignore_ascii_case(name);
    let found = Api::ALL.into_iter().find(is_it);
    found.ok_or_else(|| {
        let description = runs::unknown("API", name, names.iter().map(String::as_str));
        format!("error: {description}")
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
            Ran::Passed | Ran::AnswerOnly => &mut self.passed,
            Ran::Failed(_) => &mut self.failed,
            Ran::Unreachable(_) => &mut self.unreachable,
            Ran::Skipped(_) => &mut self.skipped,
        };
        *count += 1;
    }

    fn description(&self) -> String {
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

/// The API, if it is another than before; the condition, where it is said, and the case that shows it.
fn heading(before: Option<Api>, cell: &Cell) -> String {
    let row = &cell.row;
    let mut text = String::new();
    if before != Some(row.api) {
        let gap = if before.is_some() { "\n" } else { "" };
        text = format!("{gap}{}\n", row.api);
    }
    text += &format!("  {}\n", row.condition);
    text += &format!("    source: {}\n", row.source);
    if row.expected.iter().any(|e| matches!(e, Expected::Cell(..))) {
        text += &format!("    case:   {}\n", case(cell));
    }
    text
}

/// The request, and what is special about the group that it meets.
fn case(cell: &Cell) -> String {
    let row = &cell.row;
    let mut case = format!("{:?}", row.ask);
    if row.api == Api::FindCoordinator {
        case += &format!("; offsets topic: {:?}", row.topic);
    } else {
        case += &format!("; group: {:?}", row.cast);
        if row.prior != Prior::Nothing {
            case += &format!(", offsets: {:?}", row.prior);
        }
    }
    case
}

/// States that come one after the other and are told the same share a line.
fn as_text(row: &[Cell], ran: &[Ran]) -> String {
    let description: Vec<(State, String)> = row
        .iter()
        .zip(ran)
        .map(|(cell, ran)| (cell.state, description(cell, ran)))
        .collect();
    let mut text = String::new();
    for alike in description.chunk_by(|a, b| a.1 == b.1) {
        let (first, last) = (short(alike[0].0), short(alike[alike.len() - 1].0));
        let states = match alike.len() {
            State::COUNT => "in every state".to_owned(),
            1 => first,
            _ => format!("{first} to {last}"),
        };
        text += &format!("    {states:<25}{}\n", alike[0].1);
    }
    text
}

fn short(state: State) -> String {
    let name = state.to_string();
    name.strip_suffix("Rebalance").unwrap_or(&name).to_owned()
}

fn description(cell: &Cell, ran: &Ran) -> String {
    match (cell.expected(), ran) {
        (Expected::Cell(answer, effect), Ran::Passed | Ran::AnswerOnly) => {
            format!("{answer}; {effect}")
        }
        (Expected::Unreachable(why), _) => format!("-: {why}"),
        (Expected::Cell(answer, _), Ran::Skipped(why)) => format!("{answer}: skipped, {why}"),
        (Expected::Cell(..), ran) => format!("BROKEN: {}", finding(ran).unwrap_or_default()),
    }
}

fn finding(ran: &Ran) -> Option<String> {
    match ran {
        Ran::Failed(Finding::NotSet(why)) => Some(format!("the state was not reached: {why}")),
        Ran::Failed(finding @ Finding::Answer { .. }) => {
            Some(format!("answer: {}", finding.detail()))
        }
        Ran::Failed(Finding::Effect(why)) => Some(format!("effect: {why}")),
        Ran::Passed | Ran::AnswerOnly | Ran::Unreachable(_) | Ran::Skipped(_) => None,
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
        "case": case(cell),
        "outcome": match ran {
            Ran::Passed | Ran::AnswerOnly => "holds",
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
