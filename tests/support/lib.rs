//! What several kinds of evidence share.

pub mod dump;
pub mod kafka;
pub mod kill;
pub mod situations;
pub mod story;

use std::io::Write;

/// Says why a test does nothing here, past the harness, which keeps what a test prints that passes.
pub fn skipped(why: &str) {
    // If nobody can be told, nobody is there.
    let _ = writeln!(std::io::stderr(), "skipped, because {why}");
}
