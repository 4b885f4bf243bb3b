//! The figures a second time, from their definitions alone: slow, simple, over the whole history at once.
//!
//! Random histories of one group (records with holes, changes of owner, zombies that go on, crashes, commits that are
//! behind or ahead) are judged by the streaming judge and counted by this file; both must agree.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_promises::PromiseId;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::judge_text;

/// What the generator does next.
#[derive(Debug, Clone, Copy)]
enum Act {
    Produce {
        p: usize,
        hole: bool,
    },
    /// Some process takes the partition over; a fresh one if there is none so old.
    Take {
        p: usize,
        who: usize,
    },
    /// The `who`-th tenure of the partition processes its next record.
    Process {
        p: usize,
        who: usize,
    },
    /// The `who`-th tenure commits, so far from its position.
    Commit {
        p: usize,
        who: usize,
        by: i64,
        answered: bool,
    },
    Crash {
        who: usize,
    },
}

fn act() -> impl Strategy<Value = Act> {
    let p = || 0..2_usize;
    prop_oneof![
        6 => (p(), any::<bool>()).prop_map(|(p, hole)| Act::Produce { p, hole }),
        2 => (p(), 0..4_usize).prop_map(|(p, who)| Act::Take { p, who }),
        10 => (p(), 0..3_usize).prop_map(|(p, who)| Act::Process { p, who }),
        4 => (p(), 0..3_usize, prop_oneof![6 => Just(0), 1 => -3..3_i64], any::<bool>())
            .prop_map(|(p, who, by, answered)| Act::Commit { p, who, by, answered }),
        1 => (0..4_usize).prop_map(|who| Act::Crash { who }),
    ]
}

#[derive(Debug)]
struct Stay {
    proc: usize,
    position: i64,
}

/// Writes a history, as a correct broker would have it.
#[derive(Debug, Default)]
struct Writer {
    lines: Vec<Value>,
    ops: u64,
    end: [i64; 2],
    records: [BTreeSet<i64>; 2],
    committed: [Option<i64>; 2],
    stays: [Vec<Stay>; 2],
    /// Live processes: slots hold the number of the incarnation.
    procs: Vec<usize>,
    born: usize,
}

impl Writer {
    fn line(&mut self, mut line: Value) {
        line["t"] = json!(self.lines.len() * 10);
        self.lines.push(line);
    }

    fn operation(&mut self, proc: &str, f: &str, mut invoke: Value, ok: Option<Value>) {
        self.ops += 1;
        for (name, value) in [
            ("proc", json!(proc)),
            ("f", json!(f)),
            ("op", json!(self.ops)),
        ] {
            invoke[name] = value;
        }
        let mut done = invoke.clone();
        invoke["type"] = json!("invoke");
        self.line(invoke);
        if let Some(ok) = ok {
            done["type"] = json!("ok");
            for (name, value) in ok.as_object().into_iter().flatten() {
                done[name] = value.clone();
            }
            self.line(done);
        }
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Produce { p, hole } => {
                let off = self.end[p] + i64::from(hole);
                self.end[p] = off + 1;
                self.records[p].insert(off);
                let invoke = json!({"topic": "t", "p": p, "v": format!("{p}-{off}")});
                self.operation("p", "produce", invoke, Some(json!({"off": off, "err": 0})));
            }
            Act::Take { p, who } => {
                let proc = match self.procs.get(who) {
                    Some(proc) => *proc,
                    None => {
                        self.procs.push(self.born);
                        self.born += 1;
                        self.born - 1
                    }
                };
                let name = format!("c{proc}");
                let part = json!([["t", p]]);
                self.line(json!({"proc": name, "type": "event", "f": "assigned", "group": "g", "parts": part, "kind": "eager"}));
                let position = self.committed[p].unwrap_or(0);
                self.line(json!({"proc": name, "type": "event", "f": "resume", "group": "g", "parts": [["t", p, position]]}));
                self.stays[p].retain(|stay| stay.proc != proc);
                self.stays[p].push(Stay { proc, position });
            }
            Act::Process { p, who } => {
                let Some(at) = self.stays[p].len().checked_sub(1 + who) else {
                    return;
                };
                let stay = &mut self.stays[p][at];
                let Some(off) = self.records[p].range(stay.position..).next().copied() else {
                    return;
                };
                stay.position = off + 1;
                let name = format!("c{}", stay.proc);
                self.line(json!({"proc": name, "type": "event", "f": "process", "topic": "t", "p": p, "off": off, "v": format!("{p}-{off}")}));
            }
            Act::Commit {
                p,
                who,
                by,
                answered,
            } => {
                let Some(at) = self.stays[p].len().checked_sub(1 + who) else {
                    return;
                };
                let off = (self.stays[p][at].position + by).max(0);
                let name = format!("c{}", self.stays[p][at].proc);
                let invoke = json!({"group": "g", "parts": [["t", p, off]]});
                if answered {
                    self.committed[p] = Some(off);
                }
                self.operation(&name, "commit", invoke, answered.then(|| json!({})));
            }
            Act::Crash { who } => {
                if who < self.procs.len() {
                    let proc = self.procs.remove(who);
                    self.line(json!({"proc": format!("c{proc}"), "type": "event", "f": "crash"}));
                    self.stays
                        .iter_mut()
                        .for_each(|stays| stays.retain(|stay| stay.proc != proc));
                }
            }
        }
    }
}

#[derive(Debug, Default)]
struct Naive {
    processed: u64,
    distinct: u64,
    tenures: u64,
    e: u64,
    u: u64,
    z: u64,
    longest_replay: u64,
    skipped: u64,
    d1: bool,
    br1: bool,
}

