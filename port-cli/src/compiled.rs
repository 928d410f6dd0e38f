//! The dataset of the compiled catalog.

use port_catalog::{Edition, Peer, Product, Service, Vendor, query};
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
        field: product.field().map(str::to_string),
        components: product.components().map(str::to_string).collect(),
        editions: product.editions().map(edition).collect(),
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
        older_flows: Product::ALL
            .iter()
            .flat_map(|product| product.editions())
            .filter(|edition| !edition.is_newest())
            .flat_map(Edition::flows)
            .map(flow)
            .collect(),
    }
}

fn edition(edition: Edition) -> dataset::Edition {
    let owned = |text: Option<&str>| text.map(str::to_string);
    dataset::Edition {
        id: edition.name().to_string(),
        printed: edition.printed().to_string(),
        document: edition.document().to_string(),
        url: edition.url().to_string(),
        source: owned(edition.source()),
        licence: owned(edition.licence()),
        retrieved: owned(edition.retrieved()),
        is_complete: edition.is_complete(),
        note: owned(edition.note()),
    }
}

fn flow(flow: port_catalog::Flow) -> dataset::Flow {
    let source = flow.source();
    let owned = |text: Option<&str>| text.map(str::to_string);
    dataset::Flow {
        id: flow.id().as_str().to_string(),
        vendor: flow.vendor().as_str().to_string(),
        product: flow.product().as_str().to_string(),
        edition: flow.edition().name().to_string(),
        direction: flow.direction(),
        component: owned(flow.component()),
        peer: flow.peer().as_str().to_string(),
        purpose: flow.purpose().to_string(),
        ports: flow.ports().map(|spec| spec.map_service(|service| service.as_str().to_string())).collect(),
        groups: flow.groups(),
        requirement: flow.requirement(),
        condition: owned(flow.condition()),
        scope: flow.scope(),
        enabled: flow.enabled(),
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
