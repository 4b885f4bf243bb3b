//! A story: the same commands to both, and what comes of each compared.

use std::collections::BTreeMap;
use std::fmt;

use plimsoll_coordinator::{
    CallId, CoordinatorConfig, ErrorCode, GroupRequest, GroupResponse, GroupState,
};
use serde_json::{Value, json};

use crate::batch::Appended;
use crate::command::{Ask, Command, PARTITIONS, STATIC, Who};
use crate::freedoms::may_fail;
use crate::ours::{CHECK_INTERVAL_MS, Ours};
use crate::process::Process;
use crate::resolve::{Clients, group};
use crate::{request, response};

const BEGIN_MS: i64 = 1_000_000_000;
const RETENTION_MINUTES: i64 = 30;
const METADATA_MAX: usize = 4;

/// The settings of both.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    pub(crate) initial_delay_ms: u64,
    pub(crate) members_max: usize,
}

impl Setup {
    fn ours(self) -> CoordinatorConfig {
        CoordinatorConfig {
            initial_rebalance_delay_ms: self.initial_delay_ms,
            max_group_size: self.members_max,
            offsets_retention_ms: RETENTION_MINUTES * 60_000,
            tombstones_per_step: usize::MAX,
            offset_metadata_max: METADATA_MAX,
            ..CoordinatorConfig::default()
        }
    }

    fn kafka(self) -> Value {
        json!({
            "group.initial.rebalance.delay.ms": self.initial_delay_ms.to_string(),
            "group.max.size": self.members_max.to_string(),
            "offsets.retention.minutes": RETENTION_MINUTES.to_string(),
            "offsets.retention.check.interval.ms": CHECK_INTERVAL_MS.to_string(),
            "offset.metadata.max.bytes": METADATA_MAX.to_string(),
        })
    }
}

/// What one side did on a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Side {
    pub(crate) answers: Vec<(CallId, GroupResponse)>,
    pub(crate) batches: Vec<Appended>,
}

/// Where the two parted.
#[derive(Clone, Debug)]
pub(crate) struct Difference {
    pub(crate) command: Command,
    pub(crate) request: Option<GroupRequest>,
    /// The state of each group of ours before.
    pub(crate) before: Vec<Option<GroupState>>,
    pub(crate) setup: Setup,
    pub(crate) ours: Side,
    pub(crate) kafka: Side,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "at {:?}", self.command)?;
        if let Some(request) = &self.request {
            writeln!(f, "  {request:?}")?;
        }
        writeln!(f, "  {:?}, before: {:?}", self.setup, self.before)?;
        for (name, side) in [("Kafka", &self.kafka), ("ours ", &self.ours)] {
            for (call, response) in &side.answers {
                writeln!(f, "  {name} answers {}: {response:?}", call.0)?;
            }
            for batch in &side.batches {
                writeln!(f, "  {name} appends {batch:?}")?;
            }
            if *side == Side::default() {
                writeln!(f, "  {name} does nothing")?;
            }
        }
        Ok(())
    }
}

/// Why a story ended before its last command.
#[derive(Debug)]
pub(crate) enum Ended {
    Differently(Box<Difference>),
    /// What comes next would differ for a reason that is known.
    LookedAway(&'static str),
    /// The peer is broken, or says what we cannot read.
    Broken(String),
}

impl From<String> for Ended {
    fn from(why: String) -> Ended {
        Ended::Broken(why)
    }
}

/// Both, in the middle of a story.
pub(crate) struct Story<'a> {
    kafka: &'a mut Process,
    ours: Ours,
    setup: Setup,
    now_ms: i64,
    durable_at_once: bool,
    clients: Clients,
    calls: u64,
    open: BTreeMap<CallId, (GroupRequest, Option<Who>)>,
    /// The end of the log after each batch.
    ends: Vec<i64>,
    /// Our answers that Kafka has not given yet, since the log is not durable to its end.
    early: Vec<(CallId, GroupResponse)>,
    /// How many answers of ours Kafka never gives.
    pub(crate) abandoned: u64,
    /// How many requests of each API were compared.
    pub(crate) requests: BTreeMap<&'static str, u64>,
}

