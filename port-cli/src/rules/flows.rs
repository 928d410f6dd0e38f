//! Flows become rules: what the document leaves open is decided, addresses are put to peers, ports are merged.

use std::collections::{BTreeMap, BTreeSet};

use port_catalog::{Direction, Flow, PortRange, PortSpec, Product, Requirement, Service, Transport};

use super::address::{Address, End, list};
use super::choices::{Alternatives, At, Choices, Unstated};
use super::model::{Class, FlowRules, Protocol, Remark, Rule, Ruleset};
use super::site::Site;

impl Ruleset {
    /// The rules for flows of a product.
    pub fn of(product: Product, flows: &[Flow], at: At, choices: Choices, site: &Site) -> Ruleset {
        let firewall = match at {
            At::Host => "For a firewall on the product's own machine: inbound is its input, outbound its output.",
            At::Network => "For a firewall between the product and its peers, which forwards inbound and outbound.",
        };
        let rules: Vec<FlowRules> = flows.iter().map(|flow| rules(*flow, choices, site)).collect();
        let opened = flows.iter().zip(&rules).filter(|(_, rules)| !rules.rules.is_empty()).map(|(flow, _)| *flow);
        Ruleset {
            name: product.to_string(),
            heading: vec![
                format!("{}: {}, {}", product.name(), product.document(), product.edition()),
                product.url().to_string(),
                format!(
                    "Written by port-catalog {}, for what opens a connection, not for the replies.",
                    port_catalog::VERSION
                ),
                firewall.to_string(),
            ],
            url: product.url().to_string(),
            at,
            directions: Direction::ALL.to_vec(),
            remarks: of_missing(opened, site),
            flows: rules,
        }
    }
}

/// Which peers stand for others of whom some have no address.
fn of_missing(flows: impl Iterator<Item = Flow>, site: &Site) -> Vec<Remark> {
    let peers: BTreeSet<_> = flows.map(Flow::peer).collect();
    let mut remarks = Vec::new();
    for peer in peers {
        let missing = crate::columns::join(site.peer(peer).missing.iter().map(|missing| missing.as_str()));
        if !missing.is_empty() {
            remarks.push(Remark::new(Class::LeftOut, format!("{missing} for {peer}, since no address of it is given")));
        }
    }
    remarks
}

/// One flow's rules.
fn rules(flow: Flow, choices: Choices, site: &Site) -> FlowRules {
    let mut answer = FlowRules {
        id: flow.id().as_str(),
        direction: flow.direction(),
        peer: flow.peer().as_str(),
        purpose: flow.purpose(),
        remarks: notes(flow),
        rules: Vec::new(),
    };
    if choices.required_only && flow.requirement() != Requirement::Required {
        answer.remark(Class::LeftOut, "what the document does not call required");
        return answer;
    }
    let specs = chosen(flow, choices.alternatives, &mut answer);
    let ends = compatible(&site.product(flow.product()), &site.peer(flow.peer()).end, &mut answer);
    let Some((own, peer)) = ends else { return answer };
    let (source, destination) = match flow.direction() {
        Direction::Outbound => (own, peer),
        _ => (peer, own),
    };
    for (protocol, ports) in traffic(&specs, choices.unstated, &mut answer) {
        answer.rules.push(Rule { protocol, ports, source: source.clone(), destination: destination.clone() });
    }
    answer
}

/// What the catalog knows of a flow that its rules do not say.
fn notes(flow: Flow) -> Vec<Remark> {
    let mut notes = Vec::new();
    let mut note = |text: String| notes.push(Remark::new(Class::Note, text));
    if let Some(condition) = flow.condition() {
        note(format!("only: {condition}"));
    }
    if flow.configurable() {
        let place = flow.customization().map(|place| format!(": {place}")).unwrap_or_default();
        note(format!("the port is a default that can be changed{place}"));
    }
    let interfaces = crate::columns::join(flow.interfaces());
    if !interfaces.is_empty() {
        let recommended = flow.recommended_interface().map(|one| format!(", of which {one} is recommended"));
        note(format!("the product's interfaces: {interfaces}{}", recommended.unwrap_or_default()));
    }
    let hosts = crate::columns::join(flow.hosts());
    if !hosts.is_empty() {
        note(format!("the document names the hosts: {hosts}"));
    }
    if let Some(text) = flow.note() {
        note(format!("note: {text}"));
    }
    let curated = crate::columns::curated(flow);
    if !curated.is_empty() {
        note(format!("added by port-catalog, not stated by the document: {curated}"));
    }
    notes
}

type Spec = PortSpec<Service>;

/// The specs to open: of each group all, or the first.
fn chosen(flow: Flow, alternatives: Alternatives, answer: &mut FlowRules) -> Vec<Spec> {
    let specs: Vec<Spec> = flow.ports().collect();
    let mut chosen = Vec::with_capacity(specs.len());
    let mut without_port = Vec::new();
    for group in specs.chunk_by(|one, next| one.group() == next.group()) {
        let kept = match (alternatives, group) {
            (Alternatives::First, [first, others @ ..]) if !others.is_empty() => {
                let text = format!("{}, since {first} comes first and any one will do", expression(others));
                answer.remark(Class::LeftOut, text);
                &group[..1]
            }
            _ => group,
        };
        let (open, unnumbered): (Vec<Spec>, Vec<Spec>) = kept.iter().partition(|spec| can_be_opened(spec));
        if open.len() > 1 {
            answer.remark(Class::Opened, format!("all of {}, any one of which will do", expression(&open)));
        }
        if !unnumbered.is_empty() {
            without_port.push(expression(&unnumbered));
        }
        chosen.extend(open);
    }
    if !without_port.is_empty() {
        let text = format!("{}, since the document states no port for it", without_port.join(", "));
        answer.remark(Class::Dropped, text);
    }
    chosen
}

