//! What must have happened somewhere in the stories, or they prove little.

use std::collections::BTreeMap;

/// How often each situation of a list occurred.
#[derive(Clone, Debug)]
pub struct Situations {
    all: &'static [&'static str],
    counts: BTreeMap<&'static str, u64>,
}

impl Situations {
    /// None of `all` has occurred; a name that is not among them cannot be counted.
    pub fn of(all: &'static [&'static str]) -> Situations {
        Situations {
            all,
            counts: BTreeMap::new(),
        }
    }

    /// One has occurred.
    pub fn saw(&mut self, what: &'static str) {
        assert!(self.all.contains(&what), "{what:?} is not a situation");
        *self.counts.entry(what).or_default() += 1;
    }

    /// Those of another story.
    pub fn add(&mut self, other: &Situations) {
        for (what, count) in &other.counts {
            *self.counts.entry(what).or_default() += count;
        }
    }

    /// Those that never occurred.
    pub fn missing(&self) -> Vec<&'static str> {
        let missing = self.all.iter();
        let missing = missing.filter(|what| !self.counts.contains_key(**what));
        missing.copied().collect()
    }

    /// Each with its count.
    pub fn print(&self) {
        for what in self.all {
            println!("{:>7}  {what}", self.counts.get(what).copied().unwrap_or(0));
        }
    }
}
