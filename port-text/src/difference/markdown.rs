//! A difference as Markdown, for a change ticket.

use port_engine::diff::Difference;

use super::item::Item;
use super::summary::DiffSummary;
use crate::markdown::escape;

/// The summary, then a table per impact.
pub(super) fn print(difference: &Difference) -> String {
    let summary = DiffSummary::new(difference);
    let mut text = format!("**{}** {}.\n", escape(&summary.tasks), escape(&summary.compared));
    for section in &summary.sections {
        text += &format!("\n### {}: {}\n", section.impact, escape(&section.heading));
        text += "\n| | flow | what | changes |\n| --- | --- | --- | --- |\n";
        text.extend(section.items.iter().map(row));
    }
    if !summary.shared.is_empty() {
        text += "\n### In many flows\n\n| impact | field | what |\n| --- | --- | --- |\n";
    }
    for shared in &summary.shared {
        text += &format!("| {} | {} | {} |\n", shared.impact, escape(&shared.field), escape(&shared.text));
    }
    text
}

fn row(item: &Item) -> String {
    let lines = [&item.flow].into_iter().chain(&item.remarks).map(|line| escape(line));
    let facts = item.facts.iter();
    let facts =
        facts.map(|[field, before, after]| format!("{}: {} → {}", escape(field), escape(before), escape(after)));
    format!(
        "| {} | {} | {} | {} |\n",
        item.change,
        escape(&item.id),
        lines.collect::<Vec<_>>().join("<br>"),
        facts.collect::<Vec<_>>().join("<br>")
    )
}
