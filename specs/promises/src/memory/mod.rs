//! What automata remember, in two sizes.
//!
//! In an explored state every bit multiplies the states, and offsets and tenures are few: [`Small`] keeps them in a few
//! bytes. A recorded history has millions of offsets: [`Growing`] keeps ranges, and tables that grow.

mod growing;
mod small;

use std::{fmt::Debug, hash::Hash};

pub use growing::{Growing, Ranges};
pub use small::{Bits, Cells, Small};

use crate::{Offset, Value};

/// A size of memory.
pub trait Memory: Clone + Debug + Default + PartialEq + Eq + Hash {
    /// A set of offsets.
    type Offsets: OffsetSet;
    /// A table from offsets to values.
    type Values: ValueTable;
    /// A short list: of tenures, of candidates.
    type List<T: Item>: List<T>;
}

/// What a list may hold.
pub trait Item: Clone + Debug + PartialEq + Eq + Hash {}
impl<T: Clone + Debug + PartialEq + Eq + Hash> Item for T {}

/// A set of offsets, none negative.
pub trait OffsetSet: Item + Default {
    /// Adds one; true if it was not there.
    fn insert(&mut self, offset: Offset) -> bool;
    /// Adds all of `from..to`.
    fn insert_range(&mut self, from: Offset, to: Offset);
    /// Whether it is there.
    fn contains(&self, offset: Offset) -> bool;
    /// Takes out everything from `from` on.
    fn truncate(&mut self, from: Offset);
    /// Adds all of another set.
    fn absorb(&mut self, other: &Self);
    /// The first range of absent offsets within `from..to`.
    fn first_gap(&self, from: Offset, to: Offset) -> Option<(Offset, Offset)>;
    /// The greatest member.
    fn last(&self) -> Option<Offset>;
    /// How many items it takes to hold it.
    fn held(&self) -> usize;
}

/// A table from offsets to values.
pub trait ValueTable: Item + Default {
    /// Enters a value; the one that stood there before is returned.
    fn put(&mut self, offset: Offset, value: Value) -> Option<Value>;
    /// Takes a value out.
    fn take(&mut self, offset: Offset) -> Option<Value>;
    /// Looks a value up.
    fn get(&self, offset: Offset) -> Option<Value>;
    /// Takes out everything below `offset`.
    fn forget_below(&mut self, offset: Offset);
    /// How many values it holds.
    fn held(&self) -> usize;
}

/// A short list in insertion order.
pub trait List<T>: Item + Default {
    /// The items.
    fn items(&self) -> &[T];
    /// The items, to be changed in place.
    fn items_mut(&mut self) -> &mut [T];
    /// Adds one at the end.
    fn push(&mut self, item: T);
    /// Keeps those that pass.
    fn retain(&mut self, keep: impl FnMut(&mut T) -> bool);
}
