//! A disk that is changed in memory only: to see what an operation would do to one that must stay as it is.

use std::collections::BTreeMap;

use crate::{Disk, DiskError, path};

/// The disk below, as it would be after every change made here. Whatever is done, the disk below is only read.
///
/// A change costs as much memory as the bytes it writes; renaming, cutting off and removing cost next to nothing,
/// however large the file is.
#[derive(Debug)]
pub struct Overlay<'a, D> {
    below: &'a D,
    /// What differs from the disk below, by path.
    changed: BTreeMap<String, Entry>,
}

#[derive(Debug)]
enum Entry {
    Gone,
    Directory,
    File(Content),
}

/// What a file holds: the beginning of a file below, and what was written over and behind it.
#[derive(Clone, Debug)]
struct Content {
    /// The name that it has there, and how many of its bytes are still to be seen.
    below: Option<(String, u64)>,
    length: u64,
    /// With their positions, in order of writing.
    pieces: Vec<(u64, Vec<u8>)>,
}

impl<'a, D: Disk> Overlay<'a, D> {
    /// The disk below, with nothing changed.
    pub fn new(below: &'a D) -> Overlay<'a, D> {
        Overlay {
            below,
            changed: BTreeMap::new(),
        }
    }

    /// A file that is there.
    fn content(&self, path: &str) -> Result<Content, DiskError> {
        path::check(path)?;
        match self.changed.get(path) {
            Some(Entry::File(content)) => Ok(content.clone()),
            Some(Entry::Directory) => Err(bad_path(path)),
            Some(Entry::Gone) => Err(not_found(path)),
            None => {
                self.check_parent(path)?;
                let length = self.below.len(path)?;
                Ok(Content {
                    below: Some((path.to_owned(), length)),
                    length,
                    pieces: Vec::new(),
                })
            }
        }
    }

    /// What is below a directory that was changed here does not count.
    fn check_parent(&self, path: &str) -> Result<(), DiskError> {
        match self.changed.get(path::parent(path)) {
            Some(Entry::File(_)) => Err(bad_path(path)),
            Some(_) => Err(not_found(path)),
            None => Ok(()),
        }
    }

    fn change(
        &mut self,
        path: &str,
        position: u64,
        change: impl FnOnce(&mut Content),
    ) -> Result<(), DiskError> {
        let mut content = self.content(path)?;
        let length = content.length;
        if position > length {
            return Err(DiskError::BeyondEnd {
                path: path.to_owned(),
                position,
                length,
            });
        }
        change(&mut content);
        self.changed.insert(path.to_owned(), Entry::File(content));
        Ok(())
    }

    /// Makes an entry where none is.
    fn make(&mut self, path: &str, entry: Entry) -> Result<(), DiskError> {
        path::check(path)?;
        if self.is_directory(path) || self.content(path).is_ok() {
            return Err(DiskError::AlreadyExists {
                path: path.to_owned(),
            });
        }
        // Whatever is wrong with the directory is wrong with what is in it.
        self.list(path::parent(path)).map_err(|error| match error {
            DiskError::NotFound { .. } => not_found(path),
            DiskError::BadPath { .. } => bad_path(path),
            error => error,
        })?;
        self.changed.insert(path.to_owned(), entry);
        Ok(())
    }

    fn is_directory(&self, path: &str) -> bool {
        match self.changed.get(path) {
            Some(entry) => matches!(entry, Entry::Directory),
            None => self.check_parent(path).is_ok() && self.below.list(path).is_ok(),
        }
    }

    fn read(&self, content: &Content, position: u64, asked: u64) -> Result<Vec<u8>, DiskError> {
        let end = position.saturating_add(asked).min(content.length);
        let many = usize::try_from(end.saturating_sub(position)).unwrap_or(usize::MAX);
        let mut bytes = Vec::new();
        if let Some((name, seen)) = &content.below
            && position < *seen
        {
            let seen = usize::try_from(seen - position).unwrap_or(usize::MAX);
            bytes = self.below.read_at(name, position, many.min(seen))?;
            if bytes.len() < many.min(seen) {
                // The disk below came short, and so does this one.
                return Ok(bytes);
            }
        }
        bytes.resize(many, 0);
        for (at, piece) in &content.pieces {
            let (from, to) = ((*at).max(position), (at + piece.len() as u64).min(end));
            if from < to {
                let (here, there) = ((from - position) as usize, (from - at) as usize);
                let many = (to - from) as usize;
                bytes[here..here + many].copy_from_slice(&piece[there..there + many]);
            }
        }
        Ok(bytes)
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

impl<D: Disk> Disk for Overlay<'_, D> {
    fn create_dir(&mut self, path: &str) -> Result<(), DiskError> {
        self.make(path, Entry::Directory)
    }

    fn create(&mut self, path: &str) -> Result<(), DiskError> {
        let empty = Content {
            below: None,
            length: 0,
            pieces: Vec::new(),
        };
        self.make(path, Entry::File(empty))
    }

    fn write_at(&mut self, path: &str, position: u64, bytes: &[u8]) -> Result<(), DiskError> {
        self.change(path, position, |content| {
            content.length = content.length.max(position + bytes.len() as u64);
            content.pieces.push((position, bytes.to_vec()));
        })
    }

    fn truncate(&mut self, path: &str, length: u64) -> Result<(), DiskError> {
        self.change(path, length, |content| {
            content.length = length;
            if let Some((_, seen)) = &mut content.below {
                *seen = length.min(*seen);
            }
            for (at, piece) in &mut content.pieces {
                let kept = usize::try_from(length.saturating_sub(*at)).unwrap_or(usize::MAX);
                piece.truncate(kept);
            }
        })
    }

    /// Nothing: what is here is never on the disk.
    fn sync(&mut self, path: &str) -> Result<(), DiskError> {
        self.content(path).map(drop)
    }

    /// Nothing: what is here is never on the disk.
    fn sync_dir(&mut self, path: &str) -> Result<(), DiskError> {
        self.list(path).map(drop)
    }

    fn remove(&mut self, path: &str) -> Result<(), DiskError> {
        self.content(path)?;
        self.changed.insert(path.to_owned(), Entry::Gone);
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), DiskError> {
        path::check(from)?;
        path::check(to)?;
        path::same_directory(from, to)?;
        let content = self.content(from)?;
        if self.is_directory(to) {
            return Err(bad_path(to));
        }
        self.changed.insert(from.to_owned(), Entry::Gone);
        self.changed.insert(to.to_owned(), Entry::File(content));
        Ok(())
    }

    fn read_at(&self, path: &str, position: u64, length: usize) -> Result<Vec<u8>, DiskError> {
        let content = self.content(path)?;
        self.read(&content, position, length as u64)
    }

    fn len(&self, path: &str) -> Result<u64, DiskError> {
        Ok(self.content(path)?.length)
    }

    fn list(&self, path: &str) -> Result<Vec<String>, DiskError> {
        path::check(path)?;
        let mut names = match self.changed.get(path) {
            Some(Entry::Directory) => Vec::new(),
            Some(Entry::File(_)) => return Err(bad_path(path)),
            Some(Entry::Gone) => return Err(not_found(path)),
            None => {
                self.check_parent(path)?;
                self.below.list(path)?
            }
        };
        for (changed, entry) in &self.changed {
            if path::parent(changed) != path || changed.is_empty() {
                continue;
            }
            let name = path::name(changed);
            names.retain(|known| known != name);
            if !matches!(entry, Entry::Gone) {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }
}
