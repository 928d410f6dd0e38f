//! Terraform for Azure, read back by `HashiCorp`'s parser.

use std::collections::{BTreeMap, BTreeSet};

use port_engine::rules::formats::writer::File;
use port_engine::rules::target::Target;
use serde_json::{Value, json};

use crate::cases::{Comparison, rules, sample_output_for, site};
use crate::openings::{Opening, Openings, text};
use crate::parsed::{TextParser, hcl};

/// A rule of a network security group.
struct Rule {
    flow: String,
    direction: String,
    opened: Vec<(String, u16)>,
    sources: String,
    destinations: String,
}

/// The rules that the variable contains, after checking that the resource uses all of each.
fn read(parser: &TextParser, file: &File) -> Vec<Rule> {
    let name = file.name.strip_suffix(".tf").unwrap().replace('-', "_");
    let configuration = parser.parse(&file.text);
    let variables: BTreeSet<&str> = configuration["variable"].as_object().unwrap().keys().map(String::as_str).collect();
    let expected = ["network_security_group", "priority", "rules"].map(|variable| format!("{name}_{variable}"));
    assert_eq!(variables, expected.iter().map(String::as_str).collect());
    assert_eq!(
        configuration["resource"],
        json!({ "azurerm_network_security_rule": { name.as_str(): [resource(&name)] } })
    );
    let variable = &configuration["variable"][&format!("{name}_rules")][0];
    assert_eq!(variable["validation"].as_array().unwrap().len(), 9);
    let mut priorities: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    let rules = variable["default"].as_object().unwrap().iter().map(|(name, rule)| {
        assert!(name.len() <= 80 && name.ends_with(|last: char| last.is_ascii_alphanumeric()), "{name}");
        assert_eq!(rule.as_object().unwrap().len(), 7, "{rule}");
        let offset = rule["offset"].as_u64().unwrap();
        let is_new = priorities.entry(text(&rule["direction"])).or_default().insert(offset);
        assert!(is_new && offset < 1000, "{rule}");
        read_rule(rule)
    });
    rules.collect()
}

/// The resource that creates a rule for each value of the variable.
fn resource(name: &str) -> Value {
    let any = |list: &str| format!("${{contains(each.value.{list}, \"*\") ? \"*\" : null}}");
    let several = |list: &str| format!("${{contains(each.value.{list}, \"*\") ? null : each.value.{list}}}");
    json!({
        "for_each": format!("${{var.{name}_rules}}"),
        "resource_group_name": format!("${{var.{name}_network_security_group.resource_group_name}}"),
        "network_security_group_name": format!("${{var.{name}_network_security_group.name}}"),
        "name": "${each.key}",
        "description": "${each.value.flow}",
        "priority": format!("${{var.{name}_priority + each.value.offset}}"),
        "direction": "${each.value.direction}",
        "access": "Allow",
        "protocol": "${each.value.protocol}",
        "source_port_range": "*",
        "destination_port_range": any("ports"),
        "destination_port_ranges": several("ports"),
        "source_address_prefix": any("sources"),
        "source_address_prefixes": several("sources"),
        "destination_address_prefix": any("destinations"),
        "destination_address_prefixes": several("destinations"),
    })
}

fn read_rule(rule: &Value) -> Rule {
    let texts = |field: &str| -> Vec<String> { rule[field].as_array().unwrap().iter().map(text).collect() };
    let ports = texts("ports");
    let opened = match text(&rule["protocol"]).as_str() {
        protocol @ ("Tcp" | "Udp") => {
            let range = |range: &String| {
                let (first, last) = range.split_once('-').unwrap_or((range, range));
                let (first, last): (u16, u16) = (first.parse().unwrap(), last.parse().unwrap());
                assert!(0 < first && first <= last, "{rule}");
                first..=last
            };
            ports.iter().flat_map(range).map(|port| (protocol.to_lowercase(), port)).collect()
        }
        protocol @ ("Icmp" | "Esp" | "Ah") => {
            assert_eq!(ports, ["*"], "{rule}");
            vec![(protocol.to_lowercase(), 0)]
        }
        protocol => panic!("{protocol}"),
    };
    let direction = text(&rule["direction"]).to_lowercase();
    let [sources, destinations] = ["sources", "destinations"].map(|end| texts(end).join(" "));
    Rule { flow: text(&rule["flow"]), direction, opened, sources, destinations }
}

#[test]
fn terraform_for_azure_allows_exactly_what_the_catalog_lists() {
    let Some(parser) = hcl() else { return };
    let can_express = |opening: &Opening| ["tcp", "udp", "icmp", "esp", "ah"].contains(&opening.2.as_str());
    let format = Comparison { format: "terraform", locations: &["host"], can_express };
    format.run_for(Some(Target::Azure), |files| {
        let mut openings = Openings::new();
        for rule in read(&parser, &files[0]) {
            for (protocol, port) in rule.opened {
                // Azure's ICMP is that of IPv4.
                let any = if protocol == "icmp" { "0.0.0.0/0" } else { "*" };
                assert_eq!((rule.sources.as_str(), rule.destinations.as_str()), (any, any), "{}", rule.flow);
                let opening = (rule.flow.clone(), rule.direction.clone(), protocol, port);
                assert!(openings.insert(opening), "twice: {}", rule.flow);
            }
        }
        openings
    });
}

#[test]
fn rules_for_azure_have_the_addresses_of_the_site() {
    let Some(parser) = hcl() else { return };
    let site = site();
    let site = site.path().to_str().unwrap();
    let call = ["--format=terraform", "--target=azure", "--product=mailgate", "--unnamed=any", "--site", site];
    let rules = read(&parser, &File { name: "mailgate.tf".to_string(), text: rules(&call) });
    let ends = |flow: &str| -> Vec<String> {
        let rules = rules.iter().filter(|rule| rule.flow == flow);
        rules.map(|rule| format!("{} > {}", rule.sources, rule.destinations)).collect()
    };
    assert_eq!(
        ends("mailgate-in-email-client-smtp"),
        ["10.0.0.0/8 198.51.100.7/32 > 192.0.2.10/32", "2001:db8:1::/48 > 2001:db8::10/128"]
    );
    assert_eq!(ends("mailgate-out-ldap-server"), ["192.0.2.10/32 > 10.0.5.1/32"]);
    assert_eq!(ends("mailgate-in-admin"), ["* > 192.0.2.10/32", "* > 2001:db8::10/128"]);
}

#[test]
fn terraform_for_azure_sample() {
    insta::assert_snapshot!("terraform_for_azure_sample", sample_output_for(&["terraform", "--target", "azure"]));
}
