//! A counterexample in the form that was asked for.

use plimsoll_report::{Counterexample, Trace, html, mermaid, story};

use crate::args::Format;

pub(crate) fn show(format: Format, trace: &Trace, counterexample: &Counterexample) -> String {
    match format {
        Format::Story => story(counterexample),
        Format::Html => html(counterexample),
        Format::Mermaid => mermaid(counterexample),
        Format::Json => trace.to_json(),
    }
}
