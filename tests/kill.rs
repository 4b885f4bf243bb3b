//! The log on real files under `kill -9`: nothing acknowledged is lost, nothing is there twice.
//!
//! A writer in a process of its own is killed again and again, at a moment between 1 and 40 ms after its start, and goes
//! on with the same directory. In between, or after several kills in a row, the directory is opened here and held
//! against everything that was ever acknowledged. `PLIMSOLL_KILLS` sets the number of kills, 200 without it.
//!
//! A kill loses nothing of what the kernel holds: this is about the order of the process's own doings, about names that
//! come and go, and about recovery. What a power cut loses is for the simulated disk.

#[path = "kill/description.rs"]
mod description;

use std::error::Error;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use description::{Description, Found};
use plimsoll_disk::RealDisk;
use plimsoll_log::Log;
use plimsoll_tests::kill::{COMPACTED, NOW_MS, PARTITION, Random, config};

/// A child that is being started has for a moment everything open that this process has, also the lock of a directory.
static STARTING: Mutex<()> = Mutex::new(());

/// Starts a writer; its life has this number.
fn writer(root: &Path, life: u64, mode: &str) -> Child {
    let _alone = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    Command::new(env!("CARGO_BIN_EXE_log-writer"))
        .arg(root)
        .arg(life.to_string())
        .arg(mode)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the writer starts")
}

/// Lets a writer live for so long. Gives the whole lines that it said.
fn lives(mut writer: Child, microseconds: u64) -> Vec<String> {
    let mut out = BufReader::new(writer.stdout.take().expect("it was piped"));
    // Read all the while: a full pipe would stop the writer.
    let reader = thread::spawn(move || {
        let (mut lines, mut line) = (Vec::new(), String::new());
        while out.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            // A line without its end may lack more than that.
            lines.extend(line.strip_suffix('\n').map(str::to_owned));
            line.clear();
        }
        lines
    });
    thread::sleep(Duration::from_micros(microseconds));
    writer.kill().expect("a process can be killed once more");
    let status = writer.wait().expect("and waited for");
    let mut said = String::new();
    let mut err = writer.stderr.take().expect("it was piped");
    err.read_to_string(&mut said).expect("text");
    assert!(
        status.code().is_none(),
        "the writer ended by itself: {status}, {said}"
    );
    reader.join().expect("reading does not panic")
}

/// Opens both logs, recovers them, and reads them to the end.
fn found(root: &Path) -> Result<Vec<Found>, Box<dyn Error>> {
    let _alone = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut disk = RealDisk::open(root)?;
    let mut both = Vec::new();
    for directory in [PARTITION, COMPACTED] {
        let (log, _) = Log::open(&mut disk, directory, config(directory), NOW_MS)?;
        let (start, end) = (log.log_start_offset(), log.log_end_offset());
        let mut records = Vec::new();
        for batch in log.read(&disk, start, end, usize::MAX)? {
            records.extend(batch.records()?);
        }
        records.retain(|record| record.offset >= start);
        both.push(Found::new(directory, start, end, &records)?);
    }
    Ok(both)
}

struct Loop {
    description: Description,
    random: Random,
    kills: u64,
    checks: u64,
}

impl Loop {
    fn new() -> Loop {
        Loop {
            description: Description::default(),
            random: Random(1),
            kills: 0,
            checks: 0,
        }
    }

    /// One more life and its end; then what is there is held against what was told, if it is to be.
    fn kill(&mut self, root: &Path, mode: &str, check: bool) -> Result<(), String> {
        self.kills += 1;
        // Now and then a moment at which the writer is still recovering.
        let latest = if self.kills.is_multiple_of(4) {
            4_000
        } else {
            40_000
        };
        let lived = 1_000 + self.random.below(latest - 1_000);
        let lines = lives(writer(root, self.kills, mode), lived);
        self.description.take(&lines)?;
        if check {
            self.checks += 1;
            let found = found(root).map_err(|error| format!("the logs do not open: {error}"))?;
            found
                .iter()
                .try_for_each(|found| self.description.check(found))?;
        }
        Ok(())
    }
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_there_twice() {
    let kills = std::env::var("PLIMSOLL_KILLS").map_or(200, |kills| {
        kills.parse().expect("PLIMSOLL_KILLS is a number")
    });
    let directory = tempfile::tempdir().expect("a directory");
    let mut all = Loop::new();
    for kill in 1..=kills {
        let check = kill == kills || all.random.below(2) == 0;
        let done = all.kill(directory.path(), "after-sync", check);
        if let Err(wrong) = done {
            let kept = directory.keep();
            panic!(
                "after {kill} kills: {wrong}; the files are in {}",
                kept.display()
            );
        }
    }
    println!(
        "{kills} kills, {} openings checked: {}",
        all.checks, all.description
    );
    assert!(all.description.acknowledged() > 0 || kills == 0);
}

/// What a mistaken writer is found out by, after how many kills; none after 500.
fn found_out(mode: &str) -> Option<String> {
    let directory = tempfile::tempdir().expect("a directory");
    let mut all = Loop::new();
    let wrong = (0..500).find_map(|_| all.kill(directory.path(), mode, true).err());
    println!("{mode}: after {} kills {wrong:?}", all.kills);
    wrong
}

/// The check can fail.
#[test]
fn an_acknowledgement_before_the_append_is_found_out() {
    let wrong = found_out("before-append").expect("500 kills find it");
    assert!(wrong.contains("was acknowledged"), "{wrong}");
}

#[test]
fn a_batch_that_is_sent_again_without_its_sequence_is_found_out() {
    let wrong = found_out("anew").expect("500 kills find it");
    assert!(wrong.contains("is there once more"), "{wrong}");
}

/// A mistake that a kill cannot bring to light is none to this check: it does not cry at whatever looks odd.
#[test]
fn an_acknowledgement_before_the_sync_survives_a_kill() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut all = Loop::new();
    for _ in 0..40 {
        all.kill(directory.path(), "before-sync", true)
            .expect("the kernel has it");
    }
    println!("{} kills: {}", all.kills, all.description);
    assert!(all.description.acknowledged() > 0);
}

#[test]
fn a_second_writer_is_told_who_has_the_directory() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut first = writer(directory.path(), 1, "after-sync");
    let mut out = BufReader::new(first.stdout.take().expect("it was piped"));
    out.read_line(&mut String::new())
        .expect("it says that it is opening");
    let second = writer(directory.path(), 2, "after-sync");
    let pid = first.id();
    let second = second.wait_with_output().expect("it ends by itself");
    first.kill().expect("a process can be killed once");
    first.wait().expect("and waited for");
    let description = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!((second.status.code(), &*second.stdout), (Some(1), &b""[..]));
    let wanted = format!("in use by process {pid}; stop it first");
    assert!(description.contains(&wanted), "{description}");
}
