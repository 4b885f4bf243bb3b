//! What compaction keeps, what it removes, and when (K1 to K5, K8, K10); each rule with what breaks if it is broken.

use crate::compaction;

use compaction::{Bench, CODECS, RETENTION_MS, batch, config, producer, record, text};
use plimsoll_disk::SimDisk;
use plimsoll_log::decisions::{LastBatch, Tombstones};
use plimsoll_log::{Decisions, Log, LogConfig, NewBatch, NewRecord, RecordHeader};

fn with(decisions: Decisions) -> LogConfig {
    LogConfig {
        decisions,
        ..config()
    }
}

#[test]
fn the_latest_record_of_each_key_stays_with_all_it_has() {
    let mut bench = Bench::new(config());
    bench.put(&[("a", "1"), ("b", "1"), ("a", "2")]);
    bench.put(&[("c", "1"), ("b", "2")]);
    bench.now_ms = 7;
    let headers = vec![RecordHeader {
        key: "h".into(),
        value: text("x"),
    }];
    let mut new = batch(7, &[("c", "2"), ("d", "1")]);
    new.records[0].headers = headers.clone();
    new.records[0].timestamp_ms = Some(5);
    bench.append(&new);
    bench.put(&[("d", "2")]);
    let report = bench.settle_and_clean();
    assert_eq!(bench.description(), ["2:a=2", "4:b=2", "5:c=2", "7:d=2"]);
    let kept = &bench.records()[2];
    assert_eq!((kept.timestamp_ms, &kept.headers), (5, &headers), "K1");
    assert_eq!(report.dropped.superseded, 4);
    assert_eq!((report.replaced_segments, report.new_segments), (1, 1));
    assert!(report.bytes_after < report.bytes_before);
}

#[test]
fn offsets_and_order_stay_and_reads_in_gaps_go_on_behind_them() {
    let mut bench = Bench::new(config());
    for round in 0..4 {
        bench.put(&[("a", "x"), ("b", "y")]);
        bench.put(&[(&format!("k{round}"), "z")]);
    }
    bench.settle_and_clean();
    let description = ["2:k0=z", "5:k1=z", "8:k2=z", "9:a=x", "10:b=y", "11:k3=z"];
    assert_eq!(bench.description(), description, "K2");
    assert_eq!(bench.log.log_start_offset(), 0);
    for (from, first) in [(0, 2), (2, 2), (3, 5), (6, 8), (9, 9), (10, 9), (11, 11)] {
        let read = bench.log.read(&bench.disk, from, 12, 1).unwrap();
        assert_eq!(read[0].header().base_offset, first, "read at {from}");
    }
}

#[test]
fn a_tombstone_stays_for_its_time_after_the_first_pass_and_then_goes() {
    let mut bench = Bench::new(config());
    bench.put(&[("a", "1")]);
    bench.put(&[("a", "-"), ("b", "1")]);
    bench.put(&[("c", "1")]);
    bench.now_ms = 50_000;
    let description = |bench: &Bench<SimDisk>| bench.description().join(" ");
    assert_eq!(bench.settle_and_clean().dropped.superseded, 1);
    assert_eq!(description(&bench), "1:a=- 2:b=1 3:c=1");
    let horizon = |bench: &Bench<SimDisk>| bench.batches()[0].header().delete_horizon_ms();
    assert_eq!(horizon(&bench), Some(50_000 + RETENTION_MS));
    bench.now_ms += RETENTION_MS - 1;
    assert_eq!(bench.clean().replaced_segments, 0, "nothing to do");
    assert_eq!(horizon(&bench), Some(50_000 + RETENTION_MS), "set once");
    assert_eq!(description(&bench), "1:a=- 2:b=1 3:c=1");
    bench.now_ms += 1;
    assert_eq!(bench.clean().dropped.tombstones, 1);
    assert_eq!(
        description(&bench),
        "2:b=1 3:c=1",
        "K4, without anything appended"
    );
}

