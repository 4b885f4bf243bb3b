//! Everything that is not an append.

use plimsoll_disk::DiskError;
use plimsoll_log::{LogError, ReadError};
use plimsoll_promises::storage::{self, Cleaned, LogView as _};

use crate::op::Op;
use crate::setup::{RETENTION_BYTES, RETENTION_MS};
use crate::world::{World, Wrong, description};

impl World {
    /// Does it, and moves the vector along.
    pub fn run(&mut self, op: &Op) -> Result<(), Wrong> {
        match op {
            Op::Send {
                producer,
                transactional,
                gap,
                codec,
                records,
            } => self.send((*producer, *transactional, *gap), *codec, records),
            Op::Retry { producer, back } => self.retry(*producer, *back),
            Op::NextEpoch { producer, key } => self.next_epoch(*producer, *key),
            Op::End { producer, commit } => self.end(*producer, *commit),
            Op::Roll => self.change("a roll", |world| world.log.roll(&mut world.disk)),
            Op::Sync => self.sync(),
            Op::Checkpoint => self.change("a checkpoint", |world| {
                world.log.checkpoint(&mut world.disk)
            }),
            Op::Read {
                from,
                below_stable,
                max_bytes,
            } => self.read(*from, *below_stable, usize::from(*max_bytes)),
            Op::Since { ago_ms } => self.since(self.now_ms - i64::from(*ago_ms)),
            Op::Delete { part } => self.delete(*part),
            Op::Retention => self.retention(),
            Op::Clean => self.clean(),
            Op::Clock { by_ms } => {
                self.now_ms += i64::from(*by_ms);
                Ok(())
            }
            Op::NewLeader => {
                self.leader_epoch += 1;
                Ok(())
            }
            Op::Reopen => self.reopen(),
            Op::Kill(fate) => {
                self.fate = fate.clone();
                self.situations.saw("the process killed");
                self.kill()
            }
            Op::PowerCut(fate) => {
                self.fate = fate.clone();
                self.power_cut()
            }
            Op::Arm { faults, fate } => {
                for (fault, n) in faults {
                    self.disk.fail_at(u64::from(*n), *fault);
                }
                self.fate = fate.clone();
                Ok(())
            }
        }
    }

    /// Something that leaves the records as they are, whether it succeeds or not.
    fn change(
        &mut self,
        what: &str,
        run: impl FnOnce(&mut World) -> Result<(), LogError>,
    ) -> Result<(), Wrong> {
        let fired = self.disk.fired();
        match run(self) {
            Ok(()) => Ok(()),
            Err(error) => self.failed(fired, &format!("{what}: {error}")),
        }
    }

    fn sync(&mut self) -> Result<(), Wrong> {
        let fired = self.disk.fired();
        let synced = self.log.sync(&mut self.disk);
        self.sync_failed = synced.is_err() && !self.disk.is_off();
        match synced {
            Ok(()) if self.log.synced_end_offset() != self.log.log_end_offset() => {
                Err("a sync that succeeded left something out".to_owned())
            }
            Ok(()) => {
                if self.disk.fired() > fired && self.log.checkpoint_failure().is_some() {
                    self.situations
                        .saw("a checkpoint that failed at a sync that did not");
                }
                Ok(())
            }
            Err(error) => self.failed(fired, &error),
        }
    }

    /// Closed in good order if nothing goes wrong, and opened again.
    fn reopen(&mut self) -> Result<(), Wrong> {
        let fired = self.disk.fired();
        match self.log.clone().close(&mut self.disk) {
            Ok(()) => {
                self.acknowledged = self.log.log_end_offset();
                self.kill()
            }
            // The log is gone, and with it what it would have said.
            Err(error) => {
                self.failed(fired, &error)?;
                self.power_cut()
            }
        }
    }

