//! A path of the design or of the code in words: what happened (`sentences`), what each party believes (`beliefs`), and
//! who told whom (`messages`).

mod beliefs;
mod log_transcript;
mod messages;
mod moment;
mod names;
mod sentences;

use plimsoll_model::{Event, Place, State};
use plimsoll_promises::Broken;

use crate::narrate::{Narrative, Party, Scene};
use beliefs::beliefs;
use log_transcript::LogTranscript;
use moment::{Moment, moments};
use names::{Names, process};

/// One step of a path, as the model has it.
#[derive(Debug, Clone)]
pub(crate) struct ModelStep {
    /// What happened, in order.
    pub(crate) events: Vec<Event>,
    /// What only this system knows of the step: disk operations, answers of the real code. One line each.
    pub(crate) notes: Vec<String>,
    /// The state that the step led to.
    pub(crate) state: State,
    /// Promises that the step broke.
    pub(crate) broken: Vec<Broken>,
}

/// The path from this state in words.
pub(crate) fn narrative(start: &State, path: &[ModelStep]) -> Narrative {
    let moments = moments(start, path);
    let names = moments
        .last()
        .map_or_else(Names::default, |last| last.names);
    let took_part = |party: &Party| {
        (0..2).all(|place: Place| party.name != process(place) || names.took_part(place))
    };
    let parties = |state: &State, names: &Names, log: &LogTranscript| {
        let mut parties = beliefs(state, names, log);
        parties.retain(took_part);
        parties
    };
    let scene = |moment: &Moment<'_>| Scene {
        description: sentences::sentences(moment),
        notes: moment.step.notes.clone(),
        parties: parties(&moment.step.state, &moment.names, &moment.log_transcript),
        messages: messages::messages(moment),
        broken: moment.step.broken.clone(),
    };
    Narrative {
        lanes: messages::LANES.to_vec(),
        before: parties(start, &Names::default(), &LogTranscript::default()),
        scenes: moments.iter().map(scene).collect(),
    }
}
