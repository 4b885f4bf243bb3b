//! The answers to the parts of a request.

use std::sync::Arc;

use plimsoll_coordinator::{ErrorCode, GroupRequest, GroupResponse};

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
