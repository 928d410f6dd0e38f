//! Addresses in a site file and in rules: single addresses, networks, host names, and all names below a domain.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use port_data::Diagnostic;
use port_data::hidden::QuotedAscii;

use super::codes;

/// An address, a network, a host name, or all names below a domain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    /// A network. A single address is a network of one.
    Net(IpNet),
    /// A host name, in lowercase.
    Host(String),
    /// All names below a domain, which is in lowercase: `*.example.com`, without the `*.`.
    Wildcard(String),
}

/// The version of the Internet Protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// `IPv4`.
    V4,
    /// `IPv6`.
    V6,
}

impl Address {
    /// Whether two addresses can be the ends of one connection: they are of the same family, or one is a host name or a wildcard,
    /// which may resolve to either family.
    #[must_use]
    pub fn can_reach(&self, other: &Address) -> bool {
        match (self.family(), other.family()) {
            (Some(family), Some(other)) => family == other,
            _ => true,
        }
    }

    /// The family of an address; `None` for a host name or a wildcard.
    #[must_use]
    pub fn family(&self) -> Option<Family> {
        match self {
            Address::Net(IpNet::V4(_)) => Some(Family::V4),
            Address::Net(IpNet::V6(_)) => Some(Family::V6),
            Address::Host(_) | Address::Wildcard(_) => None,
        }
    }

    /// Whether the other address is the same, or is inside this network.
    fn contains(&self, other: &Address) -> bool {
        match (self, other) {
            (Address::Net(network), Address::Net(other)) => network.contains(other),
            _ => self == other,
        }
    }
}

/// A single address without its prefix length, a network with it.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Net(net) if net.prefix_len() == net.max_prefix_len() => net.addr().fmt(f),
            Address::Net(net) => net.fmt(f),
            Address::Host(name) => f.write_str(name),
            Address::Wildcard(domain) => write!(f, "*.{domain}"),
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Family::V4 => "IPv4",
            Family::V6 => "IPv6",
        })
    }
}

impl FromStr for Address {
    type Err = Diagnostic;

    fn from_str(text: &str) -> Result<Address, Diagnostic> {
        let parsed = text.parse::<IpAddr>().map(IpNet::from).or_else(|_| text.parse::<IpNet>());
        match parsed {
            Ok(net) if net.addr() == net.network() => usable(text, net).map(Address::Net),
            Ok(net) => Err(Diagnostic::new(codes::ADDRESS, format!("{text:?} is an address inside its network"))
                .help(format!("write {} for the network or {} for the single address", net.trunc(), net.addr()))),
            Err(_) => match text.strip_prefix("*.") {
                Some(domain) => host_name(text, domain).map(Address::Wildcard),
                None => host_name(text, text).map(Address::Host),
            },
        }
    }
}

/// Rejects addresses that no machine on a network has. A rule with such an address would match nothing, without an error.
///
/// Multicast addresses are valid, since products send to them.
fn usable(text: &str, net: IpNet) -> Result<IpNet, Diagnostic> {
    let invalid = |message: &str| Diagnostic::new(codes::ADDRESS, format!("{text:?} {message}"));
    match net {
        IpNet::V4(v4) if v4.addr().octets()[0] == 0 && v4.prefix_len() >= 8 => {
            return Err(invalid("is not the address of a machine").help("write 0.0.0.0/0 for any IPv4 address"));
        }
        IpNet::V4(v4) if v4.addr().is_broadcast() => {
            return Err(invalid("is the broadcast address").help("write the address of a host or of a network"));
        }
        IpNet::V4(_) => {}
        IpNet::V6(v6) => match ipv4_in(v6) {
            Some(v4) => {
                // The advice has to be usable too.
                let help = match v4.to_string().parse::<Address>() {
                    Ok(address) => format!("write {address}"),
                    Err(problem) => problem.help.unwrap_or_default(),
                };
                return Err(invalid("is an IPv4 address in IPv6 notation").help(help));
            }
            None if v6.addr().is_unspecified() && v6.prefix_len() == v6.max_prefix_len() => {
                return Err(invalid("is not the address of a machine").help("write ::/0 for any IPv6 address"));
            }
            None => {}
        },
    }
    if net.addr().is_loopback() {
        let help = "remove it, since traffic inside a machine doesn't need a rule";
        return Err(invalid("is a loopback address").help(help));
    }
    Ok(net)
}

