//! A class of packets: what the first packets of connections to many ports have in common.
//!
//! A class is a box: a set of values for each field that rules can ask about, such as the port. A condition splits a class in two,
//! so that afterwards every packet of a class has the same fate.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use port_core::PortRange;

use super::intervals::Intervals;
use super::value::interfaces;
use crate::port_set::PortSet;

/// A field whose value differs between packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The port that the packet is sent to: the third and fourth byte behind the IP headers. Of ICMP, the type and the code, which
    /// are the first two bytes, plus 1 (see [`Kind::in_field`](super::value::Kind::in_field)).
    Port,
    /// The interface by which the packet arrives.
    Interface,
    /// The source address.
    Source,
    /// The hardware address of the sender, or of the last router.
    Hardware,
    /// Whether the way back to the source begins at the interface by which the packet arrives: 1 if it does.
    WayBack,
    /// The destination address.
    Destination,
    /// The source port: the first two bytes behind the IP headers. Of ICMP, the third and fourth byte.
    SourcePort,
    /// The flags of TCP.
    Flags,
    /// The protocol that the first IPv6 header names: that of the packet, or of an extension header.
    NextHeader,
}

/// The number of fields.
pub const FIELDS: usize = 9;

/// A value of a packet now, since rules can change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Now {
    /// As the peer sent it.
    Original,
    /// Another one.
    Changed(u128),
    /// One that isn't known.
    Unknown,
}

/// Whether something is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Maybe {
    No,
    Yes,
    Unknown,
}

/// What connection tracking knows of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tracking {
    /// Nothing yet.
    None,
    /// It begins a connection.
    New,
    /// It is a message of ICMP that begins no connection and belongs to none.
    Invalid,
    /// It is an answer or an error of ICMP, which belongs to a connection if the machine sent what it is about.
    Answer,
    /// A rule exempted it.
    Untracked,
    /// A rule may have exempted it.
    Unknown,
}

/// What accepted packets on their way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
    /// The values of each field, as peers sent the packets.
    pub fields: [Rc<Intervals>; FIELDS],
    /// What became of each field.
    pub now: Rc<[Now; FIELDS]>,
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
    /// The values of a field, as peers sent the packets.
    pub fn values(&self, field: Field) -> &Rc<Intervals> {
        &self.fields[field as usize]
    }

    /// Whether other machines send such packets.
    pub fn is_from_peer(&self) -> bool {
        !interfaces("lo").contains_all(self.values(Field::Interface))
    }

    /// What became of a field.
    pub fn now(&self, field: Field) -> Now {
        self.now[field as usize]
    }

    /// Sets a field for all packets, to something that isn't known if `value` is `None`.
    pub fn set(&mut self, field: Field, value: Option<u128>) {
        Rc::make_mut(&mut self.now)[field as usize] = value.map_or(Now::Unknown, Now::Changed);
    }

    /// Marks everything as not known that a rule can write.
    pub fn overwrite_all(&mut self) {
        let mut now = [Now::Unknown; FIELDS];
        for field in [Field::Interface, Field::Hardware] {
            now[field as usize] = Now::Original;
        }
        self.now = Rc::new(now);
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

    /// The same packets, of which it isn't known whether they get here.
    pub fn doubted(self) -> Packets {
        Packets { in_doubt: true, ..self }
    }

    /// The packets of the original class that are not in `other`, as disjoint boxes; `None` if they have no packet in common.
    pub fn without_box(&self, other: &Packets) -> Option<Vec<Packets>> {
        if (0..FIELDS).any(|field| !self.fields[field].overlaps(&other.fields[field])) {
            return None;
        }
        let mut rest = Vec::new();
        let mut own = self.clone();
        for field in 0..FIELDS {
            let values = own.fields[field].clone();
            let outside = values.minus(&other.fields[field]);
            if !outside.is_empty() {
                let mut part = own.clone();
                part.fields[field] = Rc::new(outside);
                rest.push(part);
                own.fields[field] = Rc::new(values.and(&other.fields[field]));
            }
        }
        Some(rest)
    }

    /// A number that is the same for classes that agree in everything but one field.
    pub fn hash_without(&self, field: usize) -> u64 {
        let mut hasher = DefaultHasher::new();
        for (number, values) in self.fields.iter().enumerate().filter(|(number, _)| *number != field) {
            number.hash(&mut hasher);
            values.hash_briefly(&mut hasher);
        }
        (&self.now, self.mark, self.tracking, self.is_translated, self.leaves, self.in_doubt).hash(&mut hasher);
        self.trail.len().hash(&mut hasher);
        if let Some(step) = self.trail.last() {
            step.hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Whether the classes agree in everything but one field.
    pub fn is_like(&self, other: &Packets, except: usize) -> bool {
        let same = |field: usize| {
            let (own, others) = (&self.fields[field], &other.fields[field]);
            Rc::ptr_eq(own, others) || own == others
        };
        self.has_same_history(other) && (0..FIELDS).all(|field| field == except || same(field))
    }

    /// Whether every packet of another class in doubt is in this one.
    pub fn has_all_of_doubted(&self, other: &Packets) -> bool {
        let has_all = |field: usize| self.fields[field].contains_all(&other.fields[field]);
        other.in_doubt && self.has_same_history(other) && (0..FIELDS).all(has_all)
    }

    /// Whether the same happened to the packets of both classes.
    fn has_same_history(&self, other: &Packets) -> bool {
        self.mark == other.mark
            && self.tracking == other.tracking
            && self.is_translated == other.is_translated
            && self.leaves == other.leaves
            && self.in_doubt == other.in_doubt
            && (Rc::ptr_eq(&self.now, &other.now) || self.now == other.now)
            && (Rc::ptr_eq(&self.trail, &other.trail) || self.trail == other.trail)
    }
}

/// Ports as numbers.
pub fn ports(values: &Intervals) -> PortSet {
    let port = |number: u128| u16::try_from(number).unwrap_or(u16::MAX);
    // No peer connects to port 0.
    let ranges = values.ranges().filter_map(|(first, last)| PortRange::new(port(first.max(1)), port(last)));
    ranges.collect()
}
