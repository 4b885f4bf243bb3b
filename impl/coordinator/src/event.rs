//! What operators watch: told with a step's outcome, decided by nobody.

/// Why a group began to rebalance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RebalanceCause {
    /// A member came.
    MemberJoined,
    /// A member joined again: the leader, or one whose subscription has changed.
    MemberRejoined,
    /// A static member came back under another id, with another choice of assignors, or in the middle of a rebalance.
    MemberReplaced,
    /// A member left, or was removed.
    MemberLeft,
    /// A member was silent for longer than its session time-out.
    SessionExpired,
    /// A member joined and never synced.
    SyncTimedOut,
    /// The generation's record could not be written.
    AppendFailed,
    /// A loaded group has more members than it may have by now.
    TooManyMembers,
}

impl RebalanceCause {
    /// A short name for a metric.
    pub const fn name(self) -> &'static str {
        match self {
            RebalanceCause::MemberJoined => "member_joined",
            RebalanceCause::MemberRejoined => "member_rejoined",
            RebalanceCause::MemberReplaced => "member_replaced",
            RebalanceCause::MemberLeft => "member_left",
            RebalanceCause::SessionExpired => "session_expired",
            RebalanceCause::SyncTimedOut => "sync_timed_out",
            RebalanceCause::AppendFailed => "append_failed",
            RebalanceCause::TooManyMembers => "too_many_members",
        }
    }
}
