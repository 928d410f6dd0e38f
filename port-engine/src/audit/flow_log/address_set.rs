//! Sets of addresses that are asked millions of times per second.

use std::net::IpAddr;

use ipnet::IpNet;

/// Addresses and networks.
///
/// ```
/// use port_engine::audit::flow_log::address_set::AddressSet;
///
/// let set = AddressSet::new(["192.0.2.0/24".parse().unwrap(), "2001:db8::1/128".parse().unwrap()]);
/// assert!(set.contains("192.0.2.7".parse().unwrap()));
/// assert!(!set.contains("198.51.100.7".parse().unwrap()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressSet {
    /// A bit for each value of the first 16 bits of IPv4 addresses in the set. Most questions are decided here.
    prefixes: Box<[u64; 1 << 10]>,
    /// The first and last address of ranges, which don't touch, in order.
    v4: Vec<(u32, u32)>,
    v6: Vec<(u128, u128)>,
}

impl AddressSet {
    /// The addresses of networks.
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> AddressSet {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for network in networks {
            match network {
                IpNet::V4(network) => v4.push((network.network().to_bits(), network.broadcast().to_bits())),
                IpNet::V6(network) => v6.push((network.network().to_bits(), network.broadcast().to_bits())),
            }
        }
        let mut prefixes = Box::new([0; 1 << 10]);
        for (first, last) in &v4 {
            for prefix in (first >> 16)..=(last >> 16) {
                prefixes[(prefix / 64) as usize] |= 1 << (prefix % 64);
            }
        }
        AddressSet { prefixes, v4: merged(v4, 1), v6: merged(v6, 1) }
    }

    /// Whether the set has no address.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Whether the set has an address.
    #[inline]
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => {
                let bits = address.to_bits();
                let prefix = bits >> 16;
                self.prefixes[(prefix / 64) as usize] & (1 << (prefix % 64)) != 0 && is_within(&self.v4, &bits)
            }
            IpAddr::V6(address) => !self.v6.is_empty() && is_within(&self.v6, &address.to_bits()),
        }
    }
}

/// Ranges without those that overlap or touch.
fn merged<T: Ord + Copy + std::ops::Sub<Output = T>>(mut ranges: Vec<(T, T)>, one: T) -> Vec<(T, T)> {
    ranges.sort_unstable();
    let mut merged: Vec<(T, T)> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match merged.last_mut() {
            Some((_, end)) if first <= *end || first - *end <= one => *end = last.max(*end),
            _ => merged.push((first, last)),
        }
    }
    merged
}

fn is_within<T: Ord>(ranges: &[(T, T)], value: &T) -> bool {
    let after = ranges.partition_point(|(first, _)| first <= value);
    after > 0 && *value <= ranges[after - 1].1
}

#[cfg(test)]
mod tests {
    use super::AddressSet;
    use ipnet::IpNet;
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    #[test]
    fn a_set_contains_what_one_of_its_networks_contains() {
        let mut random = fastrand::Rng::with_seed(4);
        for _ in 0..300 {
            // Addresses near each other, so that networks overlap and touch.
            let v4 = |random: &mut fastrand::Rng| Ipv4Addr::from_bits(0x0aff_fff0 + random.u32(0..0x20));
            let v6 = |random: &mut fastrand::Rng| Ipv6Addr::from_bits(0x2001 << 112 | u128::from(random.u32(0..0x20)));
            let networks: Vec<IpNet> = (0..random.usize(0..5))
                .map(|_| match random.bool() {
                    true => IpNet::new(v4(&mut random).into(), random.u8(25..=32)).unwrap().trunc(),
                    false => IpNet::new(v6(&mut random).into(), random.u8(122..=128)).unwrap().trunc(),
                })
                .collect();
            let set = AddressSet::new(networks.iter().copied());
            assert_eq!(set.is_empty(), networks.is_empty());
            for address in (0..0x20).flat_map(|low| {
                let v6 = Ipv6Addr::from_bits(0x2001 << 112 | u128::from(low));
                [IpAddr::from(Ipv4Addr::from_bits(0x0aff_fff0 + low)), v6.into()]
            }) {
                assert_eq!(set.contains(address), networks.iter().any(|network| network.contains(&address)));
            }
        }
        let all = AddressSet::new(["0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()]);
        assert!(all.contains("255.255.255.255".parse().unwrap()) && all.contains("::".parse().unwrap()));
    }
}
