//! Fitted rules match what the original rules match: nothing is lost, nothing is added, and each rule is within the format's limits.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use port_core::{Direction, PortRange};
use port_engine::dataset::Flow;
use port_engine::protocol::Protocol;
use port_engine::rules::address::{Address, Endpoints, Family, list};
use port_engine::rules::fit::fit;
use port_engine::rules::limits::{EndpointLimits, Families, IcmpTypes, Limits};
use port_engine::rules::model::{FlowRules, Interfaces, RemarkKind, Rule, Ruleset, Traffic};
use port_engine::rules::options::FirewallLocation;
use port_engine::rules::protocol_notation::ProtocolNotation;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const ADDRESSES: [&str; 7] =
    ["192.0.2.1", "198.51.100.0/24", "203.0.113.9", "2001:db8::1", "2001:db8:1::/48", "a.example", "b.example"];

/// A port with an address of each end, as texts; `any` if the end is not limited.
type Triple = (PortRange, String, String);

fn endpoints() -> impl Strategy<Value = Endpoints> {
    subsequence(ADDRESSES.to_vec(), 0..=7)
        .prop_map(|texts| Endpoints::new(texts.iter().map(|text| text.parse().unwrap())))
}

/// Up to forty ports and ranges that neither overlap nor touch.
fn ports() -> impl Strategy<Value = Vec<PortRange>> {
    vec(any::<bool>(), 1..40).prop_map(|is_range| {
        let range = |(index, is_range): (usize, bool)| {
            let first = u16::try_from(index * 10 + 1).unwrap();
            PortRange::new(first, first + if is_range { 5 } else { 0 }).unwrap()
        };
        is_range.into_iter().enumerate().map(range).collect()
    })
}

fn limits() -> impl Strategy<Value = Limits> {
    let families = select(vec![
        Families::Mixed,
        Families::OneEach,
        Families::Only(Family::V4, Some("other")),
        Families::Only(Family::V6, Some("other")),
    ]);
    let max_addresses = proptest::option::of(1..4_usize);
    let endpoints = (any::<bool>(), families, any::<bool>(), max_addresses).prop_map(
        |(own, families, host_names, max_addresses)| EndpointLimits {
            own,
            families,
            host_names,
            wildcards: true,
            max_addresses,
        },
    );
    (endpoints, proptest::option::of(1..20_usize)).prop_map(|(endpoints, port_slots)| Limits {
        port_slots,
        endpoints,
        ..UNLIMITED
    })
}

/// The limits of a format that can express everything.
const UNLIMITED: Limits = Limits {
    format: "made up",
    locations: &[FirewallLocation::Host],
    comments: true,
    protocols: ProtocolNotation::NUMBERS,
    stateful: true,
    icmp_types: IcmpTypes::Several,
    port_slots: None,
    endpoints: EndpointLimits {
        own: true,
        families: Families::Mixed,
        host_names: true,
        wildcards: true,
        max_addresses: None,
    },
    longest_interface: None,
};

/// The row of the document doesn't matter here.
static ROW: LazyLock<Flow> = LazyLock::new(|| crate::report::dataset().flows[0].clone());

/// A ruleset of one flow with one rule.
pub fn ruleset(rule: Rule) -> Ruleset {
    Ruleset {
        name: "made-up".to_string(),
        heading: Vec::new(),
        url: String::new(),
        products: Vec::new(),
        location: FirewallLocation::Host,
        directions: vec![Direction::Inbound],
        remarks: Vec::new(),
        flows: vec![FlowRules {
            id: "made-up".to_string(),
            name: "made-up".to_string(),
            direction: Direction::Inbound,
            peer: "peer".to_string(),
            purpose: String::new(),
            row: ROW.clone(),
            specs: Vec::new(),
            ends: None,
            remarks: Vec::new(),
            interfaces: Interfaces::default(),
            rules: vec![rule],
        }],
    }
}

/// The addresses of an end that a format can express; a single `None` if the end is not limited.
fn expressible(end: &Endpoints, families: Families, host_names: bool) -> Vec<Option<&Address>> {
    let can_express = |address: &&Address| match (address.family(), families) {
        (None, _) => host_names,
        (Some(family), Families::Only(only, _)) => family == only,
        _ => true,
    };
    match end {
        Endpoints::Any => vec![None],
        Endpoints::Only(addresses) => addresses.iter().filter(can_express).map(Some).collect(),
    }
}

