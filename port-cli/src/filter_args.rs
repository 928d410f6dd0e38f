//! The options that select flows.

use std::collections::BTreeSet;

use clap::Args;
use port_core::nearest::nearest;
use port_core::{Direction, Requirement};
use port_data::Diagnostic;
use port_data::hidden::QuotedAscii;
use port_engine::dataset::Dataset;
use port_engine::filter::{Filter, PortQuery};

use crate::codes;
use crate::known_id::IdKind;
use crate::word_parser::words;

/// Which flows to select. Options combine with AND.
#[derive(Clone, Debug, Default, Args)]
pub struct FilterArgs {
    /// Only flows of this product, or of one edition of it as PRODUCT@EDITION; may be repeated
    #[arg(long, value_parser = IdKind::Product.parser())]
    pub product: Vec<String>,
    /// Only flows of this vendor's products
    #[arg(long, value_parser = IdKind::Vendor.parser())]
    pub vendor: Option<String>,
    /// Only flows with this part of the product at either end; may be repeated
    #[arg(long)]
    pub component: Vec<String>,
    /// Only flows that the peer opens (inbound) or the product opens (outbound)
    #[arg(long, value_parser = words::<Direction>())]
    pub direction: Option<Direction>,
    /// Only flows to or from this peer
    #[arg(long, value_parser = IdKind::Peer.parser(), hide_possible_values = true)]
    pub peer: Option<String>,
    /// Only flows with this service on one of their ports
    #[arg(long, value_parser = IdKind::Service.parser(), hide_possible_values = true)]
    pub service: Option<String>,
    /// Only flows that use this port, range or protocol, such as 443, udp/514, 8000-8100 or esp; a flow without a stated
    /// transport counts for TCP and for UDP
    #[arg(long, value_name = "PORT")]
    pub port: Option<PortQuery>,
    /// Only flows to this host name, to names below it, or to a wildcard such as *.example.com that covers it
    #[arg(long)]
    pub host: Option<String>,
    /// Only flows with this requirement
    #[arg(long, value_parser = words::<Requirement>())]
    pub requirement: Option<Requirement>,
}

impl FilterArgs {
    /// The filter.
    ///
    /// # Errors
    ///
    /// Every id that the dataset doesn't have.
    pub fn filter(&self, dataset: &Dataset) -> Result<Filter, Vec<Diagnostic>> {
        let products = self.product.iter().map(|id| (IdKind::Product, id, "--product"));
        let others = [
            (IdKind::Vendor, &self.vendor, "--vendor"),
            (IdKind::Peer, &self.peer, "--peer"),
            (IdKind::Service, &self.service, "--service"),
        ];
        let others = others.into_iter().filter_map(|(kind, id, option)| Some((kind, id.as_ref()?, option)));
        let unknown: Vec<Diagnostic> =
            products.chain(others).filter_map(|(kind, id, option)| kind.check(id, option, dataset).err()).collect();
        let components = self.component.iter().filter_map(|id| check_component(id, &self.product, dataset).err());
        let unknown: Vec<Diagnostic> = unknown.into_iter().chain(components).collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        Ok(Filter {
            products: self.product.clone(),
            vendor: self.vendor.clone(),
            components: self.component.clone(),
            direction: self.direction,
            peer: self.peer.clone(),
            service: self.service.clone(),
            port: self.port,
            host: self.host.clone(),
            requirement: self.requirement,
        })
    }
}

/// Checks that one of the products has a component. No product means all of them.
///
/// # Errors
///
/// None of them has it.
pub fn check_component(component: &str, products: &[String], dataset: &Dataset) -> Result<(), Diagnostic> {
    let selected = dataset.products.iter().filter(|product| products.is_empty() || products.contains(&product.id));
    let known: BTreeSet<&str> = selected.flat_map(|product| &product.components).map(String::as_str).collect();
    if known.contains(component) {
        return Ok(());
    }
    let problem =
        Diagnostic::new(codes::UNKNOWN_ID, format!("unknown component {} (--component)", QuotedAscii(component)));
    match (nearest(component, known.iter().copied()), known.is_empty()) {
        (Some(near), _) => Err(problem.nearest(Some(near))),
        (None, true) => Err(problem.help("no document of the selected products distinguishes parts of its product")),
        (None, false) => {
            let known = known.into_iter().collect::<Vec<_>>().join(", ");
            Err(problem.help(format!("known components: {known}")))
        }
    }
}
