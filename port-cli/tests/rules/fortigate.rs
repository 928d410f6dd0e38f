//! The scripts for `FortiGate`, read object by object with a parser for `FortiOS` configurations.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use port_core::Direction;
use port_engine::rules::address::Endpoints;
use port_engine::rules::formats::{RulesFormat, fortigate};
use port_engine::rules::model::one_line;
use port_engine::rules::output_options::OutputOptions;
use serde_json::{Value, json};

use crate::cases::{Comparison, fitted_files, made_up, rules, ruleset_of_texts, sample_output, site, texts};
use crate::openings::{Opening, Openings, protocol};
use crate::python_worker::PythonWorker;
use crate::tools::{missing, tool};

/// Parses each configuration that it is sent.
const PARSE: &str = "
import io, json, sys
from anyconfig_fortios_backend import Parser
for line in sys.stdin:
    print(json.dumps(Parser().load_from_stream(io.StringIO(json.loads(line)), dict)), flush=True)
";

pub fn parser() -> Option<PythonWorker> {
    let python = tool("python3")?;
    let can_parse = Command::new(&python).args(["-c", "import anyconfig_fortios_backend"]).output().unwrap();
    if !can_parse.status.success() {
        missing("anyconfig-fortios-backend is not installed; tests/tools/install.sh installs it");
        return None;
    }
    Some(PythonWorker::start(Command::new(python).args(["-c", PARSE])))
}

/// The fields of an entry with their values; a field that is unset has none.
pub type Entry = BTreeMap<String, Vec<String>>;

/// The sections of a configuration, with their entries by name.
pub struct Configuration(pub BTreeMap<String, Vec<(String, Entry)>>);

impl Configuration {
    pub fn read(parser: &mut PythonWorker, text: &str) -> Configuration {
        let mut sections = BTreeMap::new();
        for section in parser.ask(&json!(text))["configs"].as_array().unwrap() {
            let Some(name) = section["config"].as_str() else { continue };
            // If no flow is allowed, a section contains only comments.
            let entries = section["edits"].as_array().into_iter().flatten().map(entry).collect();
            assert!(sections.insert(name.to_string(), entries).is_none(), "two sections {name}");
        }
        let configuration = Configuration(sections);
        configuration.check_names();
        configuration
    }

    fn section(&self, name: &str) -> &[(String, Entry)] {
        self.0.get(&format!("firewall {name}")).map_or(&[], Vec::as_slice)
    }

    fn entry(&self, section: &str, name: &str) -> Option<&Entry> {
        self.section(section).iter().find(|(known, _)| known == name).map(|(_, entry)| entry)
    }

    /// Checks that names are unique where they are referred to, within the limits, and all used.
    pub fn check_names(&self) {
        for sections in [["address", "addrgrp"], ["address6", "addrgrp6"], ["service custom", "service group"]] {
            let names: Vec<&str> =
                sections.iter().flat_map(|section| self.section(section)).map(|(name, _)| name.as_str()).collect();
            let unique: BTreeSet<&str> = names.iter().copied().collect();
            assert_eq!(names.len(), unique.len(), "{names:?}");
            let groups = self.section(sections[1]).iter().flat_map(|(_, group)| &group["member"]);
            let fields = ["service", "srcaddr", "dstaddr", "srcaddr6", "dstaddr6"];
            let policies = self.section("policy").iter().flat_map(|(_, policy)| fields.map(|field| policy.get(field)));
            let used: BTreeSet<&str> = groups
                .chain(policies.flatten().flatten())
                .map(String::as_str)
                .filter(|name| unique.contains(name))
                .collect();
            assert_eq!(used, unique, "some names are not used");
            assert!(
                names.iter().all(|name| name.len() <= 79 && !name.contains(['"', '\'', '<', '>', '\\', '?', ' '])),
                "{names:?}"
            );
        }
        let policies: BTreeSet<&str> =
            self.section("policy").iter().map(|(_, policy)| policy["name"][0].as_str()).collect();
        let numbers: BTreeSet<&str> = self.section("policy").iter().map(|(number, _)| number.as_str()).collect();
        let count = self.section("policy").len();
        assert_eq!((policies.len(), numbers.len()), (count, count), "two policies with the same name or number");
        assert!(policies.iter().all(|name| name.len() <= 35), "{policies:?}");
    }

