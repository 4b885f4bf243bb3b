//! A power cut at every operation of a short life, and every image that it may leave (S3, L1, G3, L9, L10).

mod common;

use common::*;
use plimsoll_broker::*;
use plimsoll_disk::{Disk, Fault, Faulty, SimDisk};

/// What clients were told before the power went.
#[derive(Clone, Debug, Default)]
struct Acknowledged {
    values: Vec<String>,
    commit: Option<i64>,
    assigned: bool,
}

/// Joins, produces and commits, with answers noted as they come; goes on to the end whatever happens.
fn life(driver: &mut Driver<Faulty<SimDisk>>) -> Acknowledged {
    let mut description = Acknowledged::default();
    driver.send(join("a"));
    let synced = driver.send(sync("a", 1));
    driver.flush(Flush::Offsets);
    description.assigned = driver.error(synced) == Some(ErrorCode::None);
    let first = driver.send(produce(&["x", "y"]));
    let second = driver.send(produce(&["z"]));
    driver.flush(Flush::Data);
    for (call, values) in [(first, ["x", "y"].as_slice()), (second, &["z"])] {
        if driver.error(call) == Some(ErrorCode::None) {
            description
                .values
                .extend(values.iter().map(|v| (*v).to_owned()));
        }
    }
    let commits = [
        (driver.send(commit(1, 1)), 1),
        (driver.send(commit(1, 2)), 2),
    ];
    driver.flush(Flush::All);
    let last = [(driver.send(commit(1, 3)), 3)];
    // Both logs have an unsynced tail now: what survives of one says nothing about the other.
    driver.send(produce(&["w"]));
    for (call, offset) in commits.into_iter().chain(last) {
        if driver.error(call) == Some(ErrorCode::None) {
            description.commit = Some(offset);
        }
    }
    description
}

/// Runs the life with a power cut at the `crash`-th operation; none if the broker did not even open.
fn cut_at(crash: u64, config: &Config) -> (SimDisk, Acknowledged) {
    let mut disk = Faulty::new(SimDisk::new());
    disk.fail_at(crash, Fault::PowerCut);
    match Broker::open(disk, config) {
        Ok(broker) => {
            let mut driver = Driver::serve(broker);
            let description = life(&mut driver);
            (driver.broker.into_disk().into_inner(), description)
        }
        Err(failure) => (failure.disk.into_inner(), Acknowledged::default()),
    }
}

fn operations(config: &Config) -> u64 {
    let mut driver = Driver::start(Faulty::new(SimDisk::new()), config);
    life(&mut driver);
    driver.broker.disk().operations()
}

/// Why the survivor breaks a promise, if it does.
fn broken(survivor: SimDisk, description: &Acknowledged) -> Option<String> {
    let mut driver = Driver::start(survivor, &config());
    let (visible, committed) = (driver.visible(), driver.committed());
    if !visible.starts_with(&description.values) {
        return Some(format!(
            "L1: {:?} were acknowledged, {visible:?} are there",
            description.values
        ));
    }
    if !["x", "y", "z", "w"]
        .map(str::to_owned)
        .starts_with(&visible)
    {
        return Some(format!(
            "L9: {visible:?} is not a prefix of what was written"
        ));
    }
    if committed < description.commit.unwrap_or(-1) {
        return Some(format!(
            "S3: {:?} was acknowledged, {committed} is there",
            description.commit
        ));
    }
    let group = driver.broker.group("g");
    let stable = group
        .is_some_and(|g| g.state == GroupState::Stable && g.members[0].assignment == bytes("t-0"));
    if description.assigned && !stable {
        return Some("G3: the assignment was handed out and is gone".to_owned());
    }
    None
}

