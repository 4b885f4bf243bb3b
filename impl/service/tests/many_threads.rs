//! Many threads at once: every caller is answered exactly once, and what was acknowledged is there after a reload,
//! through elections, failing disks, power cuts and restarts (S3, S4).

mod common;

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;

use common::shared::Shared;
use common::*;
use plimsoll_coordinator::{Acknowledge, Decisions, ErrorCode, GroupResponse};
use plimsoll_disk::{Disk, Fault, Faulty, RealDisk, SimDisk};
use plimsoll_service::{Config, Service, Status};

/// What is known of one partition's offset of one group, which one thread commits, each time a larger one.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// Whatever is stored is at least this …
    acknowledged: i64,
    /// … and at most this.
    asked: i64,
}

const COMMITTERS: usize = 8;

/// How the counters begin to tell that nobody led a partition.
const NOT_LOADED: &str = "refusals{why=\"not_loaded\"}";

fn group_of(committer: usize) -> String {
    format!("group-{committer}")
}

/// Commits from many threads until `enough` says so; each waits for its answer before it goes on. Gives what each knows.
fn committers<D: Disk + Clone + Send + 'static>(
    service: &Service<D>,
    known: &[Known],
    enough: &(dyn Fn(i64, Known) -> bool + Sync),
) -> Vec<Known> {
    let commit = |committer: usize, mut known: Known| {
        for round in 0.. {
            if enough(round, known) {
                break;
            }
            known.asked += 1;
            let request = commit(&group_of(committer), committer as i32, known.asked);
            match error_of(&answer(service.ask(request))) {
                ErrorCode::None => known.acknowledged = known.asked,
                // Open, or refused: the next commit does not depend on it.
                ErrorCode::NotCoordinator | ErrorCode::CoordinatorLoadInProgress => {}
                other => panic!("{other:?}"),
            }
        }
        known
    };
    thread::scope(|scope| {
        let commit = &commit;
        let begin = |(committer, &known)| scope.spawn(move || commit(committer, known));
        let threads: Vec<_> = known.iter().enumerate().map(begin).collect();
        let ended = threads.into_iter().map(|thread| thread.join());
        ended.map(|known| known.expect("no panic")).collect()
    })
}

/// S3: what is stored is what was acknowledged or something newer that was asked for.
fn lost<D: Disk + Clone + Send + 'static>(world: &World<D>, known: &[Known]) -> Vec<String> {
    let mut lost = Vec::new();
    for (committer, known) in known.iter().enumerate() {
        let stored = world
            .committed(&group_of(committer), committer as i32)
            .max(0);
        if !(known.acknowledged..=known.asked).contains(&stored) {
            lost.push(format!(
                "{}: {stored} is stored, {known:?}",
                group_of(committer)
            ));
        }
    }
    lost
}

/// From now on what is stored is certain.
fn settle<D: Disk + Clone + Send + 'static>(world: &World<D>, known: &mut [Known]) {
    for (committer, known) in known.iter_mut().enumerate() {
        known.acknowledged = world
            .committed(&group_of(committer), committer as i32)
            .max(0);
    }
}

#[test]
fn restarts_on_real_files() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut known = vec![Known::default(); COMMITTERS];
    for restart in 0..4 {
        let disk = RealDisk::open(directory.path()).expect("nobody else has it");
        let world = World::active(disk, &config());
        assert_eq!(lost(&world, &known), [""; 0], "restart {restart}");
        known = committers(&world.service, &known, &|round, _| round == 50);
        assert!(
            known.iter().all(|k| k.acknowledged == k.asked),
            "nothing went wrong"
        );
        assert_eq!((world.counters.waiters(), world.counters.lag()), (0, 0));
        match restart % 2 {
            0 => world.service.shutdown().expect("the disk is well"),
            _ => drop(world.service),
        }
    }
}

