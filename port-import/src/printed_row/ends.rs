//! The two ends of a row's traffic: the product or a part of it, and a peer, which may be another part of the product.

use port_core::Direction;
use port_data::{Diagnostic, Place};

use super::cells::parse_direction;
use crate::codes;
use crate::curation::{Curation, OneOrMore, Table};
use crate::grouped_diagnostics::GroupableDiagnostic;

/// Who is at the two ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// Who opens the connection, if the row says so.
    pub direction: Option<Direction>,
    /// The part of the product at its own end.
    pub component: Option<String>,
    /// The peer, if the row prints one that the curation maps.
    pub peer: Option<String>,
}

/// The cells about the ends, as printed; `None` if the table doesn't have the column.
#[derive(Default)]
pub(super) struct Cells {
    pub(super) peer: Option<String>,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) to_or_from: Option<String>,
    pub(super) component: Option<String>,
    pub(super) direction: Option<String>,
    pub(super) section_direction: Option<Direction>,
}

/// What a cell means at one end.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Party {
    /// The product, or a part of it.
    Own(Option<String>),
    /// A peer; nothing if the cell isn't mapped.
    Peer(Option<String>),
}

impl Cells {
    /// The peer cell, and the ends. What can't be read is added to the problems.
    pub(super) fn read(
        &self,
        curation: &Curation,
        table: &Table,
        problems: &mut Vec<GroupableDiagnostic>,
    ) -> (Option<String>, Vec<End>) {
        if self.from.is_some() || self.to.is_some() {
            return self.between_columns(curation, table).unwrap_or_else(|problem| {
                problems.push(problem);
                (None, Vec::new())
            });
        }
        if let (Some(from), Some(to)) = (&table.from, &table.to) {
            let mut ends = |from: &str, to: &str| {
                between(curation, (from, &parties(from, curation)), (to, &parties(to, curation))).unwrap_or_else(
                    |problem| {
                        problems.push(problem);
                        Vec::new()
                    },
                )
            };
            let mut found = ends(from, to);
            if table.both_ways {
                let back = ends(to, from).into_iter().filter(|end| !found.contains(end)).collect::<Vec<_>>();
                found.extend(back);
            }
            // The page prints no peer cell.
            return (None, found);
        }
        let printed = self.to_or_from.as_ref().or(self.peer.as_ref()).filter(|text| !text.is_empty()).cloned();
        let others = match (&printed, &table.peer) {
            (Some(cell), None) => parties(cell, curation),
            (_, of_table) => vec![Party::Peer(of_table.clone())],
        };
        let directions = self.directions(table).unwrap_or_else(|problem| {
            problems.push(problem.into());
            vec![None]
        });
        let components = self.components(curation, table).unwrap_or_else(|problem| {
            problems.push(problem);
            vec![None]
        });
        let mut ends = Vec::new();
        for direction in directions {
            for own in &components {
                ends.extend(others.iter().map(|other| End::new(curation, own.clone(), other.clone(), direction)));
            }
        }
        (printed, ends)
    }

    /// Whether the row says by itself who opens the connection.
    pub(super) fn state_direction(&self) -> bool {
        let has_cell = self.direction.as_ref().is_some_and(|cell| !cell.is_empty());
        let has_end = self.from.is_some() || self.to.is_some() || self.to_or_from.is_some();
        has_cell || has_end || self.section_direction.is_some()
    }

    /// The directions in which the row or its table says that connections are opened.
    fn directions(&self, table: &Table) -> Result<Vec<Option<Direction>>, Diagnostic> {
        let own = match (&self.direction, &self.to_or_from) {
            (Some(cell), _) if !cell.is_empty() => Some(parse_direction(cell)?),
            (_, Some(cell)) => match cell.split_whitespace().next().map(str::to_lowercase).as_deref() {
                Some("to") => Some(Some(Direction::Outbound)),
                Some("from") => Some(Some(Direction::Inbound)),
                Some("to/from" | "from/to") => Some(None),
                _ => {
                    let message = format!("cell {cell:?} doesn't begin with \"to\" or \"from\"");
                    return Err(Diagnostic::new(codes::UNREADABLE_CELL, message));
                }
            },
            _ => None,
        };
        let both = || Direction::ALL.iter().copied().map(Some).collect();
        Ok(own.map_or(vec![self.section_direction.or(table.direction)], |direction| {
            direction.map_or_else(both, |direction| vec![Some(direction)])
        }))
    }

    /// The parts of the product that the row or its table names.
    fn components(&self, curation: &Curation, table: &Table) -> Result<Vec<Option<String>>, GroupableDiagnostic> {
        let Some(cell) = self.component.as_ref().filter(|cell| !cell.is_empty()) else {
            return Ok(vec![table.component.clone()]);
        };
        match curation.components.get(cell) {
            Some(meaning) => {
                Ok(meaning.ids.as_slice().iter().map(|id| Some(id.clone()).filter(|id| !id.is_empty())).collect())
            }
            None => {
                let message = format!("component cell {cell:?} isn't mapped to a component");
                let file = Place::file(&curation.flows_file);
                let diagnostic = Diagnostic::new(codes::UNMAPPED_PEER, message);
                let diagnostic =
                    GroupableDiagnostic::from(diagnostic.help(format!("add it to [components] in {file}")));
                let all = format!("add them to [components] in {file}");
                Err(diagnostic.among("component cells aren't mapped to a component", format!("{cell:?}"), all))
            }
        }
    }

