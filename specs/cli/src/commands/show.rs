//! A counterexample in the form that was asked for.

use plimsoll_report::{Counterexample, Trace, mermaid, story};
use serde::{Serialize, de::DeserializeOwned};

use crate::args::Format;

pub(crate) fn show<A: Serialize + DeserializeOwned>(
    format: Format,
    trace: &Trace<A>,
    counterexample: &Counterexample,
) -> String {
    match format {
        Format::Story => story(counterexample),
        Format::Mermaid => mermaid(counterexample),
        Format::Json => trace.to_json(),
    }
}