impl<'a> Story<'a> {
    pub(crate) fn begin(kafka: &'a mut Process, setup: Setup) -> Result<Story<'a>, Ended> {
        Story::with(kafka, setup, |now_ms| {
            let topics = [("t", PARTITIONS), ("u", 1)].into_iter().collect();
            Ours::new(now_ms, setup.ours(), topics)
        })
    }

    /// Kafka's coordinator beside another one than ours.
    pub(crate) fn with(
        kafka: &'a mut Process,
        setup: Setup,
        ours: impl FnOnce(i64) -> Ours,
    ) -> Result<Story<'a>, Ended> {
        kafka.ask(&json!({ "op": "begin", "now": BEGIN_MS, "settings": setup.kafka() }))?;
        Ok(Story {
            kafka,
            ours: ours(BEGIN_MS),
            setup,
            now_ms: BEGIN_MS,
            durable_at_once: true,
            clients: Clients::default(),
            calls: 0,
            open: BTreeMap::new(),
            ends: vec![0],
            early: Vec::new(),
            abandoned: 0,
            requests: BTreeMap::new(),
        })
    }

    /// Gives both the command, and compares.
    pub(crate) fn step(&mut self, command: &Command) -> Result<(), Ended> {
        if matches!(
            command,
            Command::Ask(Ask::Delete { .. }, _) | Command::Reload
        ) && self.ours.high_watermark() < self.ours.end()
        {
            self.step(&Command::Watermark { last: true })?;
        }
        if let Command::Ask(Ask::Join { who, .. }, _) = command
            && who.slot >= STATIC
            && !self.durable_at_once
        {
            return Ok(()); // F29
        }
        let states = (0..crate::command::GROUPS).map(|id| {
            let view = self.ours.coordinator.group(&group(id));
            view.map(|view| view.state)
        });
        let before: Vec<Option<GroupState>> = states.collect();
        let (told, request) = self.give(command);
        let answer = self.kafka.ask(&told)?;
        let (mut ours, kafka) = (self.ours(), self.kafka(&answer)?);
        self.align(request.as_ref(), &mut ours, &kafka);
        if ours != kafka || answer["end"] != self.ours.end() {
            return Err(Ended::Differently(Box::new(Difference {
                command: command.clone(),
                request,
                before,
                setup: self.setup,
                ours,
                kafka,
            })));
        }
        if *command == Command::Reload && self.ours.has_ghosts() {
            return Err(Ended::LookedAway("F14"));
        }
        for (call, response) in &kafka.answers {
            if let Some((_, Some(who))) = self.open.remove(call) {
                self.clients.learn(who, response);
            }
        }
        if self.ours.end() > self.ends.last().copied().unwrap_or(0) {
            self.ends.push(self.ours.end());
        }
        Ok(())
    }

    /// Gives it to ours, and what is to be given to Kafka's.
    fn give(&mut self, command: &Command) -> (Value, Option<GroupRequest>) {
        match command {
            Command::Ask(ask, failure) => {
                self.calls += 1;
                let call = CallId(self.calls);
                let asked = self.clients.request(ask, self.calls);
                let who = match ask {
                    Ask::Join { who, .. } => Some(*who),
                    _ => None,
                };
                let failure = if may_fail(&asked) { *failure } else { 0 };
                self.open.insert(call, (asked.clone(), who));
                let error = response::error(i64::from(failure)).ok();
                self.ours.ask(call, &asked, error.filter(|_| failure != 0));
                let (api, version, data) = request::request(&asked, 0);
                *self.requests.entry(api).or_default() += 1;
                let told = json!({
                    "op": "request", "call": call.0, "failure": failure, "api": api,
                    "version": version, "client": "c", "data": data,
                });
                (told, Some(asked))
            }
            Command::Advance(ms) => {
                self.now_ms += ms;
                self.ours.advance(self.now_ms);
                (json!({ "op": "advance", "to": self.now_ms }), None)
            }
            Command::DurableAtOnce(at_once) => {
                self.durable_at_once = *at_once;
                self.ours.durable_at_once(*at_once);
                (json!({ "op": "durable", "at_once": at_once }), None)
            }
            Command::Watermark { last } => {
                let back = if *last { 1 } else { 2 };
                let at = self.ends.len().saturating_sub(back);
                let to = self.ends[at].max(self.ours.high_watermark());
                self.ours.watermark(to);
                (json!({ "op": "watermark", "to": to }), None)
            }
            Command::Reload => {
                let watermark = self.ours.end();
                self.ours.reload();
                (json!({ "op": "reload", "watermark": watermark }), None)
            }
        }
    }

