//! The address on which a socket listens, as `ss` and inventories write it.

use std::net::{IpAddr, Ipv6Addr};

use port_core::PortRange;

use super::address_family::AddressFamily;
use super::observation::{Seen, State};
use crate::protocol::Protocol;

/// The address on which a socket listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LocalAddress<'a> {
    printed: &'a str,
    /// `None` for `*`, which is every IPv4 and IPv6 address.
    ip: Option<IpAddr>,
    interface: Option<&'a str>,
}

impl<'a> LocalAddress<'a> {
    /// Parses an address such as `127.0.0.1`, `[::]`, `*` or `192.0.2.1%eth0`.
    pub fn parse(printed: &'a str) -> Option<LocalAddress<'a>> {
        let (address, interface) = match printed.split_once('%') {
            Some((address, interface)) => (address, Some(interface).filter(|name| !name.is_empty())),
            None => (printed, None),
        };
        // Some versions of ss print the interface inside the brackets.
        let bare = address.strip_prefix('[').map_or(Some(address), |rest| {
            if interface.is_some() { Some(rest.trim_end_matches(']')) } else { rest.strip_suffix(']') }
        })?;
        let interface = interface.map(|name| name.trim_end_matches(']'));
        let ip = if bare == "*" { None } else { Some(bare.parse().ok()?) };
        Some(LocalAddress { printed, ip, interface })
    }

    /// What a listener at this address means for its port; nothing if packets of the family don't reach it. `processes` are the names
    /// of those that listen, or empty.
    pub fn seen(self, protocol: Protocol, port: u16, family: Option<AddressFamily>, processes: &str) -> Option<Seen> {
        let is_reached = family.is_none_or(|family| self.is_reached_by(family));
        // An SCTP socket can have several addresses, of which ss prints one.
        let (state, others) = match (is_reached, self.is_loopback(), protocol) {
            (true, false, _) => (State::Open, ""),
            (_, _, Protocol::SCTP) => (State::Unknown, ", perhaps with other addresses"),
            (true, true, _) => (State::Loopback, ""),
            (false, ..) => return None,
        };
        let processes = if processes.is_empty() { String::new() } else { format!(" ({processes})") };
        Some(Seen {
            protocol,
            range: PortRange::new(port, port)?,
            state,
            evidence: format!("{}{others}{processes}", self.printed),
        })
    }

    /// Whether only the machine itself can reach it.
    fn is_loopback(self) -> bool {
        let loopback = match self.ip {
            Some(IpAddr::V4(address)) => address.is_loopback(),
            Some(IpAddr::V6(address)) => {
                address.is_loopback() || address.to_ipv4_mapped().is_some_and(|address| address.is_loopback())
            }
            None => false,
        };
        loopback || self.interface == Some("lo")
    }

    fn is_reached_by(self, family: AddressFamily) -> bool {
        let is_v4 = |address: Ipv6Addr| address.to_ipv4_mapped().is_some();
        match (self.ip, family) {
            (None, _) | (Some(IpAddr::V4(_)), AddressFamily::Ipv4) => true,
            (Some(IpAddr::V6(address)), AddressFamily::Ipv4) => is_v4(address),
            (Some(IpAddr::V6(address)), AddressFamily::Ipv6) => !is_v4(address),
            (Some(IpAddr::V4(_)), AddressFamily::Ipv6) => false,
        }
    }
}

/// A report that no port of a protocol is open; reports of listeners override it.
pub(super) fn not_open_elsewhere(protocol: Protocol) -> Seen {
    let range = PortRange::new(1, u16::MAX).expect("1 is lower");
    Seen { protocol, range, state: State::NotOpen, evidence: String::new() }
}
