//! Every image that a power cut may leave: the product of what each name and each file may become.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::image::{Entry, Image, Name};
use crate::path;

type Entries = BTreeMap<Arc<str>, Entry>;

/// What one entry may become; `None` is a name that is gone. What is certain comes first.
fn outcomes(entry: &Entry) -> Vec<Option<Entry>> {
    let durable = |file| {
        let name = Name::Durable;
        Some(Entry { name, file })
    };
    let mut outcomes = Vec::new();
    if entry.name == Name::Made {
        outcomes.push(None);
    }
    match &entry.file {
        None => outcomes.push(durable(None)),
        Some(file) if file.changes().is_empty() => outcomes.push(durable(Some(file.clone()))),
        Some(file) => outcomes.extend(
            file.survivors()
                .into_iter()
                .map(|left| durable(Some(Arc::new(left)))),
        ),
    }
    if entry.name == Name::Removed {
        outcomes.push(None);
    }
    outcomes
}

fn has_directory(entries: &Entries, name: &str) -> bool {
    let directory = path::parent(name);
    directory.is_empty() || entries.contains_key(directory)
}

pub(super) fn of(image: &Image) -> Vec<Image> {
    let mut found = vec![Entries::new()];
    // A directory sorts before what is in it, so its own fate is settled first.
    for (name, entry) in image.entries.iter() {
        let outcomes = outcomes(entry);
        let mut extended = Vec::with_capacity(found.len() * outcomes.len());
        for entries in found {
            if !has_directory(&entries, name) {
                extended.push(entries);
                continue;
            }
            for outcome in &outcomes {
                let mut with = entries.clone();
                if let Some(entry) = outcome {
                    with.insert(name.clone(), entry.clone());
                }
                extended.push(with);
            }
        }
        found = extended;
    }
    let mut seen = HashSet::new();
    let images = found.into_iter().map(|entries| Image {
        entries: Arc::new(entries),
    });
    images.filter(|image| seen.insert(image.clone())).collect()
}
