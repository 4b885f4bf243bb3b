//! Real files under one root directory, made durable with `fdatasync` and a sync of the directory.
//!
//! Needs a system where a directory can be opened and synced (any Unix).

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use crate::{Disk, DiskError, path};

/// Files under a root directory of the machine. One owner at a time: nothing here locks the directory.
#[derive(Debug)]
pub struct RealDisk {
    root: PathBuf,
    /// Handles of files that were written to: reopening them could hide an error that the kernel reports per handle.
    open: BTreeMap<String, File>,
    poisoned: BTreeSet<String>,
}

impl RealDisk {
    /// Opens the root directory, making it (and its parents) if it is not there.
    pub fn open(root: impl Into<PathBuf>) -> Result<RealDisk, DiskError> {
        let root = root.into();
        fs::create_dir_all(&root).map_err(|e| DiskError::from_io("", &e))?;
        Ok(RealDisk {
            root,
            open: BTreeMap::new(),
            poisoned: BTreeSet::new(),
        })
    }

    fn absolute(&self, path: &str) -> Result<PathBuf, DiskError> {
        path::check(path)?;
        Ok(self.root.join(path))
    }

    fn believed(&self, path: &str) -> Result<(), DiskError> {
        if self.poisoned.contains(path) {
            return Err(DiskError::Poisoned {
                path: path.to_owned(),
            });
        }
        Ok(())
    }

    fn file(&mut self, path: &str) -> Result<&mut File, DiskError> {
        self.believed(path)?;
        let absolute = self.absolute(path)?;
        match self.open.entry(path.to_owned()) {
            std::collections::btree_map::Entry::Occupied(held) => Ok(held.into_mut()),
            std::collections::btree_map::Entry::Vacant(free) => {
                let opened = OpenOptions::new().read(true).write(true).open(absolute);
                Ok(free.insert(opened.map_err(|e| DiskError::from_io(path, &e))?))
            }
        }
    }

    fn not_beyond_end(&self, path: &str, position: u64) -> Result<(), DiskError> {
        let length = self.len(path)?;
        if position > length {
            return Err(DiskError::BeyondEnd {
                path: path.to_owned(),
                position,
                length,
            });
        }
        Ok(())
    }

    /// Remembers a failed sync, so that no later one can pretend that all is well.
    fn poison_on_error(&mut self, path: &str, synced: io::Result<()>) -> Result<(), DiskError> {
        synced.map_err(|e| {
            self.poisoned.insert(path.to_owned());
            DiskError::from_io(path, &e)
        })
    }
}

impl Disk for RealDisk {
    fn create_dir(&mut self, path: &str) -> Result<(), DiskError> {
        fs::create_dir(self.absolute(path)?).map_err(|e| DiskError::from_io(path, &e))
    }

    fn create(&mut self, path: &str) -> Result<(), DiskError> {
        self.believed(path)?;
        let created = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(self.absolute(path)?);
        self.open.insert(
            path.to_owned(),
            created.map_err(|e| DiskError::from_io(path, &e))?,
        );
        Ok(())
    }

    fn write_at(&mut self, path: &str, position: u64, bytes: &[u8]) -> Result<(), DiskError> {
        self.not_beyond_end(path, position)?;
        let file = self.file(path)?;
        // `write_all` goes on after a short write and reports one that makes no progress.
        file.seek(SeekFrom::Start(position))
            .and_then(|_| file.write_all(bytes))
            .map_err(|e| DiskError::from_io(path, &e))
    }

    fn truncate(&mut self, path: &str, length: u64) -> Result<(), DiskError> {
        self.not_beyond_end(path, length)?;
        self.file(path)?
            .set_len(length)
            .map_err(|e| DiskError::from_io(path, &e))
    }

    fn sync(&mut self, path: &str) -> Result<(), DiskError> {
        let synced = self.file(path)?.sync_data();
        self.poison_on_error(path, synced)
    }

    fn sync_dir(&mut self, path: &str) -> Result<(), DiskError> {
        self.believed(path)?;
        let synced = File::open(self.absolute(path)?).and_then(|directory| directory.sync_all());
        self.poison_on_error(path, synced)
    }

    fn remove(&mut self, path: &str) -> Result<(), DiskError> {
        self.believed(path)?;
        fs::remove_file(self.absolute(path)?).map_err(|e| DiskError::from_io(path, &e))?;
        self.open.remove(path);
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), DiskError> {
        self.believed(from)?;
        self.believed(to)?;
        let (old, new) = (self.absolute(from)?, self.absolute(to)?);
        path::same_directory(from, to)?;
        self.len(from)?;
        match self.len(to) {
            Ok(_) | Err(DiskError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        fs::rename(old, new).map_err(|e| DiskError::from_io(from, &e))?;
        if from != to {
            self.open.remove(to);
            if let Some(held) = self.open.remove(from) {
                self.open.insert(to.to_owned(), held);
            }
        }
        Ok(())
    }

    fn read_at(&self, path: &str, position: u64, length: usize) -> Result<Vec<u8>, DiskError> {
        self.believed(path)?;
        // The length asked for may be far more than there is: never allocate more than the file holds.
        let rest = self.len(path)?.saturating_sub(position);
        let take = u64::try_from(length).unwrap_or(u64::MAX).min(rest);
        let read = || -> io::Result<Vec<u8>> {
            let mut file = File::open(self.root.join(path))?;
            file.seek(SeekFrom::Start(position))?;
            let mut bytes = Vec::new();
            file.take(take).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(|e| DiskError::from_io(path, &e))
    }

    fn len(&self, path: &str) -> Result<u64, DiskError> {
        self.believed(path)?;
        let found = fs::metadata(self.absolute(path)?).map_err(|e| DiskError::from_io(path, &e))?;
        if !found.is_file() {
            return Err(DiskError::BadPath {
                path: path.to_owned(),
            });
        }
        Ok(found.len())
    }

    fn list(&self, path: &str) -> Result<Vec<String>, DiskError> {
        let entries =
            fs::read_dir(self.absolute(path)?).map_err(|e| DiskError::from_io(path, &e))?;
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(|e| DiskError::from_io(path, &e))?.file_name();
            names.push(name.to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }
}
