//! Long random stories of requests whose fields lie at their edges: no request makes the broker panic or answer twice, what
//! is refused leaves no trace (S4′), and what is accepted survives a crash (S3).

mod common;
#[path = "any_requests/edges.rs"]
mod edges;

use std::collections::BTreeMap;

use common::*;
use plimsoll_broker::*;
use plimsoll_disk::SimDisk;
use proptest::test_runner::{Config as Cases, RngAlgorithm, TestRng, TestRunner};

use edges::{CURRENT, GROUPS, Op, SOMEBODY};

/// What a client may take for "it did not happen". The others leave it open.
const DEFINITE: [ErrorCode; 12] = [
    ErrorCode::UnknownTopicOrPartition,
    ErrorCode::OffsetMetadataTooLarge,
    ErrorCode::IllegalGeneration,
    ErrorCode::InvalidGroupId,
    ErrorCode::UnknownMemberId,
    ErrorCode::InvalidSessionTimeout,
    ErrorCode::RebalanceInProgress,
    ErrorCode::NonEmptyGroup,
    ErrorCode::GroupIdNotFound,
    ErrorCode::FencedInstanceId,
    ErrorCode::GroupSubscribedToTopic,
    ErrorCode::InvalidTxnState,
];

fn config() -> Config {
    let mut config = Config::with_topics(&[("t", 2), ("u", 1)]);
    config.coordinator.max_group_size = 3;
    config
}

/// What happened, to be sure that the stories are about something.
#[derive(Default)]
struct Seen {
    stored: usize,
    in_part: usize,
    refused: usize,
    generations: usize,
    reloads: usize,
}

struct Story {
    driver: Driver<SimDisk>,
    fresh: u32,
    issued: Option<Text>,
}

impl Story {
    fn new() -> Story {
        Story {
            driver: Driver::start(SimDisk::new(), &config()),
            fresh: 0,
            issued: None,
        }
    }

    fn end(&self) -> i64 {
        let log = self.driver.broker.offsets_partition(0);
        log.map_or(-1, |log| log.log_end_offset)
    }

    fn take(&mut self, op: &Op, seen: &mut Seen) {
        match op {
            Op::Ask(request) => self.ask(request.clone(), seen),
            Op::Flush => self.driver.flush(Flush::Offsets),
            Op::Fire(which) => {
                let timers = self.driver.broker.timers();
                if !timers.is_empty() {
                    self.driver.fire(&timers[which.index(timers.len())]);
                }
            }
            Op::Crash => {
                self.driver.flush(Flush::Offsets);
                self.crash();
                seen.reloads += 1;
            }
        }
    }

    /// Puts the ids and the generation that there are in the place of what stands for them.
    fn name(&mut self, request: &mut GroupRequest) {
        let group = self.driver.broker.group("g");
        let current = group.as_ref().map_or(0, |group| group.generation);
        let mut known: Vec<Text> = self.issued.iter().cloned().collect();
        known.extend(group.into_iter().flat_map(|g| g.members).map(|m| m.member));
        let id = |member: &mut Text| {
            let number = member.strip_prefix(SOMEBODY);
            let number = number.and_then(|number| number.parse::<usize>().ok());
            if let Some(number) = number.filter(|_| !known.is_empty()) {
                *member = known[number % known.len()].clone();
            }
        };
        let actual = |generation: &mut i32| {
            if (CURRENT - 1..=CURRENT + 1).contains(generation) {
                *generation += current - CURRENT;
            }
        };
        match request {
            GroupRequest::Join(r) => {
                self.fresh += 1;
                r.fresh_member_id = format!("fresh {}", self.fresh).into();
                id(&mut r.member);
            }
            GroupRequest::Sync(r) => {
                id(&mut r.member);
                actual(&mut r.generation);
                r.assignments.iter_mut().for_each(|(member, _)| id(member));
            }
            GroupRequest::Heartbeat(r) => {
                id(&mut r.member);
                actual(&mut r.generation);
            }
            GroupRequest::Commit(r) => {
                id(&mut r.member);
                actual(&mut r.generation);
            }
            GroupRequest::Leave(r) => r.members.iter_mut().for_each(|m| id(&mut m.member)),
            _ => {}
        }
    }

