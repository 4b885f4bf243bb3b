//! A sync that comes late, with a power cut at every moment of it: what is appended while it lasts is not durable by it, and
//! nothing is acknowledged that a power cut can take back (S3).

use std::sync::Arc;

use plimsoll_coordinator::{
    Acknowledge, CallId, Coordinator, CoordinatorConfig, Decisions, ErrorCode, GroupRequest,
    GroupResponse, OffsetCommit, OffsetFetch, OffsetToCommit, Timestamp,
};
use plimsoll_disk::{DiskError, SimDisk};
use plimsoll_log::LogConfig;
use plimsoll_shard::{Outcome, Partition, PartitionSync, Shard, Status};

const NOW: Timestamp = Timestamp(1_000);

/// What happens, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    Commit(i64),
    SyncBegins,
    SyncRuns,
    SyncEnds,
}

use Moment::{Commit, SyncBegins, SyncEnds, SyncRuns};

/// A shard on a disk, and what it has acknowledged.
struct World {
    disk: SimDisk,
    partition: Partition,
    shard: Shard,
    sync: Option<(PartitionSync, Option<Result<(), DiskError>>)>,
    acknowledged: i64,
}

fn request(offset: i64) -> GroupRequest {
    GroupRequest::Commit(OffsetCommit {
        group: "g".into(),
        member: "".into(),
        instance: None,
        generation: -1,
        offsets: vec![OffsetToCommit {
            topic: "t".into(),
            partition: 0,
            offset,
            leader_epoch: -1,
            metadata: "".into(),
        }],
        retention_ms: -1,
        version: 8,
    })
}

fn fetch(require_stable: bool) -> GroupRequest {
    GroupRequest::Fetch(OffsetFetch {
        group: "g".into(),
        require_stable,
        partitions: Some(vec![("t".into(), 0)]),
    })
}

impl World {
    /// Recovered, elected and loaded.
    fn on(mut disk: SimDisk, decisions: Decisions) -> World {
        let config = Arc::new(CoordinatorConfig::default());
        let topics = Arc::new([("t", 1)].into_iter().collect());
        let coordinator = Coordinator::new(config, decisions, topics, -1);
        let log = Arc::new(LogConfig::default());
        let (partition, _) = Partition::open(&mut disk, "o-0", &log).expect("the disk is well");
        let mut world = World {
            disk,
            partition,
            shard: Shard::new(&coordinator),
            sync: None,
            acknowledged: -1,
        };
        world.elect();
        world
    }

    fn elect(&mut self) {
        let epoch = self.partition.next_leader_epoch();
        self.partition.lead(epoch);
        let elected = self.shard.elect(NOW, epoch).expect("it is news");
        self.note(&elected);
        let mut load = self.shard.begin_load(epoch);
        let replayed = load.run(&mut self.partition.on(&mut self.disk));
        let (_, outcome) = self.shard.finish_load(NOW, load, replayed);
        self.note(&outcome);
        assert_eq!(self.shard.status(), Status::Active);
    }

    /// Each commit has its offset as its number.
    fn note(&mut self, outcome: &Outcome) {
        for answer in &outcome.answers {
            if let GroupResponse::Commit(r) = &answer.response
                && r.partitions[0].error == ErrorCode::None
            {
                self.acknowledged = self.acknowledged.max(answer.call.0 as i64);
            }
        }
    }

    fn ask(&mut self, call: u64, request: GroupRequest) -> Outcome {
        let mut log = self.partition.on(&mut self.disk);
        let request = Arc::new(request);
        self.shard.request(&mut log, NOW, CallId(call), request)
    }

    /// What is answered at once.
    fn fetched(&mut self, stable: bool) -> Option<i64> {
        let outcome = self.ask(1_000, fetch(stable));
        outcome
            .answers
            .first()
            .map(|answer| match &answer.response {
                GroupResponse::Fetch(r) => r.partitions[0].offset,
                other => panic!("{other:?}"),
            })
    }

