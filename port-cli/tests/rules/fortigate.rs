//! What a parser of `FortiOS` configurations reads, object by object.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use port_catalog::Direction;
use port_cli::rules::address::End;
use port_cli::rules::formats;
use port_cli::rules::model::one_line;
use serde_json::{Value, json};

use crate::cases::{Compared, as_people_read_it, made_up, of_texts, rules, site, texts};
use crate::kept::Kept;
use crate::openings::{Openings, port_catalog};
use crate::tools::{missing, tool};

/// Answers a configuration with what the parser makes of it.
const PARSE: &str = "
import io, json, sys
from anyconfig_fortios_backend import Parser
for line in sys.stdin:
    print(json.dumps(Parser().load_from_stream(io.StringIO(json.loads(line)), dict)), flush=True)
";

fn parser() -> Option<Kept> {
    let python = tool("python3")?;
    let can_parse = Command::new(&python).args(["-c", "import anyconfig_fortios_backend"]).output().unwrap();
    if !can_parse.status.success() {
        missing("anyconfig-fortios-backend is not installed; tests/tools/install.sh installs it");
        return None;
    }
    Some(Kept::start(Command::new(python).args(["-c", PARSE])))
}

/// What is set in an entry: each with its values; none for what is unset.
type Entry = BTreeMap<String, Vec<String>>;

/// The sections of a configuration, each with its entries and their names.
struct Configuration(BTreeMap<String, Vec<(String, Entry)>>);

