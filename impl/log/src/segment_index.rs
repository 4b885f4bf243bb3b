//! The indexes of one segment: in memory what was appended since opening, in files what the checkpoint vouches for.
//!
//! Files are believed only as far as the checkpoint knows their checksum; what cannot be believed is rebuilt from the
//! segment when it is first asked for (L11). An index is a function of the segment, so it takes no part in comparing
//! logs.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use plimsoll_disk::{Disk, DiskError};

use crate::index::Entries;
use crate::reader::{BatchReader, CHUNK_BYTES, damaged};
use crate::{BatchHeader, Damage, ReadError};

/// The first bytes of a file, by their checksum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Extent {
    pub(crate) bytes: u64,
    pub(crate) checksum: u32,
}

impl Extent {
    fn and(self, more: &[u8]) -> Extent {
        Extent {
            bytes: self.bytes + more.len() as u64,
            checksum: crc32c::crc32c_append(self.checksum, more),
        }
    }
}

/// What the two index files of a segment hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct IndexFiles {
    pub(crate) offsets: Extent,
    pub(crate) times: Extent,
}

/// What lies below the entries in memory, once it was loaded.
#[derive(Clone, Debug)]
struct Loaded {
    entries: Arc<Entries>,
    /// The files are not what the checkpoint says, and have to be written anew.
    rebuilt: bool,
}

/// See the head of the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct SegmentIndex {
    /// The entries in memory begin at this byte of the segment; the files hold those below.
    from: u64,
    below: IndexFiles,
    loaded: OnceLock<Loaded>,
    entries: Arc<Entries>,
    /// How many of the entries in memory the files hold too.
    written: (usize, usize),
    files: IndexFiles,
    since_entry: u64,
}

impl PartialEq for SegmentIndex {
    fn eq(&self, _: &SegmentIndex) -> bool {
        true
    }
}

impl Eq for SegmentIndex {}

impl Hash for SegmentIndex {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// Where the file of a segment is, and what of it the index covers.
#[derive(Clone, Copy)]
pub(crate) struct Covered<'a> {
    pub(crate) path: &'a str,
    pub(crate) base_offset: i64,
    pub(crate) interval: u32,
    /// Whether its index files are read without their checksums: a known mistake.
    pub(crate) unchecked: bool,
}

impl Covered<'_> {
    pub(crate) fn offsets_path(&self) -> String {
        sibling(self.path, "index")
    }

    pub(crate) fn times_path(&self) -> String {
        sibling(self.path, "timeindex")
    }
}

/// The file next to a segment file with another ending.
pub(crate) fn sibling(path: &str, ending: &str) -> String {
    format!("{}{ending}", path.strip_suffix("log").unwrap_or(path))
}

impl SegmentIndex {
    /// The index of a segment whose first `from` bytes are in these files.
    pub(crate) fn in_files(from: u64, files: IndexFiles) -> SegmentIndex {
        SegmentIndex {
            from,
            below: files,
            files,
            ..SegmentIndex::default()
        }
    }

    /// What the files hold, for the checkpoint.
    pub(crate) fn files(&self) -> IndexFiles {
        self.files
    }

    /// Takes in a batch that was appended at `position`; `latest` is the latest time of the segment and its offset.
    pub(crate) fn push(
        &mut self,
        header: &BatchHeader,
        position: u64,
        latest: Option<(i64, i64)>,
        of: (i64, u32),
    ) {
        let (base_offset, interval) = of;
        // What the header or the name of a file says may be too far apart for the format; then there is no entry.
        let relative = |offset: i64| u32::try_from(offset - base_offset).ok();
        if self.since_entry > u64::from(interval)
            && let (Some(last), Ok(at)) = (relative(header.last_offset()), u32::try_from(position))
        {
            let entries = Arc::make_mut(&mut self.entries);
            entries.offsets.push((last, at));
            if let Some((timestamp, offset)) = latest
                && entries.times.last().is_none_or(|entry| entry.0 < timestamp)
                && let Some(offset) = relative(offset)
            {
                entries.times.push((timestamp, offset));
            }
            self.since_entry = 0;
        }
        self.since_entry += header.total_bytes() as u64;
    }

