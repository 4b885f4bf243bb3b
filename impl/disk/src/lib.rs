//! Storage behind a small trait: real files with fsync, a simulated disk that knows written from synced, and an overlay
//! in which changes stay in memory.
//!
//! # The fault model
//!
//! A file's bytes live twice: as *written*, which every reader sees at once, and as *synced*, which survives a power
//! cut. A write reaches the second place for certain only when [`Disk::sync`] on its file returns without an error; a
//! file's **name** reaches it only when [`Disk::sync_dir`] on its directory does. Syncing a file says nothing about its
//! name, nor the other way round. Until then any part of it may have arrived already, in any order: a device writes
//! sectors, each whole, when it likes; a file's length and a directory's names are written by a journal of their own.
//!
//! | Fault | What the disk may do | How it is provoked |
//! |---|---|---|
//! | power cut, a file | leave any length that the file had since it was synced (when it grew: also each sector's end on the way), and in each changed sector the synced content, zeros beyond the synced length, or any content since, whatever other sectors hold: so a suffix is lost, writes are reordered, or one is torn | [`Fault::PowerCut`], then [`SimDisk::survivors`] |
//! | power cut, a directory | leave the synced names with any of the changes since that can be made to them: a file created, removed, or renamed in one step | the same |
//! | ENOSPC, EIO on a write, short write | report an error after *a part* of the bytes was written | [`Fault::WriteNoSpace`], [`Fault::WriteIo`], [`Fault::WriteShort`] |
//! | EIO on a truncation | report an error, the length is unchanged | [`Fault::TruncateIo`] |
//! | EIO, ENOSPC on a name | report an error, the names are unchanged | [`Fault::NameIo`], [`Fault::NameNoSpace`] |
//! | EIO on a sync | report an error **once**. What was unsynced stays readable and as uncertain as it was, and every later sync answers with success without writing it: only what is written again afterwards can become durable | [`Fault::SyncIo`] |
//! | EIO on a read, short read | report an error; or answer with fewer bytes than there are, and no error | [`Fault::ReadIo`], [`Fault::ReadShort`] |
//! | bit flip | change a bit on its way to the disk, and report success; or any time later, synced or not | [`Fault::WriteFlipped`]; [`Faulty::flip`] |
//! | misdirected write | write the bytes somewhere else, and report success | [`Fault::WriteMisdirected`] |
//!
//! The failed sync is what a log must stop for: kernels mark the pages clean after they have reported the error. Trying
//! again gets the answer that one would like to hear. Nothing here stops anybody; that is the log's decision, and its
//! alone. A *process* that restarts after a failed sync while the machine stays up meets the same pages and the same
//! lie: what it reads there may be gone after a power cut, unless it writes it anew.
//!
//! Not modelled: sectors torn within (choose smaller ones), lost or misdirected *reads* that come right when repeated
//! (a flip stays), faults of one file that reach another, names that are changed across directories, damaged names and
//! lengths, and a kernel that drops pages after a failed sync so that reads go back to what was synced.

mod error;
mod faulty;
mod medium;
mod overlay;
mod path;
mod real;
mod sim;

pub use error::DiskError;
pub use faulty::{Fault, Faulty};
pub use medium::Medium;
pub use overlay::Overlay;
pub use real::RealDisk;
pub use sim::{SimDisk, Survivors};

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

    /// Makes the file's bytes and length durable. After an error nothing makes them so: see the fault model.
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
