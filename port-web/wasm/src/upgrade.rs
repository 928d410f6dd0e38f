//! What changes between two editions.

use port_engine::dataset::Dataset;
use port_engine::upgrade::{EditionFlows, Upgrade};
use port_text::{json, upgrade};
use serde::Deserialize;

use crate::{Answer, REQUEST, Result};

/// The two editions, and the format: `text`, `markdown` or `json`.
#[derive(Debug, Deserialize)]
pub struct Request {
    product: String,
    from: String,
    to: String,
    format: String,
    width: Option<u16>,
}

/// Compares the editions.
pub fn run(dataset: &Dataset, request: &Request) -> Result {
    let Some(product) = dataset.product(&request.product) else {
        return Err(vec![port_data::Diagnostic::new(REQUEST, "unknown product").help("choose one of the list")]);
    };
    let edition = |id: &str| dataset.edition(product, id).map_err(|problem| vec![problem]);
    let editions = [edition(&request.from)?, edition(&request.to)?];
    let flows = EditionFlows::new(dataset, &product.id, &request.from, &request.to);
    let compared = Upgrade::new(dataset, product, editions, &flows);
    let print = |width| match request.format.as_str() {
        "json" => json::object(&compared),
        "markdown" => upgrade::markdown(&compared),
        _ => upgrade::text(&compared, width),
    };
    Ok(Answer { text: print(None), shown: print(request.width), ..Answer::default() })
}