    /// A fetch gives what the scan gives there, as much as was asked for.
    fn read(&mut self, from: u8, below_stable: bool, max_bytes: usize) -> Result<(), Wrong> {
        let (start, end) = (self.log.log_start_offset(), self.log.log_end_offset());
        let from = start + (end - start) * i64::from(from) / 255;
        let below = if below_stable {
            self.log.last_stable_offset()
        } else {
            end
        };
        let fired = self.disk.fired();
        let read = match self.log.read(&self.disk, from, below, max_bytes) {
            Ok(read) => read,
            Err(error) => return self.read_failed(&error, fired),
        };
        let all = self.log.read(self.disk.inner(), start, end, usize::MAX);
        let all = all.map_err(|error| error.to_string())?;
        let mut bytes = 0;
        let wanted = all
            .iter()
            .filter(|batch| batch.header().last_offset() >= from)
            .take_while(|batch| batch.header().last_offset() < below)
            .take_while(|batch| {
                let first = bytes == 0;
                bytes += batch.bytes().len();
                first || bytes <= max_bytes
            });
        match wanted.eq(read.iter()) {
            true => Ok(()),
            false => Err(format!(
                "a fetch at {from} below {below} of {max_bytes} bytes gives {} batches, not those of the scan",
                read.len()
            )),
        }
    }

    fn read_failed(&mut self, error: &ReadError, fired: u64) -> Result<(), Wrong> {
        self.situations.saw(match error {
            ReadError::ShortRead { .. } => "a short read noticed",
            _ => "a read failed",
        });
        self.failed(fired, error)
    }

    fn since(&mut self, timestamp_ms: i64) -> Result<(), Wrong> {
        let fired = self.disk.fired();
        let description = match self.log.offset_for_time(&self.disk, timestamp_ms) {
            Ok(description) => description,
            Err(error) => return self.read_failed(&error, fired),
        };
        let found = self.found(&self.log, self.disk.inner())?;
        let is_there = |offset| {
            let mut records = found.batches().iter().flat_map(|batch| &batch.records);
            records.any(|record| record.offset == offset)
        };
        let first = self.model.first_since(timestamp_ms, is_there);
        let wanted = first.filter(|(offset, _)| *offset < self.log.synced_end_offset());
        match description == wanted {
            true => Ok(()),
            false => Err(format!(
                "since {timestamp_ms} ms there is {wanted:?}, not {description:?}"
            )),
        }
    }

    fn delete(&mut self, part: u8) -> Result<(), Wrong> {
        let (start, synced) = (self.log.log_start_offset(), self.log.synced_end_offset());
        let before = start + (synced - start) * i64::from(part) / 255;
        let too_far = self.log.delete_records(&mut self.disk, synced + 1);
        if !matches!(too_far, Err(LogError::DeleteOutOfRange { .. })) {
            return Err(format!("deletion above what is synced: {too_far:?}"));
        }
        let fired = self.disk.fired();
        let segments = self.log.segments().count();
        self.start_greatest = self.start_greatest.max(before);
        match self.log.delete_records(&mut self.disk, before) {
            Ok(description) => {
                if description != before.max(start) {
                    return Err(format!(
                        "deleted up to {description}, and {before} was asked for"
                    ));
                }
                self.model.synced = self.log.synced_end_offset();
                self.model.delete_records(before);
                self.started_at(description);
                if description > start {
                    self.situations.saw("records deleted");
                }
                if self.log.segments().count() < segments {
                    self.situations.saw("a segment removed");
                }
                Ok(())
            }
            Err(error) => {
                self.model.start = self.log.log_start_offset();
                self.failed(fired, &error)
            }
        }
    }

    fn started_at(&mut self, start: i64) {
        self.model.start = start;
        (self.start_least, self.start_greatest) = (start, start);
    }

