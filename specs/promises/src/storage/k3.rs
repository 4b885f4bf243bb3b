//! K3 CleanOnlySettled.

use super::{LogView, broken};
use crate::{Broken, Offset, PromiseId};

/// A pass that went over everything below `below` stopped at the high watermark, at the last stable offset and at the
/// active segment, as they were when it began.
pub fn only_settled_is_cleaned<V: LogView>(
    before: &V,
    synced: Offset,
    active_base: Offset,
    below: Offset,
) -> Result<(), Broken> {
    let settled = synced.min(before.last_stable()).min(active_base);
    match below <= settled {
        true => Ok(()),
        false => broken(
            PromiseId::K3,
            format!(
                "everything below offset {below} was cleaned, and only what is below {settled} is settled"
            ),
        ),
    }
}
