//! The judge of recorded histories: right on real recordings, on small hand-made ones, and never lost on bad input.

#[path = "judge/bad_input.rs"]
mod bad_input;
#[path = "judge/description.rs"]
mod description;
#[path = "judge/figures.rs"]
mod figures;
#[path = "judge/scale.rs"]
mod scale;
#[path = "judge/small.rs"]
mod small;
#[path = "judge/survive.rs"]
mod survive;
#[path = "judge/table.rs"]
mod table;
#[path = "judge/worlds.rs"]
mod worlds;

use std::path::{Path, PathBuf};

use plimsoll_history::HistoryError;
use plimsoll_oracle::{Options, Report, judge, judge_path};

/// The recorded histories.
fn histories() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("histories")
}

fn judge_file(path: &Path) -> Result<Report, HistoryError> {
    judge_path(path, &Options::default())
}

fn judge_text(text: &[u8]) -> Result<Report, HistoryError> {
    judge(text, "history", &Options::default())
}

/// The rows of a table with a header line, cells parted by tabs.
fn table(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).expect("the table is there");
    let rows = text.lines().skip(1);
    rows.map(|row| row.split('\t').map(str::to_owned).collect())
        .collect()
}
