//! A difference as text for a terminal.

use port_data::hidden::Escaped;
use port_engine::diff::Difference;

use super::summary::DiffSummary;
use crate::table::wrap;

/// The width of a page, for files and pipes.
const PAGE: u16 = 80;

/// The summary, then each flow that differs.
pub(super) fn print(difference: &Difference, width: Option<u16>) -> String {
    let summary = DiffSummary::new(difference);
    let lines = Lines { width: width.unwrap_or(PAGE).into() };
    let mut text = lines.print(0, &summary.tasks) + &lines.print(0, &summary.compared);
    for section in &summary.sections {
        text += "\n";
        text += &lines.print(0, &format!("{}: {}", section.impact, section.heading));
        for item in &section.items {
            text += &lines.print(2, &format!("{:<8} {}", item.change, item.id));
            for line in [&item.flow].into_iter().chain(&item.remarks) {
                text += &lines.print(11, line);
            }
            for [field, before, after] in &item.facts {
                text += &lines.print(11, &format!("{field}: {before} -> {after}"));
            }
        }
    }
    if !summary.shared.is_empty() {
        text += "\nin many flows\n";
    }
    for shared in &summary.shared {
        text += &lines.print(2, &format!("{:<8} {}: {}", shared.impact, shared.field, shared.text));
    }
    text
}

/// A sentence as lines.
pub(super) fn line(sentence: &str, width: Option<u16>) -> String {
    Lines { width: width.unwrap_or(PAGE).into() }.print(0, &Escaped(sentence).to_string())
}

/// Prints texts as lines that are no wider than a page if their words allow it.
struct Lines {
    width: usize,
}

impl Lines {
    /// A text behind spaces. Its further lines are indented by two more.
    fn print(&self, indent: usize, text: &str) -> String {
        let width = self.width.saturating_sub(indent + 2);
        let mut lines = wrap(text, width).into_iter();
        let first = lines.next().unwrap_or_default();
        let rest = lines.map(|line| format!("{:indent$}  {line}\n", ""));
        format!("{:indent$}{first}\n", "") + &rest.collect::<String>()
    }
}
