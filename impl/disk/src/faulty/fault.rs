//! The faults by name, and which operation each of them is for.

use crate::DiskError;

/// One thing that goes wrong, once. See the fault model at the head of the crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// EIO on a read.
    ReadIo,
    /// A read that answers with a part of what is there, and no error.
    ReadShort,
    /// EIO on a write, after a part of its bytes arrived.
    WriteIo,
    /// ENOSPC on a write, after a part of its bytes arrived.
    WriteNoSpace,
    /// A write that stops in the middle and says so, without a reason of the device.
    WriteShort,
    /// A write that is answered with success, with one bit of it flipped.
    WriteFlipped,
    /// A write that is answered with success, whose bytes lie somewhere else in the file: as many bytes further to the
    /// front as it is long, or nowhere if there is not that much room. Where they belong lies what was there before,
    /// zeros if nothing was.
    WriteMisdirected,
    /// EIO on a truncation, which has no effect.
    TruncateIo,
    /// EIO on the sync of a file or a directory. Nothing unsynced of it becomes durable by any later sync.
    SyncIo,
    /// EIO on a name that is to be created, removed or changed; it stays as it was.
    NameIo,
    /// ENOSPC on a name that is to be created or changed; it stays as it was.
    NameNoSpace,
    /// The power goes before an operation that would change something: it has no effect, and it and everything after
    /// it, reads included, fails with [`DiskError::PowerCut`].
    PowerCut,
}

/// The kinds of operation that are counted, each on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Read,
    Write,
    Truncate,
    Sync,
    /// A name created, removed or changed.
    Name,
    /// Any of the above but a read. A power cut at a read leaves what a cut at the next change leaves.
    Change,
}

impl Kind {
    pub(super) const COUNT: usize = 6;
}

impl Fault {
    pub(super) fn kind(self) -> Kind {
        match self {
            Fault::ReadIo | Fault::ReadShort => Kind::Read,
            Fault::WriteIo
            | Fault::WriteNoSpace
            | Fault::WriteShort
            | Fault::WriteFlipped
            | Fault::WriteMisdirected => Kind::Write,
            Fault::TruncateIo => Kind::Truncate,
            Fault::SyncIo => Kind::Sync,
            Fault::NameIo | Fault::NameNoSpace => Kind::Name,
            Fault::PowerCut => Kind::Change,
        }
    }

    /// What the operation answers with, if it is one that is answered with an error.
    pub(super) fn error(self, path: &str) -> DiskError {
        let path = path.to_owned();
        let reason = match self {
            Fault::WriteNoSpace | Fault::NameNoSpace => return DiskError::NoSpace { path },
            Fault::PowerCut => return DiskError::PowerCut,
            Fault::WriteShort => "failed to write whole buffer",
            _ => "input/output error",
        };
        DiskError::Io {
            path,
            reason: reason.to_owned(),
        }
    }
}
