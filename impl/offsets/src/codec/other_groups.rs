//! Records of groups whose protocol is not served here: which group they are about, and of what kind it is. The key of
//! each such type begins with the group's name (Kafka `ShareGroup…Key`, `StreamsGroup…Key`).

use super::wire::Reader;
use crate::record::Text;

const SHARE_GROUP: i16 = 11;
const STREAMS_GROUP: i16 = 17;

/// The protocol of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GroupKind {
    /// KIP-932: types 9 to 15.
    Share,
    /// KIP-1071: types 17 to 24.
    Streams,
}

/// What a record says about such a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherGroup {
    /// The group.
    pub group: Text,
    /// Its kind.
    pub kind: GroupKind,
    /// Whether this is the record of the group itself (`ShareGroupMetadata`, `StreamsGroupMetadata`).
    pub is_group: bool,
    /// The epoch that the group's record says; none for other records, tombstones and versions that are not known.
    pub epoch: Option<i32>,
}

/// The group that a record is about; none if the type is not of a share or streams group, or the key is cut short.
pub fn other_group(key: Option<&[u8]>, value: Option<&[u8]>) -> Option<OtherGroup> {
    let mut from = Reader::new(key?);
    let key_type = from.i16("key type").ok()?;
    let kind = match key_type {
        9..=15 => GroupKind::Share,
        17..=24 => GroupKind::Streams,
        _ => return None,
    };
    let group = from.text("group").ok()?;
    let is_group = matches!(key_type, SHARE_GROUP | STREAMS_GROUP);
    let epoch = value.filter(|_| is_group).and_then(|value| {
        let mut from = Reader::new(value);
        let is_known = from.i16("version").ok()? == 0;
        from.i32("epoch").ok().filter(|_| is_known)
    });
    Some(OtherGroup {
        group,
        kind,
        is_group,
        epoch,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_named_by_their_records() {
        let key = |key_type: u8| [0, key_type, 0, 1, b'g'];
        let value = [0, 0, 0, 0, 0, 7, 0];
        for (key_type, kind, is_group) in [
            (9, GroupKind::Share, false),
            (11, GroupKind::Share, true),
            (17, GroupKind::Streams, true),
            (24, GroupKind::Streams, false),
        ] {
            let found = other_group(Some(&key(key_type)), Some(&value)).expect("a group");
            assert_eq!((&*found.group, found.kind), ("g", kind));
            assert_eq!(found.epoch, is_group.then_some(7));
            let deleted = other_group(Some(&key(key_type)), None).expect("a group");
            assert_eq!((deleted.is_group, deleted.epoch), (is_group, None));
        }
        for key_type in [3, 8, 16, 25] {
            assert_eq!(other_group(Some(&key(key_type)), Some(&value)), None);
        }
        assert_eq!(other_group(Some(&[0, 17, 0, 5, b'g']), None), None);
        assert_eq!(other_group(None, None), None);
    }
}