    /// What the policies allow, by flow.
    pub fn rules(&self) -> Vec<Rule> {
        let mut rules = Vec::new();
        for (number, policy) in self.section("policy") {
            // FortiManager reserves higher numbers.
            assert!((1_000_000_000..1_071_741_825).contains(&number.parse::<u32>().unwrap()), "{number}");
            for (field, value) in [("action", "accept"), ("srcintf", "any"), ("dstintf", "any"), ("schedule", "always")]
            {
                assert_eq!(policy[field], [value], "{policy:?}");
            }
            let direction = ["inbound", "outbound"]
                .into_iter()
                .find(|direction| policy["comments"][0].contains(&format!(", {direction} ")))
                .unwrap();
            let ends: Vec<[String; 2]> = [("", ""), ("6", "6")]
                .into_iter()
                .filter_map(|(suffix, family)| {
                    let [source, destination] =
                        ["srcaddr", "dstaddr"].map(|field| Some(&policy[&format!("{field}{suffix}")]));
                    let [source, destination] =
                        [source, destination].map(|names| names.filter(|names| !names.is_empty()));
                    assert_eq!(source.is_some(), destination.is_some(), "{policy:?}");
                    Some([self.addresses(source?, family), self.addresses(destination?, family)])
                })
                .collect();
            assert!(!ends.is_empty(), "{policy:?}");
            for group in &policy["service"] {
                for name in &self.entry("service group", group).expect(group)["member"] {
                    let service = self.entry("service custom", name).expect(name);
                    let (flow, _) = service["comment"][0].split_once(':').unwrap();
                    rules.push(Rule { flow: flow.to_string(), direction, opened: opened(service), ends: ends.clone() });
                }
            }
        }
        rules
    }

    /// The addresses of a group as they are written.
    fn addresses(&self, names: &[String], family: &str) -> String {
        let [name] = names else { panic!("{names:?}") };
        if name == "all" {
            return "all".to_string();
        }
        let members = &self.entry(&format!("addrgrp{family}"), name).expect(name)["member"];
        let address = |member: &String| {
            let entry = self.entry(&format!("address{family}"), member).expect(member);
            let field = match (entry["type"][0].as_str(), family) {
                ("ipmask", "") => "subnet",
                ("ipprefix", "6") => "ip6",
                ("fqdn", _) => "fqdn",
                _ => panic!("{entry:?}"),
            };
            assert_eq!(entry.len(), 2, "{entry:?}");
            entry[field].join("/")
        };
        members.iter().map(address).collect::<Vec<_>>().join(" ")
    }
}

/// A service that a policy allows.
pub struct Rule {
    flow: String,
    direction: &'static str,
    opened: BTreeSet<(String, u16)>,
    pub ends: Vec<[String; 2]>,
}

fn entry(edit: &Value) -> (String, Entry) {
    let text = |value: &Value| value.as_str().unwrap().to_string();
    let mut entry = Entry::new();
    for (field, value) in edit.as_object().unwrap() {
        let values = match value {
            Value::Null => Vec::new(),
            Value::Array(values) => values.iter().map(text).collect(),
            value => vec![text(value)],
        };
        entry.insert(field.clone(), values);
    }
    let name = entry.remove("edit").unwrap().remove(0);
    (name, entry)
}

