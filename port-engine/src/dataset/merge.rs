//! Merges two datasets.

use port_data::Diagnostic;

use super::{Dataset, codes};

/// Both datasets as one; see [`Dataset::merge`].
pub(super) fn merge(mut base: Dataset, other: Dataset) -> Result<Dataset, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let contradiction = |kind: &str, id: &str| {
        let message = format!("{kind} {id} is already defined differently");
        Diagnostic::new(codes::CONTRADICTION, message).help("define it alike, or choose another id")
    };
    let duplicate = |kind: &str, id: &str| {
        let message = format!("{kind} {id} already exists");
        Diagnostic::new(codes::DUPLICATE, message).help("choose another id")
    };
    for vendor in other.vendors {
        match base.vendor(&vendor.id) {
            None => base.vendors.push(vendor),
            Some(known) if known.name == vendor.name => {}
            Some(_) => problems.push(contradiction("vendor", &vendor.id)),
        }
    }
    for peer in other.peers {
        match base.peer(&peer.id) {
            None => base.peers.push(peer),
            // Names and descriptions may be worded differently.
            Some(known) if (known.kind, &known.includes) == (peer.kind, &peer.includes) => {}
            Some(_) => problems.push(contradiction("peer", &peer.id)),
        }
    }
    for service in other.services {
        match base.service(&service.id) {
            None => base.services.push(service),
            Some(known) if (&known.transports, known.port) == (&service.transports, service.port) => {}
            Some(_) => problems.push(contradiction("service", &service.id)),
        }
    }
    for product in other.products {
        match base.product(&product.id) {
            None => base.products.push(product),
            Some(_) => problems.push(duplicate("product", &product.id)),
        }
    }
    for flow in other.flows {
        match base.flow(&flow.id) {
            None => base.flows.push(flow),
            Some(_) => problems.push(duplicate("flow", &flow.id)),
        }
    }
    if problems.is_empty() { Ok(base) } else { Err(problems) }
}
