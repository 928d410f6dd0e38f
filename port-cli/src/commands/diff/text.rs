//! Prints a difference: as text, as JSON for programs, as Markdown for the ticket of a change.

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use super::impact::Impact;
use super::report::Report;
use super::{Difference, FlowDifference, What};
use crate::{json, markdown};

/// For a person at a terminal.
pub fn text(difference: &Difference) -> String {
    let report = Report::of(difference);
    let mut text = format!("{}\n{}\n", report.summary, report.compared);
    for (impact, items) in &report.sections {
        text += &format!("\n{impact}: {}\n", impact.heading());
        for item in items {
            text += &format!("  {:<8} {}\n           {}\n", item.what, item.id, item.flow);
            for remark in &item.remarks {
                text += &format!("           {remark}\n");
            }
            for [field, before, after] in &item.changes {
                text += &format!("           {field}: {before} -> {after}\n");
            }
        }
    }
    if !report.shared.is_empty() {
        text += "\nin many flows\n";
    }
    for shared in &report.shared {
        text += &format!("  {:<8} {}: {}\n", shared.impact, shared.field, shared.what);
    }
    text
}

/// For a ticket: headings and tables.
pub fn markdown(difference: &Difference) -> String {
    let report = Report::of(difference);
    let escape = |text: &str| markdown::escape(text);
    let mut text = format!("**{}** {}.\n", escape(&report.summary), escape(&report.compared));
    for (impact, items) in &report.sections {
        text += &format!(
            "\n### {impact}: {}\n\n| | flow | what | changes |\n| --- | --- | --- | --- |\n",
            impact.heading()
        );
        for item in items {
            let about = [&item.flow].into_iter().chain(&item.remarks).map(|line| escape(line)).collect::<Vec<_>>();
            let changes = item
                .changes
                .iter()
                .map(|[field, before, after]| format!("{}: {} → {}", escape(field), escape(before), escape(after)));
            text += &format!(
                "| {} | {} | {} | {} |\n",
                item.what,
                escape(&item.id),
                about.join("<br>"),
                changes.collect::<Vec<_>>().join("<br>")
            );
        }
    }
    if !report.shared.is_empty() {
        text += "\n### In many flows\n\n| impact | field | what |\n| --- | --- | --- |\n";
    }
    for shared in &report.shared {
        text += &format!("| {} | {} | {} |\n", shared.impact, escape(&shared.field), escape(&shared.what));
    }
    text
}

/// For programs: one object, all of it.
///
/// - `summary`: how many flows differ with each impact.
/// - `impacts`: for every flow that differs its `id`, its `impact`, the ports that it `opens` and `closes`, and of the latter
///   those which `stays`: a `port` with the other `flows` of the product that need it in the same direction.
/// - `added`, `removed`: flows as their export has them.
/// - `renamed`: what looks like a rename, `from` one id `to` another, and the facts in which they are `alike`.
/// - `changed`: for every fact that differs the flow's `id`, the `field`, its value `before` and `after` (ports as an
///   expression; left out where the flow does not have the fact) and the `impact` of this change alone.
///
/// An id is the one that the new export has, except for what was removed.
pub fn json(difference: &Difference) -> String {
    let of_what = |wanted: fn(&What) -> Option<Value>| -> Vec<Value> {
        difference.flows.iter().filter_map(|flow| wanted(&flow.what)).collect()
    };
    let number = |impact: &Impact| (impact.to_string(), difference.of(*impact).count().into());
    let summary: Map<String, Value> = Impact::value_variants().iter().map(number).collect();
    json::object(&json!({
        "summary": summary,
        "impacts": difference.flows.iter().map(impact).collect::<Vec<_>>(),
        "added": of_what(|what| match what {
            What::Added(flow) => Some(flow.object.clone().into()),
            _ => None,
        }),
        "removed": of_what(|what| match what {
            What::Removed(flow) => Some(flow.object.clone().into()),
            _ => None,
        }),
        "renamed": of_what(|what| match what {
            What::Renamed(old, new, alike) => Some(json!({ "from": old.id(), "to": new.id(), "alike": alike })),
            _ => None,
        }),
        "changed": difference.flows.iter().flat_map(changes).collect::<Vec<_>>(),
    }))
}

fn impact(flow: &FlowDifference) -> Value {
    let stays = flow.stays.iter().map(|(port, ids)| json!({ "port": port, "flows": ids }));
    json!({
        "id": flow.what.flow().id(),
        "impact": flow.impact,
        "opens": flow.opens.texts().collect::<Vec<_>>(),
        "closes": flow.closes.texts().collect::<Vec<_>>(),
        "stays": stays.collect::<Vec<_>>(),
    })
}

/// The changes of a flow, each with its id; a side that does not have the fact is left out.
fn changes(flow: &FlowDifference) -> Vec<Value> {
    let object = |change: &super::Change| {
        let mut object = Map::new();
        object.insert("id".to_string(), flow.what.flow().id().into());
        object.insert("field".to_string(), change.field.clone().into());
        object.extend(change.before.clone().map(|value| ("before".to_string(), value)));
        object.extend(change.after.clone().map(|value| ("after".to_string(), value)));
        object.insert("impact".to_string(), change.impact.as_str().into());
        object.into()
    };
    flow.changes.iter().map(object).collect()
}
