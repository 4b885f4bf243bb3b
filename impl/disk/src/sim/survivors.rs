//! Every disk that a power cut may leave: the product of what each directory's names and each file may become.
//!
//! The combinations are numbered, so that some of them can be built without the others. A file's number is found by
//! length, then sector by sector as digits; a directory's by its names, then file by file and directory by directory.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::SimDisk;
use super::directory::{Directory, Names, Node};
use super::file::{SimFile, trimmed};

/// What a power cut may leave, as far as it was asked for.
#[derive(Clone, Debug)]
pub struct Survivors {
    /// The disks, without repetition; the one that has lost everything unsynced comes first.
    pub disks: Vec<SimDisk>,
    /// How many combinations were left out. Each is a further disk, unless files of equal content took turns under one
    /// name: then some of them are disks that are listed.
    pub dropped: u64,
}

/// The contents that one file may be left with.
struct FileChoices<'a> {
    file: &'a Arc<SimFile>,
    sector_bytes: usize,
    lengths: Vec<LengthChoice<'a>>,
    count: u64,
    /// Contents once built are shared by all disks that hold them.
    built: HashMap<u64, Arc<SimFile>>,
}

/// A length, and what each changed sector below it may hold.
struct LengthChoice<'a> {
    length: usize,
    sectors: Vec<(usize, Vec<&'a [u8]>)>,
    count: u64,
}

fn product(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(1, u64::saturating_mul)
}

fn sum(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}

/// Which part a number falls into, and the number within that part.
fn part(counts: impl Iterator<Item = u64>, mut number: u64) -> (usize, u64) {
    let mut last = 0;
    for (index, count) in counts.enumerate() {
        if number < count {
            return (index, number);
        }
        number -= count;
        last = index;
    }
    (last, 0)
}

impl<'a> FileChoices<'a> {
    fn of(file: &'a Arc<SimFile>, sector_bytes: usize) -> FileChoices<'a> {
        let lengths: Vec<_> = match &file.unsynced {
            None => Vec::new(),
            Some(unsynced) => [unsynced.synced_length]
                .iter()
                .chain(&unsynced.lengths)
                .map(|length| LengthChoice::of(file, *length, sector_bytes))
                .collect(),
        };
        FileChoices {
            file,
            sector_bytes,
            count: sum(lengths.iter().map(|choice| choice.count)).max(1),
            lengths,
            built: HashMap::new(),
        }
    }

    fn build(&mut self, number: u64) -> Arc<SimFile> {
        if self.lengths.is_empty() {
            return self.file.clone();
        }
        if let Some(built) = self.built.get(&number) {
            return built.clone();
        }
        let (index, mut digits) = part(self.lengths.iter().map(|c| c.count), number);
        let choice = &self.lengths[index];
        let mut content = Vec::with_capacity(choice.length);
        content
            .extend_from_slice(&self.file.current[..choice.length.min(self.file.len() as usize)]);
        content.resize(choice.length, 0);
        for (sector, versions) in &choice.sectors {
            let many = versions.len() as u64;
            let version = versions[(digits % many) as usize];
            digits /= many;
            let start = sector * self.sector_bytes;
            let end = (start + self.sector_bytes).min(choice.length);
            let (held, zeros) = content[start..end].split_at_mut(version.len());
            held.copy_from_slice(version);
            zeros.fill(0);
        }
        let built = Arc::new(SimFile::durable(content));
        self.built.insert(number, built.clone());
        built
    }
}

impl<'a> LengthChoice<'a> {
    fn of(file: &'a SimFile, length: usize, sector_bytes: usize) -> LengthChoice<'a> {
        let changed = file.unsynced.iter().flat_map(|unsynced| &unsynced.sectors);
        let below = changed.take_while(|(sector, _)| **sector * sector_bytes < length);
        let sectors: Vec<_> = below
            .map(|(sector, held)| {
                let room = length - sector * sector_bytes;
                let mut versions: Vec<&[u8]> = Vec::with_capacity(1 + held.later.len());
                for version in [&held.synced].into_iter().chain(&held.later) {
                    let version = trimmed(&version[..version.len().min(room)]);
                    if !versions.contains(&version) {
                        versions.push(version);
                    }
                }
                (*sector, versions)
            })
            .collect();
        LengthChoice {
            length,
            count: product(sectors.iter().map(|(_, versions)| versions.len() as u64)),
            sectors,
        }
    }
}

/// One set of names a directory may be left with.
struct Outcome {
    /// With files numbered as these names mention them.
    names: Arc<Names>,
    /// The directory's own numbers of those files.
    files: Vec<usize>,
    /// The paths of the directories in it.
    below: Vec<Arc<str>>,
    /// Combinations of its files alone, and together with all below.
    of_files: u64,
    count: u64,
}

/// What one directory may become.
struct DirectoryChoices<'a> {
    directory: &'a Arc<Directory>,
    files: Vec<FileChoices<'a>>,
    outcomes: Vec<Outcome>,
    count: u64,
    /// The one built last: the numbers of neighbouring disks differ in few directories.
    last: Option<(usize, u64, Arc<Directory>)>,
}

fn outcome(names: &Names, path: &str, files: &[FileChoices], below: &Counts) -> Outcome {
    let mut own_numbers = Vec::new();
    let mut paths = Vec::new();
    let renumbered = names.iter().map(|(name, node)| match node {
        Node::File(number) => {
            own_numbers.push(*number);
            (name.clone(), Node::File(own_numbers.len() - 1))
        }
        Node::Directory => {
            paths.push(join(path, name));
            (name.clone(), Node::Directory)
        }
    });
    let names = Arc::new(renumbered.collect());
    let of_files = product(own_numbers.iter().map(|number| files[*number].count));
    let of_below = product(
        paths
            .iter()
            .map(|path| below.get(path).copied().unwrap_or(1)),
    );
    Outcome {
        names,
        files: own_numbers,
        below: paths,
        of_files,
        count: of_files.saturating_mul(of_below),
    }
}

pub(super) fn join(directory: &str, name: &str) -> Arc<str> {
    match directory {
        "" => name.into(),
        _ => format!("{directory}/{name}").into(),
    }
}

/// Combinations of a directory with all below, by its path.
type Counts = HashMap<Arc<str>, u64>;

impl<'a> DirectoryChoices<'a> {
    fn of(path: &str, directory: &'a Arc<Directory>, sector_bytes: usize, below: &Counts) -> Self {
        let files = directory.files.iter();
        let files: Vec<_> = files
            .map(|file| FileChoices::of(file, sector_bytes))
            .collect();
        let outcomes = directory.outcomes();
        let outcomes: Vec<_> = outcomes
            .iter()
            .map(|names| outcome(names, path, &files, below))
            .collect();
        DirectoryChoices {
            directory,
            files,
            count: sum(outcomes.iter().map(|outcome| outcome.count)),
            outcomes,
            last: None,
        }
    }

