//! `peers`: the peers that flows have, with how many flows each has.

use clap::Args;
use port_data::Diagnostic;
use port_engine::dataset::{Dataset, Flow, Peer};
use serde_json::{Value, json};

use super::Context;
use crate::format::{Columns, Format, print_items};
use crate::known_id::IdKind;
use crate::output::{Output, Result};

/// The notes and examples in the help.
pub const HELP: &str = "\
A peer that includes others means any one of them. Its flows count for each of them too.

Examples:
  port-catalog peers
  port-catalog peers --product fortimail
  port-catalog peers --format csv";

/// The arguments of `peers`.
#[derive(Debug, Args)]
pub struct PeersArgs {
    /// Only peers of this product, or of PRODUCT@EDITION, and its flows; may be repeated
    #[arg(long, value_parser = IdKind::Product.parser())]
    pub product: Vec<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

impl PeersArgs {
    /// Lists the peers.
    ///
    /// # Errors
    ///
    /// Unknown products.
    pub fn run(&self, context: Context<'_>) -> Result {
        let dataset = context.dataset;
        let unknown: Vec<Diagnostic> =
            self.product.iter().filter_map(|id| IdKind::Product.check(id, "--product", dataset).err()).collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let peers = self.peers(dataset);
        let objects: Vec<Value> = peers.iter().map(|(peer, flows)| object(peer, *flows)).collect();
        Ok(Output::text(print_items(&objects, &columns(&peers), self.format, context.width)))
    }

    /// The peers in catalog order, each with the number of its flows. With products, peers without flows are left out.
    fn peers<'a>(&self, dataset: &'a Dataset) -> Vec<(&'a Peer, usize)> {
        let is_selected = |flow: &&Flow| self.product.is_empty() || self.product.contains(&flow.product);
        let flows: Vec<&Flow> = dataset.flows.iter().filter(is_selected).collect();
        let count = |peer: &Peer| flows.iter().filter(|flow| flow.involves(&peer.id, dataset)).count();
        let peers = dataset.peers.iter().map(|peer| (peer, count(peer)));
        peers.filter(|(_, flows)| *flows > 0 || self.product.is_empty()).collect()
    }
}

fn columns(peers: &[(&Peer, usize)]) -> Columns {
    let row = |(peer, flows): &(&Peer, usize)| {
        vec![
            peer.id.clone(),
            peer.name.clone(),
            peer.kind.to_string(),
            flows.to_string(),
            peer.includes.join(", "),
            peer.description.clone(),
        ]
    };
    Columns {
        names: vec!["id", "name", "kind", "flows", "includes", "description"],
        rows: peers.iter().map(row).collect(),
    }
}

fn object(peer: &Peer, flows: usize) -> Value {
    json!({
        "id": peer.id,
        "name": peer.name,
        "kind": peer.kind.to_string(),
        "flows": flows,
        "includes": peer.includes,
        "description": peer.description,
    })
}
