//! A path as scenes: each step with what was before and after it, under the names of that moment.

use plimsoll_explore::narrate::Description;
use plimsoll_model::{
    Bounds, Coordinator, DataLog, Event, MEMBERS, Member, Offset, OffsetsLog, Phase, State,
};

use crate::{log_transcript::LogTranscript, names::Names};

/// One step and its surroundings.
pub struct Scene<'a> {
    /// Its number, from 1.
    pub number: usize,
    /// The step.
    pub description: &'a Description,
    /// The state before it.
    pub before: State,
    /// The names before it, for what is no more after it.
    pub names_before: Names,
    /// The names after it.
    pub names: Names,
    /// The offsets log before it.
    pub tape_before: LogTranscript,
    /// The offsets log after it.
    pub log_transcript: LogTranscript,
    /// Entries of the offsets log that it took away.
    pub lost: Vec<String>,
    /// Offsets processed before it.
    pub processed: Vec<Offset>,
}

/// Everything empty, nobody there.
fn beginning() -> State {
    let nothing = Bounds {
        records: 0,
        consumer_crashes: 0,
        failovers: 0,
        generations: 0,
        expiries: 0,
        lost_answers: 0,
        write_errors: 0,
        window: 0,
        zombie: 0,
    };
    State {
        data: DataLog::default(),
        log: OffsetsLog::default(),
        coordinator: Coordinator {
            phase: Phase::Empty,
            ..Coordinator::default()
        },
        members: [Member::default(); MEMBERS],
        budgets: nothing.budgets(),
        tenures: 0,
    }
}

/// The scenes of a path.
pub fn scenes(path: &[Description]) -> Vec<Scene<'_>> {
    let mut scenes: Vec<Scene<'_>> = Vec::with_capacity(path.len());
    for (index, description) in path.iter().enumerate() {
        let (before, names_before, tape_before, processed) = match scenes.last() {
            None => (
                beginning(),
                Names::default(),
                LogTranscript::default(),
                Vec::new(),
            ),
            Some(last) => last.end(),
        };
        let mut names = names_before;
        let mut log_transcript = tape_before.clone();
        let mut lost = Vec::new();
        for event in &description.events {
            if let Event::AskedToJoin { id, .. } = *event
                && !before.coordinator.members.contains(id)
            {
                names.issue(id);
            }
            lost.extend(log_transcript.follow(event, &names));
        }
        scenes.push(Scene {
            number: index + 1,
            description,
            before,
            names_before,
            names,
            tape_before,
            log_transcript,
            lost,
            processed,
        });
    }
    scenes
}

impl Scene<'_> {
    /// What the next scene begins with.
    fn end(&self) -> (State, Names, LogTranscript, Vec<Offset>) {
        let now = self
            .description
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Processed { offset, .. } => Some(*offset),
                _ => None,
            });
        let mut processed = self.processed.clone();
        processed.extend(now);
        (
            self.description.state.clone(),
            self.names,
            self.log_transcript.clone(),
            processed,
        )
    }
}
