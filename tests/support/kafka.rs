//! Apache Kafka's jars, fetched by Maven once and kept outside the checkout; and programs run with a limit on their time.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Much longer than anything here takes; reached only by what hangs.
const FETCHING: Duration = Duration::from_secs(300);
const ANSWERING: Duration = Duration::from_secs(60);

/// What a program did.
pub struct Ran {
    /// Whether its exit code says so.
    pub succeeded: bool,
    /// What it printed.
    pub out: String,
    /// What it printed as an error.
    pub err: String,
}

impl Ran {
    /// The beginning of what it printed, for an error message.
    pub fn first_lines(&self) -> String {
        let lines: Vec<&str> = self.out.lines().chain(self.err.lines()).take(3).collect();
        lines.join(" ")
    }
}

/// Says why Kafka cannot be had; fails if it is required (`PLIMSOLL_REQUIRE_KAFKA`).
pub fn missing(why: &str) {
    let required = std::env::var_os("PLIMSOLL_REQUIRE_KAFKA").is_some();
    assert!(!required, "PLIMSOLL_REQUIRE_KAFKA is set, but {why}");
    crate::skipped(why);
}

/// A command that runs Java, in a machine that is quick to start and says nothing of itself.
pub fn java(megabytes: u32) -> Command {
    let mut command = Command::new("java");
    for options in ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"] {
        command.env_remove(options);
    }
    command.args([format!("-Xmx{megabytes}m").as_str(), "-XX:+UseSerialGC"]);
    command
}

/// The directory `name` under `target`, which has what this project's runtime depends on.
///
/// # Errors
/// Why it cannot be had: Java or Maven is missing, or Maven fails or takes too long.
pub fn jars(target: &Path, name: &str, pom: &str, version: &str) -> Result<PathBuf, String> {
    for program in ["java", "mvn"] {
        let mut asked = Command::new(program);
        asked.arg("-version");
        run(asked, ANSWERING)?;
    }
    let jars = target.join(name);
    if jars.is_dir() {
        return Ok(jars);
    }
    let broken = |error: std::io::Error| format!("{}: {error}", target.display());
    fs::create_dir_all(target).map_err(broken)?;
    let work = tempfile::tempdir_in(target).map_err(broken)?;
    fs::write(work.path().join("pom.xml"), pom).map_err(broken)?;
    let mut maven = Command::new("mvn");
    maven.current_dir(work.path()).args([
        "-q",
        "-B",
        "dependency:copy-dependencies",
        "-DincludeScope=runtime",
        "-DoutputDirectory=jars",
        &format!("-Dkafka.version={version}"),
    ]);
    let ran = run(maven, FETCHING)?;
    if !ran.succeeded {
        return Err(format!(
            "Maven cannot fetch Kafka {version}: {}",
            ran.first_lines()
        ));
    }
    // In one step, so that a directory of that name is whole. Another process may have been quicker.
    match fs::rename(work.path().join("jars"), &jars) {
        Err(_) if jars.is_dir() => Ok(jars),
        renamed => renamed.map(|()| jars).map_err(broken),
    }
}

/// Runs a command to its end, or ends it when its time is over. Its output goes to files, which never fill up.
///
/// # Errors
/// It cannot be run, or its time is over.
pub fn run(mut command: Command, limit: Duration) -> Result<Ran, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let description = |error: std::io::Error| format!("{program} cannot be run: {error}");
    let directory = tempfile::tempdir().map_err(description)?;
    let (out, err) = (directory.path().join("out"), directory.path().join("err"));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(File::create(&out).map_err(description)?)
        .stderr(File::create(&err).map_err(description)?)
        .spawn()
        .map_err(description)?;
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(description)? {
            break status;
        }
        if begun.elapsed() > limit {
            child
                .kill()
                .and_then(|()| child.wait())
                .map_err(description)?;
            return Err(format!("{program} did not end within {limit:?}"));
        }
        thread::sleep(Duration::from_millis(10));
    };
    let text = |path: &Path| fs::read(path).map(|it| String::from_utf8_lossy(&it).into_owned());
    Ok(Ran {
        succeeded: status.success(),
        out: text(&out).map_err(description)?,
        err: text(&err).map_err(description)?,
    })
}