#[test]
fn times_survive_the_delete_horizon() {
    let mut bench = Bench::new(config());
    let mut new = batch(40, &[("a", "-"), ("b", "1")]);
    new.records[1].timestamp_ms = Some(41);
    bench.append(&new);
    bench.now_ms = 90_000;
    bench.settle_and_clean();
    let times: Vec<i64> = bench.records().iter().map(|r| r.timestamp_ms).collect();
    assert_eq!(times, [40, 41]);
    let found = bench.log.offset_for_time(&bench.disk, 41).unwrap();
    assert_eq!(found, Some((1, 41)));
}

#[test]
fn tombstones_removed_at_once_or_kept_for_ever_are_noticed() {
    let run = |tombstones| {
        let mut bench = Bench::new(with(Decisions {
            tombstones,
            ..Decisions::default()
        }));
        bench.put(&[("a", "1"), ("b", "1")]);
        bench.put(&[("a", "-")]);
        bench.put(&[("c", "1")]);
        // A slow reader has seen a=1 and comes back within the retention time.
        bench.settle_and_clean();
        let slow_reader_learns = bench.description().contains(&"2:a=-".to_owned());
        bench.now_ms += RETENTION_MS;
        bench.clean();
        (
            slow_reader_learns,
            bench.description().contains(&"2:a=-".to_owned()),
        )
    };
    assert_eq!(run(Tombstones::UntilHorizon), (true, false));
    assert_eq!(
        run(Tombstones::RemovedAtOnce),
        (false, false),
        "breaks K4, K5"
    );
    assert_eq!(run(Tombstones::KeptForever), (true, true), "breaks K4");
}

#[test]
fn a_reader_that_is_quick_enough_learns_the_final_state_of_every_key() {
    let mut bench = Bench::new(config());
    bench.put(&[("a", "1"), ("b", "1"), ("c", "1")]);
    bench.put(&[("a", "-")]);
    bench.put(&[("b", "2")]);
    bench.settle();
    // K5: it has read the first batch, and reads the rest after a pass.
    let mut seen = std::collections::BTreeMap::from([("a", "1"), ("b", "1"), ("c", "1")]);
    bench.clean();
    for record in bench.description() {
        match record.split_once(':').unwrap().1 {
            "a=-" => drop(seen.remove("a")),
            "b=2" => drop(seen.insert("b", "2")),
            other => assert_eq!(other, "c=1"),
        }
    }
    assert_eq!(seen, [("b", "2"), ("c", "1")].into());
}

#[test]
fn only_what_is_closed_settled_and_old_enough_is_cleaned() {
    let mut bench = Bench::new(LogConfig {
        min_compaction_lag_ms: 100,
        ..config()
    });
    bench.put(&[("a", "1")]);
    bench.log.roll(&mut bench.disk).unwrap();
    bench.put(&[("a", "2")]);
    bench.log.roll(&mut bench.disk).unwrap();
    assert_eq!(bench.clean().end_offset, 0, "not synced");
    bench.log.sync(&mut bench.disk).unwrap();
    bench.now_ms = 99;
    assert_eq!(bench.clean().end_offset, 0, "too young");
    bench.put(&[("a", "3")]);
    bench.log.roll(&mut bench.disk).unwrap();
    bench.put_in(7, 0, "a", "4");
    bench.log.sync(&mut bench.disk).unwrap();
    bench.now_ms = 100;
    assert_eq!(bench.clean().end_offset, 2, "the third is young, K3");
    assert_eq!(bench.description(), ["1:a=2", "2:a=3", "3:a=4"]);
    bench.now_ms = 1000;
    assert_eq!(
        bench.clean().end_offset,
        3,
        "the fourth is being written to"
    );
    bench.log.roll(&mut bench.disk).unwrap();
    bench.log.sync(&mut bench.disk).unwrap();
    assert_eq!(bench.clean().end_offset, 3, "its transaction is open");
    assert_eq!(bench.description(), ["2:a=3", "3:a=4"]);
}

