//! A class of packets: what the first packets of connections to many ports have in common.
//!
//! A class is a box: a set of values for each field that rules can ask about, and the ports that the packets are sent to. A
//! condition splits a class in two, so that afterwards every packet of a class has the same fate.

use std::rc::Rc;

use ipnet::IpNet;

use super::intervals::Intervals;
use super::scope::{HookPath, Scope};
use super::value::{interfaces, network};
use crate::audit::address_family::AddressFamily;
use crate::port_set::PortSet;
use crate::protocol::Protocol;

/// A field whose value differs between packets to the same port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The interface by which the packet arrives.
    Interface,
    /// The source address.
    Source,
    /// The destination address.
    Destination,
    /// The source port: the first two bytes behind the IP headers.
    SourcePort,
    /// The flags of TCP.
    Flags,
    /// The protocol that the first IPv6 header names: that of the packet, or of an extension header.
    NextHeader,
}

/// The number of fields.
const FIELDS: usize = 6;

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

/// The extension headers that can be before another header.
const EXTENSION_HEADERS: [u128; 7] = [0, 43, 44, 60, 135, 139, 140];

/// A value of a packet now, since rules can change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Now {
    /// As the peer sent it.
    Original,
    /// Another one.
    Changed(u128),
    /// One that isn't known.
    Unknown,
}

/// Whether something is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maybe {
    No,
    Yes,
    Unknown,
}

/// What connection tracking knows of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracking {
    /// Nothing yet.
    None,
    /// It begins a connection.
    New,
    /// A rule exempted it.
    Untracked,
    /// A rule may have exempted it.
    Unknown,
}

/// What accepted packets on their way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The rule or the policy, with its limits.
    pub text: String,
    /// Whether it is a policy.
    pub is_policy: bool,
    /// Whether the text names a limit or an exception.
    pub has_limit: bool,
}

/// A class of packets.
#[derive(Clone, Debug)]
pub struct Packets {
    /// The ports that they are sent to.
    pub ports: Rc<PortSet>,
    /// What became of the port.
    pub port: Now,
    /// The values of each field, as peers sent the packets.
    fields: [Rc<Intervals>; FIELDS],
    /// What became of each field.
    now: [Now; FIELDS],
    /// The mark, unless it isn't known.
    pub mark: Option<u128>,
    /// What connection tracking knows.
    pub tracking: Tracking,
    /// Whether a rule translated the destination.
    pub is_translated: Maybe,
    /// Whether they go to another machine.
    pub leaves: Maybe,
    /// Whether it isn't known that such packets get here: a part that isn't interpreted may have sent them elsewhere.
    pub in_doubt: bool,
    /// What accepted them so far.
    pub trail: Rc<Vec<Step>>,
}

impl Packets {
    /// All first packets.
    pub fn all(family: AddressFamily, protocol: Protocol, scope: &Scope) -> Packets {
        let any = Rc::new(everything());
        let own = u128::from(protocol.number());
        let headers = EXTENSION_HEADERS.into_iter().chain([own]).map(|number| (number, number)).collect();
        let within = |networks: &[IpNet]| match networks {
            [] => any.clone(),
            _ => Rc::new(networks_of(family, networks)),
        };
        let arriving = match &scope.interfaces[..] {
            [] => everything(),
            names => names.iter().flat_map(|name| interfaces(name).ranges().collect::<Vec<_>>()).collect(),
        };
        // The packets come from another machine.
        let arriving = arriving.minus(&interfaces("lo"));
        Packets {
            ports: Rc::new(PortSet::full()),
            port: Now::Original,
            fields: [
                Rc::new(arriving),
                within(&scope.sources),
                within(&scope.destinations),
                Rc::new(Intervals::range(0, u16::MAX.into())),
                Rc::new(flags_of_first_packets()),
                Rc::new(headers),
            ],
            now: [Now::Original; FIELDS],
            mark: Some(0),
            tracking: Tracking::None,
            is_translated: Maybe::No,
            leaves: if scope.path == HookPath::Forward { Maybe::Yes } else { Maybe::No },
            in_doubt: false,
            trail: Rc::new(Vec::new()),
        }
    }

    /// What became of a field.
    pub fn now(&self, field: Field) -> Now {
        self.now[field as usize]
    }

    /// Sets a field for all packets, to something that isn't known if `value` is `None`.
    pub fn set(&mut self, field: Field, value: Option<u128>) {
        self.now[field as usize] = value.map_or(Now::Unknown, Now::Changed);
    }

    /// Marks everything as not known that a rule can write.
    pub fn overwrite_all(&mut self) {
        self.port = Now::Unknown;
        self.now = [Now::Unknown; FIELDS];
        self.now[Field::Interface as usize] = Now::Original;
        self.mark = None;
        self.is_translated = Maybe::Unknown;
        self.leaves = Maybe::Unknown;
        self.in_doubt = true;
    }

