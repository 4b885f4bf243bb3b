//! Lists of partitions: `[[topic, p, …], …]`, the one shape that every list of the format has.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};

use crate::{
    Name, Names, Part, PartErr, Record,
    scalars::{Meta, Nullable, Text, ValueSeed},
};

/// A row of a list, read cell by cell after its topic and partition.
pub(crate) trait Row: Sized {
    /// What a row looks like, for messages.
    const LOOKS: &'static str;

    /// The cells after topic and partition.
    fn cells<'de, A: SeqAccess<'de>>(topic: Name, p: u32, row: &mut A) -> Result<Self, A::Error>;
}

/// A row of `offs`: of a fetch_offset or of an ends. Which one, only the whole line tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OffRow {
    pub topic: Name,
    pub p: u32,
    pub first: i64,
    pub second: Second,
    pub err: Option<i32>,
}

/// The fourth cell of an [`OffRow`].
#[derive(Debug, Clone, Copy)]
pub(crate) enum Second {
    /// A log end.
    End(i64),
    /// Metadata.
    Meta(Option<u64>),
}

impl Row for Part {
    const LOOKS: &'static str = "[topic, partition] or [topic, partition, offset]";

    fn cells<'de, A: SeqAccess<'de>>(topic: Name, p: u32, row: &mut A) -> Result<Self, A::Error> {
        let off = row.next_element_seed(Nullable(OffsetSeed))?.flatten();
        Ok(Self {
            topic,
            p,
            off: off.unwrap_or(Part::NO_OFFSET),
        })
    }
}

impl Row for PartErr {
    const LOOKS: &'static str = "[topic, partition, error code]";

    fn cells<'de, A: SeqAccess<'de>>(topic: Name, p: u32, row: &mut A) -> Result<Self, A::Error> {
        let err = needed::<Self, _, _>(row.next_element()?)?;
        Ok(Self { topic, p, err })
    }
}

impl Row for Record {
    const LOOKS: &'static str = "[topic, partition, offset, value]";

    fn cells<'de, A: SeqAccess<'de>>(topic: Name, p: u32, row: &mut A) -> Result<Self, A::Error> {
        let off = needed::<Self, _, _>(row.next_element_seed(OffsetSeed)?)?;
        if off < 0 {
            return Err(A::Error::custom("a record's offset is not negative"));
        }
        let v = needed::<Self, _, _>(row.next_element_seed(ValueSeed)?)?;
        Ok(Self { topic, p, off, v })
    }
}

impl Row for OffRow {
    const LOOKS: &'static str =
        "[topic, partition, offset, metadata, error code] or [topic, partition, start, end]";

    fn cells<'de, A: SeqAccess<'de>>(topic: Name, p: u32, row: &mut A) -> Result<Self, A::Error> {
        let first = needed::<Self, _, _>(row.next_element_seed(OffsetSeed)?)?;
        let second = needed::<Self, _, _>(row.next_element_seed(SecondSeed)?)?;
        let err = row.next_element()?;
        Ok(Self {
            topic,
            p,
            first,
            second,
            err,
        })
    }
}

/// Offsets stay below this, so that arithmetic with them never overflows. No log gets there.
pub(crate) const OFFSET_LIMIT: i64 = 1 << 62;

/// An offset, or −1 (or less) where there is none.
pub(crate) struct OffsetSeed;

impl<'de> DeserializeSeed<'de> for OffsetSeed {
    type Value = i64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<i64, D::Error> {
        let offset = <i64 as serde::Deserialize>::deserialize(deserializer)?;
        if !(-OFFSET_LIMIT..OFFSET_LIMIT).contains(&offset) {
            return Err(D::Error::custom("an offset is below 2^62"));
        }
        Ok(offset)
    }
}

/// The cell, or an error that says what the row should look like.
fn needed<R: Row, T, E: Error>(cell: Option<T>) -> Result<T, E> {
    cell.ok_or_else(|| E::custom(format_args!("a row must look like {}", R::LOOKS)))
}

struct SecondSeed;

impl<'de> DeserializeSeed<'de> for SecondSeed {
    type Value = Second;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Second, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for SecondSeed {
    type Value = Second;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a log end offset or metadata")
    }

    fn visit_i64<E: Error>(self, end: i64) -> Result<Second, E> {
        Ok(Second::End(end.max(-1)))
    }

    fn visit_u64<E: Error>(self, end: u64) -> Result<Second, E> {
        i64::try_from(end)
            .map(Second::End)
            .map_err(|_| E::custom("an offset is below 2^63"))
    }

    fn visit_unit<E: Error>(self) -> Result<Second, E> {
        Meta.visit_unit().map(Second::Meta)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Second, E> {
        Meta.visit_str(text).map(Second::Meta)
    }
}

/// Takes a list of rows into a buffer. False if there was null instead of a list.
pub(crate) struct Rows<'b, R> {
    pub names: &'b mut Names,
    pub into: &'b mut Vec<R>,
}

impl<'de, R: Row> DeserializeSeed<'de> for Rows<'_, R> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer
            .deserialize_option(Nullable(List(self)))
            .map(|list| list.is_some())
    }
}

struct List<'b, R>(Rows<'b, R>);

impl<'de, R: Row> DeserializeSeed<'de> for List<'_, R> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, R: Row> Visitor<'de> for List<'_, R> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of rows {}", R::LOOKS)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(row) = list.next_element_seed(RowSeed::<R>::new(self.0.names))? {
            self.0.into.push(row);
        }
        Ok(())
    }
}

struct RowSeed<'b, R> {
    names: &'b mut Names,
    row: std::marker::PhantomData<R>,
}

impl<'b, R> RowSeed<'b, R> {
    fn new(names: &'b mut Names) -> Self {
        Self {
            names,
            row: std::marker::PhantomData,
        }
    }
}

impl<'de, R: Row> DeserializeSeed<'de> for RowSeed<'_, R> {
    type Value = R;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<R, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, R: Row> Visitor<'de> for RowSeed<'_, R> {
    type Value = R;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(R::LOOKS)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<R, A::Error> {
        let names = self.names;
        let topic = row.next_element_seed(Text(|text: &str| names.number(text)))?;
        let topic = needed::<R, _, _>(topic)?;
        let p = needed::<R, _, _>(row.next_element()?)?;
        let cells = R::cells(topic, p, &mut row)?;
        // Version 1 may gain cells; what is here does not change meaning.
        while row.next_element::<crate::scalars::Ignored>()?.is_some() {}
        Ok(cells)
    }
}
