//! The command line, called in process: what it answers, with which exit code, and what it does with bad input.

#[path = "cli/cases.rs"]
mod cases;
#[path = "cli/check.rs"]
mod check;
#[path = "cli/judge.rs"]
mod judge;
#[path = "cli/log.rs"]
mod log;
#[path = "cli/names.rs"]
mod names;
#[path = "cli/offsets.rs"]
mod offsets;
#[path = "cli/pipe.rs"]
mod pipe;
#[path = "cli/replay.rs"]
mod replay;
#[path = "cli/schema.rs"]
mod schema;
#[path = "cli/table.rs"]
mod table;

use plimsoll_cli::{Exit, Streams};

/// What a call came to.
struct Called {
    exit: Exit,
    out: String,
    err: String,
}

/// Calls `plimsoll` with these arguments and this on standard input.
fn plimsoll_reading(mut stdin: &[u8], args: &[&str]) -> Called {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let streams = Streams {
        stdin: &mut stdin,
        stdout: &mut out,
        stderr: &mut err,
        terminal: false,
    };
    let args = std::iter::once("plimsoll").chain(args.iter().copied());
    let exit = plimsoll_cli::run(args.map(Into::into), streams);
    let text = |bytes| String::from_utf8(bytes).expect("the command line writes UTF-8");
    Called {
        exit,
        out: text(out),
        err: text(err),
    }
}

/// Calls `plimsoll` with these arguments and nothing on standard input.
fn plimsoll(args: &[&str]) -> Called {
    plimsoll_reading(b"", args)
}

/// A recorded history.
fn history(name: &str) -> String {
    format!("{}/histories/{name}.1.jsonl", env!("CARGO_MANIFEST_DIR"))
}
