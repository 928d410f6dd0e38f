//! Makes the port specs of a flow.
//!
//! They come from exactly one of four sources: the port cell, with services that the row states or the curation adds; a person's
//! reading of a port cell; a footnote; or an addition, if the row prints no ports.

use std::collections::{BTreeMap, BTreeSet};

use port_core::{Groups, PortSpec, Transport};
use port_data::Diagnostic;

use super::flow::FlowBuilder;
use super::numbers::port_numbers;
use crate::codes;
use crate::curation::{Footnote, Lists, PortList, quote};
use crate::grouped_diagnostics::GroupableDiagnostic;
use crate::port_cell;

/// Specs, and how their groups relate.
pub(super) type Ports = (Vec<PortSpec<String>>, Groups);

impl FlowBuilder<'_> {
    /// The port specs of the flow, and how their groups relate.
    pub(super) fn specs(&mut self, cell: &port_cell::Cell) -> Option<Ports> {
        let flow = self.flow();
        let added = flow.adds.as_ref().and_then(|adds| adds.ports.as_ref());
        let read = flow.reading.as_ref().map(|reading| &reading.ports);
        if let Some(whole) = added.or(read).or(flow.footnote.as_ref().map(|footnote| &footnote.ports)) {
            self.check_services_of(whole);
        }
        if let Some(reading) = &flow.reading {
            if added.is_some() || flow.footnote.is_some() {
                let message = "ports are both read and added, or given by a footnote";
                self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help("remove one"));
            }
            let (specs, groups) = self.read_specs(cell, reading);
            return Some((self.only(specs), groups));
        }
        if flow.only.is_some() && (added.is_some() || flow.footnote.is_some()) {
            let message = "only has no effect on ports that are added or given by a footnote";
            let help = "remove only, and list the ports that the flow has";
            self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help(help));
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
        self.check_repeated(&specs);
        let specs = self.only(specs);
        Some(self.groups(specs, cell.groups))
    }

    /// The ports that the flow has of its row, which may belong to several flows.
    fn only(&mut self, specs: Vec<PortSpec<String>>) -> Vec<PortSpec<String>> {
        let Some(only) = &self.flow().only else { return specs };
        let is_same = |spec: &PortSpec<String>, other: &PortSpec<String>| {
            (spec.transport(), spec.range(), spec.number()) == (other.transport(), other.range(), other.number())
        };
        for wanted in only.specs.iter().filter(|wanted| !specs.iter().any(|spec| is_same(spec, wanted))) {
            let message = format!("port cell has no {wanted}, which is under only");
            self.report_entry(Diagnostic::new(codes::CONTRADICTION, message).help("correct only"));
        }
        let is_in_flow = |spec: &PortSpec<String>| only.specs.iter().any(|wanted| is_same(spec, wanted));
        let unnamed =
            |spec: &PortSpec<String>| PortSpec::from_parts(spec.transport(), spec.range(), None, 0, spec.number());
        self.chosen_ports = specs.iter().map(|spec| (unnamed(spec), is_in_flow(spec))).collect();
        let mut groups: Vec<u8> = Vec::new();
        let mut own = Vec::new();
        for spec in specs.into_iter().filter(is_in_flow) {
            if groups.last() != Some(&spec.group()) {
                groups.push(spec.group());
            }
            let group = u8::try_from(groups.len() - 1).unwrap_or(u8::MAX);
            let service = spec.service_ref().cloned();
            own.push(PortSpec::from_parts(spec.transport(), spec.range(), service, group, spec.number()));
        }
        own
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
                    *spec =
                        PortSpec::from_parts(spec.transport(), spec.range(), spec.service_ref().cloned(), 0, number);
                }
                (specs, Groups::All)
            }
        }
    }

    fn report_no_ports(&mut self) {
        let cell = format!("{:?}", self.row.ports.as_deref().unwrap_or_default());
        let diagnostic = Diagnostic::new(codes::NO_PORTS, format!("port cell {cell} has no ports"));
        let diagnostic = GroupableDiagnostic::from(diagnostic.help(
            "give the flow's ports under reading, if another text of the page prints them, or under adds, with the reason",
        ));
        let all = "give the ports of the flows under reading, if other texts of the page print them, or under adds, with the reason";
        self.report_row(diagnostic.among("port cells have no ports", cell, all));
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
        for (index, spec) in cell.specs.iter().enumerate() {
            let key = service_key(spec);
            unused.remove(&key);
            let stated = services.get(&key);
            // Several printed services of a port are the one that the curation states.
            let is_same = |before: &PortSpec<String>| {
                let is_same_port = before.transport() == spec.transport() && before.range() == spec.range();
                is_same_port && spec.range().is_some() && before.service_ref() != spec.service_ref()
            };
            if stated.is_some() && cell.specs[..index].iter().any(is_same) {
                continue;
            }
            let service = match (stated, spec.service_ref()) {
                (Some(stated), _) => Some(stated.clone()).filter(|service| !service.is_empty()),
                (None, Some(printed)) => self.known_service(printed, &key),
                (None, None) => None,
            };
            let transport = spec.transport();
            let needs_service = spec.range().is_none() && transport.is_none_or(Transport::has_ports);
            let transport = match (transport, &service) {
                (Some(stated), Some(service)) if needs_service => self.transport_of_service(stated, service),
                _ => transport,
            };
            if needs_service && service.is_none() {
                if let (Some(transport), Some(_)) = (transport, stated) {
                    let message = format!("{transport} of {key:?} has no port and no service");
                    let help =
                        "give it an id of services.csv in the flow's services, or give the flow's ports under adds";
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
            specs.push(PortSpec::from_parts(transport, spec.range(), service, number, spec.number()));
        }
        for key in unused {
            let message = format!(
                "ports {:?} don't contain {key}, which has the service {} in {}",
                self.row.ports.as_deref().unwrap_or_default(),
                services[key],
                self.entry_place()
            );
            let id = &self.flow().id;
            let help = format!("correct the services of {id}");
            let diagnostic = GroupableDiagnostic::from(Diagnostic::new(codes::UNUSED_ENTRY, message).help(help));
            let what =
                format!("port cells don't contain {key}, which has the service {} in their flows", services[key]);
            self.report_row(diagnostic.among(what, id, "correct the services of the flows"));
        }
        specs
    }

    /// The service that the port cell names. An unknown one is reported, so that it isn't dropped.
    fn known_service(&mut self, printed: &str, key: &str) -> Option<String> {
        let known = self.vocabulary.service(printed).map(str::to_string);
        if known.is_none() {
            let key =
                if port_data::id::is_id(key) || key.parse::<u16>().is_ok() { key.to_string() } else { quote(key) };
            let message = format!("service {printed:?} of the port cell isn't in services.csv");
            let help = format!(
                "add services = {{ {key} = \"...\" }} to the flow with an id of services.csv, or with \"\" if it isn't a \
                 service of its own"
            );
            let diagnostic = GroupableDiagnostic::from(Diagnostic::new(codes::NO_SERVICE, message).help(help));
            let what = format!("flows have the service {printed:?} in their port cells, which isn't in services.csv");
            let all = "add services = { PORT = \"...\" } to the flows with an id of services.csv, or with \"\" if it isn't a \
                       service of its own";
            self.report_entry(diagnostic.among(what, format!("{} ({key})", self.flow().id), all));
        }
        known
    }

    /// Ports given by a footnote, which must still be the one that was read and must agree with the row.
    fn footnote_specs(&mut self, cell: &port_cell::Cell, footnote: &Footnote) -> Option<Ports> {
        let Some(line) = self.capture.texts.iter().find(|text| text.prose.digest == footnote.digest) else {
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
pub(crate) fn service_key(spec: &PortSpec<String>) -> String {
    let port = spec.range().map(|range| range.first().to_string());
    port.or_else(|| spec.service_ref().cloned()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
