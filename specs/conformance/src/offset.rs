//! What a commit commits, and how a fetch shows it once that counts.

use crate::protocol::OffsetToCommit;

use crate::Shown;

/// What a commit commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offset {
    /// Offset 5 of `t` 0.
    Plain,
    /// The same, and before it offset 4.
    Twice,
    /// Offset 1 of `t` 0: before 3, which may have been committed.
    Earlier,
    /// Offset −1 of `t` 0, which no log can have.
    Negative,
    /// Metadata of the largest length that is allowed.
    LongestMetadata,
    /// The same in letters that take two bytes each.
    LongestMetadataInBytes,
    /// The same with metadata that is too long by one.
    LongMetadata,
    /// Metadata of fewer letters than are allowed, but of more units of UTF-16.
    LongMetadataInUnits,
    /// A partition that does not exist.
    UnknownPartition,
    /// A partition that cannot exist.
    NegativePartition,
    /// A topic that does not exist.
    UnknownTopic,
    /// `t` 0 with metadata that is too long, a topic and a partition that do not exist, and offset 5 of `u` 0.
    Several,
    /// Nothing.
    Nothing,
}

/// `offset.metadata.max.bytes`, which counts units of UTF-16.
const MOST_METADATA: usize = 4_096;
/// The leader epoch of every commit.
const LEADER_EPOCH: i32 = 3;

impl Offset {
    /// The part of a request.
    pub(crate) fn to_commit(self) -> Vec<OffsetToCommit> {
        let one = |topic: &str, partition, offset| OffsetToCommit {
            topic: topic.into(),
            partition,
            offset,
            leader_epoch: LEADER_EPOCH,
            metadata: self.metadata(),
        };
        match self {
            Offset::Twice => vec![one("t", 0, 4), one("t", 0, 5)],
            Offset::Earlier => vec![one("t", 0, 1)],
            Offset::Negative => vec![one("t", 0, -1)],
            Offset::UnknownPartition => vec![one("t", 2, 5)],
            Offset::NegativePartition => vec![one("t", -1, 5)],
            Offset::UnknownTopic => vec![one("v", 0, 5)],
            Offset::Several => vec![
                one("t", 0, 5),
                one("v", 0, 5),
                one("t", 2, 5),
                OffsetToCommit {
                    metadata: "m".into(),
                    ..one("u", 0, 5)
                },
            ],
            Offset::Nothing => Vec::new(),
            _ => vec![one("t", 0, 5)],
        }
    }

    fn metadata(self) -> String {
        match self {
            Offset::LongestMetadata => "x".repeat(MOST_METADATA),
            Offset::LongestMetadataInBytes => "é".repeat(MOST_METADATA),
            Offset::LongMetadata | Offset::Several => "x".repeat(MOST_METADATA + 1),
            // Each letter takes two units.
            Offset::LongMetadataInUnits => "𝄞".repeat(MOST_METADATA / 2 + 1),
            _ => "m".into(),
        }
    }

    /// What a fetch shows of the last of them: exactly what was committed (O3).
    pub(crate) fn shown(self) -> Option<Shown> {
        let last = self.to_commit().pop()?;
        Some(Shown {
            offset: last.offset,
            leader_epoch: last.leader_epoch,
            metadata: last.metadata,
            ..Shown::nothing()
        })
    }
}