/// What a rule matches, as single ports with single addresses. `IPv4` never reaches `IPv6`.
fn triples(rule: &Rule, families: Families, host_names: bool) -> BTreeSet<Triple> {
    let text = |address: Option<&Address>| address.map_or("any".to_string(), ToString::to_string);
    let mut triples = BTreeSet::new();
    for source in expressible(&rule.source, families, host_names) {
        for destination in expressible(&rule.destination, families, host_names) {
            let [one, other] = [source, destination].map(|address| address.and_then(Address::family));
            if one.is_none() || other.is_none() || one == other {
                triples.extend(rule.traffic.ports.iter().map(|range| (*range, text(source), text(destination))));
            }
        }
    }
    triples
}

/// Whether a format can express a rule.
fn is_within(rule: &Rule, limits: &Limits) -> bool {
    let EndpointLimits { families, host_names, max_addresses, .. } = limits.endpoints;
    let slots: usize = rule.traffic.ports.iter().map(|range| if range.first() == range.last() { 1 } else { 2 }).sum();
    let can_express = |end: &Endpoints| {
        let addresses = end.addresses();
        let kinds: BTreeSet<Option<Family>> = addresses.iter().map(Address::family).collect();
        expressible(end, families, host_names).len() == addresses.len().max(1)
            && max_addresses.is_none_or(|max| addresses.len() <= max)
            && (families == Families::Mixed || kinds.len() <= 1)
    };
    limits.port_slots.is_none_or(|max| slots <= max || rule.traffic.ports.len() == 1)
        && can_express(&rule.source)
        && can_express(&rule.destination)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fitted_rules_match_what_the_original_rule_matches(
        source in endpoints(), destination in endpoints(), ports in ports(), limits in limits()
    ) {
        let rule = Rule { traffic: Traffic::ports(Protocol::TCP, ports), source, destination };
        let EndpointLimits { own, families, host_names, .. } = limits.endpoints;
        let fitted = fit(ruleset(rule.clone()), &limits);
        let has_own = !rule.destination.addresses().is_empty();
        // Rules that are applied to the product itself don't contain its addresses.
        let rule = if own { rule } else { Rule { destination: Endpoints::Any, ..rule } };
        let found: Vec<Triple> =
            fitted.flows[0].rules.iter().flat_map(|rule| triples(rule, families, host_names)).collect();
        let unique: BTreeSet<Triple> = found.iter().cloned().collect();
        prop_assert_eq!(found.len(), unique.len(), "matched twice");
        prop_assert_eq!(&unique, &triples(&rule, families, host_names));
        for rule in &fitted.flows[0].rules {
            prop_assert!(is_within(rule, &limits), "{:?}", rule);
            prop_assert!(!triples(rule, families, host_names).is_empty(), "matches nothing: {:?}", rule);
        }
        let is_reported = fitted.flows[0].remarks.iter().any(|remark| matches!(remark.kind, RemarkKind::Dropped | RemarkKind::LeftOut));
        let can_connect = rule.source.can_reach(&rule.destination);
        prop_assert!(is_reported || !fitted.flows[0].rules.is_empty() || !can_connect, "dropped silently");
        // Everything that is lost is reported: a host name or ends of different families as dropped, another family as left out.
        let texts = [&rule.source, &rule.destination].into_iter().flat_map(Endpoints::addresses);
        let has_host = texts.clone().any(|address| address.family().is_none());
        prop_assert_eq!(fitted.has_dropped(), has_host && !host_names || !can_connect);
        let has_other = matches!(families, Families::Only(only, _) if texts.clone().any(|one| one.family().is_some_and(|family| family != only)));
        prop_assert_eq!(fitted.remarks.iter().any(|remark| remark.kind == RemarkKind::LeftOut), has_other || (!own && has_own));
        let opened: String = fitted.remarks.iter().filter(|remark| remark.kind == RemarkKind::Opened).map(ToString::to_string).collect();
        let is_opened = own && rule.destination == Endpoints::Any && !fitted.flows[0].rules.is_empty();
        prop_assert_eq!(opened.contains("the product itself"), is_opened, "{}", opened);
    }

    #[test]
    fn every_pair_of_ends_gets_all_traffic_of_a_flow(
        source in endpoints(), destination in endpoints(), tcp in ports(), udp in ports(), limits in limits()
    ) {
        let rule = |protocol, ports| Rule { traffic: Traffic::ports(protocol, ports), source: source.clone(), destination: destination.clone() };
        let mut original = ruleset(rule(Protocol::TCP, tcp));
        original.flows[0].rules.push(rule(Protocol::UDP, udp));
        let flow = &fit(original, &limits).flows[0];
        let (traffic, ends) = (flow.traffic(), flow.endpoints());
        prop_assert_eq!(flow.rules.len(), traffic.len() * ends.len());
        for rule in &flow.rules {
            prop_assert!(traffic.contains(&&rule.traffic) && ends.contains(&(&rule.source, &rule.destination)));
        }
    }
}

