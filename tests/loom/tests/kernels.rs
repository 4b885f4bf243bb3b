//! The service's own code under loom: every interleaving of a few threads, kernel by kernel; and every mutant, by name,
//! with the kernels that catch it.
//!
//! **Driven**: the shard and its coordinator, as they run everywhere (`impl/shard`, `impl/coordinator`), behind the lock that
//! the threads share, with its flusher and its tickets (`impl/service`). **Modelled**: the log (in memory, with other leaders
//! and faults, and syncs that come late), time (an argument). **Not verified**: the threads of `Threads`, which only call
//! what is driven here in loops; more threads than a kernel has; effects of weak memory, of which there
//! are none: everything shared is behind a lock.
//!
//! The same bodies under shuttle, with more threads, at random:
//! `SHUTTLE_ITERATIONS=100000 cargo test -p plimsoll-loom --features shuttle -- --nocapture`

extern crate plimsoll_explored as service;

#[path = "kernels/explore.rs"]
mod explore;
#[path = "../../../impl/service/tests/common/mem_log.rs"]
#[allow(
    dead_code,
    reason = "shared with the tests of impl/service, which use other parts"
)]
mod mem_log;
#[path = "../../../impl/service/tests/common/small.rs"]
mod small;
#[path = "kernels/story.rs"]
mod story;
#[path = "kernels/threads.rs"]
mod threads;
#[path = "kernels/world.rs"]
mod world;

#[path = "kernels/matrix.rs"]
mod matrix;

macro_rules! kernels {
    ($($name:ident),* $(,)?) => {
        mod kernels { $(pub mod $name;)* }
    };
}

kernels! {
    two_conditional_writes, commit_flush_unload, load_and_elections, session_and_heartbeat, order_of_answers,
    failed_append_and_readers, leaders_between_check_and_append, watermark_of_the_next_leader,
    watermark_of_the_last_epoch, stable_read_after_load, watermark_during_load, time_out_and_watermark, two_flushers,
    waking_the_flusher, closing_and_election,
}