    /// The last entry at or below the offset: relative last offset of a batch, and where that begins.
    pub(crate) fn at_offset(
        &self,
        disk: &impl Disk,
        of: Covered<'_>,
        relative: u64,
    ) -> Result<Option<(u32, u32)>, ReadError> {
        match self.entries.at_offset(relative) {
            None if self.from > 0 => Ok(self.below(disk, of)?.at_offset(relative)),
            found => Ok(found),
        }
    }

    /// The relative offset from which on records may be as late as `timestamp_ms`.
    pub(crate) fn at_time(
        &self,
        disk: &impl Disk,
        of: Covered<'_>,
        timestamp_ms: i64,
    ) -> Result<Option<u32>, ReadError> {
        match self.entries.at_time(timestamp_ms) {
            None if self.from > 0 => Ok(self.below(disk, of)?.at_time(timestamp_ms)),
            found => Ok(found),
        }
    }

    fn below(&self, disk: &impl Disk, of: Covered<'_>) -> Result<&Entries, ReadError> {
        self.load(disk, of).map(|loaded| &*loaded.entries)
    }

    fn load(&self, disk: &impl Disk, of: Covered<'_>) -> Result<&Loaded, ReadError> {
        if let Some(loaded) = self.loaded.get() {
            return Ok(loaded);
        }
        let fresh = match self.believed(disk, of)? {
            Some(entries) => Loaded {
                entries: Arc::new(entries),
                rebuilt: false,
            },
            None => Loaded {
                entries: Arc::new(rebuild(disk, of, self.from)?),
                rebuilt: true,
            },
        };
        Ok(self.loaded.get_or_init(|| fresh))
    }

    /// The entries in the files, if those are what the checkpoint says.
    fn believed(&self, disk: &impl Disk, of: Covered<'_>) -> Result<Option<Entries>, DiskError> {
        let offsets = content(disk, &of.offsets_path(), self.below.offsets, of.unchecked)?;
        let times = content(disk, &of.times_path(), self.below.times, of.unchecked)?;
        Ok(match (offsets, times) {
            (Some(offsets), Some(times)) => Some(Entries::decode(&offsets, &times)),
            _ => None,
        })
    }

    /// Whether a closed segment's index has something to write or to let go of.
    pub(crate) fn holds_entries(&self) -> bool {
        let rebuilt = self.loaded.get().is_some_and(|loaded| loaded.rebuilt);
        rebuilt || !self.entries.offsets.is_empty()
    }

    /// Writes what the files do not hold yet. It is not synced: what a crash takes is rebuilt.
    pub(crate) fn write(&mut self, disk: &mut impl Disk, of: Covered<'_>) -> Result<(), ReadError> {
        if self.from > 0 && !self.files_reach(disk, of)? {
            // Forces a look at the content, which then is found wanting.
            self.load(disk, of)?;
        }
        if self.loaded.get().is_some_and(|loaded| loaded.rebuilt) {
            self.take_over_loaded();
        }
        let (offsets, times) = self.written;
        let fresh = Entries {
            offsets: self.entries.offsets[offsets..].to_vec(),
            times: self.entries.times[times..].to_vec(),
        };
        let (offsets, times) = fresh.encode();
        let written = IndexFiles {
            offsets: extend(disk, &of.offsets_path(), self.files.offsets, &offsets)?,
            times: extend(disk, &of.times_path(), self.files.times, &times)?,
        };
        self.files = written;
        self.written = (self.entries.offsets.len(), self.entries.times.len());
        Ok(())
    }

