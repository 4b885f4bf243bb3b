//! Output that nobody reads, or that nobody can write.

use std::io::{self, Error, ErrorKind, Write};

use plimsoll_cli::{Exit, Streams};

use crate::history;

/// Takes so many bytes and then fails.
struct Closing {
    room: usize,
    error: ErrorKind,
}

impl Write for Closing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.room == 0 {
            return Err(Error::from(self.error));
        }
        let taken = bytes.len().min(self.room);
        self.room -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn call(args: &[&str], room: usize, error: ErrorKind) -> (Exit, String) {
    let mut err = Vec::new();
    let streams = Streams {
        stdin: &mut io::empty(),
        stdout: &mut Closing { room, error },
        stderr: &mut err,
        terminal: false,
    };
    let args = std::iter::once("plimsoll").chain(args.iter().copied());
    let exit = plimsoll_cli::run(args.map(Into::into), streams);
    (exit, String::from_utf8(err).expect("UTF-8"))
}

#[test]
fn a_closed_pipe_ends_quietly_and_keeps_the_verdict() {
    let steady = history("steady");
    let retried = history("older-commit-retried");
    let calls: [(&[&str], Exit); 6] = [
        (&["--help"], Exit::Kept),
        (&["mutants"], Exit::Kept),
        (&["check", "--mutant", "L-ack"], Exit::Broken),
        (&["check", "--max-states", "100"], Exit::Unknown),
        (&["judge", &steady], Exit::Kept),
        (&["judge", &steady, &retried], Exit::Broken),
    ];
    for (args, exit) in calls {
        for room in [0, 10] {
            assert_eq!(
                call(args, room, ErrorKind::BrokenPipe),
                (exit, String::new()),
                "{args:?}"
            );
        }
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let (exit, err) = call(&["mutants"], 10, ErrorKind::StorageFull);
    assert_eq!(exit, Exit::CannotWrite);
    assert!(err.contains("standard output cannot be written"), "{err}");
}

#[test]
fn a_file_that_cannot_be_written_is_an_error() {
    let nowhere = "/nonexistent/trace.json";
    let (exit, err) = call(
        &["check", "--mutant", "L-ack", "--out", nowhere],
        0,
        ErrorKind::BrokenPipe,
    );
    assert_eq!(exit, Exit::CannotWrite);
    assert!(err.contains(nowhere), "{err}");
}
