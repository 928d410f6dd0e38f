//! The ports that collide if products share a host.

use port_data::Diagnostic;
use port_engine::conflicts::{Conflicts, Participant};
use port_engine::dataset::Dataset;
use port_text::{conflicts, json};
use serde::Deserialize;

use crate::{Answer, Named, REQUEST, Result, plain};

/// The products, and the format: `table` or `json`.
#[derive(Debug, Deserialize)]
pub struct Request {
    products: Vec<Named>,
    format: String,
    #[serde(default)]
    listeners: bool,
    width: Option<u16>,
}

/// Compares the products.
pub fn run(dataset: &Dataset, request: &Request) -> Result {
    if request.products.len() < 2 {
        let problem =
            Diagnostic::new(REQUEST, "only one product is given").help("choose another one that shares the host");
        return Err(vec![problem]);
    }
    let mut participants = Vec::new();
    for Named { product: id, edition } in &request.products {
        let unknown = || vec![Diagnostic::new(REQUEST, "unknown product").help("choose products of the list")];
        let product = dataset.product(id).ok_or_else(unknown)?;
        match edition {
            Some(edition) => {
                let edition = dataset.edition(product, edition).map_err(|problem| vec![problem])?;
                participants.push(Participant::edition(dataset, &product.id, &edition.id));
            }
            None => participants.extend(Participant::products(dataset, &[&product.id])),
        }
    }
    let found = Conflicts::new(&participants);
    let print = |width| match request.format.as_str() {
        "json" => json::object(&found),
        _ => conflicts::print(&found, request.listeners, width),
    };
    Ok(Answer { text: plain(&print(None)), shown: print(request.width), ..Answer::default() })
}
