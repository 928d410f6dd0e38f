//! Builds the flow of one row from what the row prints and what the curation says about it.

use port_core::{Direction, Enabled, Fact, Requirement, Scope};
use port_data::{Diagnostic, FlowRow, Place};

use crate::capture::Capture;
use crate::codes;
use crate::curation::{Curation, Flow};
use crate::port_cell;
use crate::printed_row::PrintedRow;
use crate::propose::{self, Edit};

/// Builds one flow and collects what is wrong with it.
pub(super) struct FlowBuilder<'a> {
    pub(super) capture: &'a Capture,
    pub(super) curation: &'a Curation,
    pub(super) row: &'a PrintedRow,
    pub(super) entry: &'a Flow,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The edits that would resolve them.
    pub(super) edits: Vec<Edit>,
}

impl<'a> FlowBuilder<'a> {
    pub(super) fn new(
        capture: &'a Capture,
        curation: &'a Curation,
        row: &'a PrintedRow,
        entry: &'a Flow,
    ) -> FlowBuilder<'a> {
        FlowBuilder { capture, curation, row, entry, diagnostics: Vec::new(), edits: Vec::new() }
    }

    pub(super) fn flow(&self) -> &'a Flow {
        self.entry
    }

    /// The place of the flow in the curation.
    pub(super) fn entry_place(&self) -> Place {
        self.entry.place.clone()
    }

    /// Reports a problem at the flow's entry in the curation.
    pub(super) fn report_entry(&mut self, diagnostic: Diagnostic) {
        let place = self.entry_place();
        self.diagnostics.push(diagnostic.at(place));
    }

    /// Reports a problem at the row of the page.
    pub(super) fn report_row(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic.at(Place::line(&self.capture.file, self.row.line)));
    }

    /// The flow, unless its direction, peer or ports are unknown. Everything is checked either way.
    pub(super) fn build(&mut self) -> Option<FlowRow> {
        let (row, flow) = (self.row, self.entry);
        let adds = flow.adds.as_ref();
        let cell = self.port_cell();
        let direction = self.direction();
        let peer = self.peer();
        let ports = self.specs(&cell);
        self.check_entry();
        self.check_numbers(&cell, ports.as_ref().map_or(&[], |(specs, _)| specs));
        let every_row = self.curation.every_row.as_ref().and_then(|every_row| every_row.requirement);
        let requirement = match flow.condition {
            Some(_) => Requirement::Conditional,
            None => flow.requirement.or(every_row).unwrap_or(Requirement::Unstated),
        };
        let is_configurable =
            cell.is_default || row.customization.is_some() || flow.configurable || flow.customization.is_some();
        let hosts = self.hosts();
        let (specs, groups) = ports?;
        Some(FlowRow {
            id: flow.id.clone(),
            direction: direction?,
            component: adds.and_then(|adds| adds.component.clone()).or(flow.component.clone()),
            peer: peer?,
            purpose: flow.purpose.clone(),
            specs,
            groups,
            requirement,
            condition: flow.condition.clone(),
            scope: adds.and_then(|adds| adds.scope).or(flow.scope).unwrap_or(Scope::Network),
            enabled: adds.and_then(|adds| adds.enabled).or(flow.enabled).unwrap_or(Enabled::Unstated),
            interfaces: row.interfaces.clone(),
            recommended_interface: row.recommended_interface.clone(),
            hosts,
            configurable: is_configurable,
            customization: flow.customization.clone().or(row.customization.clone()),
            note: flow.note.clone(),
            curated: curated_facts(flow),
            section: row.section.clone(),
            // A page of at most 16 MiB doesn't have that many rows.
            row: u32::try_from(row.number).unwrap_or(u32::MAX),
            printed_peer: row.peer.clone(),
            printed_label: row.label.clone(),
            printed_ports: row.ports.clone(),
        })
    }

    /// Who opens the connection: as the row or its table prints it, as the curation says for a row with both directions, or added.
    fn direction(&mut self) -> Option<Direction> {
        let (row, flow) = (self.row, self.entry);
        let added = flow.adds.as_ref().and_then(|adds| adds.direction);
        match (row.direction, added.or(flow.direction)) {
            (Some(printed), Some(curated)) => {
                let message = format!("direction is {curated}, but the row prints {printed}");
                self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help("remove the direction"));
            }
            (None, None) => {
                let help = match row.has_both_directions {
                    true => format!("give {} a direction, and let another flow share the row", flow.id),
                    false => format!("add a direction to the row's table in {}", Place::file(&self.curation.file)),
                };
                self.report_row(Diagnostic::new(codes::NO_DIRECTION, "row has no direction").help(help));
            }
            (None, Some(_)) if added.is_some() && row.has_both_directions => {
                let message = "a direction is added, but the row prints both";
                self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help("write direction instead"));
            }
            _ => {}
        }
        row.direction.or(added).or(flow.direction)
    }

    /// The port cell; an empty one if it can't be read and the curation reads or adds the ports.
    fn port_cell(&mut self) -> port_cell::Cell {
        match &self.row.port_cell {
            Ok(cell) => return cell.clone(),
            Err(diagnostic) => {
                let flow = self.flow();
                if flow.reading.is_none() && flow.adds.as_ref().is_none_or(|adds| adds.ports.is_none()) {
                    self.report_row(diagnostic.clone());
                }
            }
        }
        port_cell::Cell::default()
    }

    /// The peer: added, curated for this row, or that of the peer cell.
    fn peer(&mut self) -> Option<String> {
        let flow = self.flow();
        let added = flow.adds.as_ref().and_then(|adds| adds.peer.as_ref());
        if let (Some(_), Some(cell), None) = (added, &self.row.peer, flow.key().and_then(|key| key.peer.as_ref())) {
            let message = format!("a peer is added, but the row prints the peer cell {cell:?}");
            let help = "remove the addition, or add the peer cell to the flow's row";
            self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help(help));
        }
        let mapped = self.row.peer.as_deref().and_then(|cell| Some(&self.curation.peers.get(cell)?.peer));
        let peer = added.or(flow.peer.as_ref()).or(mapped).cloned();
        if peer.is_none() {
            let message =
                format!("peer cell {:?} isn't mapped to a peer", self.row.peer.as_deref().unwrap_or_default());
            let help =
                format!("add it to [peers] in {}, or give the flow a peer", Place::file(&self.curation.flows_file));
            self.report_row(Diagnostic::new(codes::UNMAPPED_PEER, message).help(help));
            self.edits.extend(self.row.peer.as_ref().map(|cell| propose::unmapped_peer(self.curation, cell)));
        }
        peer
    }

    /// Reports entries of the curation that no longer fit the text from which they were derived, or that contradict each other.
    fn check_entry(&mut self) {
        let flow = self.flow();
        let marks = self.row.marks();
        if marks != flow.marks.iter().collect::<Vec<_>>() {
            let message = format!("port cell has the remarks {marks:?} (were {:?} when curated)", flow.marks);
            let help = format!("check {}, then set marks = {marks:?} in it", self.entry_place());
            self.edits.push(propose::changed_marks(self.curation, flow, &marks));
            self.report_row(Diagnostic::new(codes::CHANGED_MARKS, message).help(help));
        }
        if flow.condition.is_some() && flow.requirement.is_some() {
            let message = "flow has both a condition and a requirement";
            self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help("remove one"));
        }
        if flow.customization.is_some() && self.row.has_short_customization {
            let message = "customization cell isn't prose any more";
            let help = format!("check the customization in {}", self.entry_place());
            self.report_row(Diagnostic::new(codes::CHANGED_CUSTOMIZATION, message).help(help));
        }
        if let (Some(known), Some(printed)) = (flow.key().and_then(|key| key.ports.as_ref()), &self.row.ports) {
            if known != printed {
                let message = format!("port cell is {printed:?} (was {known:?}, which identifies the row)");
                let help = format!("if the vendor changed it, set ports = {printed:?} in {}", self.entry_place());
                self.report_row(Diagnostic::new(codes::CHANGED_PORTS, message).help(help));
                self.edits.extend(propose::changed_ports(self.curation, flow, self.row));
            }
        }
        let twice = flow.adds.as_ref().and_then(|adds| {
            [
                ("component", flow.component.is_some() && adds.component.is_some()),
                ("scope", flow.scope.is_some() && adds.scope.is_some()),
                ("enabled", flow.enabled.is_some() && adds.enabled.is_some()),
            ]
            .into_iter()
            .find_map(|(key, is_twice)| is_twice.then_some(key))
        });
        if let Some(key) = twice {
            let message = format!("{key} is both stated and added");
            self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help("keep one of the two"));
        }
        if flow.adds.as_ref().is_some_and(|adds| adds.reason.trim().is_empty()) {
            self.report_entry(Diagnostic::new(codes::NO_REASON, "addition has no reason").help("write how you know"));
        }
    }
}

/// The facts that the curation adds.
fn curated_facts(flow: &Flow) -> Vec<Fact> {
    let Some(adds) = &flow.adds else { return Vec::new() };
    let facts = [
        (Fact::Direction, adds.direction.is_some()),
        (Fact::Component, adds.component.is_some()),
        (Fact::Peer, adds.peer.is_some()),
        (Fact::Ports, adds.ports.is_some()),
        (Fact::Groups, adds.groups.is_some()),
        (Fact::Service, !adds.services.is_empty()),
        (Fact::Scope, adds.scope.is_some()),
        (Fact::Enabled, adds.enabled.is_some()),
    ];
    facts.into_iter().filter(|(_, is_added)| *is_added).map(|(fact, _)| fact).collect()
}
