//! A partition of the offsets topic with its coordinator: who is refused before the tables are asked, what an append or
//! its failure means, and what waits for the high watermark.

use std::collections::{BTreeMap, BTreeSet};

use super::api::{Error, Joined, Producer, Synced};
use super::group::{Group, Phase, Timer};
use super::group_step::{GroupStep, Waiting};
use super::log::Log;
use super::record::{Entry, Record};
use super::table::Table;
use super::{Answer, Answers, Call, GroupId, MemberId, Now, Position, Protocol, Request, Settings};

/// What the coordinator can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It replays the log.
    Loading,
    /// It serves.
    Active,
    /// It was unloaded.
    Gone,
}

/// Whether what a step writes got into the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Append {
    /// Yes.
    Made,
    /// No; the caller is told this.
    Failed(Error),
}

/// How the group was seen after the step: Kafka leaves open who leads and which protocol wins a tie.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "Kafka's names")]
pub struct Seen {
    pub phase: Option<Phase>,
    pub leader: Option<MemberId>,
    pub protocol: Option<Protocol>,
}

impl Seen {
    /// The leader that was seen, if it is one of these; otherwise the first.
    pub(super) fn chosen(&self, among: &[MemberId]) -> Option<MemberId> {
        let seen = self.leader.filter(|leader| among.contains(leader));
        seen.or(among.first().copied())
    }
}

/// A group that was removed while it was still shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Former {
    pub(super) group: Group,
    /// Where its tombstone stands.
    pub(super) removed_at: Position,
}

/// A partition of the offsets topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    pub(super) settings: Settings,
    /// What the coordinator can do.
    pub status: Status,
    /// Its log.
    pub log: Log,
    /// What the whole log adds up to.
    pub latest: Table,
    /// What the durable part of it adds up to.
    pub shown: Table,
    /// The groups in memory.
    pub groups: BTreeMap<GroupId, Group>,
    pub(super) former: Vec<Former>,
    pub(super) waiting: Vec<(Position, Waiting)>,
}

impl Partition {
    /// An empty partition that serves.
    pub fn new(settings: Settings) -> Partition {
        Partition {
            settings,
            status: Status::Active,
            log: Log::default(),
            latest: Table::default(),
            shown: Table::default(),
            groups: BTreeMap::new(),
            former: Vec::new(),
            waiting: Vec::new(),
        }
    }

    /// One request.
    pub fn request(
        &mut self,
        now: Now,
        call: Call,
        request: &Request,
        seen: &Seen,
        append: Append,
    ) -> Answers {
        if let Some(answer) = self.refused(request) {
            return vec![(call, answer)];
        }
        match request {
            Request::Fetch(fetch) if fetch.stable => {
                let waiting = Waiting::Answer(call, fetch.answer(&self.latest));
                self.waiting.push((self.log.end(), waiting));
                self.release(now)
            }
            Request::Fetch(fetch) => vec![(call, fetch.answer(&self.shown))],
            Request::EndTxn(producer, committed) => {
                self.end(now, call, *producer, *committed, append)
            }
            Request::DeleteGroups(ids) => self.delete_groups(now, call, ids, append),
            Request::Join(r) => self.of_group(now, call, r.group, request, seen, append),
            Request::Sync(r) => self.of_group(now, call, r.group, request, seen, append),
            Request::Leave(r) => self.of_group(now, call, r.group, request, seen, append),
            Request::Commit(r) => self.of_group(now, call, r.group, request, seen, append),
            Request::Heartbeat(id, _) | Request::OffsetDelete(id, _) => {
                self.of_group(now, call, *id, request, seen, append)
            }
        }
    }

