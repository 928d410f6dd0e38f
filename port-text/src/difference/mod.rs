//! Prints the differences between two lists of flows, for `diff` and `upgrade`.

mod item;
mod markdown;
mod shared;
mod summary;
mod text;
mod value;

use std::collections::BTreeSet;

use port_engine::diff::{Difference, Impact};

use port_data::diagnostic::count;

/// The text for a terminal of this width: the summary, then each flow that differs. In a file or pipe, lines have at most 80
/// characters if their words allow it.
pub fn text(difference: &Difference, width: Option<u16>) -> String {
    text::print(difference, width)
}

/// A sentence above the text, broken into lines like it.
pub fn line(sentence: &str, width: Option<u16>) -> String {
    text::line(sentence, width)
}

/// The same as Markdown, for a change ticket.
pub fn markdown(difference: &Difference) -> String {
    markdown::print(difference)
}

/// What of `--fail-on` occurs, each once, with the number of flows.
pub fn failures(difference: &Difference, fail_on: &[Impact]) -> Vec<String> {
    let impacts: BTreeSet<Impact> = fail_on.iter().copied().collect();
    let found = impacts.into_iter().map(|impact| (impact, difference.having(impact).count()));
    found
        .filter(|(_, number)| *number > 0)
        .map(|(impact, number)| format!("{impact} in {}", count(number, "flow")))
        .collect()
}
