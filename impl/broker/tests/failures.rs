//! A disk that fails while the broker lives: S5, fail-stop, and a load that fails.

mod common;

use common::*;
use plimsoll_broker::*;
use plimsoll_disk::{Disk, Fault, Faulty, SimDisk};

const OFFSETS_FILE: &str = "__consumer_offsets-0/00000000000000000000.log";

#[test]
fn a_failed_write_is_undone_and_the_broker_goes_on() {
    for fault in [Fault::WriteIo, Fault::WriteNoSpace] {
        let mut driver = sim();
        driver.settle();
        let before = driver.form();
        driver.broker.disk_mut().fail_at(0, fault);
        let refused = driver.send(commit(1, 1));
        assert_eq!(
            driver.error(refused),
            Some(ErrorCode::NotCoordinator),
            "not: it did not happen"
        );
        assert_eq!((driver.form(), &driver.stopped), (before.clone(), &None));
        driver.broker.disk_mut().fail_at(0, fault);
        let refused = driver.send(produce(&["x"]));
        assert_eq!(driver.error(refused), Some(ErrorCode::KafkaStorageError));
        assert_eq!(driver.form(), before);

        let (committed, produced) = (driver.send(commit(1, 2)), driver.send(produce(&["y"])));
        driver.flush(Flush::All);
        assert_eq!(
            (driver.error(committed), driver.error(produced)),
            (Some(ErrorCode::None), Some(ErrorCode::None))
        );
        let mut again = Driver::start(driver.broker.into_disk(), &config());
        assert_eq!(
            (again.visible(), again.committed()),
            (vec!["y".to_owned()], 2)
        );
    }
}

#[test]
fn c21_a_failed_append_shows_an_offset_that_no_log_holds() {
    let seen = |cache| {
        let decisions = Decisions {
            cache,
            ..Decisions::default()
        };
        let mut driver = Driver::start(Faulty::new(SimDisk::new()), &deciding(decisions));
        driver.settle();
        driver.broker.disk_mut().fail_at(0, Fault::WriteIo);
        driver.send(commit(1, 1));
        let latest = driver.broker.offset_latest("g", "t", 0).map(|v| v.offset);
        let again = Driver::start(driver.broker.into_disk(), &config());
        (
            latest,
            again.broker.offset_latest("g", "t", 0).map(|v| v.offset),
        )
    };
    assert_eq!(seen(UpdateCache::AfterAppend), (None, None));
    assert_eq!(seen(UpdateCache::BeforeAppend), (Some(1), None));
}

#[test]
fn a_write_that_cannot_be_undone_stops_the_broker() {
    let mut driver = sim();
    driver.settle();
    driver.broker.disk_mut().fail_at(0, Fault::WriteIo);
    driver.broker.disk_mut().fail_at(0, Fault::TruncateIo);
    let refused = driver.send(commit(1, 1));
    assert_eq!(driver.error(refused), Some(ErrorCode::NotCoordinator));
    assert!(matches!(
        driver.stopped,
        Some(StopReason::Shard {
            failure: Failure::Append(_),
            ..
        })
    ));
    assert!(driver.broker.is_stopped());
    let mut again = Driver::start(driver.broker.into_disk(), &config());
    assert_eq!(
        again.committed(),
        -1,
        "recovery cut off the half that was written"
    );
}

#[test]
fn a_failed_sync_acknowledges_nothing_and_is_not_tried_again() {
    for what in [Flush::Offsets, Flush::Data] {
        let mut driver = sim();
        driver.settle();
        let committed = driver.send(commit(1, 1));
        let produced = driver.send(produce(&["x"]));
        driver.broker.disk_mut().fail_at(0, Fault::SyncIo);
        driver.flush(what);
        assert!(
            matches!(
                (what, &driver.stopped),
                (Flush::Data, Some(StopReason::Sync { .. }))
                    | (
                        Flush::Offsets,
                        Some(StopReason::Shard {
                            failure: Failure::Sync(_),
                            ..
                        })
                    )
            ),
            "{what:?}"
        );
        assert_eq!(driver.error(committed), Some(ErrorCode::NotCoordinator));
        assert_eq!(driver.error(produced), Some(ErrorCode::KafkaStorageError));
        let operations = driver.broker.disk().operations();
        for flush in [Flush::Data, Flush::Offsets, Flush::All] {
            driver.flush(flush);
        }
        assert_eq!(
            driver.broker.disk().operations(),
            operations,
            "the disk is left alone"
        );
    }
}

