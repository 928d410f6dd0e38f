//! `products`: the products, each with the newest edition of its document.

use clap::Args;
use port_engine::dataset::{Dataset, Product};
use serde_json::{Value, json};

use super::Context;
use crate::format::{Columns, Format, print_items};
use crate::output::Output;

/// The notes and examples in the help.
pub const HELP: &str = "\
The document and its URL, and the number of flows, are those of the newest edition; editions PRODUCT has those of all.

Examples:
  port-catalog products
  port-catalog products --format json";

/// The arguments of `products`.
#[derive(Debug, Args)]
pub struct ProductsArgs {
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

impl ProductsArgs {
    /// Lists the products.
    pub fn run(&self, context: Context<'_>) -> Output {
        let objects: Vec<Value> =
            context.dataset.products.iter().map(|product| object(product, context.dataset)).collect();
        Output::text(print_items(&objects, &columns(context.dataset), self.format, context.width))
    }
}

fn columns(dataset: &Dataset) -> Columns {
    let row = |product: &Product| {
        let newest = product.newest_edition();
        vec![
            product.id.clone(),
            product.vendor.clone(),
            product.name.clone(),
            product.field.clone().unwrap_or_default(),
            dataset.flows_of(&product.id).count().to_string(),
            newest.document.clone(),
            newest.id.clone(),
            older(product).join(", "),
            newest.retrieved.clone().unwrap_or_default(),
            newest.url.clone(),
        ]
    };
    Columns {
        names: vec!["id", "vendor", "name", "field", "flows", "document", "edition", "older", "retrieved", "url"],
        rows: dataset.products.iter().map(row).collect(),
    }
}

/// The ids of the editions before the newest one, oldest first.
fn older(product: &Product) -> Vec<&str> {
    let editions = product.editions.split_last().map_or(&[][..], |(_, older)| older);
    editions.iter().map(|edition| edition.id.as_str()).collect()
}

fn object(product: &Product, dataset: &Dataset) -> Value {
    let newest = product.newest_edition();
    json!({
        "id": product.id,
        "vendor": product.vendor,
        "name": product.name,
        "field": product.field,
        "flows": dataset.flows_of(&product.id).count(),
        "document": newest.document,
        "edition": newest.id,
        "older": older(product),
        "retrieved": newest.retrieved,
        "url": newest.url,
    })
}
