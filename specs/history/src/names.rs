//! Names as small numbers: processes, topics, groups and members recur on every line.

use std::fmt;

use rustc_hash::FxHashMap;

/// A name that stands somewhere in the history, as a small number. The text is in [`Names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(u32);

impl Name {
    /// Its number: names are numbered from 0 in the order in which they first appear.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Every name of one history, each once.
#[derive(Debug, Default)]
pub struct Names {
    numbers: FxHashMap<Box<str>, Name>,
    texts: Vec<Box<str>>,
    /// The names looked up last, because the same few stand on line after line.
    recent: [Option<Name>; Self::RECENT],
}

impl Names {
    const RECENT: usize = 4;

    /// The number of a name, which is given one if it is new.
    pub fn number(&mut self, text: &str) -> Name {
        for name in self.recent.into_iter().flatten() {
            if self.text(name) == text {
                return name;
            }
        }
        let name = match self.numbers.get(text) {
            Some(name) => *name,
            None => self.add(text),
        };
        self.recent.rotate_right(1);
        self.recent[0] = Some(name);
        name
    }

    fn add(&mut self, text: &str) -> Name {
        // A history of four thousand million names would need more memory than any machine has: saturate, never wrap.
        let name = Name(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        self.texts.push(text.into());
        self.numbers.insert(text.into(), name);
        name
    }

    /// The text of a name of this history; `?` for a name of another one.
    pub fn text(&self, name: Name) -> &str {
        self.texts.get(name.index()).map_or("?", |text| text)
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

/// What one record holds, as far as a judge needs it: whether two are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// An integer value.
    Int(i64),
    /// The fingerprint (64 bits) of a text value: keeping the texts would make memory grow with the history.
    Text(u64),
}

impl Value {
    /// The value of a text. An integer in quotes is that integer: a recorder may quote in one place and not in another.
    pub fn of_text(text: &str) -> Self {
        use std::hash::BuildHasher;
        if text.len() < 20
            && text.starts_with(|c: char| c.is_ascii_digit() || c == '-')
            && let Ok(number) = text.parse::<i64>()
            && (text == "0" || !text.trim_start_matches('-').starts_with('0'))
        {
            return Value::Int(number);
        }
        Value::Text(rustc_hash::FxBuildHasher.hash_one(text))
    }

    /// One number for both kinds.
    pub fn fingerprint(self) -> u64 {
        match self {
            // Spread, so that integers and fingerprints of texts do not meet.
            Value::Int(number) => (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 1,
            Value::Text(fingerprint) => fingerprint,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Int(number) => write!(f, "{number}"),
            Value::Text(fingerprint) => write!(f, "text #{fingerprint:016x}"),
        }
    }
}
