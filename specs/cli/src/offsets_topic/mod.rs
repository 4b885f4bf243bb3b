//! An offsets topic on disk, Apache Kafka's own or ours: found, and replayed.

mod walk;

use std::fs;
use std::path::{Path, PathBuf};

use plimsoll_log::{Batch, Marker, Outcome};
use plimsoll_offsets::{
    Cache, Ended, Entry, Malformed, OFFSETS_TOPIC, OffsetsRecord, Part, Producer, RecordKey, Text,
    decode_key, other_group, record_type_name,
};
use plimsoll_report::log::Mark;
use plimsoll_report::offsets::{self, Group, OtherGroups, PartitionRead, Unreadable};

use crate::partition_name::PartitionName;
use crate::problem::{Problem, at};
use crate::segments::segments;
use walk::{Place, walk};

/// A partition's directory.
pub(crate) struct Partition {
    pub(crate) directory: PathBuf,
    /// Its number, if the name tells.
    pub(crate) number: Option<i32>,
    /// What the ending of its name says.
    pub(crate) mark: Option<Mark>,
}

/// The partitions that were found.
pub(crate) struct Topic {
    pub(crate) partitions: Vec<Partition>,
    /// How many partitions the topic has, if all of them are there: 0, 1, … without a gap.
    pub(crate) whole: Option<i32>,
    /// Directories of partitions that are marked, so that no broker serves them.
    pub(crate) left_out: Vec<(PathBuf, Mark)>,
}

/// What a partition holds, and how it was read.
pub(crate) struct Replayed {
    pub(crate) read: PartitionRead,
    cache: Cache,
    others: OtherGroups,
    /// Records of which only the key can be read, unless a newer one makes up for them.
    unreadable: Vec<(RecordKey, Unreadable)>,
    /// What is wrong in its files, in their order.
    pub(crate) problems: Vec<Problem>,
    /// Whether any record is of a type that Kafka writes into an offsets topic.
    known: bool,
}

/// Finds the offsets topic in a broker's data directory, or takes the directory for a partition of it.
pub(crate) fn find(directory: &Path) -> Result<Topic, Problem> {
    let io = |error| at(directory, error);
    // The name of `.` is that of the directory it stands for.
    let real = fs::canonicalize(directory).map_err(io)?;
    let own = name(&real);
    let (mut partitions, mut left_out) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(directory).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let Some((number, mark)) = name(&path).filter(|_| path.is_dir()) else {
            continue;
        };
        match mark {
            Some(mark) => left_out.push((path, mark)),
            None => partitions.push(Partition {
                directory: path,
                number: Some(number),
                mark,
            }),
        }
    }
    left_out.sort_by(|a, b| a.0.cmp(&b.0));
    if partitions.is_empty() {
        if own.is_none() && segments(directory).map_err(io)?.is_empty() {
            return Err(match left_out.is_empty() {
                true => Problem::NoTopic {
                    directory: directory.to_owned(),
                },
                false => Problem::OnlyMarked {
                    directory: directory.to_owned(),
                    marked: left_out.swap_remove(0).0,
                },
            });
        }
        let partition = Partition {
            directory: directory.to_owned(),
            number: own.map(|(number, _)| number),
            mark: own.and_then(|(_, mark)| mark),
        };
        return Ok(Topic {
            partitions: vec![partition],
            whole: None,
            left_out,
        });
    }
    partitions.sort_by_key(|partition| partition.number);
    let in_order = (0..)
        .zip(&partitions)
        .all(|(index, partition)| partition.number == Some(index));
    let whole = i32::try_from(partitions.len()).ok().filter(|_| in_order);
    Ok(Topic {
        partitions,
        whole,
        left_out,
    })
}

/// N of `__consumer_offsets-N`, and the mark behind it.
fn name(directory: &Path) -> Option<(i32, Option<Mark>)> {
    let name = PartitionName::of(directory).filter(|it| it.topic == OFFSETS_TOPIC)?;
    Some((i32::try_from(name.number).ok()?, name.mark))
}

/// Replays a partition, up to and with the record at `at` if that is given. All of it counts: a broker that opens these
/// files alone has nothing else to go by. What is wrong hides nothing that can be read.
pub(crate) fn replay(partition: &Partition, at: Option<i64>) -> Result<Replayed, Problem> {
    let mut replayed = Replayed {
        read: PartitionRead {
            directory: partition.directory.display().to_string(),
            partition: partition.number,
            mark: partition.mark,
            start: None,
            end: 0,
            records: 0,
            markers: 0,
            legacy_messages: 0,
            unfinished_bytes: 0,
            unfinished: None,
            damages: 0,
            passed_over: Default::default(),
        },
        cache: Cache::new(),
        others: OtherGroups::default(),
        unreadable: Vec::new(),
        problems: Vec::new(),
        known: false,
    };
    let last = at.unwrap_or(i64::MAX);
    let walked = walk(
        &partition.directory,
        last,
        &mut replayed,
        |replayed, place, batch| replayed.batch(&place, batch, last),
        |replayed, problem| replayed.problems.push(problem),
    )?;
    let (directory, records) = (partition.directory.clone(), replayed.read.records);
    if records > 0 && !replayed.known && partition.number.is_none() {
        return Err(Problem::NotOffsets { directory, records });
    }
    if let Some((magic, messages)) = walked.legacy {
        replayed.read.legacy_messages = messages;
        replayed.problems.push(Problem::Legacy {
            directory,
            magic,
            messages,
        });
    }
    if let Some((tail, bytes)) = walked.unfinished {
        (replayed.read.unfinished, replayed.read.unfinished_bytes) = (Some(tail), bytes);
    }
    replayed.read.passed_over = replayed.cache.unknown_by_type().collect();
    replayed.read.damages = replayed.problems.len() as u64;
    Ok(replayed)
}

