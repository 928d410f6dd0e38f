//! Tests of which peers make a port open.

use std::rc::Rc;

use super::{Accepted, Peers, State, states, unicast};
use crate::audit::address_family::AddressFamily;
use crate::audit::firewall::first_packets::MAX_HARDWARE;
use crate::audit::firewall::intervals::Intervals;
use crate::audit::firewall::scope::Scope;
use crate::audit::firewall::value::{interfaces, network};
use crate::port_set::PortSet;

/// Packets of all peers to a range of ports.
fn accepted(first: u128, last: u128) -> Accepted {
    let any = Rc::new(Intervals::range(0, u128::MAX));
    Accepted {
        ports: Rc::new(Intervals::range(first, last)),
        is_sure: true,
        interfaces: any.clone(),
        sources: any,
        hardware: Rc::new(Intervals::range(0, MAX_HARDWARE)),
        way_back: Rc::new(Intervals::range(0, 1)),
    }
}

fn networks(texts: &[&str]) -> Rc<Intervals> {
    Rc::new(texts.iter().flat_map(|text| network(text.parse().unwrap()).ranges().collect::<Vec<_>>()).collect())
}

#[test]
fn single_machines_have_addresses_outside_the_special_blocks() {
    let is_unicast = |text: &str| {
        let family = if text.contains(':') { AddressFamily::Ipv6 } else { AddressFamily::Ipv4 };
        let own = unicast(family);
        assert!(networks(&[text]).ranges().all(|(first, last)| own.contains(first) == own.contains(last)), "{text}");
        own.contains_all(&networks(&[text]))
    };
    for text in ["1.0.0.0/8", "126.0.0.0/8", "128.0.0.0/8", "223.0.0.0/8", "10.0.0.0/8", "2000::/4", "3000::/4"] {
        assert!(is_unicast(text), "{text}");
    }
    for text in ["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "::/3", "fe80::/10", "ff00::/8", "4000::/3"]
    {
        assert!(!is_unicast(text), "{text}");
    }
    assert_eq!(unicast(AddressFamily::Ipv4).count(), (223 - 1) << 24);
    assert_eq!(unicast(AddressFamily::Ipv6).count(), 1 << 125);
}

#[test]
fn a_port_is_open_if_two_thirds_of_the_addresses_reach_it() {
    let peers = Peers::new(AddressFamily::Ipv6, &Scope::default());
    for (sources, expected) in [
        (&["2000::/3"][..], State::Open),
        (&["2000::/4", "3000::/5"], State::Open),
        // A little more and a little less than two thirds: 43 and 42 of 64 parts.
        (&["2000::/4", "3000::/6", "3400::/8", "3500::/9"], State::Open),
        (&["2000::/4", "3000::/6", "3400::/8"], State::Restricted),
        (&["2000::/4", "3000::/6"], State::Restricted),
        (&["2000::/4"], State::Restricted),
    ] {
        let own = Accepted { sources: networks(sources), ..accepted(22, 22) };
        assert_eq!(peers.state(&[&own]), expected, "{sources:?}");
    }
}

#[test]
fn each_port_has_the_state_of_the_packets_that_are_accepted_to_it() {
    let loopback = Accepted { interfaces: Rc::new(interfaces("lo")), ..accepted(10, 30) };
    let unsure = Accepted { is_sure: false, ..accepted(40, 50) };
    let some = Accepted { sources: networks(&["192.0.2.5/32"]), ..accepted(1, 25) };
    let highest = accepted(65535, 65535);
    let peers = Peers::new(AddressFamily::Ipv4, &Scope::default());
    let found = states(&peers, vec![loopback, unsure, accepted(20, 45), highest, some]);
    let set = |ranges: &[(u16, u16)]| -> PortSet {
        ranges.iter().map(|(first, last)| port_core::PortRange::new(*first, *last).unwrap()).collect()
    };
    let expected = [
        (State::Open, set(&[(20, 45), (65535, 65535)])),
        (State::Restricted, set(&[(1, 19)])),
        (State::Unknown, set(&[(46, 50)])),
        (State::NotOpen, set(&[(51, 65534)])),
    ];
    assert_eq!(found, expected.into_iter().collect());
    let lowest = Accepted { interfaces: Rc::new(interfaces("lo")), ..accepted(0, 1) };
    let found = states(&peers, vec![lowest]);
    assert_eq!(found[&State::Loopback], set(&[(1, 1)]));
    assert_eq!(found[&State::NotOpen], set(&[(2, 65535)]));
}
