//! The first packets of connections, before any rule.

use std::rc::Rc;

use ipnet::IpNet;

use super::intervals::Intervals;
use super::packets::{FIELDS, Field, Maybe, Now, Packets, Tracking};
use super::scope::{HookPath, Scope};
use super::value::{interfaces, network};
use crate::audit::address_family::AddressFamily;
use crate::protocol::Protocol;

/// Everything that a scope leaves open.
fn everything() -> Intervals {
    Intervals::range(0, u128::MAX)
}

/// The addresses of a family that are in some networks.
pub fn networks_of(family: AddressFamily, networks: &[IpNet]) -> Intervals {
    let own = networks.iter().filter(|network| network.addr().is_ipv4() == (family == AddressFamily::Ipv4));
    own.flat_map(|own| network(*own).ranges().collect::<Vec<_>>()).collect()
}

/// The first packet of a TCP connection has SYN set, and neither ACK, RST nor FIN. PSH, URG and the bits of explicit congestion
/// notification (RFC 3168) may be set.
pub fn flags_of_first_packets() -> Intervals {
    let [fin, syn, rst, ack]: [u128; 4] = [1, 2, 4, 16];
    (0..256).filter(|flags| flags & (fin | syn | rst | ack) == syn).map(|flags| (flags, flags)).collect()
}

/// The highest hardware address. No rule names it: it is the one for broadcasts.
pub const MAX_HARDWARE: u128 = (1 << 48) - 1;

/// The extension headers that can be before another header.
const EXTENSION_HEADERS: [u128; 7] = [0, 43, 44, 60, 135, 139, 140];

impl Packets {
    /// All first packets in a scope, in as few classes as possible.
    pub fn all(family: AddressFamily, protocol: Protocol, scope: &Scope) -> Vec<Packets> {
        let any = Rc::new(everything());
        let own = u128::from(protocol.number());
        let headers = EXTENSION_HEADERS.into_iter().chain([own]).map(|number| (number, number)).collect();
        let sources = match &scope.sources[..] {
            [] => everything(),
            networks => networks_of(family, networks),
        };
        let mut arriving = match &scope.interfaces[..] {
            [] => everything(),
            names => names.iter().flat_map(|name| interfaces(name).ranges().collect::<Vec<_>>()).collect(),
        };
        let is_forwarded = scope.path == HookPath::Forward;
        if is_forwarded {
            arriving = arriving.minus(&interfaces("lo"));
        }
        let all = Packets {
            fields: [
                Rc::new(Intervals::range(1, u16::MAX.into())),
                Rc::new(arriving),
                Rc::new(sources),
                Rc::new(Intervals::range(0, MAX_HARDWARE)),
                Rc::new(Intervals::range(0, 1)),
                any.clone(),
                Rc::new(Intervals::range(0, u16::MAX.into())),
                Rc::new(flags_of_first_packets()),
                Rc::new(headers),
            ],
            now: Rc::new([Now::Original; FIELDS]),
            mark: Some(0),
            tracking: Tracking::None,
            is_translated: Maybe::No,
            leaves: if is_forwarded { Maybe::Yes } else { Maybe::No },
            in_doubt: false,
            trail: Rc::new(Vec::new()),
        };
        if all.fields.iter().any(|values| values.is_empty()) {
            return Vec::new();
        }
        if !scope.destinations.iter().any(|network| network.addr().is_ipv4() == (family == AddressFamily::Ipv4)) {
            return vec![all];
        }
        let (named, mut others) = all.split(Field::Destination, &networks_of(family, &scope.destinations));
        // A rule can translate packets to another address, such as the firewall's own, into packets to the machines behind it.
        others = others.filter(|_| is_forwarded && named.is_some());
        let others = others.map(|packets| Packets { leaves: Maybe::Unknown, ..packets });
        named.into_iter().chain(others).collect()
    }
}
