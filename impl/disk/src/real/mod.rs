//! Real files under one root directory, made durable with `fdatasync` and a sync of the directory.
//!
//! Needs a Unix: positioned reads and writes, directories that can be opened and synced.

mod handles;
mod lock;

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use handles::Handles;

use crate::{Disk, DiskError, Medium, path};

/// Files under a root directory of the machine. Whoever opens it for writing is alone with it, by a lock that every
/// process sees.
///
/// Clones are the same disk, for other threads of this process; the lock is let go with the last. No operation waits for
/// another, above all no write for a sync. Two threads must not change the same file at once.
#[derive(Clone, Debug)]
pub struct RealDisk {
    root: Arc<Path>,
    /// The lock on the root; none if opened read-only.
    lock: Option<Arc<File>>,
    handles: Arc<Mutex<Handles>>,
}

impl RealDisk {
    /// Opens the root directory for reading and writing, making it (and its parents) if it is not there.
    ///
    /// # Errors
    /// [`DiskError::Locked`] if somebody else has it, [`DiskError::NotADirectory`], [`DiskError::Denied`]. They name the
    /// root as given.
    pub fn open(root: impl Into<PathBuf>) -> Result<RealDisk, DiskError> {
        let root = root.into();
        if root.is_file() {
            return Err(not_a_directory(&root));
        }
        fs::create_dir_all(&root).map_err(|e| of_root(&root, &e))?;
        let lock = lock::take(&root)?;
        Ok(RealDisk::with(root, Some(lock)))
    }

    /// Opens an existing root directory to look at, whoever else works on it. Every change is refused with
    /// [`DiskError::ReadOnly`]. What another process changes meanwhile is seen in part, and may not fit together.
    ///
    /// # Errors
    /// [`DiskError::NotFound`], [`DiskError::NotADirectory`] or [`DiskError::Denied`].
    pub fn open_read_only(root: impl Into<PathBuf>) -> Result<RealDisk, DiskError> {
        let root = root.into();
        fs::read_dir(&root).map_err(|e| of_root(&root, &e))?;
        Ok(RealDisk::with(root, None))
    }

    fn with(root: PathBuf, lock: Option<File>) -> RealDisk {
        RealDisk {
            root: root.into(),
            lock: lock.map(Arc::new),
            handles: Arc::default(),
        }
    }

    fn absolute(&self, path: &str) -> Result<PathBuf, DiskError> {
        path::check(path)?;
        Ok(self.root.join(path))
    }

    /// Refuses what would change something on a disk that is only looked at.
    fn may(&self, operation: &'static str, path: &str) -> Result<(), DiskError> {
        if self.lock.is_none() {
            return Err(DiskError::ReadOnly {
                path: path.to_owned(),
                operation,
            });
        }
        path::check(path)
    }

    fn handles(&self) -> MutexGuard<'_, Handles> {
        // No handle is left half-done by a panic: each is one insertion.
        self.handles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A file and its length in bytes. A disk that is only looked at keeps nothing: its files may be replaced by
    /// others of the same name at any time.
    fn file(&self, path: &str) -> Result<(Arc<File>, u64), DiskError> {
        path::check(path)?;
        if self.lock.is_some() {
            let mut handles = self.handles();
            let handle = handles.get(&self.root, path)?;
            return Ok((handle.file.clone(), handle.length));
        }
        let opened = File::open(self.root.join(path))
            .and_then(|file| file.metadata().map(|found| (file, found)));
        match opened.map_err(|e| DiskError::from_io(path, &e))? {
            (file, found) if found.is_file() => Ok((Arc::new(file), found.len())),
            _ => Err(bad_path(path)),
        }
    }

    /// Changes a file's content at a position within it; the change gives the length it leaves.
    fn change(
        &mut self,
        path: &str,
        position: u64,
        change: impl FnOnce(&File, u64) -> io::Result<u64>,
    ) -> Result<(), DiskError> {
        let (file, length) = self.begin_change(path)?;
        if position > length {
            return Err(DiskError::BeyondEnd {
                path: path.to_owned(),
                position,
                length,
            });
        }
        let changed = change(&file, length);
        // How far a failed change came only the system knows.
        let asked = || file.metadata().map(|found| found.len());
        let left = *changed.as_ref().unwrap_or(&asked().unwrap_or(length));
        self.handles().get(&self.root, path)?.length = left;
        changed.map(drop).map_err(|e| DiskError::from_io(path, &e))
    }

    /// The file and its length in bytes; from now on it counts as written to.
    fn begin_change(&self, path: &str) -> Result<(Arc<File>, u64), DiskError> {
        let mut handles = self.handles();
        let handle = handles.get(&self.root, path)?;
        handle.unsynced = true;
        Ok((handle.file.clone(), handle.length))
    }

    /// The file, which counts as synced unless somebody hears otherwise.
    fn begin_sync(&self, path: &str) -> Result<Arc<File>, DiskError> {
        let mut handles = self.handles();
        handles.take_failed(path)?;
        let handle = handles.get(&self.root, path)?;
        handle.unsynced = false;
        Ok(handle.file.clone())
    }
}