#[test]
fn a_log_that_is_not_compacted_is_left_alone() {
    let mut bench = Bench::new(LogConfig {
        compact: false,
        ..config()
    });
    bench.put(&[("a", "1")]);
    bench.put(&[("a", "2")]);
    bench.settle();
    let before = bench.disk.clone();
    assert_eq!(bench.clean().segments, 0);
    assert_eq!(bench.disk, before);
}

#[test]
fn a_pass_with_nothing_to_do_writes_nothing() {
    let mut bench = Bench::new(config());
    bench.put(&[("a", "1")]);
    bench.put(&[("b", "2")]);
    bench.settle_and_clean();
    let before = bench.disk.clone();
    bench.now_ms += 10 * RETENTION_MS;
    let report = bench.clean();
    assert_eq!((report.segments, report.replaced_segments), (1, 0));
    assert_eq!(bench.disk, before);
}

#[test]
fn the_end_of_a_segment_and_a_producers_last_batch_stay_without_their_records() {
    let mut bench = Bench::new(config());
    for (sequence, key) in [(0, "a"), (1, "a")] {
        let producer = producer(7, sequence);
        bench.append(&NewBatch {
            producer,
            ..batch(0, &[(key, "p")])
        });
    }
    bench.put(&[("a", "1")]);
    bench.put(&[("b", "1")]);
    bench.log.roll(&mut bench.disk).unwrap();
    bench.put(&[("a", "2"), ("b", "2")]);
    bench.settle();
    // So that the two segments are not merged.
    let mut config = bench.log.config().clone();
    config.segment_bytes = 1;
    bench.now_ms = 5;
    bench = Bench::on(bench.disk, config);
    bench.clean();
    assert_eq!(bench.description(), ["4:a=2", "5:b=2"]);
    let left: Vec<(i64, i32)> = bench
        .batches()
        .iter()
        .map(|b| (b.header().base_offset, b.header().records_count))
        .collect();
    assert_eq!(left, [(1, 0), (3, 0), (4, 2)], "K8");
    let ends: Vec<i64> = bench.log.segments().map(|s| s.end_offset()).collect();
    assert_eq!(ends, [4, 6, 6]);
}

#[test]
fn a_retry_of_the_last_batch_is_a_duplicate_after_compaction_and_without_a_checkpoint() {
    let run = |last_batch| {
        let mut bench = Bench::new(with(Decisions {
            last_batch,
            ..Decisions::default()
        }));
        let sent = |sequence| NewBatch {
            producer: producer(7, sequence),
            ..batch(0, &[("a", "p")])
        };
        for sequence in 0..7 {
            bench.append(&sent(sequence));
        }
        bench.put(&[("a", "1")]);
        bench.put(&[("b", "1")]);
        bench.settle_and_clean();
        let path = format!("{}/checkpoint", compaction::DIRECTORY);
        plimsoll_disk::Disk::remove(&mut bench.disk, &path).unwrap();
        bench.reopen();
        (bench.log.log_end_offset(), bench.append(&sent(6)).duplicate)
    };
    assert_eq!(run(LastBatch::Kept), (9, true), "K8, L8");
    assert_eq!(run(LastBatch::Dropped), (9, false), "breaks L8");
}

#[test]
fn the_end_survives_when_all_records_go() {
    let run = |last_batch| {
        let mut bench = Bench::new(with(Decisions {
            last_batch,
            ..Decisions::default()
        }));
        bench.put(&[("a", "1")]);
        bench.put(&[("a", "-")]);
        bench.settle_and_clean();
        bench.now_ms += RETENTION_MS;
        bench.clean();
        assert_eq!(bench.description(), Vec::<String>::new());
        let config = std::sync::Arc::new(bench.log.config().clone());
        Log::open(&mut bench.disk, compaction::DIRECTORY, config, 0)
            .map(|(log, _)| (log.log_start_offset(), log.log_end_offset()))
            .ok()
    };
    assert_eq!(run(LastBatch::Kept), Some((0, 2)), "K8");
    assert_ne!(run(LastBatch::Dropped), Some((0, 2)), "breaks K8");
}