    /// The packets whose field has one of the values, and the others.
    pub fn split(self, field: Field, values: &Intervals) -> (Option<Packets>, Option<Packets>) {
        let own = &self.fields[field as usize];
        let (within, without) = (own.and(values), own.minus(values));
        if without.is_empty() {
            return (Some(self), None);
        }
        if within.is_empty() {
            return (None, Some(self));
        }
        let mut others = self.clone();
        others.fields[field as usize] = Rc::new(without);
        let mut own = self;
        own.fields[field as usize] = Rc::new(within);
        (Some(own), Some(others))
    }

    /// The packets to some ports, and the others.
    pub fn split_ports(self, ports: &PortSet) -> (Option<Packets>, Option<Packets>) {
        let (within, without) = (&*self.ports & ports, &*self.ports - ports);
        let others = Packets { ports: Rc::new(without), ..self.clone() };
        let own = Packets { ports: Rc::new(within), ..self };
        (Some(own).filter(|own| !own.ports.is_empty()), Some(others).filter(|others| !others.ports.is_empty()))
    }

    /// The same packets, of which it isn't known whether they get here.
    pub fn doubted(self) -> Packets {
        Packets { in_doubt: true, ..self }
    }

    /// Whether the packets agree in everything but their ports and fields.
    fn is_like(&self, other: &Packets) -> bool {
        self.port == other.port
            && self.now == other.now
            && self.mark == other.mark
            && self.tracking == other.tracking
            && self.is_translated == other.is_translated
            && self.leaves == other.leaves
            && self.in_doubt == other.in_doubt
            && (Rc::ptr_eq(&self.trail, &other.trail) || self.trail == other.trail)
    }

    /// The fields with different values.
    fn differing<'p>(&'p self, other: &'p Packets) -> impl Iterator<Item = usize> + 'p {
        (0..FIELDS).filter(|field| {
            let (own, others) = (&self.fields[*field], &other.fields[*field]);
            !Rc::ptr_eq(own, others) && own != others
        })
    }

    /// The packets of the original class that are not in `other`, as disjoint boxes, and the box that both have in common.
    fn without_box(&self, other: &Packets) -> Option<(Vec<Packets>, Packets)> {
        let mut rest = Vec::new();
        let mut own = self.clone();
        for field in 0..FIELDS {
            let values = own.fields[field].clone();
            let common = values.and(&other.fields[field]);
            if common.is_empty() {
                return None;
            }
            let outside = values.minus(&other.fields[field]);
            if !outside.is_empty() {
                let mut part = own.clone();
                part.fields[field] = Rc::new(outside);
                rest.push(part);
            }
            own.fields[field] = Rc::new(common);
        }
        Some((rest, own))
    }

    /// Joins packets of classes that differ in one field or in the ports only.
    fn absorb(&mut self, other: &Packets) -> bool {
        if !self.is_like(other) {
            return false;
        }
        let fields: Vec<usize> = self.differing(other).take(2).collect();
        match fields[..] {
            [] => self.ports = Rc::new(&*self.ports | &*other.ports),
            [field] if self.ports == other.ports => {
                self.fields[field] = Rc::new(&*self.fields[field] | &*other.fields[field]);
            }
            // Doubted packets can be in several classes at once.
            _ if self.in_doubt && self.has_all(other) => {}
            _ => return false,
        }
        true
    }

    /// Whether every packet of the other class is in this one.
    fn has_all(&self, other: &Packets) -> bool {
        (&*other.ports - &*self.ports).is_empty()
            && self.differing(other).all(|field| self.fields[field].contains_all(&other.fields[field]))
    }
}

/// Joins classes whose union is a class too.
pub fn join(classes: &mut Vec<Packets>) {
    /// With more classes than this, comparing each with each takes too long.
    const MAX_COMPARED: usize = 200;
    if classes.len() > MAX_COMPARED {
        return;
    }
    let mut joined: Vec<Packets> = Vec::with_capacity(classes.len());
    for mut class in classes.drain(..) {
        while let Some(position) = joined.iter_mut().position(|own| own.absorb(&class)) {
            class = joined.swap_remove(position);
        }
        joined.push(class);
    }
    *classes = joined;
}

/// The ports of `accepted` for which some packets are in none of the classes `dropped`.
pub fn surely_accepted(accepted: &Packets, dropped: &[Packets]) -> PortSet {
    /// With more boxes than this, the rest counts as not sure.
    const MAX_BOXES: usize = 256;
    let mut boxes = vec![accepted.clone()];
    for other in dropped.iter().filter(|other| other.ports.overlaps(&accepted.ports)) {
        for own in std::mem::take(&mut boxes) {
            match own.without_box(other) {
                Some((rest, common)) => {
                    let ports = &*common.ports - &*other.ports;
                    if boxes.len() < MAX_BOXES {
                        boxes.extend(rest);
                    }
                    if !ports.is_empty() {
                        boxes.push(Packets { ports: Rc::new(ports), ..common });
                    }
                }
                None => boxes.push(own),
            }
        }
    }
    boxes.iter().fold(PortSet::empty(), |all, own| &all | &*own.ports)
}
