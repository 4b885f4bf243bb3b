//! The simulated disk: an image that knows written from synced, and the faults armed on it.
//!
//! Two things are kept apart. The [`image`](SimDisk::image) is what lies on the disk and compares and hashes by content:
//! it is the canonical form for an explorer. The armed faults and the operation count belong to the run, not to the
//! disk, and take no part in comparisons.

mod faults;
mod file;
mod image;
mod survivors;

use std::hash::{Hash, Hasher};

pub use faults::Fault;
use faults::Faults;
pub use image::Image;

use crate::{Disk, DiskError, path};

/// A disk in memory. Cloning is cheap (contents are shared until one side writes); equality and hash are those of the
/// [`Image`].
#[derive(Clone, Debug, Default)]
pub struct SimDisk {
    image: Image,
    faults: Faults,
}

impl PartialEq for SimDisk {
    fn eq(&self, other: &SimDisk) -> bool {
        self.image == other.image
    }
}

impl Eq for SimDisk {}

impl Hash for SimDisk {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.image.hash(state);
    }
}

impl SimDisk {
    /// An empty disk without faults.
    pub fn new() -> SimDisk {
        SimDisk::default()
    }

    /// What lies on the disk, written and synced.
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// Appends one canonical form of the image to `out`: equal images, equal bytes, and the other way round.
    pub fn canonical_bytes(&self, out: &mut Vec<u8>) {
        self.image.canonical_bytes(out);
    }

    /// Operations so far that change something: creations, writes, truncations, syncs, removals. Reads are not
    /// counted, since a power cut at a read leaves what a cut at the next change leaves.
    pub fn operations(&self) -> u64 {
        self.faults.operations()
    }

    /// Arms a power cut: the `n`-th next counted operation (0 is the very next) has no effect, and it and everything
    /// after it, reads included, fails with [`DiskError::PowerCut`]. `None` disarms.
    pub fn crash_at(&mut self, n: Option<u64>) {
        self.faults.crash_at(n);
    }

    /// Arms one `fault` for the `n`-th next operation of its kind (0 is the very next). Several may be armed.
    pub fn fail_at(&mut self, n: u64, fault: Fault) {
        self.faults.fail_at(n, fault);
    }

    /// Whether an armed power cut has happened.
    pub fn is_off(&self) -> bool {
        self.faults.is_off()
    }

    /// Every disk that a power cut right now may leave, without repetitions, with no fault armed: per file each
    /// prefix of its unsynced changes, and each with the next write torn in the middle; each unsynced name there or
    /// not. The first one is what is certain: all unsynced lost.
    pub fn survivors(&self) -> Vec<SimDisk> {
        let images = survivors::of(&self.image);
        let disk = |image| SimDisk {
            image,
            faults: Faults::default(),
        };
        images.into_iter().map(disk).collect()
    }

    /// The disk as a restarted *process* finds it while the machine stays up: everything written is visible, what was
    /// not synced is still not synced, and no fault is armed.
    pub fn after_process_crash(&self) -> SimDisk {
        SimDisk {
            image: self.image.clone(),
            faults: Faults::default(),
        }
    }
}

impl Disk for SimDisk {
    fn create_dir(&mut self, path: &str) -> Result<(), DiskError> {
        path::check(path)?;
        self.faults.count()?;
        self.image.add_directory(path)
    }

    fn create(&mut self, path: &str) -> Result<(), DiskError> {
        path::check(path)?;
        self.faults.count()?;
        self.image.add_file(path)
    }

    fn write_at(&mut self, path: &str, position: u64, bytes: &[u8]) -> Result<(), DiskError> {
        self.faults.count()?;
        self.faults.believed(path)?;
        let file = self.image.file_mut(path)?;
        match self.faults.next_write() {
            None => file.write(path, position, bytes),
            Some(fault) => {
                // The unkind case: part of the bytes arrived before the error did.
                file.write(path, position, &bytes[..bytes.len() / 2])?;
                Err(fault.error(path))
            }
        }
    }

    fn truncate(&mut self, path: &str, length: u64) -> Result<(), DiskError> {
        self.faults.count()?;
        self.faults.believed(path)?;
        let file = self.image.file_mut(path)?;
        match self.faults.next_truncate() {
            None => file.truncate(path, length),
            Some(fault) => Err(fault.error(path)),
        }
    }

    fn sync(&mut self, path: &str) -> Result<(), DiskError> {
        self.faults.count()?;
        self.faults.believed(path)?;
        let file = self.image.file_mut(path)?;
        match self.faults.next_sync() {
            None => {
                file.sync();
                Ok(())
            }
            Some(fault) => {
                self.faults.poison(path);
                Err(fault.error(path))
            }
        }
    }

    fn sync_dir(&mut self, path: &str) -> Result<(), DiskError> {
        path::check(path)?;
        self.faults.count()?;
        self.faults.believed(path)?;
        match self.faults.next_sync() {
            None => self.image.sync_directory(path),
            Some(fault) => {
                self.faults.poison(path);
                Err(fault.error(path))
            }
        }
    }

    fn remove(&mut self, path: &str) -> Result<(), DiskError> {
        self.faults.count()?;
        self.faults.believed(path)?;
        self.image.remove(path)
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), DiskError> {
        path::check(to)?;
        path::same_directory(from, to)?;
        self.faults.count()?;
        self.faults.believed(from)?;
        self.image.rename(from, to)
    }

    fn read_at(&self, path: &str, position: u64, length: usize) -> Result<Vec<u8>, DiskError> {
        self.faults.powered()?;
        self.faults.believed(path)?;
        Ok(self.image.file(path)?.read(position, length))
    }

    fn len(&self, path: &str) -> Result<u64, DiskError> {
        self.faults.powered()?;
        self.faults.believed(path)?;
        Ok(self.image.file(path)?.len())
    }

    fn list(&self, path: &str) -> Result<Vec<String>, DiskError> {
        path::check(path)?;
        self.faults.powered()?;
        self.image.list(path)
    }
}

#[cfg(test)]
mod tests;
