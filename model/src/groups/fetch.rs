//! OffsetFetch: a stable one sees everything appended, and waits until that is durable (S8); another one what is durable.

use super::api::{Error, Fetch, NOTHING};
use super::record::Committed;
use super::table::Table;
use super::{Answer, Place};

impl Fetch {
    pub(super) fn answer(&self, table: &Table) -> Answer {
        let all = || table.offsets(self.group).map(|(place, _)| place).collect();
        let places: Vec<Place> = self.places.clone().unwrap_or_else(all);
        let found = places.into_iter().map(|place| {
            if self.stable && table.is_pending(self.group, place) {
                return (place, Error::UnstableOffsetCommit, NOTHING);
            }
            let committed = table.offset(self.group, place);
            (place, Error::None, committed.map_or(NOTHING, value))
        });
        Answer::Fetched(Error::None, found.collect())
    }
}

fn value(committed: &Committed) -> super::api::Value {
    committed.value
}
