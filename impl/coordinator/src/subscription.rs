//! Which topics a consumer subscribed to, as far as the coordinator has to know: offsets of topics that are in use are
//! neither deleted nor expired.

use std::collections::BTreeSet;
use std::sync::Arc;

use plimsoll_offsets::Text;

use crate::group::Group;

/// The protocol type of consumers, the only one whose metadata the coordinator reads.
pub(crate) const CONSUMER: &str = "consumer";

impl Group {
    /// Whether the group may be reading the topic. If a consumer group's subscriptions are not known, it may read any.
    pub(crate) fn is_subscribed_to(&self, topic: &str) -> bool {
        match &self.subscribed {
            Some(topics) => topics.contains(topic),
            None => self.is_of_consumers(),
        }
    }

    pub(crate) fn is_of_consumers(&self) -> bool {
        self.protocol_type.as_deref() == Some(CONSUMER)
    }

    /// The topics of all members' subscriptions; none if they cannot be known.
    pub(crate) fn find_subscribed(&self) -> Option<Arc<BTreeSet<Text>>> {
        if !self.is_of_consumers() {
            return None;
        }
        let mut topics = BTreeSet::new();
        for member in self.members.values() {
            let metadata = member.metadata(self.protocol.as_deref());
            topics.extend(subscribed_topics(&metadata)?);
        }
        Some(Arc::new(topics))
    }
}

/// The topics of a `ConsumerProtocolSubscription`. Every version begins like version 0: version, topics; what follows is
/// not looked at. None if the bytes are something else.
fn subscribed_topics(metadata: &[u8]) -> Option<Vec<Text>> {
    let (_version, rest) = metadata.split_first_chunk::<2>()?;
    let (count, mut rest) = rest.split_first_chunk::<4>()?;
    let count = usize::try_from(i32::from_be_bytes(*count)).ok()?;
    // Each name has two bytes of length at least.
    if count > rest.len() / 2 {
        return None;
    }
    let mut topics = Vec::with_capacity(count);
    for _ in 0..count {
        let (length, after) = rest.split_first_chunk::<2>()?;
        let length = usize::try_from(i16::from_be_bytes(*length)).ok()?;
        let (name, after) = after.split_at_checked(length)?;
        topics.push(Text::from(std::str::from_utf8(name).ok()?));
        rest = after;
    }
    Some(topics)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn description(bytes: &[u8]) -> Option<Vec<String>> {
        subscribed_topics(bytes).map(|topics| topics.iter().map(|t| t.to_string()).collect())
    }

    #[test]
    fn topics_stand_at_the_beginning_of_every_version() {
        let two = [0, 3, 0, 0, 0, 2, 0, 1, b't', 0, 2, b'u', b'v', 9, 9, 9];
        assert_eq!(
            description(&two),
            Some(vec!["t".to_owned(), "uv".to_owned()])
        );
        assert_eq!(description(&[0, 0, 0, 0, 0, 0]), Some(Vec::new()));
    }

    #[test]
    fn other_bytes_are_not_a_subscription() {
        let bad: [&[u8]; 7] = [
            b"",
            b"\0",
            b"\0\0\0\0",
            b"\0\0\xff\xff\xff\xff",
            b"\0\0\x7f\xff\xff\xff\0\0",
            b"\0\0\0\0\0\x01\0\x05t",
            b"\0\0\0\0\0\x01\xff\xfft",
        ];
        for bytes in bad {
            assert_eq!(description(bytes), None, "{bytes:?}");
        }
        assert_eq!(
            description(&[0, 0, 0, 0, 0, 1, 0, 1, 0xff]),
            None,
            "not UTF-8"
        );
    }
}
