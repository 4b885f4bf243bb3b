//! Which segments go together into one: passes leave ever smaller files, and a file costs whatever its size.

use super::range::Closed;

/// Neighbours that become one segment: `segments[from..to]`.
pub(super) type Group = std::ops::Range<usize>;

/// Cuts the segments that begin below `end` into groups whose files are together no longer than `segment_bytes` and
/// whose offsets fit the 31 bits that an index has for them. A segment that is too large alone is a group alone.
pub(super) fn groups(segments: &[Closed], end: i64, segment_bytes: u64) -> Vec<Group> {
    let touched = segments.partition_point(|segment| segment.base < end);
    let mut groups: Vec<Group> = Vec::new();
    let mut bytes = 0u64;
    for (index, segment) in segments[..touched].iter().enumerate() {
        let fits = groups.last().is_some_and(|group| {
            bytes.saturating_add(segment.bytes) <= segment_bytes
                && segment.end - segments[group.start].base <= i64::from(i32::MAX)
        });
        match groups.last_mut() {
            Some(group) if fits => group.end = index + 1,
            _ => {
                groups.push(index..index + 1);
                bytes = 0;
            }
        }
        bytes = bytes.saturating_add(segment.bytes);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(base: i64, end: i64, bytes: u64) -> Closed {
        Closed {
            base,
            end,
            bytes,
            max_timestamp_ms: 0,
        }
    }

    #[test]
    fn small_neighbours_go_together() {
        let segments = [
            closed(0, 5, 40),
            closed(5, 7, 60),
            closed(7, 9, 1),
            closed(9, 20, 200),
            closed(20, 21, 0),
        ];
        assert_eq!(groups(&segments, 21, 100), [0..2, 2..3, 3..4, 4..5]);
        assert_eq!(
            groups(&segments, 6, 100),
            vec![0..2; 1],
            "the border lies inside the second"
        );
        assert_eq!(groups(&segments, 0, 100), Vec::<Group>::new());
        assert_eq!(groups(&segments, 21, 1000).len(), 1);
        assert_eq!(groups(&[], 21, 1000), Vec::<Group>::new());
    }

    #[test]
    fn offsets_of_a_group_fit_an_index() {
        let wide = i64::from(i32::MAX);
        let segments = [
            closed(0, 5, 1),
            closed(5, wide, 1),
            closed(wide, wide + 1, 1),
        ];
        assert_eq!(groups(&segments, wide + 1, 1000), [0..2, 2..3]);
    }
}
