//! G3 AssignmentDurableBeforeHandedOut.

use crate::{Because, Broken, Fault, Kind, Level, Promise, PromiseId, View};

/// The promise.
pub const PROMISE: Promise = Promise {
    id: "G3",
    name: "Durable before handed out",
    sentence: "An assignment is handed out only once its generation is durable in the offsets log.",
    source: "Kafka GroupMetadataManager.classicGroupSyncToClassicGroup: the append future",
    levels: &[Level::Group, Level::OffsetsTopic],
    kind: Kind::State(assignment_durable_before_delivery),
    fault: Fault::Broker,
    clauses: &[],
};

/// No member holds an assignment of a generation that a crash could undo.
///
/// Were it broken, a failover could hand out the same generation number again, with other owners, and fencing by
/// generation would be blind to the difference.
pub fn assignment_durable_before_delivery(view: &dyn View) -> Result<(), Broken> {
    let (delivered, durable) = (view.delivered_generation(), view.durable_generation());
    if delivered <= durable {
        return Ok(());
    }
    Err(Broken {
        promise: PromiseId::G3,
        because: Because::DeliveredTooEarly { delivered, durable },
    })
}
