//! What can be asked on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::exit::{HELP, LOG_HELP, OFFSETS_HELP};

/// Where may a consumer group resume after anything that can go wrong, so that no record is skipped and never more than
/// a stated number is processed again?
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, after_help = HELP)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Explore every crash and rebalance interleaving and every power cut, or find how a mutant breaks a promise
    ///
    /// Everything that can happen within printed bounds is explored by two searches that must agree, and each promise is
    /// kept, broken or unknown. With --mutant a mistake is switched on instead, and the shortest way in which it breaks
    /// a promise is shown.
    Check(CheckArgs),
    /// List the mistakes that can be switched on, and what must come of each
    Mutants(MutantsArgs),
    /// Walk a counterexample again that `check --mutant NAME --format json` wrote
    Replay(ReplayArgs),
    /// Judge recorded histories of real consumer groups
    ///
    /// A history is what the clients of one system saw, one JSON object a line. The verdict comes first; then what broke,
    /// with the lines that show it; then the figures. Other files are still judged if one cannot be read.
    Judge(JudgeArgs),
    /// Show where every group of an offsets topic on disk would resume
    ///
    /// The files may be Apache Kafka's own or ours; nothing in the directory is changed. A summary comes first, then
    /// every group: its state, its offsets with the record that each comes from, and what waits for a transaction.
    /// Everything in the log counts, as if all of it were below the high watermark.
    Offsets(OffsetsArgs),
    /// Show what the log of a partition on disk holds, what recovery would make of it, and where it is damaged
    ///
    /// The files may be Apache Kafka's own or ours; nothing in the directory is changed. Every batch is read and its
    /// checksum computed. What recovery would keep and cut off comes from the engine's own recovery, on a view of the
    /// directory that keeps its changes in memory.
    Log(LogArgs),
    /// Show what each group API answers in each state of the group, and what it does
    ///
    /// The tables are those of the reference coordinator: every cell is run against it, and told as it came out.
    Table(TableArgs),
    /// Write a script that completes commands and options in a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Write the manual pages, of the program and of each command
    Man,
}

#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct CheckArgs {
    /// Only this system (`design`, `code`, `disk`, `groups`) or this run of it, as the table names them
    #[arg(long, value_name = "NAME")]
    pub system: Option<String>,
    /// Also the runs that take minutes, by one search that uses every core
    #[arg(long, conflicts_with = "mutant")]
    pub deep: bool,
    /// Switch this mistake on and show the shortest counterexample; `plimsoll mutants` lists them
    #[arg(long, value_name = "NAME")]
    pub mutant: Option<String>,
    /// Let only this promise watch
    #[arg(long, value_name = "ID", requires = "mutant")]
    pub promise: Option<String>,
    /// How to write the counterexample
    #[arg(long, value_enum, requires = "mutant", default_value_t = Format::Story)]
    pub format: Format,
    /// Write the counterexample to this file
    #[arg(long, value_name = "FILE", requires = "mutant")]
    pub out: Option<PathBuf>,
    /// One line of JSON for each run instead of a table
    #[arg(long, conflicts_with = "mutant")]
    pub json: bool,
    /// Give up a run after so many seconds; what it has not seen by then is unknown
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    pub max_seconds: u64,
    /// Give up a run after so many distinct states; what it has not seen by then is unknown
    #[arg(long, value_name = "STATES", default_value_t = 50_000_000)]
    pub max_states: u32,
}

#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct MutantsArgs {
    /// One line of JSON for each mutant
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct ReplayArgs {
    /// The trace; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Walk it on this system instead of the one that it was found on: `design` for `code`, or the other way round
    #[arg(long, value_name = "NAME")]
    pub system: Option<String>,
    /// How to write the counterexample
    #[arg(long, value_enum, default_value_t = Format::Story)]
    pub format: Format,
}

#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct JudgeArgs {
    /// The histories; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// One line of JSON for each file
    #[arg(long)]
    pub json: bool,
    /// Write JUnit XML to this file, for a build server
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = OFFSETS_HELP)]
pub struct OffsetsArgs {
    /// A broker's data directory, which holds `__consumer_offsets-N`, or the directory of one partition
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// Only this group
    #[arg(long, value_name = "NAME")]
    pub group: Option<String>,
    /// As it was when the record at this offset of the offsets topic was the last: an offset of one partition, so name
    /// one, or a group that leads to one
    #[arg(long, value_name = "OFFSET", value_parser = clap::value_parser!(i64).range(0..))]
    pub at: Option<i64>,
    /// One line of JSON for each partition and each group
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = LOG_HELP)]
pub struct LogArgs {
    /// A broker's data directory, or the directory of one partition
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// Every batch too, a line each
    #[arg(long)]
    pub batches: bool,
    /// Every batch and every record
    #[arg(long)]
    pub records: bool,
    /// One line of JSON for each partition, segment, producer and damaged place, and for what else is asked for
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct TableArgs {
    /// Only this API, by Kafka's name
    #[arg(long, value_name = "NAME")]
    pub api: Option<String>,
    /// One line of JSON for each cell
    #[arg(long)]
    pub json: bool,
}

/// The forms of a counterexample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// In words, step by step
    Story,
    /// A sequence diagram
    Mermaid,
    /// A page that needs nothing else, with the steps drawn between lanes
    Html,
    /// A trace that `plimsoll replay` walks again
    Json,
}
