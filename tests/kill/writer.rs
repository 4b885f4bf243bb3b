//! The process that is killed: it appends to two logs on real files, and says on stdout what is acknowledged.
//!
//! `log-writer DIRECTORY LIFE MODE`: `LIFE` is a number that no other life of this directory had, its values begin with
//! it. `MODE` is `after-sync`; or one of two mistakes that must be found, `before-append`, which acknowledges what it is
//! about to write, and `anew`, which sends again without the sequence that the batch had; or `before-sync`, which
//! acknowledges between append and sync and is not found by a kill: what was written is in the kernel's memory, which
//! survives the process. A power cut finds that one, on the simulated disk.
//!
//! Lines: `opening`; `opened LOG SCANNED TRUNCATED SWAPS`, with the bytes read and cut and the number of swaps that were
//! finished; `ack LOG OFFSET VALUE`; `deleting BEFORE` before and not after records of the partition are deleted;
//! `cleaned SEGMENTS`.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use plimsoll_disk::RealDisk;
use plimsoll_log::{Log, NewBatch, NewRecord, Record, sequence_after};
use plimsoll_tests::kill::{COMPACTED, NOW_MS, PARTITION, Random, batch, config};

type Failed = Box<dyn Error>;

struct Writer {
    disk: RealDisk,
    logs: Vec<Log>,
    random: Random,
    next_value: u64,
    mode: Mode,
}

/// See the head of the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    AfterSync,
    BeforeSync,
    BeforeAppend,
    Anew,
}

impl Mode {
    fn named(name: &str) -> Option<Mode> {
        Some(match name {
            "after-sync" => Mode::AfterSync,
            "before-sync" => Mode::BeforeSync,
            "before-append" => Mode::BeforeAppend,
            "anew" => Mode::Anew,
            _ => return None,
        })
    }
}

/// One write for all lines: a pipe takes a few at once or none.
fn say(lines: &str) -> Result<(), Failed> {
    let mut out = std::io::stdout().lock();
    out.write_all(lines.as_bytes())?;
    Ok(out.flush()?)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [root, life, mode] = &arguments[..] else {
        return usage();
    };
    let Some(mode) = Mode::named(mode) else {
        return usage();
    };
    match run(root, life, mode) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: log-writer DIRECTORY LIFE after-sync|before-sync|before-append|anew");
    ExitCode::from(64)
}

fn run(root: &str, life: &str, mode: Mode) -> Result<(), Failed> {
    let life: u64 = life.parse()?;
    let mut disk = RealDisk::open(root)?;
    say("opening\n")?;
    let mut logs = Vec::new();
    for directory in [PARTITION, COMPACTED] {
        let (log, report) = Log::open(&mut disk, directory, config(directory), NOW_MS)?;
        let (scanned, cut) = (report.scanned_bytes, report.truncated_bytes);
        let swaps = report.finished_swaps.len();
        say(&format!("opened {directory} {scanned} {cut} {swaps}\n"))?;
        logs.push(log);
    }
    let mut writer = Writer {
        disk,
        logs,
        random: Random(life),
        next_value: life << 32,
        mode,
    };
    // Long after any kill; so that a writer that nobody kills ends.
    for _ in 0..100_000 {
        writer.step()?;
    }
    Ok(())
}

impl Writer {
    fn step(&mut self) -> Result<(), Failed> {
        let which = self.random.below(2) as usize;
        match self.random.below(48) {
            0 => self.logs[which].checkpoint(&mut self.disk)?,
            1 => self.logs[which].roll(&mut self.disk)?,
            2 => self.delete()?,
            3..6 => {
                let cleaned = self.logs[1].clean(&mut self.disk, NOW_MS)?;
                say(&format!("cleaned {cleaned:?}\n"))?;
            }
            6..9 => self.send_again(which)?,
            _ => self.append(which)?,
        }
        Ok(())
    }

    /// A few batches and one sync, as when several producers wait for the same one.
    fn append(&mut self, which: usize) -> Result<(), Failed> {
        let log = &mut self.logs[which];
        let known = log.producers().find(|(id, _)| *id == 1);
        let last = known.and_then(|(_, state)| state.batches.last());
        let mut sequence = last.map_or(0, |batch| sequence_after(batch.last_sequence, 1));
        let (mut offset, mut lines, mut batches) = (log.log_end_offset(), String::new(), vec![]);
        // A wider gap between acknowledgement and append for the mistake that has one.
        let most = if self.mode == Mode::BeforeAppend {
            64
        } else {
            4
        };
        for _ in 0..=self.random.below(most) {
            let first = self.next_value;
            self.next_value += 1 + self.random.below(5);
            let values: Vec<u64> = (first..self.next_value).collect();
            for value in &values {
                lines += &format!("ack {} {offset} {value}\n", log.directory());
                offset += 1;
            }
            batches.push(batch(&values, sequence).build()?);
            sequence = sequence_after(sequence, values.len() as i32);
        }
        if self.mode == Mode::BeforeAppend {
            say(&lines)?;
        }
        for batch in &batches {
            log.append(&mut self.disk, batch, 0, NOW_MS)?;
        }
        if log.log_end_offset() != offset {
            return Err("a batch went elsewhere than to the end".into());
        }
        if self.mode == Mode::BeforeSync {
            say(&lines)?;
        }
        log.sync(&mut self.disk)?;
        match self.mode {
            Mode::AfterSync | Mode::Anew => say(&lines),
            Mode::BeforeSync | Mode::BeforeAppend => Ok(()),
        }
    }

    /// A producer that did not hear the answer, perhaps because the broker was killed, sends its last batch again.
    fn send_again(&mut self, which: usize) -> Result<(), Failed> {
        let log = &mut self.logs[which];
        let last = log
            .last_batch_offset()
            .filter(|at| *at >= log.log_start_offset());
        let Some(at) = last else { return Ok(()) };
        let end = log.log_end_offset();
        let batches = log.read(&self.disk, at, end, usize::MAX)?;
        let batch = batches.last().ok_or("the last batch cannot be read")?;
        if self.mode == Mode::Anew {
            let records = batch.records()?.into_iter().map(as_new).collect();
            let anew = NewBatch {
                records,
                ..NewBatch::default()
            };
            log.append(&mut self.disk, &anew.build()?, 0, NOW_MS)?;
            return Ok(());
        }
        let again = log.append(&mut self.disk, batch, 0, NOW_MS)?;
        match again.duplicate && (again.base_offset, again.end_offset) == (at, end) {
            true => Ok(()),
            false => Err(format!("sent again, the batch at {at} became {again:?}").into()),
        }
    }

    fn delete(&mut self) -> Result<(), Failed> {
        let log = &mut self.logs[0];
        let (start, end) = (log.log_start_offset(), log.synced_end_offset());
        let before = start + self.random.below((end - start) as u64 + 1) as i64;
        say(&format!("deleting {before}\n"))?;
        log.delete_records(&mut self.disk, before)?;
        Ok(())
    }
}

fn as_new(record: Record) -> NewRecord {
    NewRecord {
        timestamp_ms: Some(record.timestamp_ms),
        key: record.key,
        value: record.value,
        headers: record.headers,
    }
}
