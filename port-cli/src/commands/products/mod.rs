//! `products`: what the products are for, and the newest edition of each document.

use clap::Args;
use port_core::nearest::nearest;
use port_data::Diagnostic;
use port_data::hidden::{Escaped, QuotedAscii};
use port_engine::dataset::{Dataset, Product};
use serde_json::{Value, json};

use super::Context;
use crate::codes;
use crate::format::{Columns, Format, markdown, print_items, table};
use crate::known_id::{IdKind, alternatives};
use crate::output::{Output, Result};
use search::Search;

mod search;

/// The notes and examples in the help.
pub const HELP: &str = "\
The table groups the products by field and lists those of a vendor together. Markdown has a line for each field. JSON and CSV \
have the products in catalog order, also with the document and its URL.

The document and the number of flows are those of the newest edition; editions PRODUCT has those of all.

Examples:
  port-catalog products
  port-catalog products --field mail
  port-catalog products --vendor microsoft --search azure
  port-catalog products --format json";

/// The group of products whose tables don't give a field.
const NO_FIELD: &str = "other";

/// The arguments of `products`.
#[derive(Debug, Args)]
pub struct ProductsArgs {
    /// Only products of this vendor
    #[arg(long, value_parser = IdKind::Vendor.parser())]
    pub vendor: Option<String>,
    /// Only products of this field, such as mail or Kubernetes
    #[arg(long)]
    pub field: Option<String>,
    /// Only products that have all of these words, or parts of words, in their id, name, vendor, field or document
    #[arg(long, value_name = "TEXT")]
    pub search: Option<Search>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

/// The name of a field, and its products.
type Field<'a> = (&'a str, Vec<&'a Product>);

impl ProductsArgs {
    /// Lists the products.
    ///
    /// # Errors
    ///
    /// An unknown vendor or field.
    pub fn run(&self, context: Context<'_>) -> Result {
        let dataset = context.dataset;
        self.check(dataset)?;
        let products: Vec<&Product> =
            dataset.products.iter().filter(|product| self.matches(product, dataset)).collect();
        let text = match self.format {
            Format::Table => in_groups(&by_field(&products), dataset, context.width),
            Format::Markdown => markdown::print(&field_columns(&by_field(&products), dataset)),
            format => {
                let objects: Vec<Value> = products.iter().map(|product| object(product, dataset)).collect();
                print_items(&objects, &columns(&products, dataset), format, context.width)
            }
        };
        let output = Output::text(text);
        Ok(if products.is_empty() { output.message(self.no_product(dataset)) } else { output })
    }

    fn check(&self, dataset: &Dataset) -> std::result::Result<(), Vec<Diagnostic>> {
        let vendor = self.vendor.iter().filter_map(|id| IdKind::Vendor.check(id, "--vendor", dataset).err());
        let field = self.field.iter().filter_map(|field| check_field(field, dataset).err());
        let problems: Vec<Diagnostic> = vendor.chain(field).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn matches(&self, product: &Product, dataset: &Dataset) -> bool {
        self.vendor.as_ref().is_none_or(|vendor| product.vendor == *vendor)
            && self.field.as_ref().is_none_or(|field| is_same(field_of(product), field))
            && self.search.as_ref().is_none_or(|search| search.matches(product, dataset))
    }

    /// The message if nothing matches, with names that the text may mean.
    fn no_product(&self, dataset: &Dataset) -> String {
        let Some(search) = &self.search else { return "no product matches".to_string() };
        let near = search.suggestions(dataset);
        let near: Vec<&str> = near.iter().map(String::as_str).collect();
        let help = match near.as_slice() {
            [] => "list all products with port-catalog products".to_string(),
            near => format!("did you mean {}?", alternatives(near)),
        };
        format!("no product matches \"{}\"; {help}", Escaped(search.as_str()))
    }
}

/// Checks that a product has a field. Case is ignored.
fn check_field(field: &str, dataset: &Dataset) -> std::result::Result<(), Diagnostic> {
    let products: Vec<&Product> = dataset.products.iter().collect();
    let known: Vec<&str> = by_field(&products).into_iter().map(|(field, _)| field).collect();
    if known.iter().any(|known| is_same(known, field)) {
        return Ok(());
    }
    let problem = Diagnostic::new(codes::UNKNOWN_ID, format!("unknown field {} (--field)", QuotedAscii(field)));
    match nearest(field, known.iter().copied()) {
        near @ Some(_) => Err(problem.nearest(near)),
        None => Err(problem.help(format!("the fields are {}", known.join(", ")))),
    }
}

/// Whether two names are the same but for their case.
fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// The field of a product, or that of products without one.
fn field_of(product: &Product) -> &str {
    product.field.as_deref().unwrap_or(NO_FIELD)
}

/// Groups products by field, and sorts them by vendor and id. Fields are in alphabetical order, and products without one are last.
fn by_field<'a>(products: &[&'a Product]) -> Vec<Field<'a>> {
    let mut products = products.to_vec();
    products.sort_by_cached_key(|product| {
        (product.field.is_none(), field_of(product).to_lowercase(), product.vendor.clone(), product.id.clone())
    });
    let groups = products.chunk_by(|one, next| is_same(field_of(one), field_of(next)));
    groups.map(|group| (field_of(group[0]), group.to_vec())).collect()
}

