//! What makes a row doubtful as a whole, so that a person must look at it.

use port_core::{PortSpec, Transport};
use port_data::hidden::Escaped;

use super::names::words;
use super::sources::Source;
use crate::codes;
use crate::curation::{FIXME, Meaning};
use crate::printed_row::PrintedRow;

/// The questions about a row, in one text.
pub(super) fn questions(row: &PrintedRow, source: Option<Source<'_>>, has_twin: bool) -> Option<String> {
    let specs = row.port_cell.as_ref().map(|cell| cell.specs.as_slice()).unwrap_or_default();
    let found = [
        problem(row, source),
        has_twin.then(|| "another row prints the same".to_string()),
        transport_elsewhere(source, specs),
        repeated_port(specs),
        end_of_range(source, specs),
        outdated(source),
        other_ports(row),
    ];
    let found: Vec<String> = found.into_iter().flatten().collect();
    (!found.is_empty()).then(|| found.join("; "))
}

/// Why the row can't be read, unless another FIXME asks the same.
fn problem(row: &PrintedRow, source: Option<Source<'_>>) -> Option<String> {
    let problem = row.problem().filter(|problem| !problem.message.contains(FIXME))?;
    let is_asked = problem.code == codes::OWN_NAME && source.is_some_and(|source| source.unknown_end().is_some());
    (!is_asked).then(|| Escaped(&problem.message).to_string())
}

/// A transport that the row states outside its ports, which have none or another one.
fn transport_elsewhere(source: Option<Source<'_>>, specs: &[PortSpec<String>]) -> Option<String> {
    let source = source?;
    let has = |transport| specs.iter().any(|spec| spec.transport() == Some(transport));
    let is_open = has(Transport::Any);
    let is_about_ports = specs.iter().any(|spec| spec.range().is_some());
    let mut stated: Vec<Transport> = Vec::new();
    for (text, is) in
        source.cells().filter(|(_, is)| !is.is_ports() && !matches!(is, Meaning::Protocol | Meaning::Ignored))
    {
        // Prose may be about something else. A label names the row.
        if !is_open && is != Meaning::Label {
            continue;
        }
        for word in words(text) {
            let transport = match word.as_str() {
                "tcp" => Transport::Tcp,
                "udp" => Transport::Udp,
                _ => continue,
            };
            if !has(transport) && !stated.contains(&transport) {
                stated.push(transport);
            }
        }
    }
    let stated: Vec<String> = stated.iter().map(|transport| transport.to_string().to_uppercase()).collect();
    (is_about_ports && !stated.is_empty())
        .then(|| format!("another cell prints {}: give the ports a reading with it", stated.join(" and ")))
}

/// A port that the cell prints twice.
fn repeated_port(specs: &[PortSpec<String>]) -> Option<String> {
    let key = |spec: &PortSpec<String>| (spec.transport(), spec.range(), spec.service_ref().cloned());
    let is_repeated = |index: usize| {
        let spec = &specs[index];
        spec.range().is_some() && specs[..index].iter().any(|other| key(other) == key(spec))
    };
    let repeated = (0..specs.len()).find(|index| is_repeated(*index))?;
    Some(format!("{} is printed twice", specs[repeated]))
}

/// A remark in the port cell that may be about other ports, such as "or that of the proxy".
fn other_ports(row: &PrintedRow) -> Option<String> {
    let signs = ["or", "if", "with", "when", "unless", "otherwise", "depends", "oder", "wenn"];
    let is_sign = |word: &String| signs.contains(&word.as_str());
    let remarks = row.port_cell.iter().filter(|cell| !cell.specs.is_empty()).flat_map(|cell| &cell.remarks);
    let found = remarks.into_iter().find(|remark| words(remark).iter().any(is_sign))?;
    Some(format!("what does {:?} say about the ports?", Escaped(found).to_string()))
}

/// A row that says that it no longer applies.
fn outdated(source: Option<Source<'_>>) -> Option<String> {
    let signs = ["not supported", "no longer", "deprecated", "obsolete", "anymore", "not used", "not required"];
    let is_sign = |text: &str| signs.iter().any(|sign| text.to_lowercase().contains(sign));
    source?.cells().any(|(text, _)| is_sign(text)).then(|| "does the row still apply?".to_string())
}

/// A row about the lowest or highest port of a range.
fn end_of_range(source: Option<Source<'_>>, specs: &[PortSpec<String>]) -> Option<String> {
    let [spec] = specs else { return None };
    let is_single = spec.range().is_some_and(|range| range.first() == range.last());
    let ends = ["min", "max", "minimum", "maximum", "lowest", "highest"];
    let labels = || {
        source.into_iter().flat_map(|source| {
            source.cells().filter(|(_, is)| *is == Meaning::Label).map(|(text, _)| text.to_string()).collect::<Vec<_>>()
        })
    };
    let is_end = labels().any(|label| words(&label).iter().any(|word| ends.contains(&word.as_str())));
    (is_single && is_end).then(|| "is this one end of a range?".to_string())
}
