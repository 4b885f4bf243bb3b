//! K1 LatestPerKeyRetained.

use super::{LogView, Written, broken, view};
use crate::{Broken, PromiseId};

/// Of every key the newest record that counts, below what was cleaned, is found as it was written. Tombstones have
/// K4.
pub fn newest_is_kept<W: Written, V: LogView>(written: &W, found: &V) -> Result<(), Broken> {
    let prefix = view::below(written.batches(), found.end());
    let newest = view::newest(prefix, &view::outcomes(prefix), written.cleaned_below());
    let kept = newest
        .values()
        .filter(|record| record.offset >= found.start() && record.value.is_some());
    for record in kept {
        if view::record(found.batches(), record.offset) != Some(record) {
            return broken(
                PromiseId::K1,
                format!(
                    "the record at offset {} is the newest of its key, and it is gone",
                    record.offset
                ),
            );
        }
    }
    Ok(())
}
