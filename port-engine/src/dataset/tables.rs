//! Makes a dataset from valid tables.

use port_core::Transport;
use port_data::Catalog;

use super::records::{Dataset, Edition, Flow, Peer, Product, Service, Source, Vendor};

/// The dataset of a directory of tables.
pub(super) fn dataset(catalog: &Catalog) -> Dataset {
    let vendors = catalog.vendors.iter().map(|vendor| Vendor { id: vendor.id.clone(), name: vendor.name.clone() });
    let products = catalog.products.iter().enumerate().map(|(index, product)| Product {
        id: product.id.clone(),
        vendor: catalog.vendors[product.vendor].id.clone(),
        name: product.name.clone(),
        field: product.field.clone(),
        components: product.components.clone(),
        editions: catalog.editions.iter().filter(|edition| edition.product == index).map(edition).collect(),
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
    let newest_edition = |product| catalog.editions.iter().rposition(|edition| edition.product == product);
    let newest: Vec<Option<usize>> = (0..catalog.products.len()).map(newest_edition).collect();
    let (current, mut older): (Vec<_>, Vec<_>) =
        catalog.flows.iter().partition(|row| newest[row.product] == Some(row.edition));
    older.sort_by_key(|row| (row.edition, row.row.row, row.position));
    Dataset {
        vendors: vendors.collect(),
        products: products.collect(),
        peers: peers.collect(),
        services: services.collect(),
        flows: current.into_iter().map(|row| flow(catalog, row)).collect(),
        older_flows: older.into_iter().map(|row| flow(catalog, row)).collect(),
    }
}

fn edition(edition: &port_data::Edition) -> Edition {
    Edition {
        id: edition.id.clone(),
        printed: edition.printed.clone(),
        document: edition.document.clone(),
        url: edition.url.clone(),
        source: edition.source.clone(),
        licence: edition.licence.clone(),
        retrieved: edition.retrieved.clone(),
        is_complete: edition.is_complete,
        note: edition.note.clone(),
    }
}

/// Transports without the order of their cell, which has no meaning.
fn in_vocabulary_order(transports: &[Transport]) -> Vec<Transport> {
    Transport::ALL.iter().copied().filter(|transport| transports.contains(transport)).collect()
}

fn flow(catalog: &Catalog, flow: &port_data::Flow) -> Flow {
    let (product, edition, row) = (&catalog.products[flow.product], &catalog.editions[flow.edition], &flow.row);
    Flow {
        id: row.id.clone(),
        vendor: catalog.vendors[product.vendor].id.clone(),
        product: product.id.clone(),
        edition: edition.id.clone(),
        direction: row.direction,
        component: row.component.map(|component| product.components[component].clone()),
        peer: catalog.peers[row.peer].id.clone(),
        purpose: row.purpose.clone(),
        ports: row.specs.iter().map(|spec| spec.map_service(|service| catalog.services[service].id.clone())).collect(),
        groups: row.groups,
        requirement: row.requirement,
        condition: row.condition.clone(),
        scope: row.scope,
        enabled: row.enabled,
        interfaces: row.interfaces.iter().map(|interface| product.interfaces[*interface].clone()).collect(),
        recommended_interface: row.recommended_interface.map(|interface| product.interfaces[interface].clone()),
        hosts: row.hosts.clone(),
        configurable: row.configurable,
        customization: row.customization.clone(),
        note: row.note.clone(),
        curated: row.curated.clone(),
        source: Source {
            document: edition.document.clone(),
            edition: edition.printed.clone(),
            url: edition.url.clone(),
            section: row.section.clone(),
            row: row.row,
            peer: row.printed_peer.clone(),
            label: row.printed_label.clone(),
            ports: row.printed_ports.clone(),
        },
    }
}
