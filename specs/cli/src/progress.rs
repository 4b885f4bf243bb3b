//! A line on the terminal while an exploration runs; nothing anywhere else.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use plimsoll_report::grouped;

/// The line of one run.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Begins, hidden where there is no terminal.
    pub(crate) fn begin(run: &str, terminal: bool) -> Self {
        let target = if terminal {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("{spinner} {prefix}: {msg} ({elapsed})");
        bar.set_style(style.expect("the template is a constant"));
        bar.set_prefix(run.to_owned());
        if terminal {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self(bar)
    }

    /// So many distinct states, so deep.
    pub(crate) fn reach(&self, states: usize, depth: usize) {
        self.0
            .set_message(format!("{} states, depth {depth}", grouped(states as u64)));
    }

    /// Only the second search is still at work.
    pub(crate) fn await_second(&self) {
        self.0.set_message("waiting for the second opinion");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
