//! Whatever is held to the tables.

use plimsoll_coordinator::{CallId, GroupRequest, GroupResponse};

/// Settings that a case needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `group.max.size`.
    pub max_group_size: usize,
    /// `group.initial.rebalance.delay.ms`.
    pub initial_rebalance_delay_ms: u64,
}

/// A coordinator under test: topics `t` and `u` of two partitions exist, and no group does.
pub trait Subject {
    /// Sends a request. Ids that it has to issue may be taken from the request's `fresh_member_id`, or be its own.
    fn send(&mut self, request: &GroupRequest) -> CallId;

    /// The answer to a call, once there is one: whatever can be durable is durable before this says that there is none.
    fn answer(&mut self, call: CallId) -> Option<GroupResponse>;

    /// Lets time pass, in milliseconds.
    fn advance(&mut self, ms: u64);

    /// Fails over: another coordinator loads what the log holds.
    fn reload(&mut self);

    /// Begins to unload, and stays asked while it does: the column `Dead`. False if that cannot be held on to.
    fn hold_in_unload(&mut self) -> bool;
}

/// Makes subjects: every case has its own.
pub trait Subjects {
    /// What it makes.
    type Subject: Subject;

    /// A new one.
    fn start(&self, settings: Settings) -> Self::Subject;
}
