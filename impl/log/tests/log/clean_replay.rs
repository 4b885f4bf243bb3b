//! K6: whatever is appended, cleaned, deleted and lost in a crash, a reader of committed records makes the same of the
//! compacted log as of one that keeps everything.

use crate::compaction;

use compaction::{Bench, CODECS, RETENTION_MS, batch, config, producer};
use plimsoll_disk::SimDisk;
use plimsoll_log::{LogConfig, NewBatch, Outcome};
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Put {
        codec: usize,
        records: Vec<(u8, Option<u8>)>,
    },
    InTransaction {
        producer: u8,
        key: u8,
        value: Option<u8>,
    },
    End {
        producer: u8,
        commit: bool,
    },
    Idempotent {
        key: u8,
    },
    Roll,
    Clean,
    Wait,
    Reopen,
    PowerCut,
}

fn step() -> impl Strategy<Value = Step> {
    let record = (0..5u8, proptest::option::weighted(0.7, 0..200u8));
    prop_oneof![
        6 => (0..5usize, vec(record, 1..5)).prop_map(|(codec, records)| Step::Put { codec, records }),
        4 => (0..2u8, 0..5u8, proptest::option::weighted(0.7, 0..200u8))
            .prop_map(|(producer, key, value)| Step::InTransaction { producer, key, value }),
        3 => (0..2u8, any::<bool>()).prop_map(|(producer, commit)| Step::End { producer, commit }),
        2 => (0..5u8).prop_map(|key| Step::Idempotent { key }),
        2 => Just(Step::Roll),
        4 => Just(Step::Clean),
        2 => Just(Step::Wait),
        1 => Just(Step::Reopen),
        1 => Just(Step::PowerCut),
    ]
}

/// The compacted log, and one that keeps everything.
struct Pair {
    compacted: Bench<SimDisk>,
    full: Bench<SimDisk>,
    sequences: [i32; 3],
    removed: u64,
}

impl Pair {
    fn new(offset_map_bytes: usize, segment_bytes: u64) -> Pair {
        let config = LogConfig {
            offset_map_bytes,
            segment_bytes,
            ..config()
        };
        Pair {
            full: Bench::new(config.clone()),
            compacted: Bench::new(config),
            sequences: [0; 3],
            removed: 0,
        }
    }

    fn append(&mut self, batch: &NewBatch) {
        let here = self.compacted.append(batch);
        let there = self.full.append(batch);
        assert_eq!(here.base_offset, there.base_offset);
        if let Some(producer) = batch.producer {
            self.sequences[producer.id as usize] += batch.records.len() as i32;
        }
    }

    fn records(&self, records: &[(u8, Option<u8>)]) -> NewBatch {
        let words: Vec<(String, String)> = records
            .iter()
            .map(|(k, v)| (k.to_string(), v.map_or("-".to_owned(), |v| v.to_string())))
            .collect();
        let words: Vec<(&str, &str)> = words.iter().map(|(k, v)| (&**k, &**v)).collect();
        batch(self.compacted.now_ms, &words)
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Put { codec, records } => {
                let compression = CODECS[*codec];
                self.append(&NewBatch {
                    compression,
                    ..self.records(records)
                });
            }
            Step::InTransaction {
                producer: id,
                key,
                value,
            } => {
                let sequence = self.sequences[usize::from(*id)];
                let batch = NewBatch {
                    producer: producer(i64::from(*id), sequence),
                    transactional: true,
                    ..self.records(&[(*key, *value)])
                };
                self.append(&batch);
            }
            Step::End { producer, commit } => {
                let outcome = if *commit {
                    Outcome::Commit
                } else {
                    Outcome::Abort
                };
                self.compacted.end(i64::from(*producer), outcome);
                self.full.end(i64::from(*producer), outcome);
            }
            Step::Idempotent { key } => {
                let batch = NewBatch {
                    producer: producer(2, self.sequences[2]),
                    ..self.records(&[(*key, Some(1))])
                };
                self.append(&batch);
            }
            Step::Roll => self.compacted.log.roll(&mut self.compacted.disk).unwrap(),
            Step::Clean => {
                self.compacted.log.sync(&mut self.compacted.disk).unwrap();
                self.full.log.sync(&mut self.full.disk).unwrap();
                let report = self.compacted.clean();
                let dropped = report.dropped;
                self.removed += dropped.superseded + dropped.tombstones + dropped.aborted;
            }
            Step::Wait => {
                self.compacted.now_ms += RETENTION_MS;
                self.full.now_ms += RETENTION_MS;
            }
            Step::Reopen => self.compacted.reopen(),
            Step::PowerCut => {
                self.compacted.log.sync(&mut self.compacted.disk).unwrap();
                self.compacted.disk = self.compacted.disk.survivors().swap_remove(0);
                self.compacted.reopen();
            }
        }
    }

    fn check(&mut self) {
        self.compacted.log.sync(&mut self.compacted.disk).unwrap();
        self.full.log.sync(&mut self.full.disk).unwrap();
        let (here, there) = (&self.compacted, &self.full);
        assert_eq!(here.materialised(), there.materialised(), "K6");
        assert_eq!(here.log.log_end_offset(), there.log.log_end_offset(), "K8");
        assert_eq!(
            here.log.last_stable_offset(),
            there.log.last_stable_offset()
        );
        let producers = |bench: &Bench<SimDisk>| -> Vec<_> {
            bench
                .log
                .producers()
                .map(|(id, p)| (id, p.clone()))
                .collect()
        };
        assert_eq!(producers(here), producers(there), "L8");
        // K2: what is there is what was written there.
        let all = there.records();
        for record in here.records() {
            let place = all
                .binary_search_by_key(&record.offset, |r| r.offset)
                .unwrap();
            assert_eq!(record, all[place], "K2");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_reader_makes_the_same_of_both(
        steps in vec(step(), 1..80),
        offset_map_bytes in prop_oneof![Just(0usize), Just(250), Just(1 << 20)],
        segment_bytes in prop_oneof![Just(1u64), Just(400), Just(1 << 20)],
    ) {
        let mut pair = Pair::new(offset_map_bytes, segment_bytes);
        for step in &steps {
            pair.step(step);
            pair.check();
        }
        for _ in 0..3 {
            pair.step(&Step::Roll);
            pair.step(&Step::Clean);
            pair.check();
            pair.step(&Step::Wait);
        }
    }
}

#[test]
fn a_long_run_removes_most_of_what_was_written() {
    let mut pair = Pair::new(1 << 20, 2000);
    for round in 0..200u8 {
        pair.step(&Step::Put {
            codec: usize::from(round % 5),
            records: vec![(round % 5, Some(round)), (round % 3, None)],
        });
        pair.step(&Step::InTransaction {
            producer: round % 2,
            key: round % 4,
            value: Some(round),
        });
        pair.step(&Step::End {
            producer: round % 2,
            commit: round % 3 > 0,
        });
        if round % 16 == 0 {
            pair.step(&Step::Roll);
            pair.step(&Step::Clean);
        }
    }
    pair.check();
    println!("{} of 600 records removed", pair.removed);
    assert!(pair.removed > 500);
}
