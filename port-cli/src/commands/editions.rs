//! `editions`: the editions of a product's document.

use clap::Args;
use port_engine::dataset::{Edition, Product};
use serde_json::{Value, json};

use super::Context;
use crate::format::{Columns, Format, print_items};
use crate::known_id::IdKind;
use crate::output::{Output, Result};

/// The notes and examples in the help.
pub const HELP: &str = "\
Write PRODUCT@EDITION wherever a command takes a product, such as list --product fortimail@5.4.

Examples:
  port-catalog editions fortimail
  port-catalog editions fortimail@5.4         only one of them
  port-catalog editions fortimail --format json";

/// The arguments of `editions`.
#[derive(Debug, Args)]
pub struct EditionsArgs {
    /// The product
    #[arg(value_name = "PRODUCT", value_parser = IdKind::Product.parser())]
    pub product: String,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

impl EditionsArgs {
    /// Lists the editions, oldest first.
    ///
    /// # Errors
    ///
    /// An unknown product.
    pub fn run(&self, context: Context<'_>) -> Result {
        IdKind::Product.check(&self.product, "PRODUCT", context.dataset).map_err(|problem| vec![problem])?;
        let product = context.dataset.product(&self.product);
        let editions: Vec<(&Product, &Edition, usize)> = product
            .into_iter()
            .flat_map(|product| product.editions.iter().map(move |edition| (product, edition)))
            .map(|(product, edition)| {
                let flows = context.dataset.flows_of_edition(&product.id, &edition.id).count();
                (product, edition, flows)
            })
            .collect();
        let objects: Vec<Value> = editions.iter().map(object).collect();
        let columns = Columns {
            names: vec![
                "edition",
                "printed",
                "flows",
                "complete",
                "retrieved",
                "document",
                "url",
                "source",
                "licence",
                "note",
            ],
            rows: editions.iter().map(row).collect(),
        };
        Ok(Output::text(print_items(&objects, &columns, self.format, context.width)))
    }
}

fn row((_, edition, flows): &(&Product, &Edition, usize)) -> Vec<String> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    vec![
        edition.id.clone(),
        edition.printed.clone(),
        flows.to_string(),
        if edition.is_complete { "yes" } else { "no" }.to_string(),
        text(&edition.retrieved),
        edition.document.clone(),
        edition.url.clone(),
        text(&edition.source),
        text(&edition.licence),
        text(&edition.note),
    ]
}

fn object((product, edition, flows): &(&Product, &Edition, usize)) -> Value {
    json!({
        "product": product.id,
        "edition": edition.id,
        "printed": edition.printed,
        "flows": flows,
        "complete": edition.is_complete,
        "retrieved": edition.retrieved,
        "document": edition.document,
        "url": edition.url,
        "source": edition.source,
        "licence": edition.licence,
        "note": edition.note,
    })
}
