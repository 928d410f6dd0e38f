//! Addresses as a site gives them: single ones, networks and host names; and the ends of a rule.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use port_data::hidden::Word;

/// An address, a network or a host name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    /// The addresses of a network; a single address is a network of one.
    Net(IpNet),
    /// A host name, in lower case.
    Host(String),
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
    /// Whether one can speak to the other: they are of one family, or one is a host name, which may be of either.
    pub fn can_meet(&self, other: &Address) -> bool {
        match (self.family(), other.family()) {
            (Some(family), Some(other)) => family == other,
            _ => true,
        }
    }

    /// The family of an address; a host name has none of its own.
    pub fn family(&self) -> Option<Family> {
        match self {
            Address::Net(IpNet::V4(_)) => Some(Family::V4),
            Address::Net(IpNet::V6(_)) => Some(Family::V6),
            Address::Host(_) => None,
        }
    }
}

/// A single address without its prefix, a network with it.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Net(net) if net.prefix_len() == net.max_prefix_len() => net.addr().fmt(f),
            Address::Net(net) => net.fmt(f),
            Address::Host(name) => f.write_str(name),
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
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return meant(text, address).map(|address| Address::Net(address.into()));
        }
        match text.parse::<IpNet>() {
            Ok(net) if net.addr() == net.network() => Ok(Address::Net(net)),
            Ok(net) => Err(format!(
                "found {text:?}, an address inside its network; expected {} for the network or {} for the one address",
                net.trunc(),
                net.addr()
            )),
            Err(_) => host_name(text).map(Address::Host),
        }
    }
}

/// An address that something can have. What looks like one and is none would let nothing through, and nobody would see why.
fn meant(text: &str, address: IpAddr) -> Result<IpAddr, String> {
    let expected = match address {
        IpAddr::V4(_) if address.is_unspecified() => "0.0.0.0/0 for any address".to_string(),
        IpAddr::V6(_) if address.is_unspecified() => "::/0 for any address".to_string(),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => format!("{mapped}, which it stands for"),
            None => return Ok(address.into()),
        },
        IpAddr::V4(address) if address.is_broadcast() => "the address of a host or a network".to_string(),
        IpAddr::V4(_) => return Ok(address),
    };
    Err(format!("found {text:?}, expected {expected}"))
}

/// A host name as it is looked up, in lower case.
fn host_name(text: &str) -> Result<String, String> {
    let label = |label: &str| {
        let inner = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        inner && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    // A name whose last label is a number is an address that somebody mistyped.
    let ends_in_number = text.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    if text.len() <= 253 && text.split('.').all(label) && !ends_in_number {
        return Ok(text.to_ascii_lowercase());
    }
    Err(format!(
        "found {}, expected an address, a network such as 10.0.0.0/8 or 2001:db8::/32, or a host name",
        Word(text)
    ))
}

/// One end of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Whatever address it has.
    Any,
    /// These addresses, sorted, of which none is within another. Never empty.
    Only(Vec<Address>),
}

impl End {
    /// These addresses; any where there are none.
    pub fn of(addresses: impl IntoIterator<Item = Address>) -> End {
        let mut addresses: Vec<Address> = addresses.into_iter().collect();
        // A network sorts before what is within it, and nothing that is not stands between the two.
        addresses.sort();
        let mut kept: Vec<Address> = Vec::with_capacity(addresses.len());
        for address in addresses {
            if !kept.last().is_some_and(|other| includes(other, &address)) {
                kept.push(address);
            }
        }
        if kept.is_empty() { End::Any } else { End::Only(kept) }
    }

    /// Whether some address of it can speak to some of the other.
    pub fn can_meet(&self, other: &End) -> bool {
        match (self, other) {
            (End::Only(ones), End::Only(others)) => {
                ones.iter().any(|one| others.iter().any(|other| one.can_meet(other)))
            }
            _ => true,
        }
    }

    /// The addresses, where the end is limited to some.
    pub fn addresses(&self) -> &[Address] {
        match self {
            End::Any => &[],
            End::Only(addresses) => addresses,
        }
    }
}

/// Addresses as people read them.
pub fn list(addresses: &[Address]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Whether an address is another one or lies within it.
fn includes(one: &Address, other: &Address) -> bool {
    match (one, other) {
        (Address::Net(one), Address::Net(other)) => one.contains(other),
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, End};

    fn texts(end: &End) -> Vec<String> {
        end.addresses().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_address_is_read_as_it_is_written() {
        for text in
            ["192.0.2.1", "10.0.0.0/8", "0.0.0.0/0", "2001:db8::1", "2001:db8::/32", "::/0", "a", "ldap.example.org"]
        {
            assert_eq!(text.parse::<Address>().map(|address| address.to_string()).as_deref(), Ok(text));
        }
        for (text, read) in
            [("192.0.2.1/32", "192.0.2.1"), ("2001:DB8:0::1", "2001:db8::1"), ("LDAP.Example", "ldap.example")]
        {
            assert_eq!(text.parse::<Address>().map(|address| address.to_string()).as_deref(), Ok(read));
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}.example", "x".repeat(64));
        for text in [
            "",
            " ",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "10.0.0",
            "256.0.0.1",
            "10.0.0.01",
            "2001:db8::1/32",
            "fe80::1%eth0",
            "a b",
            "-a.example",
            "a..example",
            "a_b.example",
            "a.example.",
            "*.example",
            "10.0.0.1-10.0.0.9",
            "a;b",
            "a\"",
            "bücher.example",
            &long,
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
        let told = "10.0.0.1/8".parse::<Address>().unwrap_err();
        assert!(told.contains("10.0.0.0/8 for the network or 10.0.0.1 for the one address"), "{told}");
    }

    #[test]
    fn what_lies_within_another_address_is_not_said_twice() {
        let end = End::of(
            [
                "10.1.0.0/16",
                "a",
                "2001:db8::1",
                "10.0.0.0/8",
                "10.1.2.3",
                "192.0.2.1",
                "192.0.2.1",
                "a",
                "2001:db8::/32",
            ]
            .map(|text| text.parse().unwrap()),
        );
        assert_eq!(texts(&end), ["10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "a"]);
        assert_eq!(End::of([]), End::Any);
    }
}
