//! Checks that the flows of a row together have all that it prints: its directions, components, peers and ports.

use port_core::PortSpec;
use port_data::{Diagnostic, Place};

use super::flow::FlowBuilder;
use crate::capture::Capture;
use crate::codes;
use crate::grouped_diagnostics::GroupableDiagnostic;
use crate::printed_row::{End, PrintedRow};

/// What the flows of each row have.
pub(super) struct Coverage<'a> {
    rows: &'a [PrintedRow],
    ends: Vec<Vec<End>>,
    /// The ports of the row, and which of them a flow has; nothing if no flow says that it has only some.
    ports: Vec<Vec<(PortSpec<String>, bool)>>,
}

impl<'a> Coverage<'a> {
    pub(super) fn new(rows: &'a [PrintedRow]) -> Coverage<'a> {
        Coverage { rows, ends: vec![Vec::new(); rows.len()], ports: vec![Vec::new(); rows.len()] }
    }

    /// Adds a flow that is built.
    pub(super) fn add(&mut self, row: usize, flow: &FlowBuilder<'_>) {
        self.ends[row].extend(flow.chosen_ends.iter().cloned());
        for (spec, is_in_flow) in &flow.chosen_ports {
            match self.ports[row].iter_mut().find(|(known, _)| known == spec) {
                Some((_, is_covered)) => *is_covered |= is_in_flow,
                None => self.ports[row].push((spec.clone(), *is_in_flow)),
            }
        }
    }

    /// What no flow has. A row without any flow, or with a cell that can't be read, is reported on its own.
    pub(super) fn missing(&self, capture: &Capture) -> Vec<GroupableDiagnostic> {
        let mut diagnostics = Vec::new();
        let is_read = |index: usize, row: &PrintedRow| !self.ends[index].is_empty() && row.problems.is_empty();
        for (index, row) in self.rows.iter().enumerate().filter(|(index, row)| is_read(*index, row)) {
            let place = Place::line(&capture.file, row.line);
            for end in row.ends.iter().filter(|end| row.ends.len() > 1 && !self.ends[index].contains(end)) {
                let end = describe(end);
                let message = format!("row {} has no flow {end}", row.number);
                let help = "add a flow with shares_row_with, and the direction, component or peer that differs";
                let diagnostic = GroupableDiagnostic::from(
                    Diagnostic::new(codes::NO_DIRECTION, message).help(help).at(place.clone()),
                );
                let all = "add flows with shares_row_with, and the direction, component or peer that differs";
                diagnostics.push(diagnostic.among(
                    format!("rows have no flow {end}"),
                    format!("row {}", row.number),
                    all,
                ));
            }
            let uncovered = self.ports[index].iter().filter(|(_, is_covered)| !is_covered);
            let uncovered: Vec<String> = uncovered.map(|(spec, _)| spec.to_string()).collect();
            if !uncovered.is_empty() {
                let ports = uncovered.join(", ");
                let message = format!("row {} has no flow with {ports}", row.number);
                let help = "add its ports to only of a flow, or add a flow with shares_row_with";
                let diagnostic =
                    GroupableDiagnostic::from(Diagnostic::new(codes::NO_PORTS, message).help(help).at(place));
                let all = "add the ports to only of a flow, or add flows with shares_row_with";
                let own = format!("{ports} of row {}", row.number);
                diagnostics.push(diagnostic.among("rows have ports that none of their flows has", own, all));
            }
        }
        diagnostics
    }
}

/// The ends in words: `inbound at worker from kubernetes-control-plane`.
fn describe(end: &End) -> String {
    let direction = end.direction.map_or(String::new(), |direction| direction.to_string());
    let component = end.component.as_ref().map(|component| format!("at {component}"));
    let peer = end.peer.as_ref().map(|peer| format!("with {peer}"));
    let parts = [Some(direction), component, peer].into_iter().flatten().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}
