//! Compaction and transactions (K7, K6): what was taken back shadows nothing, and markers outlive what they decide.

use crate::compaction;

use compaction::{Bench, RETENTION_MS, config, record};
use plimsoll_disk::SimDisk;
use plimsoll_log::decisions::AbortedRecords;
use plimsoll_log::{Decisions, LogConfig, NewBatch, Outcome};

fn abort_after_a_commit(aborted_records: AbortedRecords) -> Bench<SimDisk> {
    let decisions = Decisions {
        aborted_records,
        ..Decisions::default()
    };
    let mut bench = Bench::new(LogConfig {
        decisions,
        ..config()
    });
    bench.put(&[("a", "committed")]);
    bench.put_in(7, 0, "a", "taken back");
    bench.end(7, Outcome::Abort);
    bench
}

#[test]
fn an_aborted_record_does_not_shadow_a_committed_one() {
    for (aborted_records, right) in [
        (AbortedRecords::LeftOut, true),
        (AbortedRecords::Entered, false),
    ] {
        let mut bench = abort_after_a_commit(aborted_records);
        bench.settle();
        let before = bench.materialised();
        bench.clean();
        assert_eq!(
            bench.materialised() == before,
            right,
            "K6, K7: {aborted_records:?}"
        );
        assert_eq!(
            bench.description().contains(&"0:a=committed".to_owned()),
            right
        );
    }
}

#[test]
fn the_records_of_an_aborted_transaction_go_and_its_marker_follows_in_time() {
    let mut bench = abort_after_a_commit(AbortedRecords::LeftOut);
    bench.put(&[("b", "1")]);
    let report = bench.settle_and_clean();
    assert_eq!((report.dropped.aborted, report.dropped.markers), (1, 0));
    assert_eq!(bench.description(), ["0:a=committed", "3:b=1"]);
    assert_eq!(bench.markers(), [2]);
    assert_eq!(
        bench.log.aborted_transactions(0, 9),
        [],
        "nothing to leave out any more"
    );
    // Its batch is the producer's last: it stays, empty, and the marker with it as long as the producer is known.
    bench.now_ms += RETENTION_MS;
    assert_eq!(bench.clean().replaced_segments, 0);
    let mut config = bench.log.config().clone();
    config.producer_expiration_ms = RETENTION_MS;
    bench = Bench::on(bench.disk, config);
    bench.now_ms = 10 * RETENTION_MS;
    bench.reopen();
    assert_eq!(bench.log.producers().count(), 0);
    let times = |bench: &Bench<SimDisk>| {
        let batches = bench.batches().into_iter();
        let markers = batches.filter(|batch| batch.header().attributes.is_control());
        markers
            .map(|batch| batch.header().delete_horizon_ms())
            .collect::<Vec<_>>()
    };
    bench.clean();
    assert_eq!(
        times(&bench),
        [None],
        "the pass met a batch of the transaction"
    );
    bench.clean();
    assert_eq!(
        times(&bench),
        [Some(11 * RETENTION_MS)],
        "the first pass without one"
    );
    bench.now_ms += RETENTION_MS - 1;
    bench.clean();
    assert_eq!(times(&bench), [Some(11 * RETENTION_MS)], "set once");
    bench.now_ms += 1;
    assert_eq!(bench.clean().dropped.markers, 1);
    assert_eq!(bench.description(), ["0:a=committed", "3:b=1"]);
}

#[test]
fn a_commit_marker_stays_as_long_as_a_record_of_its_transaction() {
    let mut bench = Bench::new(config());
    bench.put_in(7, 0, "a", "1");
    bench.put_in(7, 1, "b", "1");
    let first = bench.end(7, Outcome::Commit);
    bench.put_in(7, 2, "a", "2");
    let second = bench.end(7, Outcome::Commit);
    for _ in 0..4 {
        bench.settle_and_clean();
        bench.now_ms += RETENTION_MS;
        assert_eq!(
            bench.markers(),
            [first, second],
            "no marker supersedes another"
        );
        assert_eq!(bench.description(), ["1:b=1", "3:a=2"]);
    }
    bench.put(&[("b", "2")]);
    bench.settle_and_clean();
    assert_eq!(
        bench.markers(),
        [first, second],
        "there was a record when the pass came"
    );
    bench.settle_and_clean();
    bench.now_ms += RETENTION_MS;
    bench.settle_and_clean();
    assert_eq!(bench.markers(), [second]);
    assert_eq!(bench.description(), ["3:a=2", "5:b=2"]);
}

#[test]
fn a_transaction_over_several_segments_and_passes_stays_aborted() {
    let mut bench = Bench::new(LogConfig {
        segment_bytes: 1,
        ..config()
    });
    bench.put(&[("a", "1")]);
    bench.put(&[("b", "1")]);
    bench.put_in(7, 0, "a", "x");
    bench.put(&[("c", "1")]);
    bench.put_in(7, 1, "b", "x");
    bench.end(7, Outcome::Abort);
    bench.put(&[("d", "1")]);
    // One key a pass.
    let mut config = bench.log.config().clone();
    config.offset_map_bytes = 1;
    bench.settle();
    bench = Bench::on(bench.disk, config);
    let before = bench.materialised();
    for _ in 0..4 {
        bench.clean();
        assert_eq!(bench.materialised(), before);
        bench.reopen();
        assert_eq!(bench.materialised(), before);
    }
    assert!(bench.clean().is_complete());
    assert_eq!(bench.description(), ["0:a=1", "1:b=1", "3:c=1", "6:d=1"]);
}

#[test]
fn an_open_transaction_bounds_the_pass_and_is_cleaned_once_decided() {
    let mut bench = Bench::new(config());
    bench.put(&[("a", "1")]);
    bench.put_in(7, 0, "a", "2");
    bench.put(&[("a", "3")]);
    bench.settle();
    let report = bench.clean();
    assert_eq!((report.end_offset, report.replaced_segments), (1, 0));
    assert_eq!(bench.description(), ["0:a=1", "1:a=2", "2:a=3"]);
    bench.end(7, Outcome::Commit);
    bench.settle_and_clean();
    assert_eq!(bench.description(), ["2:a=3"]);
}

#[test]
fn an_open_transaction_in_a_cleaned_segment_stays_open() {
    let mut bench = Bench::new(config());
    bench.put(&[("a", "1")]);
    bench.put(&[("a", "2")]);
    let first = bench.put_in(7, 0, "b", "1");
    bench.settle_and_clean();
    assert_eq!(bench.description(), ["1:a=2", "2:b=1"]);
    for _ in 0..2 {
        assert_eq!(bench.log.last_stable_offset(), first);
        bench.reopen();
    }
}

#[test]
fn a_compressed_transactional_batch_keeps_its_producer_and_bits() {
    for compression in compaction::CODECS {
        let mut bench = Bench::new(config());
        let sent = NewBatch {
            compression,
            producer: compaction::producer(7, 0),
            transactional: true,
            records: vec![record("a", "1"), record("b", "1")],
            timestamp_ms: 0,
        };
        bench.append(&sent);
        bench.end(7, Outcome::Commit);
        bench.put(&[("a", "2")]);
        bench.settle_and_clean();
        let left = *bench.batches()[0].header();
        assert!(left.attributes.is_transactional());
        assert_eq!(left.attributes.compression(), compression);
        assert_eq!((left.producer_id, left.base_sequence), (7, 0));
        assert_eq!((left.last_offset_delta, left.records_count), (1, 1));
        bench.reopen();
        assert!(bench.append(&sent).duplicate);
    }
}
