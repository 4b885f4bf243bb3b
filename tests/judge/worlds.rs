//! The register of possible committed offsets against every possible world, one by one.
//!
//! A world fixes when each operation took effect: a write at some moment between its invoke and its completion, one of
//! unknown outcome at any later moment or never, a question at some moment of its own. The register may never call an
//! answer impossible that some world gives; where all writes differ it must call impossible what no world gives.

use std::collections::BTreeSet;

use plimsoll_oracle::worlds::register::{AnswerVerdict, Question, Register};
use proptest::prelude::*;

type Value = Option<i64>;

/// One step of a history on one register.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// A write begins.
    Write(Value),
    /// A question begins.
    Ask,
    /// The `n`-th open operation ends: a write so, a question with this answer.
    End(usize, Fate, Value),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Accepted,
    Refused,
    Unknown,
}

/// What is so in one world.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct World {
    /// What was committed before the history began, once something tells.
    initial: Option<Value>,
    /// The last write that took effect; `None` while it is the initial value.
    current: Option<Value>,
    /// Writes that have taken effect.
    effective: BTreeSet<usize>,
    /// What open questions have seen: the initial value (`None`) or another.
    seen: Vec<(usize, Option<Value>)>,
}

#[derive(Debug, Default)]
struct Worlds {
    worlds: BTreeSet<World>,
    /// Writes that may take effect now: open, or of unknown outcome.
    writes: Vec<(usize, Value)>,
    questions: Vec<usize>,
}

impl Worlds {
    fn new() -> Self {
        let start = World {
            initial: None,
            current: None,
            effective: BTreeSet::new(),
            seen: Vec::new(),
        };
        Self {
            worlds: BTreeSet::from([start]),
            ..Self::default()
        }
    }

    /// Adds every world that follows by writes taking effect and questions being looked up.
    fn spread(&mut self) {
        let mut fresh: Vec<World> = self.worlds.iter().cloned().collect();
        while let Some(world) = fresh.pop() {
            let by_write = self
                .writes
                .iter()
                .filter(|(id, _)| !world.effective.contains(id));
            let mut next: Vec<World> = by_write
                .map(|(id, value)| {
                    let mut next = world.clone();
                    next.current = Some(*value);
                    next.effective.insert(*id);
                    next
                })
                .collect();
            for question in &self.questions {
                if world.seen.iter().all(|(id, _)| id != question) {
                    let mut seeing = world.clone();
                    seeing.seen.push((*question, world.current));
                    seeing.seen.sort();
                    next.push(seeing);
                }
            }
            for world in next {
                if self.worlds.insert(world.clone()) {
                    fresh.push(world);
                }
            }
        }
    }

    fn keep(&mut self, keep: impl Fn(&World) -> bool) {
        self.worlds.retain(keep);
    }

    /// The question was answered so.
    fn answer(&mut self, question: usize, answer: Value) {
        let worlds = std::mem::take(&mut self.worlds);
        self.worlds = worlds
            .into_iter()
            .filter_map(|mut world| {
                let at = world.seen.iter().position(|(id, _)| *id == question)?;
                let (_, seen) = world.seen.remove(at);
                match (seen, world.initial) {
                    (Some(value), _) if value == answer => Some(world),
                    (None, Some(initial)) if initial == answer => Some(world),
                    (None, None) => {
                        world.initial = Some(answer);
                        Some(world)
                    }
                    _ => None,
                }
            })
            .collect();
    }
}

/// Where the register and the worlds first call an answer impossible.
fn run(steps: &[Step], overlap: bool) -> (Option<usize>, Option<usize>) {
    let mut register: Register<usize> = Register::default();
    let mut worlds = Worlds::new();
    let mut open: Vec<(usize, Option<Value>)> = Vec::new();
    let (mut by_register, mut by_worlds) = (None, None);
    let question = Question {
        stable: true,
        may_be_old: false,
    };
    for (at, step) in steps.iter().enumerate() {
        worlds.spread();
        match *step {
            Step::Write(value) => {
                register.begin_write(at, value, at);
                worlds.writes.push((at, value));
                open.push((at, Some(value)));
            }
            Step::Ask if overlap || worlds.questions.is_empty() => {
                register.begin_question(at);
                worlds.questions.push(at);
                open.push((at, None));
            }
            Step::End(which, fate, answer) if !open.is_empty() => {
                let (id, write) = open.remove(which % open.len());
                match (write, fate) {
                    (Some(_), Fate::Accepted) => {
                        register.accept(id, false);
                        worlds.keep(|world| world.effective.contains(&id));
                        worlds.writes.retain(|(write, _)| *write != id);
                    }
                    (Some(_), Fate::Refused) => {
                        let shown = register.refuse(id).is_some_and(|ended| ended.proven);
                        if shown {
                            by_register = by_register.or(Some(at));
                        }
                        worlds.keep(|world| !world.effective.contains(&id));
                        worlds.writes.retain(|(write, _)| *write != id);
                    }
                    (Some(_), Fate::Unknown) => drop(register.lose(id)),
                    (None, _) => {
                        let heard = register.hear(id, answer, question, |_| true);
                        if matches!(heard, Some(AnswerVerdict::Impossible(_))) {
                            by_register = by_register.or(Some(at));
                        }
                        worlds.answer(id, answer);
                        worlds.questions.retain(|asked| *asked != id);
                    }
                }
                if worlds.worlds.is_empty() {
                    by_worlds = by_worlds.or(Some(at));
                }
            }
            Step::Ask | Step::End(..) => {}
        }
        if by_register.is_some() || by_worlds.is_some() {
            break;
        }
    }
    (by_register, by_worlds)
}

fn value() -> impl Strategy<Value = Value> + Clone {
    prop_oneof![Just(None), (0..4_i64).prop_map(Some)]
}

fn step(value: impl Strategy<Value = Value> + Clone) -> impl Strategy<Value = Step> {
    let fate = prop_oneof![
        4 => Just(Fate::Accepted),
        1 => Just(Fate::Refused),
        2 => Just(Fate::Unknown),
    ];
    prop_oneof![
        2 => value.clone().prop_map(Step::Write),
        2 => Just(Step::Ask),
        4 => (0..4_usize, fate, value).prop_map(|(which, fate, answer)| Step::End(which, fate, answer)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// No false alarm, though values recur.
    #[test]
    fn what_some_world_gives_is_possible(steps in prop::collection::vec(step(value()), 1..12)) {
        let (by_register, by_worlds) = run(&steps, true);
        prop_assert!(by_register.is_none() || by_worlds.is_some(), "{steps:?}");
    }

    /// No miss where every write has a value of its own, something is committed to begin with, and questions do not
    /// overlap. (Two that do may give answers that contradict each other, and none of them alone.)
    #[test]
    fn what_no_world_gives_is_impossible(mut steps in prop::collection::vec(step(value()), 1..12)) {
        steps.splice(0..0, [Step::Write(None), Step::End(0, Fate::Accepted, None)]);
        let mut next = -1;

        for step in &mut steps {
            if let Step::Write(value) = step {
                *value = Some(next);
                next += 1;
            }
        }
        let (by_register, by_worlds) = run(&steps, false);
        prop_assert_eq!(by_register, by_worlds, "{:?}", steps);
    }
}
