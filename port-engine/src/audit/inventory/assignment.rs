//! Which products run on which hosts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use port_core::nearest::nearest;
use port_data::cells::{Cell, Cells};
use port_data::hidden::QuotedAscii;
use port_data::{Diagnostic, Place};

use crate::audit::codes;
use crate::dataset::{Dataset, Product, ProductEdition};

/// A product on a host, or one of its components.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part<'a> {
    /// The product's id.
    pub product: &'a str,
    /// The id of an edition of its document; `None` for the newest.
    pub edition: Option<&'a str>,
    /// The component; `None` for the whole product.
    pub component: Option<&'a str>,
}

/// Everything that runs on a host.
pub type Parts<'a> = BTreeSet<Part<'a>>;

/// An error in the names of a product and its component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartError {
    /// Whether it is the component.
    pub is_component: bool,
    /// The error, without a place.
    pub problem: Box<Diagnostic>,
}

impl<'a> Part<'a> {
    /// The part with a name such as `fortimail` or `fortimail@5.4`. An empty component is the whole product.
    ///
    /// # Errors
    ///
    /// The dataset doesn't have the product, its edition or its component.
    pub fn parse(name: &str, component: &str, dataset: &'a Dataset) -> Result<Part<'a>, PartError> {
        let named = ProductEdition::from(name);
        let error = |is_component, problem| PartError { is_component, problem: Box::new(problem) };
        let product = dataset.product(&named.product).ok_or_else(|| {
            let message = format!("unknown product {}", QuotedAscii(&named.product));
            let near = nearest(&named.product, dataset.products.iter().map(|product| product.id.as_str()));
            let problem = Diagnostic::new(codes::INVENTORY_UNKNOWN_ID, message);
            error(false, with_nearest(problem, near, || "list products with port-catalog products".to_string()))
        })?;
        let edition = match &named.edition {
            Some(id) => Some(dataset.edition(product, id).map_err(|problem| error(false, problem))?.id.as_str()),
            None => None,
        };
        let edition = edition.filter(|id| *id != product.newest_edition().id);
        let component = if component.is_empty() {
            None
        } else {
            let known = product.components.iter().find(|known| *known == component);
            Some(known.ok_or_else(|| error(true, unknown_component(product, component)))?.as_str())
        };
        Ok(Part { product: &product.id, edition, component })
    }
}

fn with_nearest(problem: Diagnostic, near: Option<&str>, otherwise: impl FnOnce() -> String) -> Diagnostic {
    if near.is_some() { problem.nearest(near) } else { problem.help(otherwise()) }
}

fn unknown_component(product: &Product, component: &str) -> Diagnostic {
    let message = format!("unknown component {} of {}", QuotedAscii(component), product.id);
    let problem = Diagnostic::new(codes::INVENTORY_UNKNOWN_ID, message);
    let near = nearest(component, product.components.iter().map(String::as_str));
    with_nearest(problem, near, || match product.components.as_slice() {
        [] => "its document doesn't distinguish parts of the product".to_string(),
        known => format!("its components are {}", known.join(", ")),
    })
}

/// Adds a part to those of a host.
///
/// # Errors
///
/// Another part is of another edition of the product, or the whole product and one of its components are named.
pub fn add<'a>(parts: &mut Parts<'a>, part: Part<'a>) -> Result<(), Diagnostic> {
    let of_product = parts.iter().find(|known| known.product == part.product);
    let message = match of_product {
        Some(known) if known.edition != part.edition => {
            let edition = |part: &Part| part.edition.map_or("the newest edition".to_string(), str::to_string);
            format!("the host has {} and {} of {}", edition(known), edition(&part), part.product)
        }
        Some(known) if known.component.is_none() != part.component.is_none() => {
            let component = known.component.or(part.component).unwrap_or_default();
            format!("the host has the whole of {} and its component {component}", part.product)
        }
        _ => {
            parts.insert(part);
            return Ok(());
        }
    };
    Err(Diagnostic::new(codes::INVENTORY_CONTRADICTION, message).help("choose one of them"))
}

/// The name of a host as it is compared: host names have no case.
#[must_use]
pub fn key(host: &str) -> String {
    host.trim().to_ascii_lowercase()
}

