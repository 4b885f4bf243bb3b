//! What happened in a step, in sentences.

use plimsoll_model::{Event, Offset, Place, State};

use super::{moment::Moment, names::process};
use crate::text::{counted, listed};

/// The sentences of a step: the first says what was done, the others what came of it.
pub(super) fn sentences(moment: &Moment<'_>) -> Vec<String> {
    let description = moment
        .step
        .events
        .iter()
        .map(|event| moment.sentence(event));
    let mut sentences: Vec<_> = description.flatten().collect();
    sentences.extend(moment.producers_told());
    if sentences.is_empty() {
        sentences.push("nothing that anybody sees".to_owned());
    }
    sentences
}

fn offset(committed: Option<Offset>) -> String {
    committed.map_or_else(|| "no committed offset".to_owned(), |o| o.to_string())
}

impl Moment<'_> {
    /// The member that acted, by the id under which it did: a step may have taken that away.
    pub(super) fn who(&self, place: Place) -> String {
        match self.before.member(place).id {
            0 => self.names.member(&self.step.state, place),
            id => self.names_before.id(id),
        }
    }

    /// The sender of a commit that reaches the coordinator now.
    pub(super) fn sender(&self, place: Place, late: bool) -> String {
        let member = self.before.member(place);
        let message = if late { member.late } else { member.sent };
        message.map_or_else(|| self.who(place), |m| self.names_before.id(m.id))
    }

    /// The member whom the group loses, or who is told of the group.
    fn after(&self, place: Place) -> String {
        self.names.member(&self.step.state, place)
    }

    fn sentence(&self, event: &Event) -> Option<String> {
        self.of_records(event)
            .or_else(|| self.of_the_group(event))
            .or_else(|| self.of_commits(event))
            .or_else(|| self.of_faults(event))
    }

    fn of_records(&self, event: &Event) -> Option<String> {
        Some(match *event {
            Event::Produced { offset, value } => {
                format!("a producer writes record r{value} at offset {offset}")
            }
            Event::DataSynced => "the data log is synced".to_owned(),
            Event::Processed {
                place,
                offset,
                fenced,
                ..
            } => {
                let zombie = if fenced { ", as a zombie" } else { "" };
                let again = if self.processed.contains(&offset) {
                    " again"
                } else {
                    ""
                };
                format!(
                    "{} processes the record at offset {offset}{again}{zombie}",
                    self.who(place)
                )
            }
            Event::LogEnds { end } => {
                format!("readers are told that the data log ends at offset {end}")
            }
            _ => return None,
        })
    }

    /// All answers to producers in one sentence.
    fn producers_told(&self) -> Option<String> {
        let acked = self.step.events.iter().filter_map(|event| match event {
            Event::ProduceAcked { offset, value } => Some(format!("r{value} at offset {offset}")),
            _ => None,
        });
        let acked: Vec<_> = acked.collect();
        match acked.len() {
            0 => None,
            1 => Some(format!(
                "its producer is told where it stands: {}",
                acked[0]
            )),
            _ => Some(format!(
                "the producers are told where their records stand: {}",
                listed(&acked)
            )),
        }
    }

    fn of_the_group(&self, event: &Event) -> Option<String> {
        Some(match *event {
            Event::AskedToJoin { place, id } if self.is_new(id) => {
                format!(
                    "{} joins the group, as {}",
                    process(place),
                    self.names.id(id)
                )
            }
            Event::AskedToJoin { id, .. } => format!("{} joins again", self.names.id(id)),
            Event::Rejoined { place, generation } => {
                format!(
                    "{} joins again and is told that generation {generation} goes on",
                    self.who(place)
                )
            }
            Event::GenerationFormed { generation } => {
                format!("the joining ends: generation {generation} is formed, in memory only")
            }
            Event::ToldGeneration { place, generation } => {
                format!(
                    "{} is told that it is in generation {generation}",
                    self.after(place)
                )
            }
            Event::AssignmentAppended { leader, owner, .. } => {
                let leader_id = self.after(leader);
                let owner = self.names.id(owner);
                let whom = if owner == leader_id {
                    "itself".to_owned()
                } else {
                    owner
                };
                format!(
                    "{leader_id}, the leader, gives the partition to {whom}; the coordinator appends that to its log"
                )
            }
            Event::Delivered {
                place, tenure: 0, ..
            } => {
                format!("{} is told that it owns nothing", self.after(place))
            }
            Event::Delivered { place, .. } => {
                format!("{} is handed the partition", self.after(place))
            }
            Event::Expired { id, alive: true } => {
                format!(
                    "the coordinator loses patience with {}, which lives, and drops it",
                    self.names.id(id)
                )
            }
            Event::Expired { id, alive: false } => {
                format!(
                    "the session of {}, which is dead, runs out",
                    self.names.id(id)
                )
            }
            Event::GroupEmptied { generation } => {
                format!(
                    "nobody is left: the coordinator appends an empty generation {generation} to its log"
                )
            }
            Event::ToldToRejoin {
                place,
                keeps_id: true,
            } => {
                format!("{} learns that it has to join again", self.who(place))
            }
            Event::ToldToRejoin { place, .. } => {
                format!("{} learns that it is no member any more", self.who(place))
            }
            Event::TenureEnded { .. } => return self.gives_up(),
            _ => return None,
        })
    }

    fn is_new(&self, id: u8) -> bool {
        !self.before.coordinator.members.contains(id)
    }

    /// A tenure that ends because its member joins again is given up; otherwise another sentence says why it ends.
    fn gives_up(&self) -> Option<String> {
        let joining = self.step.events.iter().find_map(|event| match event {
            Event::AskedToJoin { place, .. } => Some(*place),
            _ => None,
        });
        joining.map(|place| {
            format!(
                "{} learns of the rebalance and gives up the partition",
                self.who(place)
            )
        })
    }

    fn of_commits(&self, event: &Event) -> Option<String> {
        Some(match *event {
            Event::Resumed {
                place,
                committed,
                at,
                current,
                ..
            } => self.resumes(place, committed, at, current),
            Event::CommitSent {
                place,
                offset,
                again,
            } => {
                let again = if again {
                    " again, which it had given up"
                } else {
                    ""
                };
                format!("{} sends commit {offset}{again}", self.who(place))
            }
            Event::CommitAccepted {
                place,
                offset,
                late,
                ..
            } => {
                let late = if late {
                    ", for which nobody waits any more"
                } else {
                    ""
                };
                format!(
                    "the coordinator accepts commit {offset} of {}{late}, and appends it to its log",
                    self.sender(place, !late.is_empty())
                )
            }
            Event::CommitAcked { place, offset } => {
                format!(
                    "{} is told that commit {offset} took effect",
                    self.who(place)
                )
            }
            Event::CommitRefused {
                place,
                offset,
                late,
            } => {
                let unheard = if late {
                    ", for which nobody waits any more"
                } else {
                    ""
                };
                format!(
                    "the coordinator refuses commit {offset} of {}{unheard}",
                    self.sender(place, late)
                )
            }
            Event::CommitAppendFailed { place, offset } => {
                format!(
                    "commit {offset} of {} cannot be appended, and it is told so",
                    self.sender(place, false)
                )
            }
            Event::GaveUp {
                place,
                in_log: true,
            } => {
                format!(
                    "{} stops waiting for its commit, which is in the log",
                    self.who(place)
                )
            }
            Event::GaveUp { place, .. } => {
                format!(
                    "{} stops waiting for its commit, which is still on its way",
                    self.who(place)
                )
            }
            _ => return None,
        })
    }

    fn resumes(
        &self,
        place: Place,
        committed: Option<Offset>,
        at: Offset,
        current: bool,
    ) -> String {
        let zombie = if current {
            ""
        } else {
            ", a zombie from birth,"
        };
        format!(
            "{}{zombie} asks where to resume: {}, so it starts at offset {at}",
            self.who(place),
            offset(committed)
        )
    }

    fn of_faults(&self, event: &Event) -> Option<String> {
        Some(match *event {
            Event::OffsetsSynced => {
                "the offsets log is synced: the high watermark passes".to_owned()
            }
            Event::ConsumerCrashed { place } => {
                format!("{} dies; its process is started again", self.who(place))
            }
            Event::BrokerCrashed { .. } => self.crash(),
            Event::Loaded {
                committed,
                generation,
            } => format!(
                "the coordinator replays its log: generation {generation}, {}",
                committed.map_or_else(
                    || "no committed offset".to_owned(),
                    |o| format!("committed {o}")
                )
            ),
            _ => return None,
        })
    }

    fn crash(&self) -> String {
        let mut lost = self.lost.clone();
        lost.extend(lost_records(&self.before, &self.step.state));
        match lost.len() as u64 {
            0 => "the broker crashes; its disk loses nothing".to_owned(),
            n if n > 3 => format!("the broker crashes; its disk loses {}", counted(n, "entry")),
            _ => format!("the broker crashes; its disk loses {}", listed(&lost)),
        }
    }
}

fn lost_records(before: &State, after: &State) -> impl Iterator<Item = String> {
    (after.data.end..before.data.end).map(|offset| format!("r{}", before.data.value(offset)))
}
