//! What producers were told, and where the broker says that logs start and end.

use plimsoll_history::{End, Event, LogEnds, Name, Part, Value};
use plimsoll_promises::{Broken, memory::OffsetSet};

use crate::{
    log::LogId,
    operation::{Operation, Underway},
    state::{State, offset, place},
    story::{Fact, Teller},
};

impl State {
    pub(crate) fn begin(&mut self, event: &Event<'_>, what: Underway) {
        let Some(slot) = event.op else { return };
        if self.open.len() <= slot.index() {
            self.open.resize_with(slot.index() + 1, || None);
        }
        self.proc(event.proc).open += 1;
        self.open[slot.index()] = Some(Operation {
            proc: event.proc,
            asked: place(event),
            what,
        });
    }

    pub(crate) fn finish(&mut self, event: &Event<'_>) -> Option<Operation> {
        let operation = self.open.get_mut(event.op?.index())?.take()?;
        self.proc(operation.proc).open -= 1;
        Some(operation)
    }

    pub(crate) fn produce(&mut self, event: &Event<'_>, topic: Name, p: Option<u32>, v: Value) {
        self.undecided.insert((topic, v));
        self.begin(event, Underway::Produce { topic, p, v });
    }

    pub(crate) fn produced(
        &mut self,
        event: &Event<'_>,
        end: End,
        told_p: Option<u32>,
        off: Option<i64>,
        err: i32,
    ) {
        let Some(Operation {
            asked,
            what: Underway::Produce { topic, p, v },
            ..
        }) = self.finish(event)
        else {
            return;
        };
        if end == End::Fail {
            self.produce_fails(topic, v);
        }
        if end != End::Ok || err != 0 {
            return;
        }
        self.undecided.remove(&(topic, v));
        let (Some(p), Some(off)) = (told_p.or(p), off.and_then(offset)) else {
            self.tally.records_without_place += 1;
            return;
        };
        let log = self.log(topic, p);
        self.logs[log].records += 1;
        if asked.line < self.logs[log].forgotten_at {
            // It may have been written, lost, and only then acknowledged.
            return;
        }
        let (new, verdict) = self.logs[log].acked(off, v.fingerprint(), place(event));
        if let Err(broken) = verdict {
            self.log_breaks(event, log, broken);
        }
        if new {
            self.appears(event, log, off);
        }
    }

    /// A record whose producer was told that it is aborted: whoever was given it, was given what does not exist.
    fn produce_fails(&mut self, topic: Name, v: Value) {
        let State { lanes, logs, .. } = self;
        for log in logs.iter_mut().filter(|log| log.topic == topic) {
            for offset in log.aborted(v.fingerprint()) {
                for group_partition in &log.lanes {
                    let group_partition = &mut lanes[*group_partition];
                    if group_partition.offered.remove(&offset) {
                        group_partition.exposures.withdraw(offset);
                    }
                }
            }
        }
    }

    pub(crate) fn ends(&mut self, event: &Event<'_>, parts: &[Part]) {
        let acked = parts.iter().map(|part| {
            let log = self.log(part.topic, part.p);
            (log, self.logs[log].l1.acked().last())
        });
        let acked = acked.collect();
        self.begin(event, Underway::Ends { acked });
    }

    pub(crate) fn ends_told(&mut self, event: &Event<'_>, answered: bool, offs: &[LogEnds]) {
        let Some(Operation {
            asked,
            what: Underway::Ends { acked },
            ..
        }) = self.finish(event)
        else {
            return;
        };
        for description in offs
            .iter()
            .filter(|description| answered && description.end >= 0)
        {
            let log = self.log(description.topic, description.p);
            let before = acked.iter().find(|(asked_for, _)| *asked_for == log);
            let State { lanes, logs, .. } = self;
            let log = &mut logs[log];
            if asked.line < log.forgotten_at {
                continue;
            }
            if description.start > log.gone_below() {
                // Retention, seen only now: it may have been at work before a commit passed over those records.
                for group_partition in &log.lanes {
                    lanes[*group_partition]
                        .exposures
                        .excuse_below(description.start, |at, since| {
                            log.stood_after(at, since.line)
                        });
                }
            }
            log.ends(
                *description,
                before.and_then(|(_, acked)| *acked),
                asked.line,
                place(event),
            );
        }
    }

    /// L1 is broken in a log.
    pub(crate) fn log_breaks(&mut self, event: &Event<'_>, log: LogId, broken: Broken) {
        let because = broken.because.to_string();
        let log = &mut self.logs[log];
        let teller = Teller {
            names: event.names,
            topic: log.topic,
            p: log.p,
        };
        if log.breaks.of(broken.promise).is_some() {
            // Told once; from now on it is only counted.
            log.breaks.add(broken, place(event), Default::default);
            return;
        }
        let mut window: Vec<Fact> = log.tell_acked(&teller);
        window.extend(log.tell_doubts(&teller));
        log.breaks.add(broken, place(event), || {
            window.push(place(event).says(because));
            (window, Vec::new())
        });
    }
}
