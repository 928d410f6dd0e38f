//! The services that rows print.

use std::collections::{BTreeMap, BTreeSet};

use port_core::{PortRange, PortSpec, Transport};
use port_data::hidden::Escaped;

use super::names::{Services, words};
use super::sources::Source;
use crate::curation::{FIXME, Flow};
use crate::printed_row::PrintedRow;
use crate::refine::service_key;

impl Services<'_> {
    /// The services that the row prints, by port or by name.
    pub(super) fn of_row(
        &self,
        row: &PrintedRow,
        source: Option<Source<'_>>,
        specs: &[PortSpec<String>],
    ) -> (BTreeMap<String, String>, Option<String>) {
        let (mut services, mut question) = self.of_ports(specs);
        let remarks = row.port_cell.iter().flat_map(|cell| &cell.remarks).map(String::as_str);
        let names: Vec<&str> =
            source.iter().flat_map(Source::names).chain(row.label.as_deref()).chain(remarks).collect();
        // Services with texts of their own are printed next to the ports.
        let open = specs.iter().filter(|spec| spec.service_ref().is_none());
        let ports: BTreeSet<u16> = open
            .filter_map(PortSpec::range)
            .filter(|range| range.first() == range.last())
            .map(PortRange::first)
            .collect();
        let ports: Vec<String> = ports.iter().map(u16::to_string).filter(|port| !services.contains_key(port)).collect();
        let whole = names.iter().find_map(|name| self.named(name));
        let carrier = names.iter().find_map(|name| self.carrier_in(name)).filter(|_| specs.len() == 1);
        let may_have = |port: &String, service: &String| {
            let of_port =
                specs.iter().filter(|spec| spec.range().is_some_and(|range| range.first().to_string() == *port));
            of_port.filter_map(PortSpec::transport).all(|transport| self.may_carry(transport, service))
        };
        for port in &ports {
            let usual = self.of_port.get(port).filter(|usual| may_have(port, usual));
            let known = usual.filter(|usual| names.iter().any(|name| self.means(usual, name)));
            let whole = whole.as_ref().filter(|whole| may_have(port, whole));
            let of_row = whole.filter(|_| services.is_empty() && ports.len() == 1 || usual.is_none());
            match (known, of_row) {
                (Some(known), _) => drop(services.insert(port.clone(), known.clone())),
                (None, Some(whole))
                    if specs.len() == 1 || self.named(row.label.as_deref().unwrap_or_default()).is_some() =>
                {
                    question = question.or(usual.map(|usual| format!("{port} is usually {usual}")));
                    services.insert(port.clone(), whole.clone());
                }
                (None, None) if usual.is_none() => {
                    let carrier = carrier.clone().filter(|carrier| may_have(port, carrier));
                    services.extend(carrier.map(|carrier| (port.clone(), carrier)));
                }
                _ => {}
            }
        }
        (services, question)
    }

    /// Whether a transport is one of those that `services.csv` gives a service.
    fn may_carry(&self, transport: Transport, service: &str) -> bool {
        let Some(transports) = self.transports.get(service) else { return true };
        transport == Transport::Any || transports.split(',').any(|own| own.trim() == transport.as_str())
    }

    /// The services that are printed with their ports.
    fn of_ports(&self, specs: &[PortSpec<String>]) -> (BTreeMap<String, String>, Option<String>) {
        let mut services: BTreeMap<String, String> = BTreeMap::new();
        let mut question = None;
        for spec in specs {
            let Some(name) = spec.service_ref() else { continue };
            let key = spec.range().map_or(name.clone(), |range| range.first().to_string());
            let Some(id) = self.named(name) else {
                // A new service gets a row of its own.
                if new_service(name).is_none() && !name.contains(FIXME) {
                    question = Some(format!("{} isn't in services.csv", Escaped(name)));
                    services.insert(key, FIXME.to_string());
                }
                continue;
            };
            if let Some(usual) = self.of_port.get(&key).filter(|usual| **usual != id) {
                question = Some(format!("{key} is usually {usual}"));
            }
            if services.get(&key).is_some_and(|other| *other != id) {
                question = Some("several services are printed for a port".to_string());
            }
            services.insert(key, id);
        }
        (services, question)
    }
}

/// A service that rows print and the catalog doesn't have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NewService {
    pub(super) id: String,
    pub(super) name: String,
    /// The transports that it is printed with.
    pub(super) transports: String,
}

/// The services that rows print and the catalog doesn't have. A row may have a flow whose curation says what a name is.
pub(super) fn new_services<'a>(
    rows: impl Iterator<Item = (&'a PrintedRow, Option<&'a Flow>)>,
    known: &Services<'_>,
) -> Vec<NewService> {
    let mut found: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
    let specs =
        rows.flat_map(|(row, flow)| row.port_cell.iter().flat_map(|cell| &cell.specs).map(move |spec| (spec, flow)));
    for (spec, flow) in specs {
        if flow.is_some_and(|flow| flow.reading.is_some() || flow.services.contains_key(&service_key(spec))) {
            continue;
        }
        let Some(name) = spec.service_ref().filter(|name| known.named(name).is_none()) else { continue };
        let Some(id) = new_service(name) else { continue };
        let transports = &mut found.entry(id).or_insert_with(|| (name.clone(), BTreeSet::new())).1;
        let transport = spec.transport().filter(|transport| *transport != Transport::Any);
        transports.extend(transport.map(|transport| transport.to_string()));
    }
    let service = |(id, (name, transports)): (String, (String, BTreeSet<String>))| {
        let transports: Vec<String> = transports.into_iter().collect();
        NewService { id, name, transports: transports.join(", ") }
    };
    found.into_iter().map(service).collect()
}

/// The id of a new service with a name.
fn new_service(name: &str) -> Option<String> {
    let id = words(name).join("-");
    (port_data::id::is_id(&id) && !name.contains(FIXME)).then_some(id)
}
