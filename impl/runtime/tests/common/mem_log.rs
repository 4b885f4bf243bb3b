//! A replicated log in memory, as seen by one of its replicas: leaders come and go, faults can be armed.

use std::ops::Range;

use crate::register::Record;
use crate::runtime::{
    AppendFailure, Chunk, Extent, HighWatermark, Moment, NotWritten, PartitionLog,
};
use crate::threads::Mutex;

/// How the next append fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::enum_variant_names,
    reason = "whether it was written is what tells them apart"
)]
pub enum Fault {
    /// Nothing is written, and the report says so.
    NotWritten,
    /// The batch is written, but the report cannot tell.
    UnknownButWritten,
    /// Nothing is written, but the report cannot tell.
    UnknownNotWritten,
}

#[derive(Default)]
struct State {
    leader_epoch: i32,
    led_here: bool,
    records: Vec<Record>,
    durable: usize,
    append_fault: Option<Fault>,
    read_fault: bool,
    sync_fault: bool,
}

/// The log.
pub struct MemLog(Mutex<State>);

impl MemLog {
    /// Led here in epoch 1; so many of the records are durable.
    pub fn new(records: &[Record], durable: usize) -> MemLog {
        MemLog(Mutex::new(State {
            leader_epoch: 1,
            led_here: true,
            records: records.to_vec(),
            durable,
            ..State::default()
        }))
    }

    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.0.lock().expect("nobody panics under it"))
    }

    /// This replica leads from now on.
    pub fn lead(&self, leader_epoch: i32) {
        self.with(|log| (log.leader_epoch, log.led_here) = (leader_epoch, true));
    }

    /// Another replica leads: it has our records below `keep`, and these.
    pub fn follow(&self, leader_epoch: i32, keep: usize, theirs: &[Record]) {
        self.with(|log| {
            (log.leader_epoch, log.led_here) = (leader_epoch, false);
            log.records.truncate(keep);
            log.records.extend_from_slice(theirs);
            log.durable = log.durable.min(keep);
        });
    }

    pub fn arm(&self, fault: Fault) {
        self.with(|log| log.append_fault = Some(fault));
    }

    pub fn fail_reads(&self, fail: bool) {
        self.with(|log| log.read_fault = fail);
    }

    pub fn fail_syncs(&self, fail: bool) {
        self.with(|log| log.sync_fault = fail);
    }

    pub fn records(&self) -> Vec<Record> {
        self.with(|log| log.records.clone())
    }

    pub fn durable(&self) -> usize {
        self.with(|log| log.durable)
    }
}

impl PartitionLog for MemLog {
    type Batch = [Record];
    type Record = Record;

    fn append(
        &self,
        leader_epoch: i32,
        _: Moment,
        records: &[Record],
    ) -> Result<Range<i64>, AppendFailure> {
        self.with(|log| {
            if !log.led_here || log.leader_epoch != leader_epoch {
                return Err(AppendFailure::NotWritten(NotWritten::Fenced));
            }
            let base = log.records.len();
            let fault = log.append_fault.take();
            if matches!(fault, None | Some(Fault::UnknownButWritten)) {
                log.records.extend_from_slice(records);
            }
            match fault {
                None => Ok(base as i64..log.records.len() as i64),
                Some(Fault::NotWritten) => Err(AppendFailure::NotWritten(NotWritten::Storage)),
                Some(_) => Err(AppendFailure::Unknown("the disk did not say".to_owned())),
            }
        })
    }

    fn sync(&self, _: Moment) -> Result<HighWatermark, String> {
        self.with(|log| {
            if log.sync_fault {
                return Err("the disk said no".to_owned());
            }
            log.durable = log.records.len();
            Ok(HighWatermark {
                leader_epoch: log.leader_epoch,
                offset: log.durable as i64,
            })
        })
    }

    fn extent(&self, leader_epoch: i32) -> Result<Extent, String> {
        self.with(|log| {
            if !log.led_here || log.leader_epoch != leader_epoch {
                return Err(format!("not led in epoch {leader_epoch}"));
            }
            Ok(Extent {
                start: 0,
                end: log.records.len() as i64,
                high_watermark: log.durable as i64,
            })
        })
    }

    fn read(&self, from: i64, below: i64) -> Result<Chunk<Record>, String> {
        self.with(|log| {
            let all: Vec<(i64, Record)> = (0..).zip(log.records.iter().copied()).collect();
            let mut records: Vec<(i64, Record)> = all
                .into_iter()
                .filter(|(offset, _)| (from..below).contains(offset))
                .collect();
            if log.read_fault {
                // A prefix, and then nothing: an end of file that is none.
                records.truncate(usize::from(from == 0));
            }
            let next = records.last().map_or(from, |(offset, _)| offset + 1);
            Ok(Chunk { records, next })
        })
    }

    fn leader_epoch(&self) -> i32 {
        self.with(|log| log.leader_epoch)
    }
}
