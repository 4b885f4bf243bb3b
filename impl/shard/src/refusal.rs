//! Why a request gets no answer of an active coordinator: what metrics count.

use std::fmt;

/// Why a request was not answered by an active coordinator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The shard is loading; nothing was done.
    Loading,
    /// The shard is not loaded here; nothing was done.
    NotLoaded,
    /// The shard failed earlier; nothing was done.
    Failed,
    /// The service is closing; nothing was done.
    Closing,
    /// The shard was unloaded before the answer could be given. What was to be written may be in the log.
    Unloaded,
    /// The shard failed before the answer could be given. What was to be written may be in the log.
    FailedMeanwhile,
    /// The time for the answer ran out. What was to be written may be in the log, or come to be.
    TimedOut,
}

impl Refusal {
    /// Whether the request may have taken effect, or may yet (S4). After the others it certainly has not (S4′).
    pub const fn outcome_is_open(self) -> bool {
        match self {
            Refusal::Loading | Refusal::NotLoaded | Refusal::Failed | Refusal::Closing => false,
            Refusal::Unloaded | Refusal::FailedMeanwhile | Refusal::TimedOut => true,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::Loading => "the shard is loading",
            Refusal::NotLoaded => "the shard is not loaded here",
            Refusal::Failed => "the shard has failed",
            Refusal::Closing => "the service is closing",
            Refusal::Unloaded => "the shard was unloaded meanwhile; the outcome is open",
            Refusal::FailedMeanwhile => "the shard failed meanwhile; the outcome is open",
            Refusal::TimedOut => "time ran out; the outcome is open",
        })
    }
}

impl std::error::Error for Refusal {}