/// The number of rules that fit, and the remarks.
fn fitted(rules: Vec<Rule>, limits: &Limits) -> (usize, Vec<String>) {
    let mut ruleset = ruleset(rules[0].clone());
    ruleset.flows[0].rules = rules;
    let fitted = fit(ruleset, limits);
    (fitted.flows[0].rules.len(), fitted.summary(false).iter().map(ToString::to_string).collect())
}

/// A rule between any addresses.
fn rule_for(protocol: Protocol) -> Rule {
    Rule { traffic: Traffic::whole(protocol), source: Endpoints::Any, destination: Endpoints::Any }
}

#[test]
fn what_a_format_cannot_express_is_dropped_with_a_remark() {
    let limits = Limits {
        protocols: LIMITED,
        endpoints: EndpointLimits { host_names: false, ..UNLIMITED.endpoints },
        ..UNLIMITED
    };
    assert_eq!(
        fitted(vec![rule_for(Protocol::ESP)], &limits),
        (0, vec!["dropped esp (made up can't express it) [made-up]".to_string()])
    );
    let named = Rule { source: Endpoints::new(["a.example".parse().unwrap()]), ..rule_for(Protocol::UDP) };
    assert_eq!(
        fitted(vec![named], &limits),
        (0, vec!["dropped a.example (made up can't express host names) [made-up]".to_string()])
    );
}

/// Protocols with ports, ICMP, and the types of ICMP below 100.
const LIMITED: ProtocolNotation = ProtocolNotation {
    protocol: |protocol| (protocol.has_ports() || protocol.is_icmp()).then(|| protocol.to_string()),
    icmp_type: |_, icmp_type| (icmp_type < 100).then(|| icmp_type.to_string()),
};

#[test]
fn types_of_icmp_messages_are_split_or_dropped_with_a_remark() {
    let traffic = |protocol, icmp_types: &[u8]| Traffic { icmp_types: icmp_types.to_vec(), ..Traffic::whole(protocol) };
    let types = |fitted: &Ruleset| -> Vec<Vec<u8>> {
        fitted.flows[0].rules.iter().map(|rule| rule.traffic.icmp_types.clone()).collect()
    };
    let fitted = |icmp_types, rule: &Rule| fit(ruleset(rule.clone()), &Limits { icmp_types, ..UNLIMITED });
    let rule = Rule { traffic: traffic(Protocol::ICMP, &[3, 8]), ..rule_for(Protocol::ICMP) };
    assert_eq!(types(&fitted(IcmpTypes::Several, &rule)), [vec![3, 8]]);
    assert_eq!(types(&fitted(IcmpTypes::OneEach, &rule)), [vec![3], vec![8]]);
    assert_eq!(types(&fitted(IcmpTypes::OneEach, &rule_for(Protocol::ICMP))), [Vec::<u8>::new()]);
    for icmp_types in [IcmpTypes::OneEach, IcmpTypes::Several] {
        let limits = Limits { icmp_types, protocols: LIMITED, ..UNLIMITED };
        // A rule never allows other types instead.
        for (given, kept, dropped) in [
            (&[3, 200][..], &[vec![3]][..], "dropped icmpv6/200 (made up can't express it)"),
            (&[100, 200], &[], "dropped icmpv6/100, icmpv6/200 (made up can't express them)"),
        ] {
            let rule = Rule { traffic: traffic(Protocol::ICMPV6, given), ..rule_for(Protocol::ICMPV6) };
            let fitted = fit(ruleset(rule), &limits);
            assert_eq!(types(&fitted), kept);
            let remarks: Vec<String> = fitted.flows[0].remarks.iter().map(ToString::to_string).collect();
            assert_eq!(remarks, [dropped]);
        }
    }
}

