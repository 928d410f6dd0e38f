//! Lists as JSON: the ACL model of `OpenConfig`, which `SONiC` has too, and the one of SR Linux.

use serde_json::Value;

use super::entry::{Entry, direction_of, range};
use crate::openings::{protocol, text};

/// Lists of `OpenConfig`. They have no names of terms.
pub fn read(lists: &str) -> Vec<Entry> {
    let lists: Value = serde_json::from_str(lists).unwrap();
    let list = |list: &Value| -> Vec<Entry> {
        let (name, family) = (text(&list["name"]), family(&list["type"]));
        let entries = list["acl-entries"]["acl-entry"].as_array().unwrap();
        entries.iter().map(|entry| openconfig_entry(entry, &name, family)).collect()
    };
    lists.as_array().unwrap().iter().flat_map(list).collect()
}

fn family(list_type: &Value) -> u8 {
    match list_type.as_str() {
        Some("ACL_IPV4" | "ipv4") => 4,
        Some("ACL_IPV6" | "ipv6") => 6,
        other => panic!("{other:?}"),
    }
}

fn openconfig_entry(rule: &Value, name: &str, family: u8) -> Entry {
    let [ip, transport] = [format!("ipv{family}"), "transport".to_string()].map(|key| &rule[key]["config"]);
    let other = format!("ipv{}", 10 - family);
    assert!(rule.get(other).is_none(), "{rule}");
    let entry = Entry { direction: direction_of(name), family: Some(family), ..Entry::default() };
    match rule["actions"]["config"]["forwarding-action"].as_str() {
        Some("DROP") if ip.is_null() && transport.is_null() => return Entry { drops: true, ..entry },
        Some("ACCEPT") => {}
        other => panic!("{other:?}: {rule}"),
    }
    let address = |key: &str| ip[key].as_str().map(str::to_string);
    let ports = |key: &str| match &transport[key] {
        Value::Null => Vec::new(),
        Value::String(ports) => vec![range(ports, "..")],
        port => vec![range(&port.to_string(), "..")],
    };
    Entry {
        protocol: protocol(ip["protocol"].as_u64().unwrap()),
        source: address("source-address").into_iter().collect(),
        destination: address("destination-address").into_iter().collect(),
        source_ports: ports("source-port"),
        ports: ports("destination-port"),
        established: transport["builtin-detail"] == "TCP_ESTABLISHED" || transport["tcp-session-established"] == true,
        ..entry
    }
}

/// Lists of SR Linux.
pub fn read_srl(lists: &str) -> Vec<Entry> {
    let lists: Value = serde_json::from_str(lists).unwrap();
    let list = |list: &Value| -> Vec<Entry> {
        let list = &list["acl-filter"];
        let (name, family) = (text(&list["name"]), family(&list["type"]));
        list["entry"].as_array().unwrap().iter().map(|entry| srl_entry(entry, &name, family)).collect()
    };
    lists.as_array().unwrap().iter().flat_map(list).collect()
}

fn srl_entry(rule: &Value, name: &str, family: u8) -> Entry {
    let matched = &rule["match"];
    let entry = Entry {
        direction: direction_of(name),
        family: Some(family),
        term: text(&rule["description"]),
        ..Entry::default()
    };
    if rule["action"].get("drop").is_some() {
        assert_eq!(matched, &serde_json::json!({}));
        return Entry { drops: true, ..entry };
    }
    assert!(rule["action"].get("accept").is_some(), "{rule}");
    let (ip, transport) = (&matched[format!("ipv{family}")], &matched["transport"]);
    let address = |key: &str| ip[key]["prefix"].as_str().map(str::to_string);
    let number = |value: &Value| u16::try_from(value.as_u64().unwrap()).unwrap();
    let ports = |key: &str| match &transport[key] {
        Value::Null => Vec::new(),
        port if port.get("value").is_some() => vec![(number(&port["value"]), number(&port["value"]))],
        ports => vec![(number(&ports["range"]["start"]), number(&ports["range"]["end"]))],
    };
    let key = if family == 4 { "protocol" } else { "next-header" };
    Entry {
        protocol: protocol(ip[key].as_u64().unwrap()),
        source: address("source-ip").into_iter().collect(),
        destination: address("destination-ip").into_iter().collect(),
        source_ports: ports("source-port"),
        ports: ports("destination-port"),
        established: transport["tcp-flags"] == "ack|rst",
        ..entry
    }
}
