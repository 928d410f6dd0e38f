//! A dataset as a text that another program reads, such as the web page: names in the first line, flows in the second.
//!
//! The flows are an export, as `port-catalog list --format json --edition all` prints it. An export has no names, so the records that have
//! them precede it.

use std::path::Path;

use port_data::{Diagnostic, Place};
use serde::{Deserialize, Serialize};

use super::codes;
use super::records::{Dataset, Flow, Peer, Product, Service, Vendor};

/// The records of a dataset besides its flows.
#[derive(Deserialize, Serialize)]
struct Names {
    vendors: Vec<Vendor>,
    products: Vec<Product>,
    peers: Vec<Peer>,
    services: Vec<Service>,
}

/// The text of a dataset.
pub(super) fn write(dataset: &Dataset) -> String {
    let all = dataset.with_all_editions();
    let names = Names { vendors: all.vendors, products: all.products, peers: all.peers, services: all.services };
    let flows: &[Flow] = &all.flows;
    let line = |json: serde_json::Result<String>| json.expect("keys are strings") + "\n";
    line(serde_json::to_string(&names)) + &line(serde_json::to_string(flows))
}

/// The dataset of a text.
pub(super) fn read(file: &Path, text: &str) -> Result<Dataset, Vec<Diagnostic>> {
    let (names, flows) = text.split_once('\n').unwrap_or((text, ""));
    let names: Names = serde_json::from_str(names).map_err(|error| {
        let problem = Diagnostic::new(codes::NOT_A_DATASET, format!("not a dataset ({error})"));
        vec![problem.help("write one with this version of port-catalog").at(Place::file(file))]
    })?;
    let Names { vendors, products, peers, services } = names;
    let exported = Dataset::from_export(file, flows)?;
    Ok(Dataset { vendors, products, peers, services, ..exported })
}
