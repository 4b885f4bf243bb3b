//! Memory for explored states: offsets 0 to 7, a handful of tenures.

use arrayvec::ArrayVec;

use super::{Item, List, Memory, OffsetSet, ValueTable};
use crate::{Offset, Value};

/// The most offsets of a partition in an explored system.
pub const OFFSETS: usize = 8;
/// The most items of a list in an explored system.
const ITEMS: usize = 6;

/// A few bytes, for explored states. What does not fit is a mistake of the system's bounds and stops the run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Small;

impl Memory for Small {
    type Offsets = Bits;
    type Values = Cells;
    type List<T: Item> = ArrayVec<T, ITEMS>;
}

/// A set of offsets 0 to 7.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Bits(u8);

fn index(offset: Offset) -> usize {
    usize::try_from(offset)
        .ok()
        .filter(|i| *i < OFFSETS)
        .expect("explored systems have offsets 0 to 7")
}

/// The bits of `from..to`.
fn span(from: Offset, to: Offset) -> u8 {
    let below = |end: Offset| ((1u16 << end.clamp(0, OFFSETS as Offset)) - 1) as u8;
    below(to) & !below(from)
}

impl OffsetSet for Bits {
    fn insert(&mut self, offset: Offset) -> bool {
        let bit = 1 << index(offset);
        let new = self.0 & bit == 0;
        self.0 |= bit;
        new
    }

    fn insert_range(&mut self, from: Offset, to: Offset) {
        self.0 |= span(from, to);
    }

    fn contains(&self, offset: Offset) -> bool {
        (0..OFFSETS as Offset).contains(&offset) && self.0 & (1 << offset) != 0
    }

    fn truncate(&mut self, from: Offset) {
        self.0 &= span(0, from);
    }

    fn absorb(&mut self, other: &Self) {
        self.0 |= other.0;
    }

    fn first_gap(&self, from: Offset, to: Offset) -> Option<(Offset, Offset)> {
        let absent = !self.0 & span(from, to);
        if absent == 0 {
            return None;
        }
        let start = absent.trailing_zeros();
        let length = (absent >> start).trailing_ones();
        Some((Offset::from(start), Offset::from(start + length)))
    }

    fn last(&self) -> Option<Offset> {
        self.0.checked_ilog2().map(Offset::from)
    }

    fn held(&self) -> usize {
        self.0.count_ones() as usize
    }
}

/// A value for each of the offsets 0 to 7; values 0 to 254.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Cells([u8; OFFSETS]);

impl ValueTable for Cells {
    fn put(&mut self, offset: Offset, value: Value) -> Option<Value> {
        let cell = u8::try_from(value + 1).expect("explored systems have values 0 to 254");
        let before = std::mem::replace(&mut self.0[index(offset)], cell);
        before.checked_sub(1).map(Value::from)
    }

    fn take(&mut self, offset: Offset) -> Option<Value> {
        std::mem::take(&mut self.0[index(offset)])
            .checked_sub(1)
            .map(Value::from)
    }

    fn get(&self, offset: Offset) -> Option<Value> {
        self.0[index(offset)].checked_sub(1).map(Value::from)
    }

    fn forget_below(&mut self, offset: Offset) {
        self.0[..offset.clamp(0, OFFSETS as Offset) as usize].fill(0);
    }

    fn held(&self) -> usize {
        self.0.iter().filter(|cell| **cell != 0).count()
    }
}

impl<T: Item> List<T> for ArrayVec<T, ITEMS> {
    fn items(&self) -> &[T] {
        self
    }

    fn items_mut(&mut self) -> &mut [T] {
        self
    }

    fn push(&mut self, item: T) {
        ArrayVec::push(self, item);
    }

    fn retain(&mut self, keep: impl FnMut(&mut T) -> bool) {
        ArrayVec::retain(self, keep);
    }
}
