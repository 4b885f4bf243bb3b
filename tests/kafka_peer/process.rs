//! A program that is asked by one line of JSON and answers by one. No wait is without a limit, and whatever it does wrong
//! has a name.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// The program, until it is dropped.
pub(crate) struct Process {
    child: Child,
    input: ChildStdin,
    lines: Receiver<std::io::Result<String>>,
    limit: Duration,
}

impl Process {
    /// Starts it. Each of its answers may take as long as `limit`.
    pub(crate) fn start(mut command: Command, limit: Duration) -> Result<Process, String> {
        let cannot = |what: &dyn std::fmt::Display| format!("the peer does not start: {what}");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| cannot(&error))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(cannot(&"no pipes"));
        };
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Process {
            child,
            input,
            lines,
            limit,
        })
    }

    /// Its answer to one line.
    pub(crate) fn ask(&mut self, command: &Value) -> Result<Value, String> {
        // One that is gone cannot be written to; why it is gone, the missing answer says.
        let written = writeln!(self.input, "{command}").and_then(|()| self.input.flush());
        let line = match self.lines.recv_timeout(self.limit) {
            Ok(Ok(line)) => line,
            Ok(Err(error)) => return Err(format!("the peer's answer cannot be read: {error}")),
            Err(RecvTimeoutError::Timeout) => {
                return Err(format!(
                    "the peer hangs: no answer within {:?} to {command}",
                    self.limit
                ));
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(format!("the peer died ({written:?}) at {command}"));
            }
        };
        let answer: Value = serde_json::from_str(&line)
            .map_err(|error| format!("the peer prints rubbish ({error}): {line:?}"))?;
        match answer.get("failure") {
            Some(failure) => Err(format!("the peer failed: {failure} at {command}")),
            None => Ok(answer),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // If it is gone already, that is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
