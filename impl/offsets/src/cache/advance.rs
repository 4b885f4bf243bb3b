//! Raising the high watermark: what is below it may be shown, and what is deleted below it is forgotten.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Cache;
use crate::record::Text;
use crate::timeline::Timeline;

/// Which timeline a record touched.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Touched {
    Offset(Text, (Text, i32)),
    Group(Text),
    ConsumerEpoch(Text),
    ConsumerMember(Text, Text),
}

impl Cache {
    /// Moves everything below `high_watermark` into the committed view, and forgets keys of which only a tombstone
    /// is left. What is replayed below it afterwards goes there at once: a load that begins with this holds keys, not
    /// records.
    pub fn advance(&mut self, high_watermark: i64) {
        self.high_watermark = self.high_watermark.max(high_watermark);
        // Not a prefix by construction: replay takes records in any order.
        let (below, above) = std::mem::take(&mut self.above)
            .into_iter()
            .partition(|(counts_from, _)| *counts_from < high_watermark);
        self.above = above;
        let below: Vec<(i64, Touched)> = below;
        for (_, touched) in below {
            self.settle(touched, high_watermark);
        }
    }

    pub(super) fn settle(&mut self, touched: Touched, high_watermark: i64) {
        match touched {
            Touched::Offset(group, key) => {
                let offsets = Arc::make_mut(&mut self.offsets);
                advance_in_group(offsets, &group, &key, high_watermark);
            }
            Touched::Group(group) => {
                advance_key(Arc::make_mut(&mut self.groups), &group, high_watermark);
            }
            Touched::ConsumerEpoch(group) => {
                let epochs = Arc::make_mut(&mut self.consumer_epochs);
                advance_key(epochs, &group, high_watermark);
            }
            Touched::ConsumerMember(group, member) => {
                let members = Arc::make_mut(&mut self.consumer_members);
                advance_in_group(members, &group, &member, high_watermark);
            }
        }
    }
}

fn advance_key<K: Ord, T>(timelines: &mut BTreeMap<K, Timeline<T>>, key: &K, high_watermark: i64) {
    if let Some(timeline) = timelines.get_mut(key) {
        timeline.advance(high_watermark);
        if timeline.is_forgotten() {
            timelines.remove(key);
        }
    }
}

fn advance_in_group<K: Ord, T>(
    groups: &mut BTreeMap<Text, BTreeMap<K, Timeline<T>>>,
    group: &Text,
    key: &K,
    high_watermark: i64,
) {
    if let Some(of_group) = groups.get_mut(group) {
        advance_key(of_group, key, high_watermark);
        if of_group.is_empty() {
            groups.remove(group);
        }
    }
}
