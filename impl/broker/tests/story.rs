//! One group's life from the first join to the second broker, on both kinds of disk.

mod common;

use common::*;
use plimsoll_broker::*;
use plimsoll_disk::{Disk, RealDisk, SimDisk};

/// Lives until everything is durable, and gives the disk back.
fn first_life<D: Disk + std::fmt::Debug>(disk: D) -> D {
    let mut driver = Driver::start(disk, &config());
    let joined = driver.send(join("a"));
    let Some(Response::Group(GroupResponse::Join(answer))) = driver.answer(joined) else {
        panic!("not joined")
    };
    assert_eq!(
        (answer.error, answer.generation, &*answer.leader),
        (ErrorCode::None, 1, "a")
    );
    let synced = driver.send(sync("a", 1));
    assert_eq!(
        driver.error(synced),
        None,
        "the generation is not durable yet"
    );
    driver.flush(Flush::Offsets);
    assert_eq!(driver.error(synced), Some(ErrorCode::None));

    let produced = driver.send(produce(&["x", "y"]));
    assert_eq!(driver.error(produced), None, "the batch is not durable yet");
    assert_eq!(driver.visible(), [] as [&str; 0], "and nobody sees it");
    driver.flush(Flush::Data);
    assert_eq!(driver.error(produced), Some(ErrorCode::None));
    assert_eq!(driver.visible(), ["x", "y"]);

    let committed = driver.send(commit(1, 2));
    assert_eq!((driver.error(committed), driver.committed()), (None, -1));
    driver.flush(Flush::All);
    assert_eq!(
        (driver.error(committed), driver.committed()),
        (Some(ErrorCode::None), 2)
    );
    assert_eq!(driver.stopped, None);
    driver.broker.into_disk()
}

fn second_life<D: Disk + std::fmt::Debug>(disk: D) {
    let broker = Broker::open(disk, &config()).unwrap();
    assert!(
        broker
            .recovery_reports()
            .iter()
            .all(|report| report.damage.is_none())
    );
    let mut driver = Driver::serve(broker);
    assert_eq!(
        (driver.visible(), driver.committed()),
        (vec!["x".to_owned(), "y".to_owned()], 2)
    );
    let group = driver.broker.group("g").unwrap();
    assert_eq!((group.state, group.generation), (GroupState::Stable, 1));
    assert_eq!(group.members[0].assignment, bytes("t-0"));
    assert_eq!(
        driver.broker.timers().len(),
        1,
        "the member's session began anew"
    );
    let alive = driver.send(heartbeat("a", 1));
    assert_eq!(driver.error(alive), Some(ErrorCode::None));
    let produced = driver.send(produce(&["z"]));
    driver.flush(Flush::All);
    let Some(Response::Produce(answer)) = driver.answer(produced) else {
        panic!("no answer")
    };
    assert_eq!((answer.error, answer.base_offset), (ErrorCode::None, 2));
    let epoch = driver.broker.data_partition("t", 0).unwrap().leader_epoch;
    assert_eq!(epoch, 1, "the epoch after that of the last batch");
}

#[test]
fn on_the_simulated_disk() {
    second_life(first_life(SimDisk::new()));
}

#[test]
fn on_real_files() {
    let directory = tempfile::tempdir().unwrap();
    drop(first_life(RealDisk::open(directory.path()).unwrap()));
    second_life(RealDisk::open(directory.path()).unwrap());
}

#[test]
fn a_silent_member_is_forgotten_for_good() {
    let mut driver = sim();
    driver.settle();
    let [timer] = &driver.broker.timers()[..] else {
        panic!("one timer")
    };
    assert_eq!(timer.name, TimerName::Session("a".into()));
    driver.fire(timer);
    assert_eq!(
        driver.broker.group("g").map(|g| (g.state, g.generation)),
        Some((GroupState::Empty, 2))
    );
    driver.fire(timer);
    driver.flush(Flush::Offsets);
    let again = Driver::start(driver.broker.into_disk(), &config());
    assert_eq!(
        again.broker.group("g").map(|g| (g.state, g.generation)),
        Some((GroupState::Empty, 2))
    );
}

#[test]
fn data_apis_refuse_what_is_not_there() {
    let mut driver = sim();
    let elsewhere = Produce {
        partition: 1,
        ..produce(&["x"])
    };
    let nothing = produce(&[]);
    let unknown = Fetch {
        topic: "u".into(),
        ..fetch(0)
    };
    for (request, expected) in [
        (Request::from(elsewhere), ErrorCode::UnknownTopicOrPartition),
        (nothing.into(), ErrorCode::InvalidRecord),
        (unknown.into(), ErrorCode::UnknownTopicOrPartition),
        (fetch(-1).into(), ErrorCode::OffsetOutOfRange),
        (fetch(1).into(), ErrorCode::OffsetOutOfRange),
        (fetch(0).into(), ErrorCode::None),
    ] {
        let call = driver.send(request.clone());
        assert_eq!(driver.error(call), Some(expected), "{request:?}");
    }
}

#[test]
fn groups_live_where_their_name_sends_them() {
    let config = Config {
        offsets_partitions: 50,
        ..config()
    };
    let mut driver = Driver::start(SimDisk::new(), &config);
    for (group, partition) in [
        ("g", 3),
        ("my-group", 12),
        ("группа", 8),
        ("polygenelubricants", 0),
    ] {
        let request = OffsetCommit {
            group: group.into(),
            ..commit(-1, 4)
        };
        driver.send(request);
        let records = driver.broker.offsets_log(partition).unwrap();
        let found = records
            .iter()
            .any(|(_, r)| matches!(r, OffsetsRecord::Offset { group: g, .. } if **g == *group));
        assert!(found, "{group} is not in partition {partition}");
    }
}

#[test]
fn bad_configurations_are_refused() {
    let refused = |config: Config| Broker::open(SimDisk::new(), &config).unwrap_err().error;
    for name in ["", ".", "..", "a/b", "ä", OFFSETS_TOPIC] {
        assert_eq!(
            refused(Config::with_topics(&[(name, 1)])),
            OpenError::Topic(name.into())
        );
    }
    assert_eq!(
        refused(Config::with_topics(&[("t", 1), ("t", 2)])),
        OpenError::Topic("t".into())
    );
    assert_eq!(
        refused(Config::with_topics(&[("t", 0)])),
        OpenError::Partitions("t".into(), 0)
    );
    let none = Config {
        offsets_partitions: 0,
        ..config()
    };
    assert_eq!(
        refused(none),
        OpenError::Partitions(OFFSETS_TOPIC.into(), 0)
    );
}
