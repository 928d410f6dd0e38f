//! Makes a dataset from valid tables.

use port_core::Transport;
use port_data::Catalog;

use super::records::{Dataset, Flow, Peer, Product, Service, Source, Vendor};

/// The dataset of a directory of tables.
pub(super) fn dataset(catalog: &Catalog) -> Dataset {
    let vendors = catalog.vendors.iter().map(|vendor| Vendor { id: vendor.id.clone(), name: vendor.name.clone() });
    let products = catalog.products.iter().map(|product| Product {
        id: product.id.clone(),
        vendor: catalog.vendors[product.vendor].id.clone(),
        name: product.name.clone(),
        document: product.document.clone(),
        edition: product.edition.clone(),
        url: product.url.clone(),
        retrieved: product.retrieved.clone(),
    });
    let peers = catalog.peers.iter().map(|peer| Peer {
        id: peer.id.clone(),
        name: peer.name.clone(),
        kind: peer.kind,
        description: peer.description.clone(),
        includes: peer.includes.iter().map(|included| catalog.peers[*included].id.clone()).collect(),
    });
    let services = catalog.services.iter().map(|service| Service {
        id: service.id.clone(),
        name: service.name.clone(),
        transports: in_vocabulary_order(&service.transports),
        port: service.port,
        encrypted: service.encrypted,
    });
    Dataset {
        vendors: vendors.collect(),
        products: products.collect(),
        peers: peers.collect(),
        services: services.collect(),
        flows: catalog.flows.iter().map(|row| flow(catalog, row)).collect(),
    }
}

/// Transports without the order of their cell, which has no meaning.
fn in_vocabulary_order(transports: &[Transport]) -> Vec<Transport> {
    Transport::ALL.iter().copied().filter(|transport| transports.contains(transport)).collect()
}

fn flow(catalog: &Catalog, flow: &port_data::Flow) -> Flow {
    let (product, row) = (&catalog.products[flow.product], &flow.row);
    Flow {
        id: row.id.clone(),
        vendor: catalog.vendors[product.vendor].id.clone(),
        product: product.id.clone(),
        direction: row.direction,
        peer: catalog.peers[row.peer].id.clone(),
        purpose: row.purpose.clone(),
        ports: row.specs.iter().map(|spec| spec.map_service(|service| catalog.services[service].id.clone())).collect(),
        requirement: row.requirement,
        condition: row.condition.clone(),
        interfaces: row.interfaces.iter().map(|interface| product.interfaces[*interface].clone()).collect(),
        recommended_interface: row.recommended_interface.map(|interface| product.interfaces[interface].clone()),
        hosts: row.hosts.clone(),
        configurable: row.configurable,
        customization: row.customization.clone(),
        note: row.note.clone(),
        curated: row.curated.clone(),
        source: Source {
            document: product.document.clone(),
            edition: product.edition.clone(),
            url: product.url.clone(),
            section: row.section.clone(),
            row: row.row,
            peer: row.printed_peer.clone(),
            label: row.printed_label.clone(),
            ports: row.printed_ports.clone(),
        },
    }
}
