//! Prints the differences between two lists of flows, for `diff` and `upgrade`.

mod markdown;
mod summary;
mod text;

use std::collections::BTreeSet;

use port_engine::diff::{Difference, Impact};

use crate::output::count;

/// Why flows have the impact `unknown`.
#[derive(Clone, Copy, Debug)]
pub enum UnknownReason<'a> {
    /// They differ in facts that this version doesn't know, and which of the exports has.
    Facts,
    /// Only one edition has them, and this other one isn't complete.
    Incomplete(&'a str),
}

/// The text for a terminal: the summary, then each flow that differs.
pub fn text(difference: &Difference, reason: UnknownReason<'_>) -> String {
    text::print(&summary::DiffSummary::new(difference, reason))
}

/// The same as Markdown, for a change ticket.
pub fn markdown(difference: &Difference, reason: UnknownReason<'_>) -> String {
    markdown::print(&summary::DiffSummary::new(difference, reason))
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
