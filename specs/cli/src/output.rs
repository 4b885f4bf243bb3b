//! Where results go. A reader that has seen enough ends nothing but the output: the verdict stays the exit code.

use std::{
    fs,
    io::{ErrorKind, Read, Write},
    path::Path,
};

use crate::Exit;

/// The streams of the process, or of a test.
pub struct Streams<'a> {
    /// Where `-` reads from.
    pub stdin: &'a mut dyn Read,
    /// Where results go.
    pub stdout: &'a mut dyn Write,
    /// Where errors and progress go.
    pub stderr: &'a mut dyn Write,
    /// Whether progress may be drawn on standard error.
    pub terminal: bool,
}

/// The streams, and what became of them.
pub(crate) struct Output<'a> {
    streams: Streams<'a>,
    closed: bool,
    failed: bool,
}

impl<'a> Output<'a> {
    pub(crate) fn new(streams: Streams<'a>) -> Self {
        Self {
            streams,
            closed: false,
            failed: false,
        }
    }

    /// Writes a result.
    pub(crate) fn say(&mut self, text: &str) {
        if self.closed {
            return;
        }
        let written = self
            .streams
            .stdout
            .write_all(text.as_bytes())
            .and_then(|()| self.streams.stdout.flush());
        if let Err(error) = written {
            self.closed = true;
            if error.kind() != ErrorKind::BrokenPipe {
                self.failed = true;
                self.complain(&format!(
                    "error: standard output cannot be written: {error}\n"
                ));
            }
        }
    }

    /// Writes an error. If that fails too, nobody is there to be told.
    pub(crate) fn complain(&mut self, text: &str) {
        let _ = self.streams.stderr.write_all(text.as_bytes());
    }

    /// Writes a file; its failure is an error of its own.
    pub(crate) fn save(&mut self, path: &Path, text: &str) -> bool {
        let written = fs::write(path, text);
        if let Err(error) = &written {
            self.failed = true;
            let file = path.display();
            self.complain(&format!(
                "error: {file}: cannot be written: {error}; name another file\n"
            ));
        }
        written.is_ok()
    }

    /// Whether nobody reads any more.
    pub(crate) fn closed(&self) -> bool {
        self.closed
    }

    /// Whether progress may be drawn.
    pub(crate) fn terminal(&self) -> bool {
        self.streams.terminal
    }

    /// Standard input.
    pub(crate) fn stdin(&mut self) -> &mut dyn Read {
        self.streams.stdin
    }

    /// The exit code, in view of what could not be written.
    pub(crate) fn end(self, exit: Exit) -> Exit {
        if self.failed {
            exit.worse(Exit::CannotWrite)
        } else {
            exit
        }
    }
}
