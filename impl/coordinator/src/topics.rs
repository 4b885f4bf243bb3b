//! Which topics exist: commits to others are refused.

use std::collections::BTreeMap;

use plimsoll_offsets::Text;

/// Topics and their numbers of partitions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topics(BTreeMap<Text, i32>);

impl Topics {
    /// Whether there is such a partition.
    pub fn exists(&self, topic: &str, partition: i32) -> bool {
        self.0
            .get(topic)
            .is_some_and(|count| (0..*count).contains(&partition))
    }
}

impl<N: Into<Text>> FromIterator<(N, i32)> for Topics {
    fn from_iter<I: IntoIterator<Item = (N, i32)>>(topics: I) -> Topics {
        Topics(
            topics
                .into_iter()
                .map(|(name, partitions)| (name.into(), partitions))
                .collect(),
        )
    }
}
