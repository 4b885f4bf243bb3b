//! What a lane and its promises may ask of their surroundings.

use std::collections::BTreeSet;

use plimsoll_history::Names;
use plimsoll_promises::{Claim, Offset, Setting, memory::Ranges};

use crate::{
    log::Log,
    ranges::count,
    story::{Place, Teller},
};

/// What a lane needs to know from outside while it looks at one line.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The line.
    pub place: Place,
    /// The lane's partition.
    pub log: &'a Log,
    /// The claim, if the header makes one.
    pub claim: Option<Claim>,
    /// The texts of names.
    pub names: &'a Names,
}

impl<'a> Scene<'a> {
    pub(crate) fn teller(&self) -> Teller<'a> {
        Teller {
            names: self.names,
            topic: self.log.topic,
            p: self.log.p,
        }
    }
}

/// Records as D1 means them: those that exist.
pub(crate) struct Existing<'a> {
    pub log: &'a Log,
    pub offered: &'a BTreeSet<Offset>,
}

impl Setting for Existing<'_> {
    fn records(&self, from: Offset, to: Offset) -> u64 {
        let from = from.max(self.log.gone_below());
        if from >= to {
            return 0;
        }
        self.log.records(from, to) + self.offered.range(from..to).count() as u64
    }

    fn first_record(&self, from: Offset, to: Offset) -> Option<Offset> {
        let from = from.max(self.log.gone_below());
        if from >= to {
            return None;
        }
        let known = self.log.runs(from, to).next().map(|(start, _)| start);
        let offered = self.offered.range(from..to).next().copied();
        known.into_iter().chain(offered).min()
    }

    fn claim(&self) -> Option<Claim> {
        None
    }

    fn may_take_effect(&self, _: Option<Offset>) -> bool {
        false
    }
}

/// Records as replay means them: what the group has processed and could process again.
pub(crate) struct Replayable<'a> {
    pub processed: &'a Ranges,
    pub log: &'a Log,
    pub claim: Option<Claim>,
}

impl Setting for Replayable<'_> {
    fn records(&self, from: Offset, to: Offset) -> u64 {
        count(self.processed, from.max(self.log.gone_below()), to)
    }

    fn first_record(&self, _: Offset, _: Offset) -> Option<Offset> {
        None
    }

    fn claim(&self) -> Option<Claim> {
        self.claim
    }

    fn may_take_effect(&self, _: Option<Offset>) -> bool {
        false
    }
}

/// A setting for promises that ask nothing of it.
pub struct Bare;

impl Setting for Bare {
    fn records(&self, _: Offset, _: Offset) -> u64 {
        0
    }

    fn first_record(&self, _: Offset, _: Offset) -> Option<Offset> {
        None
    }

    fn claim(&self) -> Option<Claim> {
        None
    }

    fn may_take_effect(&self, _: Option<Offset>) -> bool {
        false
    }
}
