//! Why rows aren't flows, as far as that can be read from the page.

use port_core::Direction;

use super::content::is_title;
use super::names::{Services, words};
use super::sources::Source;
use crate::curation::FIXME;
use crate::port_cell::NoPort;
use crate::printed_row::{End, PrintedRow};

/// Port cells that name no port.
const LEFT_TO_THE_USER: [&str; 3] = ["user defined", "user specified", "user provided"];

/// Why a row isn't a flow, if that seems so.
pub(super) fn no_flow(row: &PrintedRow, source: Option<Source<'_>>, services: &Services<'_>) -> Option<String> {
    if source.is_some_and(|source| is_title(source.row)) {
        return Some("A title of the rows below it.".to_string());
    }
    if row.ports.as_ref().is_some_and(|cell| LEFT_TO_THE_USER.contains(&words(cell).join(" ").as_str())) {
        return Some("The page leaves the port to the user, and a flow needs a port.".to_string());
    }
    if row.ports.is_none() && source.is_some_and(|source| source.is_item_without_port(services)) {
        return Some("The item of the list states no port.".to_string());
    }
    if row.ports.is_none() && row.port_cell.as_ref().map_or(true, |cell| cell.specs.is_empty()) {
        return Some(format!("{FIXME}: the row prints no port; or add the ports that it means as a flow"));
    }
    let cell = row.port_cell.as_ref().ok().filter(|cell| cell.specs.is_empty())?;
    match (cell.no_port, &row.ports) {
        (Some(NoPort::NotApplicable), _) => Some("The port cell says that there is no port.".to_string()),
        (Some(NoPort::Empty), Some(_)) => Some("The port cell is a dash.".to_string()),
        _ => None,
    }
}

/// Why a row isn't a flow if another one lists the same traffic at the end that listens. Both ends are parts of the product.
pub(super) fn same_at_other_end<'a>(
    row: &PrintedRow,
    rows: &[PrintedRow],
    source_of: &dyn Fn(&PrintedRow) -> Option<Source<'a>>,
) -> Option<String> {
    let listens = |row: &PrintedRow| source_of(row).and_then(|source| source.is_at_listening_end());
    let [End { component: Some(_), peer: Some(_), .. }] = row.ends.as_slice() else { return None };
    if listens(row) != Some(false) || row.ends[0].direction != Some(Direction::Inbound) {
        return None;
    }
    let specs = |row: &PrintedRow| row.port_cell.as_ref().map(|cell| cell.specs.clone()).unwrap_or_default();
    let is_same = |other: &&PrintedRow| {
        listens(other) == Some(true) && other.ends == row.ends && !specs(row).is_empty() && specs(other) == specs(row)
    };
    let mut same = rows.iter().filter(is_same);
    let section = same.next()?.section.as_ref()?;
    same.next()
        .is_none()
        .then(|| format!("The section {section} has the same traffic with the same ports, at the end that listens."))
}
