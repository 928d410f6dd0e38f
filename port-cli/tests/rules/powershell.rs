//! Scripts for PowerShell, parsed with a grammar and read back. Neither PowerShell nor Windows is here to run them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use port_engine::rules::formats::writer::File;
use serde_json::json;

use crate::cases::{Comparison, files, sample_output, site};
use crate::openings::{Openings, protocol, text};
use crate::python_worker::PythonWorker;
use crate::tools::{missing, tool};

/// A parser for PowerShell.
struct Parser(RefCell<PythonWorker>);

/// A rule that a script adds: its parameters, each with its values.
type Rule = BTreeMap<String, Vec<String>>;

impl Parser {
    fn start() -> Option<Parser> {
        let python = tool("aclgen")?.with_file_name("python3");
        let has_grammar =
            Command::new(&python).args(["-c", "import tree_sitter_powershell, tree_sitter"]).output().unwrap();
        if !has_grammar.status.success() {
            missing("tree-sitter-powershell is not installed; tests/tools/install.sh installs it");
            return None;
        }
        let parser = PythonWorker::start(Command::new(python).args(["-c", include_str!("parse_powershell.py")]));
        Some(Parser(RefCell::new(parser)))
    }

    /// The rules that a script adds. It first removes the groups that the rules are in.
    fn rules(&self, files: &[File]) -> Vec<Rule> {
        let [file] = files else { panic!("one file") };
        let parsed = self.0.borrow_mut().ask(&json!(file.text));
        assert_eq!(parsed["bad"], json!([]), "{}", file.text);
        let (mut rules, mut removed, mut statements) = (Vec::new(), BTreeSet::new(), 1);
        for command in parsed["commands"].as_array().unwrap() {
            let parameters = command[1].as_array().unwrap().iter().map(|parameter| {
                let values = parameter[1].as_array().unwrap().iter().map(text).collect();
                (text(&parameter[0]), values)
            });
            let parameters: Vec<(String, Vec<String>)> = parameters.collect();
            let count = parameters.len();
            let parameters: Rule = parameters.into_iter().collect();
            assert_eq!(parameters.len(), count, "a parameter is there twice: {command}");
            match command[0].as_str().unwrap() {
                "Get-NetFirewallRule" => {
                    assert!(rules.is_empty(), "the rules of an earlier version are removed first");
                    assert_eq!(parameters["-ErrorAction"], ["SilentlyContinue"]);
                    removed.extend(parameters["-Group"].clone());
                    statements += 1;
                }
                "New-NetFirewallRule" => {
                    rules.push(parameters);
                    statements += 1;
                }
                "Remove-NetFirewallRule" | "Out-Null" => assert!(parameters.is_empty()),
                other => panic!("{other}"),
            }
        }
        // The first statement makes PowerShell stop at an error.
        assert!(file.text.contains("\n$ErrorActionPreference = 'Stop'\n"));
        assert_eq!(parsed["statements"], json!(statements), "{}", file.text);
        let names: BTreeSet<&Vec<String>> = rules.iter().map(|rule| &rule["-Name"]).collect();
        assert_eq!(names.len(), rules.len(), "a machine has a name once");
        assert!(rules.iter().all(|rule| removed.contains(&rule["-Group"][0])), "{removed:?}");
        rules
    }

    fn openings(&self, files: &[File]) -> Openings {
        self.rules(files).iter().flat_map(openings).collect()
    }
}

/// What a rule opens.
fn openings(rule: &Rule) -> Openings {
    let one = |parameter: &str| {
        let [only] = rule[parameter].as_slice() else { panic!("{parameter}: {rule:?}") };
        only.as_str()
    };
    let (direction, port) = match one("-Direction") {
        "Inbound" => ("inbound", "-LocalPort"),
        "Outbound" => ("outbound", "-RemotePort"),
        other => panic!("{other}"),
    };
    let known = [
        "-Name",
        "-DisplayName",
        "-Group",
        "-Direction",
        "-Action",
        "-Protocol",
        "-LocalAddress",
        "-RemoteAddress",
        port,
        "-IcmpType",
    ];
    assert!(rule.keys().all(|parameter| known.contains(&parameter.as_str())), "{rule:?}");
    assert_eq!(one("-Action"), "Allow");
    let protocol = match one("-Protocol") {
        "TCP" => "tcp".to_string(),
        "UDP" => "udp".to_string(),
        "ICMPv4" => "icmp".to_string(),
        "ICMPv6" => "icmpv6".to_string(),
        number => protocol(number.parse().unwrap()),
    };
    let opening =
        |protocol: String, port: u16| (one("-DisplayName").to_string(), direction.to_string(), protocol, port);
    let types = rule
        .get("-IcmpType")
        .into_iter()
        .flatten()
        .map(|number| format!("{protocol}/{}", number.parse::<u8>().unwrap()));
    let types: Openings = types.map(|protocol| opening(protocol, 0)).collect();
    if !types.is_empty() {
        return types;
    }
    let ports = rule.get(port).into_iter().flatten().flat_map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        first.parse::<u16>().unwrap()..=last.parse().unwrap()
    });
    let ports: Openings = ports.map(|port| opening(protocol.clone(), port)).collect();
    let has_ports = ["tcp", "udp"].contains(&protocol.as_str());
    assert_eq!(has_ports, !ports.is_empty(), "{rule:?}");
    if has_ports { ports } else { [opening(protocol, 0)].into() }
}

#[test]
fn powershell_allows_exactly_what_the_catalog_lists() {
    let Some(parser) = Parser::start() else { return };
    let comparison =
        Comparison { format: "powershell", locations: &["host"], can_express: |opening| opening.2 != "sctp" };
    comparison.run(|files| parser.openings(files));
}

#[test]
fn powershell_limits_rules_to_the_addresses_of_the_site() {
    let Some(parser) = Parser::start() else { return };
    let site = site();
    let path = site.path().to_str().unwrap();
    let call = ["--format", "powershell", "--product", "mailgate", "--site", path, "--unnamed", "any"];
    let rules = parser.rules(&files(&call));
    let ends = |id: &str| -> BTreeSet<String> {
        let of_flow = rules.iter().filter(|rule| rule["-DisplayName"] == [id]);
        let end = |rule: &Rule, name: &str| rule.get(name).map_or("any".to_string(), |addresses| addresses.join(" "));
        of_flow.map(|rule| format!("{} | {}", end(rule, "-LocalAddress"), end(rule, "-RemoteAddress"))).collect()
    };
    let expect = |id: &str, expected: &[&str]| {
        assert_eq!(ends(id), expected.iter().map(ToString::to_string).collect(), "{id}");
    };
    let smtp = ["192.0.2.10 | 10.0.0.0/8 198.51.100.7", "2001:db8::10 | 2001:db8:1::/48"];
    expect("mailgate-in-email-client-smtp", &smtp);
    expect("mailgate-out-ldap-server", &["192.0.2.10 | 10.0.5.1"]);
    expect("mailgate-out-dns-server", &["192.0.2.10 | 0.0.0.0-255.255.255.255"]);
    expect("mailgate-in-admin", &["192.0.2.10 | any", "2001:db8::10 | any"]);
}

#[test]
fn powershell_sample() {
    insta::assert_snapshot!("powershell_sample", sample_output("powershell"));
}