    fn ask(&mut self, mut request: GroupRequest, seen: &mut Seen) {
        self.name(&mut request);
        let (form, end) = (self.driver.form(), self.end());
        let call = self.driver.send(request.clone());
        let written = self.end() - end;
        if let Some(Response::Group(GroupResponse::Join(r))) = self.driver.answer(call)
            && r.error == ErrorCode::MemberIdRequired
        {
            self.issued = Some(r.member.clone());
        }
        let description = self.driver.answer(call).map(errors).unwrap_or_default();
        if !description.is_empty() && description.iter().all(|error| DEFINITE.contains(error)) {
            seen.refused += 1;
            assert_eq!(written, 0, "{request:?} was refused and wrote");
            let same = form == self.driver.form();
            assert!(same, "{request:?} was refused and left a trace");
        }
        if matches!(request, GroupRequest::Sync(_)) && written == 1 {
            seen.generations += 1;
        }
        if let GroupRequest::Commit(commit) = &request
            && written > 0
        {
            self.driver.flush(Flush::Offsets);
            let description = self.driver.answer(call).map(errors).unwrap_or_default();
            let accepted = description
                .iter()
                .filter(|e| **e == ErrorCode::None)
                .count();
            assert_eq!(accepted as i64, written, "{request:?}");
            self.is_stored(commit, &description);
            seen.stored += 1;
            seen.in_part += usize::from(accepted < description.len());
        }
    }

    /// Of each partition the last that was accepted is what a fetch shows.
    fn is_stored(&mut self, commit: &OffsetCommit, description: &[ErrorCode]) {
        let accepted = commit.offsets.iter().zip(description);
        let accepted = accepted.filter(|(_, error)| **error == ErrorCode::None);
        let last: BTreeMap<_, _> = accepted
            .map(|(o, _)| ((o.topic.clone(), o.partition), o))
            .collect();
        let fetch = OffsetFetch {
            group: commit.group.clone(),
            require_stable: true,
            partitions: Some(last.keys().cloned().collect()),
        };
        let Some(Response::Group(GroupResponse::Fetch(shown))) = self.driver.ask(fetch) else {
            panic!("no answer")
        };
        assert_eq!(shown.partitions.len(), last.len());
        for (shown, committed) in shown.partitions.iter().zip(last.values()) {
            assert_eq!(shown.offset, committed.offset);
            assert_eq!(shown.leader_epoch, committed.leader_epoch);
            assert_eq!(shown.metadata, committed.metadata);
        }
    }

    /// All offsets of all groups, and the groups that are stable.
    fn durable(&mut self) -> Vec<(Response, Option<GroupView>)> {
        let mut all = Vec::new();
        for group in GROUPS {
            let fetch = OffsetFetch {
                group: (*group).into(),
                require_stable: true,
                partitions: None,
            };
            let offsets = self.driver.ask(fetch).expect("an answer");
            let settled = |group: &GroupView| group.state == GroupState::Stable;
            all.push((offsets, self.driver.broker.group(group).filter(settled)));
        }
        all
    }

    /// Nothing that was durable is lost with the process.
    fn crash(&mut self) {
        let before = self.durable();
        let disk = std::mem::take(self.driver.broker.disk_mut());
        self.driver = Driver::start(disk, &config());
        assert_eq!(self.driver.stopped, None);
        for (before, after) in before.into_iter().zip(self.durable()) {
            assert_eq!(before.0, after.0);
            let Some(group) = before.1 else { continue };
            let again = after.1.expect("a stable group is stable again");
            assert_eq!(group.generation, again.generation);
            let ids = |group: GroupView| -> Vec<_> {
                group.members.into_iter().map(|m| m.member).collect()
            };
            assert_eq!(ids(group), ids(again));
        }
    }
}

#[test]
fn requests_at_the_edges_of_their_fields() {
    let cases = Cases {
        failure_persistence: None,
        ..Cases::with_cases(300)
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(cases, rng);
    let seen = std::cell::RefCell::new(Seen::default());
    let stories = proptest::collection::vec(edges::op(), 1..80);
    let ran = runner.run(&stories, |ops| {
        let mut story = Story::new();
        for op in ops.iter().chain([&Op::Crash]) {
            story.take(op, &mut seen.borrow_mut());
        }
        Ok(())
    });
    ran.unwrap_or_else(|found| panic!("{found}"));
    let seen = seen.into_inner();
    println!(
        "{} commits stored, {} of them in part, {} requests refused, {} generations written, {} reloads",
        seen.stored, seen.in_part, seen.refused, seen.generations, seen.reloads
    );
    for count in [
        seen.stored,
        seen.in_part,
        seen.refused,
        seen.generations,
        seen.reloads,
    ] {
        assert!(count >= 20, "too little happened");
    }
}
