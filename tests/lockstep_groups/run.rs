//! Every event, in both.

use plimsoll_broker::{
    CallId, DescribeGroups, DescribedGroup, Effect, ErrorCode, Flush, GroupRequest, GroupResponse,
    ListGroups, Request, Response,
};
use plimsoll_model::groups::{Answers, Error, Phase, Status, Timer};
use plimsoll_tests::story::{self, Wrong};
use proptest::prelude::*;

use crate::op::{self, Identity, Op, SLOTS};
use crate::setup::Setup;
use crate::world::World;
use crate::{names, responses};

impl story::World for World {
    type Setup = Setup;
    type Op = Op;

    fn setups() -> BoxedStrategy<Setup> {
        Setup::any().boxed()
    }

    fn ops() -> BoxedStrategy<Op> {
        op::op().boxed()
    }

    fn new(setup: &Setup) -> Result<World, Wrong> {
        World::begin(setup)
    }

    fn step(&mut self, op: &Op) -> Result<(), Wrong> {
        match op {
            Op::Join {
                client,
                guise,
                anew,
                protocols,
                kind,
                session,
                version,
            } => {
                if *anew {
                    self.clients.remove(client);
                }
                let by = self.who(*client, *guise);
                self.join(*client, by, (*protocols, *kind, *session, *version))
            }
            Op::Sync {
                client,
                guise,
                label,
                version,
            } => {
                let client = self.acting(*client);
                self.sync(client, self.who(client, *guise), *label, *version)
            }
            Op::Heartbeat { client, guise } => {
                let client = self.acting(*client);
                self.heartbeat(client, self.who(client, *guise))
            }
            Op::Leave {
                group,
                who,
                guise,
                version,
            } => self.leave(*group, who, *guise, *version),
            Op::Commit {
                client,
                guise,
                offsets,
                retention_ms,
                version,
            } => {
                let client = self.acting(*client);
                let by = self.who(client, *guise);
                self.commit(client, by, None, offsets, (*retention_ms, *version))
            }
            Op::TxnCommit {
                client,
                guise,
                producer,
                epoch,
                offsets,
            } => {
                let client = self.acting(*client);
                let (by, producer) = (self.who(client, *guise), self.producer(*producer, *epoch));
                self.commit(client, by, Some(producer), offsets, (None, 0))
            }
            Op::End {
                producer,
                epoch,
                partition,
                commit,
            } => {
                let producer = self.producer(*producer, *epoch);
                self.end(producer, *partition, *commit)
            }
            Op::Fetch {
                group,
                stable,
                places,
            } => self.fetch(*group, *stable, places.clone()),
            Op::OffsetDelete { group, places } => self.delete_offsets(*group, places),
            Op::DeleteGroups(groups) => self.delete_groups(groups),
            Op::Describe { groups, version } => self.describe(groups, *version),
            Op::List { state, kind } => self.list(*state, *kind),
            Op::Round {
                group,
                slots,
                protocols,
            } => self.round(*group, *slots, *protocols),
            _ => self.surroundings(op),
        }
    }
}

impl World {
    fn surroundings(&mut self, op: &Op) -> Result<(), Wrong> {
        match op {
            Op::Wait { ms } => self.wait(*ms),
            Op::SetClock { by_ms } => {
                self.now.wall_ms += by_ms;
                Ok(())
            }
            Op::Expire => self.expire(),
            Op::Clean(partition) => self.clean(usize::from(*partition) % self.model.len()),
            Op::Flush => self.flush(),
            Op::Resign(partition) => self.resign(usize::from(*partition) % self.model.len()),
            Op::Lead(partition) => {
                self.lead(usize::from(*partition) % self.model.len());
                Ok(())
            }
            Op::Load => self.load(),
            Op::Failover(partition) => {
                let partition = usize::from(*partition) % self.model.len();
                self.resign(partition)?;
                self.lead(partition);
                self.load()
            }
            Op::Arm { faults, fate } => {
                for (fault, n) in faults {
                    self.broker.disk_mut().fail_at(u64::from(*n), *fault);
                }
                self.fate = fate.clone();
                Ok(())
            }
            Op::Kill(fate) => {
                self.fate = fate.clone();
                self.kill()
            }
            Op::PowerCut(fate) => {
                self.fate = fate.clone();
                self.power_cut()
            }
            // The others are requests.
            _ => Ok(()),
        }
    }

