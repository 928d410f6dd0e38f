//! Rules that were fitted to a format say what they said before: no opening is lost, none is added, and each rule is within limits.

use std::collections::BTreeSet;

use port_catalog::{Direction, PortRange};
use port_cli::rules::address::{Address, End, Family};
use port_cli::rules::choices::At;
use port_cli::rules::fit::{Ends, Families, Limits};
use port_cli::rules::model::{Class, FlowRules, Protocol, Rule, Ruleset};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const ADDRESSES: [&str; 7] =
    ["192.0.2.1", "198.51.100.0/24", "203.0.113.9", "2001:db8::1", "2001:db8:1::/48", "a.example", "b.example"];

/// A port with the addresses of both ends, as texts; `any` where an end is not limited.
type Triple = (PortRange, String, String);

fn ends() -> impl Strategy<Value = End> {
    subsequence(ADDRESSES.to_vec(), 0..=7).prop_map(|texts| End::of(texts.iter().map(|text| text.parse().unwrap())))
}

/// Up to forty ports and ranges that neither overlap nor touch.
fn ports() -> impl Strategy<Value = Vec<PortRange>> {
    vec(any::<bool>(), 1..40).prop_map(|is_range| {
        let range = |(place, is_range): (usize, bool)| {
            let first = u16::try_from(place * 10 + 1).unwrap();
            PortRange::new(first, first + if is_range { 5 } else { 0 }).unwrap()
        };
        is_range.into_iter().enumerate().map(range).collect()
    })
}

fn limits() -> impl Strategy<Value = Limits> {
    let families = select(vec![
        Families::Mixed,
        Families::OneEach,
        Families::Only(Family::V4, "other"),
        Families::Only(Family::V6, "other"),
    ]);
    let most = proptest::option::of(1..4_usize);
    let ends = (any::<bool>(), families, any::<bool>(), most).prop_map(|(own, families, hosts, most)| Ends {
        own,
        families,
        hosts,
        most,
    });
    (ends, proptest::option::of(1..20_usize)).prop_map(|(ends, port_slots)| Limits {
        format: "made up",
        places: &[At::Host],
        comments: true,
        esp: true,
        stateful: true,
        port_slots,
        ends,
    })
}

fn ruleset(rule: Rule) -> Ruleset {
    Ruleset {
        name: "made-up".to_string(),
        heading: Vec::new(),
        url: String::new(),
        at: At::Host,
        directions: vec![Direction::Inbound],
        remarks: Vec::new(),
        flows: vec![FlowRules {
            id: "made-up",
            direction: Direction::Inbound,
            peer: "peer",
            purpose: "",
            remarks: Vec::new(),
            rules: vec![rule],
        }],
    }
}

/// The addresses of an end that a format can hold; one "any" for an end that is not limited.
fn held(end: &End, families: Families, hosts: bool) -> Vec<Option<&Address>> {
    let holds = |address: &&Address| match (address.family(), families) {
        (None, _) => hosts,
        (Some(family), Families::Only(only, _)) => family == only,
        _ => true,
    };
    match end {
        End::Any => vec![None],
        End::Only(addresses) => addresses.iter().filter(holds).map(Some).collect(),
    }
}

/// What a rule says, one port and one address at each end at a time: `IPv4` never speaks to `IPv6`.
fn triples(rule: &Rule, families: Families, hosts: bool) -> BTreeSet<Triple> {
    let text = |address: Option<&Address>| address.map_or("any".to_string(), ToString::to_string);
    let mut triples = BTreeSet::new();
    for source in held(&rule.source, families, hosts) {
        for destination in held(&rule.destination, families, hosts) {
            let [one, other] = [source, destination].map(|address| address.and_then(Address::family));
            if one.is_none() || other.is_none() || one == other {
                triples.extend(rule.ports.iter().map(|range| (*range, text(source), text(destination))));
            }
        }
    }
    triples
}

