//! What a log by itself promises: relations between what was written and what a reader finds.
//!
//! | id | what it says | where |
//! |---|---|---|
//! | L3 | offsets without gaps | [`offsets_are_assigned`] |
//! | L7 | batches are fetched whole | [`batches_are_whole`] |
//! | L8 | no duplicates | [`sequences_are_unique`], [`retry_is_recognised`] |
//! | L9 | recovery leaves a prefix | [`recovered_is_prefix`], [`recovery_opens`] |
//! | L10 | recovery is idempotent | [`recovered_alike`] |
//! | L11 | derived state is the log's | [`derived_from_log`] |
//! | L13 | the edges of a fetch | [`fetch_edges`] |
//! | K1 | the newest of each key survives | [`newest_is_kept`] |
//! | K2 | compaction only removes | [`only_removed`] |
//! | K3 | only what is settled is cleaned | [`only_settled_is_cleaned`] |
//! | K4 | the life of a tombstone | [`tombstones_live_until_horizon`] |
//! | K6 | compacted and full log mean the same | [`compacted_means_the_same`] |
//! | K7 | transactions are cleaned with care | [`transactions_are_cleaned_with_care`] |
//! | K8 | the end survives | [`end_is_kept`] |
//! | K9 | the swap is atomic | [`old_or_new`] |
//! | K10 | keys are required | [`keyless_is_dropped`], [`keyless_is_refused`] |
//!
//! L1, which clients see too, has its home in [`crate::l1`].

mod k1;
mod k10;
mod k2;
mod k3;
mod k4;
mod k6;
mod k7;
mod k8;
mod k9;
mod l10;
mod l11;
mod l13;
mod l3;
mod l7;
mod l8;
mod l9;
mod view;

pub use k1::newest_is_kept;
pub use k2::only_removed;
pub use k3::only_settled_is_cleaned;
pub use k4::tombstones_live_until_horizon;
pub use k6::compacted_means_the_same;
pub use k7::transactions_are_cleaned_with_care;
pub use k8::end_is_kept;
pub use k9::old_or_new;
pub use k10::{keyless_is_dropped, keyless_is_refused};
pub use l3::offsets_are_assigned;
pub use l7::batches_are_whole;
pub use l8::{Answer, retry_is_recognised, sequences_are_unique};
pub use l9::{recovered_is_prefix, recovery_opens};
pub use l10::recovered_alike;
pub use l11::derived_from_log;
pub use l13::fetch_edges;
pub use view::{
    Aborted, Batch, BatchKind, Cleaned, Fetched, LogView, ProducerState, Record, Source, Written,
};

use crate::{Because, Broken, PromiseId};

/// A relation between what was written and what is found.
pub type Relation<W, V> = fn(&W, &V) -> Result<(), Broken>;

/// Every relation that holds whenever the log is open.
pub fn each<W: Written, V: LogView>() -> [Relation<W, V>; 13] {
    [
        |_, found| offsets_are_assigned(found),
        |_, found| batches_are_whole(found),
        |_, found| sequences_are_unique(found),
        recovered_is_prefix,
        derived_from_log,
        |_, found| fetch_edges(found),
        newest_is_kept,
        only_removed,
        tombstones_live_until_horizon,
        compacted_means_the_same,
        transactions_are_cleaned_with_care,
        end_is_kept,
        keyless_is_dropped,
    ]
}

/// A broken promise of a log.
fn broken(promise: PromiseId, what: String) -> Result<(), Broken> {
    Err(Broken {
        promise,
        because: Because::InLog { what },
    })
}
