//! Why a disk operation failed.

use std::io;

/// Why a disk operation failed. A path is relative to the disk's root, but for the root itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiskError {
    /// There is no file or directory of that name.
    #[error("{path}: not found")]
    NotFound {
        /// What was asked for.
        path: String,
    },
    /// The name is taken.
    #[error("{path}: already exists")]
    AlreadyExists {
        /// What was to be created.
        path: String,
    },
    /// The path is absolute, has an empty, `.` or `..` part, or names the wrong kind of entry.
    #[error(
        "{path:?}: a directory where a file belongs or the other way round, or no path inside the root; move it away"
    )]
    BadPath {
        /// What was asked for.
        path: String,
    },
    /// The root is not a directory.
    #[error("{path}: not a directory; name a directory, or one that does not exist yet")]
    NotADirectory {
        /// The root as it was given.
        path: String,
    },
    /// EACCES, EPERM: the system does not let this process do that.
    #[error(
        "{path}: permission denied; let the user this runs as read and write the directory and all in it"
    )]
    Denied {
        /// The file or directory.
        path: String,
    },
    /// Another process works on this directory.
    #[error("{path}: in use by {}; stop it first, or open the directory read-only", owner(*pid))]
    Locked {
        /// The root as it was given.
        path: String,
        /// That process, if it has said so yet.
        pid: Option<u32>,
    },
    /// The disk was opened read-only.
    #[error("{path}: cannot {operation}, the disk was opened read-only; open it for writing")]
    ReadOnly {
        /// The file or directory.
        path: String,
        /// What was to be done.
        operation: &'static str,
    },
    /// A position or length beyond the end of the file: it would leave a hole.
    #[error("{path}: {position} is beyond the end at {length}")]
    BeyondEnd {
        /// The file.
        path: String,
        /// Byte asked for.
        position: u64,
        /// The file's length in bytes.
        length: u64,
    },
    /// ENOSPC, EDQUOT: the device is full, or the user's share of it.
    #[error("{path}: no space left on the device; free some, then try again")]
    NoSpace {
        /// The file.
        path: String,
    },
    /// Any other error of the device or the file system, EIO among them.
    #[error("{path}: {reason}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The power is off (see [`Fault::PowerCut`](crate::Fault::PowerCut)).
    #[error("power cut")]
    PowerCut,
}

fn owner(pid: Option<u32>) -> String {
    pid.map_or_else(
        || "another process".to_owned(),
        |pid| format!("process {pid}"),
    )
}

impl DiskError {
    pub(crate) fn from_io(path: &str, error: &io::Error) -> DiskError {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::NotFound => DiskError::NotFound { path },
            io::ErrorKind::AlreadyExists => DiskError::AlreadyExists { path },
            // A directory where a file belongs, or a file where a directory does.
            io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => {
                DiskError::BadPath { path }
            }
            io::ErrorKind::PermissionDenied => DiskError::Denied { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                DiskError::NoSpace { path }
            }
            _ => DiskError::Io {
                path,
                reason: error.to_string(),
            },
        }
    }
}
