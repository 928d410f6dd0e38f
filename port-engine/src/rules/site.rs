//! A site: the addresses and interfaces of products and peers, and the chosen alternatives of flows.
//!
//! `site_file` parses it from the text of a TOML file:
//!
//! ```toml
//! version = 1
//!
//! [groups]
//! relays = ["192.0.2.20", "192.0.2.21"]
//!
//! [products]
//! fortimail = ["192.0.2.10", "2001:db8::10"]
//!
//! [peers]
//! email-client = "10.0.0.0/8"
//! ldap-server = ["10.0.5.1", "ldap.example.org"]
//! email-server = "@relays"
//!
//! [interfaces]
//! email-client = "eth1"
//!
//! [alternatives]
//! fortimail-in-email-client-pop3 = "tcp/995"
//! ```

use std::collections::BTreeMap;

use port_core::PeerKind;

use super::address::{Address, Endpoints};
use crate::dataset::Dataset;

/// The addresses of products and peers, and more about them. Ids are those of the dataset that the site was parsed for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    pub(super) products: BTreeMap<String, Vec<Address>>,
    pub(super) peers: BTreeMap<String, Vec<Address>>,
    /// The names of the firewall's interfaces that lead to a product or peer, by its id.
    pub(super) interfaces: BTreeMap<String, Vec<String>>,
    /// The indexes of the chosen port specs of flows.
    pub(super) alternatives: BTreeMap<String, Vec<usize>>,
}

/// The addresses of a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerAddresses {
    /// The addresses.
    pub endpoints: Endpoints,
    /// For a peer that includes others, such as `fortianalyzer-fortimanager`: the included peers without an address, if
    /// another one has one.
    pub missing: Vec<String>,
}

/// The interfaces that lead to a peer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeerInterfaces {
    /// Their names. Empty if any interface may lead to it.
    pub names: Vec<String>,
    /// For a peer that includes others: those without an interface, if another one has one. The names are then empty.
    pub missing: Vec<String>,
}

impl Site {
    /// The product's own addresses.
    #[must_use]
    pub fn product(&self, product: &str) -> Endpoints {
        Endpoints::new(self.products.get(product).into_iter().flatten().cloned())
    }

    /// A peer's addresses: its own; or those of the product that it is, as in a cluster; or those of the peers that it includes.
    #[must_use]
    pub fn peer(&self, peer: &str, dataset: &Dataset) -> PeerAddresses {
        if let Some(addresses) = self.addresses_of(peer, dataset) {
            return PeerAddresses { endpoints: Endpoints::new(addresses.iter().cloned()), missing: Vec::new() };
        }
        let mut missing = Vec::new();
        let mut known = Vec::new();
        for included in included(peer, dataset) {
            match self.addresses_of(included, dataset) {
                Some(addresses) => known.extend(addresses.iter().cloned()),
                None => missing.push(included.clone()),
            }
        }
        if known.is_empty() {
            missing.clear();
        }
        PeerAddresses { endpoints: Endpoints::new(known), missing }
    }

    /// The addresses of a peer itself: its own, or those of the product that it is.
    fn addresses_of(&self, peer: &str, dataset: &Dataset) -> Option<&Vec<Address>> {
        let is_product = || dataset.peer(peer).is_some_and(|peer| peer.kind == PeerKind::Product);
        self.peers.get(peer).or_else(|| self.products.get(peer).filter(|_| is_product()))
    }

    /// The interfaces of the firewall that lead to a product; empty if any may.
    #[must_use]
    pub fn product_interfaces(&self, product: &str) -> &[String] {
        self.interfaces.get(product).map_or(&[], Vec::as_slice)
    }

    /// The interfaces of the firewall that lead to a peer: its own, or those of all peers that it includes.
    #[must_use]
    pub fn peer_interfaces(&self, peer: &str, dataset: &Dataset) -> PeerInterfaces {
        if let Some(names) = self.interfaces.get(peer) {
            return PeerInterfaces { names: names.clone(), missing: Vec::new() };
        }
        // If only some of the included peers have addresses, the rules are for these.
        let without_address = self.peer(peer, dataset).missing;
        let included = included(peer, dataset).iter().filter(|included| !without_address.contains(included));
        let mut result = PeerInterfaces::default();
        for included in included {
            match self.interfaces.get(included) {
                Some(names) => result.names.extend(names.iter().cloned()),
                None => result.missing.push(included.clone()),
            }
        }
        result.names.sort();
        result.names.dedup();
        if result.names.is_empty() {
            result.missing.clear();
        }
        if !result.missing.is_empty() {
            result.names.clear();
        }
        result
    }

    /// The indexes of the port specs that were chosen among a flow's alternatives; empty if none were.
    #[must_use]
    pub fn chosen_alternatives(&self, flow: &str) -> &[usize] {
        self.alternatives.get(flow).map_or(&[], Vec::as_slice)
    }
}

/// The ids of the peers that a peer includes.
fn included<'a>(peer: &str, dataset: &'a Dataset) -> &'a [String] {
    dataset.peer(peer).map_or(&[], |peer| &peer.includes)
}