#[test]
fn icmp_is_only_between_addresses_of_its_own_family() {
    let addresses = |texts: &[&str]| Endpoints::new(texts.iter().map(|text| text.parse().unwrap()));
    let source = addresses(&["192.0.2.1", "2001:db8::1", "a.example"]);
    let limits = |families| Limits {
        endpoints: EndpointLimits { families, max_addresses: Some(1), ..UNLIMITED.endpoints },
        ..UNLIMITED
    };
    let sources = |protocol, families| -> Vec<String> {
        let fitted = fit(ruleset(Rule { source: source.clone(), ..rule_for(protocol) }), &limits(families));
        fitted.flows[0].rules.iter().map(|rule| list(rule.source.addresses())).collect()
    };
    assert_eq!(sources(Protocol::ICMP, Families::OneEach), ["192.0.2.1", "a.example"]);
    assert_eq!(sources(Protocol::ICMPV6, Families::OneEach), ["2001:db8::1", "a.example"]);
    assert_eq!(sources(Protocol::ESP, Families::OneEach), ["192.0.2.1", "2001:db8::1", "a.example"]);
    let other = limits(Families::Only(Family::V4, Some("other")));
    let (rules, remarks) = fitted(vec![rule_for(Protocol::ICMPV6)], &other);
    assert_eq!((rules, remarks), (0, vec!["left out icmpv6 (use the format other for it) [made-up]".to_string()]));
    assert_eq!(rule_for(Protocol::ICMPV6).family(), Some(Family::V6));
}

#[test]
fn a_wildcard_is_dropped_if_the_format_has_host_names_only() {
    let limits = Limits { endpoints: EndpointLimits { wildcards: false, ..UNLIMITED.endpoints }, ..UNLIMITED };
    let ends = Endpoints::new(["a.example", "*.b.example"].map(|text| text.parse().unwrap()));
    let rule = Rule { source: ends.clone(), ..rule_for(Protocol::ESP) };
    let dropped = "dropped *.b.example (made up can't express host names with a wildcard) [made-up]";
    let any = "opened to any address (none is given): the product itself";
    assert_eq!(fitted(vec![rule.clone()], &limits), (1, vec![dropped.to_string(), any.to_string()]));
    assert_eq!(fitted(vec![rule], &UNLIMITED), (1, vec![any.to_string()]));
}

#[test]
fn traffic_in_both_directions_is_reported_if_the_firewall_does_not_track_connections() {
    let limits = Limits {
        locations: &[FirewallLocation::Network],
        stateful: false,
        endpoints: EndpointLimits { own: false, ..UNLIMITED.endpoints },
        ..UNLIMITED
    };
    let remarks = |protocols: &[Protocol]| fitted(protocols.iter().copied().map(rule_for).collect(), &limits).1;
    let any = || "opened to any address (none is given): peer".to_string();
    let both_ways = |protocols| {
        format!("opened {protocols} in both directions (made up can't tell replies from new connections) [made-up]")
    };
    assert_eq!(remarks(&[Protocol::TCP]), [any()]);
    assert_eq!(remarks(&[Protocol::TCP, Protocol::UDP]), [any(), both_ways("udp")]);
    assert_eq!(remarks(&[Protocol::UDP, Protocol::UDP, Protocol::ESP]), [any(), both_ways("udp and esp")]);
    // Replies to messages with a type have a type of their own, if there are any.
    let with_types = |icmp_types: &[u8]| {
        let traffic = Traffic { icmp_types: icmp_types.to_vec(), ..Traffic::whole(Protocol::ICMP) };
        fitted(vec![Rule { traffic, ..rule_for(Protocol::ICMP) }], &limits).1
    };
    let other_way =
        "opened icmp/0 and icmp/14 in the other direction (made up can't tell whether it is a reply) [made-up]";
    assert_eq!(with_types(&[3, 8, 13]), [any(), other_way.to_string()]);
    assert_eq!(with_types(&[3]), [any()]);
}