#[test]
fn elections_while_many_commit() {
    let directory = tempfile::tempdir().expect("a directory");
    let disk = RealDisk::open(directory.path()).expect("nobody else has it");
    let world = World::active(disk, &config());
    let done = AtomicBool::new(false);
    let mut failovers = 0;
    let known = thread::scope(|scope| {
        let committing = scope.spawn(|| {
            committers(
                &world.service,
                &[Known::default(); COMMITTERS],
                &|_, known| done.load(SeqCst) && known.acknowledged > 0,
            )
        });
        for epoch in 100..160 {
            for partition in 0..4 {
                // Now and then nobody leads for a while, or an older election comes late.
                match (epoch + partition) % 3 {
                    0 => world.service.resign(partition, epoch),
                    1 => world.service.elect(partition, epoch - 1),
                    _ => world.service.elect(partition, epoch),
                }
                failovers += 1;
            }
            // Elections are faster than loads: let some of them have a say in what is committed.
            if epoch % 10 == 0 {
                let before = world.counters.appends();
                world.until("a commit", |_| world.counters.appends() > before);
            }
        }
        (0..4).for_each(|partition| world.service.resign(partition, 199));
        let refused = || world.counters.to_string().contains(NOT_LOADED);
        world.until("a refusal", |_| refused());
        (0..4).for_each(|partition| world.service.elect(partition, 200));
        world.until_active();
        done.store(true, SeqCst);
        committing.join().expect("no panic")
    });
    assert_eq!(
        lost(&world, &known),
        [""; 0],
        "after {failovers} elections and resignations"
    );
    assert_eq!(world.counters.waiters(), 0);
}

/// Fails a sync under many committers, again and again; each time the next election recovers the log. The disk is one
/// whose kernel forgets what a failed sync did not write.
#[test]
fn failing_syncs() {
    let disk = Shared::new(Faulty::new(SimDisk::with_sectors(512)));
    let config = Config {
        offsets_partitions: 1,
        ..config()
    };
    let world = World::active(disk.clone(), &config);
    let mut known = vec![Known::default(); COMMITTERS];
    for failure in 0..12 {
        disk.get().fail_at(failure % 5, Fault::SyncIo);
        let failed = || matches!(world.service.status(0), Some((Status::Failed, _)));
        known = committers(&world.service, &known, &|_, _| failed());
        assert!(failed());
        world.service.elect_all();
        world.until("active or failed again", |s| {
            matches!(s.status(0), Some((Status::Active | Status::Failed, _)))
        });
        if failed() {
            world.service.elect_all();
        }
        world.until_active();
        assert_eq!(lost(&world, &known), [""; 0], "failure {failure}");
        settle(&world, &mut known);
    }
    assert!(disk.get().fired() >= 12);
    assert!(world.counters.to_string().contains("sync_failures 12"));
}

/// Cuts the power under many committers, at some operation of the disk, and starts again on several of the disks that
/// may be left.
fn power_cuts(decisions: Decisions) -> Vec<String> {
    let config = Config {
        offsets_partitions: 2,
        decisions,
        ..config()
    };
    let mut all_lost = Vec::new();
    for cut in [3, 10, 11, 25, 60] {
        let disk = Shared::new(Faulty::new(SimDisk::with_sectors(512)));
        let world = World::active(disk.clone(), &config);
        disk.get().fail_at(cut, Fault::PowerCut);
        let is_off = || disk.get().is_off();
        let known = committers(&world.service, &[Known::default(); COMMITTERS], &|_, _| {
            is_off()
        });
        assert_eq!(world.counters.waiters(), 0, "everybody was told");
        drop(world);
        let left = disk.get().inner().survivors_at_most(4).disks;
        for left in left {
            let after = World::active(Shared::new(left), &config);
            all_lost.extend(lost(&after, &known));
        }
    }
    all_lost
}

#[test]
fn power_cuts_lose_nothing_that_was_acknowledged() {
    assert_eq!(power_cuts(Decisions::default()), [""; 0]);
}

/// The check fires: mutant C-20 acknowledges what is not durable.
#[test]
fn power_cuts_show_what_was_acknowledged_too_early() {
    let early = Decisions {
        commit: Acknowledge::OnceAppended,
        ..Decisions::default()
    };
    assert_ne!(power_cuts(early), [""; 0]);
}

