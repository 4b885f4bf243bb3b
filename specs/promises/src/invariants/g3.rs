//! G3 AssignmentDurableBeforeHandedOut.

use crate::{Because, Broken, PromiseId, View};

/// No member holds an assignment of a generation that a crash could undo.
///
/// Were it broken, a failover could hand out the same generation number again, with other owners, and fencing by
/// generation would be blind to the difference.
pub fn assignment_durable_before_delivery<V: View>(view: &V) -> Result<(), Broken> {
    let (delivered, durable) = (view.delivered_generation(), view.durable_generation());
    if delivered <= durable {
        return Ok(());
    }
    Err(Broken {
        promise: PromiseId::G3,
        because: Because::DeliveredTooEarly { delivered, durable },
    })
}