    /// Whether two numbers may give the same content: only if different files can stand under the same names.
    fn may_repeat(&self) -> bool {
        let same = |a: &Outcome, b: &Outcome| a.names == b.names;
        let mut rest = self.outcomes.as_slice();
        while let [first, others @ ..] = rest {
            if others.iter().any(|other| same(first, other)) {
                return true;
            }
            rest = others;
        }
        false
    }

    fn is_settled(&self) -> bool {
        self.directory.unsettled.is_none() && self.files.iter().all(|file| file.lengths.is_empty())
    }

    fn build(&mut self, index: usize, number: u64) -> Arc<Directory> {
        if self.is_settled() {
            return self.directory.clone();
        }
        if let Some((last_index, last_number, built)) = &self.last
            && (*last_index, *last_number) == (index, number)
        {
            return built.clone();
        }
        let mut digits = number;
        let outcome = &self.outcomes[index];
        let mut files = Vec::with_capacity(outcome.files.len());
        for own in &outcome.files {
            let choices = &mut self.files[*own];
            files.push(choices.build(digits % choices.count));
            digits /= choices.count;
        }
        let built = Arc::new(Directory {
            names: outcome.names.clone(),
            unsettled: None,
            files,
        });
        self.last = Some((index, number, built.clone()));
        built
    }
}

/// What a disk may become.
pub(super) struct Choices<'a> {
    sector_bytes: usize,
    directories: BTreeMap<Arc<str>, DirectoryChoices<'a>>,
    counts: Counts,
}

impl<'a> Choices<'a> {
    pub(super) fn of(disk: &'a SimDisk) -> Choices<'a> {
        let mut counts = Counts::new();
        let mut directories = BTreeMap::new();
        // What is in a directory sorts behind it: counted first here.
        for (path, directory) in disk.directories.iter().rev() {
            let choices = DirectoryChoices::of(path, directory, disk.sector_bytes, &counts);
            counts.insert(path.clone(), choices.count);
            directories.insert(path.clone(), choices);
        }
        Choices {
            sector_bytes: disk.sector_bytes,
            directories,
            counts,
        }
    }

    /// How many combinations there are, `u64::MAX` if they cannot be counted.
    pub(super) fn count(&self) -> u64 {
        self.counts.get("").copied().unwrap_or(1)
    }

    fn build(&mut self, number: u64) -> SimDisk {
        let mut built = BTreeMap::new();
        let mut open: Vec<(Arc<str>, u64)> = vec![("".into(), number)];
        while let Some((path, number)) = open.pop() {
            let Some(choices) = self.directories.get_mut(&path) else {
                continue;
            };
            let (index, number) = part(choices.outcomes.iter().map(|o| o.count), number);
            let of_files = choices.outcomes[index].of_files;
            let directory = choices.build(index, number % of_files);
            let mut digits = number / of_files;
            for below in &choices.outcomes[index].below {
                let count = self.counts.get(below).copied().unwrap_or(1);
                open.push((below.clone(), digits % count));
                digits /= count;
            }
            built.insert(path, directory);
        }
        SimDisk {
            sector_bytes: self.sector_bytes,
            directories: Arc::new(built),
        }
    }

    /// The disks of at most `most` combinations: all, or a selection spread evenly from the first to the last.
    pub(super) fn take(mut self, most: u64) -> Survivors {
        let count = self.count();
        let taken = count.min(most);
        let step = |index: u64| match taken {
            0 | 1 => 0,
            _ => (u128::from(index) * u128::from(count - 1) / u128::from(taken - 1)) as u64,
        };
        let mut seen = HashSet::new();
        let may_repeat = self.directories.values().any(DirectoryChoices::may_repeat);
        let mut disks = Vec::new();
        for index in 0..taken {
            let disk = self.build(step(index));
            if !may_repeat || seen.insert(disk.clone()) {
                disks.push(disk);
            }
        }
        Survivors {
            disks,
            dropped: count - taken,
        }
    }
}
