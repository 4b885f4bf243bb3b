//! One simulated directory: its names as they are seen, and what may be left of them.

use std::sync::Arc;

use super::file::{SimFile, put, put_number};

/// What a name stands for. Files are numbered within their directory, as inodes are: a file can be known under one name
/// on the device and under another one already in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Directory,
    File(usize),
}

/// Names in a directory, sorted.
pub(super) type Names = Vec<(Arc<str>, Node)>;

/// What is done to a directory's names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Change {
    Create(Arc<str>, Node),
    Remove(Arc<str>, Node),
    /// From the first name to the second.
    Rename(Arc<str>, Arc<str>, Node),
}

/// How a change stands that is not wholly settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Standing {
    /// It may be on the device; the next sync makes it certain.
    Open,
    /// A sync failed on it: no later one will settle it.
    Forsaken,
    /// It is on the device, on top of a forsaken one.
    Certain,
}

/// The names on the device, and every change since in order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Unsettled {
    durable: Arc<Names>,
    changes: Vec<(Change, Standing)>,
}

/// A directory. Equal directories have equal futures: files are numbered in the order in which the names mention them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Directory {
    pub(super) names: Arc<Names>,
    pub(super) unsettled: Option<Arc<Unsettled>>,
    pub(super) files: Vec<Arc<SimFile>>,
}

pub(super) fn find(names: &Names, name: &str) -> Option<Node> {
    let place = names
        .binary_search_by(|(held, _)| (**held).cmp(name))
        .ok()?;
    Some(names[place].1)
}

fn insert(names: &mut Names, name: &Arc<str>, node: Node) {
    match names.binary_search_by(|(held, _)| held.cmp(name)) {
        Ok(place) => names[place].1 = node,
        Err(place) => names.insert(place, (name.clone(), node)),
    }
}

impl Change {
    /// Makes the change, if these are names that it can be made to: nothing is created over another file, and what was
    /// never created is neither renamed nor removed.
    fn apply(&self, names: &mut Names) -> bool {
        match self {
            Change::Create(name, node) => {
                let free = find(names, name).is_none();
                if free {
                    insert(names, name, *node);
                }
                free
            }
            Change::Remove(name, node) => {
                let there = find(names, name) == Some(*node);
                names.retain(|(held, _)| !there || held != name);
                there
            }
            Change::Rename(from, to, node) => {
                let there = find(names, from) == Some(*node);
                if there {
                    names.retain(|(held, _)| held != from);
                    insert(names, to, *node);
                }
                there
            }
        }
    }

    fn node_mut(&mut self) -> &mut Node {
        match self {
            Change::Create(_, node) | Change::Remove(_, node) | Change::Rename(_, _, node) => node,
        }
    }
}

impl Directory {
    pub(super) fn find(&self, name: &str) -> Option<Node> {
        find(&self.names, name)
    }

    /// Makes a change that applies, and remembers that the device may not have it.
    pub(super) fn change(&mut self, change: Change) {
        let unsettled = self.unsettled.get_or_insert_with(|| {
            Arc::new(Unsettled {
                durable: self.names.clone(),
                changes: Vec::new(),
            })
        });
        change.apply(Arc::make_mut(&mut self.names));
        Arc::make_mut(unsettled)
            .changes
            .push((change, Standing::Open));
        self.number_files();
    }

    pub(super) fn create_file(&mut self, name: &str) {
        self.files.push(Arc::default());
        let node = Node::File(self.files.len() - 1);
        self.change(Change::Create(name.into(), node));
    }

    /// Makes every change durable, but for those that an earlier failed sync has given up.
    pub(super) fn sync(&mut self) {
        let Some(unsettled) = &mut self.unsettled else {
            return;
        };
        let changes = &mut Arc::make_mut(unsettled).changes;
        if !changes.iter().any(|(_, at)| *at == Standing::Forsaken) {
            self.unsettled = None;
            self.number_files();
            return;
        }
        for (_, standing) in changes {
            if *standing == Standing::Open {
                *standing = Standing::Certain;
            }
        }
    }

    /// A sync that failed: what is open now stays so, also when a later sync succeeds.
    pub(super) fn forsake(&mut self) {
        if let Some(unsettled) = &mut self.unsettled {
            for (_, standing) in &mut Arc::make_mut(unsettled).changes {
                if *standing == Standing::Open {
                    *standing = Standing::Forsaken;
                }
            }
        }
    }

    /// Every set of names that a power cut may leave, without repetition, with as few changes as possible first.
    pub(super) fn outcomes(&self) -> Vec<Arc<Names>> {
        let Some(unsettled) = &self.unsettled else {
            return vec![self.names.clone()];
        };
        let mut outcomes = vec![unsettled.durable.clone()];
        for (change, standing) in &unsettled.changes {
            let applied = outcomes.iter().filter_map(|names| {
                let mut names = names.as_ref().clone();
                change.apply(&mut names).then(|| Arc::new(names))
            });
            let applied: Vec<_> = applied.collect();
            if *standing == Standing::Certain {
                outcomes.clear();
            }
            for names in applied {
                if !outcomes.contains(&names) {
                    outcomes.push(names);
                }
            }
        }
        outcomes
    }

    /// Numbers the files in the order in which they are mentioned, and forgets those that no name can bring back.
    fn number_files(&mut self) {
        let mut order: Vec<usize> = Vec::with_capacity(self.files.len());
        let mut renumber = |node: &mut Node| {
            if let Node::File(number) = node {
                let place = order.iter().position(|old| old == number);
                *number = place.unwrap_or_else(|| {
                    order.push(*number);
                    order.len() - 1
                });
            }
        };
        for (_, node) in Arc::make_mut(&mut self.names) {
            renumber(node);
        }
        if let Some(unsettled) = &mut self.unsettled {
            let unsettled = Arc::make_mut(unsettled);
            for (_, node) in Arc::make_mut(&mut unsettled.durable) {
                renumber(node);
            }
            for (change, _) in &mut unsettled.changes {
                renumber(change.node_mut());
            }
        }
        self.files = order.iter().map(|old| self.files[*old].clone()).collect();
    }

    pub(super) fn canonical_bytes(&self, out: &mut Vec<u8>) {
        put_names(out, &self.names);
        match &self.unsettled {
            None => out.push(0),
            Some(unsettled) => {
                out.push(1);
                put_names(out, &unsettled.durable);
                put_number(out, unsettled.changes.len());
                for (change, standing) in &unsettled.changes {
                    let (kind, first, second, node) = match change {
                        Change::Create(name, node) => (0, name, "", node),
                        Change::Remove(name, node) => (1, name, "", node),
                        Change::Rename(from, to, node) => (2, from, &**to, node),
                    };
                    out.extend([kind, *standing as u8]);
                    put(out, first.as_bytes());
                    put(out, second.as_bytes());
                    put_node(out, *node);
                }
            }
        }
        put_number(out, self.files.len());
        for file in &self.files {
            file.canonical_bytes(out);
        }
    }
}

fn put_names(out: &mut Vec<u8>, names: &Names) {
    put_number(out, names.len());
    for (name, node) in names {
        put(out, name.as_bytes());
        put_node(out, *node);
    }
}

fn put_node(out: &mut Vec<u8>, node: Node) {
    match node {
        Node::Directory => put_number(out, 0),
        Node::File(number) => put_number(out, number + 1),
    }
}
