//! Many stories, each from a seed; one that ends differently is shortened.

use std::collections::BTreeMap;
use std::fmt;

use proptest::collection::vec;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::command::{Command, commands};
use crate::freedoms::{FREEDOMS, KEPT_OUT, explanation};
use crate::kafka::version;
use crate::process::Process;
use crate::story::{Difference, Ended, Setup, Story};

/// How long a story is at most, in parts.
const PARTS: usize = 120;

/// The first seed: 1, or the one that `PLIMSOLL_PEER_SEED` asks for.
pub(crate) fn first_seed() -> u64 {
    let given = std::env::var("PLIMSOLL_PEER_SEED");
    given.map_or(1, |it| it.parse().expect("a seed is a number"))
}

/// What many stories came to.
#[derive(Default)]
pub(crate) struct Report {
    stories: u64,
    requests: BTreeMap<&'static str, u64>,
    looked_away: BTreeMap<&'static str, u64>,
    /// Answers of ours to calls that Kafka never answers.
    abandoned: u64,
    pub(crate) failure: Option<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let requests: u64 = self.requests.values().sum();
        writeln!(
            f,
            "Kafka {}: {} stories, {requests} requests compared",
            version(),
            self.stories
        )?;
        for (api, count) in &self.requests {
            writeln!(f, "  {count:>8} {api}")?;
        }
        for freedom in FREEDOMS {
            let count = self.looked_away.get(freedom.id).unwrap_or(&0);
            writeln!(
                f,
                "  {count:>8} stories ended at {}: {}",
                freedom.id, freedom.reason
            )?;
        }
        if let Some(count) = self.looked_away.get("F14") {
            writeln!(f, "  {count:>8} stories ended at F14, see below")?;
        }
        for (id, reason) in KEPT_OUT {
            writeln!(f, "  not compared, {id}: {reason}")?;
        }
        writeln!(
            f,
            "  {:>8} of our answers were to calls that Kafka never answers",
            self.abandoned
        )
    }
}

/// The story of a seed.
fn story(seed: u64) -> (Setup, Vec<Command>) {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let parts = vec(commands(), PARTS / 4..=PARTS).new_tree(&mut runner);
    let parts = parts.expect("parts of a story").current();
    let setup = Setup {
        initial_delay_ms: if seed.is_multiple_of(2) { 0 } else { 3_000 },
        members_max: if seed.is_multiple_of(5) { 2 } else { 100 },
    };
    (setup, parts.concat())
}

enum Found {
    Nothing,
    LookedAway(&'static str),
    Difference(Box<Difference>),
}

fn tell(
    peer: &mut Process,
    setup: Setup,
    commands: &[Command],
    report: &mut Report,
) -> Result<Found, String> {
    let ended = |ended| match ended {
        Ended::Broken(why) => Err(why),
        Ended::LookedAway(id) => Ok(Found::LookedAway(id)),
        Ended::Differently(difference) => Ok(match explanation(&difference) {
            Some(freedom) => Found::LookedAway(freedom.id),
            None => Found::Difference(difference),
        }),
    };
    let mut story = match Story::begin(peer, setup) {
        Ok(story) => story,
        Err(end) => return ended(end),
    };
    let mut end = Ok(Found::Nothing);
    for command in commands {
        if let Err(why) = story.step(command) {
            end = ended(why);
            break;
        }
    }
    report.abandoned += story.abandoned;
    for (api, count) in story.requests {
        *report.requests.entry(api).or_default() += count;
    }
    end
}

/// Tells stories until so many requests were compared, or one ended differently.
pub(crate) fn run(peer: &mut Process, first_seed: u64, requests: u64) -> Report {
    let mut report = Report::default();
    for seed in first_seed.. {
        if report.requests.values().sum::<u64>() >= requests {
            break;
        }
        let (setup, commands) = story(seed);
        report.stories += 1;
        match tell(peer, setup, &commands, &mut report) {
            Ok(Found::Nothing) => {}
            Ok(Found::LookedAway(id)) => *report.looked_away.entry(id).or_default() += 1,
            Ok(Found::Difference(found)) => {
                report.failure = Some(shortened(peer, seed, setup, commands, *found));
                break;
            }
            Err(why) => {
                report.failure = Some(format!("seed {seed}: {why}"));
                break;
            }
        }
    }
    report
}

/// Leaves out what is not needed for a difference that is not explained.
fn shortened(
    peer: &mut Process,
    seed: u64,
    setup: Setup,
    commands: Vec<Command>,
    found: Difference,
) -> String {
    let (mut commands, mut found) = (commands, found);
    let mut size = commands.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < commands.len() {
            let mut shorter = commands.clone();
            shorter.drain(at..(at + size).min(commands.len()));
            match tell(peer, setup, &shorter, &mut Report::default()) {
                Ok(Found::Difference(again)) => (commands, found) = (shorter, *again),
                _ => at += size,
            }
        }
        size /= 2;
    }
    let mut text = format!(
        "seed {seed}: our coordinator and Kafka {} differ {found}the story:\n",
        version()
    );
    for command in &commands {
        text += &format!("  {command:?}\n");
    }
    text + &format!(
        "again: PLIMSOLL_PEER_SEED={seed} cargo test -p plimsoll-tests --test kafka_peer long_random_runs"
    )
}
