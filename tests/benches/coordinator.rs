//! The coordinator against the least that could do its work, as ratios in one run: commits through the state machine,
//! durable commits on real files, loading a log, and what idle groups cost.
//!
//! With `PLIMSOLL_BENCH_DEEP=1` the log that is loaded has 10 million records instead of one.

#[path = "coordinator/durable.rs"]
mod durable;
#[path = "coordinator/idle.rs"]
mod idle;
mod interleaved;
#[path = "coordinator/load.rs"]
mod load;
#[path = "coordinator/requests.rs"]
mod requests;
#[path = "coordinator/state_machine.rs"]
mod state_machine;

// As in the command-line tool.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    if !interleaved::measures() {
        return;
    }
    // Its memory is measured: nothing else has used any before.
    let deep = std::env::var_os("PLIMSOLL_BENCH_DEEP").is_some_and(|deep| deep == "1");
    load::compare(if deep { 10_000_000 } else { 1_000_000 });
    state_machine::compare();
    durable::compare();
    idle::compare();
}
