//! Terraform validates and evaluates generated configurations. It can't plan the resources, since their providers are not in any
//! package registry; a copy with outputs instead of the resources evaluates the same expressions.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Output;

use port_engine::rules::formats::writer::File;
use serde_json::{Value, json};

use super::{command, printed};
use crate::cases::{all_products, files, files_with};
use crate::openings::{Decisions, Opening, Openings, assert_same, documented_in, text};
use crate::security_group::{self, GroupRule};

const AWS: [&str; 4] = ["--format", "terraform", "--target", "aws"];
const AZURE: [&str; 4] = ["--format", "terraform", "--target", "azure"];

/// Runs terraform in a directory. This build prints its log to standard error, and `o:` before some of its output.
fn terraform(directory: &Path, arguments: &[&str]) -> Output {
    let mut terraform = command("terraform");
    terraform
        .env("CHECKPOINT_DISABLE", "1")
        .env("TF_LOG", "off")
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap()
}

/// A configuration with outputs instead of its resources: the value of each is what the resources would be.
fn with_outputs(configuration: &str) -> String {
    let mut text = String::new();
    let mut resource = false;
    for line in configuration.lines() {
        if let Some(kind) = line.strip_prefix("resource \"") {
            resource = true;
            let (kind, _) = kind.split_once('"').unwrap();
            writeln!(text, "output \"{kind}\" {{").unwrap();
        } else if let Some(map) = line.strip_prefix("  for_each = ") {
            writeln!(text, "  value = {{ for key, value in {map} : key => {{").unwrap();
        } else if resource && line == "}" {
            resource = false;
            text += "  } }\n}\n";
        } else {
            let line = if resource {
                line.replace("each.key", "key").replace("each.value", "value")
            } else {
                line.to_string()
            };
            writeln!(text, "{line}").unwrap();
        }
    }
    text
}

