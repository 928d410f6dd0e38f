//! Templates for `CloudFormation`, read back as YAML, and checked against the limits of templates and resources.

use std::collections::BTreeSet;

use port_core::PortRange;
use port_engine::rules::formats::RulesFormat;
use port_engine::rules::formats::writer::File;
use serde_json::{Value, json};

use crate::cases::{Comparison, fitted_files, made_up, rules, sample_output, site};
use crate::openings::text;
use crate::parsed::{TextParser, yaml};
use crate::security_group::{GroupRule, can_express, networks, openings};

/// The rules of templates.
fn read(parser: &TextParser, files: &[File]) -> Vec<GroupRule> {
    files.iter().flat_map(|file| read_template(&parser.parse(&file.text))).collect()
}

fn read_template(template: &Value) -> Vec<GroupRule> {
    let template = template.as_object().unwrap();
    let keys: Vec<&str> = template.keys().map(String::as_str).collect();
    assert_eq!(keys, ["AWSTemplateFormatVersion", "Description", "Parameters", "Resources"]);
    assert_eq!(template["AWSTemplateFormatVersion"], "2010-09-09");
    assert!(text(&template["Description"]).len() <= 1024);
    let parameters = template["Parameters"].as_object().unwrap();
    assert_eq!(parameters.keys().collect::<Vec<_>>(), ["SecurityGroup"]);
    assert_eq!(parameters["SecurityGroup"]["Type"], "AWS::EC2::SecurityGroup::Id");
    let Some(resources) = template["Resources"].as_object() else { return Vec::new() };
    assert!(resources.len() <= 500, "{}", resources.len());
    let is_logical_id = |id: &String| id.len() <= 255 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    assert!(resources.keys().all(is_logical_id), "{:?}", resources.keys());
    resources.values().map(read_rule).collect()
}

fn read_rule(resource: &Value) -> GroupRule {
    let direction = match resource["Type"].as_str() {
        Some("AWS::EC2::SecurityGroupIngress") => "inbound",
        Some("AWS::EC2::SecurityGroupEgress") => "outbound",
        _ => panic!("{resource}"),
    };
    let mut properties = resource["Properties"].as_object().unwrap().clone();
    assert_eq!(properties.remove("GroupId"), Some(json!({ "!Ref": "SecurityGroup" })), "{resource}");
    let description = text(&properties.remove("Description").unwrap());
    // The characters that AWS accepts are more than these.
    let is_accepted = |byte: u8| byte.is_ascii_alphanumeric() || b" -,".contains(&byte);
    assert!(description.len() <= 255 && description.bytes().all(is_accepted), "{description}");
    let flows: Vec<String> = match resource.get("Metadata") {
        None => description.split(", ").map(str::to_string).collect(),
        Some(metadata) => {
            assert!(description.ends_with(" more"), "{description}");
            metadata["Flows"].as_array().unwrap().iter().map(text).collect()
        }
    };
    assert!(description.starts_with(&flows[0]), "{description}");
    let ports = ["FromPort", "ToPort"].map(|port| properties.remove(port));
    let ports = match ports {
        [Some(first), Some(last)] => Some((first.as_i64().unwrap(), last.as_i64().unwrap())),
        [None, None] => None,
        _ => panic!("{resource}"),
    };
    let protocol = text(&properties.remove("IpProtocol").unwrap());
    let network = properties.remove("CidrIp").or_else(|| {
        let network = properties.remove("CidrIpv6");
        assert!(network.as_ref().is_some_and(|network| text(network).contains(':')), "{resource}");
        network
    });
    assert!(properties.is_empty(), "{resource}");
    GroupRule { direction, protocol, ports, network: text(&network.unwrap()), flows }
}

#[test]
fn a_template_allows_exactly_what_the_catalog_lists() {
    let Some(parser) = yaml() else { return };
    let format = Comparison { format: "cloudformation", locations: &["host"], can_express };
    format.run(|files| openings(&read(&parser, files)));
}

#[test]
fn rules_of_a_template_have_the_addresses_of_the_site() {
    let Some(parser) = yaml() else { return };
    let site = site();
    let site = site.path().to_str().unwrap();
    let call = ["--format", "cloudformation", "--product", "mailgate", "--unnamed=any", "--site", site];
    let rules = read_template(&parser.parse(&rules(&call)));
    let smtp = "10.0.0.0/8 198.51.100.7/32 2001:db8:1::/48";
    assert_eq!(networks(&rules, "mailgate-in-email-client-smtp", 25), smtp);
    assert_eq!(networks(&rules, "mailgate-out-ldap-server", 389), "10.0.5.1/32");
    assert_eq!(networks(&rules, "mailgate-in-admin", 443), "0.0.0.0/0 ::/0");
}

#[test]
fn more_rules_than_a_template_can_have_are_in_several_files() {
    let Some(parser) = yaml() else { return };
    let mut ruleset = made_up();
    ruleset.flows.truncate(1);
    ruleset.flows[0].rules[0].traffic.ports =
        (0..600).map(|index| PortRange::new(1000 + 2 * index, 1000 + 2 * index).unwrap()).collect();
    let files = fitted_files(RulesFormat::Cloudformation, ruleset);
    let counts: Vec<usize> = files.iter().map(|file| read_template(&parser.parse(&file.text)).len()).collect();
    assert_eq!(counts, [500, 500, 200]);
    assert_eq!(files.iter().map(|file| &file.name).collect::<BTreeSet<_>>().len(), 3);
    assert_eq!(openings(&read(&parser, &files)).len(), 600);
}

#[test]
fn flows_share_a_rule_with_the_same_content() {
    let Some(parser) = yaml() else { return };
    let mut ruleset = made_up();
    ruleset.flows.truncate(1);
    let names: Vec<String> = (0..30).map(|number| format!("made-up-flow-{number}")).collect();
    ruleset.flows = names
        .iter()
        .map(|id| port_engine::rules::model::FlowRules { id: id.clone(), ..ruleset.flows[0].clone() })
        .collect();
    let files = fitted_files(RulesFormat::Cloudformation, ruleset);
    let rules = read(&parser, &files);
    assert_eq!(rules.len(), 2 * 16, "the rules of one flow, for both families");
    assert!(rules.iter().all(|rule| rule.flows == names));
    assert!(files[0].text.contains("\n  # made-up-flow-1\n  # also needs the rule \"tcp/10 from 0.0.0.0/0\" above\n"));
}

#[test]
fn cloudformation_sample() {
    insta::assert_snapshot!("cloudformation_sample", sample_output("cloudformation"));
}
