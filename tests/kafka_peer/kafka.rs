//! Kafka's coordinator as a program: its jars, and our small program around it, compiled once.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;
use std::{env, fs};

use plimsoll_tests::kafka::{jars, java, missing, run};

use crate::process::Process;

/// What is run unless `PLIMSOLL_KAFKA_VERSION` says otherwise.
const VERSION: &str = "4.4.0";
const POM: &str = include_str!("pom.xml");
const PROGRAM: &str = include_str!("Peer.java");
const COMPILING: Duration = Duration::from_secs(180);
/// A machine that is busy elsewhere may take seconds to start Java.
const ANSWERING: Duration = Duration::from_secs(60);

/// The version that is compared with.
pub(crate) fn version() -> String {
    env::var("PLIMSOLL_KAFKA_VERSION").unwrap_or_else(|_| VERSION.to_owned())
}

/// Where Java finds everything; none, which is said, where Kafka cannot be had.
fn class_path() -> Option<&'static str> {
    static COMPILED: OnceLock<Result<String, String>> = OnceLock::new();
    match COMPILED.get_or_init(compiled) {
        Ok(path) => Some(path),
        Err(why) => {
            missing(why);
            None
        }
    }
}

fn compiled() -> Result<String, String> {
    let (target, version) = (Path::new(env!("CARGO_TARGET_TMPDIR")), version());
    let jars = jars(target, &format!("kafka-peer-{version}"), POM, &version)?;
    let path = jars.join("*").display().to_string();
    let classes = classes(target, &version, &path)?;
    Ok(format!("{}:{path}", classes.display()))
}

/// The directory of the compiled program, under a name that changes with the program.
fn classes(target: &Path, version: &str, path: &str) -> Result<PathBuf, String> {
    let sum = crc32c::crc32c(PROGRAM.as_bytes());
    let classes = target.join(format!("kafka-peer-{version}-classes-{sum:08x}"));
    if classes.is_dir() {
        return Ok(classes);
    }
    let broken = |error: std::io::Error| format!("{}: {error}", target.display());
    let work = tempfile::tempdir_in(target).map_err(broken)?;
    let source = work.path().join("Peer.java");
    fs::write(&source, PROGRAM).map_err(broken)?;
    let mut compiler = Command::new("javac");
    compiler
        .args(["-nowarn", "-cp", path, "-d"])
        .arg(work.path().join("classes"))
        .arg(&source);
    let ran = run(compiler, COMPILING)?;
    if !ran.succeeded {
        return Err(format!(
            "the peer does not compile against Kafka {version}: {}",
            ran.first_lines()
        ));
    }
    match fs::rename(work.path().join("classes"), &classes) {
        Err(_) if classes.is_dir() => Ok(classes),
        renamed => renamed.map(|()| classes).map_err(broken),
    }
}

/// Kafka's coordinator, waiting for its first command.
pub(crate) fn start() -> Option<Process> {
    let path = class_path()?;
    let mut command = java(256);
    command.args(["-cp", path, "org.apache.kafka.coordinator.group.Peer"]);
    Some(Process::start(command, ANSWERING).unwrap_or_else(|why| panic!("{why}")))
}
