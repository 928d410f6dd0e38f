//! Interprets `nft -j list ruleset`: what the machine's firewall accepts from peers.
//!
//! The first packet of a new connection is followed through the chains, for all ports of a protocol at once. `ruleset` parses the
//! listing, `statement` names its statements, `condition` finds the packets that a rule matches, `rule` splits a rule into branches
//! with one verdict each, and `walk` follows the packets. A condition on something other than the port, such as the source
//! address, becomes a limit: the port is open to some peers, and the evidence names the limit. What can't be interpreted is
//! reported with its rule's handle, and the ports that it may concern are unknown.

mod condition;
mod rule;
mod ruleset;
mod statement;
mod walk;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use port_data::{Diagnostic, Place};

use super::address_family::AddressFamily;
use super::observation::{Finding, Observation, Seen, Source, State};
use crate::port_set::PortSet;
use crate::protocol::Protocol;
use ruleset::Ruleset;
use walk::{Grant, Outcome};

/// What the rules accept, over one address family or over both.
///
/// # Errors
///
/// The text isn't the listing of a complete ruleset.
pub fn read(file: &Path, text: &str, family: Option<AddressFamily>) -> Result<Observation, Diagnostic> {
    let ruleset = Ruleset::parse(file, text)?;
    let families = family.map_or_else(|| vec![AddressFamily::Ipv4, AddressFamily::Ipv6], |family| vec![family]);
    let mut not_interpreted = ruleset.not_interpreted.clone();
    let mut is_reported: HashSet<String> = not_interpreted.iter().cloned().collect();
    let mut outcomes = |protocol| -> Result<Vec<(AddressFamily, Outcome)>, Diagnostic> {
        let mut outcomes = Vec::new();
        for family in &families {
            let mut outcome =
                walk::walk(&ruleset, *family, protocol).map_err(|problem| problem.at(Place::file(file)))?;
            for part in outcome.not_interpreted.drain(..) {
                if is_reported.insert(part.clone()) {
                    not_interpreted.push(part);
                }
            }
            outcomes.push((*family, outcome));
        }
        Ok(outcomes)
    };
    let mut seen = Vec::new();
    let mut portless = Vec::new();
    for protocol in Protocol::KNOWN.iter().copied() {
        let reports = reports(protocol, outcomes(protocol)?);
        match protocol.has_ports() {
            true => seen.extend(reports),
            false => portless.push((protocol, as_portless(reports))),
        }
    }
    let mut observation = Observation::new(Source::Nft, &seen);
    for (protocol, finding) in portless {
        observation.set_portless(protocol, finding);
    }
    observation.family = family;
    observation.not_interpreted = not_interpreted;
    for family in families {
        if !ruleset.filters(family) {
            observation
                .remarks
                .push(format!("no chain filters incoming {} packets: all of them are accepted", family.name()));
        }
    }
    Ok(observation)
}

/// What is known about a protocol without ports, from reports for which it was treated as if every port had it.
fn as_portless(reports: Vec<Seen>) -> Finding {
    let state = reports.iter().map(|seen| seen.state).max().unwrap_or(State::NotOpen);
    let mut evidence: Vec<String> =
        reports.into_iter().filter(|seen| seen.state == state).map(|seen| seen.evidence).collect();
    evidence.retain(|text| !text.is_empty());
    evidence.dedup();
    Finding { state, evidence }
}

/// The reports about a protocol. If a rule accepts packets of only one of two families, the evidence names the family.
fn reports(protocol: Protocol, outcomes: Vec<(AddressFamily, Outcome)>) -> Vec<Seen> {
    let seen = |ports: &PortSet, state, evidence: &str| -> Vec<Seen> {
        let seen = |range| Seen { protocol, range, state, evidence: evidence.to_string() };
        ports.ranges().map(seen).collect()
    };
    let mut all = seen(&PortSet::full(), State::NotOpen, "");
    for (_, outcome) in &outcomes {
        all.extend(seen(&outcome.unknown, State::Unknown, ""));
    }
    let has_both_families = outcomes.len() > 1;
    // What accepts packets, in order, with the ports over IPv4 and over IPv6.
    let mut grants: Vec<(String, [PortSet; 2])> = Vec::new();
    let mut positions: HashMap<String, usize> = HashMap::new();
    for (family, outcome) in outcomes {
        for Grant { ports, evidence } in outcome.grants {
            let position = *positions.entry(evidence.clone()).or_insert(grants.len());
            if position == grants.len() {
                grants.push((evidence, [PortSet::empty(), PortSet::empty()]));
            }
            let own = &mut grants[position].1[usize::from(family == AddressFamily::Ipv6)];
            *own = &*own | &ports;
        }
    }
    for (evidence, [v4, v6]) in grants {
        if !has_both_families {
            all.extend(seen(&(&v4 | &v6), State::Open, &evidence));
            continue;
        }
        all.extend(seen(&(&v4 & &v6), State::Open, &evidence));
        for (family, ports) in [(AddressFamily::Ipv4, &v4 - &v6), (AddressFamily::Ipv6, &v6 - &v4)] {
            all.extend(seen(&ports, State::Open, &format!("{evidence}, over {}", family.name())));
        }
    }
    all
}

#[cfg(test)]
mod tests;
