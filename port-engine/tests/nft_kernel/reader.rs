//! The only place that calls the audit's reader.

use std::path::Path;

use port_engine::audit::address_family::AddressFamily;
use port_engine::audit::firewall::{Firewall, HookPath, Scope};
use port_engine::audit::observation::{Observation, State};
use port_engine::audit::{iptables, nft};
use port_engine::protocol::Protocol;

use crate::probe::{AH, Destination, OSPF, Source, Target};

/// What the reader reports of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Peers in general get through.
    Open,
    /// Some get through, and peers in general don't.
    Restricted,
    /// No packet does.
    NotOpen,
    /// The reader cannot tell.
    Unknown,
}

/// Which packets the reader is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Packets to the server, from anywhere.
    FromAnywhere,
    /// Packets to the server, by the interfaces that it has.
    ByInterface,
    /// Packets to the server from one address, by one interface.
    FromOne,
    /// Packets to the machine behind the server, from anywhere.
    Forwarded,
    /// Packets to the machine behind the server, by the interfaces that the server has.
    ForwardedByInterface,
}

impl Question {
    pub const ALL: [Question; 5] = [
        Question::FromAnywhere,
        Question::ByInterface,
        Question::FromOne,
        Question::Forwarded,
        Question::ForwardedByInterface,
    ];

    /// Whether it is about packets to the machine behind the server.
    pub fn is_about_forwarding(self) -> bool {
        matches!(self, Question::Forwarded | Question::ForwardedByInterface)
    }

    /// Whether the scope names the interfaces, so that each of them counts.
    pub fn names_interfaces(self) -> bool {
        !matches!(self, Question::FromAnywhere | Question::Forwarded)
    }

    /// Whether it is about the packets of a source.
    pub fn is_about(self, source: &Source) -> bool {
        (source.to == Destination::Behind) == self.is_about_forwarding()
            && (self != Question::FromOne || source.interface == ONE.0 && ONE.1.contains(&source.address))
    }

    /// What the reader cannot know from a listing: the interfaces and addresses of the server in `prober.py`, and that no probe
    /// exceeds a rate.
    fn scope(self, family: AddressFamily) -> Scope {
        let networks = |texts: &[&str]| texts.iter().map(|text| text.parse().expect("a network")).collect();
        let interfaces: &[&str] = match self {
            Question::FromAnywhere | Question::Forwarded => &[],
            Question::FromOne => &[ONE.0],
            Question::ByInterface | Question::ForwardedByInterface => &["eth0", "eth1", "wan0"],
        };
        let (path, destinations) = match self.is_about_forwarding() {
            true => (HookPath::Forward, networks(&["10.9.7.2/32", "2001:db8:9:7::2/128"])),
            false => (HookPath::Input, networks(&OWN)),
        };
        Scope {
            family: Some(family),
            sources: if self == Question::FromOne {
                networks(&["192.0.2.5/32", "2001:db8:5::5/128"])
            } else {
                Vec::new()
            },
            interfaces: interfaces.iter().map(|name| (*name).to_string()).collect(),
            path,
            destinations,
            protocols: [AH, OSPF].map(Protocol::new).into(),
            within_rates: true,
        }
    }
}

/// The server's own addresses.
const OWN: [&str; 8] = [
    "10.9.0.1/32",
    "10.9.1.1/32",
    "10.9.2.1/32",
    "10.9.7.1/32",
    "2001:db8:9::1/128",
    "2001:db8:9:1::1/128",
    "2001:db8:9:2::1/128",
    "2001:db8:9:7::1/128",
];

/// The interface and the addresses of [`Question::FromOne`].
const ONE: (&str, [&str; 2]) = ("eth1", ["192.0.2.5", "2001:db8:5::5"]);

/// The firewall of a listing.
pub fn firewall(listing: &str) -> Result<Firewall, String> {
    nft::parse(Path::new("listing"), listing).map_err(|problem| problem.to_string())
}

/// The firewall of saved rules of both families.
pub fn saved_firewall(v4: &str, v6: &str) -> Result<Firewall, String> {
    let files = [(AddressFamily::Ipv4, Path::new("v4"), v4), (AddressFamily::Ipv6, Path::new("v6"), v6)];
    iptables::parse(&files).map_err(|problem| problem.to_string())
}

/// The verdicts on targets; none on a protocol that the family doesn't have.
pub fn verdicts(
    firewall: &Firewall,
    question: Question,
    is_ipv6: bool,
    targets: &[Target],
) -> Result<Vec<Option<Verdict>>, String> {
    let family = if is_ipv6 { AddressFamily::Ipv6 } else { AddressFamily::Ipv4 };
    let observation = firewall.observe(&question.scope(family)).map_err(|problem| problem.to_string())?;
    // What AH carries over IPv6 isn't known, and rules about it are in no ruleset.
    let is_asked = |target: &Target, state: &State| !(is_ipv6 && target.0 == AH && *state == State::Unknown);
    let verdicts = targets.iter().map(|target| state(&observation, *target).filter(|state| is_asked(target, state)));
    Ok(verdicts.map(|state| state.map(verdict)).collect())
}

fn state(observation: &Observation, (protocol, port, icmp_type): Target) -> Option<State> {
    let protocol = Protocol::new(protocol);
    if !protocol.has_ports() {
        let icmp_type = protocol.is_icmp().then_some(icmp_type);
        return Some(observation.of_type(protocol, icmp_type).state).filter(|state| *state != State::NotChecked);
    }
    observation.pieces(protocol).iter().find(|piece| piece.range.contains(port)).map(|piece| piece.state)
}

fn verdict(state: State) -> Verdict {
    match state {
        State::Open => Verdict::Open,
        State::Restricted => Verdict::Restricted,
        State::Unknown => Verdict::Unknown,
        State::NotOpen | State::NotChecked | State::Loopback => Verdict::NotOpen,
    }
}
