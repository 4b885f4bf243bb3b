//! What a log by itself promises: relations between what was written and what a reader finds.
//!
//! L1, which clients see too, has its home in [`crate::group::l1`].

pub(crate) mod k1;
pub(crate) mod k10;
pub(crate) mod k2;
pub(crate) mod k3;
pub(crate) mod k4;
pub(crate) mod k6;
pub(crate) mod k7;
pub(crate) mod k8;
pub(crate) mod k9;
pub(crate) mod l10;
pub(crate) mod l11;
pub(crate) mod l13;
pub(crate) mod l3;
pub(crate) mod l7;
pub(crate) mod l8;
pub(crate) mod l9;
mod view;

pub use k1::newest_is_kept;
pub use k2::only_removed;
pub use k3::only_settled_is_cleaned;
pub use k4::tombstones_live_until_horizon;
pub use k6::{Reading, compacted_means_the_same};
pub use k7::transactions_are_cleaned_with_care;
pub use k8::end_is_kept;
pub use k9::old_or_new;
pub use k10::{keyless_is_dropped, keyless_is_refused};
pub use l3::{appended_as_ruled, ends_where_written, goes_on, offsets_are_assigned};
pub use l7::batches_are_whole;
pub use l8::{Answer, answered_as_ruled, retry_is_recognised, sequences_are_unique};
pub use l9::{is_readable, recovered_is_prefix, recovery_opens, runs};
pub use l10::{Summary, cut_short_alike, recovered_alike};
pub use l11::derived_from_log;
pub use l13::fetch_edges;
pub use view::{
    Aborted, Batch, BatchKind, Cleaned, Fetched, LogView, ProducerState, Record, Source, Written,
};

use crate::{Because, Broken, Kind, PromiseId};

/// Every relation that holds whenever the log is open: what is broken of them.
pub fn broken_in(written: &dyn Written, found: &dyn LogView) -> impl Iterator<Item = Broken> {
    let relations = PromiseId::STORAGE.iter().filter_map(|id| match id.kind() {
        Kind::Log(relation) => Some(relation),
        _ => None,
    });
    relations.filter_map(move |relation| relation(written, found).err())
}

/// A broken promise of a log.
fn broken(promise: PromiseId, clause: &'static str, what: String) -> Result<(), Broken> {
    Err(Broken {
        promise,
        because: Because::InLog { clause, what },
    })
}
