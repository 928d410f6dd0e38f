//! Reads `nft -j list ruleset`: what the machine's firewall accepts from peers.
//!
//! A new packet of each transport is sent through the chains in thought, for all its ports at once: `ruleset` is what the
//! file says, `condition` which packets a rule is about, `walk` what becomes of them. What a rule asks of a packet
//! beside its ports, such as an address, is told as a limit: the port is open to some. What cannot be interpreted is told
//! with its handle, and the ports that it may be about are unknown.

mod condition;
mod ruleset;
mod walk;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use port_catalog::Transport;

use super::Family;
use super::observation::{Observation, Seen, Source, State};
use crate::fault::Fault;
use crate::port_set::PortSet;
use ruleset::Ruleset;
use walk::{Grant, Outcome};

/// What the rules let in, of one family or of both.
///
/// # Errors
///
/// What is not the listing of a whole ruleset.
pub fn read(file: &Path, text: &str, family: Option<Family>) -> Result<Observation, Fault> {
    let ruleset = Ruleset::parse(file, text)?;
    let families = family.map_or_else(|| vec![Family::Ipv4, Family::Ipv6], |family| vec![family]);
    let mut not_interpreted = ruleset.not_interpreted.clone();
    let mut is_told: HashSet<String> = not_interpreted.iter().cloned().collect();
    let mut outcomes = |transport| -> Result<Vec<(Family, Outcome)>, Fault> {
        let mut outcomes = Vec::new();
        for family in &families {
            let mut outcome = walk::walk(&ruleset, *family, transport).map_err(|told| Fault::of_file(file, told))?;
            for told in outcome.not_interpreted.drain(..) {
                if is_told.insert(told.clone()) {
                    not_interpreted.push(told);
                }
            }
            outcomes.push((*family, outcome));
        }
        Ok(outcomes)
    };
    let mut seen = Vec::new();
    for transport in [Transport::Tcp, Transport::Udp] {
        seen.extend(all_seen(transport, outcomes(transport)?));
    }
    let esp = all_seen(Transport::Esp, outcomes(Transport::Esp)?);
    let mut observation = Observation::new(Source::Nft, &seen);
    // A protocol without ports is as open as every port of it is.
    let state = esp.iter().map(|seen| seen.state).max().unwrap_or(State::NotOpen);
    let mut evidence: Vec<String> =
        esp.into_iter().filter(|seen| seen.state == state).map(|seen| seen.evidence).collect();
    evidence.retain(|text| !text.is_empty());
    evidence.dedup();
    observation.esp = (state, evidence);
    observation.family = family;
    observation.not_interpreted = not_interpreted;
    for family in families {
        if !ruleset.filters(family) {
            observation.remarks.push(format!("no chain filters what comes in over {family}: all of it is accepted"));
        }
    }
    Ok(observation)
}

/// What the families see of a transport; what only one of them sees is told with its name.
fn all_seen(transport: Transport, outcomes: Vec<(Family, Outcome)>) -> Vec<Seen> {
    let seen = |ports: &PortSet, state, evidence: &str| -> Vec<Seen> {
        let seen = |range| Seen { transport, range, state, evidence: evidence.to_string() };
        ports.ranges().map(seen).collect()
    };
    let mut all = seen(&PortSet::full(), State::NotOpen, "");
    for (_, outcome) in &outcomes {
        all.extend(seen(&outcome.unknown, State::Unknown, ""));
    }
    let is_of_both = outcomes.len() > 1;
    // What lets in, in order, with the ports of IPv4 and of IPv6 that it does.
    let mut grants: Vec<(String, [PortSet; 2])> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (family, outcome) in outcomes {
        for Grant { ports, evidence } in outcome.grants {
            let place = *places.entry(evidence.clone()).or_insert(grants.len());
            if place == grants.len() {
                grants.push((evidence, [PortSet::empty(), PortSet::empty()]));
            }
            let own = &mut grants[place].1[usize::from(family == Family::Ipv6)];
            *own = &*own | &ports;
        }
    }
    for (evidence, [v4, v6]) in grants {
        if !is_of_both {
            all.extend(seen(&(&v4 | &v6), State::Open, &evidence));
            continue;
        }
        all.extend(seen(&(&v4 & &v6), State::Open, &evidence));
        for (family, ports) in [(Family::Ipv4, &v4 - &v6), (Family::Ipv6, &v6 - &v4)] {
            all.extend(seen(&ports, State::Open, &format!("{evidence}, over {family}")));
        }
    }
    all
}

#[cfg(test)]
mod tests;
