//! A coordinator that only stores offsets, held to the tables. It has one mistake: it answers a commit before the commit is in its
//! log, so that a commit which was acknowledged just before a failover is lost. The report leads there:
//!
//! ```console
//! $ cargo run -p plimsoll-conformance --example toy             # one finding
//! $ cargo run -p plimsoll-conformance --example toy -- mended   # none
//! ```

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_conformance::protocol::*;
use plimsoll_conformance::{Api, Capabilities, Settings, Subject, Subjects, check};

type Key = (String, String, i32);

/// A commit, as it stands in the log.
type Entry = (Key, OffsetToCommit);

struct Toy {
    is_mended: bool,
    log: Vec<Entry>,
    /// Commits that have been answered and wait for the next write to the log: the mistake.
    buffered: Vec<Entry>,
    offsets: BTreeMap<Key, OffsetToCommit>,
    answers: Vec<GroupResponse>,
}

impl Toy {
    fn commit(&mut self, request: &OffsetCommit) -> GroupResponse {
        let refused = match request.generation {
            // No member can be in a group here.
            ..0 => None,
            _ if request.version < 9 => Some(ErrorCode::IllegalGeneration),
            _ => Some(ErrorCode::GroupIdNotFound),
        };
        self.log.append(&mut self.buffered);
        let mut partitions = Vec::new();
        for offset in &request.offsets {
            let error = match exists(offset) {
                false => ErrorCode::UnknownTopicOrPartition,
                true => refused.unwrap_or_else(|| accepted(offset)),
            };
            if error == ErrorCode::None {
                let key = (
                    request.group.clone(),
                    offset.topic.clone(),
                    offset.partition,
                );
                self.offsets.insert(key.clone(), offset.clone());
                match self.is_mended {
                    true => self.log.push((key, offset.clone())),
                    false => self.buffered.push((key, offset.clone())),
                }
            }
            partitions.push(CommittedPartition {
                topic: offset.topic.clone(),
                partition: offset.partition,
                error,
            });
        }
        GroupResponse::Commit(OffsetCommitResponse { partitions })
    }

    fn fetch(&self, request: &OffsetFetch) -> GroupResponse {
        let stored = || {
            let of_group = self.offsets.keys().filter(|key| key.0 == request.group);
            of_group.map(|key| (key.1.clone(), key.2)).collect()
        };
        let asked = request.partitions.clone().unwrap_or_else(stored);
        let partitions = asked.into_iter().map(|(topic, partition)| {
            let found = self
                .offsets
                .get(&(request.group.clone(), topic.clone(), partition));
            FetchedOffset {
                offset: found.map_or(-1, |it| it.offset),
                leader_epoch: found.map_or(-1, |it| it.leader_epoch),
                metadata: found.map(|it| it.metadata.clone()).unwrap_or_default(),
                error: ErrorCode::None,
                topic,
                partition,
            }
        });
        GroupResponse::Fetch(OffsetFetchResponse {
            error: ErrorCode::None,
            partitions: partitions.collect(),
        })
    }

    fn describe(&self, request: &DescribeGroups) -> GroupResponse {
        let known: BTreeSet<&String> = self.offsets.keys().map(|(group, _, _)| group).collect();
        let groups = request.groups.iter().map(|group| {
            let (state, error) = match known.contains(group) {
                true => (GroupState::Empty, ErrorCode::None),
                false if request.version < 6 => (GroupState::Dead, ErrorCode::None),
                false => (GroupState::Dead, ErrorCode::GroupIdNotFound),
            };
            DescribedGroup {
                error,
                group: group.clone(),
                state: Some(state),
                protocol_type: String::new(),
                protocol: String::new(),
                members: Vec::new(),
            }
        });
        GroupResponse::Describe(DescribeGroupsResponse {
            groups: groups.collect(),
        })
    }
}

/// Topics `t` and `u` exist, of two partitions each.
fn exists(offset: &OffsetToCommit) -> bool {
    matches!(&*offset.topic, "t" | "u") && (0..2).contains(&offset.partition)
}

/// Metadata may have 4096 units of UTF-16 (`offset.metadata.max.bytes`).
fn accepted(offset: &OffsetToCommit) -> ErrorCode {
    match offset.metadata.encode_utf16().count() > 4096 {
        true => ErrorCode::OffsetMetadataTooLarge,
        false => ErrorCode::None,
    }
}

impl Subject for Toy {
    fn send(&mut self, request: &GroupRequest) -> CallId {
        let answer = match request {
            GroupRequest::Commit(request) => self.commit(request),
            GroupRequest::Fetch(request) => self.fetch(request),
            GroupRequest::Describe(request) => self.describe(request),
            other => panic!("{:?} is not among the capabilities", other.api()),
        };
        self.answers.push(answer);
        CallId(self.answers.len() as u64 - 1)
    }

    fn answer(&mut self, call: CallId) -> Option<GroupResponse> {
        self.answers.get(call.0 as usize).cloned()
    }

    /// Nothing here takes time.
    fn advance(&mut self, _ms: u64) {}

    fn reload(&mut self) {
        self.buffered.clear();
        self.offsets = self.log.iter().cloned().collect();
    }
}

struct Toys {
    is_mended: bool,
}

impl Subjects for Toys {
    type Subject = Toy;

    fn capabilities(&self) -> Capabilities {
        Capabilities::of(&[Api::OffsetCommit, Api::OffsetFetch, Api::DescribeGroups])
            .without_static_members()
    }

    fn start(&self, _settings: Settings) -> Option<Toy> {
        Some(Toy {
            is_mended: self.is_mended,
            log: Vec::new(),
            buffered: Vec::new(),
            offsets: BTreeMap::new(),
            answers: Vec::new(),
        })
    }
}

fn main() {
    let is_mended = std::env::args().nth(1).is_some_and(|arg| arg == "mended");
    print!("{}", check(&Toys { is_mended }));
}

/// In a test the line is `assert_conforms(&Toys { is_mended: true })`.
#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_conformance::assert_conforms;

    #[test]
    fn the_mended_one_conforms() {
        assert_conforms(&Toys { is_mended: true });
        let report = check(&Toys { is_mended: true });
        assert!(report.passed > 25 && report.answer_only == 0, "{report}");
    }

    #[test]
    fn the_report_leads_to_the_mistake() {
        let report = check(&Toys { is_mended: false });
        let causes: Vec<&str> = report.findings.iter().map(|it| &*it.cause).collect();
        let lost = "OffsetCommit: after a reload: other offsets are stored than should be";
        assert_eq!(causes, [lost], "{report}");
    }
}
