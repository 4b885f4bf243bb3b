//! What a device does behind the file system's back.

use crate::{Disk, DiskError};

/// A disk whose medium can be made to fail without the file system's notice: what [`Faulty`](crate::Faulty) needs for
/// the faults that no operation reports.
pub trait Medium: Disk {
    /// What the kernel makes of a failed sync: the file or directory counts as synced although it is not, so that a
    /// later sync makes only durable what is changed from now on. Real files do not change: the kernel cannot be asked
    /// to lose them.
    fn forsake(&mut self, path: &str) -> Result<(), DiskError>;

    /// Flips the bits of `mask` in the byte at `position`, whatever was or will be synced.
    /// [`DiskError::BeyondEnd`] if the file has no such byte.
    fn flip(&mut self, path: &str, position: u64, mask: u8) -> Result<(), DiskError>;
}