    /// The ends of a row with a source, a destination, or both. The product is at an end that has no column.
    fn between_columns(
        &self,
        curation: &Curation,
        table: &Table,
    ) -> Result<(Option<String>, Vec<End>), GroupableDiagnostic> {
        let of = |cell: &Option<String>, name: &str| match cell.as_deref() {
            Some("") => match &table.peer {
                Some(peer) => Ok(vec![Party::Peer(Some(peer.clone()))]),
                None => {
                    Err(GroupableDiagnostic::from(Diagnostic::new(codes::EMPTY_CELL, format!("{name} cell is empty"))))
                }
            },
            Some(cell) => Ok(parties(cell, curation)),
            None => Ok(vec![Party::Own(table.component.clone())]),
        };
        let (from, to) = (of(&self.from, "source")?, of(&self.to, "destination")?);
        let cell = |cell: &Option<String>| cell.clone().unwrap_or_default();
        let (from_text, to_text) = (cell(&self.from), cell(&self.to));
        let mut ends = between(curation, (&from_text, &from), (&to_text, &to))?;
        // The columns say who connects, unless a cell says that either end does.
        let is_both_ways = self.direction.as_deref().is_some_and(|text| matches!(parse_direction(text), Ok(None)));
        if is_both_ways && self.from.is_some() && self.to.is_some() {
            let back = between(curation, (&to_text, &to), (&from_text, &from))?;
            let new: Vec<End> = back.into_iter().filter(|end| !ends.contains(end)).collect();
            ends.extend(new);
        }
        let is_own = |parties: &[Party]| parties.iter().all(|party| matches!(party, Party::Own(_)));
        // The cell of the other end: the source, if the product is the destination.
        let printed = if self.from.is_none() || is_own(&from) && !is_own(&to) { &self.to } else { &self.from };
        Ok((printed.clone().filter(|text| !text.is_empty()), ends))
    }
}

impl End {
    /// The ends of traffic between a part of the product and another party. Between two parts, the flow is the one at the listening
    /// part.
    fn new(curation: &Curation, own: Option<String>, other: Party, direction: Option<Direction>) -> End {
        let as_peer = |component: Option<String>| {
            Some(component.map_or(curation.product.clone(), |component| format!("{}-{component}", curation.product)))
        };
        match other {
            Party::Peer(peer) => End { direction, component: own, peer },
            Party::Own(other) if direction == Some(Direction::Outbound) => {
                End { direction: Some(Direction::Inbound), component: other, peer: as_peer(own) }
            }
            Party::Own(other) => End { direction, component: own, peer: as_peer(other) },
        }
    }
}

/// The ends of traffic from one of some parties to one of others. Each comes with the text that names them.
fn between(
    curation: &Curation,
    (from_text, from): (&str, &[Party]),
    (to_text, to): (&str, &[Party]),
) -> Result<Vec<End>, GroupableDiagnostic> {
    let mut ends: Vec<End> = Vec::new();
    for source in from {
        for destination in to {
            let (own, other, direction) = match (source, destination) {
                (Party::Own(own), other @ Party::Peer(_)) => (own, other, Direction::Outbound),
                (other, Party::Own(own)) => (own, other, Direction::Inbound),
                (Party::Peer(_), Party::Peer(_)) => {
                    return Err(without_product(curation, from_text, to_text));
                }
            };
            let end = End::new(curation, own.clone(), other.clone(), Some(direction));
            // A row between all parts and all parts is listed once for each pair.
            if !ends.contains(&end) {
                ends.push(end);
            }
        }
    }
    Ok(ends)
}

/// A row with the product at neither end.
fn without_product(curation: &Curation, from: &str, to: &str) -> GroupableDiagnostic {
    let row = format!("from {from:?} to {to:?}");
    let product = &curation.product;
    let message = format!("row goes {row}, and neither is {product:?} or one of its components");
    let help = "add the cell of the product or of its part to [components], with \"\" for the product as a whole";
    let diagnostic = GroupableDiagnostic::from(Diagnostic::new(codes::OWN_NAME, message).help(help));
    let what = format!("rows go between two ends of which neither is {product:?} or one of its components");
    diagnostic.among(
        what,
        row,
        "add the cells of the product or of its parts to [components], with \"\" for the product as a whole",
    )
}

/// Who a cell is: parts of the product, peers, or both.
fn parties(cell: &str, curation: &Curation) -> Vec<Party> {
    let ids = |map: &std::collections::BTreeMap<String, crate::curation::MeaningOfCell>| {
        map.get(cell).map_or(Vec::new(), |meaning| OneOrMore::as_slice(&meaning.ids).to_vec())
    };
    let own = ids(&curation.components).into_iter().map(|id| Party::Own(Some(id).filter(|id| !id.is_empty())));
    let peers = ids(&curation.peers).into_iter().map(|id| Party::Peer(Some(id)));
    let mut parties: Vec<Party> = own.chain(peers).collect();
    if parties.is_empty() {
        parties.push(Party::Peer(None));
    }
    parties
}