    fn files_reach(&self, disk: &impl Disk, of: Covered<'_>) -> Result<bool, DiskError> {
        let reaches = |path: &str, extent: Extent| match disk.len(path) {
            Err(DiskError::NotFound { .. }) => Ok(extent.bytes == 0),
            length => Ok(length? >= extent.bytes),
        };
        Ok(reaches(&of.offsets_path(), self.files.offsets)?
            && reaches(&of.times_path(), self.files.times)?)
    }

    /// Makes what was rebuilt part of what is in memory, so that all of it is written anew.
    fn take_over_loaded(&mut self) {
        if let Some(loaded) = self.loaded.take() {
            let mut all = (*loaded.entries).clone();
            all.extend(&self.entries);
            *self = SegmentIndex {
                entries: Arc::new(all),
                since_entry: self.since_entry,
                ..SegmentIndex::default()
            };
        }
    }

    /// Lets go of what the files hold: the segment of `bytes` bytes is closed.
    pub(crate) fn unload(&mut self, bytes: u64) {
        *self = SegmentIndex::in_files(bytes, self.files);
    }
}

/// The first bytes of an index file if they are what the checkpoint says, or all of a file that is trusted.
fn content(
    disk: &impl Disk,
    path: &str,
    extent: Extent,
    unchecked: bool,
) -> Result<Option<Vec<u8>>, DiskError> {
    let length = match usize::try_from(extent.bytes) {
        _ if unchecked => usize::MAX,
        Ok(0) => return Ok(Some(Vec::new())),
        Ok(length) => length,
        Err(_) => return Ok(None),
    };
    match disk.read_at(path, 0, length) {
        Err(DiskError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
        Ok(bytes) => {
            let right = Extent::default().and(&bytes) == extent;
            Ok((right || unchecked).then_some(bytes))
        }
    }
}

/// Writes `bytes` behind the extent, making the file if need be.
fn extend(
    disk: &mut impl Disk,
    path: &str,
    extent: Extent,
    bytes: &[u8],
) -> Result<Extent, DiskError> {
    if bytes.is_empty() {
        return Ok(extent);
    }
    if extent.bytes == 0 {
        match disk.create(path) {
            Err(DiskError::AlreadyExists { .. }) => disk.truncate(path, 0)?,
            created => created?,
        }
    }
    disk.write_at(path, extent.bytes, bytes)?;
    Ok(extent.and(bytes))
}

/// The entries for the first `end` bytes of a segment.
fn rebuild(disk: &impl Disk, of: Covered<'_>, end: u64) -> Result<Entries, ReadError> {
    let mut index = SegmentIndex::default();
    let mut reader = BatchReader::new(disk, of.path, 0, end, CHUNK_BYTES);
    let mut next_offset = of.base_offset;
    let mut latest: Option<(i64, i64)> = None;
    loop {
        let position = reader.position();
        let wrong = |reason| damaged(of.path, next_offset, position, reason);
        let header = match reader.next()? {
            None => break,
            Some(Err(reason)) => return Err(wrong(Damage::Batch(reason))),
            Some(Ok(found)) => found.header,
        };
        if header.base_offset < next_offset {
            return Err(wrong(Damage::Offset {
                expected: next_offset,
                found: header.base_offset,
            }));
        }
        next_offset = header.last_offset() + 1;
        latest = later(latest, &header);
        index.push(&header, position, latest, (of.base_offset, of.interval));
    }
    Ok(Arc::unwrap_or_clone(index.entries))
}

/// The latest time so far and the last offset of the batch that brought it.
pub(crate) fn later(latest: Option<(i64, i64)>, header: &BatchHeader) -> Option<(i64, i64)> {
    let has_time = header.max_timestamp_ms >= 0 && header.records_count > 0;
    match latest {
        Some((timestamp, _)) if timestamp >= header.max_timestamp_ms => latest,
        _ if has_time => Some((header.max_timestamp_ms, header.last_offset())),
        _ => latest,
    }
}
