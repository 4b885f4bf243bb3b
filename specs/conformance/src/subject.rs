//! Whatever is held to the tables.

use crate::Capabilities;
use crate::protocol::{
    CallId, FindCoordinator, FindCoordinatorResponse, GroupRequest, GroupResponse,
};

/// What can be found of the offsets topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum OffsetsTopic {
    /// It is led by a broker that listens.
    #[default]
    Led,
    /// It has not been made yet.
    NotMade,
    /// The group's partition has no leader.
    NoLeader,
    /// The group's partition is led by a broker that does not listen where it is asked.
    NoEndpoint,
}

/// Settings that a case needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `group.max.size`.
    pub max_group_size: usize,
    /// `group.initial.rebalance.delay.ms`.
    pub initial_rebalance_delay_ms: u64,
    /// The offsets topic as the case finds it.
    pub offsets_topic: OffsetsTopic,
}

/// What a coordinator may be doing instead of serving its groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// It unloads: its groups are dead.
    Unloading,
    /// It replays its log.
    Loading,
    /// Another broker coordinates its groups.
    Elsewhere,
}

/// A coordinator under test: topics `t` and `u` of two partitions exist, and no group does.
pub trait Subject {
    /// Sends a request. Ids that it has to issue may be taken from the request's `fresh_member_id`, or be its own.
    fn send(&mut self, request: &GroupRequest) -> CallId;

    /// The answer to a call, once there is one: whatever can be durable is durable before this says that there is none.
    fn answer(&mut self, call: CallId) -> Option<GroupResponse>;

    /// Asks where groups are coordinated; none if that is not supported.
    fn find(&mut self, _request: &FindCoordinator) -> Option<FindCoordinatorResponse> {
        None
    }

    /// Lets time pass, in milliseconds.
    fn advance(&mut self, ms: u64);

    /// Fails over: another coordinator loads what the log holds. Ends a phase that was held.
    /// Not called after [`Capabilities::without_reload`].
    fn reload(&mut self) {}

    /// Enters the phase, and stays asked while it lasts. False if that cannot be held on to: its cells are skipped.
    fn hold(&mut self, _phase: Phase) -> bool {
        false
    }
}

/// Makes subjects: every case has its own.
pub trait Subjects {
    /// What it makes.
    type Subject: Subject;

    /// What they support; what they do not is skipped and counted.
    fn capabilities(&self) -> Capabilities {
        Capabilities::all()
    }

    /// A new one; none if there cannot be one with such settings.
    fn start(&self, settings: Settings) -> Option<Self::Subject>;
}
