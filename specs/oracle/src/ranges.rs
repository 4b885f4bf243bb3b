//! Counting and walking in sets of offsets.

use plimsoll_promises::{
    Offset,
    memory::{OffsetSet, Ranges},
};

/// How many members lie in `from..to`.
pub fn count(set: &Ranges, from: Offset, to: Offset) -> u64 {
    runs(set, from, to)
        .map(|(start, end)| end.abs_diff(start))
        .sum()
}

/// The ranges of members within `from..to`, in order, each as start and end (exclusive).
pub fn runs(set: &Ranges, from: Offset, to: Offset) -> impl Iterator<Item = (Offset, Offset)> + '_ {
    let mut at = from;
    std::iter::from_fn(move || {
        while at < to {
            let (gap, gap_end) = set.first_gap(at, to).unwrap_or((to, to));
            let run = (at, gap);
            at = gap_end;
            if run.0 < run.1 {
                return Some(run);
            }
        }
        None
    })
}

/// The ranges of absent offsets within `from..to`.
pub fn gaps(set: &Ranges, from: Offset, to: Offset) -> impl Iterator<Item = (Offset, Offset)> + '_ {
    let mut at = from;
    std::iter::from_fn(move || {
        let gap = set.first_gap(at, to)?;
        at = gap.1;
        Some(gap)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_gaps_share_the_line() {
        let mut set = Ranges::default();
        for offset in [0, 1, 2, 5, 6, 9] {
            set.insert(offset);
        }
        let runs_of = |from, to| runs(&set, from, to).collect::<Vec<_>>();
        assert_eq!(runs_of(0, 10), [(0, 3), (5, 7), (9, 10)]);
        assert_eq!(runs_of(1, 6), [(1, 3), (5, 6)]);
        assert_eq!(runs_of(3, 5), []);
        assert_eq!(runs_of(7, 7), []);
        assert_eq!(count(&set, 2, 100), 4);
        let gaps: Vec<_> = gaps(&set, 1, 12).collect();
        assert_eq!(gaps, [(3, 5), (7, 9), (10, 12)]);
    }
}
