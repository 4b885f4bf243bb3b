//! One simulated file: what is synced, and the changes since.

use std::sync::Arc;

use crate::DiskError;

/// A change that is not synced yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Change {
    /// These bytes were written at this position.
    Write(u64, Arc<[u8]>),
    /// The file was cut to this length.
    Truncate(u64),
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Change::Write(position, bytes) => {
                // Positions were checked against the length when the change was made: they fit.
                let start = usize::try_from(*position)
                    .unwrap_or(usize::MAX)
                    .min(content.len());
                let overlap = bytes.len().min(content.len() - start);
                content[start..start + overlap].copy_from_slice(&bytes[..overlap]);
                content.extend_from_slice(&bytes[overlap..]);
            }
            Change::Truncate(length) => {
                content.truncate(usize::try_from(*length).unwrap_or(usize::MAX))
            }
        }
    }
}

/// A file's content. `current` is `synced` with `changes` applied, kept because every read wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct SimFile {
    synced: Arc<Vec<u8>>,
    changes: Vec<Change>,
    current: Arc<Vec<u8>>,
}

impl SimFile {
    fn durable(content: Vec<u8>) -> SimFile {
        let content = Arc::new(content);
        SimFile {
            synced: content.clone(),
            changes: Vec::new(),
            current: content,
        }
    }

    pub(super) fn len(&self) -> u64 {
        self.current.len() as u64
    }

    pub(super) fn changes(&self) -> &[Change] {
        &self.changes
    }

    pub(super) fn synced(&self) -> &[u8] {
        &self.synced
    }

    fn make(&mut self, change: Change) {
        change.apply(Arc::make_mut(&mut self.current));
        self.changes.push(change);
    }

    fn not_beyond_end(&self, path: &str, position: u64) -> Result<(), DiskError> {
        if position > self.len() {
            return Err(DiskError::BeyondEnd {
                path: path.to_owned(),
                position,
                length: self.len(),
            });
        }
        Ok(())
    }

    pub(super) fn write(
        &mut self,
        path: &str,
        position: u64,
        bytes: &[u8],
    ) -> Result<(), DiskError> {
        self.not_beyond_end(path, position)?;
        if !bytes.is_empty() {
            self.make(Change::Write(position, bytes.into()));
        }
        Ok(())
    }

    pub(super) fn truncate(&mut self, path: &str, length: u64) -> Result<(), DiskError> {
        self.not_beyond_end(path, length)?;
        if length != self.len() {
            self.make(Change::Truncate(length));
        }
        Ok(())
    }

    pub(super) fn sync(&mut self) {
        self.synced = self.current.clone();
        self.changes.clear();
    }

    pub(super) fn read(&self, position: u64, length: usize) -> Vec<u8> {
        let start = usize::try_from(position)
            .unwrap_or(usize::MAX)
            .min(self.current.len());
        let end = start.saturating_add(length).min(self.current.len());
        self.current[start..end].to_vec()
    }

    /// What a power cut may leave of this file, the synced content first: every prefix of the changes, and between
    /// two prefixes the next write cut in the middle.
    pub(super) fn survivors(&self) -> Vec<SimFile> {
        let mut content = (*self.synced).clone();
        let mut left = vec![SimFile::durable(content.clone())];
        for change in &self.changes {
            if let Change::Write(position, bytes) = change
                && bytes.len() > 1
            {
                let mut torn = content.clone();
                Change::Write(*position, bytes[..bytes.len() / 2].into()).apply(&mut torn);
                left.push(SimFile::durable(torn));
            }
            change.apply(&mut content);
            left.push(SimFile::durable(content.clone()));
        }
        left
    }
}
