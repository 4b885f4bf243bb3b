//! What a crash may leave at the end of a log, and what marks a directory.

use serde::Serialize;

use crate::text::counted;

/// The end of a log behind which no whole batch follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tail {
    /// The beginning of a batch.
    Torn,
    /// Zeros, or a batch that begins with them.
    Zeros,
    /// A batch whose checksum is wrong.
    Checksum,
}

impl Tail {
    /// What stands in the last `bytes` bytes: `the last 3 bytes are …`.
    pub fn description(self, bytes: u64) -> String {
        let (last, are, begin) = match bytes {
            1 => ("the last byte".to_owned(), "is", "begins"),
            _ => (
                format!("the last {}", counted(bytes, "byte")),
                "are",
                "begin",
            ),
        };
        match self {
            Tail::Zeros => {
                format!("{last} {begin} with zeros, as a crash leaves what was not written")
            }
            Tail::Torn => {
                format!(
                    "{last} {are} the beginning of a batch, as a write leaves that was not finished"
                )
            }
            Tail::Checksum => format!(
                "{last} {begin} with a batch whose checksum is wrong, as a write leaves that was not finished"
            ),
        }
    }
}

/// What the ending of a directory's name says about a partition of Kafka's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// `-delete`
    Delete,
    /// `-future`
    Future,
    /// `-stray`
    Stray,
}

impl Mark {
    /// How the directory's name ends.
    pub fn suffix(self) -> &'static str {
        match self {
            Mark::Delete => "-delete",
            Mark::Future => "-future",
            Mark::Stray => "-stray",
        }
    }

    /// What Kafka means by it (`LogManager.asyncDelete`, `getOrCreateLog`, `addStrayLog`).
    pub fn description(self) -> &'static str {
        match self {
            Mark::Delete => "-delete: the partition was deleted, and its files are about to go",
            Mark::Future => {
                "-future: a copy that is being moved here from another data directory, and that nobody is served from yet"
            }
            Mark::Stray => {
                "-stray: the broker found at its start that the partition is not assigned to it"
            }
        }
    }
}
