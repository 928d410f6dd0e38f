//! Merges two datasets.

use std::collections::BTreeSet;
use std::fmt::Display;

use port_core::Transport;
use port_data::hidden::QuotedAscii;
use port_data::{Diagnostic, Place};

use super::codes;
use super::records::{Dataset, Peer, Service};

/// Both datasets as one; see [`Dataset::merge_with_places`].
pub(super) fn merge(
    mut base: Dataset,
    other: Dataset,
    place: &dyn Fn(&str, &str) -> Place,
) -> Result<Dataset, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    for vendor in other.vendors {
        match base.vendor(&vendor.id) {
            None => base.vendors.push(vendor),
            Some(known) if known.name == vendor.name => {}
            Some(known) => {
                let found = QuotedAscii(&vendor.name);
                let problem = contradiction("vendor", &vendor.id, "has the name", &QuotedAscii(&known.name), &found);
                problems.push(problem.at(place("vendors.csv", &vendor.id)));
            }
        }
    }
    for peer in other.peers {
        match base.peer(&peer.id) {
            None => base.peers.push(peer),
            // Names and descriptions may be worded differently.
            Some(known) => {
                let problem = peer_contradiction(known, &peer);
                problems.extend(problem.map(|problem| problem.at(place("peers.csv", &peer.id))));
            }
        }
    }
    for service in other.services {
        match base.services.iter_mut().find(|known| known.id == service.id) {
            None => base.services.push(service),
            Some(known) => {
                let problem = merge_service(known, &service).err();
                problems.extend(problem.map(|problem| problem.at(place("services.csv", &service.id))));
            }
        }
    }
    // The flows of a product that exists already probably exist too, so only the product is reported.
    let mut rejected = Vec::new();
    for product in other.products {
        if base.product(&product.id).is_none() {
            base.products.push(product);
        } else {
            problems.push(duplicate("product", &product.id).at(place("products.csv", &product.id)));
            rejected.push(product.id);
        }
    }
    // Editions of one product share ids, also those that only an older edition has.
    let taken: BTreeSet<String> = base.flows.iter().chain(&base.older_flows).map(|flow| flow.id.clone()).collect();
    let mut reported = BTreeSet::new();
    for (own, flows) in [(&mut base.flows, other.flows), (&mut base.older_flows, other.older_flows)] {
        for flow in flows.into_iter().filter(|flow| !rejected.contains(&flow.product)) {
            if !taken.contains(&flow.id) {
                own.push(flow);
            } else if reported.insert(flow.id.clone()) {
                let table = format!("flows/{}.csv", flow.product);
                problems.push(duplicate("flow", &flow.id).at(place(&table, &flow.id)));
            }
        }
    }
    if problems.is_empty() { Ok(base) } else { Err(problems) }
}

/// A fact that the base states differently: `peer "internet" already has the kind role (found service)`.
fn contradiction(kind: &str, id: &str, verb: &str, known: &dyn Display, found: &dyn Display) -> Diagnostic {
    let message = format!("{kind} {} already {verb} {known} (found {found})", QuotedAscii(id));
    Diagnostic::new(codes::CONTRADICTION, message).help(format!("write {known}, or choose another id"))
}

fn duplicate(kind: &str, id: &str) -> Diagnostic {
    Diagnostic::new(codes::DUPLICATE, format!("{kind} {} already exists", QuotedAscii(id))).help("choose another id")
}

/// The kind or the included peers, if two definitions of a peer differ in them.
fn peer_contradiction(known: &Peer, other: &Peer) -> Option<Diagnostic> {
    if known.kind != other.kind {
        return Some(contradiction("peer", &other.id, "has the kind", &known.kind, &other.kind));
    }
    let included = |peer: &Peer| match peer.includes.as_slice() {
        [] => "no other peer".to_string(),
        included => included.join(" and "),
    };
    (known.includes != other.includes)
        .then(|| contradiction("peer", &other.id, "includes", &included(known), &included(other)))
}

