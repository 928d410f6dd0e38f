//! Which row of a page is which flow of the curation.
//!
//! Flows are told apart by what is printed in their rows, and rows that are alike in all but their ports by those. Where a
//! port changed, one row and one flow are left over, and they belong together: the report tells the change. Where more is
//! left over nothing is guessed: a renamed row is proposed to the maintainer, who says so in the curation.

use std::collections::{BTreeMap, HashMap};

use toml::Spanned;

use crate::capture::Capture;
use crate::curation::{self, Curation, Flow, quoted};
use crate::place::fault;
use crate::refine::Said;
use port_data::Diagnostic;

/// Where more rows or flows than these are left over, the page is another one, and no row is taken for the rename of a flow.
/// Each would be compared with each.
const MOST_RENAMES: usize = 500;

/// The places of a row and of its flow, in the rows' order; rows and flows that find none are faults.
pub fn pair(
    said: &[Said],
    capture: &Capture,
    curation: &Curation,
    faults: &mut Vec<Diagnostic>,
) -> Vec<(usize, usize)> {
    let mut flow_of: BTreeMap<usize, usize> = BTreeMap::new();
    let mut lost_flows = Vec::new();
    let mut twins: Vec<usize> = Vec::new();
    let mut by_label: HashMap<Option<&str>, Vec<usize>> = HashMap::new();
    for (row, said) in said.iter().enumerate() {
        by_label.entry(None).or_default().push(row);
        if said.label.is_some() {
            by_label.entry(said.label.as_deref()).or_default().push(row);
        }
    }
    for (key, flows) in groups(curation) {
        // A key without a label may be any row's.
        let rows = by_label.get(&key.label.as_deref()).map_or(&[][..], Vec::as_slice);
        let rows: Vec<usize> = rows.iter().copied().filter(|row| is(&key, &said[*row])).collect();
        let (pairs, flows_left) = pair_group(&flows, &rows, said, curation);
        for (row, flow) in pairs {
            if let Some(other) = flow_of.insert(row, flow) {
                let id = &curation.flows[other].get_ref().id;
                let message =
                    format!("found a second flow for row {}, which is {id}; tell the two apart", said[row].number);
                faults.push(curation.fault(&curation.flows[flow], message));
            }
        }
        let rows_left = rows.iter().filter(|row| !flow_of.contains_key(row)).count();
        if flows_left.len() > 1 && rows_left > 0 {
            // Which of them lost its row, no key can tell: the one that is left is not to be taken for a rename of another.
            let ids: Vec<&str> = flows_left.iter().map(|flow| curation.flows[*flow].get_ref().id.as_str()).collect();
            let line = rows.first().map_or(0, |row| said[*row].line);
            let message = format!(
                "found {rows_left} rows for {} flows whose rows are alike: {}; remove the one whose row is gone, or tell them apart",
                ids.len(),
                ids.join(", ")
            );
            faults.push(fault(&capture.file, line, message));
            twins.extend(rows);
            continue;
        }
        lost_flows.extend(flows_left);
    }
    let lost_rows = said.iter().enumerate().filter(|(row, _)| !flow_of.contains_key(row) && !twins.contains(row));
    let lost_rows: Vec<&Said> = lost_rows.map(|(_, said)| said).collect();
    let may_be_renames = lost_rows.len() <= MOST_RENAMES && lost_flows.len() <= MOST_RENAMES;
    for said in lost_rows {
        let rename = if may_be_renames { nearest(said, &lost_flows, curation) } else { None };
        let message = match rename {
            // A rename to what it is called already is none: the row has a double.
            Some(flow) if is(&curation.flows[flow].get_ref().row, said) => {
                let entry = &curation.flows[flow];
                let place = curation.fault(entry, "").place;
                format!(
                    "found row {}, {}, which is not the only one that {place} takes for {}; tell the rows apart there, or remove the one that is too many",
                    said.number,
                    shown(said),
                    entry.get_ref().id,
                )
            }
            Some(flow) => {
                let entry = &curation.flows[flow];
                lost_flows.retain(|lost| *lost != flow);
                let place = curation.fault(entry, "").place;
                format!(
                    "row {} looks like a rename of {}; where it is, keep the id: in {place} set row = {{ {} }}",
                    said.number,
                    entry.get_ref().id,
                    key_of(said, &entry.get_ref().row),
                )
            }
            None => format!(
                "found row {}, {}, expected a flow for it in {}; add [[flow]] with an id, row = {{ {} }} and a purpose",
                said.number,
                shown(said),
                curation.file.display(),
                key_of(said, &every_key()),
            ),
        };
        faults.push(fault(&capture.file, said.line, message));
    }
    for flow in lost_flows {
        let entry: &Spanned<Flow> = &curation.flows[flow];
        let message = format!(
            "found the flow {}, whose row the page does not have; if the vendor removed it, remove the flow",
            entry.get_ref().id
        );
        faults.push(curation.fault(entry, message));
    }
    flow_of.into_iter().collect()
}

