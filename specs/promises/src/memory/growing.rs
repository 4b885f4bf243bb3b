//! Memory for recorded histories: grows with gaps and unread records, not with the history.

use std::collections::BTreeMap;

use super::{Item, List, Memory, OffsetSet, ValueTable};
use crate::{Offset, Value};

/// Ranges, trees and vectors, for recorded histories.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Growing;

impl Memory for Growing {
    type Offsets = Ranges;
    type Values = BTreeMap<Offset, Value>;
    type List<T: Item> = Vec<T>;
}

/// A set of offsets as disjoint, non-adjacent ranges: start → end (exclusive).
///
/// The last range stands apart, because nearly every insertion extends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Ranges {
    earlier: BTreeMap<Offset, Offset>,
    last: Option<(Offset, Offset)>,
}

impl Ranges {
    /// The ranges in order, each as start and end (exclusive).
    pub fn iter(&self) -> impl Iterator<Item = (Offset, Offset)> + '_ {
        self.earlier
            .iter()
            .map(|(start, end)| (*start, *end))
            .chain(self.last)
    }

    /// The range that holds `offset`.
    fn holding(&self, offset: Offset) -> Option<(Offset, Offset)> {
        if let Some((start, end)) = self.last
            && offset >= start
        {
            return (offset < end).then_some((start, end));
        }
        let (start, end) = self.earlier.range(..=offset).next_back()?;
        (offset < *end).then_some((*start, *end))
    }

    /// The first range that ends after `offset`.
    fn first_after(&self, offset: Offset) -> Option<(Offset, Offset)> {
        self.holding(offset)
            .or_else(|| {
                self.earlier
                    .range(offset..)
                    .next()
                    .map(|(start, end)| (*start, *end))
            })
            .or(self.last.filter(|(_, end)| *end > offset))
    }

    fn put_last_back(&mut self) {
        if let Some((start, end)) = self.last.take() {
            self.earlier.insert(start, end);
        }
    }

    fn merge(&mut self, from: Offset, to: Offset) {
        self.put_last_back();
        let (mut start, mut end) = (from, to);
        if let Some((left, left_end)) = self.earlier.range(..=start).next_back()
            && *left_end >= start
        {
            (start, end) = (*left, end.max(*left_end));
        }
        while let Some((next, next_end)) = self.earlier.range(start..=end).next() {
            let (next, next_end) = (*next, *next_end);
            end = end.max(next_end);
            self.earlier.remove(&next);
        }
        self.earlier.insert(start, end);
        self.last = self.earlier.pop_last();
    }
}

impl OffsetSet for Ranges {
    fn insert(&mut self, offset: Offset) -> bool {
        match &mut self.last {
            Some((_, end)) if *end == offset => {
                *end += 1;
                return true;
            }
            Some((_, end)) if offset > *end => {
                self.put_last_back();
                self.last = Some((offset, offset + 1));
                return true;
            }
            None => {
                self.last = Some((offset, offset + 1));
                return true;
            }
            _ => {}
        }
        if self.holding(offset).is_some() {
            return false;
        }
        self.merge(offset, offset + 1);
        true
    }

    fn insert_range(&mut self, from: Offset, to: Offset) {
        if from < to {
            self.merge(from, to);
        }
    }

    fn contains(&self, offset: Offset) -> bool {
        self.holding(offset).is_some()
    }

    fn truncate(&mut self, from: Offset) {
        self.put_last_back();
        self.earlier.split_off(&from);
        self.last = self
            .earlier
            .pop_last()
            .map(|(start, end)| (start, end.min(from)));
    }

    fn absorb(&mut self, other: &Self) {
        for (start, end) in other.iter() {
            self.merge(start, end);
        }
    }

    fn first_gap(&self, from: Offset, to: Offset) -> Option<(Offset, Offset)> {
        let start = self.holding(from).map_or(from, |(_, end)| end);
        if start >= to {
            return None;
        }
        let end = self.first_after(start).map_or(to, |(next, _)| next.min(to));
        Some((start, end))
    }

    fn last(&self) -> Option<Offset> {
        self.last.map(|(_, end)| end - 1)
    }

    fn held(&self) -> usize {
        self.earlier.len() + usize::from(self.last.is_some())
    }
}

impl ValueTable for BTreeMap<Offset, Value> {
    fn put(&mut self, offset: Offset, value: Value) -> Option<Value> {
        self.insert(offset, value)
    }

    fn take(&mut self, offset: Offset) -> Option<Value> {
        self.remove(&offset)
    }

    fn get(&self, offset: Offset) -> Option<Value> {
        BTreeMap::get(self, &offset).copied()
    }

    fn forget_below(&mut self, offset: Offset) {
        *self = self.split_off(&offset);
    }

    fn held(&self) -> usize {
        self.len()
    }
}

impl<T: Item> List<T> for Vec<T> {
    fn items(&self) -> &[T] {
        self
    }

    fn items_mut(&mut self) -> &mut [T] {
        self
    }

    fn push(&mut self, item: T) {
        Vec::push(self, item);
    }

    fn retain(&mut self, keep: impl FnMut(&mut T) -> bool) {
        Vec::retain_mut(self, keep);
    }
}
