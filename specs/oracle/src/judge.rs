//! Goes through a history and hands each line to whom it concerns.

use std::path::Path;

use plimsoll_history::{End, Event, HistoryError, HistoryReader, What};

use crate::{Options, Report, report, state::State};

/// Judges the history that a reader gives.
pub fn judge<R: std::io::BufRead>(
    reader: R,
    name: &str,
    options: &Options,
) -> Result<Report, HistoryError> {
    judge_history(HistoryReader::new(reader, name)?, options)
}

/// Judges a history file.
pub fn judge_path(path: &Path, options: &Options) -> Result<Report, HistoryError> {
    judge_history(plimsoll_history::open(path)?, options)
}

/// Judges a history whose header is read already.
pub fn judge_history<R: std::io::BufRead>(
    mut history: HistoryReader<R>,
    options: &Options,
) -> Result<Report, HistoryError> {
    let mut state = State::new(history.header());
    if let Some(claim) = options.claim {
        state.claim = Some(claim);
    }
    let mut count_at = HELD_EVERY;
    while let Some(event) = history.next_event()? {
        state.see(&event);
        // Looked at now and then, and the more rarely the more there is to look at: counting must not take longer than
        // judging.
        if state.events >= count_at {
            let held = state.held() + history.held() as u64;
            state.held_peak = state.held_peak.max(held);
            let places = (state.lanes.len() + state.logs.len()) as u64;
            count_at = state.events + HELD_EVERY.max(8 * places);
        }
    }
    let held = state.held() + history.held() as u64;
    state.held_peak = state.held_peak.max(held);
    Ok(report::build(state, &history))
}

/// Lines between two counts of the items held, at least.
const HELD_EVERY: u64 = 1024;

impl State {
    fn see(&mut self, event: &Event<'_>) {
        self.events += 1;
        if event.op.is_some() {
            self.see_operation(event);
            return;
        }
        match event.what {
            What::Process { topic, p, off, v } => self.process(event, topic, p, off, v),
            What::Start { group } => self.start(event, group),
            What::Stop => self.end(event, "stops"),
            What::Crash => self.end(event, "crashes"),
            What::Assigned {
                group,
                parts,
                cooperative,
                generation,
                ..
            } => {
                let assignment = self.assignment(event.proc, generation, cooperative);
                self.assigned(event, group, parts, assignment);
            }
            What::Revoked { group, parts, lost } => self.revoked(event, group, parts, lost),
            What::Resume { group, parts } => self.resume(event, group, parts),
            What::Seek { parts } => self.seek(event, parts),
            What::Broker { act, node } => self.broker(event, act, node),
            What::Unknown { f } => *self.unknown_f.entry(f).or_default() += 1,
            _ => {}
        }
    }

    fn see_operation(&mut self, event: &Event<'_>) {
        match event.what {
            What::Produce { topic, p, v } => self.produce(event, topic, p, v),
            What::Produced { end, p, off, err } => self.produced(event, end, p, off, err),
            What::Polled { recs, err, .. } => self.polled(event, recs, err),
            What::Commit {
                group,
                parts,
                generation,
                txn,
                ..
            } => self.commit(event, group, parts, generation, txn),
            What::Committed { end, errs, err } => self.committed(event, end, errs, err),
            What::FetchOffset {
                group,
                parts,
                stable,
            } => self.fetch_offset(event, group, parts, stable),
            What::OffsetFetched { end, offs, err } => {
                self.offset_fetched(event, end, offs, err);
            }
            What::Group {
                api,
                group,
                generation,
                ..
            } => self.group_request(event, api, group, generation),
            What::GroupDone {
                end,
                err,
                generation,
                parts,
                ..
            } => self.group_answer(event, end, err, generation, parts),
            What::Ends { parts } => self.ends(event, parts),
            What::EndsTold { end, offs, err } => {
                self.ends_told(event, end == End::Ok && err == 0, offs);
            }
            What::Admin {
                act,
                group,
                topic,
                parts,
            } => self.admin(event, act, group, topic, parts),
            What::AdminDone { end, err, errs } => self.admin_done(event, end, err, errs),
            What::Unknown { f } => *self.unknown_f.entry(f).or_default() += 1,
            _ => {}
        }
    }
}
