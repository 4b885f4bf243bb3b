//! Each step of a path with what was before and after it, under the names of that moment.

use plimsoll_model::{Event, Offset, State};

use super::{ModelStep, log_transcript::LogTranscript, names::Names};

/// One step and its surroundings.
pub(super) struct Moment<'a> {
    /// The step.
    pub(super) step: &'a ModelStep,
    /// The state before it.
    pub(super) before: State,
    /// The names before it, for what is no more after it.
    pub(super) names_before: Names,
    /// The names after it.
    pub(super) names: Names,
    /// The offsets log after it.
    pub(super) log_transcript: LogTranscript,
    /// Entries of the offsets log that it took away.
    pub(super) lost: Vec<String>,
    /// Offsets processed before it.
    pub(super) processed: Vec<Offset>,
}

/// The moments of a path from this state.
pub(super) fn moments<'a>(start: &State, path: &'a [ModelStep]) -> Vec<Moment<'a>> {
    let mut moments: Vec<Moment<'a>> = Vec::with_capacity(path.len());
    for step in path {
        let (before, names_before, mut log_transcript, processed) = match moments.last() {
            None => (
                start.clone(),
                Names::default(),
                LogTranscript::default(),
                Vec::new(),
            ),
            Some(last) => last.end(),
        };
        let mut names = names_before;
        let mut lost = Vec::new();
        for event in &step.events {
            if let Event::AskedToJoin { id, .. } = *event
                && !before.coordinator.members.contains(id)
            {
                names.issue(id);
            }
            lost.extend(log_transcript.follow(event, &names));
        }
        moments.push(Moment {
            step,
            before,
            names_before,
            names,
            log_transcript,
            lost,
            processed,
        });
    }
    moments
}

impl Moment<'_> {
    /// What the next moment begins with.
    fn end(&self) -> (State, Names, LogTranscript, Vec<Offset>) {
        let now = self.step.events.iter().filter_map(|event| match event {
            Event::Processed { offset, .. } => Some(*offset),
            _ => None,
        });
        let mut processed = self.processed.clone();
        processed.extend(now);
        (
            self.step.state.clone(),
            self.names,
            self.log_transcript.clone(),
            processed,
        )
    }
}
