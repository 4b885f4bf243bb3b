//! One simulated file: what every reader sees, and what the device may hold instead.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::DiskError;

/// A file's content. Equal files have equal futures: nothing here tells how they came to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct SimFile {
    /// As written: what reads answer with.
    pub(super) current: Arc<Vec<u8>>,
    /// What may be left instead after a power cut; none if the device holds just what was written.
    pub(super) unsynced: Option<Arc<Unsynced>>,
}

/// What the device may hold of a file that was changed since it was synced.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Unsynced {
    /// The length that is certain, in bytes.
    pub(super) synced_length: usize,
    /// Every other length that the file had since, ascending.
    pub(super) lengths: Vec<usize>,
    /// A sync failed on these lengths: the kernel takes them for written, and no later sync will write them.
    forsaken_length: bool,
    /// The sectors that were changed, by number.
    pub(super) sectors: BTreeMap<usize, Sector>,
}

/// What the device may hold of one changed sector. Versions have no zeros at their ends: a version of no bytes is a
/// sector of zeros, or one that was never there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Sector {
    pub(super) synced: Arc<[u8]>,
    /// Every other content since, sorted: in which order they came says nothing about which one is left.
    pub(super) later: Vec<Arc<[u8]>>,
    /// A sync failed on this sector: no later one writes it, unless it is changed again.
    forsaken: bool,
}

impl Sector {
    fn may_be(&mut self, version: Arc<[u8]>) {
        if version != self.synced
            && let Err(place) = self.later.binary_search(&version)
        {
            self.later.insert(place, version);
        }
    }

    fn flip(&mut self, byte: usize, mask: u8) {
        for version in self.later.iter_mut().chain([&mut self.synced]) {
            let mut bytes = version.to_vec();
            bytes.resize(bytes.len().max(byte + 1), 0);
            bytes[byte] ^= mask;
            *version = trimmed(&bytes).into();
        }
        self.later.sort_unstable();
    }
}

/// Without the zeros at the end.
pub(super) fn trimmed(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte != 0);
    &bytes[..end.map_or(0, |last| last + 1)]
}

/// The content of a sector, without the zeros at its end.
fn sector_of(content: &[u8], sector: usize, sector_bytes: usize) -> &[u8] {
    let start = (sector * sector_bytes).min(content.len());
    let end = (start + sector_bytes).min(content.len());
    trimmed(&content[start..end])
}

