//! What is looked away from, each with its reason. Whoever adds a row hides differences: it is as narrow as can be said.

use plimsoll_coordinator::{GroupRequest, GroupResponse, GroupState};
use plimsoll_offsets::Bytes;

use crate::story::{Difference, Side};

/// A difference at which a story ends, since what follows would differ too.
pub(crate) struct Freedom {
    /// A short name.
    pub(crate) id: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) applies: fn(&Difference) -> bool,
}

pub(crate) const FREEDOMS: &[Freedom] = &[
    Freedom {
        id: "F18",
        reason: "whom Kafka elects after the leader is gone, and which of protocols with equal votes, is a hash map's order",
        applies: elected_another,
    },
    Freedom {
        id: "F21",
        reason: "a leader that syncs again before its assignment is durable: Kafka writes both and hands out the first, we write one",
        applies: wrote_a_generation_twice,
    },
    Freedom {
        id: "F12",
        reason: "DescribeGroups in the sync phase: Kafka shows the assignments of the generation before, we show none",
        applies: shows_old_assignments,
    },
];

/// What is kept out of the stories or compared less strictly, with the reason.
pub(crate) const KEPT_OUT: &[(&str, &str)] = &[
    (
        "F1, F13, F24",
        "the member id in a join's errors 25, -1, 15 and 16: Kafka gives it or leaves it out",
    ),
    (
        "F3",
        "a commit to no group of nothing but refused offsets: Kafka keeps a group that no log knows",
    ),
    (
        "F6, F16",
        "a second join or sync, or a leave: Kafka never answers the first call, we send it away",
    ),
    (
        "F15, F29",
        "a static member that comes back with another session time-out: Kafka arms the old one's",
    ),
    (
        "F22",
        "while the log is not durable to its end Kafka answers later what wrote nothing, and decides DeleteGroups later",
    ),
    (
        "F26, F28",
        "unloads and loads while the log is not durable to its end: the high watermark moves first",
    ),
    (
        "F33, F35",
        "commits and syncs of members whose append fails: Kafka has renewed the session, we have not",
    ),
    (
        "F34, F38",
        "joins whose append fails: Kafka has answered before, or gives the generation with the error",
    ),
    (
        "F14",
        "a load of a log that has only deleted or aborted offsets of a group: Kafka has the group then, we have not",
    ),
    (
        "F29",
        "a static member that comes back while records wait to be durable: Kafka begins its session at the request",
    ),
    (
        "F37",
        "DeleteGroups whose append fails: Kafka lists the group twice (a mistake of Kafka)",
    ),
];

/// The one that explains a difference.
pub(crate) fn explanation(difference: &Difference) -> Option<&'static Freedom> {
    FREEDOMS.iter().find(|it| (it.applies)(difference))
}

/// Whether the append of this request may fail in a story (F33, F34, F35, F38).
pub(crate) fn may_fail(request: &GroupRequest) -> bool {
    match request {
        GroupRequest::Commit(r) => r.generation < 0,
        GroupRequest::TxnCommit(_) | GroupRequest::OffsetDelete(_) => true,
        _ => false,
    }
}

/// Both give a join the same generation, but another leader of its members or another protocol.
fn elected_another(difference: &Difference) -> bool {
    let ours = &difference.ours.answers;
    let same_call = |call| {
        ours.iter()
            .find(|(it, _)| it == call)
            .map(|(_, response)| response)
    };
    difference.kafka.answers.iter().any(|(call, kafka)| {
        let (GroupResponse::Join(kafka), Some(GroupResponse::Join(ours))) =
            (kafka, same_call(call))
        else {
            return false;
        };
        let differs = kafka.leader != ours.leader || kafka.protocol_name != ours.protocol_name;
        differs && kafka.generation > 0 && kafka.generation == ours.generation
    })
}

fn wrote_a_generation_twice(difference: &Difference) -> bool {
    let is_sync = matches!(difference.request, Some(GroupRequest::Sync(_)));
    let (ours, kafka) = (&difference.ours, &difference.kafka);
    is_sync && ours.answers == kafka.answers && ours.batches.is_empty() && kafka.batches.len() == 1
}

fn shows_old_assignments(difference: &Difference) -> bool {
    let described = |side: &Side| {
        let mut side = side.clone();
        for (_, response) in &mut side.answers {
            let GroupResponse::Describe(response) = response else {
                return None;
            };
            for group in &mut response.groups {
                let members = group.members.iter_mut();
                members
                    .filter(|_| group.state == Some(GroupState::CompletingRebalance))
                    .for_each(|member| member.assignment = Bytes::from([]));
            }
        }
        Some(side)
    };
    let (ours, kafka) = (described(&difference.ours), described(&difference.kafka));
    ours.is_some() && ours == kafka
}
