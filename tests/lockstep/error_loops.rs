//! Every operation of short workloads made to fail, one after another, in every way: nothing that was acknowledged is
//! lost, and the log stays readable or stops by name.

use plimsoll_disk::Fault;

use crate::op::{FAULTS, Fate, Op};
use crate::setup::Setup;
use plimsoll_tests::situations::Situations;

use crate::situations;
use crate::world::World;

/// A workload a line: `0,-1` is a batch of key 0 and a tombstone of key 1, `p0:0` one of producer 0, `t1:0` one in the
/// transaction of producer 1, `wait` a step of the clock as long as tombstones stay.
const WORKLOADS: [&str; 32] = [
    "0 sync",
    "0 1 sync 2 sync",
    "0,1,2,3 sync 0,1 sync",
    "0 roll 1 sync",
    "0 roll roll 1 roll sync",
    "0 sync checkpoint 1 sync",
    "0 checkpoint 1 checkpoint 2 kill",
    "0 reopen 1 reopen",
    "0 roll 1 reopen read since",
    "0 sync 1 cut 2 sync",
    "0 roll 1 sync 2 roll 3 cut 0 sync",
    "0 1 2 sync read since",
    "p0:0 p0:1 sync retry0:0 retry0:1",
    "p0:0 sync cut retry0:0 p0:1 sync",
    "p1:0,1,2 p1:3 p1:0,1 sync retry1:0",
    "p0:0 epoch0:1 p0:2 sync kill retry0:0",
    "t0:0 t0:1 commit0 sync read",
    "t0:0 abort0 sync reopen read",
    "t0:0 sync 1 cut abort0 sync",
    "t0:0 t1:1 commit0 abort1 sync kill read",
    "0 1 2 sync delete:128 read",
    "0 roll 1 roll 2 sync delete:200 reopen",
    "0 roll 1 roll 2 sync delete:255 3 sync cut",
    "0 roll 1 wait wait wait roll 2 sync retention read",
    "0 0 roll sync clean read",
    "0,1 0 roll 1 0 roll sync clean 0 sync clean",
    "0 -0 roll sync clean wait clean read",
    "0 t0:0 abort0 roll sync clean wait clean read",
    "p0:0 p0:0 0 roll sync clean reopen retry0:0",
    "0 1 0 1 roll sync clean cut 0 roll sync clean",
    "0 roll 0 roll 0 roll sync clean delete:128 clean",
    "0 0 roll sync clean kill 1 1 roll clean cut read",
];

fn records(text: &str) -> Vec<(u8, bool)> {
    let keys = text.split(',');
    keys.map(|key| match key.strip_prefix('-') {
        Some(key) => (key.parse().unwrap(), true),
        None => (key.parse().unwrap(), false),
    })
    .collect()
}

/// Who does it: the digit at the end of a word.
fn who(word: &str) -> u8 {
    word[word.len() - 1..].parse().unwrap()
}

fn op(word: &str, fate: &Fate) -> Op {
    let send = |producer, transactional, text| Op::Send {
        producer,
        transactional,
        gap: false,
        codec: 0,
        records: records(text),
    };
    match word.split_once(':').unwrap_or((word, "")) {
        ("delete", part) => Op::Delete {
            part: part.parse().unwrap(),
        },
        (by, keys) if by.starts_with("retry") => Op::Retry {
            producer: who(by),
            back: keys.parse().unwrap(),
        },
        (by, key) if by.starts_with("epoch") => Op::NextEpoch {
            producer: who(by),
            key: key.parse().unwrap(),
        },
        (by, _) if by.starts_with("commit") => Op::End {
            producer: who(by),
            commit: true,
        },
        (by, _) if by.starts_with("abort") => Op::End {
            producer: who(by),
            commit: false,
        },
        ("roll", _) => Op::Roll,
        ("sync", _) => Op::Sync,
        ("checkpoint", _) => Op::Checkpoint,
        ("retention", _) => Op::Retention,
        ("read", _) => Op::Read {
            from: 0,
            below_stable: false,
            max_bytes: u16::MAX,
        },
        ("since", _) => Op::Since { ago_ms: 0 },
        ("clean", _) => Op::Clean,
        ("wait", _) => Op::Clock { by_ms: 1000 },
        ("reopen", _) => Op::Reopen,
        ("kill", _) => Op::Kill(fate.clone()),
        ("cut", _) => Op::PowerCut(fate.clone()),
        (by, keys) if by.starts_with('p') => send(Some(who(by)), false, keys),
        (by, keys) if by.starts_with('t') => send(Some(who(by)), true, keys),
        (keys, _) => send(None, false, keys),
    }
}

/// What may happen to the machine once the log has stopped.
fn fates() -> [Fate; 3] {
    let fate = |survivor, reboot| Fate {
        survivor,
        reboot,
        again: Vec::new(),
    };
    [fate(0, true), fate(23, true), fate(0, false)]
}

/// Plays a workload with one fault; whether it happened.
fn play(setup: Setup, workload: &str, fault: Fault, n: u64, fate: &Fate) -> (bool, World) {
    let mut world = World::begin(setup).unwrap();
    world.disk.fail_at(n, fault);
    for word in workload.split_whitespace() {
        world.fate = fate.clone();
        if let Err(wrong) = world.take(&op(word, fate)) {
            panic!(
                "{workload:?}, {fault:?} at operation {n} of its kind, {fate}: at {word:?}: {wrong}"
            );
        }
    }
    (world.met_a_fault, world)
}

#[derive(Default)]
struct Tally {
    runs: u64,
    steps: u64,
    /// Operations of the kind that a workload has at most.
    most: u64,
}

impl Tally {
    /// Makes each operation of a workload fail, one after another, until it runs through.
    fn each(&mut self, setup: Setup, workload: &str, fault: Fault, seen: &mut Situations) {
        for fate in fates() {
            for n in 0.. {
                let (happened, world) = play(setup, workload, fault, n, &fate);
                if !happened {
                    break;
                }
                self.runs += 1;
                self.steps += world.steps;
                self.most = self.most.max(n + 1);
                seen.add(&world.situations);
            }
        }
    }
}

#[test]
fn every_error_at_every_operation_of_short_workloads() {
    let mut situations = Situations::of(situations::ALL);
    let mut runs = 0;
    for fault in FAULTS {
        let mut tally = Tally::default();
        for (number, workload) in WORKLOADS.iter().enumerate() {
            let retention = workload.contains("retention");
            let setup = Setup::small(!retention, number % 2 == 0);
            tally.each(setup, workload, fault, &mut situations);
        }
        let Tally {
            runs: of,
            steps,
            most,
        } = tally;
        println!("{fault:?}: {of} runs, {steps} steps, at up to {most} operations of a workload");
        assert!(of > 0, "{fault:?} never happened");
        runs += of;
    }
    println!("{runs} runs of {} workloads", WORKLOADS.len());
    situations.print();
    assert!(runs > 4000, "{runs}");
}
