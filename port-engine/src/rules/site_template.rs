//! Writes a site file to fill in: every peer of products, with the flows that need it. All entries are comments.
//!
//! An entry begins with `#` and its id, everything else with `#` and a space. An entry's value is empty, so that it is an error until
//! it is filled in.

use std::collections::BTreeSet;

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
# Which ports to open if the document lists alternatives. Remove those that you don't need.
";

/// A site file for products, with comments only.
#[must_use]
pub fn site_template(dataset: &Dataset, products: &[&Product]) -> String {
    let names: Vec<&str> = products.iter().map(|product| product.name.as_str()).collect();
    let flows: Vec<&Flow> = products.iter().flat_map(|product| dataset.flows_of(&product.id)).collect();
    let peers: Vec<&Peer> =
        dataset.peers.iter().filter(|peer| flows.iter().any(|flow| flow.involves(&peer.id, dataset))).collect();

    let mut text = format!("# Addresses for {}\n{HEAD}\nversion = {VERSION}\n", one_line(&names.join(" and ")));
    text += GROUPS;
    text += "\n[products]\n";
    for product in products {
        text += &format!("# {}\n{}", one_line(&product.name), entry(&product.id, "\"\""));
    }
    text += "\n[peers]\n";
    let peer_entries: Vec<String> = peers.iter().map(|peer| peer_entry(peer, &flows, dataset)).collect();
    text += &peer_entries.join("\n");
    text += INTERFACES;
    let products = products.iter().map(|product| product.id.as_str());
    let ids: BTreeSet<&str> = products.chain(peers.iter().map(|peer| peer.id.as_str())).collect();
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
    let groups = flow.port_groups().filter(|group| group.len() > 1);
    let specs: Vec<String> = groups.flatten().map(|spec| format!("\"{spec}\"")).collect();
    (!specs.is_empty()).then(|| entry(&flow.id, &format!("[{}]", specs.join(", "))))
}