impl Configuration {
    fn read(parser: &mut Kept, text: &str) -> Configuration {
        let mut sections = BTreeMap::new();
        for section in parser.ask(&json!(text))["configs"].as_array().unwrap() {
            let Some(name) = section["config"].as_str() else { continue };
            // Where no flow is let through, there are comments alone.
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

    /// Names stand once among all that may be referred to by them, are as long as they may be, and all are used.
    fn check_names(&self) {
        for sections in [["address", "addrgrp"], ["address6", "addrgrp6"], ["service custom", "service group"]] {
            let names: Vec<&str> =
                sections.iter().flat_map(|section| self.section(section)).map(|(name, _)| name.as_str()).collect();
            let once: BTreeSet<&str> = names.iter().copied().collect();
            assert_eq!(names.len(), once.len(), "{names:?}");
            let groups = self.section(sections[1]).iter().flat_map(|(_, group)| &group["member"]);
            let fields = ["service", "srcaddr", "dstaddr", "srcaddr6", "dstaddr6"];
            let policies = self.section("policy").iter().flat_map(|(_, policy)| fields.map(|field| policy.get(field)));
            let used: BTreeSet<&str> = groups
                .chain(policies.flatten().flatten())
                .map(String::as_str)
                .filter(|name| once.contains(name))
                .collect();
            assert_eq!(used, once, "not all are used");
            assert!(
                names.iter().all(|name| name.len() <= 79 && !name.contains(['"', '\'', '<', '>', '\\', '?', ' '])),
                "{names:?}"
            );
        }
        let policies: BTreeSet<&str> =
            self.section("policy").iter().map(|(_, policy)| policy["name"][0].as_str()).collect();
        assert_eq!(policies.len(), self.section("policy").len(), "two policies of one name");
        assert!(policies.iter().all(|name| name.len() <= 35), "{policies:?}");
    }

    /// What is let through, by flow.
    fn rules(&self) -> Vec<Rule> {
        let mut rules = Vec::new();
        for (number, policy) in self.section("policy") {
            assert_eq!(number, "0");
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
                        ["srcaddr", "dstaddr"].map(|field| policy.get(&format!("{field}{suffix}")));
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

    /// The addresses of a group, as they are set.
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

/// What a service lets through.
struct Rule {
    flow: String,
    direction: &'static str,
    opened: BTreeSet<(&'static str, u16)>,
    ends: Vec<[String; 2]>,
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

fn opened(service: &Entry) -> BTreeSet<(&'static str, u16)> {
    if service["protocol"] == ["IP"] {
        assert_eq!(service["protocol-number"], ["50"], "{service:?}");
        return BTreeSet::from([("esp", 0)]);
    }
    assert_eq!(service["protocol"], ["TCP/UDP/SCTP"], "{service:?}");
    let mut opened = BTreeSet::new();
    for (protocol, field) in [("tcp", "tcp-portrange"), ("udp", "udp-portrange")] {
        for range in &service[field] {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            opened.extend((first.parse().unwrap()..=last.parse().unwrap()).map(|port: u16| (protocol, port)));
        }
    }
    assert!(!opened.is_empty(), "{service:?}");
    opened
}

#[test]
fn the_parser_reads_what_the_catalog_lists() {
    let Some(parser) = parser() else { return };
    let parser = RefCell::new(parser);
    let format = Compared { format: "fortigate", places: &["network"], says: |_| true };
    format.with(|files| {
        let mut openings = Openings::new();
        for rule in Configuration::read(&mut parser.borrow_mut(), &files[0].text).rules() {
            assert_eq!(rule.ends, [["all", "all"], ["all", "all"]], "{}", rule.flow);
            let opening = |(protocol, port): (&str, u16)| {
                (rule.flow.clone(), rule.direction.to_string(), protocol.to_string(), port)
            };
            openings.extend(rule.opened.into_iter().map(opening));
        }
        openings
    });
}

#[test]
fn addresses_and_host_names_are_the_ends_of_policies() {
    let Some(mut parser) = parser() else { return };
    let site = site();
    let call = ["--format", "fortigate", "--product", "fortimail", "--site", site.path().to_str().unwrap(), "--strict"];
    let only = ["in-email-client-webdav", "out-ldap", "out-fortianalyzer-oftp", "in-admin", "out-dns"];
    let only: Vec<String> = only.iter().map(|flow| format!("--only=fortimail-{flow}")).collect();
    let text = rules(&call.into_iter().chain(only.iter().map(String::as_str)).collect::<Vec<_>>());
    let rules = Configuration::read(&mut parser, &text).rules();
    let ends = |flow: &str| -> Vec<String> {
        let rule = rules.iter().find(|rule| rule.flow == format!("fortimail-{flow}")).unwrap();
        rule.ends.iter().map(|ends| ends.join(" > ")).collect()
    };
    assert_eq!(
        ends("in-email-client-webdav"),
        [
            "10.0.0.0/255.0.0.0 198.51.100.7/255.255.255.255 > 192.0.2.10/255.255.255.255",
            "2001:db8:1::/48 > 2001:db8::10/128"
        ]
    );
    // Each family looks the host name up for itself.
    assert_eq!(
        ends("out-ldap"),
        [
            "192.0.2.10/255.255.255.255 > 10.0.5.1/255.255.255.255 ldap.example.org",
            "2001:db8::10/128 > ldap.example.org"
        ]
    );
    assert_eq!(ends("out-fortianalyzer-oftp"), ["192.0.2.10/255.255.255.255 > 10.3.3.3/255.255.255.255"]);
    assert_eq!(ends("in-admin"), ["all > 192.0.2.10/255.255.255.255", "all > 2001:db8::10/128"]);
    assert_eq!(ends("out-dns"), ["192.0.2.10/255.255.255.255 > 0.0.0.0/0.0.0.0"]);
}

#[test]
fn a_family_that_one_end_has_not_is_not_let_through() {
    let Some(mut parser) = parser() else { return };
    let site = tempfile::NamedTempFile::new().unwrap();
    let text = "[products]\nfortimail = \"192.0.2.10\"\n[peers]\nldap-server = [\"10.0.5.1\", \"ldap.example.org\"]\n";
    std::fs::write(&site, text).unwrap();
    let call = ["--format=fortigate", "--product=fortimail", "--only=fortimail-out-ldap", "--site"];
    let text = rules(&[&call[..], &[site.path().to_str().unwrap()]].concat());
    let rules = Configuration::read(&mut parser, &text).rules();
    let ends = ["192.0.2.10/255.255.255.255", "10.0.5.1/255.255.255.255 ldap.example.org"];
    assert_eq!(rules[0].ends, [ends]);
}

#[test]
fn flows_of_a_peer_share_a_policy_where_they_have_the_same_ends() {
    let Some(mut parser) = parser() else { return };
    for side in ["source", "destination"] {
        let mut ruleset = made_up();
        ruleset.flows.retain(|flow| flow.direction == Direction::Inbound && !flow.rules.is_empty());
        for (flow, address) in ruleset.flows.iter_mut().zip(["192.0.2.1", "192.0.2.2", "192.0.2.1"]) {
            for rule in &mut flow.rules {
                let end = if side == "source" { &mut rule.source } else { &mut rule.destination };
                *end = End::of([address.parse().unwrap()]);
            }
        }
        let files = (formats::fortigate::WRITER.files)(&ruleset);
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
fn texts_come_back_without_what_the_format_cannot_hold() {
    let Some(mut parser) = parser() else { return };
    let mut ruleset = made_up();
    for (flow, text) in ruleset.flows.iter_mut().zip(texts().take(4).chain(["", "\u{e9}".repeat(200).leak()])) {
        flow.purpose = text;
    }
    let files = (formats::fortigate::WRITER.files)(&ruleset.clone().fit(&formats::fortigate::WRITER.limits));
    let configuration = Configuration::read(&mut parser, &files[0].text);
    let comments = configuration.section("service custom").iter().map(|(_, service)| service["comment"][0].as_str());
    let comments: Vec<&str> = comments.collect();
    insta::assert_snapshot!("texts_of_services", comments.join("\n"));
    assert!(comments.iter().all(|comment| comment.len() <= 255));

    let ruleset = of_texts();
    let files = (formats::fortigate::WRITER.files)(&ruleset.clone().fit(&formats::fortigate::WRITER.limits));
    let configuration = Configuration::read(&mut parser, &files[0].text);
    assert_eq!(configuration.section("service custom").len(), ruleset.flows.len());
    for flow in &ruleset.flows {
        let service = configuration.entry("service custom", flow.id).expect(flow.id);
        assert_eq!(service["tcp-portrange"], [flow.rules[0].ports[0].to_string()], "{}", flow.purpose);
        // The format takes these in no text, or only behind a backslash.
        let held = one_line(&format!("{}: {}", flow.id, flow.purpose)).replace(['"', '\'', '\\', '<', '>', '?'], " ");
        let comment = &service["comment"][0];
        assert!(
            held.trim().starts_with(comment) && (comment.len() > 250 || held.trim() == comment),
            "{held:?} {comment:?}"
        );
    }
}

#[test]
fn fortigate_as_people_read_it() {
    insta::assert_snapshot!("fortigate_as_people_read_it", as_people_read_it("fortigate"));
}

#[test]
fn a_fortigate_is_no_firewall_on_the_product_itself() {
    let output = port_catalog(&["rules", "--format", "fortigate", "--product", "fortimail", "--at", "host"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(told, "error: fortigate is not for a firewall at that place; leave --at out\n");
}