/// A tenure as the definitions see it.
#[derive(Debug)]
struct Tenure {
    proc: String,
    start: i64,
    done: Option<i64>,
    base: i64,
    zombie: u64,
    offsets: BTreeSet<i64>,
}

/// Counts one partition from the definitions.
fn count(lines: &[Value], p: u64, bound: u64, naive: &mut Naive) {
    let mut tenures: Vec<Tenure> = Vec::new();
    let mut processed: BTreeSet<i64> = BTreeSet::new();
    let mut records: BTreeSet<i64> = BTreeSet::new();
    let mut frontier = 0;
    let mut asked: BTreeMap<u64, i64> = BTreeMap::new();
    let (mut first, mut committed) = (None, None);
    let between = |set: &BTreeSet<i64>, from: i64, to: i64| {
        if from < to {
            set.range(from..to).count() as u64
        } else {
            0
        }
    };
    for line in lines {
        let here = line["p"] == p || line["parts"][0][1] == p;
        let proc = line["proc"].as_str().unwrap_or_default();
        let own = tenures.iter().rposition(|tenure| tenure.proc == proc);
        let newest = own.is_some_and(|own| own + 1 == tenures.len());
        match (
            line["f"].as_str().unwrap_or_default(),
            line["type"].as_str().unwrap_or_default(),
        ) {
            _ if !here => {}
            ("produce", "ok") => drop(records.insert(line["off"].as_i64().unwrap_or_default())),
            ("assigned", _) => {
                naive.tenures += 1;
                frontier = tenures
                    .iter()
                    .filter_map(|tenure| tenure.done)
                    .max()
                    .unwrap_or(0);
                tenures.push(Tenure {
                    proc: proc.to_owned(),
                    start: 0,
                    done: None,
                    base: 0,
                    zombie: 0,
                    offsets: BTreeSet::new(),
                });
            }
            ("resume", _) => {
                let at = line["parts"][0][2].as_i64().unwrap_or_default();
                first = first.or(Some(at));
                let tenure = tenures.last_mut().expect("it was assigned");
                (tenure.start, tenure.base) = (at, at);
                let replay = between(&processed, at, frontier);
                naive.longest_replay = naive.longest_replay.max(replay);
                naive.br1 |= replay > bound;
            }
            ("process", _) => {
                let off = line["off"].as_i64().unwrap_or_default();
                processed.insert(off);
                naive.processed += 1;
                let tenure = &mut tenures[own.expect("it was assigned")];
                tenure.offsets.insert(off);
                tenure.done = tenure.done.max(Some(off + 1));
                if newest {
                    naive.u = naive.u.max(between(&processed, tenure.base, off + 1));
                } else {
                    tenure.zombie += 1;
                    naive.z = naive.z.max(tenure.zombie);
                }
            }
            ("commit", "invoke") => {
                let op = line["op"].as_u64().unwrap_or_default();
                asked.insert(op, line["parts"][0][2].as_i64().unwrap_or_default());
            }
            ("commit", "ok") => {
                let off = asked[&line["op"].as_u64().unwrap_or_default()];
                committed = committed.max(Some(off));
                let base = first.unwrap_or(off);
                naive.d1 |= records
                    .iter()
                    .any(|r| (base..off).contains(r) && !processed.contains(r));
                let tenure = &mut tenures[own.expect("it was assigned")];
                tenure.base = off;
                if newest {
                    naive.u = naive
                        .u
                        .max(between(&processed, off, tenure.done.unwrap_or(off)));
                }
            }
            _ => {}
        }
        // A record that comes to stand below what is committed is passed over as well.
        if let (Some(committed), Some(base)) = (committed, first) {
            naive.d1 |= records
                .iter()
                .any(|r| (base..committed).contains(r) && !processed.contains(r));
        }
    }
    naive.distinct += processed.len() as u64;
    naive.e += tenures
        .iter()
        .enumerate()
        .filter(|(at, tenure)| {
            tenures[..*at]
                .iter()
                .any(|earlier| !earlier.offsets.is_disjoint(&tenure.offsets))
        })
        .count() as u64;
    if let (Some(committed), Some(base)) = (committed, first) {
        let passed = records.iter().filter(|r| (base..committed).contains(*r));
        naive.skipped += passed.filter(|r| !processed.contains(r)).count() as u64;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_countings_agree(acts in prop::collection::vec(act(), 1..120), bound in 0..6_u64) {
        let mut writer = Writer::default();
        for act in &acts {
            writer.act(*act);
        }
        let mut text = json!({"plimsoll": 1, "reset": "earliest", "bound": {"U": bound, "Z": 0}}).to_string();
        for line in &writer.lines {
            text.push('\n');
            text.push_str(&line.to_string());
        }
        let report = match judge_text(text.as_bytes()) {
            Ok(report) => report,
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        };
        let mut naive = Naive::default();
        count(&writer.lines, 0, bound, &mut naive);
        count(&writer.lines, 1, bound, &mut naive);
        if naive.processed == 0 {
            return Ok(());
        }
        let totals = &report.totals;
        let got = [totals.processed, totals.distinct, totals.e, totals.u, totals.z, totals.longest_replay, totals.skipped];
        let wanted = [naive.processed, naive.distinct, naive.e, naive.u, naive.z, naive.longest_replay, naive.skipped];
        prop_assert_eq!(got, wanted.map(Some), "\n{}", text);
        prop_assert_eq!(totals.tenures.unwrap_or(0), naive.tenures, "\n{}", text);
        let broken = |promise| report.findings.iter().any(|finding| finding.promise == promise);
        prop_assert_eq!(broken(PromiseId::D1), naive.d1, "\n{}", text);
        prop_assert_eq!(broken(PromiseId::BR1), naive.br1, "\n{}", text);
    }
}
