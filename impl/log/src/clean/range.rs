//! Which part of a log a pass may touch (K3).

/// A segment before the active one, as the cleaner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closed {
    /// Its first offset.
    pub(super) base: i64,
    /// The offset after its last, which is the base of the next.
    pub(super) end: i64,
    /// Its file's length.
    pub(super) bytes: u64,
    /// The latest timestamp of a record in it.
    pub(super) max_timestamp_ms: i64,
}

/// Offsets from which on nothing may be touched, whatever the reason.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settled {
    /// Above it records may still be taken back.
    pub(super) high_watermark: i64,
    /// Above it transactions may be undecided.
    pub(super) last_stable: i64,
    /// Records younger than this stay out of reach for now.
    pub(super) newest_timestamp_ms: i64,
}

/// The offsets whose keys a pass takes in: what lies below was taken in by earlier passes, what lies above is not
/// settled. Both lie on the border of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) first_dirty: i64,
    pub(super) end: i64,
}

/// What there is to clean. `segments` are all before the active one, in order. A dirty offset outside the log is a
/// trace of a log that was cut or deleted since: then everything is dirty, which costs time and nothing else.
pub(super) fn cleanable(
    first_dirty: i64,
    log_start: i64,
    segments: &[Closed],
    settled: Settled,
) -> Range {
    let closed_end = segments.last().map_or(log_start, |segment| segment.end);
    let first_dirty = if (log_start..=closed_end).contains(&first_dirty) {
        first_dirty
    } else {
        log_start
    };
    let mut end = settled.last_stable.min(closed_end);
    for segment in segments {
        // A segment that is not settled to its end may still be cut there, so it is not rewritten.
        let unsettled = segment.end > settled.high_watermark;
        let young =
            segment.end > first_dirty && segment.max_timestamp_ms > settled.newest_timestamp_ms;
        if unsettled || young {
            end = end.min(segment.base);
            break;
        }
    }
    Range {
        first_dirty,
        end: end.max(first_dirty),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(ends: &[i64]) -> Vec<Closed> {
        let mut base = 0;
        let mut closed = Vec::new();
        for &end in ends {
            closed.push(Closed {
                base,
                end,
                bytes: 100,
                max_timestamp_ms: end * 10,
            });
            base = end;
        }
        closed
    }

    const ALL: Settled = Settled {
        high_watermark: i64::MAX,
        last_stable: i64::MAX,
        newest_timestamp_ms: i64::MAX,
    };

    fn end(settled: Settled) -> i64 {
        cleanable(2, 0, &segments(&[5, 10, 15]), settled).end
    }

    #[test]
    fn nothing_unsettled_is_touched() {
        assert_eq!(end(ALL), 15, "not the active segment");
        let last_stable = 7;
        assert_eq!(end(Settled { last_stable, ..ALL }), 7);
        let high_watermark = 12;
        assert_eq!(
            end(Settled {
                high_watermark,
                ..ALL
            }),
            10
        );
        let high_watermark = 10;
        assert_eq!(
            end(Settled {
                high_watermark,
                ..ALL
            }),
            10
        );
        let newest_timestamp_ms = 99;
        assert_eq!(
            end(Settled {
                newest_timestamp_ms,
                ..ALL
            }),
            5
        );
        let newest_timestamp_ms = 0;
        assert_eq!(
            end(Settled {
                newest_timestamp_ms,
                ..ALL
            }),
            2
        );
    }

    #[test]
    fn a_clean_segment_is_not_young_again() {
        let newest_timestamp_ms = 0;
        let range = cleanable(
            10,
            0,
            &segments(&[5, 10, 15]),
            Settled {
                newest_timestamp_ms,
                ..ALL
            },
        );
        assert_eq!(
            range,
            Range {
                first_dirty: 10,
                end: 10
            }
        );
    }

    #[test]
    fn a_dirty_offset_outside_the_log_means_everything() {
        for outside in [2, 16] {
            let range = cleanable(outside, 3, &segments(&[5, 10, 15]), ALL);
            assert_eq!(
                range,
                Range {
                    first_dirty: 3,
                    end: 15
                }
            );
        }
        assert_eq!(
            cleanable(9, 3, &[], ALL),
            Range {
                first_dirty: 3,
                end: 3
            }
        );
    }
}
