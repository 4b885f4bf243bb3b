//! The fields of one line, taken from the JSON in one pass without an allocation.
//!
//! Which fields a line must have depends on its `f` and `type`, which may stand anywhere in it. So everything known is
//! taken as it comes, lists into buffers that are used again, and checked afterwards (module `shape`).

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use crate::{
    Name, Names, Part, PartErr, Record, Value,
    rows::{OffRow, OffsetSeed, Row, Rows},
    scalars::{Meta, Nullable, Text, Truth, ValueSeed},
    words::{F, Word},
};

/// Buffers for the lists of a line.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    pub parts: Vec<Part>,
    pub recs: Vec<Record>,
    pub offs: Vec<OffRow>,
    pub errs: Vec<PartErr>,
}

impl Lists {
    fn clear(&mut self) {
        self.parts.clear();
        self.recs.clear();
        self.offs.clear();
        self.errs.clear();
    }
}

/// The fields of one line that the format knows, apart from lists.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Fields {
    pub t: Option<u64>,
    pub proc: Option<Name>,
    pub type_: Option<Word>,
    pub op: Option<i64>,
    pub f: Option<F>,
    /// The name of an `f` that the format does not know.
    pub f_name: Option<Name>,
    pub topic: Option<Name>,
    pub p: Option<u32>,
    pub v: Option<Value>,
    pub off: Option<i64>,
    pub err: Option<i32>,
    pub group: Option<Name>,
    pub meta: Option<u64>,
    pub generation: Option<i32>,
    pub member: Option<Name>,
    pub what: Option<Word>,
    pub kind: Option<Word>,
    pub node: Option<i64>,
    pub stable: bool,
    pub txn: bool,
    pub parts: bool,
    pub recs: bool,
    pub offs: bool,
    pub errs: bool,
}

/// Takes a line's fields.
pub(crate) struct FieldsSeed<'b> {
    pub names: &'b mut Names,
    pub lists: &'b mut Lists,
}

impl<'de> DeserializeSeed<'de> for FieldsSeed<'_> {
    type Value = Fields;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Fields, D::Error> {
        self.lists.clear();
        deserializer.deserialize_map(self)
    }
}

/// The keys of the format.
#[derive(Clone, Copy)]
enum Key {
    T,
    Proc,
    Type,
    Op,
    F,
    Topic,
    P,
    V,
    Off,
    Err,
    Group,
    Meta,
    Gen,
    Member,
    What,
    Kind,
    Node,
    Stable,
    Txn,
    Parts,
    Recs,
    Offs,
    Errs,
    Other,
}

impl Key {
    fn of(text: &str) -> Self {
        match text {
            "t" => Key::T,
            "proc" => Key::Proc,
            "type" => Key::Type,
            "op" => Key::Op,
            "f" => Key::F,
            "topic" => Key::Topic,
            "p" => Key::P,
            "v" => Key::V,
            "off" => Key::Off,
            "err" => Key::Err,
            "group" => Key::Group,
            "meta" => Key::Meta,
            "gen" => Key::Gen,
            "member" => Key::Member,
            "what" => Key::What,
            "kind" => Key::Kind,
            "node" => Key::Node,
            "stable" => Key::Stable,
            "txn" => Key::Txn,
            "parts" => Key::Parts,
            "recs" => Key::Recs,
            "offs" => Key::Offs,
            "errs" => Key::Errs,
            _ => Key::Other,
        }
    }
}

impl<'de> Visitor<'de> for FieldsSeed<'_> {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event: a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::default();
        let mut seen = 0_u32;
        while let Some(key) = map.next_key_seed(Text(Key::of))? {
            let bit = 1 << key as u32;
            if seen & bit != 0 && !matches!(key, Key::Other) {
                return Err(A::Error::custom("a field stands twice in one line"));
            }
            seen |= bit;
            self.take(key, &mut map, &mut fields)?;
        }
        Ok(fields)
    }
}

impl FieldsSeed<'_> {
    /// Takes the value that belongs to `key`. A value of null is as good as no field.
    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        key: Key,
        map: &mut A,
        fields: &mut Fields,
    ) -> Result<(), A::Error> {
        match key {
            Key::T => fields.t = map.next_value()?,
            Key::Proc => fields.proc = self.name(map)?,
            Key::Type => fields.type_ = Some(map.next_value_seed(Text(Word::new))?),
            Key::Op => fields.op = map.next_value()?,
            Key::F => (fields.f, fields.f_name) = self.f(map)?,
            Key::Topic => fields.topic = self.name(map)?,
            Key::P => fields.p = map.next_value()?,
            Key::V => fields.v = Some(map.next_value_seed(ValueSeed)?),
            Key::Off => fields.off = map.next_value_seed(Nullable(OffsetSeed))?,
            Key::Err => fields.err = map.next_value()?,
            Key::Group => fields.group = self.name(map)?,
            Key::Meta => fields.meta = map.next_value_seed(Meta)?,
            Key::Gen => fields.generation = map.next_value()?,
            Key::Member => fields.member = self.name(map)?,
            Key::What => fields.what = Some(map.next_value_seed(Text(Word::new))?),
            Key::Kind => fields.kind = map.next_value_seed(Nullable(Text(Word::new)))?,
            Key::Node => fields.node = map.next_value()?,
            Key::Stable => fields.stable = map.next_value::<Option<bool>>()?.unwrap_or(false),
            Key::Txn => fields.txn = map.next_value_seed(Truth)?,
            Key::Parts => fields.parts = self.rows(map, |lists| &mut lists.parts)?,
            Key::Recs => fields.recs = self.rows(map, |lists| &mut lists.recs)?,
            Key::Offs => fields.offs = self.rows(map, |lists| &mut lists.offs)?,
            Key::Errs => fields.errs = self.rows(map, |lists| &mut lists.errs)?,
            Key::Other => {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn name<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<Option<Name>, A::Error> {
        map.next_value_seed(Nullable(Text(|text: &str| self.names.number(text))))
    }

    /// `f` as a word, and as a name if it is none of the format's.
    fn f<'de, A: MapAccess<'de>>(
        &mut self,
        map: &mut A,
    ) -> Result<(Option<F>, Option<Name>), A::Error> {
        map.next_value_seed(Text(|text: &str| match F::of(text) {
            F::Unknown => (Some(F::Unknown), Some(self.names.number(text))),
            known => (Some(known), None),
        }))
    }

    fn rows<'de, A: MapAccess<'de>, R: Row>(
        &mut self,
        map: &mut A,
        list: impl FnOnce(&mut Lists) -> &mut Vec<R>,
    ) -> Result<bool, A::Error> {
        map.next_value_seed(Rows {
            names: self.names,
            into: list(self.lists),
        })
    }
}