/// Whether the document gives what a rule needs: a port, or a protocol without ports.
fn can_be_opened(spec: &Spec) -> bool {
    spec.transport().is_some_and(|transport| spec.range().is_some() || !transport.has_ports())
}

/// Alternatives as people read them.
fn expression(specs: &[Spec]) -> String {
    specs.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ")
}

/// The ports of specs by protocol, merged.
fn traffic(specs: &[Spec], unstated: Unstated, answer: &mut FlowRules) -> BTreeMap<Protocol, Vec<PortRange>> {
    let mut traffic: BTreeMap<Protocol, Vec<PortRange>> = BTreeMap::new();
    for spec in specs {
        let protocols: &[Protocol] = match spec.transport() {
            Some(Transport::Tcp) => &[Protocol::Tcp],
            Some(Transport::Udp) => &[Protocol::Udp],
            Some(Transport::Esp) => &[Protocol::Esp],
            Some(Transport::Any) => of_unstated(unstated, answer),
            other => unreachable!("no rule is known for the transport {other:?}"),
        };
        for protocol in protocols {
            traffic.entry(*protocol).or_default().extend(spec.range());
        }
    }
    for ports in traffic.values_mut() {
        *ports = merged(ports);
    }
    traffic
}

/// What a port is opened over whose transport the document does not state.
fn of_unstated(unstated: Unstated, answer: &mut FlowRules) -> &'static [Protocol] {
    match unstated {
        Unstated::Both => {
            answer.remark(Class::Opened, "tcp and udp, since the document does not state which");
            &[Protocol::Tcp, Protocol::Udp]
        }
        Unstated::Tcp => {
            answer.remark(Class::LeftOut, "udp, though the document does not state that it is tcp");
            &[Protocol::Tcp]
        }
        Unstated::Udp => {
            answer.remark(Class::LeftOut, "tcp, though the document does not state that it is udp");
            &[Protocol::Udp]
        }
    }
}

/// Ranges in order, with those that overlap or touch as one.
fn merged(ranges: &[PortRange]) -> Vec<PortRange> {
    let mut ranges = ranges.to_vec();
    ranges.sort();
    let mut merged: Vec<PortRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if u32::from(range.first()) <= u32::from(last.last()) + 1 => {
                let end = last.last().max(range.last());
                *last = PortRange::new(last.first(), end).expect("a range that grows stays one");
            }
            _ => merged.push(range),
        }
    }
    merged
}

/// The addresses of both ends that can speak to the other end: `IPv4` to `IPv4`, `IPv6` to `IPv6`; a host may be of either.
/// Nothing where none can.
fn compatible(own: &End, peer: &End, answer: &mut FlowRules) -> Option<(End, End)> {
    let (kept_own, lost_own) = facing(own, peer);
    let (kept_peer, lost_peer) = facing(peer, own);
    let name = answer.peer;
    let (Some(kept_own), Some(kept_peer)) = (kept_own, kept_peer) else {
        let (own, peer) = (list(own.addresses()), list(peer.addresses()));
        let text = format!("all of it, since {own} of the product and {peer} of {name} are of different families");
        answer.remark(Class::Dropped, text);
        return None;
    };
    for (lost, whose) in [(lost_own, "the product"), (lost_peer, name)] {
        if !lost.is_empty() {
            let text = format!("{} of {whose}, since the other end has no address of that family", list(&lost));
            answer.remark(Class::LeftOut, text);
        }
    }
    Some((kept_own, kept_peer))
}

/// The addresses of an end whose family the other end has, and those whose family it has not.
fn facing(end: &End, other: &End) -> (Option<End>, Vec<Address>) {
    let End::Only(addresses) = end else { return (Some(End::Any), Vec::new()) };
    let meets = |one: &Address| match other {
        End::Any => true,
        End::Only(others) => others.iter().any(|other| one.can_meet(other)),
    };
    let (kept, lost): (Vec<Address>, Vec<Address>) = addresses.iter().cloned().partition(meets);
    ((!kept.is_empty()).then_some(End::Only(kept)), lost)
}

#[cfg(test)]
mod tests {
    use super::merged;
    use port_catalog::PortRange;

    #[test]
    fn ports_that_overlap_or_touch_are_one_range() {
        let cases: [(&[(u16, u16)], &str); 6] = [
            (&[(80, 80), (82, 82), (84, 90)], "80, 82, 84-90"),
            (&[(80, 80), (81, 81)], "80-81"),
            (&[(443, 443), (80, 80), (80, 80)], "80, 443"),
            (&[(10, 30), (15, 20), (31, 40)], "10-40"),
            (&[(65535, 65535), (1, 65534)], "1-65535"),
            (&[], ""),
        ];
        for (ranges, expected) in cases {
            let ranges: Vec<PortRange> =
                ranges.iter().map(|(first, last)| PortRange::new(*first, *last).unwrap()).collect();
            let texts: Vec<String> = merged(&ranges).iter().map(ToString::to_string).collect();
            assert_eq!(texts.join(", "), expected);
        }
    }
}
