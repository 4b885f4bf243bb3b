//! The simulated disk: it knows what is written, what is synced, and what a power cut may leave in between.
//!
//! A disk is a value: it holds no faults, no counters and no history beyond what can still make a difference, and it
//! compares and hashes by content. So it is its own canonical form for an explorer.

mod directory;
mod file;
mod survivors;

use std::collections::BTreeMap;
use std::sync::Arc;

use directory::{Change, Directory, Node};
use file::SimFile;
pub use survivors::Survivors;

use crate::{Disk, DiskError, Medium, path};

/// A disk in memory. Cloning is cheap: contents are shared until one side writes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SimDisk {
    sector_bytes: usize,
    /// By path, the root under the empty one.
    directories: Arc<BTreeMap<Arc<str>, Arc<Directory>>>,
}

impl Default for SimDisk {
    fn default() -> SimDisk {
        SimDisk::with_sectors(512)
    }
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

impl SimDisk {
    /// An empty disk with sectors of 512 bytes.
    pub fn new() -> SimDisk {
        SimDisk::default()
    }

    /// An empty disk with sectors of so many bytes (at least one): what a power cut cannot tear. Small ones tear small
    /// files in many places; ones larger than any file leave each write whole or absent.
    pub fn with_sectors(sector_bytes: usize) -> SimDisk {
        SimDisk {
            sector_bytes: sector_bytes.max(1),
            directories: Arc::new(BTreeMap::from([("".into(), Arc::default())])),
        }
    }

    /// Appends one canonical form to `out`: equal disks, equal bytes, and the other way round.
    pub fn canonical_bytes(&self, out: &mut Vec<u8>) {
        file::put_number(out, self.sector_bytes);
        file::put_number(out, self.directories.len());
        for (path, directory) in self.directories.iter() {
            file::put(out, path.as_bytes());
            directory.canonical_bytes(out);
        }
    }

    /// How many disks a power cut right now may leave: the length of [`SimDisk::survivors`], or more if files of equal
    /// content took turns under one name. `u64::MAX` stands for more than that. Needs time and memory by the number of
    /// unsynced changes in a file, and exponentially by those of names in one directory.
    pub fn survivor_count(&self) -> u64 {
        survivors::Choices::of(self).count()
    }

    /// Every disk that a power cut right now may leave, without repetition. The first one has lost all that was not
    /// synced. Per file: each length that it had since it was synced (on the way to a greater one also each sector's
    /// end), and in each sector the synced content or any since, whatever the other sectors hold. Per directory: the
    /// names as synced, with any of the changes since that can be made to them.
    pub fn survivors(&self) -> Vec<SimDisk> {
        survivors::Choices::of(self).take(u64::MAX).disks
    }

    /// At most `most` of the [`SimDisk::survivors`], spread evenly over all of them with the first and the last among
    /// them, and the number of those left out.
    pub fn survivors_at_most(&self, most: u64) -> Survivors {
        survivors::Choices::of(self).take(most)
    }

    /// The directory of that path; the error names `asked`, which lies in it.
    fn directory(&self, path: &str, asked: &str) -> Result<&Directory, DiskError> {
        if let Some(directory) = self.directories.get(path) {
            return Ok(directory);
        }
        match self
            .directory(path::parent(path), asked)?
            .find(path::name(path))
        {
            None => Err(not_found(asked)),
            Some(_) => Err(bad_path(asked)),
        }
    }

    fn directory_mut(&mut self, path: &str, asked: &str) -> Result<&mut Directory, DiskError> {
        self.directory(path, asked)?;
        let directories = Arc::make_mut(&mut self.directories);
        let directory = directories.get_mut(path).ok_or_else(|| not_found(asked))?;
        Ok(Arc::make_mut(directory))
    }

    /// What a path stands for; the root is no entry of any directory.
    fn node(&self, path: &str) -> Result<Option<Node>, DiskError> {
        path::check(path)?;
        if path.is_empty() {
            return Ok(Some(Node::Directory));
        }
        Ok(self
            .directory(path::parent(path), path)?
            .find(path::name(path)))
    }

    fn file_number(&self, path: &str) -> Result<usize, DiskError> {
        match self.node(path)? {
            None => Err(not_found(path)),
            Some(Node::Directory) => Err(bad_path(path)),
            Some(Node::File(number)) => Ok(number),
        }
    }

