//! Kafka's dump tool: fetched once, run with a bound on how long it may take.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use plimsoll_tests::dump::{DumpedFile, dumped};
use plimsoll_tests::kafka::{Ran, jars, java, missing, run};

const VERSION: &str = "4.1.1";
/// What Maven is told to fetch.
const POM: &str = include_str!("pom.xml");
/// Much longer than anything here takes; reached only by what hangs.
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
                missing(why);
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
    let mut command = java(256);
    command
        .arg("-XX:TieredStopAtLevel=1")
        .args(["-cp", &jars.join("*").display().to_string()])
        .arg("kafka.tools.DumpLogSegments")
        .args(args);
    run(command, DUMPING)
}

/// Where the jars are, once the tool has run.
fn ready() -> Result<PathBuf, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let jars = jars(target, &format!("kafka-{VERSION}"), POM, VERSION)?;
    let ran = tool(&jars, &["--version"])?;
    match ran.succeeded {
        true => Ok(jars),
        // Java is too old, most likely.
        false => Err(format!("the dump tool does not run: {}", ran.first_lines())),
    }
}