    /// Clients join, come back with their ids, wait for the join phase to end, and sync.
    fn round(&mut self, group: u8, slots: u8, protocols: u8) -> Result<(), Wrong> {
        let slots: Vec<u8> = (0..SLOTS).filter(|slot| slots & (1 << slot) != 0).collect();
        let settings = (protocols % 4, 1, 0, 9);
        for slot in &slots {
            let client = (group, *slot);
            let before = self.known(client).member;
            self.join(client, self.who(client, Identity::Itself), settings)?;
            let given = self.known(client).member;
            if given != before && given != 0 {
                self.join(client, self.who(client, Identity::Itself), settings)?;
            }
        }
        for _ in 0..3 {
            let join = self.wheel.get(&(group, Timer::Join));
            if let Some((at_ms, _)) = join {
                self.wait(at_ms - self.now.elapsed_ms)?;
            }
        }
        for slot in &slots {
            let client = (group, *slot);
            self.sync(client, self.who(client, Identity::Itself), 3, 9)?;
        }
        self.flush()
    }

    /// Time passes, and timers fire in order.
    fn wait(&mut self, ms: i64) -> Result<(), Wrong> {
        let until_ms = self.now.elapsed_ms + ms;
        // Timers that arm each other at once would go on for ever.
        for _ in 0..10_000 {
            let due = self.wheel.iter().filter(|(_, (at, _))| *at <= until_ms);
            let next = due.min_by_key(|(key, (at, _))| (*at, **key));
            let Some(((group, timer), at_ms)) = next.map(|(key, (at, _))| (*key, *at)) else {
                self.pass(until_ms);
                return Ok(());
            };
            self.pass(at_ms.max(self.now.elapsed_ms));
            self.fire(group, timer)?;
        }
        Err(format!("timers fire without end: {:?}", self.wheel))
    }

    fn pass(&mut self, until_ms: i64) {
        self.now.wall_ms += until_ms - self.now.elapsed_ms;
        self.now.elapsed_ms = until_ms;
    }

    fn flush(&mut self) -> Result<(), Wrong> {
        let before = self.before();
        let effects = self.broker.flush(self.time(), Flush::Offsets);
        let description = self.take(effects)?;
        let mut expected = Answers::new();
        let failed = self.met_a_fault(&before);
        for index in 0..self.model.len() {
            let view = self.broker.offsets_partition(index);
            let raised = view.map_or(-1, |view| view.high_watermark);
            let model = &mut self.model[index];
            // A sync may have failed before this partition's turn.
            if !failed || raised == model.log.end() {
                expected.extend(model.flush(self.now));
            }
        }
        self.settle(&before, description, expected)
    }

    /// A pass of expiry, which a fault may cut short in each partition.
    fn expire(&mut self) -> Result<(), Wrong> {
        let before = self.before();
        let effects = self.broker.expire_offsets(self.time());
        let description = self.take(effects)?;
        let failed = self.met_a_fault(&before);
        for index in 0..self.model.len() {
            let expired = match self.model[index].status {
                Status::Active => self.model[index].expired(self.now),
                Status::Loading | Status::Gone => Vec::new(),
            };
            let written = self.appended(&before, index);
            if !failed && written != expired.len() as i64 {
                return Err(format!(
                    "partition {index}: {written} tombstones of expiry, and the model says {expired:?}"
                ));
            }
            for record in expired.into_iter().take(written as usize) {
                self.note_expired(&record);
                self.model[index].expire(record);
            }
        }
        self.settle(&before, description, Answers::new())
    }

    fn clean(&mut self, partition: usize) -> Result<(), Wrong> {
        let before = self.before();
        let (cleaned, effects) = self.broker.clean_offsets(self.time(), partition);
        let description = self.take(effects)?;
        match cleaned {
            Some(Ok(report)) => self.note_clean(&report),
            Some(Err(error)) if !self.met_a_fault(&before) => {
                return Err(format!("compaction failed without a fault: {error}"));
            }
            _ => {}
        }
        self.settle(&before, description, Answers::new())?;
        self.compare_all_entries()
    }

    fn resign(&mut self, partition: usize) -> Result<(), Wrong> {
        let before = self.before();
        let effects = self.broker.resign(self.time(), partition);
        let description = self.take(effects)?;
        let expected = self.model[partition].unload();
        if !expected.is_empty() {
            self.situations.saw("answers left open by an unload");
        }
        self.settle(&before, description, expected)
    }

    fn lead(&mut self, partition: usize) {
        self.broker.lead(partition);
        if self.model[partition].status == Status::Gone {
            self.model[partition].lead();
        }
    }

