//! From the replayed log to groups: `Empty` or `Stable`, nothing else survives a crash (semantics §3.0).

use std::collections::BTreeMap;

use plimsoll_offsets::{GroupMetadata, MemberMetadata, OffsetsRecord, Text};

use crate::api::{Protocol, Timestamp};
use crate::coordinator::{Coordinator, Status};
use crate::group::{Group, GroupState};
use crate::member::Member;
use crate::step::{Cause, Outcome};

impl Coordinator {
    /// Applies one record of the log while loading.
    pub fn replay(&mut self, offset: i64, record: &OffsetsRecord) {
        self.cache.replay(offset, record);
    }

    /// Ends the load: everything up to `log_end` has been replayed, everything below `high_watermark` may be shown.
    /// Members' sessions begin anew.
    pub fn finish_load(&mut self, now: Timestamp, log_end: i64, high_watermark: i64) -> Outcome {
        self.status = Status::Active;
        self.log_end = log_end;
        self.high_watermark = high_watermark;
        self.cache.advance(high_watermark);
        let with_record = self
            .cache
            .groups()
            .filter_map(|(id, timeline)| Some((id, timeline.latest()?)));
        let with_record = with_record.map(|(id, metadata)| group(id, Some(metadata), now));
        let with_offsets = self
            .cache
            .groups_with_offsets()
            .map(|id| group(id, None, now));
        let mut loaded: BTreeMap<Text, Group> = with_offsets.map(|g| (g.id.clone(), g)).collect();
        // A group record says more than offsets alone.
        loaded.extend(with_record.map(|g| (g.id.clone(), g)));
        let mut outcome = Outcome::default();
        for group in loaded.into_values() {
            let members: Vec<Text> = group.members.keys().cloned().collect();
            let mut turn = self.turn(now, group);
            members.iter().for_each(|member| turn.renew_session(member));
            let step = turn.into_step(Cause::None);
            outcome.extend(self.install(step));
        }
        outcome
    }
}

/// The group as the log knows it; without a group record, one that only stores offsets.
fn group(id: &Text, metadata: Option<&GroupMetadata>, now: Timestamp) -> Group {
    let mut group = Group::new(id.clone(), now);
    let Some(metadata) = metadata else {
        return group;
    };
    group.generation = metadata.generation;
    group.protocol_type = Some(metadata.protocol_type.clone()).filter(|t| !t.is_empty());
    group.protocol = metadata.protocol.clone();
    group.leader = metadata.leader.clone();
    group.state_since = Timestamp(metadata.state_timestamp_ms);
    for loaded in &metadata.members {
        let member = member(loaded, metadata.protocol.as_ref());
        group.members.insert(loaded.member_id.clone(), member);
    }
    if !group.members.is_empty() {
        group.state = GroupState::Stable;
    }
    group
}

fn member(loaded: &MemberMetadata, protocol: Option<&Text>) -> Member {
    let supported = protocol.map(|name| Protocol {
        name: name.clone(),
        metadata: loaded.subscription.clone(),
    });
    Member {
        client_id: loaded.client_id.clone(),
        client_host: loaded.client_host.clone(),
        session_timeout_ms: loaded.session_timeout_ms,
        // Old records have none.
        rebalance_timeout_ms: match loaded.rebalance_timeout_ms {
            -1 => loaded.session_timeout_ms,
            given => given,
        },
        protocols: supported.into_iter().collect(),
        assignment: loaded.assignment.clone(),
        parked_join: None,
        parked_sync: None,
        is_new: false,
        owes_sync: false,
    }
}