    /// The layers before the tables: partitions that do not exist, the request by itself, then the coordinator.
    fn refused(&self, request: &Request) -> Option<Answer> {
        if let Request::Commit(commit) = request
            && commit.is_about_nothing(&self.settings)
        {
            return Some(commit.refused(Error::UnknownTopicOrPartition, &self.settings));
        }
        let (least_ms, most_ms) = self.settings.session_ms;
        let by_itself = match request {
            Request::Sync(r) if r.version >= 5 && (r.kind.is_none() || r.protocol.is_none()) => {
                Some(Error::InconsistentGroupProtocol)
            }
            Request::Join(r) if r.group == 0 => Some(Error::InvalidGroupId),
            Request::Sync(r) if r.group == 0 => Some(Error::InvalidGroupId),
            Request::Heartbeat(0, _) | Request::OffsetDelete(0, _) => Some(Error::InvalidGroupId),
            Request::Leave(r) if r.group == 0 => Some(Error::InvalidGroupId),
            Request::Commit(r) if r.group == 0 && r.producer.is_some() => {
                Some(Error::InvalidGroupId)
            }
            Request::Join(r) if !(least_ms..=most_ms).contains(&r.session_ms) => {
                Some(Error::InvalidSessionTimeout)
            }
            _ => None,
        };
        let by_status = match (self.status, request) {
            (Status::Active, _) => None,
            (Status::Loading, Request::Heartbeat(_, _)) => Some(Error::None),
            (Status::Loading, _) => Some(Error::CoordinatorLoadInProgress),
            (Status::Gone, _) => Some(Error::NotCoordinator),
        };
        let error = by_itself.or(by_status)?;
        Some(self.refusal(request, error))
    }

    fn refusal(&self, request: &Request, error: Error) -> Answer {
        match request {
            Request::Join(r) => Joined::refused(r.member, error),
            Request::Sync(_) => Synced::refused(error),
            Request::Heartbeat(_, _) => Answer::Heartbeat(error),
            Request::Leave(_) => Answer::Left(error, Vec::new()),
            Request::Commit(r) => r.refused(error, &self.settings),
            Request::Fetch(_) => Answer::Fetched(error, Vec::new()),
            Request::OffsetDelete(_, _) => Answer::OffsetsDeleted(error, Vec::new()),
            Request::DeleteGroups(ids) => {
                Answer::GroupsDeleted(ids.iter().map(|id| (*id, error)).collect())
            }
            Request::EndTxn(_, _) => Answer::Ended(error),
        }
    }

    /// A request about a group that does not exist, unless it makes the group.
    fn refused_without_group(&self, request: &Request) -> Option<Answer> {
        let error = match request {
            Request::Join(r) if r.member == 0 => return None,
            Request::Commit(r) => r.error_without_group()?,
            Request::Leave(r) => {
                let unknown =
                    |(id, instance): &(MemberId, _)| (*id, *instance, Error::UnknownMemberId);
                return Some(r.answer(r.members.iter().map(unknown).collect()));
            }
            Request::OffsetDelete(_, _) => Error::GroupIdNotFound,
            _ => Error::UnknownMemberId,
        };
        Some(self.refusal(request, error))
    }

    fn of_group(
        &mut self,
        now: Now,
        call: Call,
        id: GroupId,
        request: &Request,
        seen: &Seen,
        append: Append,
    ) -> Answers {
        let existing = self.groups.get(&id).cloned();
        if existing.is_none()
            && let Some(answer) = self.refused_without_group(request)
        {
            return vec![(call, answer)];
        }
        let mut group = existing.clone().unwrap_or_else(|| Group::new(id, now));
        let mut turn = GroupStep::new(now, &self.settings, &self.latest, seen);
        if existing.is_none() && matches!(request, Request::Join(_)) {
            // The group is written first, whatever becomes of the join.
            turn.records.push(group.record(|_| 0));
        }
        let mut producer = None;
        match request {
            Request::Join(r) => group.join(&mut turn, call, r),
            Request::Sync(r) => group.sync(&mut turn, call, r),
            Request::Heartbeat(_, by) => group.heartbeat(&mut turn, call, by),
            Request::Leave(r) => group.leave(&mut turn, call, r),
            Request::Commit(r) => {
                producer = r.producer;
                group.commit(&mut turn, call, r);
            }
            Request::OffsetDelete(_, places) => group.delete_offsets(&mut turn, call, places),
            Request::Fetch(_) | Request::DeleteGroups(_) | Request::EndTxn(_, _) => {}
        }
        let (records, answers, waiting) = (turn.records, turn.answers, turn.waiting);
        if let Some(error) = self.append_error(&records, producer, append) {
            let refused = self.refusal(request, error);
            return self.failed(now, id, request, error, vec![(call, refused)]);
        }
        if existing.is_some() || !records.is_empty() {
            if existing.is_none() {
                group.made_at = self.log.end();
            }
            self.groups.insert(id, group);
        }
        self.made(now, producer, records, answers, waiting)
    }

