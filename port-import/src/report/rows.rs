//! Compares the rows of an edition's capture before and after: those whose flow has the same facts although something else in the row
//! changed, those without a flow, and ignored tables.

use std::collections::{BTreeMap, BTreeSet};

use port_data::FlowRow;

use super::compare::qualified;
use super::flow_json::Edition;
use super::{Bump, Report, Reworded, WithoutFlow};
use crate::capture::{Capture, Cell, Row, Text};

/// A capture with the flows that were made from it.
type Refined<'a> = (&'a Capture, &'a [FlowRow]);

/// What the row of a flow prints.
struct Printed<'a> {
    row: u32,
    /// The digests of its prose.
    prose: Vec<&'a str>,
    /// All of its cells, in an order that doesn't depend on that of the columns.
    cells: Vec<String>,
}

impl Report {
    /// Adds the flows of an edition whose prose was reworded, and those whose rows changed in another way that changes no fact of
    /// theirs. The changed facts must be in the report already.
    pub fn compare_rows(&mut self, edition: &Edition, is_newest: bool, before: Refined<'_>, after: Refined<'_>) {
        let [old, new] = [before, after].map(|(capture, flows)| printed_by_flow(capture, flows));
        let mut reworded: Vec<Reworded> = Vec::new();
        for (id, printed) in &new {
            let Some(old) = old.get(id) else { continue };
            let id = qualified(id, edition, is_newest);
            let has_new_facts = || self.changed.iter().any(|change| change.id == id && change.field != "source.row");
            // With another number of columns, the table was curated again.
            let has_new_cells = old.cells.len() == printed.cells.len() && old.cells != printed.cells;
            if old.prose != printed.prose || has_new_cells && !has_new_facts() {
                reworded.push(Reworded { id, row: printed.row });
            }
        }
        reworded.sort_by_key(|reworded| reworded.row);
        if !reworded.is_empty() {
            self.raise(Bump::Patch);
        }
        self.reworded.extend(reworded);
    }

    /// Adds the rows without a flow and the ignored tables that changed. All flows must have been made.
    pub fn compare_rows_without_flows(&mut self, edition: &Edition, before: Refined<'_>, after: Refined<'_>) {
        let [old, new] = [before, after].map(|(capture, flows)| texts_without_flow(capture, flows));
        let [removed, added] = [(&old, &new), (&new, &old)].map(|(texts, others)| without(texts, others));
        let edition = format!("{}@{}", edition.product, edition.id);
        // If as many are added as are removed, each is probably one that changed.
        let are_pairs = removed.len() == added.len();
        let mut add = |before: &str, after: &str| {
            let (edition, before, after) = (edition.clone(), before.to_string(), after.to_string());
            self.without_flow.push(WithoutFlow { edition, before, after });
        };
        if are_pairs {
            for (before, after) in removed.iter().zip(&added) {
                add(before, after);
            }
            return;
        }
        for before in &removed {
            add(before, "");
        }
        for after in &added {
            add("", after);
        }
    }
}

fn printed_by_flow<'a>(capture: &'a Capture, flows: &'a [FlowRow]) -> BTreeMap<&'a str, Printed<'a>> {
    let rows: BTreeMap<usize, &Row> = capture.rows().map(|row| (row.number, row)).collect();
    let printed = |flow: &'a FlowRow| {
        let row = rows.get(&usize::try_from(flow.row).ok()?)?;
        let prose = row.cells.iter().filter_map(|cell| match &cell.text {
            Text::Prose(prose) => Some(prose.digest.as_str()),
            Text::Printed(_) => None,
        });
        let mut cells: Vec<String> = row.cells.iter().map(cell_text).collect();
        cells.sort_unstable();
        Some((flow.id.as_str(), Printed { row: flow.row, prose: prose.collect(), cells }))
    };
    flows.iter().filter_map(printed).collect()
}

/// The texts of the rows without a flow, each after the name of its table, and of ignored tables.
fn texts_without_flow(capture: &Capture, flows: &[FlowRow]) -> Vec<String> {
    let with_flow: BTreeSet<usize> = flows.iter().filter_map(|flow| usize::try_from(flow.row).ok()).collect();
    let mut texts = Vec::new();
    for table in &capture.tables {
        let printed = table.printed();
        let name = if printed.heading.is_empty() { printed.header.join(" | ") } else { printed.heading.to_string() };
        for row in table.rows.iter().filter(|row| !with_flow.contains(&row.number)) {
            let cells: Vec<String> = row.cells.iter().map(cell_text).collect();
            texts.push(format!("{name}: {}", cells.join(" | ")));
        }
        let columns = printed.header.join(" | ");
        texts.extend(table.ignored.iter().map(|rows| format!("{name}: {columns}: {}", Text::Prose(rows.clone()))));
    }
    texts
}

/// The text of a cell with its marks; of prose, the digest.
fn cell_text(cell: &Cell) -> String {
    let marks = cell.marks.iter().map(|mark| format!(" [{mark}]"));
    std::iter::once(cell.text.to_string()).chain(marks).collect()
}

/// The texts that are in one list more often than in another.
fn without<'a>(texts: &'a [String], others: &[String]) -> Vec<&'a str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for other in others {
        *counts.entry(other).or_default() += 1;
    }
    let is_extra = |text: &&str| match counts.get_mut::<str>(text) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    texts.iter().map(String::as_str).filter(is_extra).collect()
}
