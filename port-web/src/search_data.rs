//! What the search looks through: the newest flows, column by column, since columns compress better than rows.

use port_core::Direction;
use port_engine::dataset::{Dataset, Flow};
use serde::Serialize;

use crate::index::vendor_name;

/// The columns. Products and peers are indexes into their lists.
#[derive(Serialize)]
struct SearchData<'a> {
    /// Id, name, vendor, field.
    products: Vec<[&'a str; 4]>,
    /// Id, name.
    peers: Vec<[&'a str; 2]>,
    product: Vec<usize>,
    peer: Vec<usize>,
    /// The ids without the product's, or after `=` the whole id if it doesn't begin with the product's.
    id: Vec<String>,
    inbound: Vec<u8>,
    ports: Vec<String>,
    purpose: Vec<&'a str>,
    hosts: Vec<String>,
    component: Vec<&'a str>,
}

/// The data as JSON.
pub fn json(dataset: &Dataset) -> String {
    let flows = || dataset.flows.iter();
    let product = |flow: &Flow| dataset.products.iter().position(|product| product.id == flow.product);
    let peer = |flow: &Flow| dataset.peers.iter().position(|peer| peer.id == flow.peer);
    let id = |flow: &Flow| {
        let short = flow.id.strip_prefix(&flow.product).and_then(|id| id.strip_prefix('-'));
        short.map_or_else(|| format!("={}", flow.id), str::to_string)
    };
    let data = SearchData {
        products: dataset
            .products
            .iter()
            .map(|product| {
                let field = product.field.as_deref().unwrap_or_default();
                [product.id.as_str(), &product.name, vendor_name(dataset, product), field]
            })
            .collect(),
        peers: dataset.peers.iter().map(|peer| [peer.id.as_str(), &peer.name]).collect(),
        product: flows().filter_map(product).collect(),
        peer: flows().filter_map(peer).collect(),
        id: flows().map(id).collect(),
        inbound: flows().map(|flow| u8::from(flow.direction == Direction::Inbound)).collect(),
        ports: flows().map(Flow::expression).collect(),
        purpose: flows().map(|flow| flow.purpose.as_str()).collect(),
        hosts: flows().map(|flow| flow.hosts.join(" ")).collect(),
        component: flows().map(|flow| flow.component.as_deref().unwrap_or_default()).collect(),
    };
    serde_json::to_string(&data).expect("keys are strings")
}
