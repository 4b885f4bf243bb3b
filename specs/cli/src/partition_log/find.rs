//! The partitions of a data directory, or the one that was named.

use std::fs;
use std::path::{Path, PathBuf};

use crate::problem::{Problem, at};
use crate::segments::segments;

/// The directories of partitions: this one, or those that are in it, by topic and number.
pub(crate) fn find(directory: &Path) -> Result<Vec<PathBuf>, Problem> {
    let io = |error| at(directory, error);
    let own = segments(directory).map_err(io)?;
    if !own.is_empty() || is_partitions(&fs::canonicalize(directory).map_err(io)?) {
        return Ok(vec![directory.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let holds = path.is_dir() && segments(&path).is_ok_and(|it| !it.is_empty());
        if holds || path.is_dir() && is_partitions(&path) {
            found.push(path);
        }
    }
    if found.is_empty() {
        return Err(Problem::NoPartition {
            directory: directory.to_owned(),
        });
    }
    found.sort_by_cached_key(|path| name(path).map(|(topic, number)| (topic.to_owned(), number)));
    Ok(found)
}

/// Whether the name is that of a partition: a topic and a number.
fn is_partitions(path: &Path) -> bool {
    name(path).is_some_and(|(_, number)| number.is_some())
}

fn name(path: &Path) -> Option<(&str, Option<u32>)> {
    let name = path.file_name()?.to_str()?;
    Some(match name.rsplit_once('-') {
        Some((topic, number)) => (topic, number.parse().ok()),
        None => (name, None),
    })
}
