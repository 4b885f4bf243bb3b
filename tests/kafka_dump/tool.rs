//! Kafka's dump tool: fetched once, run with a bound on how long it may take.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use plimsoll_tests::dump::{DumpedFile, dumped};
use plimsoll_tests::skipped;

const VERSION: &str = "4.1.1";
/// What Maven is told to fetch.
const POM: &str = include_str!("pom.xml");
/// Much longer than anything here takes; reached only by what hangs.
const FETCHING: Duration = Duration::from_secs(300);
const DUMPING: Duration = Duration::from_secs(180);

/// The tool, ready to be run.
pub(crate) struct Tool {
    jars: PathBuf,
}

/// What a run of the tool said.
pub(crate) struct Said {
    pub(crate) files: Vec<DumpedFile>,
    /// Everything as it was said.
    pub(crate) text: String,
    /// On standard error.
    pub(crate) complaints: String,
}

impl Tool {
    /// The tool; none, which is said, where it cannot be had.
    pub(crate) fn ready() -> Option<Tool> {
        static JARS: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        match JARS.get_or_init(ready) {
            Ok(jars) => Some(Tool { jars: jars.clone() }),
            Err(why) => {
                let required = std::env::var_os("PLIMSOLL_REQUIRE_KAFKA").is_some();
                assert!(!required, "PLIMSOLL_REQUIRE_KAFKA is set, but {why}");
                skipped(why);
                None
            }
        }
    }

    /// Dumps these files with these arguments.
    pub(crate) fn dump(&self, args: &[&str], files: &[PathBuf]) -> Said {
        let files: Vec<String> = files.iter().map(|it| it.display().to_string()).collect();
        let files = files.join(",");
        let args = [args, &["--files", &files]].concat();
        let ran = tool(&self.jars, &args).unwrap_or_else(|why| panic!("{why}"));
        assert!(ran.succeeded, "{}\n{}", ran.out, ran.err);
        Said {
            files: dumped(&ran.out),
            text: ran.out,
            complaints: ran.err,
        }
    }
}

/// Runs the tool in a machine that is small and quick to start, and says nothing of itself.
fn tool(jars: &Path, args: &[&str]) -> Result<Ran, String> {
    let mut command = Command::new("java");
    for options in ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"] {
        command.env_remove(options);
    }
    command
        .args(["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
        .args(["-cp", &jars.join("*").display().to_string()])
        .arg("kafka.tools.DumpLogSegments")
        .args(args);
    run(command, DUMPING)
}

/// Where the jars are, once the tool has run.
fn ready() -> Result<PathBuf, String> {
    let jars = fetched()?;
    let ran = tool(&jars, &["--version"])?;
    match ran.succeeded {
        true => Ok(jars),
        // Java is too old, most likely.
        false => Err(format!("the dump tool does not run: {}", first_lines(&ran))),
    }
}

fn first_lines(ran: &Ran) -> String {
    let said: Vec<&str> = ran.out.lines().chain(ran.err.lines()).take(3).collect();
    said.join(" ")
}

/// The directory of the jars.
fn fetched() -> Result<PathBuf, String> {
    for program in ["java", "mvn"] {
        let mut asked = Command::new(program);
        asked.arg("-version");
        run(asked, DUMPING)?;
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let jars = target.join(format!("kafka-{VERSION}"));
    if jars.is_dir() {
        return Ok(jars);
    }
    let broken = |error: std::io::Error| format!("{}: {error}", target.display());
    fs::create_dir_all(target).map_err(broken)?;
    let work = tempfile::tempdir_in(target).map_err(broken)?;
    fs::write(work.path().join("pom.xml"), POM).map_err(broken)?;
    let mut maven = Command::new("mvn");
    maven.current_dir(work.path()).args([
        "-q",
        "-B",
        "dependency:copy-dependencies",
        "-DincludeScope=runtime",
        "-DoutputDirectory=jars",
    ]);
    let ran = run(maven, FETCHING)?;
    if !ran.succeeded {
        return Err(format!("Maven cannot fetch Kafka: {}", first_lines(&ran)));
    }
    // In one step, so that a directory of that name is whole. Another process may have been quicker.
    match fs::rename(work.path().join("jars"), &jars) {
        Err(_) if jars.is_dir() => Ok(jars),
        renamed => renamed.map(|()| jars).map_err(broken),
    }
}

struct Ran {
    succeeded: bool,
    out: String,
    err: String,
}

/// Runs a command to its end, or ends it when its time is over. Its output goes to files, which never fill up.
fn run(mut command: Command, limit: Duration) -> Result<Ran, String> {
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
