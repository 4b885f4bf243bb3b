//! A disk that keeps what it was like before each operation: one run of a step shows every point at which the power may
//! fail in it.

use plimsoll_disk::{Disk, DiskError, Fault, Faulty, SimDisk};

use super::words::file;

/// What a disk was like before each operation that changes something.
#[derive(Debug)]
pub(super) struct Recorder {
    disk: Faulty<SimDisk>,
    before: Vec<SimDisk>,
    /// What the operations were, if somebody wants to tell it.
    description: Option<Vec<String>>,
    syncs: u8,
}

impl Recorder {
    /// Records from here on.
    pub(super) fn new(disk: SimDisk, rendering: bool) -> Self {
        Self {
            disk: Faulty::new(disk),
            before: Vec::new(),
            description: rendering.then(Vec::new),
            syncs: 0,
        }
    }

    /// Makes the n-th operation of a kind fail.
    pub(super) fn fail_at(&mut self, n: u8, fault: Fault) {
        self.disk.fail_at(n.into(), fault);
    }

    /// How many syncs there were.
    pub(super) fn syncs(&self) -> u8 {
        self.syncs
    }

    /// The disk as it is now.
    pub(super) fn disk(&self) -> &SimDisk {
        self.disk.inner()
    }

    /// The disk now; and after how many operations it was like what, from the first on, the last left out.
    pub(super) fn done(self) -> (SimDisk, Vec<SimDisk>, Vec<String>) {
        let description = self.description.unwrap_or_default();
        (self.disk.into_inner(), self.before, description)
    }

    fn note(&mut self, what: impl FnOnce() -> String) {
        self.before.push(self.disk.inner().clone());
        if let Some(description) = &mut self.description {
            description.push(what());
        }
    }
}

impl Disk for Recorder {
    fn create_dir(&mut self, path: &str) -> Result<(), DiskError> {
        self.note(|| format!("makes {}", file(path)));
        self.disk.create_dir(path)
    }

    fn create(&mut self, path: &str) -> Result<(), DiskError> {
        self.note(|| format!("creates {}", file(path)));
        self.disk.create(path)
    }

    fn write_at(&mut self, path: &str, position: u64, bytes: &[u8]) -> Result<(), DiskError> {
        self.note(|| {
            format!(
                "writes {} bytes at {position} of {}",
                bytes.len(),
                file(path)
            )
        });
        self.disk.write_at(path, position, bytes)
    }

    fn truncate(&mut self, path: &str, length: u64) -> Result<(), DiskError> {
        self.note(|| format!("cuts {} to {length} bytes", file(path)));
        self.disk.truncate(path, length)
    }

    fn sync(&mut self, path: &str) -> Result<(), DiskError> {
        self.note(|| format!("syncs {}", file(path)));
        self.syncs += 1;
        self.disk.sync(path)
    }

    fn sync_dir(&mut self, path: &str) -> Result<(), DiskError> {
        self.note(|| format!("syncs the names in {}", file(path)));
        self.syncs += 1;
        self.disk.sync_dir(path)
    }

    fn remove(&mut self, path: &str) -> Result<(), DiskError> {
        self.note(|| format!("removes {}", file(path)));
        self.disk.remove(path)
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), DiskError> {
        self.note(|| format!("renames {} to {}", file(from), file(to)));
        self.disk.rename(from, to)
    }

    fn read_at(&self, path: &str, position: u64, length: usize) -> Result<Vec<u8>, DiskError> {
        self.disk.read_at(path, position, length)
    }

    fn len(&self, path: &str) -> Result<u64, DiskError> {
        self.disk.len(path)
    }

    fn list(&self, path: &str) -> Result<Vec<String>, DiskError> {
        self.disk.list(path)
    }
}
