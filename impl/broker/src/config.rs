//! Settings of the broker.

use plimsoll_coordinator::{CoordinatorConfig, Decisions};
use plimsoll_log::LogConfig;
use plimsoll_offsets::{OFFSETS_TOPIC, Text};

use crate::OpenError;

/// A data topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicConfig {
    /// Its name: letters, digits, `.`, `_` and `-`.
    pub name: Text,
    /// How many partitions it has; at least 1.
    pub partitions: i32,
}

/// Settings of the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The data topics. What is missing on the disk is made when the broker opens.
    pub topics: Vec<TopicConfig>,
    /// `offsets.topic.num.partitions`. Another number than the disk was written with sends groups to partitions where
    /// their offsets are not (S10).
    pub offsets_partitions: i32,
    /// Settings of the data partitions' logs.
    pub log: LogConfig,
    /// Settings of the offsets topic's logs.
    pub offsets_log: LogConfig,
    /// Settings of the coordinators.
    pub coordinator: CoordinatorConfig,
    /// Right by default; see [`Decisions`].
    pub decisions: Decisions,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            topics: Vec::new(),
            offsets_partitions: 1,
            log: LogConfig::default(),
            // `offsets.topic.segment.bytes`, and what Kafka forces on the topic.
            offsets_log: LogConfig {
                segment_bytes: 104_857_600,
                compact: true,
                ..LogConfig::default()
            },
            coordinator: CoordinatorConfig::default(),
            decisions: Decisions::default(),
        }
    }
}

impl Config {
    /// A configuration with these topics and their numbers of partitions.
    pub fn with_topics(topics: &[(&str, i32)]) -> Config {
        let topic = |&(name, partitions): &(&str, i32)| TopicConfig {
            name: name.into(),
            partitions,
        };
        Config {
            topics: topics.iter().map(topic).collect(),
            ..Config::default()
        }
    }

    pub(crate) fn check(&self) -> Result<(), OpenError> {
        if self.offsets_partitions < 1 {
            return Err(OpenError::Partitions(
                OFFSETS_TOPIC.into(),
                self.offsets_partitions,
            ));
        }
        for (index, topic) in self.topics.iter().enumerate() {
            let twice = self.topics[..index]
                .iter()
                .any(|other| other.name == topic.name);
            if !is_legal(&topic.name) || &*topic.name == OFFSETS_TOPIC || twice {
                return Err(OpenError::Topic(topic.name.clone()));
            }
            if topic.partitions < 1 {
                return Err(OpenError::Partitions(topic.name.clone(), topic.partitions));
            }
        }
        Ok(())
    }
}

/// Kafka's rule for topic names, which also keeps them usable as directory names.
fn is_legal(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    (1..=249).contains(&name.len()) && name != "." && name != ".." && name.chars().all(legal)
}