/// A table of the products of each field. If the terminal is too narrow for one of them, all have fewer columns.
fn in_groups(fields: &[Field<'_>], dataset: &Dataset, width: Option<u16>) -> String {
    let tables = |columns: fn(&[&Product], &Dataset) -> Columns| -> Vec<Columns> {
        fields.iter().map(|(_, products)| columns(products, dataset)).collect()
    };
    let wide = tables(wide_columns);
    let fits = wide.iter().all(|columns| table::fits(columns, width));
    let columns = if fits { wide } else { tables(narrow_columns) };
    let groups = fields.iter().zip(&columns).map(|((field, _), columns)| {
        format!("{}\n{}", table::bold(&Escaped(field).to_string()), table::print(columns, width))
    });
    groups.collect::<Vec<_>>().join("\n")
}

fn wide_columns(products: &[&Product], dataset: &Dataset) -> Columns {
    let row = |product: &&Product| {
        vec![
            product.id.clone(),
            product.name.clone(),
            product.vendor.clone(),
            dataset.flows_of(&product.id).count().to_string(),
            product.newest_edition().id.clone(),
            older(product).join(", "),
        ]
    };
    Columns {
        names: vec!["id", "name", "vendor", "flows", "edition", "older"],
        rows: products.iter().map(row).collect(),
    }
}

/// The same with the vendor behind the name, and all editions in one column, the newest first.
fn narrow_columns(products: &[&Product], dataset: &Dataset) -> Columns {
    let row = |product: &&Product| {
        let editions: Vec<&str> = product.editions.iter().rev().map(|edition| edition.id.as_str()).collect();
        vec![
            product.id.clone(),
            format!("{} ({})", product.name, product.vendor),
            dataset.flows_of(&product.id).count().to_string(),
            editions.join(", "),
        ]
    };
    Columns { names: vec!["id", "name", "flows", "editions"], rows: products.iter().map(row).collect() }
}

/// A row for each field: the number of its flows, and the names of its products by vendor.
fn field_columns(fields: &[Field<'_>], dataset: &Dataset) -> Columns {
    let row = |(field, products): &Field<'_>| {
        let flows: usize = products.iter().map(|product| dataset.flows_of(&product.id).count()).sum();
        let of_vendor = |products: &[&Product]| {
            let names: Vec<&str> = products.iter().map(|product| product.name.as_str()).collect();
            let id = &products[0].vendor;
            format!("{}: {}", dataset.vendor(id).map_or(id, |vendor| &vendor.name), names.join(", "))
        };
        let products = products.chunk_by(|one, next| one.vendor == next.vendor).map(of_vendor);
        vec![(*field).to_string(), flows.to_string(), products.collect::<Vec<_>>().join("; ")]
    };
    Columns { names: vec!["field", "flows", "products"], rows: fields.iter().map(row).collect() }
}

fn columns(products: &[&Product], dataset: &Dataset) -> Columns {
    let row = |product: &&Product| {
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
        rows: products.iter().map(row).collect(),
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
