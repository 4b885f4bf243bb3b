//! Taking a cell to a subject.

use crate::answer::{Got, answers};
use crate::effect::Seen;
use crate::scene::{MOST_OF_A_SESSION_MS, Scene, Unset};
use crate::snapshot::Snapshot;
use crate::{Answer, Cell, Effect, Expected, Subject, Subjects};

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The group could not be brought into the state.
    NotSet(String),
    /// Another answer.
    Answer(String),
    /// Another effect.
    Effect(String),
}

/// What came of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ran {
    /// As expected.
    Passed,
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
    match case(subjects, cell, answer, effect) {
        Ok(()) => Ran::Passed,
        Err(ended) => ended,
    }
}

fn set<S: Subjects>(subjects: &S, cell: &Cell) -> Result<Scene<S::Subject>, Ran> {
    Scene::set(subjects, cell).map_err(|unset| match unset {
        Unset::Impossible(why) => Ran::Skipped(why),
        Unset::Failed(why) => Ran::Failed(Finding::NotSet(why)),
    })
}

fn case<S: Subjects>(subjects: &S, cell: &Cell, answer: Answer, effect: Effect) -> Result<(), Ran> {
    // The same without the request: what there was, and what a reload makes of it.
    let mut untouched = set(subjects, cell)?;
    let before = Snapshot::of(&mut untouched);
    untouched.subject.reload();
    let reloaded_before = Snapshot::of(&mut untouched);

    let mut scene = set(subjects, cell)?;
    if effect == Effect::Renewed {
        scene.subject.advance(MOST_OF_A_SESSION_MS);
    }
    let got = ask(&mut scene, cell);
    answers(answer, &got, &scene).map_err(|why| Ran::Failed(Finding::Answer(why)))?;
    let broken = |why| Ran::Failed(Finding::Effect(why));
    match effect {
        Effect::Renewed => return renewed(&mut scene).map_err(broken),
        Effect::TopicMade => return found_now(&mut scene, cell).map_err(broken),
        _ => {}
    }
    let now = Snapshot::of(&mut scene);
    scene.subject.reload();
    let reloaded = Snapshot::of(&mut scene);
    let seen = Seen {
        cell,
        before,
        reloaded_before,
        now,
        reloaded,
    };
    seen.hold(effect).map_err(broken)
}

/// Puts the cell's question.
fn ask(scene: &mut Scene<impl Subject>, cell: &Cell) -> Got {
    match cell.row.ask.find() {
        Some(request) => Got::Found(scene.subject.find(&request)),
        None => {
            let request = cell.row.ask.request(scene);
            let call = scene.subject.send(&request);
            Got::Group(scene.subject.answer(call))
        }
    }
}

fn renewed(scene: &mut Scene<impl Subject>) -> Result<(), String> {
    scene.subject.advance(MOST_OF_A_SESSION_MS);
    let now = Snapshot::of(scene);
    must(now.has("leader"), "the leader's session ended")
}

fn found_now(scene: &mut Scene<impl Subject>, cell: &Cell) -> Result<(), String> {
    scene.subject.advance(MOST_OF_A_SESSION_MS);
    let got = ask(scene, cell);
    must(got.is_found(), "the coordinator is not found later either")
}

pub(crate) fn must(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(otherwise.to_owned())
    }
}