#[test]
fn nothing_acknowledged_is_lost_wherever_the_power_goes() {
    let config = config();
    let operations = operations(&config);
    let mut images = 0;
    for crash in 0..=operations {
        let (disk, description) = cut_at(crash, &config);
        for survivor in disk.survivors() {
            images += 1;
            if let Some(why) = broken(survivor, &description) {
                panic!("crash at operation {crash} of {operations}: {why}");
            }
        }
    }
    println!("{operations} operations, {images} images after a crash");
    // Two logs made: 1, 2, 3, 2, 1 images each. Then 1, 3, 6 for two unsynced batches (thrice): a length, and what its
    // sector held when. 1, then 7 for a batch across two sectors, and at the end three outcomes of one log for each of
    // the other.
    assert_eq!((operations, images), (21, 77));
}

#[test]
fn recovery_is_idempotent_and_may_crash_itself() {
    let config = config();
    for crash in 0..=operations(&config) {
        for survivor in cut_at(crash, &config).0.survivors() {
            let once = Driver::start(survivor.clone(), &config);
            let twice = Driver::start(once.broker.disk().clone(), &config);
            assert_eq!(once.form(), twice.form(), "crash at {crash}");
            assert_eq!(once.broker.disk(), twice.broker.disk(), "crash at {crash}");
            for again in 0.. {
                // One power cut more in each round, until recovery is through before it comes.
                let mut crashing = Faulty::new(survivor.clone());
                crashing.fail_at(again, Fault::PowerCut);
                let Err(failure) = Broker::open(crashing, &config) else {
                    break;
                };
                for image in failure.disk.inner().survivors() {
                    let late = Driver::start(image, &config);
                    assert_eq!(
                        late.form(),
                        once.form(),
                        "crash at {crash}, recovery's at {again}"
                    );
                }
            }
        }
    }
}

/// Whether some crash makes a broker with these decisions break a promise.
fn is_caught(decisions: Decisions) -> Option<String> {
    let config = deciding(decisions);
    let find = |crash| {
        let (disk, description) = cut_at(crash, &config);
        disk.survivors()
            .into_iter()
            .find_map(|survivor| broken(survivor, &description))
    };
    (0..=operations(&config)).find_map(find)
}

#[test]
fn wrong_decisions_are_caught_by_a_crash() {
    let early = Acknowledge::OnceAppended;
    let c20 = Decisions {
        commit: early,
        ..Decisions::default()
    };
    let c22 = Decisions {
        sync: early,
        ..Decisions::default()
    };
    let l_ack = Decisions {
        produce: early,
        ..Decisions::default()
    };
    assert_eq!(is_caught(Decisions::default()), None);
    for (decisions, promise) in [(c20, "S3"), (c22, "G3"), (l_ack, "L1")] {
        let why = is_caught(decisions);
        assert!(
            why.as_ref().is_some_and(|why| why.starts_with(promise)),
            "{promise}: {why:?}"
        );
    }
}

#[test]
fn c15_a_load_that_stops_early_forgets_a_commit() {
    let mut driver = sim();
    driver.settle();
    driver.send(commit(1, 1));
    driver.send(commit(1, 2));
    driver.flush(Flush::All);
    let disk = driver.broker.into_disk();
    let loaded = |load| {
        let decisions = Decisions {
            load,
            ..Decisions::default()
        };
        Driver::start(disk.clone(), &deciding(decisions)).committed()
    };
    assert_eq!(loaded(LoadExtent::ToTheEnd), 2);
    assert_eq!(loaded(LoadExtent::AllButTheLastBatch), 1);
}

#[test]
fn a_process_crash_without_a_power_cut_loses_nothing_written() {
    let mut driver = sim();
    driver.settle();
    driver.send(produce(&["x"]));
    driver.send(commit(1, 1));
    let mut again = Driver::start(driver.broker.disk().inner().clone(), &config());
    assert_eq!(
        (again.visible(), again.committed()),
        (vec!["x".to_owned()], 1)
    );
    // What it shows now is durable: recovery synced it.
    assert_eq!(again.broker.disk().survivors().len(), 1);
    assert_eq!(again.broker.disk().list("").unwrap().len(), 2);
}
