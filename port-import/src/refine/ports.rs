//! Makes the port specs of a flow.
//!
//! They come from exactly one of three sources: the port cell, with services that the row states or the curation adds; a
//! footnote; or an addition, if the row prints no ports.

use std::collections::{BTreeMap, BTreeSet};

use port_core::{Groups, PortSpec};
use port_data::Diagnostic;

use super::flow::FlowBuilder;
use super::numbers::port_numbers;
use crate::codes;
use crate::curation::{Footnote, Lists, PortList};
use crate::port_cell;

/// Specs, and how their groups relate.
type Ports = (Vec<PortSpec<String>>, Groups);

impl FlowBuilder<'_> {
    /// The port specs of the flow, and how their groups relate.
    pub(super) fn specs(&mut self, cell: &port_cell::Cell) -> Option<Ports> {
        let flow = self.flow();
        let added = flow.adds.as_ref().and_then(|adds| adds.ports.as_ref());
        if let Some(whole) = added.or(flow.footnote.as_ref().map(|footnote| &footnote.ports)) {
            self.check_services_of(whole);
        }
        if let Some(added) = added {
            if flow.footnote.is_some() {
                let message = "ports are both added and given by a footnote";
                self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help("remove one"));
            }
            if !cell.specs.is_empty() {
                let message = "ports are added, but the row prints ports";
                self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help("remove the addition"));
            }
            return Some((added.specs.clone(), added.groups));
        }
        if let Some(footnote) = &flow.footnote {
            return self.footnote_specs(cell, footnote);
        }
        if cell.specs.is_empty() {
            // A cell that can't be read is already reported.
            if self.row.port_cell.is_ok() {
                self.report_no_ports();
            }
            return None;
        }
        let reported = self.diagnostics.len();
        let specs = self.printed_specs(cell);
        if specs.is_empty() && self.diagnostics.len() == reported {
            self.report_no_ports();
        }
        Some(self.groups(specs, cell.groups))
    }

    /// How the groups of a port cell relate. If the cell doesn't say, the page may, or its row, or the curation may add it.
    fn groups(&mut self, mut specs: Vec<PortSpec<String>>, printed: Groups) -> Ports {
        let flow = self.flow();
        let added = flow.adds.as_ref().and_then(|adds| adds.groups);
        let is_stated = printed == Groups::All || specs.iter().all(|spec| spec.group() == 0);
        let page = self.curation.lists.as_ref().and_then(|lists| lists.are);
        let (source, lists) = match (flow.groups, added) {
            (Some(_), Some(_)) => {
                let message = "groups are both stated and added";
                self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help("keep one of the two"));
                return (specs, printed);
            }
            (Some(lists), None) => ("stated", Some(lists)),
            (None, Some(lists)) => ("added", Some(lists)),
            (None, None) => ("", page),
        };
        if is_stated {
            if !source.is_empty() {
                let message = format!("groups are {source}, but the port cell says how its ports relate");
                self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help("remove the groups"));
            }
            return (specs, Groups::All);
        }
        match lists {
            None => (specs, Groups::Unstated),
            Some(Lists::All) => (specs, Groups::All),
            Some(Lists::Alternatives) => {
                for spec in &mut specs {
                    let number = spec.number();
                    *spec = PortSpec::from_parts(spec.transport(), spec.range(), spec.service_ref().cloned(), 0)
                        .with_number(number);
                }
                (specs, Groups::All)
            }
        }
    }

    fn report_no_ports(&mut self) {
        let message = format!("port cell {:?} has no ports", self.row.ports.as_deref().unwrap_or_default());
        let help = "give the flow's ports under adds, with the reason";
        self.report_row(Diagnostic::new(codes::NO_PORTS, message).help(help));
    }

    /// If the ports are given as a whole, so are their services. A service elsewhere would have no effect.
    fn check_services_of(&mut self, ports: &PortList) {
        let flow = self.flow();
        if flow.groups.is_some() || flow.adds.as_ref().is_some_and(|adds| adds.groups.is_some()) {
            let message = format!("the ports {:?} are given as a whole, so groups have no effect", ports.text);
            let help = "join them with \", \", \"; \" or \" | \", and remove groups";
            self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help(help));
        }
        let added = flow.adds.iter().flat_map(|adds| &adds.services);
        for (port, service) in flow.services.iter().chain(added) {
            if !ports.has_service(port, service) {
                let message = format!("service {service:?} of {port} isn't in the ports {:?}", ports.text);
                let help = "write it after its port there, and remove it from services";
                self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help(help));
            }
        }
    }

    /// The services by port or printed name: either the ones that the row states or the ones that the curation adds.
    fn services(&mut self) -> BTreeMap<String, String> {
        let flow = self.flow();
        let added = flow.adds.as_ref().map(|adds| adds.services.clone()).unwrap_or_default();
        if !flow.services.is_empty() && !added.is_empty() {
            let message = "services are both stated and added";
            self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help("keep one of the two"));
        }
        let services = if flow.services.is_empty() { added } else { flow.services.clone() };
        for service in services.values().filter(|service| !service.is_empty() && !port_data::id::is_id(service)) {
            let message = format!("service {service:?} isn't an id");
            self.report_entry(Diagnostic::new(codes::INVALID_SERVICE, message).help("write an id of services.csv"));
        }
        services
    }

    /// The specs of the port cell with their services.
    fn printed_specs(&mut self, cell: &port_cell::Cell) -> Vec<PortSpec<String>> {
        let services = self.services();
        let mut unused: BTreeSet<&String> = services.keys().collect();
        let mut specs: Vec<PortSpec<String>> = Vec::new();
        let mut group: Option<(u8, u8)> = None;
        for spec in &cell.specs {
            let key = service_key(spec);
            unused.remove(&key);
            let service = services.get(&key);
            let transport = spec.transport();
            if transport.is_none() && service.is_none_or(String::is_empty) {
                if service.is_none() {
                    let message = format!("{key:?} has no port number and no service");
                    let help = "add it to the flow's services, with \"\" if it isn't a service of its own";
                    self.report_entry(Diagnostic::new(codes::NO_SERVICE, message).help(help));
                }
                continue;
            }
            // Groups are numbered from 0 without gaps, even if a group is left out, so a number never exceeds the printed one.
            let number = match group {
                None => 0,
                Some((printed, number)) if printed == spec.group() => number,
                Some((_, number)) => number + 1,
            };
            group = Some((spec.group(), number));
            let service = service.filter(|service| !service.is_empty()).cloned();
            specs.push(PortSpec::from_parts(transport, spec.range(), service, number).with_number(spec.number()));
        }
        for key in unused {
            let message = format!(
                "ports {:?} don't contain {key}, which has the service {} in {}",
                self.row.ports.as_deref().unwrap_or_default(),
                services[key],
                self.entry_place()
            );
            let help = format!("correct the services of {}", self.flow().id);
            self.report_row(Diagnostic::new(codes::UNUSED_ENTRY, message).help(help));
        }
        specs
    }

    /// Ports given by a footnote, which must still be the one that was read and must agree with the row.
    fn footnote_specs(&mut self, cell: &port_cell::Cell, footnote: &Footnote) -> Option<Ports> {
        let Some(line) = self.capture.lines.iter().find(|line| line.prose.digest == footnote.digest) else {
            let message = format!("the page doesn't have the footnote {}", footnote.digest);
            self.report_entry(Diagnostic::new(codes::FOOTNOTE, message).help("read the footnote again"));
            return None;
        };
        let given = port_numbers(&footnote.ports.specs);
        if let Some(port) = port_numbers(&cell.specs).iter().find(|port| !given.contains(port)) {
            let message = format!("port {port} isn't one of the ports {:?} of the footnote", footnote.ports.text);
            let help = format!("correct the footnote in {}", self.entry_place());
            self.report_row(Diagnostic::new(codes::FOOTNOTE, message).help(help));
        }
        if let Some(port) = given.iter().find(|port| !line.prose.numbers.contains(port)) {
            let message =
                format!("port {port} isn't a number of the footnote (it has {})", line.prose.numbers.join(", "));
            self.report_entry(Diagnostic::new(codes::FOOTNOTE, message).help("read the footnote again"));
        }
        Some((footnote.ports.specs.clone(), footnote.ports.groups))
    }
}

/// The key of a spec in the curation's services: its first port, or the printed name if it has no port.
fn service_key(spec: &PortSpec<String>) -> String {
    let port = spec.range().map(|range| range.first().to_string());
    port.or_else(|| spec.service_ref().cloned()).unwrap_or_default()
}
