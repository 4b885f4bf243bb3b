//! The command line `plimsoll`, as a library that can be called in process.
//!
//! | question | file |
//! |---|---|
//! | what can be asked? | `args` |
//! | what does the exit code mean? | [`Exit`] |
//! | what does `check` explore? | `runs` |
//! | how is the shortest counterexample found? | `find_counterexample` |
//! | how is an offsets topic read? | `offsets_topic` |
//! | how is a partition's log read? | `partition_log` |
//! | how are the segments of a partition read? | `segments` |
//! | what does each command do? | `commands` |

mod args;
mod commands;
mod exit;
mod find_counterexample;
mod offsets_topic;
mod output;
mod partition_log;
mod partition_name;
mod problem;
mod progress;
mod runs;
mod segments;

use std::ffi::OsString;

use clap::Parser;

pub use exit::Exit;
pub use find_counterexample::{Search, find_counterexample};
pub use output::Streams;

use args::{Args, Command};
use output::Output;

/// Runs the command line; the first of `args` is the program's name.
pub fn run(args: impl IntoIterator<Item = OsString>, streams: Streams<'_>) -> Exit {
    let mut output = Output::new(streams);
    let exit = match Args::try_parse_from(args) {
        Ok(args) => dispatch(&args.command, &mut output),
        Err(error) if error.use_stderr() => {
            output.complain(&error.to_string());
            Exit::Usage
        }
        // `--help` and `--version` come this way.
        Err(error) => {
            output.say(&error.to_string());
            Exit::Kept
        }
    };
    output.end(exit)
}

fn dispatch(command: &Command, output: &mut Output<'_>) -> Exit {
    match command {
        Command::Check(args) => commands::check::check(args, output),
        Command::Mutants(args) => commands::mutants::mutants(args, output),
        Command::Replay(args) => commands::replay::replay(args, output),
        Command::Judge(args) => commands::judge::judge(args, output),
        Command::Offsets(args) => commands::offsets::offsets(args, output),
        Command::Log(args) => commands::log::log(args, output),
        Command::Table(args) => commands::table::table(args, output),
        Command::Completions { shell } => commands::completions::completions(*shell, output),
        Command::Man => commands::completions::man(output),
    }
}
