//! What a client is told when no coordinator answers it, as Kafka's `CoordinatorRuntime` tells it.

use std::sync::Arc;

use plimsoll_coordinator::{
    CallId, Coordinator, ErrorCode, GroupRequest, GroupResponse, Timestamp,
};
use plimsoll_runtime::Refusal;

/// Coordinators that serve nothing. They know best what comes before that: a request that is wrong by itself is told so
/// whoever leads the partition.
pub(crate) struct UnavailableResponder {
    loading: Coordinator,
    stopped: Coordinator,
}

impl UnavailableResponder {
    /// `coordinator` is one that has just begun to load.
    pub(crate) fn new(coordinator: &Coordinator) -> UnavailableResponder {
        let mut stopped = coordinator.clone();
        // It has nobody to tell.
        let _ = stopped.stop(Timestamp(0));
        UnavailableResponder {
            loading: coordinator.clone(),
            stopped,
        }
    }

    /// The answer to a request that the shard has refused.
    pub(crate) fn answer(&self, request: &GroupRequest, refusal: Refusal) -> GroupResponse {
        match refusal {
            Refusal::Loading => turned_away(&self.loading, request),
            Refusal::NotLoaded | Refusal::Failed => turned_away(&self.stopped, request),
            Refusal::Closing => request.refusal(ErrorCode::CoordinatorNotAvailable),
            Refusal::Unloaded | Refusal::FailedMeanwhile => {
                request.refusal(ErrorCode::NotCoordinator)
            }
            Refusal::TimedOut => request.refusal(timed_out(request)),
        }
    }
}

/// The log's REQUEST_TIMED_OUT, as a group client sees it (KAFKA-17267 for the fetch).
fn timed_out(request: &GroupRequest) -> ErrorCode {
    match request {
        GroupRequest::Fetch(_) => ErrorCode::NotCoordinator,
        _ => ErrorCode::CoordinatorNotAvailable,
    }
}

fn turned_away(doorkeeper: &Coordinator, request: &GroupRequest) -> GroupResponse {
    let step = doorkeeper.request(Timestamp(0), CallId(0), request);
    // A coordinator that is not active makes no other step.
    let answer = step.into_answer();
    answer.unwrap_or_else(|| request.refusal(ErrorCode::NotCoordinator))
}

/// Puts the answers to the parts of a request together, and gives the whole when the last has come.
pub(crate) struct Gathering<R> {
    request: Arc<GroupRequest>,
    missing: usize,
    parts: Vec<Option<GroupResponse>>,
    reply: Option<R>,
}

impl<R: FnOnce(GroupResponse)> Gathering<R> {
    pub(crate) fn new(request: Arc<GroupRequest>, parts: usize, reply: R) -> Gathering<R> {
        Gathering {
            request,
            missing: parts,
            parts: (0..parts).map(|_| None).collect(),
            reply: Some(reply),
        }
    }

    /// Takes the answer to a part. The last one is given the reply, and the answer for it.
    pub(crate) fn take(
        &mut self,
        part: usize,
        answer: GroupResponse,
    ) -> Option<(R, GroupResponse)> {
        self.parts[part] = Some(answer);
        self.missing -= 1;
        if self.missing > 0 {
            return None;
        }
        let parts = self.parts.drain(..).flatten().collect();
        Some((self.reply.take()?, whole(&self.request, parts)))
    }
}

/// One answer out of those to the parts.
pub(crate) fn whole(request: &GroupRequest, parts: Vec<GroupResponse>) -> GroupResponse {
    let gathered = request.gather(parts);
    gathered.unwrap_or_else(|| request.refusal(ErrorCode::NotCoordinator))
}
