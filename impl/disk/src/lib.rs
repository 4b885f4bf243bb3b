//! Storage behind a small trait: real files with fsync, and a simulated disk that knows written from synced.
//!
//! # The fault model
//!
//! A file's bytes live twice: as *written*, which every reader sees at once, and as *synced*, which survives a power
//! cut. A write reaches the second place only when [`Disk::sync`] on its file returns without an error; a file's
//! **name** reaches it only when [`Disk::sync_dir`] on its directory does. Syncing a file says nothing about its name.
//!
//! | Fault | What the disk may do | How it is provoked |
//! |---|---|---|
//! | power cut | lose any suffix of a file's unsynced changes, in order; tear the first lost write in the middle; keep or lose every unsynced name, each on its own | [`SimDisk::crash_at`], [`SimDisk::survivors`] |
//! | EIO, ENOSPC on a write | report an error after *some* of the bytes were written | [`SimDisk::fail_at`] |
//! | EIO on a truncation | report an error, the length is unchanged | [`SimDisk::fail_at`] |
//! | EIO on a sync | report an error **once**; what was written may or may not be on the disk, and a second sync would lie | [`SimDisk::fail_at`] |
//!
//! The last row is why a failed sync is fail-stop: kernels mark the pages clean after reporting the error, so that the
//! next `fsync` succeeds without having written anything. A file whose sync failed therefore refuses every further
//! operation with [`DiskError::Poisoned`] until the disk is opened anew, in both implementations.
//!
//! Not modelled: reordering among one file's unsynced writes (what lives here is append-only, and a log that recovers a
//! prefix cannot tell a hole from a tear), bit flips, and reads that fail.

mod error;
mod path;
mod real;
mod sim;

pub use error::DiskError;
pub use real::RealDisk;
pub use sim::{Fault, Image, SimDisk};

/// What the log needs of a disk: files in directories, by relative path such as `orders-0/00000000000000000000.log`.
///
/// Paths use `/`; the empty path is the root directory. Files are named rather than opened, so that an owner of a
/// cloneable disk is cloneable itself. Every operation fails with [`DiskError`]; none panics.
pub trait Disk {
    /// Makes a directory under an existing one; [`DiskError::AlreadyExists`] if the name is taken.
    /// The name is durable only after [`Disk::sync_dir`] on the parent.
    fn create_dir(&mut self, path: &str) -> Result<(), DiskError>;

    /// Makes an empty file in an existing directory; [`DiskError::AlreadyExists`] if the name is taken.
    /// The name is durable only after [`Disk::sync_dir`] on the directory.
    fn create(&mut self, path: &str) -> Result<(), DiskError>;

    /// Writes all of `bytes` at byte `position`, which is at most the file's length.
    /// After an error any prefix of `bytes` may have been written.
    fn write_at(&mut self, path: &str, position: u64, bytes: &[u8]) -> Result<(), DiskError>;

    /// Cuts the file to `length` bytes; `length` is at most the file's length.
    fn truncate(&mut self, path: &str, length: u64) -> Result<(), DiskError>;

    /// Makes the file's bytes and length durable. An error is final: see the fault model.
    fn sync(&mut self, path: &str) -> Result<(), DiskError>;

    /// Makes the directory's names durable, those that came and those that went.
    fn sync_dir(&mut self, path: &str) -> Result<(), DiskError>;

    /// Removes a file; durable only after [`Disk::sync_dir`] on its directory.
    fn remove(&mut self, path: &str) -> Result<(), DiskError>;

    /// Gives the file `from` the name `to` in the same directory, in one step: whoever looks sees either the old file
    /// under `to` (or none) or this one, never a mixture. A file that was called `to` is gone. Durable only after
    /// [`Disk::sync_dir`] on the directory. [`DiskError::BadPath`] if the directories differ or one is a directory.
    fn rename(&mut self, from: &str, to: &str) -> Result<(), DiskError>;

    /// Reads up to `length` bytes at byte `position`: fewer only where the file ends.
    fn read_at(&self, path: &str, position: u64, length: usize) -> Result<Vec<u8>, DiskError>;

    /// The file's length in bytes; [`DiskError::NotFound`] if there is no such file.
    fn len(&self, path: &str) -> Result<u64, DiskError>;

    /// The names in a directory, sorted; [`DiskError::NotFound`] if there is no such directory.
    fn list(&self, path: &str) -> Result<Vec<String>, DiskError>;
}
