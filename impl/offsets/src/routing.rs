//! Which partition of the offsets topic holds a group (S10; Kafka `partitionFor`).

use crate::decisions::Routing;

/// The topic that groups and their offsets live in.
pub const OFFSETS_TOPIC: &str = "__consumer_offsets";

/// `String.hashCode` of Java: over UTF-16 code units, wrapping.
pub fn java_hash(text: &str) -> i32 {
    hash(text.encode_utf16())
}

fn hash(units: impl Iterator<Item = impl Into<i32>>) -> i32 {
    units.fold(0, |hash: i32, unit| {
        hash.wrapping_mul(31).wrapping_add(unit.into())
    })
}

/// The offsets-topic partition of `group` among `partitions`. The number is that of the topic as it was created:
/// another number sends every group elsewhere, where its offsets are not. None if `partitions` is not positive.
pub fn partition_for(group: &str, partitions: i32) -> Option<i32> {
    Routing::AsKafka.partition_for(group, partitions)
}

impl Routing {
    /// As [`partition_for`], by this decision.
    pub fn partition_for(self, group: &str, partitions: i32) -> Option<i32> {
        let positive = match self {
            // The absolute value of the smallest integer does not exist; Kafka takes 0 for it.
            Routing::AsKafka => java_hash(group).checked_abs().unwrap_or(0),
            Routing::SignBitMasked => java_hash(group) & i32::MAX,
            Routing::OverBytes => hash(group.bytes()).checked_abs().unwrap_or(0),
        };
        (partitions > 0).then(|| positive % partitions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors() {
        // Each of these tells the right function from a wrong one: masking the sign bit, hashing UTF-8 bytes, or an
        // absolute value that stays negative.
        let cases = [
            ("", 0, 0),
            ("g", 103, 3),
            ("test-group", 627_841_412, 12),
            ("my-group", -1_906_497_762, 12),
            ("billing", -109_829_509, 9),
            ("order-processor", -1_129_616_173, 23),
            ("polygenelubricants", i32::MIN, 0),
            ("é", 233, 33),
            ("группа", 1_749_938_458, 8),
        ];
        for (group, hash, partition) in cases {
            assert_eq!(java_hash(group), hash, "{group}");
            assert_eq!(partition_for(group, 50), Some(partition), "{group}");
        }
    }

    #[test]
    fn characters_beyond_the_first_plane_count_as_two_units() {
        // U+1D11E is D834 DD1E: 31 * 0xD834 + 0xDD1E.
        assert_eq!(java_hash("\u{1D11E}"), 31 * 0xD834 + 0xDD1E);
    }

    #[test]
    fn o18_each_wrong_way_goes_elsewhere_for_some_groups_only() {
        let goes = |routing: Routing, group| routing.partition_for(group, 50);
        assert_eq!(goes(Routing::SignBitMasked, "my-group"), Some(36));
        assert_eq!(goes(Routing::SignBitMasked, "test-group"), Some(12));
        assert_eq!(goes(Routing::OverBytes, "группа"), Some(4));
        assert_eq!(goes(Routing::OverBytes, "my-group"), Some(12));
    }

    #[test]
    fn no_partitions_no_answer() {
        assert_eq!(
            (
                partition_for("g", 0),
                partition_for("g", -1),
                partition_for("g", 1)
            ),
            (None, None, Some(0))
        );
    }
}
