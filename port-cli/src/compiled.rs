//! The dataset of the compiled catalog.

use port_catalog::{Peer, Product, Service, Vendor, query};
use port_engine::dataset::{self, Dataset};

/// The dataset of `port-catalog`'s own tables.
pub fn dataset() -> Dataset {
    let vendors = Vendor::ALL
        .iter()
        .map(|vendor| dataset::Vendor { id: vendor.as_str().to_string(), name: vendor.name().to_string() });
    let products = Product::ALL.iter().map(|product| dataset::Product {
        id: product.as_str().to_string(),
        vendor: product.vendor().as_str().to_string(),
        name: product.name().to_string(),
        document: product.document().to_string(),
        edition: product.edition().to_string(),
        url: product.url().to_string(),
        retrieved: product.retrieved().map(str::to_string),
    });
    let peers = Peer::ALL.iter().map(|peer| dataset::Peer {
        id: peer.as_str().to_string(),
        name: peer.name().to_string(),
        kind: peer.kind(),
        description: peer.description().to_string(),
        includes: peer.includes().map(|included| included.as_str().to_string()).collect(),
    });
    let services = Service::ALL.iter().map(|service| dataset::Service {
        id: service.as_str().to_string(),
        name: service.name().to_string(),
        transports: service.transports().collect(),
        port: service.port(),
        encrypted: service.is_encrypted(),
    });
    Dataset {
        vendors: vendors.collect(),
        products: products.collect(),
        peers: peers.collect(),
        services: services.collect(),
        flows: query().flows().map(flow).collect(),
    }
}

fn flow(flow: port_catalog::Flow) -> dataset::Flow {
    let source = flow.source();
    let owned = |text: Option<&str>| text.map(str::to_string);
    dataset::Flow {
        id: flow.id().as_str().to_string(),
        vendor: flow.vendor().as_str().to_string(),
        product: flow.product().as_str().to_string(),
        direction: flow.direction(),
        peer: flow.peer().as_str().to_string(),
        purpose: flow.purpose().to_string(),
        ports: flow.ports().map(|spec| spec.map_service(|service| service.as_str().to_string())).collect(),
        requirement: flow.requirement(),
        condition: owned(flow.condition()),
        interfaces: flow.interfaces().map(str::to_string).collect(),
        recommended_interface: owned(flow.recommended_interface()),
        hosts: flow.hosts().map(str::to_string).collect(),
        configurable: flow.configurable(),
        customization: owned(flow.customization()),
        note: owned(flow.note()),
        curated: flow.curated().collect(),
        source: dataset::Source {
            document: source.document.to_string(),
            edition: source.edition.to_string(),
            url: source.url.to_string(),
            section: owned(source.section),
            row: u32::try_from(source.row).expect("row numbers in tables have 32 bits"),
            peer: owned(source.peer),
            label: owned(source.label),
            ports: owned(source.ports),
        },
    }
}

#[cfg(test)]
mod tests {
    use port_engine::dataset::Dataset;

    #[test]
    fn the_compiled_catalog_and_its_tables_give_the_same_dataset() {
        let tables = port_data::read(port_data::TABLES.as_ref()).unwrap();
        assert_eq!(super::dataset(), Dataset::from_tables(&tables));
    }
}
