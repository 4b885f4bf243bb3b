//! The log on real files, against bare loops that do no more than they must with the same bytes.
//!
//! | what | against | file |
//! |---|---|---|
//! | appends of 1, 8 and 64 writers that wait for one sync | writes and `fdatasync` | `log/appends.rs` |
//! | recovery of a log without a checkpoint | reads and CRC-32C | `log/recovery.rs` |
//! | compaction | reading and decoding once | `log/compaction.rs` |
//! | memory, and start-up after a crash, of 1 GiB | 32 MiB, and start-up of 1 MiB | `log/gibibyte.rs` |
//!
//! Files are made below the build directory, because `/tmp` may be in memory. The GiB is written if
//! `PLIMSOLL_BENCH_DEEP=1` is set; 64 MiB otherwise.

mod interleaved;

#[path = "log/appends.rs"]
mod appends;
#[path = "log/compaction.rs"]
mod compaction;
#[path = "log/gibibyte.rs"]
mod gibibyte;
#[path = "log/recovery.rs"]
mod recovery;
#[path = "log/world.rs"]
mod world;

use std::time::Duration;

use criterion::Criterion;
use interleaved::measures;

fn main() {
    if gibibyte::is_child() {
        return;
    }
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    recovery::bench(&mut criterion);
    compaction::bench(&mut criterion);
    criterion.final_summary();
    if measures() {
        println!("\nMedians of interleaved rounds, one thread:");
        appends::compare();
        recovery::compare();
        compaction::compare();
        gibibyte::compare();
    }
}