#[test]
fn interfaces_that_a_format_cannot_express_are_dropped_with_a_remark() {
    let mut limited = ruleset(rule_for(Protocol::UDP));
    limited.flows[0].interfaces = Interfaces {
        source: vec!["eth1".to_string(), "a-long-name".to_string()],
        destination: vec!["eth2".to_string()],
    };
    let fitted = |longest_interface| {
        let ruleset = fit(limited.clone(), &Limits { longest_interface, ..UNLIMITED });
        assert_eq!(ruleset.flows[0].rules.len(), 1);
        let interfaces = ruleset.flows[0].interfaces.names().cloned().collect::<Vec<_>>().join(" ");
        let dropped = ruleset.summary(false).into_iter().find(|remark| remark.kind == RemarkKind::Dropped);
        (interfaces, dropped.map(|remark| remark.text).unwrap_or_default())
    };
    assert_eq!(fitted(Some(11)), ("eth1 a-long-name eth2".to_string(), String::new()));
    let dropped = "dropped the interfaces a-long-name, so any interface is allowed (names of interfaces in made up have at most \
                   10 characters)";
    assert_eq!(fitted(Some(10)), ("eth2".to_string(), dropped.to_string()));
    let dropped = "dropped the interfaces a-long-name, eth1, eth2, so any interface is allowed (made up can't express interfaces)";
    assert_eq!(fitted(None), (String::new(), dropped.to_string()));
}

#[test]
fn addresses_that_need_another_format_are_left_out_with_a_remark() {
    let only = |family| Limits {
        endpoints: EndpointLimits { families: Families::Only(family, Some("other")), ..UNLIMITED.endpoints },
        ..UNLIMITED
    };
    let of = |texts: &[&str]| Endpoints::new(texts.iter().map(|text| text.parse().unwrap()));
    let rule =
        |source: &[&str]| Rule { source: of(source), destination: of(&["a.example"]), ..rule_for(Protocol::ESP) };
    let both = ["192.0.2.1", "198.51.100.0/24", "2001:db8::1"];
    let left_out = |texts: &str| format!("left out {texts} (use the format other for them)");
    assert_eq!(fitted(vec![rule(&both)], &only(Family::V4)), (1, vec![left_out("2001:db8::1")]));
    assert_eq!(fitted(vec![rule(&both)], &only(Family::V6)), (1, vec![left_out("192.0.2.1, 198.51.100.0/24")]));
    assert_eq!(fitted(vec![rule(&both[..2])], &only(Family::V4)), (1, Vec::new()));
    // Without any address of the family, the flow has no rule.
    let whole = "left out the whole flow (one end has no IPv6 address; see the format other) [made-up]".to_string();
    assert_eq!(fitted(vec![rule(&both[..1])], &only(Family::V6)), (0, vec![left_out("192.0.2.1"), whole]));
}

#[test]
fn rules_on_the_product_itself_have_none_of_its_addresses() {
    let limits = Limits { endpoints: EndpointLimits { own: false, ..UNLIMITED.endpoints }, ..UNLIMITED };
    let [own, peer] = ["192.0.2.1", "198.51.100.7"].map(|text| Endpoints::new([text.parse().unwrap()]));
    let limited = Rule { source: peer.clone(), destination: own.clone(), ..rule_for(Protocol::ESP) };
    let left_out = "left out 192.0.2.1 of the product (made up rules are applied to the product itself)".to_string();
    assert_eq!(fitted(vec![limited.clone()], &limits), (1, vec![left_out]));
    assert_eq!(fit(ruleset(limited.clone()), &limits).flows[0].rules[0].destination, Endpoints::Any);
    assert_eq!(fit(ruleset(limited.clone()), &limits).flows[0].rules[0].source, peer);
    // No address is given, so none is left out, and only the peer may be anybody.
    let open = "opened to any address (none is given): peer".to_string();
    assert_eq!(fitted(vec![rule_for(Protocol::ESP)], &limits), (1, vec![open]));
    assert_eq!(fitted(vec![limited], &UNLIMITED), (1, Vec::new()));
    let both_open = "opened to any address (none is given): peer, the product itself".to_string();
    assert_eq!(fitted(vec![rule_for(Protocol::ESP)], &UNLIMITED), (1, vec![both_open]));
}
