//! The offsets log from its beginning, as a story shows it. The model itself forgets what is durable and superseded.

use plimsoll_model::Event;

use super::names::Names;

/// The offsets log.
#[derive(Debug, Clone, Default)]
pub(super) struct LogTranscript {
    entries: Vec<String>,
    durable: usize,
}

impl LogTranscript {
    /// What an event did to the log; the entries that it took away.
    pub(super) fn follow(&mut self, event: &Event, names: &Names) -> Vec<String> {
        match *event {
            Event::AssignmentAppended {
                owner, generation, ..
            } => self
                .entries
                .push(format!("[generation {generation}: {}]", names.id(owner))),
            Event::GroupEmptied { generation } => {
                self.entries
                    .push(format!("[generation {generation}: nobody]"));
            }
            Event::CommitAccepted { offset, .. } => self.entries.push(format!("[commit {offset}]")),
            Event::OffsetsSynced => self.durable = self.entries.len(),
            Event::BrokerCrashed { offsets_lost, .. } => {
                let end = self.entries.len().saturating_sub(offsets_lost.into());
                let lost = self.entries.split_off(end);
                self.durable = end;
                return lost;
            }
            _ => {}
        }
        Vec::new()
    }

    /// In one line.
    pub(super) fn description(&self) -> String {
        let (durable, rest) = self.entries.split_at(self.durable.min(self.entries.len()));
        match (durable, rest) {
            ([], []) => "empty".to_owned(),
            (durable, []) => format!("{}, durable", durable.join(" ")),
            ([], rest) => format!("{}, not durable", rest.join(" ")),
            (durable, rest) => {
                format!("{}, not durable: {}", durable.join(" "), rest.join(" "))
            }
        }
    }
}
