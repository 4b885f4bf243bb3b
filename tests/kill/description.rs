//! Everything that was ever acknowledged, and whether a log that is found keeps to it.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use plimsoll_log::Record;
use plimsoll_tests::kill::{COMPACTED, PARTITION, key_of};

/// The records of a log.
pub struct Found {
    directory: &'static str,
    start: i64,
    end: i64,
    values: BTreeMap<i64, u64>,
}

impl Found {
    /// Reads what the records say.
    pub fn new(
        directory: &'static str,
        start: i64,
        end: i64,
        records: &[Record],
    ) -> Result<Found, String> {
        let number = |bytes: &Option<std::sync::Arc<[u8]>>| {
            let bytes: Option<[u8; 8]> = bytes.as_deref().and_then(|b| b.try_into().ok());
            bytes.map(u64::from_be_bytes)
        };
        let (mut values, mut last) = (BTreeMap::new(), i64::MIN);
        for record in records {
            let offset = record.offset;
            let value = number(&record.value).ok_or("a value is not a number")?;
            if number(&record.key) != Some(key_of(value)) {
                return Err(format!("{directory}: offset {offset} has another's key"));
            }
            if offset <= last {
                return Err(format!("{directory}: offset {offset} comes after {last}"));
            }
            last = offset;
            values.insert(offset, value);
        }
        Ok(Found {
            directory,
            start,
            end,
            values,
        })
    }

    /// Each offset from the start to the end, unless compaction may have removed some.
    fn contiguous(&self) -> Result<(), String> {
        let missing = (self.start..self.end).find(|offset| !self.values.contains_key(offset));
        match missing {
            Some(offset) if self.directory != COMPACTED => {
                Err(format!("{}: offset {offset} is missing", self.directory))
            }
            _ => Ok(()),
        }
    }

    fn nothing_twice(&self) -> Result<(), String> {
        let mut seen = HashSet::new();
        let twice = self.values.iter().find(|(_, value)| !seen.insert(**value));
        match twice {
            Some((offset, value)) => Err(format!(
                "{}: value {value} is there once more at offset {offset}",
                self.directory
            )),
            None => Ok(()),
        }
    }
}

/// What the writers told.
#[derive(Default)]
pub struct Description {
    /// By offset, for each log.
    acknowledged: BTreeMap<String, BTreeMap<i64, u64>>,
    /// The highest offset below which the partition's records were to be deleted.
    deleted_before: i64,
    total: u64,
    beyond: u64,
    cleaned: u64,
    scanned_bytes: u64,
    truncated_bytes: u64,
    finished_swaps: u64,
    /// Kills that came before the writer had its lock, and while it was recovering.
    before_opening: u64,
    in_recovery: u64,
}

impl Description {
    /// How many records were acknowledged.
    pub fn acknowledged(&self) -> u64 {
        self.total
    }

    /// Takes the lines of one life. An offset that is given twice has lost what it held before.
    pub fn take(&mut self, lines: &[String]) -> Result<(), String> {
        let mut opened = 0;
        for line in lines {
            let words: Vec<&str> = line.split(' ').collect();
            let number = |index: usize| words[index].parse::<u64>().expect("a number");
            match words[0] {
                "opened" => {
                    opened += 1;
                    self.scanned_bytes += number(2);
                    self.truncated_bytes += number(3);
                    self.finished_swaps += number(4);
                }
                "ack" => {
                    let log = self.acknowledged.entry(words[1].to_owned()).or_default();
                    let (offset, value) = (number(2) as i64, number(3));
                    self.total += 1;
                    if let Some(earlier) = log.insert(offset, value) {
                        return Err(format!(
                            "{}: value {earlier} was acknowledged at offset {offset}, then {value} there",
                            words[1]
                        ));
                    }
                }
                "deleting" => self.deleted_before = self.deleted_before.max(number(1) as i64),
                "cleaned" => self.cleaned += 1,
                "opening" => {}
                other => panic!("the writer says {other:?}"),
            }
        }
        match opened {
            _ if lines.is_empty() => self.before_opening += 1,
            0 | 1 => self.in_recovery += 1,
            _ => {}
        }
        Ok(())
    }

    /// Whether the log has everything that was acknowledged, in its place and once.
    pub fn check(&mut self, found: &Found) -> Result<(), String> {
        found.contiguous()?;
        found.nothing_twice()?;
        let none = BTreeMap::new();
        let directory = found.directory;
        let acknowledged = self.acknowledged.get(directory).unwrap_or(&none);
        let deleted_before = match directory {
            PARTITION => self.deleted_before,
            _ => 0,
        };
        if found.start > deleted_before {
            let start = found.start;
            return Err(format!(
                "{directory} starts at {start}, nobody deleted that much"
            ));
        }
        for (offset, value) in acknowledged.range(found.start..) {
            match found.values.get(offset) {
                Some(there) if there == value => {}
                None if self.superseded(found, *offset, *value) => {}
                there => {
                    return Err(format!(
                        "{directory}: value {value} was acknowledged at offset {offset}, there is {there:?}"
                    ));
                }
            }
        }
        let is_beyond = |(offset, _): &(&i64, &u64)| !acknowledged.contains_key(*offset);
        self.beyond += found.values.iter().filter(is_beyond).count() as u64;
        // What was found once must stay, whether it was acknowledged or not: consumers have seen it.
        let seen = self.acknowledged.entry(directory.to_owned()).or_default();
        seen.extend(&found.values);
        seen.retain(|offset, _| *offset >= deleted_before);
        Ok(())
    }

    /// Whether compaction may have removed this value: the log has a later one of the same key.
    fn superseded(&self, found: &Found, offset: i64, value: u64) -> bool {
        let later = found.values.range(offset + 1..);
        found.directory == COMPACTED
            && later
                .into_iter()
                .any(|(_, other)| key_of(*other) == key_of(value))
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} records acknowledged, {} found beyond them, {} passes of compaction; recoveries read {} bytes, cut \
             {}, and finished {} swaps; {} kills came during a recovery, {} before it",
            self.total,
            self.beyond,
            self.cleaned,
            self.scanned_bytes,
            self.truncated_bytes,
            self.finished_swaps,
            self.in_recovery,
            self.before_opening
        )
    }
}