    fn append_error(
        &self,
        records: &[Record],
        producer: Option<Producer>,
        append: Append,
    ) -> Option<Error> {
        match append {
            _ if records.is_empty() => None,
            _ if producer.is_some_and(|p| self.latest.is_fenced(p)) => {
                Some(Error::InvalidProducerEpoch)
            }
            Append::Failed(error) => Some(error),
            Append::Made => None,
        }
    }

    /// Nothing was written: no trace stays (S5), except that a generation that cannot be written is begun anew.
    fn failed(
        &mut self,
        now: Now,
        id: GroupId,
        request: &Request,
        error: Error,
        mut answers: Answers,
    ) -> Answers {
        if let Request::Sync(_) = request {
            answers.extend(self.change(now, id, |group, turn| group.sync_failed(turn, error)));
        }
        answers
    }

    /// Changes a group in a way that writes nothing.
    pub(super) fn change(
        &mut self,
        now: Now,
        id: GroupId,
        change: impl FnOnce(&mut Group, &mut GroupStep<'_>),
    ) -> Answers {
        let Some(mut group) = self.groups.get(&id).cloned() else {
            return Vec::new();
        };
        let seen = Seen::default();
        let mut turn = GroupStep::new(now, &self.settings, &self.latest, &seen);
        change(&mut group, &mut turn);
        assert!(
            turn.records.is_empty(),
            "a change that writes must be a step"
        );
        let answers = turn.answers;
        self.groups.insert(id, group);
        answers
    }

    /// What the step writes is in the log.
    fn made(
        &mut self,
        now: Now,
        producer: Option<Producer>,
        records: Vec<Record>,
        mut answers: Answers,
        waiting: Option<Waiting>,
    ) -> Answers {
        if !records.is_empty() {
            let entries = records.into_iter();
            self.append(
                entries
                    .map(|record| Entry::Record(producer, record))
                    .collect(),
            );
        }
        self.waiting
            .extend(waiting.map(|waiting| (self.log.end(), waiting)));
        answers.extend(self.release(now));
        answers
    }

    fn append(&mut self, entries: Vec<Entry>) {
        let base = self.log.end();
        for (at, entry) in (base..).zip(&entries) {
            self.latest.apply(at, entry);
        }
        self.log.append(entries);
    }

    /// The marker is written whether or not anything waits for it.
    fn end(
        &mut self,
        now: Now,
        call: Call,
        producer: Producer,
        committed: bool,
        append: Append,
    ) -> Answers {
        if self.latest.is_fenced(producer) {
            return vec![(call, Answer::Ended(Error::InvalidProducerEpoch))];
        }
        if let Append::Failed(error) = append {
            return vec![(call, Answer::Ended(error))];
        }
        self.append(vec![Entry::Marker(producer, committed)]);
        let waiting = Waiting::Answer(call, Answer::Ended(Error::None));
        self.waiting.push((self.log.end(), waiting));
        self.release(now)
    }

    /// All groups of a request go together, or none.
    fn delete_groups(
        &mut self,
        now: Now,
        call: Call,
        asked_for: &[GroupId],
        append: Append,
    ) -> Answers {
        let mut seen = BTreeSet::new();
        let once = asked_for.iter().copied().filter(|id| seen.insert(*id));
        let ids: Vec<GroupId> = once.collect();
        let fates: Vec<(GroupId, Error)> =
            ids.iter().map(|id| (*id, self.delete_error(*id))).collect();
        let seen = Seen::default();
        let mut turn = GroupStep::new(now, &self.settings, &self.latest, &seen);
        let doomed = fates.iter().filter(|(_, error)| *error == Error::None);
        let doomed: Vec<GroupId> = doomed.map(|(id, _)| *id).collect();
        for group in doomed.iter().filter_map(|id| self.groups.get(id)) {
            group.delete(&mut turn);
        }
        turn.answer_once_durable(call, Answer::GroupsDeleted(fates));
        let (records, answers, waiting) = (turn.records, turn.answers, turn.waiting);
        if let Some(error) = self.append_error(&records, None, append) {
            let refused = asked_for.iter().map(|id| (*id, error)).collect();
            return vec![(call, Answer::GroupsDeleted(refused))];
        }
        let removed_at = self.log.end() + records.len() as Position - 1;
        for id in doomed {
            self.bury(id, removed_at);
        }
        self.made(now, None, records, answers, waiting)
    }

    fn bury(&mut self, id: GroupId, removed_at: Position) {
        let removed = self.groups.remove(&id);
        // Its generation is not that of another group that is made under its name.
        let of_it =
            |waiting: &Waiting| matches!(waiting, Waiting::Assignments(of, ..) if *of == id);
        self.waiting.retain(|(_, waiting)| !of_it(waiting));
        let former = removed.map(|group| Former { group, removed_at });
        self.former.extend(former);
    }

    /// A record of a pass of expiry is in the log; each of them may be the last that a crash leaves.
    pub fn expire(&mut self, record: Record) {
        if let Record::Group { group, .. } = &record {
            self.bury(*group, self.log.end());
        }
        self.append(vec![Entry::Record(None, record)]);
    }

    /// A timer fires; if its step could not be written, it fires again after the same time.
    pub fn fire(
        &mut self,
        now: Now,
        id: GroupId,
        timer: Timer,
        seen: &Seen,
        append: Append,
    ) -> Answers {
        let Some(before) = self.groups.get(&id) else {
            return Vec::new();
        };
        let mut group = before.clone();
        let Some(armed) = group.timers.remove(&timer) else {
            return Vec::new();
        };
        let mut turn = GroupStep::new(now, &self.settings, &self.latest, seen);
        group.time_out(&mut turn, timer);
        let (records, answers, waiting) = (turn.records, turn.answers, turn.waiting);
        if self.append_error(&records, None, append).is_some() {
            return self.change(now, id, |group, _| group.arm(timer, armed.after_ms, now));
        }
        self.groups.insert(id, group);
        self.made(now, None, records, answers, waiting)
    }

    /// The log is durable to its end: what waited for that is released.
    pub fn flush(&mut self, now: Now) -> Answers {
        let from = self.log.durable();
        self.log.sync();
        for (at, entry) in self.log.from(from) {
            self.shown.apply(at, entry);
        }
        self.former.retain(|f| f.removed_at >= self.log.durable());
        match self.status {
            Status::Active => self.release(now),
            Status::Loading | Status::Gone => Vec::new(),
        }
    }

    fn release(&mut self, now: Now) -> Answers {
        let durable = self.log.durable();
        let waiting = std::mem::take(&mut self.waiting);
        let (released, still): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(at, _)| *at <= durable);
        self.waiting = still;
        let mut answers = Vec::new();
        for (_, waiting) in released {
            match waiting {
                Waiting::Answer(call, answer) => answers.push((call, answer)),
                Waiting::TakenOver(id, member, call, answer) => {
                    answers.extend(self.change(now, id, |group, turn| {
                        group.give_place(turn, member, call, answer)
                    }));
                }
                Waiting::Assignments(id, generation, assignments) => {
                    answers.extend(self.change(now, id, |group, turn| {
                        group.hand_out(turn, generation, &assignments)
                    }));
                }
            }
        }
        answers
    }

    /// The group as far as its existence is durable (S2).
    pub(super) fn shown_group(&self, id: GroupId) -> Option<&Group> {
        let durable = self.log.durable();
        let former = self.former.iter().map(|former| &former.group);
        let current = self.groups.get(&id).into_iter();
        let mut all = current.chain(former.filter(|group| group.id == id));
        all.find(|group| group.made_at < durable)
    }
}