#[test]
fn a_stopped_broker_refuses_everything() {
    let mut driver = sim();
    driver.settle();
    driver.send(produce(&["x"]));
    driver.broker.disk_mut().fail_at(0, Fault::SyncIo);
    driver.flush(Flush::All);
    let group: [Request; 4] = [
        join("b").into(),
        heartbeat("a", 1).into(),
        commit(1, 1).into(),
        offset_fetch(true).into(),
    ];
    for request in group {
        let call = driver.send(request);
        assert_eq!(driver.error(call), Some(ErrorCode::NotCoordinator));
    }
    for request in [Request::from(produce(&["y"])), fetch(0).into()] {
        let call = driver.send(request);
        assert_eq!(driver.error(call), Some(ErrorCode::KafkaStorageError));
    }
    assert_eq!(driver.broker.load(NOW), []);
    assert_eq!(driver.broker.timers(), []);
}

#[test]
fn before_the_load_nothing_is_answered_from_state() {
    let mut driver = sim();
    driver.settle();
    driver.send(commit(1, 1));
    driver.flush(Flush::All);
    let mut broker = Broker::open(driver.broker.into_disk(), &config()).unwrap();
    assert_eq!(broker.coordinator_status("g"), Some(Status::Loading));
    let error = |broker: &mut Broker<Faulty<SimDisk>>, request: Request| match &broker.request(
        NOW,
        CallId(1),
        request,
    )[..]
    {
        [Effect::Answer { response, .. }] => error_of(response),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        error(&mut broker, offset_fetch(false).into()),
        ErrorCode::CoordinatorLoadInProgress
    );
    assert_eq!(
        error(&mut broker, commit(1, 2).into()),
        ErrorCode::CoordinatorLoadInProgress
    );
    assert_eq!(
        error(&mut broker, heartbeat("x", 9).into()),
        ErrorCode::None
    );
    broker.flush(NOW, Flush::All);
    assert_eq!(broker.load(NOW).len(), 1, "a session timer");
    assert_eq!(broker.load(NOW), [], "once is enough");
    assert_eq!(
        error(&mut broker, heartbeat("x", 9).into()),
        ErrorCode::UnknownMemberId
    );
    assert_eq!(
        broker
            .offset_at_high_watermark("g", "t", 0)
            .map(|v| v.offset),
        Some(1)
    );
}

#[test]
fn a_load_that_fails_stops_the_broker_rather_than_serving_a_part() {
    let mut driver = sim();
    driver.settle();
    driver.send(commit(1, 1));
    driver.flush(Flush::All);
    let mut broker = Broker::open(driver.broker.into_disk(), &config()).unwrap();
    // Damage that comes between recovery and load.
    let byte = broker.disk().read_at(OFFSETS_FILE, 100, 1).unwrap()[0];
    let disk = broker.disk_mut();
    disk.write_at(OFFSETS_FILE, 100, &[!byte]).unwrap();
    let effects = broker.load(NOW);
    assert!(
        matches!(
            &effects[..],
            [Effect::FailStop {
                reason: StopReason::Shard {
                    failure: Failure::Load(_),
                    ..
                }
            }]
        ),
        "{effects:?}"
    );
    assert_eq!(broker.coordinator_status("g"), Some(Status::Stopped));
}

#[test]
fn records_that_are_not_of_the_offsets_topic_fail_the_load_by_name() {
    let mut driver = sim();
    driver.settle();
    let mut disk = driver.broker.into_disk();
    let (mut log, _) =
        plimsoll_log::Log::open(&mut disk, "__consumer_offsets-0", Default::default(), 0).unwrap();
    let stranger = NewRecord {
        key: Some([0, 1, 0, 9].into()),
        ..NewRecord::default()
    };
    let batch = plimsoll_log::NewBatch {
        records: vec![stranger],
        ..plimsoll_log::NewBatch::default()
    };
    let at = log
        .append(&mut disk, &batch.build().unwrap(), 0, 0)
        .unwrap()
        .base_offset;
    let mut broker = Broker::open(disk, &config()).unwrap();
    match &broker.load(NOW)[..] {
        [
            ..,
            Effect::FailStop {
                reason:
                    StopReason::Shard {
                        failure:
                            Failure::Load(LoadError::Record(plimsoll_offsets::Malformed {
                                offset, ..
                            })),
                        ..
                    },
            },
        ] => {
            assert_eq!(*offset, at);
        }
        other => panic!("{other:?}"),
    };
}

#[test]
fn a_power_cut_during_an_append_stops_the_broker() {
    let mut driver = sim();
    driver.settle();
    driver.broker.disk_mut().fail_at(0, Fault::PowerCut);
    driver.send(commit(1, 1));
    assert!(driver.stopped.is_some() && driver.broker.disk().is_off());
}