/// Adds what another definition of a service knows: its transports, and the port or the encryption if that was left open. No flow
/// depends on them, since each flow states its own ports.
fn merge_service(known: &mut Service, other: &Service) -> Result<(), Diagnostic> {
    if let Some((port, found)) = known.port.zip(other.port).filter(|(port, found)| port != found) {
        let message = format!("service {} already has port {port} (found {found})", QuotedAscii(&other.id));
        let help = format!("write {port} or nothing, since a flow may use any port, or choose another id");
        return Err(Diagnostic::new(codes::CONTRADICTION, message).help(help));
    }
    if let Some((encrypted, _)) = known.encrypted.zip(other.encrypted).filter(|(known, found)| known != found) {
        let (known, found) = if encrypted { ("encrypted", "no") } else { ("not encrypted", "yes") };
        let message = format!("service {} is already defined as {known} (found {found})", QuotedAscii(&other.id));
        let help = "leave the cell encrypted empty, or choose another id";
        return Err(Diagnostic::new(codes::CONTRADICTION, message).help(help));
    }
    let all = |transport: &&Transport| known.transports.contains(transport) || other.transports.contains(transport);
    let transports = Transport::ALL.iter().filter(all).copied().collect();
    known.transports = transports;
    known.port = known.port.or(other.port);
    known.encrypted = known.encrypted.or(other.encrypted);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::records::{Dataset, Peer, Product, Service, Vendor};
    use port_catalog_tests::fixture;
    use port_core::{PeerKind, Transport};
    use port_data::Place;

    fn fixture() -> Dataset {
        Dataset::from_tables(&port_data::read(&fixture::tables()).unwrap())
    }

    /// The fixture's vendors, peers and services, with one product of its own.
    fn addition() -> Dataset {
        let mut addition = fixture();
        addition.products.truncate(1);
        addition.products[0].id = "new".to_string();
        addition.flows.truncate(1);
        addition.flows[0].id = "new-in-admin".to_string();
        addition.flows[0].product = "new".to_string();
        addition
    }

    fn errors(other: Dataset) -> Vec<String> {
        let errors = fixture().merge(other).unwrap_err();
        errors.iter().map(|error| format!("error[{}]: {error}", error.code)).collect()
    }

    #[test]
    fn a_new_product_is_added_after_the_known_ones() {
        let mut other = addition();
        other.vendors.push(Vendor { id: "new-vendor".to_string(), name: "New".to_string() });
        other.peers[0].description = "worded differently".to_string();
        let merged = fixture().merge(other.clone()).unwrap();
        let base = fixture();
        assert_eq!(merged.peers, base.peers);
        assert_eq!(merged.services, base.services);
        assert_eq!(merged.products, [base.products, other.products].concat());
        assert_eq!(merged.flows, [base.flows, other.flows].concat());
        assert_eq!(merged.vendors.last().unwrap().id, "new-vendor");
    }

    #[test]
    fn an_empty_dataset_changes_nothing() {
        assert_eq!(fixture().merge(Dataset::default()), Ok(fixture()));
        assert_eq!(Dataset::default().merge(fixture()), Ok(fixture()));
    }

    #[test]
    fn a_product_of_both_is_rejected_without_listing_its_flows() {
        let expected: Vec<String> = fixture()
            .products
            .iter()
            .map(|Product { id, .. }| {
                format!("error[dataset-duplicate]: products.csv: product \"{id}\" already exists; choose another id")
            })
            .collect();
        assert_eq!(errors(fixture()), expected);
    }

    #[test]
    fn a_flow_of_both_is_rejected() {
        let mut other = addition();
        let id = fixture().flows[1].id.clone();
        other.flows[0].id.clone_from(&id);
        assert_eq!(
            errors(other),
            [format!("error[dataset-duplicate]: flows/new.csv: flow \"{id}\" already exists; choose another id")]
        );
    }

    #[test]
    fn a_flow_that_only_an_older_edition_has_is_rejected_too() {
        let base = Dataset::from_tables(&port_data::read(&fixture::editions()).unwrap());
        let retired = base.older_flows.iter().find(|flow| base.flows.iter().all(|own| own.id != flow.id)).unwrap();
        let mut current = addition();
        current.flows[0].id.clone_from(&retired.id);
        let mut older = addition();
        older.older_flows = vec![retired.clone()];
        "new".clone_into(&mut older.older_flows[0].product);
        for other in [current, older] {
            let other = Dataset { vendors: Vec::new(), peers: Vec::new(), services: Vec::new(), ..other };
            let errors = base.clone().merge(other).unwrap_err();
            let expected = format!("flows/new.csv: flow \"{}\" already exists; choose another id", retired.id);
            assert_eq!(errors.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);
        }
    }

    #[test]
    fn definitions_that_contradict_each_other_are_rejected() {
        let mut other = addition();
        "Akme".clone_into(&mut other.vendors[0].name);
        let peer = |peer: &mut Peer| peer.kind = PeerKind::Service;
        other.peers.iter_mut().filter(|peer| peer.id == "admin").for_each(peer);
        let includes = |peer: &mut Peer| peer.includes.truncate(1);
        other.peers.iter_mut().filter(|peer| peer.id == "console-or-analyzer").for_each(includes);
        service(&mut other, "smtp").port = Some(26);
        service(&mut other, "https").encrypted = Some(false);
        service(&mut other, "http").encrypted = Some(true);
        assert_eq!(
            errors(other),
            [
                "vendors.csv: vendor \"acme\" already has the name \"Acme\" (found \"Akme\"); write \"Acme\", or choose another id",
                "peers.csv: peer \"admin\" already has the kind role (found service); write role, or choose another id",
                "peers.csv: peer \"console-or-analyzer\" already includes console and analyzer (found console); write console \
                 and analyzer, or choose another id",
                "services.csv: service \"smtp\" already has port 25 (found 26); write 25 or nothing, since a flow may use \
                 any port, or choose another id",
                "services.csv: service \"http\" is already defined as not encrypted (found yes); leave the cell encrypted \
                 empty, or choose another id",
                "services.csv: service \"https\" is already defined as encrypted (found no); leave the cell encrypted empty, \
                 or choose another id",
            ]
            .map(|text| format!("error[dataset-contradiction]: {text}"))
        );
    }

    #[test]
    fn a_service_has_the_transports_of_both_definitions_and_what_only_one_of_them_states() {
        let mut base = fixture();
        service(&mut base, "ldap").port = None;
        let mut other = addition();
        service(&mut other, "https").transports = vec![Transport::Udp];
        service(&mut other, "smtp").port = None;
        service(&mut other, "smtp").encrypted = Some(false);
        service(&mut other, "dns").transports = vec![Transport::Udp];
        let mut merged = base.merge(other).unwrap();
        let facts = |service: &Service| (service.transports.clone(), service.port, service.encrypted);
        let (tcp, both) = (vec![Transport::Tcp], vec![Transport::Tcp, Transport::Udp]);
        assert_eq!(facts(service(&mut merged, "https")), (both.clone(), Some(443), Some(true)));
        assert_eq!(facts(service(&mut merged, "smtp")), (tcp, Some(25), Some(false)));
        assert_eq!(facts(service(&mut merged, "dns")), (both.clone(), Some(53), None));
        assert_eq!(facts(service(&mut merged, "ldap")), (both, Some(389), None));
        assert_eq!(merged.services.len(), fixture().services.len());
    }

    #[test]
    fn a_problem_is_at_the_place_that_the_caller_finds() {
        let mut other = addition();
        service(&mut other, "smtp").port = Some(26);
        let place = |table: &str, id: &str| Place::line(format!("own/{table}/{id}"), 7);
        let errors = fixture().merge_with_places(other, place).unwrap_err();
        assert_eq!(errors[0].place, Place::line("own/services.csv/smtp", 7));
    }

    fn service<'a>(dataset: &'a mut Dataset, id: &str) -> &'a mut Service {
        dataset.services.iter_mut().find(|service| service.id == id).unwrap()
    }
}
