//! A site: the addresses and interfaces of products, their components and peers, and the chosen alternatives of flows.
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
//! [components.kubernetes]
//! control-plane = ["192.0.2.1", "192.0.2.2"]
//! worker = "192.0.2.128/25"
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
    /// The addresses of components, by the product's id and then the component's.
    pub(super) components: BTreeMap<String, BTreeMap<String, Vec<Address>>>,
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

    /// Whether the site has addresses for a product or peer itself.
    #[must_use]
    pub fn names(&self, id: &str) -> bool {
        self.products.contains_key(id) || self.peers.contains_key(id)
    }

    /// The addresses of a component of a product, if the site has any for it.
    #[must_use]
    pub fn component(&self, product: &str, component: &str) -> Option<Endpoints> {
        self.component_addresses(product, component).map(|addresses| Endpoints::new(addresses.iter().cloned()))
    }

    /// The addresses of a component: its own, or else those of the peer that it is.
    fn component_addresses(&self, product: &str, component: &str) -> Option<&Vec<Address>> {
        let own = self.components.get(product).and_then(|components| components.get(component));
        own.or_else(|| self.peers.get(&format!("{product}-{component}")))
    }

    /// The addresses of a product at its own end of a flow: those of the component there, or else those of the whole product.
    /// Without a component, or an address of the product itself, those of all its components.
    #[must_use]
    pub fn own(&self, product: &str, component: Option<&str>, dataset: &Dataset) -> Endpoints {
        match component.and_then(|component| self.component(product, component)) {
            Some(endpoints) => endpoints,
            None if component.is_some() => self.product(product),
            None => Endpoints::new(self.addresses_of_product(product, dataset).unwrap_or_default()),
        }
    }

    /// The addresses of a whole product: its own, or else those of all its components.
    fn addresses_of_product(&self, product: &str, dataset: &Dataset) -> Option<Vec<Address>> {
        if let Some(addresses) = self.products.get(product) {
            return Some(addresses.clone());
        }
        let components = dataset.product(product).into_iter().flat_map(|product| &product.components);
        let addresses = components.filter_map(|component| self.component_addresses(product, component));
        let all: Vec<Address> = addresses.flatten().cloned().collect();
        (!all.is_empty()).then_some(all)
    }

    /// A peer's addresses: its own; or those of the product or component that it is; or those of the peers that it includes.
    #[must_use]
    pub fn peer(&self, peer: &str, dataset: &Dataset) -> PeerAddresses {
        if let Some(addresses) = self.addresses_of(peer, dataset) {
            return PeerAddresses { endpoints: Endpoints::new(addresses), missing: Vec::new() };
        }
        let mut missing = Vec::new();
        let mut known = Vec::new();
        for included in included(peer, dataset) {
            match self.addresses_of(included, dataset) {
                Some(addresses) => known.extend(addresses),
                None => missing.push(included.clone()),
            }
        }
        if known.is_empty() {
            missing.clear();
        }
        PeerAddresses { endpoints: Endpoints::new(known), missing }
    }

    /// The addresses of a peer itself: its own, or those of the product or component that it is.
    fn addresses_of(&self, peer: &str, dataset: &Dataset) -> Option<Vec<Address>> {
        if let Some(addresses) = self.peers.get(peer) {
            return Some(addresses.clone());
        }
        if let Some((product, component)) = dataset.component_of(peer) {
            return self.component_addresses(product, component).or_else(|| self.products.get(product)).cloned();
        }
        let is_product = dataset.peer(peer).is_some_and(|peer| peer.kind == PeerKind::Product);
        if is_product { self.addresses_of_product(peer, dataset) } else { None }
    }

    /// The interfaces of the firewall that lead to a product, or to one of its components; empty if any may.
    #[must_use]
    pub fn own_interfaces(&self, product: &str, component: Option<&str>) -> &[String] {
        let of_component = component.and_then(|component| self.interfaces.get(&format!("{product}-{component}")));
        of_component.or_else(|| self.interfaces.get(product)).map_or(&[], Vec::as_slice)
    }

    /// The interfaces of the firewall that lead to a peer: its own; or those of the product whose component it is; or those of all
    /// peers that it includes.
    #[must_use]
    pub fn peer_interfaces(&self, peer: &str, dataset: &Dataset) -> PeerInterfaces {
        let of_product = || dataset.component_of(peer).and_then(|(product, _)| self.interfaces.get(product));
        if let Some(names) = self.interfaces.get(peer).or_else(of_product) {
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
