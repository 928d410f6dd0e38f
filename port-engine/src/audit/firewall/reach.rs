//! Who reaches each port: peers in general, some of them, or only the machine itself.
//!
//! A port is open if peers in general reach it: over an interface that no rule names, from at least two thirds of the family's
//! unicast addresses, and with a hardware address that no rule names. So a list of denied peers leaves a port open, and a list of
//! allowed ones makes it restricted. If the scope names interfaces or source addresses, "in general" means all of those. Packets of
//! several classes count together: `iifname eth0 accept` and `iifname != eth0 accept` are everything.
//!
//! What a peer can choose for itself, such as the source port or an option of TCP, doesn't restrict a port. Packets of peers are
//! taken to arrive by the interface that leads back to them (`fib saddr . iif oif exists`); those that arrive by another one, with
//! forged addresses, never make a port open.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use port_core::PortRange;

use super::first_packets::{MAX_HARDWARE, networks_of};
use super::intervals::Intervals;
use super::packets::{Field, Packets};
use super::scope::Scope;
use super::value::interfaces;
use crate::audit::address_family::AddressFamily;
use crate::audit::observation::State;
use crate::port_set::PortSet;

/// The peers whose packets to some ports are accepted.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The ports.
    pub ports: Rc<Intervals>,
    /// Whether it is sure that the packets are accepted.
    pub is_sure: bool,
    interfaces: Rc<Intervals>,
    sources: Rc<Intervals>,
    hardware: Rc<Intervals>,
    way_back: Rc<Intervals>,
}

impl Accepted {
    /// The peers that send the packets of a class to some ports.
    pub fn new(packets: &Packets, ports: Rc<Intervals>, is_sure: bool) -> Accepted {
        Accepted {
            ports,
            is_sure,
            interfaces: packets.values(Field::Interface).clone(),
            sources: packets.values(Field::Source).clone(),
            hardware: packets.values(Field::Hardware).clone(),
            way_back: packets.values(Field::WayBack).clone(),
        }
    }
}

/// Who "peers in general" are.
pub struct Peers {
    /// All interfaces by which packets arrive.
    interfaces: Intervals,
    /// Whether the scope names them, so that each counts.
    has_interfaces: bool,
    sources: Intervals,
    /// Whether the scope names them, so that each counts.
    has_sources: bool,
}

impl Peers {
    /// The peers of a scope.
    pub fn new(family: AddressFamily, scope: &Scope) -> Peers {
        let own = interfaces("lo");
        let arriving: Intervals = match &scope.interfaces[..] {
            [] => Intervals::range(0, u128::MAX),
            names => names.iter().flat_map(|name| interfaces(name).ranges().collect::<Vec<_>>()).collect(),
        };
        let sources = match &scope.sources[..] {
            [] => unicast(family),
            networks => networks_of(family, networks),
        };
        Peers {
            interfaces: arriving.minus(&own),
            has_interfaces: !scope.interfaces.is_empty(),
            sources,
            has_sources: !scope.sources.is_empty(),
        }
    }

    /// The state of ports to which the packets of these peers are accepted.
    fn state(&self, accepted: &[&Accepted]) -> State {
        let (sure, peers): (Vec<&Accepted>, Vec<&Accepted>) = {
            let peers: Vec<&Accepted> =
                accepted.iter().copied().filter(|own| own.interfaces.overlaps(&self.interfaces)).collect();
            (peers.iter().copied().filter(|own| own.is_sure).collect(), peers)
        };
        if accepted.is_empty() {
            State::NotOpen
        } else if peers.is_empty() {
            State::Loopback
        } else if self.is_general(&sure) {
            State::Open
        } else if self.is_general(&peers) || !sure.iter().any(|own| self.can_exist(own)) {
            State::Unknown
        } else {
            State::Restricted
        }
    }

    /// Whether peers in general are among these.
    fn is_general(&self, accepted: &[&Accepted]) -> bool {
        if accepted.is_empty() {
            return false;
        }
        self.representatives(accepted).into_iter().all(|interface| {
            let own = accepted.iter().filter(|own| {
                own.interfaces.contains(interface) && own.hardware.contains(MAX_HARDWARE) && own.way_back.contains(1)
            });
            self.are_most(&own.flat_map(|own| own.sources.ranges()).collect())
        })
    }

