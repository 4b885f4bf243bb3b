//! What an explorer relies on: clones that do not share, one canonical form, and views that agree with the log.

mod common;

use common::*;
use plimsoll_broker::*;

#[test]
fn a_clone_goes_its_own_way() {
    let mut driver = sim();
    driver.settle();
    let before = driver.clone();
    driver.send(produce(&["x"]));
    driver.send(commit(1, 1));
    driver.flush(Flush::All);
    assert_ne!(driver.form(), before.form());
    assert_ne!(driver.broker.disk().inner(), before.broker.disk().inner());
    let untouched = {
        let mut driver = sim();
        driver.settle();
        driver
    };
    assert_eq!(before.form(), untouched.form());
    assert_eq!(
        before.broker.disk().inner(),
        untouched.broker.disk().inner()
    );
}

#[test]
fn the_form_does_not_know_the_time_or_how_often_a_timer_was_armed() {
    let settled_at = |now: Timestamp, heartbeats: u64| {
        let mut broker = Broker::start(plimsoll_disk::SimDisk::new(), &config(), now)
            .unwrap()
            .0;
        broker.request(now, CallId(1), join("a").into());
        broker.request(now, CallId(2), sync("a", 1).into());
        broker.flush(now, Flush::All);
        for call in 0..heartbeats {
            broker.request(now, CallId(10 + call), heartbeat("a", 1).into());
        }
        let mut form = Vec::new();
        broker.canonical_bytes(&mut form);
        form
    };
    assert_eq!(
        settled_at(Timestamp(1), 0),
        settled_at(Timestamp(99_999), 3)
    );
}

type Action = fn(&mut Driver<plimsoll_disk::Faulty<plimsoll_disk::SimDisk>>);

#[test]
fn the_form_tells_apart_what_will_answer_differently() {
    let mut forms = Vec::new();
    let mut driver = sim();
    forms.push(driver.form());
    let steps: [Action; 7] = [
        |d| _ = d.send(join("a")),
        |d| _ = d.send(sync("a", 1)),
        |d| d.flush(Flush::Offsets),
        |d| _ = d.send(produce(&["x"])),
        |d| d.flush(Flush::Data),
        |d| _ = d.send(commit(1, 1)),
        |d| d.flush(Flush::Offsets),
    ];
    for step in steps {
        step(&mut driver);
        assert!(!forms.contains(&driver.form()), "a form came twice");
        forms.push(driver.form());
    }
}

#[test]
fn views_agree_with_the_log() {
    let mut driver = sim();
    driver.settle();
    driver.send(commit(1, 1));
    driver.flush(Flush::Offsets);
    driver.send(commit(1, 2));
    let broker = &driver.broker;
    let view = broker.offsets_partition(0).unwrap();
    assert_eq!(
        (
            view.log_start_offset,
            view.high_watermark,
            view.synced_end_offset,
            view.log_end_offset
        ),
        (0, 3, 3, 4)
    );
    let of = |value: Option<&CommittedOffset>| value.map(|v| v.offset);
    assert_eq!(of(broker.offset_at_high_watermark("g", "t", 0)), Some(1));
    assert_eq!(of(broker.offset_latest("g", "t", 0)), Some(2));
    let log = broker.offsets_log(0).unwrap();
    let generations = log.iter().filter_map(|(at, record)| match record {
        OffsetsRecord::Group {
            value: Some(value), ..
        } => Some((*at, value.generation)),
        _ => None,
    });
    assert_eq!(generations.collect::<Vec<_>>(), [(0, 0), (1, 1)]);
    let commits = log.iter().filter_map(|(at, record)| match record {
        OffsetsRecord::Offset {
            value: Some(value), ..
        } => Some((*at, value.offset)),
        _ => None,
    });
    assert_eq!(commits.collect::<Vec<_>>(), [(2, 1), (3, 2)]);
    assert_eq!(
        (broker.offsets_log(1), broker.data_log("none", 0)),
        (Ok(vec![]), Ok(vec![]))
    );
}

#[test]
fn data_above_the_high_watermark_is_in_the_log_but_not_shown() {
    let mut driver = sim();
    driver.send(produce(&["x"]));
    assert_eq!(driver.visible(), [] as [&str; 0]);
    let log = driver.broker.data_log("t", 0).unwrap();
    assert_eq!(log.iter().map(|r| r.offset).collect::<Vec<_>>(), [0]);
}