    /// Nothing goes that retention keeps; what else goes is for the log to say.
    fn retention(&mut self) -> Result<(), Wrong> {
        let start = self.log.log_start_offset();
        let bytes: u64 = self.log.segments().map(|segment| segment.bytes()).sum();
        self.start_greatest = self.log.synced_end_offset();
        let fired = self.disk.fired();
        let description = match self.log.apply_retention(&mut self.disk, self.now_ms) {
            Ok(description) => description,
            Err(error) => {
                self.model.start = self.log.log_start_offset();
                return self.failed(fired, &error);
            }
        };
        let deleted = self
            .model
            .records()
            .filter(|r| r.offset >= start && r.offset < description);
        let newest = deleted.map(|record| record.timestamp_ms).max();
        let young = newest.is_some_and(|newest| self.now_ms - newest <= RETENTION_MS);
        let left: u64 = self.log.segments().map(|segment| segment.bytes()).sum();
        if description > start && (self.setup.compact || (young && left < RETENTION_BYTES)) {
            return Err(format!(
                "retention deleted up to {description}, of {bytes} bytes {left} are left"
            ));
        }
        if description > start {
            self.situations.saw("records deleted by retention");
        }
        self.started_at(description);
        Ok(())
    }

    fn clean(&mut self) -> Result<(), Wrong> {
        let active = self
            .log
            .segments()
            .next_back()
            .map_or(0, |last| last.base_offset());
        let (log, disk) = (self.log.clone(), self.disk.inner().clone());
        // What it would do, should it not come to its end.
        let (mut rehearsed, mut after) = (log.clone(), disk.clone());
        let rehearsal = rehearsed.clean(&mut after, self.now_ms);
        let rehearsal = rehearsal.map_err(|error| format!("compaction: {error}"))?;
        let (fired, at_ms) = (self.disk.fired(), self.now_ms);
        let report = match self.log.clean(&mut self.disk, self.now_ms) {
            Ok(report) => report,
            Err(error) => {
                let (below, finished) = (rehearsal.end_offset, false);
                self.cleaned.push(Cleaned {
                    below,
                    at_ms,
                    finished,
                });
                self.unfinished_pass = true;
                let old = self.found(&log, &disk)?.batches().to_vec();
                let new = self.found(&rehearsed, &after)?.batches().to_vec();
                self.cut_pass = Some([old, new]);
                return self.pass_failed(&error, fired);
            }
        };
        if report.end_offset > report.first_dirty_offset {
            let (before, synced) = (self.found(&log, &disk)?, log.synced_end_offset());
            storage::only_settled_is_cleaned(&before, synced, active, report.end_offset)
                .map_err(description)?;
        }
        if self.setup.compact {
            let below = report.end_offset;
            self.cleaned.push(Cleaned {
                below,
                at_ms,
                finished: true,
            });
        }
        let happened = [
            (report.dropped.superseded > 0, "a pass that removed records"),
            (!report.is_complete(), "a pass of part of the keys"),
            (
                report.first_dirty_offset > 0
                    && self.setup.offset_map_bytes < 1000
                    && report.keys > 0,
                "a second pass after one of part of the keys",
            ),
            (
                report.dropped.tombstones > 0,
                "a tombstone removed after its horizon",
            ),
            (report.dropped.aborted > 0, "aborted data cleaned"),
            (report.dropped.markers > 0, "a marker removed"),
            (
                report.replaced_segments > report.new_segments,
                "segments merged",
            ),
        ];
        for (_, what) in happened.iter().filter(|(happened, _)| *happened) {
            self.situations.saw(what);
        }
        Ok(())
    }

    fn pass_failed(&mut self, error: &LogError, fired: u64) -> Result<(), Wrong> {
        let off = matches!(error, LogError::Disk(DiskError::PowerCut));
        match self.log.stopped() {
            _ if off => {}
            Some(_) => self
                .situations
                .saw("a pass that failed and stopped the log"),
            None => self
                .situations
                .saw("a pass that failed and left the log running"),
        }
        self.failed(fired, error)
    }
}
