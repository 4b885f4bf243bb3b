//! What lies on a simulated disk: names, each durable or not, and the files behind them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::file::{Change, SimFile};
use crate::{DiskError, path};

/// How much of a name is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Name {
    /// Survives a power cut.
    Durable,
    /// Made since the directory was synced: may be gone after a power cut.
    Made,
    /// Removed since the directory was synced: may be back after a power cut.
    Removed,
}

/// A directory or a file, under its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Entry {
    pub(super) name: Name,
    /// `None` is a directory.
    pub(super) file: Option<Arc<SimFile>>,
}

/// The content of a [`SimDisk`](super::SimDisk): compares and hashes by content, written and synced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Image {
    pub(super) entries: Arc<BTreeMap<Arc<str>, Entry>>,
}

fn not_found(path: &str) -> DiskError {
    DiskError::NotFound {
        path: path.to_owned(),
    }
}

fn bad_path(path: &str) -> DiskError {
    DiskError::BadPath {
        path: path.to_owned(),
    }
}

impl Image {
    fn visible(&self, path: &str) -> Option<&Entry> {
        self.entries
            .get(path)
            .filter(|entry| entry.name != Name::Removed)
    }

    fn is_directory(&self, path: &str) -> Result<(), DiskError> {
        match self.visible(path) {
            _ if path.is_empty() => Ok(()),
            None => Err(not_found(path)),
            Some(entry) if entry.file.is_some() => Err(bad_path(path)),
            Some(_) => Ok(()),
        }
    }

    fn add(&mut self, path: &str, file: Option<Arc<SimFile>>) -> Result<(), DiskError> {
        self.is_directory(path::parent(path))?;
        if path.is_empty() || self.visible(path).is_some() {
            return Err(DiskError::AlreadyExists {
                path: path.to_owned(),
            });
        }
        let name = Name::Made;
        Arc::make_mut(&mut self.entries).insert(path.into(), Entry { name, file });
        Ok(())
    }

    pub(super) fn add_directory(&mut self, path: &str) -> Result<(), DiskError> {
        self.add(path, None)
    }

    pub(super) fn add_file(&mut self, path: &str) -> Result<(), DiskError> {
        self.add(path, Some(Arc::default()))
    }

    pub(super) fn file(&self, path: &str) -> Result<&SimFile, DiskError> {
        let entry = self.visible(path).ok_or_else(|| not_found(path))?;
        entry.file.as_deref().ok_or_else(|| bad_path(path))
    }

    pub(super) fn file_mut(&mut self, path: &str) -> Result<&mut SimFile, DiskError> {
        self.file(path)?;
        let entry = Arc::make_mut(&mut self.entries)
            .get_mut(path)
            .ok_or_else(|| not_found(path))?;
        entry
            .file
            .as_mut()
            .map(Arc::make_mut)
            .ok_or_else(|| bad_path(path))
    }

    pub(super) fn remove(&mut self, path: &str) -> Result<(), DiskError> {
        self.file(path)?;
        let entries = Arc::make_mut(&mut self.entries);
        let entry = entries.get_mut(path).ok_or_else(|| not_found(path))?;
        match entry.name {
            // A name that never was durable cannot come back.
            Name::Made => drop(entries.remove(path)),
            Name::Durable | Name::Removed => entry.name = Name::Removed,
        }
        Ok(())
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) -> Result<(), DiskError> {
        self.file(from)?;
        match self.file(to) {
            Ok(_) | Err(DiskError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        if from == to {
            return Ok(());
        }
        let moved = self.entries.get(from).and_then(|entry| entry.file.clone());
        self.remove(from)?;
        let name = Name::Made;
        let entry = Entry { name, file: moved };
        Arc::make_mut(&mut self.entries).insert(to.into(), entry);
        Ok(())
    }

    pub(super) fn sync_directory(&mut self, path: &str) -> Result<(), DiskError> {
        self.is_directory(path)?;
        let of_this = |name: &str| path::parent(name) == path;
        if !self
            .entries
            .iter()
            .any(|(name, entry)| of_this(name) && entry.name != Name::Durable)
        {
            return Ok(());
        }
        let entries = Arc::make_mut(&mut self.entries);
        entries.retain(|name, entry| !(of_this(name) && entry.name == Name::Removed));
        for (name, entry) in entries.iter_mut() {
            if of_this(name) {
                entry.name = Name::Durable;
            }
        }
        Ok(())
    }

    pub(super) fn list(&self, path: &str) -> Result<Vec<String>, DiskError> {
        self.is_directory(path)?;
        let inside = |name: &&Arc<str>| path::parent(name) == path && self.visible(name).is_some();
        let last_part = |name: &Arc<str>| name.rsplit('/').next().unwrap_or(name).to_owned();
        Ok(self.entries.keys().filter(inside).map(last_part).collect())
    }

    pub(super) fn canonical_bytes(&self, out: &mut Vec<u8>) {
        for (name, entry) in self.entries.iter() {
            put(out, name.as_bytes());
            out.push(entry.name as u8);
            let Some(file) = &entry.file else {
                out.push(0);
                continue;
            };
            out.push(1);
            put(out, file.synced());
            put_length(out, file.changes().len());
            for change in file.changes() {
                match change {
                    Change::Write(position, bytes) => {
                        out.extend_from_slice(&position.to_be_bytes());
                        put(out, bytes);
                    }
                    Change::Truncate(length) => {
                        out.extend_from_slice(&length.to_be_bytes());
                        // No write is empty, so an empty one can stand for the truncation.
                        put(out, &[]);
                    }
                }
            }
        }
    }
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    out.extend_from_slice(&(length as u64).to_be_bytes());
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    put_length(out, bytes.len());
    out.extend_from_slice(bytes);
}
