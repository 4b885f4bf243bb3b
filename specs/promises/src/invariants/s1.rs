//! S1 ReplayEqualsLive.

use crate::{Because, Broken, PromiseId, View};

/// What a loaded coordinator remembers is what replaying its log to the end gives.
///
/// A rebalance under way lives in memory only, by design; then only the committed offset is compared.
pub fn memory_equals_replay<V: View>(view: &V) -> Result<(), Broken> {
    let (Some(memory), replay) = (view.memory(), view.replay()) else {
        return Ok(());
    };
    let settled = memory.generation.is_none() || memory.generation == replay.generation;
    if memory.committed == replay.committed && settled {
        return Ok(());
    }
    Err(Broken {
        promise: PromiseId::S1,
        because: Because::MemoryDiffers {
            memory: memory.description(),
            replay: replay.description(),
        },
    })
}
