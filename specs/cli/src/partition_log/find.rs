//! The partitions of a data directory, or the one that was named.

use std::fs;
use std::path::{Path, PathBuf};

use crate::partition_name::PartitionName;
use crate::problem::{Problem, at};
use crate::segments::segments;

/// The directories of partitions: this one if segments are in it, those that are in it, or this one by its name alone. A
/// data directory may be called like a partition (`kafka-logs-1`), so that its name comes last.
pub(crate) fn find(directory: &Path) -> Result<Vec<PathBuf>, Problem> {
    let io = |error| at(directory, error);
    if !segments(directory).map_err(io)?.is_empty() {
        return Ok(vec![directory.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let holds = || segments(&path).is_ok_and(|it| !it.is_empty());
        if path.is_dir() && (PartitionName::of(&path).is_some() || holds()) {
            found.push(path);
        }
    }
    if found.is_empty() {
        // The name of `.` is that of the directory it stands for.
        let real = fs::canonicalize(directory).map_err(io)?;
        return match PartitionName::of(&real) {
            Some(_) => Ok(vec![directory.to_owned()]),
            None => Err(Problem::NoPartition {
                directory: directory.to_owned(),
            }),
        };
    }
    found.sort_by_cached_key(|path| {
        let name = PartitionName::of(path).map(|it| (it.topic, it.number));
        (name, path.clone())
    });
    Ok(found)
}
