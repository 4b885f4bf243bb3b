//! The judgement as data. Its schema is a public interface: version 1 may gain fields, none changes its meaning.

use std::{collections::BTreeMap, io::BufRead};

use plimsoll_history::{HistoryReader, Protocol};
use plimsoll_promises::{Automaton, Because, Broken, Claim, Observation, PromiseId};
use serde::Serialize;

use crate::{
    figures::Figures,
    finding::{Finding, Where, why},
    group_partition::GroupPartition,
    settings::Bare,
    state::State,
    story::{Place, Teller},
    verdict::{NotJudged, Verdict, not_judged},
};

/// The version of the report's schema.
pub const REPORT_VERSION: u64 = 1;

/// The judgement of one history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The schema's version, [`REPORT_VERSION`].
    pub plimsoll_report: u64,
    /// The history, as it was named.
    pub file: String,
    /// The system under test, if the header names it.
    pub subject: Option<String>,
    /// The group protocol.
    pub protocol: Protocol,
    /// The verdict.
    pub verdict: Verdict,
    /// The claim that BR1 and BR2 were held to.
    pub claim: Option<Claim>,
    /// Lines after the header.
    pub events: u64,
    /// Broken promises, in the order in which they broke.
    pub findings: Vec<Finding>,
    /// The figures of the whole history.
    pub totals: Figures,
    /// The figures of each group on each partition.
    pub partitions: Vec<Partition>,
    /// What could not be judged, and why.
    pub not_judged: Vec<NotJudged>,
    /// Kinds of lines that this version does not know, and how often each stands in the history.
    pub unknown_f: BTreeMap<String, u64>,
    /// The most items held at one time: ranges of offsets, unread records, open operations, tenures.
    pub held_peak: u64,
}

/// One group on one partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Partition {
    /// The group, if its members named it.
    pub group: Option<String>,
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: u32,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

pub(crate) fn build<R: BufRead>(mut state: State, history: &HistoryReader<R>) -> Report {
    close(&mut state, history);
    let mut findings = findings(&mut state, history);
    for finding in &mut findings {
        finding.add_broker_acts(&state.broker_acts);
    }
    findings.sort_by_key(|finding| (finding.line, finding.promise, finding.partition));
    let partitions = partitions(&state, history);
    let mut totals = Figures {
        records: state.logs.iter().map(|log| log.records).sum::<u64>()
            + state.tally.records_without_place,
        ..Figures::default()
    };
    for partition in &partitions {
        totals.add(&partition.figures);
    }
    let (not_judged, decisive) = not_judged(&state);
    let verdict = match (findings.is_empty(), decisive) {
        (false, _) => Verdict::Invalid,
        (true, true) => Verdict::Unknown,
        (true, false) => Verdict::Valid,
    };
    let unknown_f = state.unknown_f.iter();
    let unknown_f = unknown_f.map(|(f, count)| (history.names().text(*f).to_owned(), *count));
    Report {
        plimsoll_report: REPORT_VERSION,
        file: history.file().to_owned(),
        subject: history.header().subject.clone(),
        protocol: history.header().protocol,
        verdict,
        claim: state.claim,
        events: state.events,
        findings,
        totals,
        partitions,
        not_judged,
        unknown_f: unknown_f.collect(),
        held_peak: state.held_peak,
    }
}

/// The history is over: what waited for evidence to the contrary counts now.
fn close<R: BufRead>(state: &mut State, history: &HistoryReader<R>) {
    for id in 0..state.lanes.len() {
        state.with(
            id,
            Place::default(),
            history.names(),
            |group_partition, scene| {
                for index in 0..group_partition.tenures.len() {
                    group_partition.settle_start(index, scene);
                }
            },
        );
    }
    for log in &mut state.logs {
        let teller = Teller {
            names: history.names(),
            topic: log.topic,
            p: log.p,
        };
        let window = log.tell_acked(&teller);
        let lost = log.records_lost();
        for doubt in std::mem::take(&mut log.doubts) {
            let broken = Broken {
                promise: PromiseId::L1,
                because: Because::EndsBefore {
                    end: doubt.end,
                    acked: doubt.acked,
                },
            };
            let description = format!(
                "the broker says that {} ends at {}",
                teller.partition(),
                doubt.end
            );
            log.breaks.add(broken, doubt.place, || {
                let mut window = window.clone();
                window.push(doubt.place.says(description));
                (window, Vec::new())
            });
        }
        for offset in log.never_found() {
            if let Err(broken) = log.l1.judge(&Observation::PassedOver { offset }, &Bare) {
                let place = log.last_ack.map_or_else(Place::default, |(_, place)| place);
                log.breaks
                    .add(broken, place, || (window.clone(), Vec::new()));
            }
        }
        if lost > 0 {
            let note = format!("of the acknowledged records at least {lost} are gone");
            log.breaks.note(PromiseId::L1, note);
        }
    }
}

