//! The names and times in every request.

use plimsoll_coordinator::Timestamp;
use plimsoll_model::Id;
use plimsoll_offsets::Text;

/// The group.
pub(crate) const GROUP: &str = "g";
/// The topic; it has one partition.
pub(crate) const TOPIC: &str = "t";
/// How long a rebalance may take, and how long the first one waits for more members.
pub(crate) const REBALANCE_MS: i32 = 3_000;
/// How long a member may be silent.
pub(crate) const SESSION_MS: i32 = 10_000;

/// Time stands still: timers fire when the explorer says so.
pub(crate) const NOW: Timestamp = Timestamp(1_000_000);

/// The member id that stands for a number of the model.
pub(crate) fn member_id(id: Id) -> Text {
    const IDS: [&str; 9] = ["", "a/1", "a/2", "a/3", "a/4", "b/1", "b/2", "b/3", "b/4"];
    IDS[usize::from(id)].into()
}
