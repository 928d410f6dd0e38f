//! The policy of NSX-T, as JSON.

use serde_json::Value;

use super::entry::{Entry, named_protocol, range};
use crate::openings::text;

pub fn read(policy: &str) -> Vec<Entry> {
    let policy: Value = serde_json::from_str(policy).unwrap();
    let group = format!("/infra/domains/default/groups/{}", text(&policy["id"]));
    assert_eq!(policy["scope"], serde_json::json!([group]), "the policy is for the product's machines");
    policy["rules"].as_array().unwrap().iter().flat_map(entries).collect()
}

fn entries(rule: &Value) -> Vec<Entry> {
    let addresses = |key: &str| {
        let all = rule[key].as_array().unwrap().iter().map(text);
        all.filter(|address| address != "ANY").collect()
    };
    let entry = Entry {
        term: text(&rule["display_name"]),
        source: addresses("source_groups"),
        destination: addresses("destination_groups"),
        ..Entry::default()
    };
    assert_eq!([&rule["direction"], &rule["ip_protocol"]], ["IN_OUT", "IPV4_IPV6"]);
    if rule["action"] == "DROP" {
        assert!(rule.get("service_entries").is_none() && entry.source.is_empty() && entry.destination.is_empty());
        return vec![Entry { drops: true, ..entry }];
    }
    assert_eq!(rule["action"], "ALLOW");
    let services = rule["service_entries"].as_array().unwrap();
    assert!(!services.is_empty(), "a rule without services allows all of them: {rule}");
    let service = |service: &Value| {
        let ports = service["destination_ports"].as_array().into_iter().flatten();
        Entry {
            protocol: named_protocol(service["l4_protocol"].as_str().or(service["protocol"].as_str()).unwrap()),
            ports: ports.map(|port| range(port.as_str().unwrap(), "-")).collect(),
            icmp_types: service["icmp_type"].as_u64().map(|number| u8::try_from(number).unwrap()).into_iter().collect(),
            ..entry.clone()
        }
    };
    services.iter().map(service).collect()
}
