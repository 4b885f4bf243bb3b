//! Failover and crash. `Empty` and `Stable` survive, nothing else does; members' sessions begin anew.

use super::api::{Error, Joined, Synced};
use super::group::{Group, Member, Phase};
use super::group_step::Waiting;
use super::partition::{Former, Partition, Status};
use super::record::{Generation, Saved};
use super::table::Table;
use super::{Answer, Answers, GroupId, MemberId, Now, Position, Protocol, Settings};

impl Partition {
    /// The coordinator is unloaded: who waits is sent away, and cannot know what became of what it wrote (S4).
    pub fn unload(&mut self) -> Answers {
        let mut answers = Answers::new();
        for (_, waiting) in std::mem::take(&mut self.waiting) {
            if let Waiting::Answer(call, answer) = waiting {
                answers.push((call, in_doubt(answer)));
            }
        }
        for group in std::mem::take(&mut self.groups).into_values() {
            for (id, member) in group.members {
                let join = member.join.into_iter();
                let sync = member.sync.into_iter();
                answers.extend(join.map(|c| (c, Joined::refused(id, Error::NotCoordinator))));
                answers.extend(sync.map(|c| (c, Synced::refused(Error::NotCoordinator))));
            }
        }
        self.former.clear();
        self.status = Status::Gone;
        answers
    }

    /// Somebody leads the partition again, and begins to load it.
    pub fn lead(&mut self) {
        self.status = Status::Loading;
    }

    /// The log was replayed.
    pub fn load(&mut self, now: Now) {
        self.status = Status::Active;
        let (end, known) = (self.log.end(), self.shown.groups());
        for id in self.latest.groups() {
            let mut group = loaded(id, &self.latest, now);
            // What is not durable is not shown, even though it is known.
            group.made_at = if known.contains(&id) { -1 } else { end - 1 };
            self.groups.insert(id, group);
            self.greet(now, id);
        }
        let gone: Vec<GroupId> = known.difference(&self.latest.groups()).copied().collect();
        let is_more_than_pending = |id: &GroupId| {
            self.shown.generation(*id).is_some() || self.shown.offsets(*id).next().is_some()
        };
        let remembered = gone.into_iter().filter(is_more_than_pending);
        for id in remembered.collect::<Vec<_>>() {
            let group = loaded(id, &self.shown, now);
            let removed_at = end - 1;
            self.former.push(Former { group, removed_at });
        }
    }

    /// Sessions begin; if the group has become too large, those stay who rejoin first.
    fn greet(&mut self, now: Now, id: GroupId) {
        let answers = self.change(now, id, |group, turn| {
            let members: Vec<MemberId> = group.members.keys().copied().collect();
            members
                .iter()
                .for_each(|member| group.renew(*member, turn.now));
            if members.len() > turn.settings.members_max {
                group.prepare(turn);
            }
        });
        assert!(
            answers.is_empty(),
            "nobody waits in a group that was loaded"
        );
    }

    /// The machine or the process is gone, and the log ends at `end` when it is opened again, all of it durable.
    ///
    /// # Errors
    /// Why a log cannot be left like that.
    pub fn crash(&mut self, end: Position, settings: &Settings) -> Result<(), String> {
        self.log.cut(end)?;
        self.settings = settings.clone();
        let mut table = Table::default();
        for (at, entry) in self.log.from(0) {
            table.apply(at, entry);
        }
        (self.latest, self.shown) = (table.clone(), table);
        self.groups.clear();
        self.former.clear();
        self.waiting.clear();
        self.status = Status::Loading;
        Ok(())
    }
}

fn loaded(id: GroupId, table: &Table, now: Now) -> Group {
    let mut group = Group::new(id, now);
    let Some(generation) = table.generation(id) else {
        return group;
    };
    let Generation {
        kind,
        generation,
        protocol,
        leader,
        since_ms,
        members,
    } = generation;
    group.kind = Some(*kind).filter(|kind| *kind != 0);
    group.generation = *generation;
    group.protocol = *protocol;
    group.leader = *leader;
    group.since_ms = *since_ms;
    let member = |(id, saved): (&MemberId, &Saved)| (*id, member(saved, *protocol));
    group.members = members.iter().map(member).collect();
    group.subscribed = group.subscriptions();
    if !group.members.is_empty() {
        group.phase = Phase::Stable;
    }
    group
}

fn member(saved: &Saved, protocol: Option<Protocol>) -> Member {
    Member {
        instance: saved.instance,
        session_ms: saved.session_ms,
        rebalance_ms: saved.rebalance_ms,
        protocols: protocol
            .map(|p| (p, saved.subscription))
            .into_iter()
            .collect(),
        assignment: saved.assignment,
        join: None,
        sync: None,
        fresh: false,
        owes_sync: false,
    }
}

/// The same answer, but what was written may be kept or not.
fn in_doubt(answer: Answer) -> Answer {
    let doubt = |error: Error| match error {
        Error::None => Error::NotCoordinator,
        refused => refused,
    };
    match answer {
        Answer::Committed(fates) => {
            let fates = fates.into_iter();
            Answer::Committed(fates.map(|(place, error)| (place, doubt(error))).collect())
        }
        Answer::GroupsDeleted(fates) => {
            let fates = fates.into_iter();
            Answer::GroupsDeleted(fates.map(|(id, error)| (id, doubt(error))).collect())
        }
        Answer::Left(_, _) => Answer::Left(Error::NotCoordinator, Vec::new()),
        Answer::Fetched(_, _) => Answer::Fetched(Error::NotCoordinator, Vec::new()),
        Answer::OffsetsDeleted(_, _) => Answer::OffsetsDeleted(Error::NotCoordinator, Vec::new()),
        Answer::Ended(_) => Answer::Ended(Error::NotCoordinator),
        // These are parked with their members.
        answer @ (Answer::Joined(_) | Answer::Synced(_) | Answer::Heartbeat(_)) => answer,
    }
}