impl Replayed {
    /// The groups of this partition.
    pub(crate) fn groups(&self) -> Vec<Group> {
        let unreadable: Vec<Unreadable> =
            self.unreadable.iter().map(|(_, it)| it.clone()).collect();
        offsets::groups(&self.cache, &self.others, &unreadable, self.read.partition)
    }

    /// Applies what can be read of a batch.
    fn batch(&mut self, place: &Place<'_>, batch: &Batch, last: i64) {
        let header = batch.header();
        match header.attributes.is_control() {
            true => self.marker(place, batch),
            false => self.records(place, batch, last),
        }
        self.read.start.get_or_insert(header.base_offset);
        self.read.end = header.last_offset().min(last).saturating_add(1);
        // What is below stays as keys; the records themselves are let go.
        self.cache.advance(self.read.end);
    }

    fn marker(&mut self, place: &Place<'_>, batch: &Batch) {
        let header = batch.header();
        let ended = match batch.marker() {
            Err(error) => return self.damaged(place, header.base_offset, error.to_string()),
            Ok(Some(Marker::End(end))) => match end.outcome {
                Outcome::Commit => Ended::Committed,
                Outcome::Abort => Ended::Aborted,
            },
            Ok(Some(Marker::Other { .. }) | None) => return,
        };
        let producer = Producer {
            id: header.producer_id,
            epoch: header.producer_epoch,
        };
        let marker = Entry::Marker { producer, ended };
        self.cache.apply(header.base_offset, &marker);
        self.read.markers += 1;
    }

    fn records(&mut self, place: &Place<'_>, batch: &Batch, last: i64) {
        let header = batch.header();
        let producer = (header.producer_id != -1).then_some(Producer {
            id: header.producer_id,
            epoch: header.producer_epoch,
        });
        let (records, wrong) = batch.readable_records();
        for record in records {
            let offset = record.offset;
            if offset > last {
                return;
            }
            self.read.records += 1;
            let (key, value) = (record.key.as_deref(), record.value.as_deref());
            match Entry::decode(offset, producer, key, value) {
                Ok(entry) => {
                    if let Entry::Record { record, .. } = &entry {
                        self.known |= is_known(record);
                    }
                    if let Some(other) = other_group(key, value) {
                        self.others.note(offset, value.is_some(), other);
                    }
                    self.cache.apply(offset, &entry);
                    if producer.is_none() && !self.unreadable.is_empty() {
                        let key = decode_key(key).ok();
                        self.unreadable.retain(|(of, _)| Some(of) != key.as_ref());
                    }
                }
                Err(malformed) => self.malformed(place, key, malformed),
            }
        }
        if let Some(error) = wrong {
            self.damaged(place, header.base_offset, error.to_string());
        }
    }

    fn damaged(&mut self, place: &Place<'_>, offset: i64, reason: String) {
        self.problems.push(Problem::Damaged {
            file: place.file.to_owned(),
            position: place.position,
            offset,
            reason,
        });
    }

    /// If the key says whose the record is, it is uncertain of nobody else.
    fn malformed(&mut self, place: &Place<'_>, key: Option<&[u8]>, malformed: Malformed) {
        if malformed.part == Part::Value
            && let Ok(key) = decode_key(key)
        {
            self.known = true;
            self.unreadable.retain(|(of, _)| *of != key);
            let (group, of) = whose(&key);
            let unreadable = group.map(|group| Unreadable {
                group: group.to_string(),
                of,
                record: malformed.offset,
                reason: malformed.reason.to_string(),
            });
            self.unreadable.extend(unreadable.map(|it| (key, it)));
        }
        self.problems.push(Problem::Malformed {
            file: place.file.to_owned(),
            position: place.position,
            malformed,
        });
    }
}

fn is_known(record: &OffsetsRecord) -> bool {
    match record {
        OffsetsRecord::Unknown { key_type } => record_type_name(*key_type).is_some(),
        _ => true,
    }
}

/// The group, and its topic and partition if the record is of an offset.
fn whose(key: &RecordKey) -> (Option<&Text>, Option<(String, i32)>) {
    match key {
        RecordKey::Offset {
            group,
            topic,
            partition,
        } => (Some(group), Some((topic.to_string(), *partition))),
        RecordKey::Group { group }
        | RecordKey::ConsumerGroup { group }
        | RecordKey::ConsumerMember { group, .. } => (Some(group), None),
        RecordKey::Unknown { .. } => (None, None),
    }
}
