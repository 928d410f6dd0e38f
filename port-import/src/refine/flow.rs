//! Builds the flow of one row from what the row prints and what the curation says about it.

use port_core::{Enabled, Fact, PortSpec, Requirement, Scope};
use port_data::{Diagnostic, FlowRow, Place};

use crate::capture::Capture;
use crate::codes;
use crate::curation::{Curation, Flow};
use crate::grouped_diagnostics::GroupableDiagnostic;
use crate::port_cell;
use crate::printed_row::{End, PrintedRow};
use crate::propose::{self, Edit};
use crate::vocabulary::Vocabulary;

/// Builds one flow and collects what is wrong with it.
pub(super) struct FlowBuilder<'a> {
    pub(super) capture: &'a Capture,
    pub(super) curation: &'a Curation,
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) row: &'a PrintedRow,
    pub(super) entry: &'a Flow,
    pub(super) diagnostics: Vec<GroupableDiagnostic>,
    /// The ends of the row that the flow has.
    pub(super) chosen_ends: Vec<End>,
    /// The ports of the row, each with whether the flow has it, if it has only some.
    pub(super) chosen_ports: Vec<(PortSpec<String>, bool)>,
    /// The edits that would resolve them.
    pub(super) edits: Vec<Edit>,
}

impl<'a> FlowBuilder<'a> {
    pub(super) fn new(
        capture: &'a Capture,
        curation: &'a Curation,
        vocabulary: &'a Vocabulary,
        row: &'a PrintedRow,
        entry: &'a Flow,
    ) -> FlowBuilder<'a> {
        FlowBuilder {
            capture,
            curation,
            vocabulary,
            row,
            entry,
            diagnostics: Vec::new(),
            edits: Vec::new(),
            chosen_ends: Vec::new(),
            chosen_ports: Vec::new(),
        }
    }

    pub(super) fn flow(&self) -> &'a Flow {
        self.entry
    }

    /// The place of the flow in the curation.
    pub(super) fn entry_place(&self) -> Place {
        self.entry.place.clone()
    }

    /// Reports a problem at the flow's entry in the curation.
    pub(super) fn report_entry(&mut self, diagnostic: impl Into<GroupableDiagnostic>) {
        let place = self.entry_place();
        self.diagnostics.push(diagnostic.into().at(place));
    }

    /// Reports a problem at the row of the page.
    pub(super) fn report_row(&mut self, diagnostic: impl Into<GroupableDiagnostic>) {
        self.diagnostics.push(diagnostic.into().at(Place::line(&self.capture.file, self.row.line)));
    }

    /// The flow, unless its direction, peer or ports are unknown. Everything is checked either way.
    pub(super) fn build(&mut self) -> Option<FlowRow> {
        let (row, flow) = (self.row, self.entry);
        let adds = flow.adds.as_ref();
        let (direction, component, peer) = self.ends();
        self.check_entry();
        self.check_basis();
        if !row.has_all_port_cells {
            return None;
        }
        let cell = self.port_cell();
        let ports = self.specs(&cell);
        self.check_ports();
        self.check_numbers(&cell, ports.as_ref().map_or(&[], |(specs, _)| specs));
        let every_row = self.curation.every_row.as_ref().and_then(|every_row| every_row.requirement);
        let condition = flow.condition.as_ref().or(row.condition.as_ref().filter(|_| flow.requirement.is_none()));
        let requirement = match condition {
            Some(_) => Requirement::Conditional,
            None => flow.requirement.or(row.requirement).or(every_row).unwrap_or(Requirement::Unstated),
        };
        let is_configurable =
            cell.is_default || row.customization.is_some() || flow.configurable || flow.customization.is_some();
        let hosts = self.hosts();
        let (specs, groups) = ports.filter(|_| row.problems.is_empty())?;
        Some(FlowRow {
            id: flow.id.clone(),
            direction: direction?,
            component,
            peer: peer?,
            purpose: flow.purpose.clone(),
            specs,
            groups,
            requirement,
            condition: condition.cloned(),
            scope: adds.and_then(|adds| adds.scope).or(flow.scope).or(row.scope).unwrap_or(Scope::Network),
            enabled: adds.and_then(|adds| adds.enabled).or(flow.enabled).or(row.enabled).unwrap_or(Enabled::Unstated),
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
            printed_label: row.label.clone().or(flow.label.clone()),
            printed_ports: row.ports.clone(),
        })
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

    /// Reports a label that is the transport of ports that don't have one: its column isn't one of labels.
    fn check_label(&mut self) {
        let label = self.row.label.as_deref().unwrap_or_default().to_lowercase();
        let is_unstated =
            |cell: &port_cell::Cell| cell.specs.iter().any(|spec| spec.transport() == Some(port_core::Transport::Any));
        if ["tcp", "udp", "sctp"].contains(&&*label) && self.row.port_cell.as_ref().is_ok_and(is_unstated) {
            let message = format!("label is the transport {label}, which the ports don't state");
            let help = "read the column as protocol, or list the row as no_flow";
            self.report_row(Diagnostic::new(codes::CONTRADICTION, message).help(help));
        }
    }

    /// Reports marks and keys of port cells that changed.
    fn check_ports(&mut self) {
        let flow = self.flow();
        let marks = self.row.marks();
        if marks != flow.marks.iter().collect::<Vec<_>>() {
            let message = format!("port cell has the remarks {marks:?} (were {:?} when curated)", flow.marks);
            let help = format!("check {}, then set marks = {marks:?} in it", self.entry_place());
            self.edits.push(propose::changed_marks(self.curation, flow, &marks));
            let diagnostic = GroupableDiagnostic::from(Diagnostic::new(codes::CHANGED_MARKS, message).help(help));
            let own = format!("{marks:?} of {} (were {:?})", flow.id, flow.marks);
            let what = "port cells have other remarks than when they were curated";
            self.report_row(diagnostic.among(what, own, "check the flows, then set their marks"));
        }
        self.check_label();
        if let (Some(known), Some(printed)) = (flow.key().and_then(|key| key.ports.as_ref()), &self.row.ports) {
            if known != printed {
                let message = format!("port cell is {printed:?} (was {known:?}, which identifies the row)");
                let help = format!("if the vendor changed it, set ports = {printed:?} in {}", self.entry_place());
                let diagnostic = GroupableDiagnostic::from(Diagnostic::new(codes::CHANGED_PORTS, message).help(help));
                let what = "port cells aren't those that identify their rows";
                let own = format!("{printed:?} of {} (was {known:?})", flow.id);
                self.report_row(diagnostic.among(
                    what,
                    own,
                    "if the vendor changed them, set ports in the keys of the flows",
                ));
                self.edits.extend(propose::changed_ports(self.curation, flow, self.row));
            }
        }
    }

    /// Reports entries of the curation that no longer fit the text from which they were derived, or that contradict each other.
    fn check_entry(&mut self) {
        let flow = self.flow();
        if flow.condition.is_some() && flow.requirement.is_some() {
            let message = "flow has both a condition and a requirement";
            self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help("remove one"));
        }
        if let (Some(label), Some(printed)) = (&flow.label, &self.row.label) {
            let message = format!("label is {label:?}, but the row prints {printed:?}");
            let help = "remove the label; a flow has one only if its row prints none, or prose";
            self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help(help));
        }
        if flow.customization.is_some() && self.row.has_short_customization {
            let message = "customization cell isn't prose any more";
            let help = format!("check the customization in {}", self.entry_place());
            let diagnostic =
                GroupableDiagnostic::from(Diagnostic::new(codes::CHANGED_CUSTOMIZATION, message).help(help));
            let what = "customization cells aren't prose any more";
            self.report_row(diagnostic.among(what, &flow.id, "check the customizations of the flows"));
        }
        let twice = flow.adds.as_ref().and_then(|adds| {
            [
                ("component", flow.component.is_some() && adds.component.is_some()),
                ("scope", flow.scope.or(self.row.scope).is_some() && adds.scope.is_some()),
                ("enabled", flow.enabled.or(self.row.enabled).is_some() && adds.enabled.is_some()),
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