fn opened(service: &Entry) -> BTreeSet<(String, u16)> {
    let [kind] = &service["protocol"][..] else { panic!("{service:?}") };
    let icmp = match kind.as_str() {
        "IP" => {
            let number: u64 = service["protocol-number"][0].parse().unwrap();
            // Protocol 0 would be any protocol.
            assert!((1..=254).contains(&number), "{service:?}");
            return BTreeSet::from([(protocol(number), 0)]);
        }
        "ICMP" => Some("icmp"),
        "ICMP6" => Some("icmpv6"),
        _ => None,
    };
    if let Some(icmp) = icmp {
        return match &service["icmptype"][..] {
            [] => BTreeSet::from([(icmp.to_string(), 0)]),
            [icmp_type] => BTreeSet::from([(format!("{icmp}/{icmp_type}"), 0)]),
            _ => panic!("{service:?}"),
        };
    }
    assert_eq!(kind, "TCP/UDP/SCTP", "{service:?}");
    let mut opened = BTreeSet::new();
    for protocol in ["tcp", "udp", "sctp"] {
        for range in &service[&format!("{protocol}-portrange")] {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            opened
                .extend((first.parse().unwrap()..=last.parse().unwrap()).map(|port: u16| (protocol.to_string(), port)));
        }
    }
    assert!(!opened.is_empty(), "{service:?}");
    opened
}

#[test]
fn fortigate_allows_exactly_what_the_catalog_lists() {
    let Some(parser) = parser() else { return };
    let parser = RefCell::new(parser);
    let can_express = |opening: &Opening| !["ip/0", "ip/255"].contains(&opening.2.as_str());
    let format = Comparison { format: "fortigate", locations: &["network"], can_express };
    format.run(|files| opened_to_any_address(&Configuration::read(&mut parser.borrow_mut(), &files[0].text)));
}

/// What the policies of a configuration open, all of which must allow any address.
pub fn opened_to_any_address(configuration: &Configuration) -> Openings {
    let mut openings = Openings::new();
    for rule in configuration.rules() {
        assert_eq!(rule.ends, [["all", "all"], ["all", "all"]], "{}", rule.flow);
        let opening = |(protocol, port): (String, u16)| (rule.flow.clone(), rule.direction.to_string(), protocol, port);
        openings.extend(rule.opened.into_iter().map(opening));
    }
    openings
}

#[test]
fn policies_contain_addresses_and_host_names() {
    let Some(mut parser) = parser() else { return };
    let site = site();
    let call = [
        "--format",
        "fortigate",
        "--product",
        "mailgate",
        "--unnamed",
        "any",
        "--site",
        site.path().to_str().unwrap(),
        "--strict",
    ];
    let only = ["in-email-client-smtp", "out-ldap-server", "out-nas", "in-admin", "out-dns-server"];
    let only: Vec<String> = only.iter().map(|flow| format!("--only=mailgate-{flow}")).collect();
    let text = rules(&call.into_iter().chain(only.iter().map(String::as_str)).collect::<Vec<_>>());
    let rules = Configuration::read(&mut parser, &text).rules();
    let ends = |flow: &str| -> Vec<String> {
        let rule = rules.iter().find(|rule| rule.flow == format!("mailgate-{flow}")).unwrap();
        rule.ends.iter().map(|ends| ends.join(" > ")).collect()
    };
    assert_eq!(
        ends("in-email-client-smtp"),
        [
            "10.0.0.0/255.0.0.0 198.51.100.7/255.255.255.255 > 192.0.2.10/255.255.255.255",
            "2001:db8:1::/48 > 2001:db8::10/128"
        ]
    );
    // Each family resolves the host name separately.
    assert_eq!(
        ends("out-ldap-server"),
        [
            "192.0.2.10/255.255.255.255 > 10.0.5.1/255.255.255.255 ldap.example.org",
            "2001:db8::10/128 > ldap.example.org"
        ]
    );
    assert_eq!(ends("out-nas"), ["192.0.2.10/255.255.255.255 > 10.3.3.3/255.255.255.255"]);
    assert_eq!(ends("in-admin"), ["all > 192.0.2.10/255.255.255.255", "all > 2001:db8::10/128"]);
    assert_eq!(ends("out-dns-server"), ["192.0.2.10/255.255.255.255 > 0.0.0.0/0.0.0.0"]);
}