    /// Kafka may answer later what wrote nothing, or never what its client has given up (F22, F6, F16).
    fn align(&mut self, request: Option<&GroupRequest>, ours: &mut Side, kafka: &Side) {
        let given = |call: &CallId| kafka.answers.iter().any(|(it, _)| it == call);
        // What is left of ours from before and is answered now.
        let (now, later) = std::mem::take(&mut self.early)
            .into_iter()
            .partition(|(call, _)| given(call));
        (self.early, ours.answers) = (later, [now, std::mem::take(&mut ours.answers)].concat());
        let lags = self.ours.high_watermark() < self.ours.end();
        let (mut kept, mut abandoned) = (Vec::new(), 0);
        for (call, response) in std::mem::take(&mut ours.answers) {
            let asked = self.open.get(&call).map(|(asked, _)| asked);
            if given(&call) {
                kept.push((call, response));
            } else if call.0 != self.calls && is_abandoned(asked, request, &response) {
                abandoned += 1;
            } else if lags && is_step_of_group(asked) {
                self.early.push((call, response));
            } else {
                kept.push((call, response));
            }
        }
        // They stay open: if Kafka does answer one after all, that is a difference.
        self.abandoned += abandoned;
        if !lags {
            // Nothing is left that Kafka could wait for.
            kept.append(&mut self.early);
        }
        kept.sort_by_key(|(call, _)| *call);
        ours.answers = kept;
    }

    fn ours(&mut self) -> Side {
        let (answers, batches) = self.ours.results();
        let answers = answers
            .into_iter()
            .map(|it| (it.call, response::sorted(it.response)));
        Side {
            answers: answers.collect(),
            batches,
        }
    }

    fn kafka(&self, answer: &Value) -> Result<Side, String> {
        let list = |name: &str| {
            let lacks = || format!("no {name} in {answer}");
            answer[name].as_array().ok_or_else(lacks)
        };
        let mut side = Side::default();
        for answer in list("answers")? {
            let call = CallId(answer[0].as_u64().ok_or("an answer to no call")?);
            let (asked, _) = self
                .open
                .get(&call)
                .ok_or("an answer to a call that is not open")?;
            let response = response::response(asked, &answer[1])?;
            side.answers.push((call, response::sorted(response)));
        }
        side.answers.sort_by_key(|(call, _)| *call);
        for batch in list("batches")? {
            let hex = batch.as_str().ok_or("a batch that is no text")?;
            side.batches.push(Appended::decode(hex)?);
        }
        Ok(side)
    }
}

/// Whether the answer sends away an earlier call, of the member that asks again or of one that leaves.
fn is_abandoned(
    asked: Option<&GroupRequest>,
    request: Option<&GroupRequest>,
    response: &GroupResponse,
) -> bool {
    let error = match response {
        GroupResponse::Join(r) => r.error,
        GroupResponse::Sync(r) => r.error,
        _ => return false,
    };
    match (asked, request) {
        (Some(GroupRequest::Join(old)), Some(GroupRequest::Join(new))) => {
            let GroupResponse::Join(ours) = response else {
                return false;
            };
            let same = (&old.group, &ours.member) == (&new.group, &new.member);
            error == ErrorCode::RebalanceInProgress && same
        }
        (Some(GroupRequest::Sync(old)), Some(GroupRequest::Sync(new))) => {
            let same = (&old.group, &old.member) == (&new.group, &new.member);
            error == ErrorCode::RebalanceInProgress && same
        }
        (Some(_), Some(GroupRequest::Leave(_))) => error == ErrorCode::UnknownMemberId,
        _ => false,
    }
}

/// Whether Kafka works it out as a write, which waits for those before it.
fn is_step_of_group(asked: Option<&GroupRequest>) -> bool {
    !matches!(
        asked,
        None | Some(GroupRequest::Describe(_) | GroupRequest::List(_) | GroupRequest::Fetch(_))
    )
}
