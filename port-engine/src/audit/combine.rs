//! Combines what several sources report about one machine; `docs/audit.md` describes the rules.
//!
//! Sources of the same [`View`] are combined first: scans complete each other, and so do lists of listeners. Then listeners and the
//! firewall are combined, since a port is open if something listens and packets are let in. Last come scans: what a peer reaches
//! counts more than what the machine reports about itself.

use super::address_family::AddressFamily;
use super::observation::{Finding, MAX_EVIDENCE, Observation, Seen, State, Tool, View};
use super::pointwise::{self, Knowledge, deduplicated};

/// A source's observation, with the name of the source in reasons: `ss`, `scan.xml`.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The name.
    pub name: &'a str,
    /// What the source reported.
    pub observation: &'a Observation,
}

/// Combines scans of one machine, or lists of its listeners. They complete each other: a port is what the source that checked it
/// reports. If two disagree, the greater state counts, and the reasons name both sources.
#[must_use]
pub fn complete(parts: &[Named<'_>], view: View) -> Observation {
    pointwise(parts, |known| {
        let checked = || known.iter().filter(|(_, own)| own.state != State::NotChecked);
        let state = checked().map(|(_, own)| own.state).max().unwrap_or(State::NotChecked);
        let evidence = match checked().all(|(_, own)| own.state == state) {
            true => checked().flat_map(|(_, own)| own.evidence.iter().cloned()).collect(),
            false => checked().flat_map(|(name, own)| sentences(name, view, *own)).collect(),
        };
        finding(state, evidence)
    })
}

/// Combines what listens with what the firewall lets in. If the firewall passes packets to another port or machine, a listener on
/// the port itself says nothing, so the port is unknown unless it isn't let in.
#[must_use]
pub fn let_in(listeners: Named<'_>, firewall: Named<'_>) -> Observation {
    let redirected = redirected(firewall.observation);
    pointwise(&[listeners, firewall, Named { name: "", observation: &redirected }], |known| {
        let ((_, own), (_, rules)) = (known[0], known[1]);
        let is_redirected = known[2].1.state != State::NotChecked && rules.state != State::NotOpen;
        let state = match (own.state, rules.state) {
            (own, State::NotChecked) => own,
            (State::NotChecked, rules) => rules,
            _ if is_redirected => State::Unknown,
            (State::Loopback, _) => State::Loopback,
            (State::NotOpen, _) | (_, State::NotOpen) => State::NotOpen,
            (State::Unknown, _) => State::Unknown,
            (State::Open | State::Restricted, rules) => rules,
        };
        let mut reasons: Vec<String> = sentences(listeners.name, View::Listeners, own).collect();
        reasons.extend(sentences(firewall.name, View::Firewall, rules));
        if is_redirected {
            reasons.push(format!("{}: may pass it to another port or machine", firewall.name));
        }
        finding(state, reasons)
    })
}

/// The redirected ports as an observation: unknown, and all others not checked.
fn redirected(firewall: &Observation) -> Observation {
    let seen = firewall.redirected.iter().flat_map(|(protocol, ports)| {
        let seen = |range| Seen { protocol: *protocol, range, state: State::Unknown, evidence: String::new() };
        ports.ranges().map(seen).collect::<Vec<_>>()
    });
    let tool = firewall.sources.first().copied().unwrap_or(Tool::Nft);
    Observation::new(tool, &seen.collect::<Vec<_>>())
}

/// Combines what a peer reaches with what the machine reports. The peer's view counts, except for two cases: a scan that can't
/// decide leaves it to the machine, and a peer that isn't let in says nothing about those for which the firewall has exceptions.
#[must_use]
pub fn reached(scan: Named<'_>, machine: &Observation) -> Observation {
    pointwise(&[scan, Named { name: "", observation: machine }], |known| {
        let [(_, own), (_, machine)] = [known[0], known[1]];
        let state = match (own.state, machine.state) {
            (State::NotChecked, machine) => machine,
            (own, State::NotChecked) => own,
            (State::Unknown, machine) => machine,
            (State::NotOpen, State::Restricted) => State::Restricted,
            (own, _) => own,
        };
        finding(state, sentences(scan.name, View::Scan, own).chain(machine.evidence.iter().cloned()).collect())
    })
}

/// The same observation, whose reasons name the source.
#[must_use]
pub fn named(part: Named<'_>, view: View) -> Observation {
    pointwise(&[part], |known| {
        let (name, own) = known[0];
        finding(own.state, sentences(name, view, own).collect())
    })
}

/// Combines what is reachable over IPv4 and over IPv6: the greater state counts. A reason for one family only names the family.
#[must_use]
pub fn over_both(v4: &Observation, v6: &Observation) -> Observation {
    let mut observation = pointwise::pointwise(&[v4, v6], |known| {
        let (v4, v6) = (known[0], known[1]);
        let state = v4.state.max(v6.state);
        let mut evidence = Vec::new();
        for (own, other, family) in [(v4, v6, AddressFamily::Ipv4), (v6, v4, AddressFamily::Ipv6)] {
            let is_common = |text: &String| other.state == state && other.evidence.contains(text);
            let own = own.evidence.iter().filter(|_| own.state == state);
            evidence.extend(own.map(|text| match is_common(text) {
                true => text.clone(),
                false => format!("{text}, over {}", family.name()),
            }));
        }
        finding(state, evidence)
    });
    observation.family = None;
    observation
}

/// Combines what each of a peer's addresses reaches: a port is open if it is for all of them, and [`State::Restricted`] if it is
/// for a part of them. The reasons name those that don't reach it.
#[must_use]
pub fn for_all(addresses: &[Named<'_>]) -> Observation {
    pointwise(addresses, |known| {
        let is = |state: State| known.iter().all(|(_, own)| own.state == state);
        let some = |state: State| known.iter().any(|(_, own)| own.state == state);
        let not_open = |state| matches!(state, State::NotOpen | State::Loopback);
        let state = if known.iter().all(|(_, own)| not_open(own.state)) {
            known.iter().map(|(_, own)| own.state).max().unwrap_or(State::NotChecked)
        } else if known.iter().any(|(_, own)| not_open(own.state)) || some(State::Restricted) {
            State::Restricted
        } else if is(State::Open) {
            State::Open
        } else if is(State::NotChecked) {
            State::NotChecked
        } else {
            State::Unknown
        };
        let others: Vec<String> = known.iter().filter(|(_, own)| own.state != State::Open).map(peer_state).collect();
        let reasons = known.iter().flat_map(|(_, own)| own.evidence.iter().cloned());
        finding(state, others.into_iter().chain(reasons).collect())
    })
}

/// An address that doesn't reach a port, in words.
fn peer_state((address, known): &(&str, Knowledge<'_>)) -> String {
    let words = match known.state {
        State::Open => "reaches it",
        State::Restricted => "reaches it in part",
        State::NotOpen | State::Loopback => "is not let in",
        State::Unknown | State::NotChecked => "may not be let in",
    };
    format!("{address} {words}")
}

fn pointwise(parts: &[Named<'_>], combine: impl Fn(&[(&str, Knowledge<'_>)]) -> Finding) -> Observation {
    let observations: Vec<&Observation> = parts.iter().map(|part| part.observation).collect();
    pointwise::pointwise(&observations, |known| {
        let known: Vec<_> = parts.iter().map(|part| part.name).zip(known.iter().copied()).collect();
        combine(&known)
    })
}

/// A finding with each reason once, and no more than [`MAX_EVIDENCE`] of them.
fn finding(state: State, evidence: Vec<String>) -> Finding {
    let mut evidence = deduplicated(evidence.into_iter());
    if evidence.len() > MAX_EVIDENCE {
        evidence.truncate(MAX_EVIDENCE);
        evidence.push("more".to_string());
    }
    Finding { state, evidence }
}

/// What a source reports about a port, in words, one sentence for each of its reasons. Nothing if it didn't check the port.
fn sentences<'a>(name: &'a str, view: View, known: Knowledge<'a>) -> impl Iterator<Item = String> + 'a {
    let words = match (view, known.state) {
        (View::Listeners, State::Open) => "listens",
        (View::Listeners, State::Loopback) => "listens on loopback only",
        (View::Listeners, State::NotOpen) => "nothing listens",
        (View::Firewall, State::Open) => "let in",
        (View::Firewall, State::Restricted) => "let in for some",
        (View::Firewall, State::NotOpen) => "not let in",
        (_, state) => state.description(),
    };
    let is_checked = known.state != State::NotChecked;
    let bare = (is_checked && known.evidence.is_empty()).then(|| format!("{name}: {words}"));
    let reasons = known.evidence.iter().filter(move |_| is_checked);
    bare.into_iter().chain(reasons.map(move |reason| format!("{name}: {words} ({reason})")))
}

#[cfg(test)]
mod tests;