#[test]
fn keyless_records_are_refused_and_dropped_where_they_are_found() {
    let keyless = NewRecord {
        key: None,
        ..record("", "x")
    };
    let mut new = batch(0, &[("a", "1")]);
    new.records.push(keyless);
    let mut bench = Bench::new(LogConfig {
        compact: false,
        ..config()
    });
    bench.append(&new);
    bench.put(&[("b", "1")]);
    bench.settle();
    bench = Bench::on(bench.disk, config());
    let refused = bench
        .log
        .append(&mut bench.disk, &new.build().unwrap(), 0, 0);
    assert!(refused.is_err(), "K10");
    assert_eq!(bench.settle_and_clean().dropped.keyless, 1);
    assert_eq!(bench.description(), ["0:a=1", "2:b=1"]);
}

#[test]
fn compressed_batches_are_filtered_and_compressed_again() {
    for compression in CODECS {
        let mut bench = Bench::new(config());
        bench.append(&NewBatch {
            compression,
            ..batch(0, &[("a", "1"), ("b", "1"), ("c", "-")])
        });
        bench.put(&[("b", "2")]);
        bench.settle_and_clean();
        assert_eq!(
            bench.description(),
            ["0:a=1", "2:c=-", "3:b=2"],
            "{compression}"
        );
        let first = &bench.batches()[0];
        assert_eq!(first.header().attributes.compression(), compression);
        assert!(first.header().attributes.has_delete_horizon());
    }
}

#[test]
fn small_segments_become_one() {
    let mut bench = Bench::new(config());
    for round in 0..5 {
        bench.put(&[("a", "x"), (&format!("k{round}"), "z")]);
        bench.log.roll(&mut bench.disk).unwrap();
    }
    bench.log.sync(&mut bench.disk).unwrap();
    let report = bench.clean();
    assert_eq!((report.replaced_segments, report.new_segments), (5, 1));
    let bases: Vec<i64> = bench.log.segments().map(|s| s.base_offset()).collect();
    assert_eq!(bases, [0, 10]);
    let description = bench.description();
    assert_eq!(
        description,
        ["1:k0=z", "3:k1=z", "5:k2=z", "7:k3=z", "8:a=x", "9:k4=z"]
    );
    bench.reopen();
    assert_eq!(bench.description(), description);
    assert_eq!(bench.log.first_dirty_offset(), 10);
}

#[test]
fn keys_that_do_not_fit_take_several_passes() {
    let mut bench = Bench::new(LogConfig {
        // Room for about four keys.
        offset_map_bytes: 400,
        segment_bytes: 300,
        ..config()
    });
    for round in 0..3 {
        for key in 0..10 {
            bench.put(&[(&format!("key-{key}"), &format!("{round}"))]);
        }
    }
    bench.settle();
    let mut passes = 0;
    loop {
        let report = bench.clean();
        assert!(report.key_bytes <= 400, "{report:?}");
        assert_eq!(report.cleanable_offset, 30);
        passes += 1;
        if report.is_complete() {
            break;
        }
        assert!(report.end_offset > report.first_dirty_offset, "no progress");
        bench.reopen();
    }
    assert!(passes > 5, "{passes}");
    let expected: Vec<String> = (0..10).map(|k| format!("{}:key-{k}=2", 20 + k)).collect();
    assert_eq!(bench.description(), expected, "K1");
}

#[test]
fn what_is_deleted_from_the_front_does_not_come_back() {
    let mut bench = Bench::new(config());
    bench.put(&[("a", "1"), ("b", "1"), ("c", "1")]);
    bench.put(&[("d", "1"), ("a", "2")]);
    bench.settle_and_clean();
    bench.log.delete_records(&mut bench.disk, 2).unwrap();
    bench.put(&[("d", "2")]);
    bench.settle_and_clean();
    assert_eq!(bench.description(), ["2:c=1", "4:a=2", "5:d=2"]);
    bench.log.delete_records(&mut bench.disk, 5).unwrap();
    bench.reopen();
    bench.put(&[("e", "1")]);
    bench.settle_and_clean();
    assert_eq!(bench.log.log_start_offset(), 5);
    assert_eq!(bench.description(), ["5:d=2", "6:e=1"]);
}
