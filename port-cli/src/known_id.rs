//! Ids in arguments: any text is parsed, since `--tables` may add ids; completions offer those of the catalog.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command};
use port_core::nearest::{contains, nearest};
use port_data::Diagnostic;
use port_data::hidden::QuotedAscii;
use port_engine::dataset::Dataset;

use crate::codes;

/// What an id identifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdKind {
    /// A flow.
    Flow,
    /// A peer.
    Peer,
    /// A product.
    Product,
    /// A service.
    Service,
    /// A vendor.
    Vendor,
}

impl IdKind {
    /// The parser of arguments of this kind.
    pub fn parser(self) -> IdParser {
        IdParser(self)
    }

    /// Checks that the dataset has an id.
    ///
    /// # Errors
    ///
    /// The id is unknown. The diagnostic names the option or argument that has it, and the ids that contain it or the nearest one.
    pub fn check(self, id: &str, argument: &str, dataset: &Dataset) -> Result<(), Diagnostic> {
        let known = self.ids(dataset);
        if known.contains(&id) {
            return Ok(());
        }
        let message = format!("unknown {} {} ({argument})", self.noun(), QuotedAscii(id));
        let problem = Diagnostic::new(codes::UNKNOWN_ID, message);
        if let Some(help) = self.other_kind(id, dataset) {
            return Err(problem.help(help));
        }
        let containing: Vec<&str> = known.iter().copied().filter(|known| contains(known, id)).collect();
        match containing.as_slice() {
            [] | [_] => match nearest(id, known.into_iter()) {
                nearest @ Some(_) => Err(problem.nearest(nearest)),
                None => Err(problem.help(self.how_to_list(dataset))),
            },
            several => Err(problem.help(format!("did you mean {}?", alternatives(several)))),
        }
    }

    /// What an id is instead, if it is a vendor's instead of a product's or the other way round.
    fn other_kind(self, id: &str, dataset: &Dataset) -> Option<String> {
        match self {
            IdKind::Product => {
                dataset.vendor(id)?;
                let products = dataset.products.iter().filter(|product| product.vendor == id);
                let products: Vec<&str> = products.map(|product| product.id.as_str()).collect();
                Some(format!("{id} is a vendor (list --vendor {id}); its products: {}", products.join(", ")))
            }
            IdKind::Vendor => {
                let vendor = &dataset.product(id)?.vendor;
                Some(format!("{id} is a product of {vendor} (list --product {id})"))
            }
            _ => None,
        }
    }

    /// How to find the ids that exist. Vendors and services have no command that lists them.
    fn how_to_list(self, dataset: &Dataset) -> String {
        match self {
            IdKind::Flow => "list flows with port-catalog list".to_string(),
            IdKind::Peer => "list peers with port-catalog peers".to_string(),
            IdKind::Product => "list products with port-catalog products".to_string(),
            IdKind::Service => format!("the services are {}", self.ids(dataset).join(", ")),
            IdKind::Vendor => format!("the vendors are {}", self.ids(dataset).join(", ")),
        }
    }

    fn noun(self) -> &'static str {
        match self {
            IdKind::Flow => "flow",
            IdKind::Peer => "peer",
            IdKind::Product => "product",
            IdKind::Service => "service",
            IdKind::Vendor => "vendor",
        }
    }

    fn ids(self, dataset: &Dataset) -> Vec<&str> {
        match self {
            IdKind::Flow => {
                let flows = dataset.flows.iter().chain(&dataset.older_flows);
                // Editions share ids.
                let mut known = BTreeSet::new();
                flows.map(|flow| flow.id.as_str()).filter(|id| known.insert(*id)).collect()
            }
            IdKind::Peer => dataset.peers.iter().map(|peer| peer.id.as_str()).collect(),
            IdKind::Product => dataset.products.iter().map(|product| product.id.as_str()).collect(),
            IdKind::Service => dataset.services.iter().map(|service| service.id.as_str()).collect(),
            IdKind::Vendor => dataset.vendors.iter().map(|vendor| vendor.id.as_str()).collect(),
        }
    }

    fn compiled_ids(self) -> Vec<&'static str> {
        use port_catalog::Id;

        fn ids<I: Id>() -> Vec<&'static str> {
            I::ALL.iter().map(|id| id.as_str()).collect()
        }
        match self {
            IdKind::Flow => ids::<port_catalog::FlowId>(),
            IdKind::Peer => ids::<port_catalog::Peer>(),
            IdKind::Product => ids::<port_catalog::Product>(),
            IdKind::Service => ids::<port_catalog::Service>(),
            IdKind::Vendor => ids::<port_catalog::Vendor>(),
        }
    }
}

/// Names in quotes, as `"a", "b" or "c"`. At most five are listed.
pub fn alternatives(names: &[&str]) -> String {
    const LISTED: usize = 5;
    let mut quoted: Vec<String> = names.iter().take(LISTED).map(|name| format!("\"{name}\"")).collect();
    let last = match names.len().saturating_sub(LISTED) {
        0 => quoted.pop().unwrap_or_default(),
        more => format!("one of {more} more"),
    };
    if quoted.is_empty() { last } else { format!("{} or {last}", quoted.join(", ")) }
}

/// Parses an argument that should be an id. Whether it exists is checked once the dataset is known.
#[derive(Clone, Copy, Debug)]
pub struct IdParser(IdKind);

impl TypedValueParser for IdParser {
    type Value = String;

    fn parse_ref(&self, _: &Command, _: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        Ok(value.to_string_lossy().into_owned())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue>>> {
        Some(Box::new(self.0.compiled_ids().into_iter().map(PossibleValue::new)))
    }
}
