//! The only place that calls the audit's reader.

use std::path::Path;

use port_engine::audit::address_family::AddressFamily;
use port_engine::audit::firewall::{Firewall, Scope};
use port_engine::audit::observation::{Observation, State};
use port_engine::audit::{iptables, nft};
use port_engine::protocol::Protocol;

use crate::probe::Target;

/// What the reader reports of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A packet from some source gets through.
    Open,
    /// No packet does.
    NotOpen,
    /// The reader cannot tell.
    Unknown,
}

/// What the reader cannot know from a listing: the interfaces and addresses of the server in `prober.py`, and that no probe exceeds
/// a rate. Without it, what a rule accepts from an interface that the server doesn't have would count as open.
fn scope(family: AddressFamily) -> Scope {
    let addresses = ["10.9.0.1/32", "10.9.1.1/32", "2001:db8:9::1/128", "2001:db8:9:1::1/128"];
    Scope {
        family: Some(family),
        interfaces: ["eth0", "eth1"].map(str::to_string).to_vec(),
        destinations: addresses.iter().map(|address| address.parse().expect("an address")).collect(),
        within_rates: true,
        ..Scope::default()
    }
}

/// The verdicts on targets by the listing of a ruleset; none on a protocol that the family doesn't have.
pub fn verdicts(listing: &str, is_ipv6: bool, targets: &[Target]) -> Result<Vec<Option<Verdict>>, String> {
    verdicts_of(&nft::parse(Path::new("listing"), listing).map_err(|problem| problem.to_string())?, is_ipv6, targets)
}

/// The same by saved rules of both families.
pub fn iptables_verdicts(
    v4: &str,
    v6: &str,
    is_ipv6: bool,
    targets: &[Target],
) -> Result<Vec<Option<Verdict>>, String> {
    verdicts_of(&saved(v4, v6)?, is_ipv6, targets)
}

/// The same by saved rules and the listing of nft, which has the same rules.
pub fn combined_verdicts(
    [v4, v6, listing]: [&str; 3],
    is_ipv6: bool,
    targets: &[Target],
) -> Result<Vec<Option<Verdict>>, String> {
    let listed = nft::parse(Path::new("listing"), listing).map_err(|problem| problem.to_string())?;
    verdicts_of(&listed.with_iptables(saved(v4, v6)?), is_ipv6, targets)
}

fn saved(v4: &str, v6: &str) -> Result<Firewall, String> {
    let files = [(AddressFamily::Ipv4, Path::new("v4"), v4), (AddressFamily::Ipv6, Path::new("v6"), v6)];
    iptables::parse(&files).map_err(|problem| problem.to_string())
}

fn verdicts_of(firewall: &Firewall, is_ipv6: bool, targets: &[Target]) -> Result<Vec<Option<Verdict>>, String> {
    let family = if is_ipv6 { AddressFamily::Ipv6 } else { AddressFamily::Ipv4 };
    let observation = firewall.observe(&scope(family)).map_err(|problem| problem.to_string())?;
    Ok(targets.iter().map(|target| state(&observation, *target).map(verdict)).collect())
}

fn state(observation: &Observation, (protocol, port): Target) -> Option<State> {
    let protocol = Protocol::new(protocol);
    if !protocol.has_ports() {
        return Some(observation.portless(protocol).state).filter(|state| *state != State::NotChecked);
    }
    let pieces = observation.pieces(protocol).iter();
    let states =
        pieces.filter(|piece| piece.range.first() <= port && port <= piece.range.last()).map(|piece| piece.state);
    states.max()
}

fn verdict(state: State) -> Verdict {
    match state {
        State::Open | State::Restricted => Verdict::Open,
        State::Unknown => Verdict::Unknown,
        State::NotOpen | State::NotChecked | State::Loopback => Verdict::NotOpen,
    }
}