/// What is stored on each disk that a power cut may leave now.
fn stored_after_a_cut(disk: &Shared<SimDisk>, config: &Config) -> Vec<i64> {
    let left = disk.get().survivors_at_most(8).disks;
    let stored = left.into_iter().map(|left| {
        let after = World::active(Shared::new(left), config);
        after.committed("g", 0)
    });
    stored.collect()
}

/// A sync acknowledges what was there when it began. The second commit is appended while it lasts, is on the disk, and has
/// been synced by nobody: a power cut may take it.
#[test]
fn a_commit_appended_during_a_sync_waits_for_the_next() {
    let disk = Shared::new(SimDisk::new());
    let config = Config {
        offsets_partitions: 1,
        ..config()
    };
    let world = World::active(disk.clone(), &config);
    let returns = disk.hold_returns();
    let before = disk.synced();
    let first = world.service.ask(commit("g", 0, 1));
    world.until("the first is synced", |_| disk.synced() > before);
    let second = world.service.ask(commit("g", 0, 2));
    world.until("both are appended", |_| world.counters.appends() == 2);
    let syncs = disk.hold_syncs();
    drop(returns);
    assert_eq!(error_of(&answer(first)), ErrorCode::None);
    assert_eq!(world.counters.waiters(), 1, "S3: the second is not durable");
    let stored = stored_after_a_cut(&disk, &config);
    assert!(stored.contains(&1) && !stored.contains(&-1), "{stored:?}");
    drop(syncs);
    assert_eq!(error_of(&answer(second)), ErrorCode::None);
    let stored = stored_after_a_cut(&disk, &config);
    assert!(stored.iter().all(|stored| *stored == 2), "{stored:?}");
}

/// Two members form a group while committers go on, and every answer comes once.
#[test]
fn groups_form_while_many_commit() {
    let directory = tempfile::tempdir().expect("a directory");
    let disk = RealDisk::open(directory.path()).expect("nobody else has it");
    let world = World::active(disk, &config());
    let calls: Arc<Mutex<Vec<u32>>> = Arc::default();
    thread::scope(|scope| {
        scope.spawn(|| {
            committers(&world.service, &[Known::default(); 4], &|round, _| {
                round == 40
            })
        });
        for member in 0..8 {
            let (world, calls) = (&world, &calls);
            scope.spawn(move || {
                let group = format!("formed-{}", member / 2);
                let mut me = String::new();
                for round in 0..20 {
                    let call = member * 100 + round;
                    let (calls, fresh) = (Arc::clone(calls), format!("m-{member}-{round}"));
                    let (ticket, reply) = plimsoll_service::Ticket::new();
                    world
                        .service
                        .submit(join(&group, &me, &fresh), move |answer| {
                            calls.lock().expect("no panic").push(call);
                            reply(answer);
                        });
                    let GroupResponse::Join(joined) = answer(ticket) else {
                        panic!("another answer")
                    };
                    match joined.error {
                        ErrorCode::None => {
                            me = joined.member.to_string();
                            let description = world.ask(sync(&group, &joined));
                            let GroupResponse::Sync(synced) = &description else {
                                panic!("another answer")
                            };
                            match synced.error {
                                ErrorCode::None => assert_eq!(&*synced.assignment, me.as_bytes()),
                                ErrorCode::RebalanceInProgress | ErrorCode::IllegalGeneration => {}
                                other => panic!("{other:?}"),
                            }
                        }
                        ErrorCode::UnknownMemberId => me.clear(),
                        other => panic!("{other:?}"),
                    }
                }
                // Or the other one would wait for it.
                world.ask(leave(&group, &me));
            });
        }
    });
    let mut calls = calls.lock().expect("no panic").clone();
    calls.sort_unstable();
    let all: Vec<u32> = (0..8)
        .flat_map(|m| (0..20).map(move |r| m * 100 + r))
        .collect();
    assert_eq!(calls, all, "each answered once");
}
