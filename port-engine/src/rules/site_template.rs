//! Writes a site file to fill in: every peer of products, with the flows that need it. All entries are comments.
//!
//! An entry begins with `#` and its id, everything else with `#` and a space. An entry's value is empty, so that it is an error until
//! it is filled in.

use std::collections::BTreeSet;

use port_core::Direction;

use super::alternatives::is_alternative;
use super::model::one_line;
use super::site_file::VERSION;
use crate::dataset::{Dataset, Flow, Peer, Product};

const HEAD: &str = "\
# A value is an address, a network or a host name, or a list of them: [\"192.0.2.10\", \"2001:db8::/32\"].
# Remove the # in front of an id to use its line. Peers without an address are left out of the rules.
";

const GROUPS: &str = "
[groups]
# Names for several addresses. Write \"@mail-relays\" in place of an address.
#mail-relays = \"\"
";

const INTERFACES: &str = "
[interfaces]
# The firewall's interfaces or zones that lead to the product (if the firewall isn't on its own machine) and to its peers.
";

const ALTERNATIVES: &str = "
[alternatives]
# Which ports to open if the document lists alternatives, or doesn't say whether all are needed. Remove those that you don't need.
";

/// A site file for products, with comments only.
#[must_use]
pub fn site_template(dataset: &Dataset, products: &[&Product]) -> String {
    let names: Vec<&str> = products.iter().map(|product| product.name.as_str()).collect();
    let flows: Vec<&Flow> = products.iter().flat_map(|product| dataset.flows_of(&product.id)).collect();
    let is_of_flow = |peer: &&Peer| flows.iter().any(|flow| flow.involves(&peer.id, dataset));
    // Components have tables of their own.
    let (components, peers): (Vec<&Peer>, Vec<&Peer>) =
        dataset.peers.iter().filter(is_of_flow).partition(|peer| dataset.component_of(&peer.id).is_some());

    let mut text = format!("# Addresses for {}\n{HEAD}\nversion = {VERSION}\n", one_line(&names.join(" and ")));
    text += GROUPS;
    text += "\n[products]\n";
    for product in products {
        text += &format!("# {}\n{}", one_line(&product.name), entry(&product.id, "\"\""));
    }
    text += &products.iter().map(|product| component_table(product, &flows)).collect::<String>();
    text += "\n[peers]\n";
    let peer_entries: Vec<String> = peers.iter().map(|peer| peer_entry(peer, &flows, dataset)).collect();
    text += &peer_entries.join("\n");
    text += INTERFACES;
    let own = products.iter().map(|product| product.id.as_str());
    let ids: BTreeSet<&str> = own.chain(peers.iter().chain(&components).map(|peer| peer.id.as_str())).collect();
    text += &ids.into_iter().map(|id| entry(id, "\"\"")).collect::<String>();
    let alternatives: String = flows.iter().filter_map(|flow| alternatives(flow)).collect();
    if !alternatives.is_empty() {
        text += &format!("{ALTERNATIVES}{alternatives}");
    }
    text
}

fn entry(id: &str, value: &str) -> String {
    format!("#{id} = {value}\n")
}

/// The components of a product, each with the flows at whose ends it is. Empty for a product without components.
fn component_table(product: &Product, flows: &[&Flow]) -> String {
    if product.components.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "\n[components.{}]\n# Without an address here, a component has that of the product in [products].\n",
        product.id
    );
    for component in &product.components {
        let own = flows.iter().filter(|flow| flow.product == product.id && flow.involves_component(component));
        text += &own.map(|flow| format!("#   {}\n", ends(flow))).collect::<String>();
        text += &entry(component, "\"\"");
    }
    text
}

/// A flow with both ends: who connects to whom, and its ports.
fn ends(flow: &Flow) -> String {
    let own = flow.component.as_deref().unwrap_or(&flow.product);
    let (from, to) = match flow.direction {
        Direction::Outbound => (own, flow.peer.as_str()),
        Direction::Inbound => (flow.peer.as_str(), own),
    };
    format!("{}, from {from} to {to}: {}", flow.id, flow.expression())
}

/// A peer: what it is, which flows use it, and its entry.
fn peer_entry(peer: &Peer, flows: &[&Flow], dataset: &Dataset) -> String {
    let mut text = format!("# {}: {}\n", one_line(&peer.name), one_line(&peer.description));
    if !peer.includes.is_empty() {
        text += &format!("# Without an address of its own, it has those of {}.\n", peer.includes.join(" and "));
    }
    if dataset.product(&peer.id).is_some() {
        text += "# Without an address here, it has that in [products].\n";
    }
    for flow in flows.iter().filter(|flow| flow.involves(&peer.id, dataset)) {
        text += &format!("#   {}, {}: {}\n", flow.id, flow.direction, flow.expression());
    }
    text + &entry(&peer.id, "\"\"")
}

/// The alternatives of a flow as an entry that chooses all of them. `None` if it has none that rules can open.
fn alternatives(flow: &Flow) -> Option<String> {
    let alternatives = flow.ports.iter().filter(|spec| is_alternative(flow, spec));
    let specs: Vec<String> = alternatives.map(|spec| format!("\"{spec}\"")).collect();
    (!specs.is_empty()).then(|| entry(&flow.id, &format!("[{}]", specs.join(", "))))
}
