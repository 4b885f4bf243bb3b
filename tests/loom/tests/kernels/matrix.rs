//! Every kernel, and every kernel with every mutant.

use std::time::Duration;
#[cfg(loom)]
use std::time::Instant;

use crate::explore::{Explored, explore};
use crate::kernels as k;
use crate::world::Decisions;

struct Kernel {
    name: &'static str,
    bodies: &'static [fn(Decisions)],
    /// The mutant it is there for.
    mutant: (&'static str, fn(&mut Decisions)),
    /// Other kernels that catch the mutant too, and why they cannot help it.
    also: &'static [(&'static str, &'static str)],
}

macro_rules! kernel {
    ($name:ident, $id:literal, [$($body:ident),+] $(, also $other:ident: $why:literal)*) => {
        Kernel {
            name: stringify!($name),
            bodies: &[$(k::$name::$body),+],
            mutant: ($id, k::$name::mutant),
            also: &[$((stringify!($other), $why)),*],
        }
    };
}

const KERNELS: &[Kernel] = &[
    kernel!(two_conditional_writes, "C-16", [body],
        also session_and_heartbeat: "a heartbeat is a check too, and the timer comes after it"),
    kernel!(commit_flush_unload, "C-25", [body],
        also time_out_and_watermark: "the unload is one of those who may have to answer"),
    kernel!(load_and_elections, "C-26", [body]),
    kernel!(session_and_heartbeat, "C-27", [body]),
    kernel!(order_of_answers, "C-29", [body]),
    kernel!(
        failed_append_and_readers,
        "C-2",
        [written, unknown, refused]
    ),
    kernel!(leaders_between_check_and_append, "O-4", [body]),
    kernel!(watermark_of_the_next_leader, "C-1", [body]),
    kernel!(watermark_of_the_last_epoch, "C-24", [body]),
    kernel!(stable_read_after_load, "C-3", [body]),
    kernel!(watermark_during_load, "dropped during the load", [body]),
    kernel!(time_out_and_watermark, "C-30", [body]),
    kernel!(two_flushers, "last watermark wins", [body]),
    kernel!(waking_the_flusher, "work seen before", [body],
        also closing_and_election: "to close is to wake the flusher, and the wake-up is lost"),
    kernel!(closing_and_election, "closing ends", [body]),
];

/// What the bodies of a kernel find with these decisions, up to the first that fails.
fn run(kernel: &Kernel, decisions: Decisions) -> Explored {
    let mut all = Explored::default();
    for &body in kernel.bodies {
        let explored = explore(move || body(decisions));
        all.executions += explored.executions;
        all.took += explored.took;
        all.failure = explored.failure;
        all.story = explored.story;
        if all.failure.is_some() {
            break;
        }
    }
    all
}

fn mutated(kernel: &Kernel) -> Decisions {
    let mut decisions = Decisions::default();
    kernel.mutant.1(&mut decisions);
    decisions
}

#[test]
fn every_kernel_holds() {
    let mut total = (0, Duration::ZERO);
    for kernel in KERNELS {
        let explored = run(kernel, Decisions::default());
        let Explored {
            executions, took, ..
        } = explored;
        println!("{:33} {executions:>8} executions {took:>9.0?}", kernel.name);
        assert_eq!(explored.failure, None, "{}", kernel.name);
        assert!(executions > 1, "{}: nothing to interleave", kernel.name);
        total = (total.0 + executions, total.1 + took);
    }
    println!("{:33} {:>8} executions {:>9.0?}", "all", total.0, total.1);
}

/// The row of each mutant: the kernel that is there for it, and the first words of what that says.
#[test]
fn every_mutant_is_caught_by_its_kernel() {
    for kernel in KERNELS {
        let explored = run(kernel, mutated(kernel));
        let said = explored.failure.unwrap_or_else(|| {
            panic!(
                "{} does not catch {} in {} executions",
                kernel.name, kernel.mutant.0, explored.executions
            )
        });
        println!(
            "{:24} {:33} after {:>5} executions: {}",
            kernel.mutant.0,
            kernel.name,
            explored.executions,
            said.lines().next().unwrap_or_default()
        );
        let story = explored.story.join("\n");
        assert!(!story.is_empty(), "{}: nothing is told", kernel.name);
        // Random executions tell another story each time.
        #[cfg(loom)]
        insta::assert_snapshot!(kernel.name, format!("{story}\n\n{said}"));
    }
}

/// … and by no other, except for the reasons given. In two halves, for two cores.
#[cfg(loom)]
#[test]
fn no_mutant_is_caught_by_chance() {
    let begun = Instant::now();
    let half = |first: usize| {
        let mut executions = 0;
        for mutant in KERNELS.iter().skip(first).step_by(2) {
            for kernel in KERNELS.iter().filter(|kernel| kernel.name != mutant.name) {
                let explored = run(kernel, mutated(mutant));
                executions += explored.executions;
                let expected = mutant.also.iter().find(|(name, _)| *name == kernel.name);
                match (&explored.failure, expected) {
                    (None, None) => {}
                    (Some(_), Some((name, why))) => {
                        println!("{}: {name} too, {why}", mutant.mutant.0);
                    }
                    (said, _) => panic!("{}, {}: {said:?}", mutant.mutant.0, kernel.name),
                }
            }
        }
        executions
    };
    let executions: u64 = std::thread::scope(|scope| {
        let halves = [0, 1].map(|first| scope.spawn(move || half(first)));
        let done = halves.map(|half| half.join().expect("a kernel, see above"));
        done.iter().sum()
    });
    println!("{executions} executions {:.0?}", begun.elapsed());
}