#[test]
fn a_family_that_one_end_lacks_is_not_allowed() {
    let Some(mut parser) = parser() else { return };
    let site = tempfile::NamedTempFile::new().unwrap();
    let text = "[products]\nmailgate = \"192.0.2.10\"\n[peers]\nldap-server = [\"10.0.5.1\", \"ldap.example.org\"]\n";
    std::fs::write(&site, text).unwrap();
    let call = ["--format=fortigate", "--product=mailgate", "--only=mailgate-out-ldap-server", "--site"];
    let text = rules(&[&call[..], &[site.path().to_str().unwrap()]].concat());
    let rules = Configuration::read(&mut parser, &text).rules();
    let ends = ["192.0.2.10/255.255.255.255", "10.0.5.1/255.255.255.255 ldap.example.org"];
    assert_eq!(rules[0].ends, [ends]);
}

#[test]
fn flows_of_a_peer_with_the_same_ends_share_a_policy() {
    let Some(mut parser) = parser() else { return };
    for side in ["source", "destination"] {
        let mut ruleset = made_up();
        ruleset.flows.retain(|flow| flow.direction == Direction::Inbound && !flow.rules.is_empty());
        for (flow, address) in ruleset.flows.iter_mut().zip(["192.0.2.1", "192.0.2.2", "192.0.2.1"]) {
            for rule in &mut flow.rules {
                let end = if side == "source" { &mut rule.source } else { &mut rule.destination };
                *end = Endpoints::new([address.parse().unwrap()]);
            }
        }
        let files = (fortigate::WRITER.files)(&ruleset, &OutputOptions::default());
        let configuration = Configuration::read(&mut parser, &files[0].text);
        assert_eq!((configuration.section("policy").len(), configuration.section("addrgrp").len()), (2, 2), "{side}");
        let address = |ends: &[String; 2]| ends.iter().find(|end| *end != "all").cloned();
        let addresses: Vec<_> =
            configuration.rules().iter().filter_map(|rule| rule.ends.first().and_then(address)).collect();
        let [one, other] = ["192.0.2.1/255.255.255.255", "192.0.2.2/255.255.255.255"];
        assert_eq!(addresses, [one, one, other], "{side}");
    }
}

#[test]
fn texts_are_read_back_without_unsupported_characters() {
    let Some(mut parser) = parser() else { return };
    let mut ruleset = made_up();
    for (flow, text) in ruleset.flows.iter_mut().zip(texts().take(4).chain(["", "\u{e9}".repeat(200).leak()])) {
        flow.purpose = text.to_string();
    }
    let files = fitted_files(RulesFormat::Fortigate, ruleset.clone());
    let configuration = Configuration::read(&mut parser, &files[0].text);
    let comments = configuration.section("service custom").iter().map(|(_, service)| service["comment"][0].as_str());
    let comments: Vec<&str> = comments.collect();
    insta::assert_snapshot!("texts_of_services", comments.join("\n"));
    assert!(comments.iter().all(|comment| comment.len() <= 255));

    let ruleset = ruleset_of_texts();
    let files = fitted_files(RulesFormat::Fortigate, ruleset.clone());
    let configuration = Configuration::read(&mut parser, &files[0].text);
    assert_eq!(configuration.section("service custom").len(), ruleset.flows.len());
    for flow in &ruleset.flows {
        let service = configuration.entry("service custom", &flow.id).expect(&flow.id);
        assert_eq!(service["tcp-portrange"], [flow.rules[0].traffic.ports[0].to_string()], "{}", flow.purpose);
        // The CLI rejects these characters, or needs a backslash before them.
        let expected =
            one_line(&format!("{}: {}", flow.id, flow.purpose)).replace(['"', '\'', '\\', '<', '>', '?'], " ");
        let comment = &service["comment"][0];
        assert!(
            expected.trim().starts_with(comment) && (comment.len() > 250 || expected.trim() == comment),
            "{expected:?} {comment:?}"
        );
    }
}

#[test]
fn fortigate_sample() {
    insta::assert_snapshot!("fortigate_sample", sample_output("fortigate"));
}
