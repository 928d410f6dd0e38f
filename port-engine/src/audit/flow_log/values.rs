//! Parses numbers and addresses from bytes, without decoding them as text first.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::protocol::Protocol;

/// A decimal number.
#[inline]
pub(super) fn number(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() || bytes.len() > 19 {
        return None;
    }
    bytes.iter().try_fold(0, |number: u64, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| number * 10 + u64::from(digit))
    })
}

/// A port, from 0.
#[inline]
pub(super) fn port(bytes: &[u8]) -> Option<u16> {
    number(bytes).and_then(|number| number.try_into().ok())
}

/// An address. An IPv4 address in IPv6 notation is the IPv4 address.
#[inline]
pub(super) fn address(bytes: &[u8]) -> Option<IpAddr> {
    match v4(bytes) {
        Some(address) => Some(IpAddr::V4(address)),
        None => v6(bytes),
    }
}

#[inline]
fn v4(bytes: &[u8]) -> Option<Ipv4Addr> {
    let (mut bits, mut part, mut digits, mut dots) = (0u32, 0u32, 0u32, 0u32);
    for byte in bytes {
        match byte.wrapping_sub(b'0') {
            // A leading zero means octal to some programs.
            digit if digit < 10 && (digits == 0 || part > 0) => {
                part = part * 10 + u32::from(digit);
                digits += 1;
                if part > 255 {
                    return None;
                }
            }
            _ if *byte == b'.' && digits > 0 && dots < 3 => {
                bits = bits << 8 | part;
                (part, digits) = (0, 0);
                dots += 1;
            }
            _ => return None,
        }
    }
    (dots == 3 && digits > 0).then(|| Ipv4Addr::from_bits(bits << 8 | part))
}

fn v6(bytes: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(bytes).ok()?;
    // An interface isn't part of the address.
    let text = text.split_once('%').map_or(text, |(address, _)| address);
    text.parse::<Ipv6Addr>().ok().map(|address| IpAddr::V6(address).to_canonical())
}

/// A protocol, by its name in lowercase or uppercase or by its number. `icmp` is the ICMP of the address family.
#[inline]
pub(super) fn protocol(bytes: &[u8], is_v6: bool) -> Option<Protocol> {
    match bytes {
        b"tcp" | b"6" => Some(Protocol::TCP),
        b"udp" | b"17" => Some(Protocol::UDP),
        _ if bytes.eq_ignore_ascii_case(b"icmp") => Some(if is_v6 { Protocol::ICMPV6 } else { Protocol::ICMP }),
        _ => {
            let is_named =
                |known: &&Protocol| known.name().is_some_and(|name| name.as_bytes().eq_ignore_ascii_case(bytes));
            let named = Protocol::KNOWN.iter().find(is_named).copied();
            named.or_else(|| number(bytes)?.try_into().ok().map(Protocol::new))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{address, number, port, protocol};
    use crate::protocol::Protocol;
    use proptest::prelude::*;
    use std::net::IpAddr;

    #[test]
    fn values_that_are_not_what_they_should_be_are_rejected() {
        for text in ["", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1..2.3", "1.2.3.", ".1.2.3", "a", "1.2.3.4 "] {
            assert_eq!(address(text.as_bytes()), None, "{text}");
        }
        assert_eq!(address(b"\xff"), None);
        assert_eq!(address(b"::ffff:192.0.2.1"), Some("192.0.2.1".parse().unwrap()));
        assert_eq!(address(b"fe80::1%eth0"), Some("fe80::1".parse().unwrap()));
        assert_eq!(address(b"0.0.0.0"), Some("0.0.0.0".parse().unwrap()));
        for text in ["", "-1", "+1", "1a", "65536", "99999999999999999999"] {
            assert_eq!(port(text.as_bytes()), None, "{text}");
        }
        assert_eq!(number(b"9999999999999999999"), Some(9_999_999_999_999_999_999));
        assert_eq!(port(b"65535"), Some(65535));
        for (text, expected) in [
            ("tcp", Some(Protocol::TCP)),
            ("UDP", Some(Protocol::UDP)),
            ("Esp", Some(Protocol::ESP)),
            ("50", Some(Protocol::ESP)),
            ("89", Some(Protocol::new(89))),
            ("256", None),
            ("unknown_transport", None),
            ("-", None),
        ] {
            assert_eq!(protocol(text.as_bytes(), false), expected, "{text}");
        }
        assert_eq!([false, true].map(|v6| protocol(b"icmp", v6)), [Some(Protocol::ICMP), Some(Protocol::ICMPV6)]);
    }

    proptest! {
        #[test]
        fn addresses_are_those_of_the_standard_library(text in "[0-9a-f.:]{0,16}|[0-9]{1,3}(\\.[0-9]{1,3}){3}") {
            let expected = text.parse::<IpAddr>().ok().map(|address| address.to_canonical());
            prop_assert_eq!(address(text.as_bytes()), expected);
        }
    }
}
