//! Open files, kept between operations: a bounded number of them.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::path::Path;
use std::sync::Arc;

use crate::DiskError;

/// How many files are kept open: enough for the active segments and their neighbours, few enough for any limit on
/// open files.
const KEPT_MAX: usize = 64;

/// A file that is open, and what is known of it. Nobody else changes it: the root is locked.
#[derive(Debug)]
pub(super) struct Handle {
    pub(super) file: Arc<File>,
    /// In bytes, so that no operation has to ask.
    pub(super) length: u64,
    /// Written to and not synced since.
    pub(super) unsynced: bool,
    used: u64,
}

/// The open files, by path.
#[derive(Debug, Default)]
pub(super) struct Handles {
    open: BTreeMap<String, Handle>,
    clock: u64,
    /// Errors that came when a file had to be closed unsynced: they belong to its next sync.
    failed: BTreeMap<String, DiskError>,
}

impl Handles {
    /// The file's handle, opened if need be.
    pub(super) fn get(&mut self, root: &Path, path: &str) -> Result<&mut Handle, DiskError> {
        if !self.open.contains_key(path) {
            let opened = OpenOptions::new()
                .read(true)
                .write(true)
                .open(root.join(path))
                .and_then(|file| file.metadata().map(|found| (file, found)));
            let (file, found) = opened.map_err(|e| DiskError::from_io(path, &e))?;
            if !found.is_file() {
                return Err(DiskError::BadPath {
                    path: path.to_owned(),
                });
            }
            self.keep(path, file, found.len());
        }
        self.clock += 1;
        let handle = self.open.get_mut(path).ok_or_else(|| DiskError::NotFound {
            path: path.to_owned(),
        })?;
        handle.used = self.clock;
        Ok(handle)
    }

    /// Keeps a file that was just opened or made, and closes another one if there are too many.
    pub(super) fn keep(&mut self, path: &str, file: File, length: u64) {
        if self.open.len() >= KEPT_MAX {
            self.close_one();
        }
        let handle = Handle {
            file: Arc::new(file),
            length,
            unsynced: false,
            used: self.clock,
        };
        self.open.insert(path.to_owned(), handle);
    }

    /// Closes the file that was not used for longest, if possible a synced one that nobody is at. Closing an unsynced one
    /// could hide an error from its next sync, which the kernel reports to those who hold the file: it is synced first.
    fn close_one(&mut self) {
        let is_busy = |handle: &Handle| Arc::strong_count(&handle.file) > 1;
        let oldest = self
            .open
            .iter()
            .min_by_key(|(_, h)| (is_busy(h), h.unsynced, h.used));
        let Some(path) = oldest.map(|(path, _)| path.clone()) else {
            return;
        };
        if let Some(handle) = self.open.remove(&path)
            && handle.unsynced
            && let Err(error) = handle.file.sync_data()
        {
            let error = DiskError::from_io(&path, &error);
            self.fail(&path, error);
        }
    }

    /// Keeps an error for the file's next sync.
    pub(super) fn fail(&mut self, path: &str, error: DiskError) {
        self.failed.insert(path.to_owned(), error);
    }

    /// The error that this file's sync has still to report.
    pub(super) fn take_failed(&mut self, path: &str) -> Result<(), DiskError> {
        self.failed.remove(path).map_or(Ok(()), Err)
    }

    pub(super) fn forget(&mut self, path: &str) {
        self.open.remove(path);
        self.failed.remove(path);
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) {
        self.forget(to);
        if let Some(handle) = self.open.remove(from) {
            self.open.insert(to.to_owned(), handle);
        }
        if let Some(error) = self.failed.remove(from) {
            self.failed.insert(to.to_owned(), error);
        }
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.open.len()
    }
}