/// The IPv4 network that an IPv6 network with the prefix `::ffff:0:0/96` means.
fn ipv4_in(net: Ipv6Net) -> Option<Ipv4Net> {
    let prefix_len = net.prefix_len().checked_sub(96)?;
    Ipv4Net::new(net.addr().to_ipv4_mapped()?, prefix_len).ok()
}

/// A host name in lowercase. `text` is what contains it.
fn host_name(text: &str, name: &str) -> Result<String, Diagnostic> {
    let is_label = |label: &str| {
        let has_valid_characters = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        has_valid_characters && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    // A name whose last label is a number is a mistyped address.
    let ends_in_number = name.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    if text.len() <= 253 && name.split('.').all(is_label) && !ends_in_number {
        return Ok(name.to_ascii_lowercase());
    }
    let message = format!("{} is neither an address nor a network nor a host name", QuotedAscii(text));
    Err(Diagnostic::new(codes::ADDRESS, message)
        .help("write for example 192.0.2.1, 10.0.0.0/8, 2001:db8::/32 or host.example"))
}

/// One end of a rule: the addresses that may be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoints {
    /// Any address.
    Any,
    /// These addresses, sorted; none contains another. Never empty.
    Only(Vec<Address>),
}

impl Endpoints {
    /// These addresses, without those that others contain; any address if there are none.
    #[must_use]
    pub fn new(addresses: impl IntoIterator<Item = Address>) -> Endpoints {
        let mut addresses: Vec<Address> = addresses.into_iter().collect();
        // A network sorts before everything inside it, and nothing else sorts in between.
        addresses.sort();
        let mut kept: Vec<Address> = Vec::with_capacity(addresses.len());
        for address in addresses {
            if !kept.last().is_some_and(|other| other.contains(&address)) {
                kept.push(address);
            }
        }
        if kept.is_empty() { Endpoints::Any } else { Endpoints::Only(kept) }
    }

    /// Whether an address of one end can reach an address of the other.
    #[must_use]
    pub fn can_reach(&self, other: &Endpoints) -> bool {
        match (self, other) {
            (Endpoints::Only(ones), Endpoints::Only(others)) => {
                ones.iter().any(|one| others.iter().any(|other| one.can_reach(other)))
            }
            _ => true,
        }
    }

    /// Whether some of these are addresses of a family, or may be.
    #[must_use]
    pub fn may_be(&self, family: Family) -> bool {
        match self {
            Endpoints::Any => true,
            Endpoints::Only(addresses) => {
                addresses.iter().any(|address| address.family().is_none_or(|own| own == family))
            }
        }
    }

    /// Whether these can be the addresses of one machine: at most one of each family, and neither networks nor host names.
    #[must_use]
    pub fn is_one_machine(&self) -> bool {
        let is_single = |address: &Address| match address {
            Address::Net(net) => net.prefix_len() == net.max_prefix_len(),
            Address::Host(_) | Address::Wildcard(_) => false,
        };
        match self {
            Endpoints::Any => false,
            Endpoints::Only(addresses) => {
                let has_distinct_families = addresses.windows(2).all(|pair| pair[0].family() != pair[1].family());
                has_distinct_families && addresses.iter().all(is_single)
            }
        }
    }

    /// The addresses; empty for any address.
    #[must_use]
    pub fn addresses(&self) -> &[Address] {
        match self {
            Endpoints::Any => &[],
            Endpoints::Only(addresses) => addresses,
        }
    }
}

/// Addresses, comma-separated.
#[must_use]
pub fn list(addresses: &[Address]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
