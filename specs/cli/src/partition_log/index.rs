//! Index files, held against the batches of their segment while these are read. Kafka's formats, which are ours too.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::Path;

use plimsoll_log::BatchHeader;
use plimsoll_report::log::{Index, Writer};

use crate::segments::open;

/// The entries of a file, `N` bytes each. What is wrong with the file itself ends it.
struct Entries<const N: usize> {
    reader: BufReader<File>,
    next: Option<[u8; N]>,
}

impl<const N: usize> Entries<N> {
    /// None if there is no such file.
    fn open(file: &Path) -> io::Result<Option<Entries<N>>> {
        let opened = match open(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        let mut entries = Entries {
            reader: BufReader::new(opened),
            next: None,
        };
        entries.advance()?;
        Ok(Some(entries))
    }

    /// Kafka reserves room for entries to come: zeros, which no entry consists of.
    fn advance(&mut self) -> io::Result<()> {
        let mut entry = [0; N];
        self.next = match self.reader.read_exact(&mut entry) {
            Ok(()) => Some(entry).filter(|entry| *entry != [0; N]),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => None,
            Err(error) => return Err(error),
        };
        Ok(())
    }
}

fn number(bytes: &[u8]) -> i64 {
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | i64::from(*byte))
}

fn wrong(index: &mut Index, description: impl FnOnce() -> String) {
    index.wrong += 1;
    index.first_wrong.get_or_insert_with(description);
}

/// `.index`: the last offset of a batch relative to the segment's base, and where the batch begins (`OffsetIndex`).
pub(super) struct OffsetIndex {
    entries: Entries<8>,
    base: i64,
    index: Index,
}

impl OffsetIndex {
    pub(super) fn open(segment: &Path, base: i64) -> io::Result<Option<OffsetIndex>> {
        let entries = Entries::open(&segment.with_extension("index"))?;
        Ok(entries.map(|entries| OffsetIndex {
            entries,
            base,
            index: Index::default(),
        }))
    }

    /// The next batch of the segment.
    pub(super) fn batch(&mut self, position: u64, header: &BatchHeader) -> io::Result<()> {
        while let Some(entry) = self.entries.next {
            let (offset, at) = (self.base + number(&entry[..4]), number(&entry[4..]) as u64);
            if at > position {
                break;
            }
            self.index.entries += 1;
            let last = header.last_offset();
            if at < position {
                wrong(&mut self.index, || format!("no batch begins at byte {at}"));
            } else if offset != last {
                wrong(&mut self.index, || {
                    format!("the batch at byte {at} ends at offset {last}, not {offset}")
                });
            }
            self.entries.advance()?;
        }
        Ok(())
    }

    /// The end of the segment; what was behind it could not be read unless it is `whole`.
    pub(super) fn end(mut self, whole: bool) -> io::Result<Index> {
        while let Some(entry) = self.entries.next {
            let at = number(&entry[4..]);
            self.index.entries += 1;
            if whole {
                wrong(&mut self.index, || format!("no batch begins at byte {at}"));
            }
            self.entries.advance()?;
        }
        Ok(self.index)
    }
}

/// `.timeindex`: a time, and the relative offset of the batch up to which no record is later (`TimeIndex`).
pub(super) struct TimeIndex {
    entries: Entries<12>,
    base: i64,
    latest: i64,
    index: Index,
}

impl TimeIndex {
    pub(super) fn open(segment: &Path, base: i64) -> io::Result<Option<TimeIndex>> {
        let entries = Entries::open(&segment.with_extension("timeindex"))?;
        Ok(entries.map(|entries| TimeIndex {
            entries,
            base,
            latest: i64::MIN,
            index: Index::default(),
        }))
    }

    /// The next batch of the segment.
    pub(super) fn batch(&mut self, header: &BatchHeader) -> io::Result<()> {
        self.latest = self.latest.max(header.max_timestamp_ms);
        while let Some(entry) = self.entries.next {
            let (time, offset) = (number(&entry[..8]), self.base + number(&entry[8..]));
            if offset > header.last_offset() {
                break;
            }
            self.index.entries += 1;
            let right = offset >= header.base_offset
                && (time, time) == (self.latest, header.max_timestamp_ms);
            if !right {
                wrong(&mut self.index, || {
                    format!("{time} is not the latest time up to offset {offset}")
                });
            }
            self.entries.advance()?;
        }
        Ok(())
    }

    /// The end of the segment; what was behind it could not be read unless it is `whole`. Kafka leaves entries behind
    /// the end of the last segment when it truncates a log.
    pub(super) fn end(
        mut self,
        whole: bool,
        next: Option<i64>,
        writer: Writer,
    ) -> io::Result<Index> {
        while let Some(entry) = self.entries.next {
            let offset = self.base + number(&entry[8..]);
            self.index.entries += 1;
            if whole && next.is_none() && writer == Writer::Kafka {
                self.index.stale += 1;
            } else if whole {
                wrong(&mut self.index, || format!("there is no offset {offset}"));
            }
            self.entries.advance()?;
        }
        Ok(self.index)
    }
}