    fn file(&self, path: &str) -> Result<&SimFile, DiskError> {
        let number = self.file_number(path)?;
        let directory = self.directory(path::parent(path), path)?;
        directory
            .files
            .get(number)
            .map(Arc::as_ref)
            .ok_or_else(|| not_found(path))
    }

    fn file_mut(&mut self, path: &str) -> Result<&mut SimFile, DiskError> {
        let number = self.file_number(path)?;
        let directory = self.directory_mut(path::parent(path), path)?;
        let file = directory.files.get_mut(number);
        file.map(Arc::make_mut).ok_or_else(|| not_found(path))
    }

    /// The directory in which a name is to be made that is free.
    fn free(&mut self, path: &str) -> Result<&mut Directory, DiskError> {
        if self.node(path)?.is_some() {
            return Err(DiskError::AlreadyExists {
                path: path.to_owned(),
            });
        }
        self.directory_mut(path::parent(path), path)
    }

    fn is_directory(&self, path: &str) -> Result<(), DiskError> {
        match self.node(path)? {
            None => Err(not_found(path)),
            Some(Node::File(_)) => Err(bad_path(path)),
            Some(Node::Directory) => Ok(()),
        }
    }
}

impl Disk for SimDisk {
    fn create_dir(&mut self, path: &str) -> Result<(), DiskError> {
        let change = Change::Create(path::name(path).into(), Node::Directory);
        self.free(path)?.change(change);
        Arc::make_mut(&mut self.directories).insert(path.into(), Arc::default());
        Ok(())
    }

    fn create(&mut self, path: &str) -> Result<(), DiskError> {
        self.free(path)?.create_file(path::name(path));
        Ok(())
    }

    fn write_at(&mut self, path: &str, position: u64, bytes: &[u8]) -> Result<(), DiskError> {
        let sector_bytes = self.sector_bytes;
        self.file_mut(path)?
            .write(path, position, bytes, sector_bytes)
    }

    fn truncate(&mut self, path: &str, length: u64) -> Result<(), DiskError> {
        let sector_bytes = self.sector_bytes;
        self.file_mut(path)?.truncate(path, length, sector_bytes)
    }

    fn sync(&mut self, path: &str) -> Result<(), DiskError> {
        let sector_bytes = self.sector_bytes;
        if self.file(path)?.unsynced.is_some() {
            self.file_mut(path)?.sync(sector_bytes);
        }
        Ok(())
    }

    fn sync_dir(&mut self, path: &str) -> Result<(), DiskError> {
        self.is_directory(path)?;
        if self.directory(path, path)?.unsettled.is_some() {
            self.directory_mut(path, path)?.sync();
        }
        Ok(())
    }

    fn remove(&mut self, path: &str) -> Result<(), DiskError> {
        let node = Node::File(self.file_number(path)?);
        let directory = self.directory_mut(path::parent(path), path)?;
        directory.change(Change::Remove(path::name(path).into(), node));
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), DiskError> {
        path::check(from)?;
        path::check(to)?;
        path::same_directory(from, to)?;
        let node = Node::File(self.file_number(from)?);
        if self.node(to)? == Some(Node::Directory) {
            return Err(bad_path(to));
        }
        if from != to {
            let (old, new) = (path::name(from).into(), path::name(to).into());
            let directory = self.directory_mut(path::parent(from), from)?;
            directory.change(Change::Rename(old, new, node));
        }
        Ok(())
    }

    fn read_at(&self, path: &str, position: u64, length: usize) -> Result<Vec<u8>, DiskError> {
        Ok(self.file(path)?.read(position, length))
    }

    fn len(&self, path: &str) -> Result<u64, DiskError> {
        Ok(self.file(path)?.len())
    }

    fn list(&self, path: &str) -> Result<Vec<String>, DiskError> {
        self.is_directory(path)?;
        let names = &self.directory(path, path)?.names;
        Ok(names.iter().map(|(name, _)| name.to_string()).collect())
    }
}

impl Medium for SimDisk {
    fn forsake(&mut self, path: &str) -> Result<(), DiskError> {
        match self.node(path)? {
            Some(Node::Directory) => self.directory_mut(path, path)?.forsake(),
            _ => self.file_mut(path)?.forsake(),
        }
        Ok(())
    }

    fn flip(&mut self, path: &str, position: u64, mask: u8) -> Result<(), DiskError> {
        let sector_bytes = self.sector_bytes;
        self.file_mut(path)?
            .flip(path, position, mask, sector_bytes)
    }
}

#[cfg(test)]
mod tests;
