//! The addresses of components in a site file: a table for each product.

use std::collections::BTreeMap;

use port_data::Diagnostic;
use port_data::hidden::QuotedAscii;
use toml::de::DeValue;

use super::{Parser, Value};
use crate::dataset::{Dataset, Product};
use crate::rules::address::Address;
use crate::rules::codes;
use crate::rules::site::Site;

impl Parser<'_> {
    /// The addresses of components, in a table for each product.
    pub(super) fn components(
        &mut self,
        tables: &Value<'_>,
        dataset: &Dataset,
    ) -> BTreeMap<String, BTreeMap<String, Vec<Address>>> {
        let mut components = BTreeMap::new();
        let example = "[components.kubernetes] with control-plane = \"192.0.2.1\" below it";
        for (key, value) in self.rows(tables, example).into_iter().flatten() {
            let id = key.get_ref().as_ref();
            let Some(product) = dataset.product(id) else {
                let ids: Vec<&str> = dataset.products.iter().map(|product| product.id.as_str()).collect();
                self.report_unknown(key.span().start, "product", id, &ids);
                continue;
            };
            let known: Vec<&str> = product.components.iter().map(String::as_str).collect();
            if known.is_empty() {
                let problem =
                    Diagnostic::new(codes::COMPONENT, format!("product {} has no components", QuotedAscii(id)));
                self.report(key.span().start, problem.help("give its addresses below [products]"));
                continue;
            }
            let addresses = self.table(value, &format!("component of {id}"), &known, Parser::addresses);
            if !addresses.is_empty() {
                components.insert(id.to_string(), addresses);
            }
        }
        components
    }

    /// Reports components whose addresses are both below `[components]` and, as those of a peer, below `[peers]`.
    pub(super) fn report_components_given_twice(&mut self, peers: &Value<'_>, site: &Site) {
        let DeValue::Table(rows) = peers.get_ref() else { return };
        for (product, components) in &site.components {
            for component in components.keys() {
                let peer = format!("{product}-{component}");
                if let Some((key, _)) = rows.iter().find(|(key, _)| key.get_ref().as_ref() == peer) {
                    let message =
                        format!("component {component} of {product} has addresses here and below [components]");
                    let problem = Diagnostic::new(codes::COMPONENT, message);
                    self.report(key.span().start, problem.help("remove this line"));
                }
            }
        }
    }
}

/// The ids that the components of all products have as peers. A component that no flow has as its peer is no peer of the dataset.
pub(super) fn peer_ids(dataset: &Dataset) -> Vec<String> {
    let ids = |product: &Product| -> Vec<String> {
        product.components.iter().map(|component| format!("{}-{component}", product.id)).collect()
    };
    dataset.products.iter().flat_map(ids).collect()
}
