//! Commits through the state machine, by members of stable groups and with their records encoded, against putting the
//! same offsets into a hash map and encoding the same records.

use std::collections::HashMap;
use std::hint::black_box;

use plimsoll_coordinator::{CallId, Coordinator, GroupRequest, Timestamp};
use plimsoll_offsets::{CommittedOffset, OffsetsRecord, Text, encode};

use crate::interleaved::{medians, timed};
use crate::requests;

const GROUPS: usize = 1_000;
const COMMITS: usize = 200_000;
/// Between two events of the high watermark.
const SYNCED_TOGETHER: usize = 64;
const ROUNDS: usize = 7;
const NOW: Timestamp = Timestamp(1_700_000_000_000);

struct Driven {
    coordinator: Coordinator,
    log_end: i64,
    calls: u64,
}

impl Driven {
    /// With stable groups of one member each.
    fn new() -> Driven {
        let mut coordinator = requests::coordinator(0);
        let _ = coordinator.finish_load(NOW, 0, 0);
        let mut driven = Driven {
            coordinator,
            log_end: 0,
            calls: 0,
        };
        for number in 0..GROUPS {
            let id = requests::group(number);
            driven.make(&requests::join(&id));
            driven.make(&requests::sync(&id));
        }
        driven.raise();
        driven
    }

    fn make(&mut self, request: &GroupRequest) {
        self.calls += 1;
        let step = self.coordinator.request(NOW, CallId(self.calls), request);
        let log_end = &mut self.log_end;
        black_box(self.coordinator.append_and_apply(NOW, step, |step| {
            let base = *log_end;
            for record in step.records() {
                black_box(encode(record).expect("names are short"));
                *log_end += 1;
            }
            Ok(base)
        }));
    }

    fn raise(&mut self) {
        black_box(self.coordinator.high_watermark(NOW, self.log_end, 0));
    }

    fn commit_all(&mut self, commits: &[GroupRequest]) {
        for together in commits.chunks(SYNCED_TOGETHER) {
            together.iter().for_each(|request| self.make(request));
            self.raise();
        }
    }
}

type Stored = HashMap<(Text, Text, i32), CommittedOffset>;

fn store_all(stored: &mut Stored, commits: &[GroupRequest]) {
    for request in commits {
        let GroupRequest::Commit(commit) = request else {
            continue;
        };
        for offset in &commit.offsets {
            let value = CommittedOffset {
                offset: offset.offset,
                leader_epoch: offset.leader_epoch,
                metadata: offset.metadata.clone(),
                commit_timestamp_ms: NOW.0,
                expire_timestamp_ms: -1,
                topic_id: None,
            };
            let record = OffsetsRecord::Offset {
                group: commit.group.clone(),
                topic: offset.topic.clone(),
                partition: offset.partition,
                value: Some(value.clone()),
            };
            black_box(encode(&record).expect("names are short"));
            let key = (commit.group.clone(), offset.topic.clone(), offset.partition);
            stored.insert(key, value);
        }
    }
}

pub fn compare() {
    let commit = |n: usize| {
        let id = requests::group(n % GROUPS);
        requests::commit(&id, 1, (n / GROUPS % 10) as i32, n as i64)
    };
    let commits: Vec<GroupRequest> = (0..COMMITS).map(commit).collect();
    // Each round goes on with groups that have committed before.
    let driven = std::cell::RefCell::new(Driven::new());
    let stored = std::cell::RefCell::new(Stored::new());
    driven.borrow_mut().commit_all(&commits);
    store_all(&mut stored.borrow_mut(), &commits);
    check(&driven.borrow(), &stored.borrow());
    let times = medians(
        ROUNDS,
        &[
            &|| timed(|| driven.borrow_mut().commit_all(&commits)),
            &|| timed(|| store_all(&mut stored.borrow_mut(), &commits)),
        ],
    );
    let rate = |way: usize| COMMITS as f64 / times[way].as_secs_f64();
    println!(
        "state machine, {GROUPS} stable groups: {:.0} commits/s; hash map and encoding {:.0} commits/s; ratio {:.2} of its rate",
        rate(0),
        rate(1),
        rate(0) / rate(1)
    );
}

/// Both have done the same.
fn check(driven: &Driven, stored: &Stored) {
    for ((group, topic, partition), value) in stored {
        let timeline = driven.coordinator.cache().offset(group, topic, *partition);
        let committed = timeline.and_then(|timeline| timeline.committed());
        assert_eq!(committed.map(|c| c.offset), Some(value.offset));
    }
}