/// The hosts of a file with their products.
#[derive(Clone, Debug, Default)]
pub struct Assignments<'a> {
    by_host: BTreeMap<String, Assigned<'a>>,
}

/// What a file says about a host.
#[derive(Clone, Debug)]
struct Assigned<'a> {
    name: String,
    parts: Parts<'a>,
    is_found: bool,
}

impl<'a> Assignments<'a> {
    /// Reads a CSV file with the columns `host`, `product` and perhaps `component`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the file.
    pub fn read(file: &Path, bytes: &[u8], dataset: &'a Dataset) -> Result<Assignments<'a>, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let cells = Cells::parse(file, bytes, &mut problems);
        let Some(cells) = cells.filter(|_| problems.is_empty()) else { return Err(problems) };
        let columns = Columns::of(file, &cells)?;
        let mut assignments = Assignments::default();
        for row in &cells.rows {
            if let Err(problem) = assignments.add(file, &columns, row, dataset) {
                problems.push(problem);
            }
        }
        if problems.is_empty() { Ok(assignments) } else { Err(problems) }
    }

    fn add(&mut self, file: &Path, at: &Columns, row: &[Cell], dataset: &'a Dataset) -> Result<(), Diagnostic> {
        let (host, product) = (&row[at.host], &row[at.product]);
        let component = at.component.map(|component| &row[component]);
        let place = |cell: &Cell| Place::new(file, cell.line, cell.column);
        for (cell, name) in [(host, "host"), (product, "product")] {
            if cell.text.is_empty() {
                let message = format!("the {name} is empty");
                let problem = Diagnostic::new(codes::INVENTORY_LINE, message);
                return Err(problem.help(format!("write a {name}, or remove the line")).at(place(cell)));
            }
        }
        let component_text = component.map_or("", |cell| cell.text.as_str());
        let part = Part::parse(&product.text, component_text, dataset).map_err(|error| {
            let cell = component.filter(|_| error.is_component).unwrap_or(product);
            error.problem.at(place(cell))
        })?;
        let new = || Assigned { name: host.text.clone(), parts: Parts::new(), is_found: false };
        let assigned = self.by_host.entry(key(&host.text)).or_insert_with(new);
        add(&mut assigned.parts, part).map_err(|problem| problem.at(place(host)))
    }

    /// The parts of a host of the inventory, which is then known to be there.
    pub fn take(&mut self, host: &str) -> Option<&Parts<'a>> {
        let assigned = self.by_host.get_mut(&key(host))?;
        assigned.is_found = true;
        Some(&assigned.parts)
    }

    /// The hosts that were not taken, with their parts, by name.
    pub fn not_found(&self) -> impl Iterator<Item = (&str, &Parts<'a>)> {
        let hosts = self.by_host.values().filter(|assigned| !assigned.is_found);
        hosts.map(|assigned| (assigned.name.as_str(), &assigned.parts))
    }
}

/// The positions of the columns.
struct Columns {
    host: usize,
    product: usize,
    component: Option<usize>,
}

impl Columns {
    fn of(file: &Path, cells: &Cells) -> Result<Columns, Vec<Diagnostic>> {
        let names: Vec<String> = cells.header.iter().map(|cell| cell.text.to_ascii_lowercase()).collect();
        let position = |name: &str| names.iter().position(|own| own == name);
        let is_known = |name: &str| ["host", "product", "component"].contains(&name);
        let problem = |cell: &Cell, message: String| {
            let problem = Diagnostic::new(codes::INVENTORY_HEADER, message);
            vec![problem.help("write the header host,product[,component]").at(Place::new(file, cell.line, cell.column))]
        };
        for (index, (name, cell)) in names.iter().zip(&cells.header).enumerate() {
            if !is_known(name) {
                return Err(problem(cell, format!("unknown column {}", QuotedAscii(&cell.text))));
            }
            if position(name) != Some(index) {
                return Err(problem(cell, format!("the column {name} occurs twice")));
            }
        }
        let required = |name: &str| {
            position(name).ok_or_else(|| problem(&cells.header[0], format!("the header has no column {name}")))
        };
        Ok(Columns { host: required("host")?, product: required("product")?, component: position("component") })
    }
}
