//! A partition's log on disk, Apache Kafka's own or ours: found, read from end to end, and looked at as recovery would.
//!
//! | question | file |
//! |---|---|
//! | where are the partitions? | `find` |
//! | what is in the segments? | `walk` |
//! | do the index files say the same? | `index` |
//! | what do the checkpoint files say? | `checkpoints` |
//! | what would recovery do? | `recovery` |
//! | is anything gone that was durable? | `durable` |
//! | is somebody writing here? | `in_use` |

mod checkpoints;
mod durable;
mod find;
mod in_use;
mod index;
mod recovery;
mod walk;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use plimsoll_report::log::{DAMAGE_LISTED_MAX, Damage, Mark, Partition, Producer, Segment, Writer};

use crate::Exit;
use crate::partition_name::PartitionName;
use crate::problem::{Problem, at};
use crate::segments::{segments, special};

pub(crate) use find::find;

/// What could be seen of a partition.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) partition: Partition,
    pub(crate) segments: Vec<Segment>,
    pub(crate) producers: Vec<Producer>,
    pub(crate) damages: Vec<Damage>,
    /// The first place of each segment, by its base offset, where offsets do not follow on each other. It is damage
    /// unless compaction has been there.
    gaps: BTreeMap<i64, Damage>,
    /// Where the unfinished end of the log begins: its file, byte and offset.
    tail: Option<(String, u64, i64)>,
    /// Files that cannot be read.
    pub(crate) problems: Vec<Problem>,
}

/// Where a partition is.
struct Place<'a> {
    /// As the user names it.
    directory: &'a Path,
    /// The data directory, and the partition's name in it.
    data: PathBuf,
    name: String,
    /// What the name says, if it is that of a partition.
    partition: Option<PartitionName>,
    /// The files in the partition's directory.
    files: Vec<String>,
}

/// Reads a partition. Nothing is changed.
pub(crate) fn read(directory: &Path) -> Result<Seen, Problem> {
    let place = Place::of(directory)?;
    let io = |error| at(directory, error);
    if let Some((path, error)) = special(directory).map_err(io)? {
        return Err(at(&path, error));
    }
    let segments = segments(directory).map_err(io)?;
    let mark = place.partition.as_ref().and_then(|it| it.mark);
    let mut seen = Seen::default();
    seen.partition.directory = directory.display().to_string();
    seen.partition.writer = place.writer();
    seen.partition.mark = mark;
    if segments.is_empty() {
        // Of a directory that is being deleted the files go first.
        return match mark {
            Some(Mark::Delete) => Ok(seen),
            _ => Err(Problem::NoSegments {
                directory: directory.to_owned(),
            }),
        };
    }
    seen.partition.in_use_by = in_use::by(&place.data.join(".lock"));
    walk::walk(&segments, &mut seen);
    recovery::dry_run_recovery(&place, &mut seen);
    checkpoints::read(&place, &mut seen);
    durable::check(&mut seen);
    Ok(seen)
}

impl Place<'_> {
    fn of(directory: &Path) -> Result<Place<'_>, Problem> {
        let io = |error| at(directory, error);
        // The name of `.` is that of the directory it stands for.
        let real = fs::canonicalize(directory).map_err(io)?;
        let mut files = Vec::new();
        for entry in fs::read_dir(directory).map_err(io)? {
            let name = entry.map_err(io)?.file_name();
            files.push(name.to_string_lossy().into_owned());
        }
        let name = real.file_name().unwrap_or_default().to_string_lossy();
        Ok(Place {
            directory,
            data: real.parent().unwrap_or(&real).to_owned(),
            name: name.into_owned(),
            partition: PartitionName::of(&real),
            files,
        })
    }

    /// Topic and number as checkpoint files name them. A copy that is being moved here is the only one in its data
    /// directory; beside one that was deleted or is stray there may be another of the same name.
    fn checkpointed(&self) -> Option<(String, String)> {
        let own = self.partition.as_ref();
        let own = own.filter(|it| matches!(it.mark, None | Some(Mark::Future)))?;
        Some((own.topic.clone(), own.number.to_string()))
    }

    fn has(&self, name: &str) -> bool {
        self.files.iter().any(|file| file == name)
    }

    /// Ours if anything is there that only our engine leaves: a checkpoint, or the number of a process in the lock.
    /// A segment alone might be anybody's, so that the looser rules are the right ones.
    fn writer(&self) -> Writer {
        let lock = self.data.join(".lock");
        let lock = match lock.is_file() {
            true => fs::read_to_string(lock).unwrap_or_default(),
            false => String::new(),
        };
        match self.has("checkpoint") || lock.trim().parse::<u32>().is_ok() {
            true => Writer::Plimsoll,
            false => Writer::Kafka,
        }
    }

    /// A file as the user names it; the engine names it from the data directory.
    fn shown(&self, file: &str) -> String {
        let name = file.rsplit('/').next().unwrap_or(file);
        self.directory.join(name).display().to_string()
    }
}

impl Seen {
    /// Lists a place that is damaged, once, and at most so many.
    fn damaged(&mut self, damage: Damage) {
        let known = |it: &Damage| (&it.file, it.byte) == (&damage.file, damage.byte);
        if self.damages.iter().any(known) {
            return;
        }
        self.partition.damages += 1;
        if self.damages.len() < DAMAGE_LISTED_MAX {
            self.damages.push(damage);
        }
    }

    /// A broker of Kafka's believes its index files; ours believes a checksum, and makes them anew.
    fn misled(&self) -> bool {
        let wrong = |segment: &Segment| {
            let indexes = [&segment.index, &segment.time_index];
            indexes.into_iter().flatten().any(|index| index.wrong > 0)
        };
        self.partition.writer == Writer::Kafka && self.segments.iter().any(wrong)
    }

    /// What is wrong, if anything is.
    pub(crate) fn exit(&self) -> Exit {
        let read = match self.partition.damages > 0 || self.misled() {
            true => Exit::BadData,
            false if self.partition.batches == 0 && self.partition.legacy_messages.is_empty() => {
                Exit::Unknown
            }
            false => Exit::Kept,
        };
        self.problems
            .iter()
            .map(Problem::exit)
            .fold(read, Exit::worse)
    }
}
