//! Merges two datasets.

use port_data::hidden::QuotedAscii;
use port_data::{Diagnostic, Place};

use super::codes;
use super::records::{Dataset, Peer, Service};

/// Both datasets as one; see [`Dataset::merge`].
pub(super) fn merge(mut base: Dataset, other: Dataset) -> Result<Dataset, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    for vendor in other.vendors {
        match base.vendor(&vendor.id) {
            None => base.vendors.push(vendor),
            Some(known) if known.name == vendor.name => {}
            Some(known) => {
                problems.push(
                    contradiction("vendor", &vendor.id, &vendor.name, &known.name).at(Place::file("vendors.csv")),
                );
            }
        }
    }
    for peer in other.peers {
        match base.peer(&peer.id) {
            None => base.peers.push(peer),
            // Names and descriptions may be worded differently.
            Some(known) if (known.kind, &known.includes) == (peer.kind, &peer.includes) => {}
            Some(known) => {
                let problem = contradiction("peer", &peer.id, &peer_facts(&peer), &peer_facts(known));
                problems.push(problem.at(Place::file("peers.csv")));
            }
        }
    }
    for service in other.services {
        match base.service(&service.id) {
            None => base.services.push(service),
            Some(known) if are_compatible(known, &service) => {}
            Some(known) => {
                let problem = contradiction("service", &service.id, &service_facts(&service), &service_facts(known));
                problems.push(problem.at(Place::file("services.csv")));
            }
        }
    }
    // The flows of a product that exists already probably exist too, so only the product is reported.
    let mut rejected = Vec::new();
    for product in other.products {
        if base.product(&product.id).is_none() {
            base.products.push(product);
        } else {
            problems.push(duplicate("product", &product.id).at(Place::file("products.csv")));
            rejected.push(product.id);
        }
    }
    for flow in other.flows.into_iter().filter(|flow| !rejected.contains(&flow.product)) {
        if base.flow(&flow.id).is_none() {
            base.flows.push(flow);
        } else {
            let file = format!("flows/{}.csv", flow.product);
            problems.push(duplicate("flow", &flow.id).at(Place::file(file)));
        }
    }
    if problems.is_empty() { Ok(base) } else { Err(problems) }
}

fn contradiction(kind: &str, id: &str, found: &str, known: &str) -> Diagnostic {
    let message = format!("{kind} {} is already defined differently ({known}, not {found})", QuotedAscii(id));
    Diagnostic::new(codes::CONTRADICTION, message).help("define it the same way, or choose another id")
}

fn duplicate(kind: &str, id: &str) -> Diagnostic {
    Diagnostic::new(codes::DUPLICATE, format!("{kind} {} already exists", QuotedAscii(id))).help("choose another id")
}

/// The facts of a peer that two definitions must agree on.
fn peer_facts(peer: &Peer) -> String {
    let includes = match peer.includes.as_slice() {
        [] => String::new(),
        included => format!(" that includes {}", included.join(" and ")),
    };
    format!("{}{includes}", peer.kind)
}

/// Whether two definitions of a service agree. One of them may leave open whether the service is encrypted.
fn are_compatible(known: &Service, other: &Service) -> bool {
    let agree = match (known.encrypted, other.encrypted) {
        (Some(known), Some(other)) => known == other,
        _ => true,
    };
    agree && (&known.transports, known.port) == (&other.transports, other.port)
}

/// The facts of a service that two definitions must agree on.
fn service_facts(service: &Service) -> String {
    let transports: Vec<&str> = service.transports.iter().map(|transport| transport.as_str()).collect();
    let port = service.port.map_or_else(|| "no port".to_string(), |port| format!("port {port}"));
    let encrypted = match service.encrypted {
        Some(true) => ", encrypted",
        Some(false) => ", not encrypted",
        None => "",
    };
    format!("{} with {port}{encrypted}", transports.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::super::records::{Dataset, Peer, Product, Service, Vendor};
    use port_catalog_tests::fixture;
    use port_core::{PeerKind, Transport};

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
    fn definitions_that_contradict_each_other_are_rejected() {
        let mut other = addition();
        "Akme".clone_into(&mut other.vendors[0].name);
        let peer = |peer: &mut Peer| peer.kind = PeerKind::Service;
        other.peers.iter_mut().filter(|peer| peer.id == "admin").for_each(peer);
        let includes = |peer: &mut Peer| peer.includes.truncate(1);
        other.peers.iter_mut().filter(|peer| peer.id == "console-or-analyzer").for_each(includes);
        let transports = |service: &mut Service| service.transports.push(Transport::Udp);
        other.services.iter_mut().filter(|service| service.id == "https").for_each(transports);
        let port = |service: &mut Service| service.port = None;
        other.services.iter_mut().filter(|service| service.id == "smtp").for_each(port);
        assert_eq!(
            errors(other),
            [
                "vendors.csv: vendor \"acme\" is already defined differently (Acme, not Akme)",
                "peers.csv: peer \"admin\" is already defined differently (role, not service)",
                "peers.csv: peer \"console-or-analyzer\" is already defined differently (product that includes console and \
                 analyzer, not product that includes console)",
                "services.csv: service \"smtp\" is already defined differently (tcp with port 25, not tcp with no port)",
                "services.csv: service \"https\" is already defined differently (tcp with port 443, encrypted, not tcp \
                 and udp with port 443, encrypted)",
            ]
            .map(|text| format!("error[dataset-contradiction]: {text}; define it the same way, or choose another id"))
        );
    }
}
