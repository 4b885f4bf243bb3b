//! Taking a cell to a subject.

use crate::answer::{Got, answers};
use crate::effect::Seen;
use crate::scene::{MOST_OF_A_SESSION_MS, Scene, Unset};
use crate::snapshot::Snapshot;
use crate::{Answer, Capabilities, Cell, Effect, Expected, Subject, Subjects};

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The group could not be brought into the state.
    NotSet(String),
    /// Another answer.
    Answer {
        /// What the table says.
        expected: String,
        /// The errors that came.
        got: String,
        /// All that came.
        detail: String,
    },
    /// Another effect.
    Effect(String),
}

impl Finding {
    /// What was expected and what came.
    pub fn detail(&self) -> &str {
        match self {
            Finding::NotSet(why) | Finding::Effect(why) => why,
            Finding::Answer { detail, .. } => detail,
        }
    }
}

/// What came of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ran {
    /// As expected.
    Passed,
    /// The answer is as expected; what it did cannot be seen without DescribeGroups and OffsetFetch.
    AnswerOnly,
    /// Otherwise.
    Failed(Finding),
    /// The table declares that no request gets there.
    Unreachable(&'static str),
    /// This subject cannot be held in the state.
    Skipped(&'static str),
}

/// Runs one cell.
pub fn run<S: Subjects>(subjects: &S, cell: &Cell) -> Ran {
    let (answer, effect) = match cell.expected() {
        Expected::Unreachable(why) => return Ran::Unreachable(why),
        Expected::Cell(answer, effect) => (answer, effect),
    };
    let can = subjects.capabilities();
    if let Some(why) = can.lacks(cell) {
        return Ran::Skipped(why);
    }
    match case(subjects, cell, (answer, effect), &can) {
        Ok(()) if can.shows_effects() => Ran::Passed,
        Ok(()) => Ran::AnswerOnly,
        Err(ended) => ended,
    }
}

fn set<S: Subjects>(subjects: &S, cell: &Cell) -> Result<Scene<S::Subject>, Ran> {
    Scene::set(subjects, cell).map_err(|unset| match unset {
        Unset::Impossible(why) => Ran::Skipped(why),
        Unset::Failed(why) => Ran::Failed(Finding::NotSet(why)),
    })
}

fn case<S: Subjects>(
    subjects: &S,
    cell: &Cell,
    (answer, effect): (Answer, Effect),
    can: &Capabilities,
) -> Result<(), Ran> {
    // The same without the request: what there was, and what a reload makes of it.
    let (before, reloaded_before) = match can.shows_effects() {
        false => (Snapshot::default(), None),
        true => {
            let mut untouched = set(subjects, cell)?;
            let before = Snapshot::of(&mut untouched);
            (before, reloaded(&mut untouched, can))
        }
    };
    let mut scene = set(subjects, cell)?;
    if effect == Effect::Renewed {
        scene.subject.advance(MOST_OF_A_SESSION_MS);
    }
    let got = ask(&mut scene, cell)?;
    answers(answer, &got, &scene).map_err(Ran::Failed)?;
    let broken = |why| Ran::Failed(Finding::Effect(why));
    if effect == Effect::TopicMade {
        return found_now(&mut scene, cell);
    }
    if !can.shows_effects() {
        return Ok(());
    }
    if effect == Effect::Renewed {
        return renewed(&mut scene).map_err(broken);
    }
    let now = Snapshot::of(&mut scene);
    let reloaded = reloaded(&mut scene, can);
    let seen = Seen {
        cell,
        before,
        reloaded_before,
        now,
        reloaded,
    };
    seen.hold(effect).map_err(broken)
}

fn reloaded(scene: &mut Scene<impl Subject>, can: &Capabilities) -> Option<Snapshot> {
    can.reload.then(|| {
        scene.subject.reload();
        Snapshot::of(scene)
    })
}

/// Puts the cell's question.
fn ask(scene: &mut Scene<impl Subject>, cell: &Cell) -> Result<Got, Ran> {
    Ok(match cell.row.ask.find() {
        Some(request) => match scene.subject.find(&request) {
            Some(found) => Got::Found(found),
            None => return Err(Ran::Skipped("FindCoordinator: not supported")),
        },
        None => {
            let request = cell.row.ask.request(scene);
            let call = scene.subject.send(&request);
            Got::Group(scene.subject.answer(call))
        }
    })
}

fn renewed(scene: &mut Scene<impl Subject>) -> Result<(), String> {
    scene.subject.advance(MOST_OF_A_SESSION_MS);
    let now = Snapshot::of(scene);
    must(now.has("leader"), "the leader's session ended")
}

fn found_now(scene: &mut Scene<impl Subject>, cell: &Cell) -> Result<(), Ran> {
    scene.subject.advance(MOST_OF_A_SESSION_MS);
    let got = ask(scene, cell)?;
    must(got.is_found(), "the coordinator is not found later either")
        .map_err(|why| Ran::Failed(Finding::Effect(why)))
}

pub(crate) fn must(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(otherwise.to_owned())
    }
}
