//! A configuration of PAN-OS, as XML.

use std::collections::BTreeSet;

use roxmltree::{Document, Node};

use super::entry::{Entry, named_protocol, range};

pub fn read(text: &str) -> Vec<Entry> {
    let document = Document::parse(text).unwrap();
    let vsys = document.descendants().find(|node| node.attribute("name") == Some("vsys1")).unwrap();
    let rules = path(vsys, &["rulebase", "security", "rules"]);
    rules.children().filter(Node::is_element).flat_map(|rule| entries(vsys, rule)).collect()
}

/// The inner element at a path of names.
fn path<'a, 'input>(node: Node<'a, 'input>, names: &[&str]) -> Node<'a, 'input> {
    names.iter().fold(node, |node, name| {
        let mut found = node.children().filter(|inner| inner.has_tag_name(*name));
        let first = found.next().unwrap_or_else(|| panic!("no {name} in {node:?}"));
        assert!(found.next().is_none(), "several {name} in {node:?}");
        first
    })
}

/// An entry of a list by its name.
fn named<'a, 'input>(list: Node<'a, 'input>, name: &str) -> Node<'a, 'input> {
    let mut found = list.children().filter(|entry| entry.attribute("name") == Some(name));
    let first = found.next().unwrap_or_else(|| panic!("no {name} in {list:?}"));
    assert!(found.next().is_none(), "several {name}");
    first
}

fn members(node: Node<'_, '_>) -> Vec<String> {
    let members = node.children().filter(|inner| inner.has_tag_name("member"));
    members.map(|member| member.text().unwrap().to_string()).collect()
}

fn entries(vsys: Node<'_, '_>, rule: Node<'_, '_>) -> Vec<Entry> {
    let list = |name: &str| members(path(rule, &[name]));
    let direction = match [&list("from")[..], &list("to")].concat().join(" > ").as_str() {
        "peers > product" => "inbound",
        "product > peers" => "outbound",
        other => panic!("{other}"),
    };
    let [source, destination] = ["source", "destination"].map(|end| addresses(vsys, &list(end)));
    let term = rule.attribute("name").unwrap().to_string();
    assert!(term.len() <= 63, "{term}");
    let entry = Entry { direction, term, source, destination, ..Entry::default() };
    let (services, applications) = (list("service"), list("application"));
    match path(rule, &["action"]).text() {
        Some("deny") => {
            assert_eq!([&services, &applications], [&["any"], &["any"]]);
            return vec![Entry { drops: true, ..entry }];
        }
        Some("allow") => {}
        other => panic!("{other:?}"),
    }
    if services == ["application-default"] {
        return applications.iter().map(|name| application(vsys, name, entry.clone())).collect();
    }
    assert!(applications == ["any"] || applications == ["sctp"], "{applications:?}");
    services.iter().map(|name| service(vsys, name, entry.clone())).collect()
}

fn service(vsys: Node<'_, '_>, name: &str, entry: Entry) -> Entry {
    assert!(name.len() <= 63, "{name}");
    let protocol = path(named(path(vsys, &["service"]), name), &["protocol"]).first_element_child().unwrap();
    let ports = path(protocol, &["port"]).text().unwrap();
    assert!(ports.len() <= 1023, "{ports}");
    Entry {
        protocol: named_protocol(protocol.tag_name().name()),
        ports: ports.split(',').map(|port| range(port, "-")).collect(),
        ..entry
    }
}

/// A protocol without ports: an application that PAN-OS has, or one for a type of ICMP.
fn application(vsys: Node<'_, '_>, name: &str, entry: Entry) -> Entry {
    let known = match name {
        "icmp" => Some("icmp"),
        "ipv6-icmp" => Some("icmpv6"),
        "gre" => Some("gre"),
        "igmp" => Some("igmp"),
        "ipsec-esp" => Some("esp"),
        "ipsec-ah" => Some("ah"),
        _ => None,
    };
    if let Some(known) = known {
        return Entry { protocol: named_protocol(known), ..entry };
    }
    let icmp_type = path(named(path(vsys, &["application"]), name), &["default"]).first_element_child().unwrap();
    let protocol = match icmp_type.tag_name().name() {
        "ident-by-icmp-type" => "icmp",
        "ident-by-icmp6-type" => "icmpv6",
        other => panic!("{other}"),
    };
    let number = icmp_type.descendants().find_map(|node| node.text().map(str::trim).filter(|text| !text.is_empty()));
    Entry { protocol: protocol.to_string(), icmp_types: vec![number.unwrap().parse().unwrap()], ..entry }
}

/// The addresses of groups; empty for any.
fn addresses(vsys: Node<'_, '_>, groups: &[String]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for group in groups.iter().filter(|group| *group != "any") {
        for member in members(path(named(path(vsys, &["address-group"]), group), &["static"])) {
            let address = named(path(vsys, &["address"]), &member);
            found.insert(path(address, &["ip-netmask"]).text().unwrap().to_string());
        }
    }
    found
}
