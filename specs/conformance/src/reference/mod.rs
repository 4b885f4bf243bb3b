//! The coordinator of this project as a subject: in process, with a log in memory and a clock that stands still until it
//! is told otherwise.

mod convert;

use std::collections::BTreeMap;
use std::sync::Arc;

use plimsoll_coordinator::{
    CallId as TheirCallId, Coordinator, CoordinatorConfig, Decisions, Endpoint, OffsetsTopicView,
    Outcome, Step, TimerChange, TimerId, TimerName, Timestamp, Topics,
};
use plimsoll_offsets::{Entry, Text};

use crate::protocol::{
    CallId, FindCoordinator, FindCoordinatorResponse, GroupRequest, GroupResponse,
};
use crate::{OffsetsTopic, Phase, Settings, Subject, Subjects};

/// The broker that coordinates every group.
const BROKER: i32 = 1;
/// `offsets.topic.num.partitions`
const PARTITIONS: usize = 50;

/// Makes [`Reference`]s that decide so.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReferenceSubjects {
    /// Right by default; a mutant otherwise.
    pub decisions: Decisions,
}

impl Subjects for ReferenceSubjects {
    type Subject = Reference;

    fn start(&self, settings: Settings) -> Option<Reference> {
        let config = CoordinatorConfig {
            max_group_size: settings.max_group_size,
            initial_rebalance_delay_ms: settings.initial_rebalance_delay_ms,
            ..CoordinatorConfig::default()
        };
        let found = view(settings.offsets_topic);
        Some(Reference::new(Arc::new(config), self.decisions, found))
    }
}

/// What a broker knows of the offsets topic.
fn view(topic: OffsetsTopic) -> OffsetsTopicView {
    let endpoint = Endpoint {
        host: "localhost".into(),
        port: 9_092,
    };
    let led_by = |leader| Some(vec![leader; PARTITIONS]);
    OffsetsTopicView {
        leaders: match topic {
            OffsetsTopic::Led => led_by(Some(BROKER)),
            OffsetsTopic::NotMade => None,
            OffsetsTopic::NoLeader => led_by(None),
            OffsetsTopic::NoEndpoint => led_by(Some(BROKER + 1)),
        },
        brokers: [(BROKER, endpoint)].into(),
    }
}

/// The reference coordinator. Everything it appends is durable at once.
#[derive(Clone, Debug)]
pub struct Reference {
    config: Arc<CoordinatorConfig>,
    decisions: Decisions,
    topics: Arc<Topics>,
    found: OffsetsTopicView,
    coordinator: Coordinator,
    epoch: i32,
    log: Vec<Entry>,
    now: i64,
    calls: u64,
    answers: BTreeMap<CallId, GroupResponse>,
    timers: BTreeMap<(Text, TimerName), (i64, TimerId)>,
}

impl Reference {
    /// A coordinator of an empty partition of such an offsets topic.
    pub fn new(
        config: Arc<CoordinatorConfig>,
        decisions: Decisions,
        found: OffsetsTopicView,
    ) -> Reference {
        let topics: Arc<Topics> = Arc::new([("t", 2), ("u", 2)].into_iter().collect());
        let mut reference = Reference {
            coordinator: Coordinator::new(config.clone(), decisions, topics.clone(), 0),
            config,
            decisions,
            topics,
            found,
            epoch: 0,
            log: Vec::new(),
            now: 1_000_000,
            calls: 0,
            answers: BTreeMap::new(),
            timers: BTreeMap::new(),
        };
        reference.load();
        reference
    }

    fn begin_load(&mut self) {
        let outcome = self.coordinator.stop(Timestamp(self.now));
        self.note(outcome);
        self.epoch += 1;
        self.timers.clear();
        self.coordinator = Coordinator::new(
            self.config.clone(),
            self.decisions,
            self.topics.clone(),
            self.epoch,
        );
    }

    fn load(&mut self) {
        for (offset, entry) in (0..).zip(&self.log) {
            self.coordinator.apply(offset, entry);
        }
        let end = self.log.len() as i64;
        let outcome = self.coordinator.finish_load(Timestamp(self.now), end, end);
        self.note(outcome);
    }

    fn note(&mut self, outcome: Outcome) {
        let answers = outcome.answers.into_iter();
        let answers =
            answers.filter_map(|a| Some((CallId(a.call.0), convert::response(&a.response)?)));
        self.answers.extend(answers);
        for change in outcome.timers {
            match change {
                TimerChange::Set { timer, after_ms } => {
                    let at = self
                        .now
                        .saturating_add(i64::try_from(after_ms).unwrap_or(i64::MAX));
                    let key = (timer.group.clone(), timer.name.clone());
                    self.timers.insert(key, (at, timer));
                }
                TimerChange::Cancel { timer } => {
                    self.timers.remove(&(timer.group, timer.name));
                }
            }
        }
    }

    fn make(&mut self, step: Step) {
        let (now, log) = (Timestamp(self.now), &mut self.log);
        let outcome = self.coordinator.append_and_apply(now, step, |step| {
            let base = log.len() as i64;
            log.extend(step.entries());
            Ok(base)
        });
        self.note(outcome);
        let end = self.log.len() as i64;
        let outcome = self.coordinator.high_watermark(now, end, self.epoch);
        self.note(outcome);
    }
}

impl Subject for Reference {
    fn send(&mut self, request: &GroupRequest) -> CallId {
        self.calls += 1;
        let call = CallId(self.calls);
        let (now, named) = (Timestamp(self.now), TheirCallId(self.calls));
        let step = self
            .coordinator
            .request(now, named, &convert::request(request));
        self.make(step);
        call
    }

    fn answer(&mut self, call: CallId) -> Option<GroupResponse> {
        self.answers.get(&call).cloned()
    }

    fn advance(&mut self, ms: u64) {
        let until = self
            .now
            .saturating_add(i64::try_from(ms).unwrap_or(i64::MAX));
        loop {
            let due = self.timers.iter().filter(|(_, (at, _))| *at <= until);
            let next = due.min_by_key(|(_, (at, _))| *at);
            let Some((key, (at, timer))) = next.map(|(key, value)| (key.clone(), value.clone()))
            else {
                break;
            };
            self.timers.remove(&key);
            self.now = self.now.max(at);
            let step = self.coordinator.fire(Timestamp(self.now), &timer);
            self.make(step);
        }
        self.now = until;
    }

    fn find(&mut self, request: &FindCoordinator) -> Option<FindCoordinatorResponse> {
        let response = self.found.find(&convert::find(request));
        if response.create_topic {
            self.found = view(OffsetsTopic::Led);
        }
        Some(convert::found(&response))
    }

    fn reload(&mut self) {
        self.begin_load();
        self.load();
    }

    fn hold(&mut self, phase: Phase) -> bool {
        let now = Timestamp(self.now);
        match phase {
            Phase::Unloading => {
                let outcome = self.coordinator.begin_unload(now);
                self.note(outcome);
            }
            Phase::Elsewhere => {
                let outcome = self.coordinator.stop(now);
                self.note(outcome);
            }
            Phase::Loading => self.begin_load(),
        }
        true
    }
}
