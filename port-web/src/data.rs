//! What other programs read: stable addresses below `data/v1/`, and the dataset of the tools.

use port_engine::dataset::{Edition, Flow, Product};
use port_text::{csv, flow_columns, json};
use serde::Serialize;

use crate::{Context, File, search_data};

/// The version of the addresses and of the files. A change that breaks a reader gets another one.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Index<'a> {
    schema: u32,
    version: &'static str,
    date: &'a str,
    products: Vec<IndexedProduct<'a>>,
}

#[derive(Serialize)]
struct IndexedProduct<'a> {
    id: &'a str,
    vendor: &'a str,
    name: &'a str,
    field: Option<&'a str>,
    components: &'a [String],
    editions: Vec<IndexedEdition<'a>>,
}

#[derive(Serialize)]
struct IndexedEdition<'a> {
    id: &'a str,
    document: &'a str,
    url: &'a str,
    retrieved: Option<&'a str>,
    complete: bool,
    flows: usize,
    json: String,
    csv: String,
}

/// The data, and what the client loads.
pub fn files(context: &Context) -> Vec<File> {
    let dataset = context.dataset;
    let mut files = Vec::new();
    let products = dataset.products.iter();
    let products: Vec<IndexedProduct> = products
        .map(|product| IndexedProduct {
            id: &product.id,
            vendor: &product.vendor,
            name: &product.name,
            field: product.field.as_deref(),
            components: &product.components,
            editions: product.editions.iter().rev().map(|edition| indexed(context, product, edition)).collect(),
        })
        .collect();
    let index = Index { schema: SCHEMA, version: env!("CARGO_PKG_VERSION"), date: &context.date, products };
    for product in &dataset.products {
        for edition in &product.editions {
            let name = name(product, edition);
            let flows: Vec<&Flow> = dataset.flows_of_edition(&product.id, &edition.id).collect();
            files.push(File::new(format!("data/v1/{name}.json"), json::object(&flows)));
            files.push(File::new(format!("data/v1/{name}.csv"), csv::print(&flow_columns::all(&flows))));
        }
    }
    files.push(File::new("data/v1/index.json", json::object(&index)));
    if context.has_client {
        files.push(File::new("search.json", search_data::json(dataset)));
        files.push(File::new("dataset.txt", dataset.to_text()));
    }
    files
}

fn indexed<'a>(context: &Context, product: &Product, edition: &'a Edition) -> IndexedEdition<'a> {
    let name = name(product, edition);
    IndexedEdition {
        id: &edition.id,
        document: &edition.document,
        url: &edition.url,
        retrieved: edition.retrieved.as_deref(),
        complete: edition.is_complete,
        flows: context.dataset.flows_of_edition(&product.id, &edition.id).count(),
        json: format!("{name}.json"),
        csv: format!("{name}.csv"),
    }
}

/// The name of an edition's files: the product's id for the newest, and with the edition's id for others.
fn name(product: &Product, edition: &Edition) -> String {
    match edition.id == product.newest_edition().id {
        true => product.id.clone(),
        false => format!("{}@{}", product.id, edition.id),
    }
}
