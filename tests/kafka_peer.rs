//! Apache Kafka's own group coordinator, in a process of its own, beside ours: the same requests, failures, clock and high
//! watermark to both, and after each command the answers and the records compared.

#[path = "kafka_peer/batch.rs"]
mod batch;
#[path = "kafka_peer/command.rs"]
mod command;
#[path = "kafka_peer/freedoms.rs"]
mod freedoms;
#[path = "kafka_peer/kafka.rs"]
mod kafka;
#[path = "kafka_peer/ours.rs"]
mod ours;
#[path = "kafka_peer/process.rs"]
mod process;
#[path = "kafka_peer/request.rs"]
mod request;
#[path = "kafka_peer/resolve.rs"]
mod resolve;
#[path = "kafka_peer/response.rs"]
mod response;
#[path = "kafka_peer/runs.rs"]
mod runs;
#[path = "kafka_peer/story.rs"]
mod story;

mod tests {
    use std::process::Command;
    use std::time::Duration;

    use serde_json::json;

    use crate::process::Process;
    use crate::{kafka, runs};

    /// Requests that are compared by default, and with `PLIMSOLL_PEER_REQUESTS` set.
    const REQUESTS: u64 = 30_000;

    #[test]
    fn long_random_runs_agree_with_kafka() {
        let Some(mut peer) = kafka::start() else {
            return;
        };
        let wanted = std::env::var("PLIMSOLL_PEER_REQUESTS");
        let wanted = wanted.map_or(REQUESTS, |it| it.parse().expect("a number of requests"));
        let report = runs::run(&mut peer, runs::first_seed(), wanted);
        println!("{report}");
        if let Some(failure) = &report.failure {
            panic!("{failure}");
        }
    }

    /// What a program does instead of answering has a name.
    #[track_caller]
    fn fails(script: &str, name: &str) {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let limit = Duration::from_millis(500);
        let mut peer = Process::start(command, limit).expect("a shell");
        let why = peer.ask(&json!({ "op": "begin" })).expect_err(script);
        assert!(why.contains(name), "{why}");
    }

    #[test]
    fn a_peer_that_dies_hangs_or_prints_rubbish_is_named() {
        fails("exit 3", "died");
        fails("sleep 1000", "hangs");
        fails("echo Exception in thread; cat", "rubbish");
        fails(
            r#"echo '{"failure": "out of memory"}'; cat"#,
            "out of memory",
        );
    }

    #[test]
    fn a_peer_that_answers_in_time_is_none_of_these() {
        let mut command = Command::new("sh");
        command.args(["-c", r#"read -r line; echo '{"end": 0}'; cat"#]);
        let mut peer = Process::start(command, Duration::from_secs(60)).expect("a shell");
        let answer = peer.ask(&json!({ "op": "begin" }));
        assert_eq!(answer, Ok(json!({ "end": 0 })));
    }
}