    /// An interface of every kind that counts: one that no rule names, or, if the scope names some, one of each kind that these
    /// classes treat differently.
    fn representatives(&self, accepted: &[&Accepted]) -> BTreeSet<u128> {
        if !self.has_interfaces {
            return BTreeSet::from([u128::MAX]);
        }
        let mut starts: BTreeSet<u128> = self.interfaces.ranges().map(|(first, _)| first).collect();
        for (first, last) in accepted.iter().flat_map(|own| own.interfaces.ranges()) {
            let bounds = [Some(first), last.checked_add(1)];
            starts.extend(bounds.into_iter().flatten().filter(|bound| self.interfaces.contains(*bound)));
        }
        starts
    }

    /// Whether these are most of the sources, or all of those that the scope names.
    fn are_most(&self, sources: &Intervals) -> bool {
        if self.has_sources {
            return sources.contains_all(&self.sources);
        }
        sources.and(&self.sources).count() / 2 >= self.sources.count() / 3
    }

    /// Whether there surely are such packets. With limits on both the interface and the source, the interface may not be the one
    /// that leads back to the source.
    fn can_exist(&self, own: &Accepted) -> bool {
        let covers_interfaces = || own.interfaces.contains_all(&self.interfaces);
        let covers_sources = || own.sources.contains_all(&self.sources);
        match (own.way_back.contains(0), own.way_back.contains(1)) {
            (true, true) => true,
            (false, true) => covers_interfaces() || covers_sources(),
            _ => false,
        }
    }
}

/// The addresses that single machines on the Internet and in private networks can have.
fn unicast(family: AddressFamily) -> Intervals {
    match family {
        AddressFamily::Ipv4 => {
            // Without "this network" (0.0.0.0/8), loopback (127.0.0.0/8), multicast and reserved addresses (224.0.0.0/3).
            let (first, last) = (1 << 24, (224 << 24) - 1);
            Intervals::range(first, last).minus(&Intervals::range(127 << 24, (128 << 24) - 1))
        }
        // The block from which global addresses are assigned (RFC 4291, section 2.4): 2000::/3.
        AddressFamily::Ipv6 => Intervals::range(1 << 125, (1 << 126) - 1),
    }
}

/// The ports in each state.
pub type States = BTreeMap<State, PortSet>;

/// The state of each port.
pub fn states(peers: &Peers, accepted: Vec<Accepted>) -> States {
    let accepted = joined(accepted);
    let mut changes: BTreeMap<u32, Vec<(bool, usize)>> = BTreeMap::from([(1, Vec::new())]);
    for (position, own) in accepted.iter().enumerate() {
        for (first, last) in own.ports.ranges() {
            let [first, end] = [first, last + 1].map(|number| u32::try_from(number).unwrap_or(END));
            changes.entry(first.max(1)).or_default().push((true, position));
            changes.entry(end).or_default().push((false, position));
        }
    }
    let mut states = States::new();
    let mut known: HashMap<Vec<usize>, State> = HashMap::new();
    let mut active: BTreeSet<usize> = BTreeSet::new();
    let starts: Vec<u32> = changes.keys().copied().filter(|start| *start < END).collect();
    for (number, start) in starts.iter().enumerate() {
        for (begins, position) in changes.get(start).into_iter().flatten() {
            if *begins {
                active.insert(*position)
            } else {
                active.remove(position)
            };
        }
        let key: Vec<usize> = active.iter().copied().collect();
        let state = *known.entry(key).or_insert_with_key(|key| {
            let own: Vec<&Accepted> = key.iter().map(|position| &accepted[*position]).collect();
            peers.state(&own)
        });
        let last = starts.get(number + 1).map_or(END, |next| *next) - 1;
        let port = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
        if let Some(range) = PortRange::new(port(*start), port(last)) {
            states.entry(state).or_insert_with(PortSet::empty).insert(range);
        }
    }
    states
}

/// One more than the highest port.
const END: u32 = 1 << 16;

/// Joins those that differ in their sources only.
fn joined(accepted: Vec<Accepted>) -> Vec<Accepted> {
    let mut groups: Vec<(Accepted, Vec<(u128, u128)>)> = Vec::new();
    let mut positions: HashMap<_, usize> = HashMap::new();
    for own in accepted {
        let key = (own.ports.clone(), own.is_sure, own.interfaces.clone(), own.hardware.clone(), own.way_back.clone());
        let position = *positions.entry(key).or_insert(groups.len());
        let sources: Vec<(u128, u128)> = own.sources.ranges().collect();
        match groups.get_mut(position) {
            Some((_, all)) => all.extend(sources),
            None => groups.push((own, sources)),
        }
    }
    let join = |(own, sources): (Accepted, Vec<(u128, u128)>)| Accepted {
        sources: Rc::new(sources.into_iter().collect()),
        ..own
    };
    groups.into_iter().map(join).collect()
}

#[cfg(test)]
mod tests;
