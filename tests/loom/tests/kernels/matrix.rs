//! Every kernel with every mutant.

use std::time::Instant;

use crate::explore::explore;
use crate::kernels as k;
use crate::runtime::Decisions;

struct Kernel {
    name: &'static str,
    bodies: &'static [fn(Decisions)],
    mutant: (&'static str, fn(&mut Decisions)),
}

macro_rules! kernel {
    ($name:ident, $id:literal, $($body:ident),+) => {
        Kernel {
            name: stringify!($name),
            bodies: &[$(k::$name::$body),+],
            mutant: ($id, k::$name::mutant),
        }
    };
}

const KERNELS: &[Kernel] = &[
    kernel!(two_conditional_writes, "C-16", body),
    kernel!(commit_flush_unload, "C-25", body),
    kernel!(load_and_elections, "C-26", body),
    kernel!(session_and_heartbeat, "C-27", body),
    kernel!(order_of_answers, "C-29", body),
    kernel!(failed_append_and_readers, "C-2", written, unknown, refused),
    kernel!(leaders_between_check_and_append, "O-4", body),
    kernel!(watermark_of_the_next_leader, "C-1", body),
    kernel!(watermark_of_the_last_epoch, "C-24", body),
    kernel!(stable_read_after_load, "C-3", body),
    kernel!(watermark_during_load, "dropped during load", body),
    kernel!(time_out_and_watermark, "C-30", body),
    kernel!(two_flushers, "last wins", body),
    kernel!(waking_the_flusher, "seen before", body),
    kernel!(closing_and_election, "closing ends", body),
];

/// What the bodies of a kernel find with these decisions: executions, and the first failure.
fn run(kernel: &Kernel, decisions: Decisions) -> (u64, Option<String>) {
    let mut executions = 0;
    for &body in kernel.bodies {
        let explored = explore(move || body(decisions));
        executions += explored.executions;
        if explored.failure.is_some() {
            return (executions, explored.failure);
        }
    }
    (executions, None)
}

#[test]
fn every_kernel_holds() {
    for kernel in KERNELS {
        let begun = Instant::now();
        let (executions, failure) = run(kernel, Decisions::default());
        println!(
            "{:34} {executions:>8} executions {:>9.3?}",
            kernel.name,
            begun.elapsed()
        );
        assert_eq!(failure, None, "{}", kernel.name);
    }
}

#[test]
fn mutants() {
    for mutant in KERNELS {
        let mut decisions = Decisions::default();
        (mutant.mutant.1)(&mut decisions);
        for kernel in KERNELS {
            let begun = Instant::now();
            let (executions, failure) = run(kernel, decisions);
            if failure.is_some() || kernel.name == mutant.name {
                println!(
                    "{:20} {:34} {executions:>8} {:>9.3?} {failure:?}",
                    mutant.mutant.0,
                    kernel.name,
                    begun.elapsed()
                );
            }
        }
    }
}