/// What terraform evaluates the resources of a configuration to, or what it prints if it rejects a value.
fn evaluated(configuration: &str, variables: &Value) -> Result<Value, String> {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    fs::write(directory.join("main.tf"), configuration).unwrap();
    let formatted = terraform(directory, &["fmt", "-check", "-diff"]);
    assert!(formatted.status.success(), "{}", printed(&formatted));
    fs::write(directory.join("main.tf"), with_outputs(configuration)).unwrap();
    fs::write(directory.join("values.auto.tfvars.json"), variables.to_string()).unwrap();
    let plan = terraform(directory, &["plan", "-no-color", "-input=false", "-out=plan"]);
    if !plan.status.success() {
        // This build prints its log before the error, whatever TF_LOG says.
        let printed = printed(&plan);
        let start = printed.find("Error: ").unwrap_or_default();
        return Err(printed[start..].to_string());
    }
    let shown = terraform(directory, &["show", "-json", "plan"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    let shown: Value = serde_json::from_str(shown.trim_start_matches("o:")).unwrap();
    Ok(shown["planned_values"]["outputs"].clone())
}

fn variables(file: &File, target: &str) -> Value {
    let name = file.name.strip_suffix(".tf").unwrap().replace('-', "_");
    match target {
        "aws" => json!({ format!("{name}_security_group_id"): "sg-0123456789abcdef0" }),
        _ => {
            json!({ format!("{name}_network_security_group"): { "name": "group", "resource_group_name": "resources" } })
        }
    }
}

/// The rules that the resources for AWS would create, with the flows that the description begins with.
fn aws_rules(outputs: &Value) -> Vec<GroupRule> {
    let kinds =
        [("aws_vpc_security_group_ingress_rule", "inbound"), ("aws_vpc_security_group_egress_rule", "outbound")];
    let mut rules = Vec::new();
    for (kind, direction) in kinds {
        let Some(value) = outputs[kind]["value"].as_object() else { continue };
        for rule in value.values() {
            let [v4, v6] = ["cidr_ipv4", "cidr_ipv6"].map(|field| rule[field].as_str());
            let network = match (v4, v6) {
                (Some(network), None) => network,
                (None, Some(network)) if network.contains(':') => network,
                _ => panic!("{rule}"),
            };
            let ports = rule["from_port"].as_i64().zip(rule["to_port"].as_i64());
            let description = text(&rule["description"]);
            assert!(!description.is_empty() && description.len() <= 255, "{rule}");
            assert_eq!(rule["security_group_id"], "sg-0123456789abcdef0");
            let flows = description.split(", ").map(str::to_string).collect();
            rules.push(GroupRule {
                direction,
                protocol: text(&rule["ip_protocol"]),
                ports,
                network: network.to_string(),
                flows,
            });
        }
    }
    rules
}

/// What the resources for Azure would open.
fn azure_openings(outputs: &Value) -> Openings {
    let mut openings = Openings::new();
    for rule in
        outputs["azurerm_network_security_rule"]["value"].as_object().into_iter().flatten().map(|(_, rule)| rule)
    {
        let one_of = |one: &str, several: &str| match (&rule[one], &rule[several]) {
            (Value::String(one), Value::Null) => vec![one.clone()],
            (Value::Null, Value::Array(several)) => several.iter().map(text).collect(),
            _ => panic!("{rule}"),
        };
        for end in ["source", "destination"] {
            let addresses = one_of(&format!("{end}_address_prefix"), &format!("{end}_address_prefixes"));
            assert!([["*"], ["0.0.0.0/0"]].iter().any(|any| addresses == any), "{rule}");
        }
        assert!((1000..2000).contains(&rule["priority"].as_u64().unwrap()), "{rule}");
        assert_eq!((&rule["access"], &rule["source_port_range"]), (&json!("Allow"), &json!("*")));
        let protocol = text(&rule["protocol"]).to_lowercase();
        for range in one_of("destination_port_range", "destination_port_ranges") {
            let (first, last) = range.split_once('-').unwrap_or((&range, &range));
            let ports = if range == "*" { 0..=0 } else { first.parse::<u16>().unwrap()..=last.parse().unwrap() };
            let opening =
                |port| (text(&rule["description"]), text(&rule["direction"]).to_lowercase(), protocol.clone(), port);
            openings.extend(ports.map(opening));
        }
    }
    openings
}

#[test]
#[ignore = "needs the tools of tests/tools/install-infrastructure.sh, which .ci/full installs"]
fn terraform_evaluates_configurations_to_what_the_catalog_lists() {
    for (tables, product) in all_products() {
        let documented = documented_in(&tables, &product, Decisions::ALL[0], "host");
        let what = |target: &str| format!("{target} {product}");
        let [file] = &files_with(&tables, &[&AWS[..], &["--product", &product]].concat())[..] else {
            panic!("one file")
        };
        let outputs =
            evaluated(&file.text, &variables(file, "aws")).unwrap_or_else(|error| panic!("{product}: {error}"));
        // A description may be too short for all flows, so only the open ports are compared.
        let without_flow = |opening: &Opening| (String::new(), opening.1.clone(), opening.2.clone(), opening.3);
        let expected =
            documented.iter().filter(|opening| security_group::can_express(opening)).map(without_flow).collect();
        assert_same(&security_group::openings_of_any_flow(&aws_rules(&outputs)), &expected, &what("aws"));

        let [file] = &files_with(&tables, &[&AZURE[..], &["--product", &product]].concat())[..] else {
            panic!("one file")
        };
        let outputs =
            evaluated(&file.text, &variables(file, "azure")).unwrap_or_else(|error| panic!("{product}: {error}"));
        let can_express = |opening: &&Opening| ["tcp", "udp", "icmp", "esp", "ah"].contains(&opening.2.as_str());
        let expected = documented.iter().filter(can_express).cloned().collect();
        assert_same(&azure_openings(&outputs), &expected, &what("azure"));
    }
}

/// Asserts that terraform rejects an edited configuration with a message of a validation.
fn assert_rejected(file: &File, target: &str, (from, to): (&str, &str), message: &str) {
    assert!(file.text.contains(from), "{from}");
    let text = file.text.replacen(from, to, 1);
    let error = evaluated(&text, &variables(file, target)).expect_err(to);
    assert!(error.replace('\n', " ").contains(message), "{to}: {error}");
}

#[test]
#[ignore = "needs the tools of tests/tools/install-infrastructure.sh, which .ci/full installs"]
fn terraform_rejects_edited_rules_for_aws() {
    let [file] = &files(&[&AWS[..], &["--product=endpoint"]].concat())[..] else { panic!("one file") };
    evaluated(&file.text, &variables(file, "aws")).unwrap();
    let tcp = "protocol  = \"tcp\"\n      from_port = ";
    let start = file.text.find(tcp).expect("a rule for TCP") + tcp.len();
    let port = file.text[start..].split('\n').next().unwrap();
    let first = format!("from_port = {port}\n");
    let order = "whole numbers from 1 to 65535, in ascending order.";
    for (number, message) in
        [("70000", order), ("0", order), ("1.5", order), ("null", order), ("\"x\"", "a number is required")]
    {
        assert_rejected(file, "aws", (&first, &format!("from_port = {number}\n")), message);
    }
    let network = "cidr      = \"0.0.0.0/0\"";
    for value in ["10.0.0.1/8", "10.0.0.0/33", "10.0.0.0", "example.org"] {
        let message = "Each cidr must be a network with its first address";
        assert_rejected(file, "aws", (network, &format!("cidr      = \"{value}\"")), message);
    }
    for value in ["tpc", "6", "132", "256", "-1"] {
        let message = "Each protocol must be tcp, udp, icmp, icmpv6, or the number of another protocol";
        assert_rejected(file, "aws", ("protocol  = \"tcp\"", &format!("protocol  = \"{value}\"")), message);
    }
    let esp = "protocol  = \"50\"\n      from_port = null";
    assert_rejected(file, "aws", (esp, &esp.replace("null", "1")), "from_port and to_port must be null.");
    let group = json!({ "endpoint_security_group_id": "endpoint" });
    let error = evaluated(&file.text, &group).unwrap_err();
    assert!(error.contains("Write the id of a security group"), "{error}");
}

#[test]
#[ignore = "needs the tools of tests/tools/install-infrastructure.sh, which .ci/full installs"]
fn terraform_rejects_edited_rules_for_azure() {
    let [file] = &files(&[&AZURE[..], &["--product=endpoint"]].concat())[..] else { panic!("one file") };
    let start = file.text.find("      ports        = [\"").unwrap();
    let ports = file.text[start..].split('\n').next().unwrap();
    let message = "ports must list numbers from 1 to 65535, and ascending ranges such as 8000-8100.";
    for value in ["[\"70000\"]", "[\"0\"]", "[\"90-80\"]", "[\"*\"]", "[]"] {
        assert_rejected(file, "azure", (ports, &format!("      ports        = {value}")), message);
    }
    let sources = "sources      = [\"*\"]";
    for value in ["[\"10.0.0.1/8\"]", "[\"*\", \"10.0.0.0/8\"]", "[\"Internet\"]", "[]"] {
        let message = "must list networks with their first address";
        assert_rejected(file, "azure", (sources, &format!("sources      = {value}")), message);
    }
    let both = "sources      = [\"10.0.0.0/8\", \"2001:db8::/32\"]";
    assert_rejected(file, "azure", (sources, both), "can't have networks of both IPv4 and IPv6.");
    assert_rejected(file, "azure", ("protocol     = \"Tcp\"", "protocol     = \"Sctp\""), "Tcp, Udp, Icmp, Esp or Ah.");
    assert_rejected(file, "azure", ("protocol     = \"Tcp\"", "protocol     = \"Esp\""), "ports must be [\"*\"].");
    assert_rejected(file, "azure", ("\"Inbound\"", "\"inbound\""), "Inbound or Outbound.");
    let mut values = variables(file, "azure");
    values["endpoint_priority"] = json!(99);
    let error = evaluated(&file.text, &values).unwrap_err();
    assert!(error.contains("must be a whole number from 100 to 3097."), "{error}");
}