fn saturated(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

impl SimFile {
    /// A file that the device holds as it is.
    pub(super) fn durable(content: Vec<u8>) -> SimFile {
        SimFile {
            current: Arc::new(content),
            unsynced: None,
        }
    }

    pub(super) fn len(&self) -> u64 {
        self.current.len() as u64
    }

    pub(super) fn read(&self, position: u64, length: usize) -> Vec<u8> {
        let start = saturated(position).min(self.current.len());
        let end = start.saturating_add(length).min(self.current.len());
        self.current[start..end].to_vec()
    }

    fn not_beyond_end(&self, path: &str, position: u64) -> Result<usize, DiskError> {
        if position > self.len() {
            return Err(DiskError::BeyondEnd {
                path: path.to_owned(),
                position,
                length: self.len(),
            });
        }
        Ok(saturated(position))
    }

    pub(super) fn write(
        &mut self,
        path: &str,
        position: u64,
        bytes: &[u8],
        sector_bytes: usize,
    ) -> Result<(), DiskError> {
        let start = self.not_beyond_end(path, position)?;
        if bytes.is_empty() {
            return Ok(());
        }
        let end = start + bytes.len();
        self.change(start, end, sector_bytes, |content| {
            let overlap = bytes.len().min(content.len() - start);
            content[start..start + overlap].copy_from_slice(&bytes[..overlap]);
            content.extend_from_slice(&bytes[overlap..]);
        });
        Ok(())
    }

    pub(super) fn truncate(
        &mut self,
        path: &str,
        length: u64,
        sector_bytes: usize,
    ) -> Result<(), DiskError> {
        let length = self.not_beyond_end(path, length)?;
        let end = self.current.len();
        if length < end {
            self.change(length, end, sector_bytes, |content| {
                content.truncate(length)
            });
        }
        Ok(())
    }

    /// Makes a change that touches the bytes from `start` to `end`, and remembers what may be left of it.
    fn change(
        &mut self,
        start: usize,
        end: usize,
        sector_bytes: usize,
        make: impl FnOnce(&mut Vec<u8>),
    ) {
        let touched = start / sector_bytes..end.div_ceil(sector_bytes);
        let old_length = self.current.len();
        let unsynced = self.unsynced.get_or_insert_with(|| {
            Arc::new(Unsynced {
                synced_length: old_length,
                lengths: Vec::new(),
                forsaken_length: false,
                sectors: BTreeMap::new(),
            })
        });
        let unsynced = Arc::make_mut(unsynced);
        for sector in touched.clone() {
            let old = sector_of(&self.current, sector, sector_bytes);
            let held = unsynced.sectors.entry(sector);
            held.or_insert_with(|| Sector {
                synced: old.into(),
                later: Vec::new(),
                forsaken: false,
            });
        }
        make(Arc::make_mut(&mut self.current));
        for sector in touched {
            if let Some(held) = unsynced.sectors.get_mut(&sector) {
                held.may_be(sector_of(&self.current, sector, sector_bytes).into());
                held.forsaken = false;
            }
        }
        unsynced.grown(old_length, self.current.len(), sector_bytes);
        self.forget_what_is_certain();
    }

    /// Sectors and lengths that can only be what they are need no remembering: so that equal files compare equal.
    fn forget_what_is_certain(&mut self) {
        let length = self.current.len();
        let Some(unsynced) = &mut self.unsynced else {
            return;
        };
        let unsynced = Arc::make_mut(unsynced);
        unsynced.sectors.retain(|_, held| !held.later.is_empty());
        if unsynced.lengths.is_empty() {
            unsynced.forsaken_length = false;
        }
        let certain = unsynced.sectors.is_empty() && unsynced.lengths.is_empty();
        if certain && unsynced.synced_length == length {
            self.unsynced = None;
        }
    }

    /// Makes durable what was written since the last sync, but for what an earlier failed sync has given up.
    pub(super) fn sync(&mut self, sector_bytes: usize) {
        let Some(unsynced) = &mut self.unsynced else {
            return;
        };
        let unsynced = Arc::make_mut(unsynced);
        unsynced.sectors.retain(|_, held| held.forsaken);
        if !unsynced.forsaken_length {
            let length = self.current.len();
            unsynced.synced_length = length;
            unsynced.lengths.clear();
            // What lies behind a certain end is given back to the file system.
            let behind = length.div_ceil(sector_bytes);
            unsynced.sectors.retain(|sector, _| *sector < behind);
        }
        self.forget_what_is_certain();
    }

    /// A sync that failed: everything unsynced stays as uncertain as it is, also when a later sync succeeds.
    pub(super) fn forsake(&mut self) {
        if let Some(unsynced) = &mut self.unsynced {
            let unsynced = Arc::make_mut(unsynced);
            unsynced.forsaken_length = !unsynced.lengths.is_empty();
            for held in unsynced.sectors.values_mut() {
                held.forsaken = true;
            }
        }
    }

    /// Flips the bits of `mask` in one byte, whatever of its sector is left later.
    pub(super) fn flip(
        &mut self,
        path: &str,
        position: u64,
        mask: u8,
        sector_bytes: usize,
    ) -> Result<(), DiskError> {
        let byte = self.not_beyond_end(path, position.saturating_add(1))? - 1;
        Arc::make_mut(&mut self.current)[byte] ^= mask;
        if let Some(unsynced) = &mut self.unsynced
            && let Some(held) = Arc::make_mut(unsynced)
                .sectors
                .get_mut(&(byte / sector_bytes))
        {
            held.flip(byte % sector_bytes, mask);
        }
        Ok(())
    }

    pub(super) fn canonical_bytes(&self, out: &mut Vec<u8>) {
        put(out, &self.current);
        let Some(unsynced) = &self.unsynced else {
            out.push(0);
            return;
        };
        out.push(1 + u8::from(unsynced.forsaken_length));
        put_number(out, unsynced.synced_length);
        put_number(out, unsynced.lengths.len());
        for length in &unsynced.lengths {
            put_number(out, *length);
        }
        put_number(out, unsynced.sectors.len());
        for (sector, held) in &unsynced.sectors {
            put_number(out, *sector);
            out.push(u8::from(held.forsaken));
            put(out, &held.synced);
            put_number(out, held.later.len());
            for version in &held.later {
                put(out, version);
            }
        }
    }
}

impl Unsynced {
    /// A file that grows passes every sector's end on its way; it may be found at each of them.
    fn grown(&mut self, from: usize, to: usize, sector_bytes: usize) {
        let between = (from / sector_bytes + 1..)
            .map(|sector| sector * sector_bytes)
            .take_while(|length| *length < to);
        for length in between.chain([from, to]) {
            if length != self.synced_length
                && let Err(place) = self.lengths.binary_search(&length)
            {
                self.lengths.insert(place, length);
            }
        }
        if from != to {
            self.forsaken_length = false;
        }
    }
}

pub(super) fn put_number(out: &mut Vec<u8>, number: usize) {
    out.extend_from_slice(&(number as u64).to_be_bytes());
}

pub(super) fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len());
    out.extend_from_slice(bytes);
}
