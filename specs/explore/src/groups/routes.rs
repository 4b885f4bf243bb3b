//! Where a broker writes each group's records (S10). The system has one partition of the offsets topic and so cannot see
//! it; a broker with all of them, and the same decisions, is asked once, and its logs are looked at.

use plimsoll_broker::{Broker, Config, Request};
use plimsoll_coordinator::{CallId, Decisions, OffsetCommit, Timestamp};
use plimsoll_disk::SimDisk;

use super::names::{BEGIN_MS, OffsetKey, PARTITIONS, SPOT_COUNT};

/// The partition that each group's records are found in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Routes([u32; SPOT_COUNT]);

impl Routes {
    /// Of a broker with these decisions.
    pub(super) fn of(decisions: Decisions) -> Self {
        let mut found = [u32::MAX; SPOT_COUNT];
        for spot in OffsetKey::all() {
            if let Some(partition) = committed_in(decisions, spot) {
                found[spot.index()] = partition;
            }
        }
        Self(found)
    }

    pub(super) fn of_group(&self, spot: OffsetKey) -> u32 {
        self.0[spot.index()]
    }
}

/// The one partition whose log has got longer by a commit; none if no log has.
fn committed_in(decisions: Decisions, spot: OffsetKey) -> Option<u32> {
    let config = Config {
        offsets_partitions: PARTITIONS,
        decisions,
        ..Config::with_topics(&[(spot.topic(), spot.partition() + 1)])
    };
    let now = Timestamp(BEGIN_MS);
    let (mut broker, _) = Broker::start(SimDisk::default(), &config, now).ok()?;
    let commit = OffsetCommit {
        group: spot.group().into(),
        member: "".into(),
        instance: None,
        generation: -1,
        offsets: vec![spot.to_commit(1)],
        retention_ms: -1,
        version: 8,
    };
    broker.request(now, CallId(1), Request::from(commit));
    (0..PARTITIONS.unsigned_abs()).find(|index| {
        let view = usize::try_from(*index)
            .ok()
            .and_then(|index| broker.offsets_partition(index));
        view.is_some_and(|view| view.log_end_offset > 0)
    })
}