fn bad_path(path: &str) -> DiskError {
    DiskError::BadPath {
        path: path.to_owned(),
    }
}

fn not_a_directory(root: &Path) -> DiskError {
    DiskError::NotADirectory {
        path: root.to_string_lossy().into_owned(),
    }
}

fn of_root(root: &Path, error: &io::Error) -> DiskError {
    match DiskError::from_io(&root.to_string_lossy(), error) {
        DiskError::BadPath { .. } | DiskError::AlreadyExists { .. } => not_a_directory(root),
        other => other,
    }
}

impl Disk for RealDisk {
    fn create_dir(&mut self, path: &str) -> Result<(), DiskError> {
        self.may("create", path)?;
        fs::create_dir(self.root.join(path)).map_err(|e| DiskError::from_io(path, &e))
    }

    fn create(&mut self, path: &str) -> Result<(), DiskError> {
        self.may("create", path)?;
        if path.is_empty() {
            return Err(DiskError::AlreadyExists {
                path: path.to_owned(),
            });
        }
        let mut options = File::options();
        options.read(true).write(true).create_new(true);
        let created = options.open(self.root.join(path));
        let file = created.map_err(|e| DiskError::from_io(path, &e))?;
        self.handles().keep(path, file, 0);
        Ok(())
    }

    fn write_at(&mut self, path: &str, position: u64, bytes: &[u8]) -> Result<(), DiskError> {
        self.may("write", path)?;
        self.change(path, position, |file, length| {
            // Goes on after a short write, and reports one that makes no progress.
            file.write_all_at(bytes, position)?;
            Ok(length.max(position + bytes.len() as u64))
        })
    }

    fn truncate(&mut self, path: &str, length: u64) -> Result<(), DiskError> {
        self.may("truncate", path)?;
        self.change(path, length, |file, _| {
            file.set_len(length).map(|()| length)
        })
    }

    fn sync(&mut self, path: &str) -> Result<(), DiskError> {
        self.may("sync", path)?;
        // Also if nothing was written through this handle: what a killed process wrote may still be unsynced.
        let synced = self.begin_sync(path)?.sync_data();
        if synced.is_err() {
            self.handles().get(&self.root, path)?.unsynced = true;
        }
        synced.map_err(|e| DiskError::from_io(path, &e))
    }

    fn sync_dir(&mut self, path: &str) -> Result<(), DiskError> {
        self.may("sync", path)?;
        let failed = |e: io::Error| DiskError::from_io(path, &e);
        let directory = File::open(self.root.join(path)).map_err(failed)?;
        if !directory.metadata().map_err(failed)?.is_dir() {
            return Err(bad_path(path));
        }
        directory.sync_all().map_err(failed)
    }

    fn remove(&mut self, path: &str) -> Result<(), DiskError> {
        self.may("remove", path)?;
        fs::remove_file(self.root.join(path)).map_err(|e| DiskError::from_io(path, &e))?;
        self.handles().forget(path);
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), DiskError> {
        self.may("rename", from)?;
        path::check(to)?;
        path::same_directory(from, to)?;
        self.file(from)?;
        // Neither system call nor error tells a directory of that name from a file.
        if self.root.join(to).is_dir() {
            return Err(bad_path(to));
        }
        fs::rename(self.root.join(from), self.root.join(to))
            .map_err(|e| DiskError::from_io(from, &e))?;
        if from != to {
            self.handles().rename(from, to);
        }
        Ok(())
    }

    fn read_at(&self, path: &str, position: u64, length: usize) -> Result<Vec<u8>, DiskError> {
        let (file, file_length) = self.file(path)?;
        // The length asked for may be far more than there is: never allocate more than the file holds.
        let there = usize::try_from(file_length.saturating_sub(position)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length.min(there)];
        let mut filled = 0;
        while filled < bytes.len() {
            match file.read_at(&mut bytes[filled..], position + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(DiskError::from_io(path, &error)),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    fn len(&self, path: &str) -> Result<u64, DiskError> {
        Ok(self.file(path)?.1)
    }

    fn list(&self, path: &str) -> Result<Vec<String>, DiskError> {
        let failed = |e: io::Error| DiskError::from_io(path, &e);
        let mut names = Vec::new();
        for entry in fs::read_dir(self.absolute(path)?).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            names.push(name.to_string_lossy().into_owned());
        }
        names.retain(|name| !path.is_empty() || name != path::LOCK);
        names.sort();
        Ok(names)
    }
}

impl Medium for RealDisk {
    /// Nothing: a kernel cannot be told to lose what it holds.
    fn forsake(&mut self, path: &str) -> Result<(), DiskError> {
        self.may("sync", path)
    }

    fn flip(&mut self, path: &str, position: u64, mask: u8) -> Result<(), DiskError> {
        let held = self.read_at(path, position, 1)?;
        match held.first() {
            Some(byte) => self.write_at(path, position, &[byte ^ mask]),
            None => Err(DiskError::BeyondEnd {
                path: path.to_owned(),
                position: position.saturating_add(1),
                length: self.len(path)?,
            }),
        }
    }
}

#[cfg(test)]
mod tests;