fn findings<R: BufRead>(state: &mut State, history: &HistoryReader<R>) -> Vec<Finding> {
    let names = history.names();
    let mut findings = Vec::new();
    let mut lost_records = Vec::new();
    for log in &mut state.logs {
        let first = log.breaks.of(PromiseId::L1).map(|broken| broken.place.line);
        lost_records.push(first);
        let at = Where {
            names,
            group: None,
            topic: log.topic,
            p: log.p,
        };
        for broken in log.breaks.take() {
            let why = why(&broken, None);
            findings.push(Finding::of(broken, &at, why));
        }
    }
    for id in 0..state.lanes.len() {
        let instrumented = state.is_instrumented(id);
        let group_partition = &mut state.lanes[id];
        if group_partition.exposures.records == 0 || !instrumented {
            // What it passed over turned out to be deleted, or nobody says what was processed.
            group_partition.breaks.retract(PromiseId::D1);
        }
        let log = &state.logs[group_partition.log];
        let at = Where {
            names,
            group: group_partition.group,
            topic: log.topic,
            p: log.p,
        };
        let line_of = |group_partition: &GroupPartition, promise| {
            group_partition.breaks.of(promise).map(|b| b.place.line)
        };
        let causes = [
            (PromiseId::S3, line_of(group_partition, PromiseId::S3)),
            (PromiseId::O9, line_of(group_partition, PromiseId::O9)),
            (PromiseId::L1, lost_records[group_partition.log]),
        ];
        for broken in group_partition.breaks.take() {
            let why = why(&broken, Some(group_partition));
            let mut finding = Finding::of(broken, &at, why);
            for (cause, line) in causes {
                if let Some(line) = line {
                    finding.follows_from(cause, line);
                }
            }
            findings.push(finding);
        }
    }
    findings
}

fn partitions<R: BufRead>(state: &State, history: &HistoryReader<R>) -> Vec<Partition> {
    let names = history.names();
    let lanes = state.lanes.iter().enumerate();
    let mut partitions: Vec<_> = lanes
        .map(|(id, group_partition)| {
            let log = &state.logs[group_partition.log];
            Partition {
                group: group_partition
                    .group
                    .map(|group| names.text(group).to_owned()),
                topic: names.text(log.topic).to_owned(),
                partition: log.p,
                figures: figures(state, id),
            }
        })
        .collect();
    partitions.sort_by(|a, b| {
        let key = |p: &Partition| (p.group.clone(), p.topic.clone(), p.partition);
        key(a).cmp(&key(b))
    });
    partitions
}

fn figures(state: &State, id: usize) -> Figures {
    let group_partition = &state.lanes[id];
    let log = &state.logs[group_partition.log];
    let counted = &group_partition.counted;
    let known = state.is_instrumented(id);
    let description = |figure: u64| known.then_some(figure);
    Figures {
        records: log.records,
        distinct: description(counted.distinct),
        processed: description(counted.processed),
        replayed: description(counted.processed - counted.distinct),
        tenures: (state.tally.assigned > 0).then_some(counted.tenures),
        e: description(counted.e + group_partition.br2.dirty_tenures()),
        u: description(counted.uncommitted),
        z: description(counted.zombie),
        longest_replay: description(counted.longest_replay),
        refused_commits: counted.refused,
        unknown_commits: counted.unknown + group_partition.register.open_writes(),
        commits_lost: counted.lost,
        skipped: description(counted.skipped + group_partition.exposures.skipped()),
        exposed: description(group_partition.exposures.records),
        longest_exposed_ns: description(group_partition.exposures.longest_ns),
        passed_on_purpose: description(
            counted.passed_on_purpose + group_partition.passed_on_purpose(log),
        ),
    }
}
