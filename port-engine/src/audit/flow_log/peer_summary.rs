//! Addresses in bounded memory: a few of them, and the networks that contain all.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The most addresses of peers that are kept for a row.
pub const MOST_ADDRESSES: usize = 8;

/// The addresses at the other end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeerSummary {
    /// The first ones that were found, at most [`MOST_ADDRESSES`], in order.
    pub addresses: Vec<IpAddr>,
    /// Whether there are more.
    pub has_more: bool,
    /// The smallest network of each family that contains all of them.
    pub networks: Vec<IpNet>,
}

impl PeerSummary {
    pub(super) fn add(&mut self, address: IpAddr) {
        let Err(position) = self.addresses.binary_search(&address) else { return };
        if self.addresses.len() < MOST_ADDRESSES {
            self.addresses.insert(position, address);
        } else {
            self.has_more = true;
        }
        match self.networks.iter_mut().find(|network| network.addr().is_ipv4() == address.is_ipv4()) {
            Some(network) => {
                while !network.contains(&address) {
                    *network = network.supernet().unwrap_or(match address {
                        IpAddr::V4(_) => IpNet::V4(Ipv4Net::default()),
                        IpAddr::V6(_) => IpNet::V6(Ipv6Net::default()),
                    });
                }
            }
            None => self.networks.push(IpNet::from(address)),
        }
    }
}
