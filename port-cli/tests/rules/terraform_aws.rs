//! Terraform for AWS, read back by `HashiCorp`'s parser.

use port_core::PortRange;
use port_engine::rules::fit::fit;
use port_engine::rules::formats::RulesFormat;
use port_engine::rules::formats::writer::File;
use port_engine::rules::output_options::OutputOptions;
use serde_json::{Value, json};

use crate::cases::{Comparison, made_up, rules, sample_output, site};
use crate::openings::text;
use crate::parsed::{TextParser, hcl};
use crate::security_group::{GroupRule, can_express, networks, openings};

/// The rules that the variables contain, after checking that the resources use all of each.
fn read(parser: &TextParser, file: &File) -> Vec<GroupRule> {
    let name = file.name.strip_suffix(".tf").unwrap().replace('-', "_");
    let configuration = parser.parse(&file.text);
    let mut variables = configuration["variable"].as_object().unwrap().clone();
    variables.remove(&format!("{name}_security_group_id")).expect("the security group");
    let mut rules = Vec::new();
    let resources = configuration["resource"].as_object().unwrap();
    assert_eq!(configuration.as_object().unwrap().len(), 2, "{configuration}");
    for (word, direction) in [("ingress", "inbound"), ("egress", "outbound")] {
        let Some(variable) = variables.remove(&format!("{name}_{word}")) else { continue };
        assert_eq!(variable[0]["validation"].as_array().unwrap().len(), 7);
        rules.extend(variable[0]["default"].as_object().unwrap().iter().map(|rule| read_rule(rule, direction)));
        let resource = &resources[&format!("aws_vpc_security_group_{word}_rule")];
        assert_eq!(*resource, json!({ name.as_str(): [resource_of(&name, word)] }));
    }
    assert!(variables.is_empty(), "{variables:?}");
    rules
}

/// The resource that creates a rule for each value of a variable.
fn resource_of(name: &str, word: &str) -> Value {
    json!({
        "for_each": format!("${{var.{name}_{word}}}"),
        "security_group_id": format!("${{var.{name}_security_group_id}}"),
        "description": "${substr(join(\", \", each.value.flows), 0, 255)}",
        "ip_protocol": "${each.value.protocol}",
        "from_port": "${each.value.from_port}",
        "to_port": "${each.value.to_port}",
        "cidr_ipv4": "${can(regex(\":\", each.value.cidr)) ? null : each.value.cidr}",
        "cidr_ipv6": "${can(regex(\":\", each.value.cidr)) ? each.value.cidr : null}",
    })
}

fn read_rule((key, rule): (&String, &Value), direction: &'static str) -> GroupRule {
    assert_eq!(rule.as_object().unwrap().len(), 5, "{rule}");
    let ports = match (&rule["from_port"], &rule["to_port"]) {
        (Value::Null, Value::Null) => None,
        (first, last) => Some((first.as_i64().unwrap(), last.as_i64().unwrap())),
    };
    let (protocol, network) = (text(&rule["protocol"]), text(&rule["cidr"]));
    assert!(key.ends_with(&network), "{key}");
    GroupRule {
        direction,
        protocol,
        ports,
        network,
        flows: rule["flows"].as_array().unwrap().iter().map(text).collect(),
    }
}

#[test]
fn terraform_for_aws_allows_exactly_what_the_catalog_lists() {
    let Some(parser) = hcl() else { return };
    let format = Comparison { format: "terraform", locations: &["host"], can_express };
    format.run(|files| openings(&read(&parser, &files[0])));
}

#[test]
fn rules_for_aws_have_the_addresses_of_the_site() {
    let Some(parser) = hcl() else { return };
    let site = site();
    let site = site.path().to_str().unwrap();
    let call = ["--format", "terraform", "--product", "mailgate", "--unnamed=any", "--name", "my-mail", "--site", site];
    let file = File { name: "my-mail.tf".to_string(), text: rules(&call) };
    let rules = read(&parser, &file);
    assert_eq!(networks(&rules, "mailgate-in-email-client-smtp", 25), "10.0.0.0/8 198.51.100.7/32 2001:db8:1::/48");
    assert_eq!(networks(&rules, "mailgate-out-ldap-server", 389), "10.0.5.1/32");
    assert_eq!(networks(&rules, "mailgate-in-admin", 443), "0.0.0.0/0 ::/0");
}

#[test]
fn more_rules_than_the_quota_are_reported() {
    let mut ruleset = made_up();
    ruleset.flows.truncate(1);
    let ports = (1..=61).map(|port| PortRange::new(2 * port, 2 * port).unwrap());
    ruleset.flows[0].rules[0].traffic.ports = ports.collect();
    let writer = RulesFormat::Terraform.writer(None);
    let remarks = (writer.remarks)(&fit(ruleset, &writer.limits), &OutputOptions::default());
    let expected = ["IPv4", "IPv6"].map(|family| {
        format!("note: 61 inbound rules for {family}; a security group can have 60, unless AWS raises your quota")
    });
    assert_eq!(remarks.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
}

#[test]
fn terraform_for_aws_sample() {
    insta::assert_snapshot!("terraform_for_aws_sample", sample_output("terraform"));
}