/// The flows by what tells their rows apart, their ports aside; in the order of their first ones.
fn groups(curation: &Curation) -> Vec<(curation::Row, Vec<usize>)> {
    let mut places: HashMap<curation::Row, usize> = HashMap::new();
    let mut groups: Vec<(curation::Row, Vec<usize>)> = Vec::new();
    for (flow, entry) in curation.flows.iter().enumerate() {
        let key = curation::Row { ports: None, ..entry.get_ref().row.clone() };
        let place = *places.entry(key).or_insert_with_key(|key| {
            groups.push((key.clone(), Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(flow);
    }
    groups
}

/// Whether a row is of the kind that a key describes.
fn is(key: &curation::Row, said: &Said) -> bool {
    let same = |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
    same(&key.section, &said.section)
        && same(&key.peer, &said.peer)
        && same(&key.label, &said.label)
        && (key.direction.is_none() || key.direction == said.direction)
}

/// Pairs of row and flow within a group, and the flows left over. Rows left over are seen by not being paired.
fn pair_group(
    flows: &[usize],
    rows: &[usize],
    said: &[Said],
    curation: &Curation,
) -> (Vec<(usize, usize)>, Vec<usize>) {
    let mut pairs = Vec::new();
    let mut flows: Vec<usize> = flows.to_vec();
    let mut rows: Vec<usize> = rows.to_vec();
    let ports: Vec<Option<String>> =
        flows.iter().map(|flow| curation.flows[*flow].get_ref().row.ports.clone()).collect();
    for printed in ports.into_iter().flatten() {
        let same_flows: Vec<usize> = flows
            .iter()
            .copied()
            .filter(|flow| curation.flows[*flow].get_ref().row.ports.as_ref() == Some(&printed))
            .collect();
        let same_rows: Vec<usize> =
            rows.iter().copied().filter(|row| said[*row].ports.as_ref() == Some(&printed)).collect();
        if same_flows.len() == same_rows.len() {
            flows.retain(|flow| !same_flows.contains(flow));
            rows.retain(|row| !same_rows.contains(row));
            pairs.extend(same_rows.into_iter().zip(same_flows));
        }
    }
    if let ([flow], [row]) = (flows.as_slice(), rows.as_slice()) {
        pairs.push((*row, *flow));
        flows.clear();
    }
    (pairs, flows)
}

/// Of flows that have lost their rows, the one that this row is most likely to be: alike in most of what is printed.
fn nearest(said: &Said, lost: &[usize], curation: &Curation) -> Option<usize> {
    let words = |text: &Option<String>| -> Vec<String> {
        text.iter().flat_map(|text| text.split_whitespace().map(str::to_lowercase)).collect()
    };
    let label = words(&said.label);
    let likeness = |flow: &usize| {
        let row = &curation.flows[*flow].get_ref().row;
        let alike = |wanted: &Option<String>, found: &Option<String>| usize::from(wanted.is_some() && wanted == found);
        let shared = words(&row.label).iter().filter(|word| label.contains(word)).count();
        2 * alike(&row.label, &said.label)
            + alike(&row.peer, &said.peer)
            + alike(&row.ports, &said.ports)
            + shared.min(2)
    };
    let same_part = |flow: &&usize| {
        let row = &curation.flows[**flow].get_ref().row;
        (row.section.is_none() || row.section == said.section)
            && (row.direction.is_none() || row.direction == said.direction)
    };
    let best = lost.iter().filter(same_part).max_by_key(|flow| likeness(flow))?;
    (likeness(best) > 0 || lost.len() == 1).then_some(*best)
}

/// The key by which curation would know a row, made of the same parts as another one.
#[must_use]
pub fn key_of(said: &Said, like: &curation::Row) -> String {
    let mut key = Vec::new();
    let mut part = |name: &str, wanted: bool, text: Option<String>| {
        key.extend(text.filter(|_| wanted).map(|text| format!("{name} = {}", quoted(&text))));
    };
    part("section", like.section.is_some(), said.section.clone());
    part("direction", like.direction.is_some(), said.direction.map(|direction| direction.to_string()));
    part("peer", like.peer.is_some(), said.peer.clone());
    part("label", like.label.is_some(), said.label.clone());
    part("ports", like.ports.is_some(), said.ports.clone());
    key.join(", ")
}

/// A key of every part but the ports and the direction, which sections and peers mostly tell.
#[must_use]
pub fn every_key() -> curation::Row {
    let some = || Some(String::new());
    curation::Row { section: some(), peer: some(), label: some(), ..curation::Row::default() }
}

/// A row as printed, for a message.
fn shown(said: &Said) -> String {
    let cells = [&said.peer, &said.label, &said.ports];
    cells.into_iter().flatten().map(|cell| format!("{cell:?}")).collect::<Vec<_>>().join(" | ")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::curation::Curation;
    use crate::page::Layout;
    use crate::refine::refine;
    use crate::regenerate::capture_text;

    #[test]
    fn a_few_rows_are_taken_for_renames_and_a_whole_other_page_is_not() {
        for (rows, expected) in [(500, (500, 500)), (10_000, (0, 20_000))] {
            let mut page = "| Peer | Use | Port |\n|---|---|---|\n".to_string();
            let mut curation =
                "layout = \"markdown\"\ncolumns = [{ head = \"Peer\", is = \"peer\" }, { head = \"Use\", is = \"label\" }, \
                 { head = \"Port\", is = \"ports\" }]\ntables = [{ direction = \"inbound\" }]\n"
                    .to_string();
            for row in 1..=rows {
                page += &format!("| Client | Use y{row} | TCP/{row} |\n");
                curation += &format!(
                    "[[flow]]\nid = \"relay-in-{row}\"\nrow = {{ label = \"Use x{row}\" }}\npurpose = \"Use\"\n"
                );
            }
            let curation = Curation::parse(Path::new("relay.toml"), &curation).unwrap();
            let capture = capture_text(&page, Path::new("relay.md"), Layout::Markdown, &curation).unwrap();
            let faults = refine(&capture, &curation).faults;
            let renames = faults.iter().filter(|fault| fault.message.contains("looks like a rename")).count();
            assert_eq!((renames, faults.len()), expected, "{rows}");
            // The last flow is told with its own line.
            assert!(faults.iter().all(|fault| fault.place.line > 2), "{rows}");
        }
    }
}
