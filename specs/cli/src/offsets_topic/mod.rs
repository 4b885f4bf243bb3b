//! An offsets topic on disk, Apache Kafka's own or ours: found, and replayed.

mod walk;

use std::fs;
use std::path::{Path, PathBuf};

use plimsoll_log::Batch;
use plimsoll_offsets::{
    Cache, EntriesError, Entry, OFFSETS_TOPIC, OffsetsRecord, record_type_name,
};
use plimsoll_report::offsets::PartitionRead;

use crate::problem::{Problem, at};
use crate::segments::segments;
use walk::{Place, walk};

/// A partition's directory.
pub(crate) struct Partition {
    pub(crate) directory: PathBuf,
    /// Its number, if the name tells.
    pub(crate) number: Option<i32>,
}

/// The partitions that were found.
pub(crate) struct Topic {
    pub(crate) partitions: Vec<Partition>,
    /// How many partitions the topic has, if all of them are there: 0, 1, … without a gap.
    pub(crate) whole: Option<i32>,
}

/// What a partition holds, and how it was read.
pub(crate) struct Replayed {
    pub(crate) read: PartitionRead,
    pub(crate) cache: Cache,
}

/// Finds the offsets topic in a broker's data directory, or takes the directory for a partition of it.
pub(crate) fn find(directory: &Path) -> Result<Topic, Problem> {
    let io = |error| at(directory, error);
    // The name of `.` is that of the directory it stands for.
    let real = fs::canonicalize(directory).map_err(io)?;
    let own_number = real.file_name().and_then(|name| number(name.to_str()?));
    let mut partitions = Vec::new();
    for entry in fs::read_dir(directory).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let number = path.file_name().and_then(|name| number(name.to_str()?));
        if number.is_some() && path.is_dir() {
            partitions.push(Partition {
                directory: path,
                number,
            });
        }
    }
    if partitions.is_empty() {
        if own_number.is_none() && segments(directory).map_err(io)?.is_empty() {
            return Err(Problem::NoTopic {
                directory: directory.to_owned(),
            });
        }
        let partition = Partition {
            directory: directory.to_owned(),
            number: own_number,
        };
        return Ok(Topic {
            partitions: vec![partition],
            whole: None,
        });
    }
    partitions.sort_by_key(|partition| partition.number);
    let in_order = (0..)
        .zip(&partitions)
        .all(|(index, partition)| partition.number == Some(index));
    let whole = i32::try_from(partitions.len()).ok().filter(|_| in_order);
    Ok(Topic { partitions, whole })
}

/// N of `__consumer_offsets-N`.
fn number(name: &str) -> Option<i32> {
    let digits = name.strip_prefix(OFFSETS_TOPIC)?.strip_prefix('-')?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// Replays a partition, up to and with the record at `at` if that is given. All of it counts: a broker that opens these
/// files alone has nothing else to go by.
pub(crate) fn replay(partition: &Partition, at: Option<i64>) -> Result<Replayed, Problem> {
    let mut replayed = Replayed {
        read: PartitionRead {
            directory: partition.directory.display().to_string(),
            partition: partition.number,
            start: None,
            end: 0,
            records: 0,
            markers: 0,
            unfinished_bytes: 0,
            passed_over: Default::default(),
        },
        cache: Cache::new(),
    };
    let last = at.unwrap_or(i64::MAX);
    let mut known = false;
    let unfinished = walk(&partition.directory, last, |place, batch| {
        known |= replayed.batch(&place, batch, last)?;
        Ok(())
    })?;
    let (directory, records) = (partition.directory.clone(), replayed.read.records);
    if records > 0 && !known && partition.number.is_none() {
        return Err(Problem::NotOffsets { directory, records });
    }
    replayed.read.unfinished_bytes = unfinished;
    replayed.read.passed_over = replayed.cache.unknown_by_type().collect();
    Ok(replayed)
}

impl Replayed {
    /// Applies a batch; the answer is whether any record of it is of a type that Kafka writes into an offsets topic.
    fn batch(&mut self, place: &Place<'_>, batch: &Batch, last: i64) -> Result<bool, Problem> {
        let header = batch.header();
        let mut known = false;
        for (offset, entry) in entries(place, batch)? {
            if offset > last {
                break;
            }
            self.cache.apply(offset, &entry);
            match &entry {
                Entry::Marker { .. } => self.read.markers += 1,
                Entry::Record { record, .. } => {
                    self.read.records += 1;
                    known |= match record {
                        OffsetsRecord::Unknown { key_type } => {
                            record_type_name(*key_type).is_some()
                        }
                        _ => true,
                    };
                }
            }
        }
        self.read.start.get_or_insert(header.base_offset);
        self.read.end = header.last_offset().min(last).saturating_add(1);
        // What is below stays as keys; the records themselves are let go.
        self.cache.advance(self.read.end);
        Ok(known)
    }
}

/// What stands in a batch, with its offsets.
fn entries(place: &Place<'_>, batch: &Batch) -> Result<Vec<(i64, Entry)>, Problem> {
    let (file, position) = (place.file.to_owned(), place.position);
    plimsoll_offsets::entries(batch).map_err(|error| match error {
        EntriesError::Batch { offset, reason } => Problem::Damaged {
            file,
            position,
            offset,
            reason: reason.to_string(),
        },
        EntriesError::Record(malformed) => Problem::Malformed {
            file,
            position,
            malformed,
        },
    })
}
