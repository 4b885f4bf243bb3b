//! What the exit code says.

use std::process::ExitCode;

/// An exit code; a public interface. From 64 on they follow `sysexits.h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything that was asked is kept (valid).
    Kept = 0,
    /// A promise is broken (invalid), a counterexample was shown, or a check met too little to be believed.
    Broken = 1,
    /// Nothing is broken in what was seen, but not everything was seen.
    Unknown = 2,
    /// The command line is wrong.
    Usage = 64,
    /// A history or trace is malformed.
    BadData = 65,
    /// A file cannot be read.
    NoInput = 66,
    /// A result cannot be written.
    CannotWrite = 74,
}

/// The table of `--help`.
pub const HELP: &str = "\
Exit codes:
   0  kept: every promise holds, within the bounds that are printed, or in the history
   1  broken: a promise is broken, or a check never met what it has to meet
   2  unknown: nothing is broken in what was seen, but not everything was seen
  64  the command line is wrong
  65  a history or trace is malformed
  66  a file cannot be read
  74  a result cannot be written
Of several files: 1 before 65 and 66, these before 2, and 2 before 0.";

/// The table of `offsets --help`, where nothing can be broken.
pub const OFFSETS_HELP: &str = "\
Exit codes:
   0  shown
   2  there is nothing to show: the topic is empty, or nothing is known of the group
  64  the command line is wrong
  65  a file is damaged, a record is malformed, or these are not offsets; what else could be read is shown
  66  a file cannot be read, or there is none; what else could be read is shown
  74  a result cannot be written";

/// The table of `log --help`.
pub const LOG_HELP: &str = "\
Exit codes:
   0  shown, and sound: at most the last batch is unfinished, as a crash leaves it
   2  there is nothing to show: no partition holds a batch
  64  the command line is wrong
  65  something is damaged; what else could be read is shown
  66  a file cannot be read, or there is none; what else could be read is shown
  74  a result cannot be written";

impl Exit {
    /// Of two results the one that counts.
    pub fn worse(self, other: Exit) -> Exit {
        let weight = |exit: Exit| match exit {
            Exit::Kept => 0,
            Exit::Unknown => 1,
            Exit::NoInput => 2,
            Exit::BadData => 3,
            Exit::Broken => 4,
            Exit::CannotWrite => 5,
            Exit::Usage => 6,
        };
        if weight(other) > weight(self) {
            other
        } else {
            self
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_before_unreadable_before_unknown_before_valid() {
        let order = [
            Exit::Kept,
            Exit::Unknown,
            Exit::NoInput,
            Exit::BadData,
            Exit::Broken,
        ];
        for pair in order.windows(2) {
            assert_eq!(pair[0].worse(pair[1]), pair[1]);
            assert_eq!(pair[1].worse(pair[0]), pair[1]);
        }
    }

    #[test]
    fn help_names_every_code() {
        let all = [
            Exit::Kept,
            Exit::Broken,
            Exit::Unknown,
            Exit::Usage,
            Exit::BadData,
            Exit::NoInput,
            Exit::CannotWrite,
        ];
        assert!(
            all.iter()
                .all(|exit| HELP.contains(&format!("{:>4}  ", *exit as u8)))
        );
    }
}