    fn take(&mut self, moment: Moment) {
        let outcome = match moment {
            Commit(offset) => self.ask(offset.unsigned_abs(), request(offset)),
            SyncBegins => {
                let sync = self.partition.begin_sync().expect("it has not stopped");
                self.sync = Some((sync, None));
                return;
            }
            SyncRuns => {
                let (sync, done) = self.sync.as_mut().expect("it has begun");
                *done = Some(sync.run(&mut self.disk));
                return;
            }
            SyncEnds => {
                let (sync, done) = self.sync.take().expect("it has begun");
                let done = done.expect("it ran");
                let event = self.partition.finish_sync(&mut self.disk, &sync, done);
                self.shard.high_watermark(NOW, event.expect("it is well"))
            }
        };
        self.note(&outcome);
    }

    /// What was acknowledged, and yet is not there after a power cut now.
    fn lost(&self) -> Vec<(i64, i64)> {
        let disks = self.disk.survivors_at_most(64).disks;
        let stored = disks.into_iter().map(|disk| {
            let mut after = World::on(disk, Decisions::default());
            after.fetched(false).expect("what is recovered is durable")
        });
        let lost = stored.filter(|stored| *stored < self.acknowledged);
        lost.map(|stored| (self.acknowledged, stored)).collect()
    }
}

/// Two commits, the first before the sync and the second at any moment of it, and a second sync.
const STORIES: [[Moment; 8]; 3] = [
    [
        Commit(1),
        SyncBegins,
        Commit(2),
        SyncRuns,
        SyncEnds,
        SyncBegins,
        SyncRuns,
        SyncEnds,
    ],
    [
        Commit(1),
        SyncBegins,
        SyncRuns,
        Commit(2),
        SyncEnds,
        SyncBegins,
        SyncRuns,
        SyncEnds,
    ],
    [
        Commit(1),
        SyncBegins,
        SyncRuns,
        SyncEnds,
        Commit(2),
        SyncBegins,
        SyncRuns,
        SyncEnds,
    ],
];

/// What power cuts at every moment of every story lose.
fn cuts(decisions: Decisions) -> Vec<(i64, i64)> {
    let mut lost = Vec::new();
    for story in STORIES {
        let mut world = World::on(SimDisk::new(), decisions);
        for moment in story {
            world.take(moment);
            lost.extend(world.lost());
        }
        assert_eq!(world.acknowledged, 2, "everybody was answered");
    }
    lost
}

#[test]
fn no_power_cut_loses_what_was_acknowledged() {
    assert_eq!(cuts(Decisions::default()), []);
}

/// The check fires: mutant C-20 acknowledges what is not durable.
#[test]
fn power_cuts_show_what_was_acknowledged_too_early() {
    let commit = Acknowledge::OnceAppended;
    let early = Decisions {
        commit,
        ..Decisions::default()
    };
    assert_ne!(cuts(early), []);
}

#[test]
fn what_is_appended_during_a_sync_waits_for_the_next() {
    for story in &STORIES[..2] {
        let mut world = World::on(SimDisk::new(), Decisions::default());
        for moment in &story[..5] {
            world.take(*moment);
        }
        assert_eq!(world.acknowledged, 1);
        assert_eq!(world.shard.waiting().len(), 1);
        for moment in &story[5..] {
            world.take(*moment);
        }
        assert_eq!(world.acknowledged, 2);
    }
}

/// Neither shown nor taken for durable: S8, S3.
#[test]
fn a_load_waits_for_what_the_log_holds_and_no_sync_has_reached() {
    let mut world = World::on(SimDisk::new(), Decisions::default());
    for moment in [Commit(1), SyncBegins, SyncRuns, SyncEnds, Commit(2)] {
        world.take(moment);
    }
    world.elect();
    assert_eq!(world.acknowledged, 1, "the second was left open");
    assert_eq!(world.fetched(false), Some(1));
    assert_eq!(world.fetched(true), None, "it waits");
    for moment in [SyncBegins, SyncRuns] {
        world.take(moment);
    }
    assert_eq!(world.fetched(false), Some(1));
    world.take(SyncEnds);
    assert_eq!(world.fetched(true), Some(2));
}