    fn ask_once(&mut self, request: GroupRequest) -> Result<GroupResponse, Wrong> {
        let time = self.time();
        let effects = self
            .broker
            .request(time, CallId(0), Request::Group(request));
        match &effects[..] {
            [
                Effect::Answer {
                    response: Response::Group(response),
                    ..
                },
            ] => Ok(response.clone()),
            other => Err(format!("no answer at once: {other:?}")),
        }
    }

    fn describe(&mut self, groups: &[u8], version: i16) -> Result<(), Wrong> {
        let mut groups = groups.to_vec();
        groups.dedup();
        let request = GroupRequest::Describe(DescribeGroups {
            groups: groups.iter().map(|id| names::group(*id)).collect(),
            version,
        });
        let GroupResponse::Describe(description) = self.ask_once(request)? else {
            return Err("another answer than that to DescribeGroups".to_owned());
        };
        if description.groups.len() != groups.len() {
            return Err(format!("{groups:?} are described by {description:?}"));
        }
        for (id, description) in groups.into_iter().zip(&description.groups) {
            self.compare_described(id, description, version)?;
        }
        Ok(())
    }

    fn compare_described(
        &mut self,
        id: u8,
        description: &DescribedGroup,
        v: i16,
    ) -> Result<(), Wrong> {
        let expected = self.model[self.partition_of(id)].describe(id);
        let wrong = Err(format!("{description:?}, and the model says {expected:?}"));
        let error = responses::error(description.error)?;
        let described = match expected {
            Err(refused) if refused == error => return Ok(()),
            Err(_) => return wrong,
            Ok(None) => {
                let unknown = if v >= 6 {
                    Error::GroupIdNotFound
                } else {
                    Error::None
                };
                let dead = description.state == Some(plimsoll_broker::GroupState::Dead);
                self.situations.saw("a group described that does not exist");
                return if dead && error == unknown {
                    Ok(())
                } else {
                    wrong
                };
            }
            Ok(Some(described)) => described,
        };
        let mut members = std::collections::BTreeMap::new();
        for member in &description.members {
            let seen = (
                names::instance_of(&member.instance)?,
                names::metadata_of(&member.metadata)?,
                names::assignment_of(&member.assignment)?,
            );
            members.insert(names::member_of(&member.member)?, seen);
        }
        let protocol = described.protocol.map_or("".into(), names::protocol);
        let same = error == Error::None
            && description.state == Some(names::phase(described.phase))
            && description.protocol_type == names::kind(described.kind.unwrap_or(0))
            && description.protocol == protocol
            && members == described.members;
        if described.phase == Phase::Stable {
            self.situations.saw("a stable group described");
        }
        if same { Ok(()) } else { wrong }
    }

    /// By state and by type, which here is classic for all; letters count for nothing.
    fn list(&mut self, state: Option<u8>, kind: u8) -> Result<(), Wrong> {
        let phases = [
            (Phase::Empty, "empty"),
            (Phase::Preparing, "PreparingRebalance"),
            (Phase::Completing, "COMPLETINGREBALANCE"),
            (Phase::Stable, "Stable"),
        ];
        let types = [&[][..], &["Classic"], &["consumer"]];
        let state = state.map(|state| phases[usize::from(state)]);
        let request = GroupRequest::List(ListGroups {
            states: state.iter().map(|(_, name)| (*name).into()).collect(),
            types: types[usize::from(kind)]
                .iter()
                .map(|t| (*t).into())
                .collect(),
        });
        let GroupResponse::List(description) = self.ask_once(request)? else {
            return Err("another answer than that to ListGroups".to_owned());
        };
        let mut expected = std::collections::BTreeMap::new();
        for model in &self.model {
            match model.list() {
                Ok(groups) => expected.extend(groups),
                Err(_) if description.error == ErrorCode::CoordinatorLoadInProgress => {
                    return Ok(());
                }
                Err(_) => return Err(format!("a list while a partition loads: {description:?}")),
            }
        }
        expected.retain(|_, (phase, _)| state.is_none_or(|(s, _)| s == *phase) && kind != 2);
        let mut found = std::collections::BTreeMap::new();
        for listed in &description.groups {
            let kind = Some(names::kind_of(&listed.protocol_type)?).filter(|kind| *kind != 0);
            let seen = (names::phase_of(listed.state)?, kind);
            found.insert(names::group_of(&listed.group)?, seen);
        }
        match description.error == ErrorCode::None && found == expected {
            true => Ok(()),
            false => Err(format!("{description:?}, and the model says {expected:?}")),
        }
    }
}
