//! What a shard is: a coordinator in a leader epoch, and who waits for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use plimsoll_coordinator::{CallId, Coordinator, GroupRequest, Timestamp};
use plimsoll_offsets::Text;

use crate::decisions::Decisions;
use crate::failure::Failure;
use crate::metrics::{Metrics, NoMetrics};

/// One partition of the offsets topic. See the head of the crate for how to drive it.
///
/// It is cloneable; clones share what neither has changed.
#[derive(Clone, Debug)]
pub struct Shard {
    /// Who answers, in whatever status: also that it is loading, or is not here.
    pub(crate) coordinator: Coordinator,
    /// Of the last election or resignation; −1 before the first.
    pub(crate) leader_epoch: i32,
    /// Everything below is durable, as far as was heard while loading.
    pub(crate) heard_while_loading: i64,
    /// Every request that has not been answered, whatever it waits for. To answer is to take it out: nobody is answered
    /// twice.
    pub(crate) calls: BTreeMap<CallId, Arc<GroupRequest>>,
    /// The group with which the pass over expired offsets goes on; none between two passes.
    pub(crate) expiry_from: Option<Text>,
    pub(crate) failure: Option<Failure>,
    pub(crate) metrics: Arc<dyn Metrics>,
    pub(crate) decisions: Decisions,
}

impl Shard {
    /// A shard that nobody leads yet, with the settings of this coordinator.
    pub fn new(coordinator: &Coordinator) -> Shard {
        let mut coordinator = coordinator.successor(-1);
        // It has nobody to answer.
        let _ = coordinator.stop(Timestamp(0));
        Shard {
            coordinator,
            leader_epoch: -1,
            heard_while_loading: 0,
            calls: BTreeMap::new(),
            expiry_from: None,
            failure: None,
            metrics: Arc::new(NoMetrics),
            decisions: Decisions::default(),
        }
    }

    /// The same, watched by these metrics.
    #[must_use]
    pub fn with_metrics(mut self, metrics: Arc<dyn Metrics>) -> Shard {
        self.metrics = metrics;
        self
    }

    /// The same with other decisions than the right ones.
    #[must_use]
    pub fn with_decisions(mut self, decisions: Decisions) -> Shard {
        self.decisions = decisions;
        self
    }
}