/// Whether a rule is what a format can hold.
fn is_within(rule: &Rule, limits: &Limits) -> bool {
    let Ends { families, hosts, most, .. } = limits.ends;
    let slots: usize = rule.ports.iter().map(|range| if range.first() == range.last() { 1 } else { 2 }).sum();
    let is_held = |end: &End| {
        let addresses = end.addresses();
        let kinds: BTreeSet<Option<Family>> = addresses.iter().map(Address::family).collect();
        held(end, families, hosts).len() == addresses.len().max(1)
            && most.is_none_or(|most| addresses.len() <= most)
            && (families == Families::Mixed || kinds.len() <= 1)
    };
    limits.port_slots.is_none_or(|most| slots <= most || rule.ports.len() == 1)
        && is_held(&rule.source)
        && is_held(&rule.destination)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_fitted_says_what_it_said(source in ends(), destination in ends(), ports in ports(), limits in limits()) {
        let rule = Rule { protocol: Protocol::Tcp, ports, source, destination };
        let Ends { own, families, hosts, .. } = limits.ends;
        let fitted = ruleset(rule.clone()).fit(&limits);
        let has_own = !rule.destination.addresses().is_empty();
        // What is put on the product itself needs no address of it.
        let rule = if own { rule } else { Rule { destination: End::Any, ..rule } };
        let found: Vec<Triple> =
            fitted.flows[0].rules.iter().flat_map(|rule| triples(rule, families, hosts)).collect();
        let once: BTreeSet<Triple> = found.iter().cloned().collect();
        prop_assert_eq!(found.len(), once.len(), "said twice");
        prop_assert_eq!(&once, &triples(&rule, families, hosts));
        for rule in &fitted.flows[0].rules {
            prop_assert!(is_within(rule, &limits), "{:?}", rule);
            prop_assert!(!triples(rule, families, hosts).is_empty(), "says nothing: {:?}", rule);
        }
        let is_told = fitted.flows[0].remarks.iter().any(|remark| remark.class > Class::Opened);
        prop_assert!(is_told || !fitted.flows[0].rules.is_empty() || !rule.source.can_meet(&rule.destination), "gone in silence");
        // Whatever is not said is told: a host name as dropped, another family as left out.
        let texts = [&rule.source, &rule.destination].into_iter().flat_map(End::addresses);
        let has_host = texts.clone().any(|address| address.family().is_none());
        prop_assert_eq!(fitted.has_dropped(), has_host && !hosts);
        let has_other = matches!(families, Families::Only(only, _) if texts.clone().any(|one| one.family().is_some_and(|of| of != only)));
        prop_assert_eq!(fitted.remarks.iter().any(|remark| remark.class == Class::LeftOut), has_other || (!own && has_own));
        let opened: String = fitted.remarks.iter().filter(|remark| remark.class == Class::Opened).map(ToString::to_string).collect();
        let is_opened = own && rule.destination == End::Any && !fitted.flows[0].rules.is_empty();
        prop_assert_eq!(opened.contains("the product itself"), is_opened, "{}", opened);
    }

    #[test]
    fn every_pair_of_ends_is_let_all_of_a_flow(
        source in ends(), destination in ends(), tcp in ports(), udp in ports(), limits in limits()
    ) {
        let rule = |protocol, ports| Rule { protocol, ports, source: source.clone(), destination: destination.clone() };
        let mut asked = ruleset(rule(Protocol::Tcp, tcp));
        asked.flows[0].rules.push(rule(Protocol::Udp, udp));
        let flow = &asked.fit(&limits).flows[0];
        let (traffic, ends) = (flow.traffic(), flow.ends());
        prop_assert_eq!(flow.rules.len(), traffic.len() * ends.len());
        for rule in &flow.rules {
            prop_assert!(traffic.contains(&(rule.protocol, &rule.ports)) && ends.contains(&(&rule.source, &rule.destination)));
        }
    }
}

#[test]
fn what_a_format_cannot_say_is_dropped_and_told() {
    let can_little = Limits {
        format: "made up",
        places: &[At::Host],
        comments: true,
        esp: false,
        stateful: true,
        port_slots: None,
        ends: Ends { own: true, families: Families::Mixed, hosts: false, most: None },
    };
    let rule = |protocol| Rule { protocol, ports: Vec::new(), source: End::Any, destination: End::Any };
    let told = |rule| {
        let fitted = ruleset(rule).fit(&can_little);
        (fitted.flows[0].rules.len(), fitted.told(false))
    };
    assert_eq!(told(rule(Protocol::Esp)), (0, vec!["dropped: esp, which made up cannot say: made-up".to_string()]));
    let named = Rule { source: End::of(["a.example".parse().unwrap()]), ..rule(Protocol::Udp) };
    assert_eq!(
        told(named),
        (0, vec!["dropped: the host name a.example, for which made up has no place: made-up".to_string()])
    );
}

#[test]
fn answers_that_need_rules_of_their_own_are_told_unless_they_are_told_apart() {
    let knows_no_connections = Limits {
        format: "made up",
        places: &[At::Network],
        comments: true,
        esp: true,
        stateful: false,
        port_slots: None,
        ends: Ends { own: false, families: Families::Mixed, hosts: true, most: None },
    };
    let told = |protocols: &[Protocol]| {
        let rule = |protocol| Rule { protocol, ports: Vec::new(), source: End::Any, destination: End::Any };
        let mut ruleset = ruleset(rule(Protocol::Tcp));
        ruleset.flows[0].rules = protocols.iter().map(|protocol| rule(*protocol)).collect();
        ruleset.fit(&knows_no_connections).told(false)
    };
    let any = || "opened: any address, since none is given: peer".to_string();
    let both_ways = |protocols| {
        format!(
            "opened: {protocols} both ways, since made up cannot tell an answer from what opens a connection: made-up"
        )
    };
    assert_eq!(told(&[Protocol::Tcp]), [any()]);
    assert_eq!(told(&[Protocol::Tcp, Protocol::Udp]), [any(), both_ways("udp")]);
    assert_eq!(told(&[Protocol::Udp, Protocol::Udp, Protocol::Esp]), [any(), both_ways("udp and esp")]);
}
