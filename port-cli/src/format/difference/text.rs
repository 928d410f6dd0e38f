//! A difference as text for a terminal.

use port_engine::diff::Difference;

use super::summary::{DiffSummary, heading};

/// The summary, then each flow that differs.
pub(super) fn print(difference: &Difference) -> String {
    let summary = DiffSummary::new(difference);
    let mut text = format!("{}\n{}\n", summary.tasks, summary.compared);
    for (impact, items) in &summary.sections {
        text += &format!("\n{impact}: {}\n", heading(*impact));
        for item in items {
            text += &format!("  {:<8} {}\n           {}\n", item.change, item.id, item.flow);
            for remark in &item.remarks {
                text += &format!("           {remark}\n");
            }
            for [field, before, after] in &item.facts {
                text += &format!("           {field}: {before} -> {after}\n");
            }
        }
    }
    if !summary.shared.is_empty() {
        text += "\nin many flows\n";
    }
    for shared in &summary.shared {
        text += &format!("  {:<8} {}: {}\n", shared.impact, shared.field, shared.text);
    }
    text
}
