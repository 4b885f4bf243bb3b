//! Appends of several writers that wait for the same sync, against writing the same bytes and syncing as often.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::Duration;

use plimsoll_log::{Batch, LogConfig};

use crate::interleaved::{medians, timed};
use crate::world::{batch, directory, open};

const SYNCS: usize = 60;
const ROUNDS: usize = 7;

/// Each writer's batch for the first sync, then for the second, and so on.
fn batches(writers: usize) -> Vec<Batch> {
    let numbered = (0..SYNCS).flat_map(|sync| (0..writers).map(move |writer| (writer, sync)));
    numbered
        .map(|(writer, sync)| batch(writer as i64, sync, 10, 100, 1000))
        .collect()
}

fn with_log(batches: &[Batch], writers: usize) -> Duration {
    let root = directory();
    let (mut disk, mut log) = open(root.path(), &Arc::new(LogConfig::default()));
    timed(|| {
        for waiting in batches.chunks(writers) {
            for batch in waiting {
                log.append(&mut disk, batch, 0, 0).expect("there is room");
            }
            log.sync(&mut disk).expect("the disk is well");
        }
        assert_eq!(log.synced_end_offset(), 10 * batches.len() as i64);
    })
}

/// One write for all that wait, if `together`; otherwise one for each.
fn bare(batches: &[Batch], writers: usize, together: bool) -> Duration {
    let root = directory();
    let file = File::create_new(root.path().join("bare")).expect("there is room");
    let mut position = 0;
    let mut write = |bytes: &[u8]| {
        file.write_all_at(bytes, position).expect("there is room");
        position += bytes.len() as u64;
    };
    timed(|| {
        for waiting in batches.chunks(writers) {
            match together {
                true => write(
                    &waiting
                        .iter()
                        .flat_map(Batch::bytes)
                        .copied()
                        .collect::<Vec<_>>(),
                ),
                false => waiting.iter().for_each(|batch| write(batch.bytes())),
            }
            file.sync_data().expect("the disk is well");
        }
    })
}

pub fn compare() {
    for writers in [1, 8, 64] {
        let batches = batches(writers);
        let times = medians(
            ROUNDS,
            &[
                &|| with_log(&batches, writers),
                &|| bare(&batches, writers, false),
                &|| bare(&batches, writers, true),
            ],
        );
        let rate = |time: Duration| batches.len() as f64 / time.as_secs_f64();
        println!(
            "{writers} writers waiting, {SYNCS} syncs: log {:.0} batches/s ({:.2} ms a sync); bare {:.0}, with one write a sync {:.0}; log / bare = {:.2}, {:.2}",
            rate(times[0]),
            times[0].as_secs_f64() * 1e3 / SYNCS as f64,
            rate(times[1]),
            rate(times[2]),
            rate(times[0]) / rate(times[1]),
            rate(times[0]) / rate(times[2]),
        );
    }
}
