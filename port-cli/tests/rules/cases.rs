//! What is compared: every product at every location with every choice; and made-up rulesets that are hard to write.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use port_catalog_tests::hostile;
use port_core::{Direction, PortRange};
use port_data::hidden::is_hidden;
use port_engine::protocol::Protocol;
use port_engine::rules::address::Endpoints;
use port_engine::rules::fit::fit;
use port_engine::rules::formats::RulesFormat;
use port_engine::rules::formats::writer::File;
use port_engine::rules::model::{FlowRules, Interfaces, Remark, RemarkKind, Rule, Ruleset, Traffic};
use port_engine::rules::options::FirewallLocation;
use port_engine::rules::output_options::OutputOptions;
use port_engine::rules::target::Target;
use tempfile::NamedTempFile;

use crate::made_up_rows::{product, row, specs};
use crate::openings::{
    Decisions, Opening, Openings, assert_same, compared_tables, documented_in, fixture_tables, port_catalog,
    port_catalog_with, products_in,
};

/// How to compare the rules of a format with the catalog.
pub struct Comparison {
    pub format: &'static str,
    /// The locations of its firewalls.
    pub locations: &'static [&'static str],
    /// Whether the format can express an opening at all.
    pub can_express: fn(&Opening) -> bool,
}

impl Comparison {
    /// Compares what a reader finds in the files with what should be open.
    pub fn run(&self, read: impl Fn(&[File]) -> Openings) {
        self.run_for(None, read);
    }

    /// The same for a target of the format. What the documents leave open is decided before rules are written, so other targets than
    /// the usual one are compared with one decision.
    pub fn run_for(&self, target: Option<Target>, read: impl Fn(&[File]) -> Openings) {
        let options: Vec<&str> = target.iter().flat_map(|target| ["--target", target.as_str()]).collect();
        let mut compared = 0;
        let is_document = self.format.parse::<RulesFormat>().unwrap().is_document();
        for (tables, product) in all_products() {
            let is_usual = self.format.parse::<RulesFormat>().unwrap().targets().first() == target.as_ref();
            let decisions = if target.is_none() || is_usual { &Decisions::ALL[..] } else { &Decisions::ALL[..1] };
            for decisions in decisions.iter().copied() {
                // A MUD file is enforced in the network, but describes a machine.
                let documented_at = |location: &str| {
                    let location = if self.format == "mud" { "host" } else { location };
                    documented_in(&tables, &product, decisions, location)
                };
                let common = [&["--format", self.format, "--product", &product], decisions.options, &options].concat();
                let compare = |options: &[&str], documented: &Openings| {
                    let arguments = [&common[..], options].concat();
                    // A document also lists services for which no port is stated.
                    let has_services = || {
                        is_document
                            && port_catalog_with(&tables, &[&["rules"], &arguments[..]].concat()).status.success()
                    };
                    if documented.is_empty() && !has_services() {
                        return assert_no_rule(&tables, &arguments);
                    }
                    let expected = documented.iter().filter(|opening| (self.can_express)(opening)).cloned().collect();
                    assert_same(&read(&files_with(&tables, &arguments)), &expected, &format!("{arguments:?}"));
                };
                for location in self.locations {
                    compare(&["--at", location], &documented_at(location));
                }
                let documented = documented_at(self.locations[0]);
                for direction in ["inbound", "outbound"] {
                    let in_direction = documented.iter().filter(|opening| opening.1 == direction).cloned().collect();
                    compare(&["--direction", direction], &in_direction);
                }
                compared += documented.iter().filter(|opening| (self.can_express)(opening)).count();
            }
        }
        assert!(compared > 200, "only {compared} openings were compared");
        self.run_made_up(target, read);
    }

    fn run_made_up(&self, target: Option<Target>, read: impl Fn(&[File]) -> Openings) {
        for ruleset in [made_up(), ruleset_of_texts()] {
            let expected = openings(&ruleset).into_iter().filter(self.can_express).collect();
            let files = fitted_files_for(self.format.parse().unwrap(), target, ruleset);
            let is_visible = |character| matches!(character, '\n' | '\t') || !is_hidden(character);
            assert!(files.iter().all(|file| file.text.chars().all(is_visible)), "{}", self.format);
            assert_same(&read(&files), &expected, "made up");
        }
    }
}

/// The products of all compared tables.
pub fn all_products() -> Vec<(PathBuf, String)> {
    let with_tables = |tables: PathBuf| products_in(&tables).into_iter().map(move |product| (tables.clone(), product));
    compared_tables().into_iter().flat_map(with_tables).collect()
}

/// Asserts that a call for which nothing is documented fails, and prints no empty ruleset.
fn assert_no_rule(tables: &Path, arguments: &[&str]) {
    let output = port_catalog_with(tables, &[&["rules"], arguments].concat());
    let messages = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {messages}");
    assert!(messages.starts_with("error[rules-no-"), "{arguments:?}: {messages}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
}

/// The files of a ruleset in a format.
pub fn fitted_files(format: RulesFormat, ruleset: Ruleset) -> Vec<File> {
    fitted_files_for(format, None, ruleset)
}

/// The same for a target of the format.
pub fn fitted_files_for(format: RulesFormat, target: Option<Target>, ruleset: Ruleset) -> Vec<File> {
    let writer = format.writer(target);
    (writer.files)(&fit(ruleset, &writer.limits), &OutputOptions { target, ..OutputOptions::default() })
}

/// The rules that a call on the fixture prints.
pub fn rules(arguments: &[&str]) -> String {
    rules_with(&fixture_tables(), arguments)
}

/// The rules that a call on a directory of tables prints.
pub fn rules_with(tables: &Path, arguments: &[&str]) -> String {
    let output = port_catalog_with(tables, &[&["rules"], arguments].concat());
    let messages = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {messages}");
    String::from_utf8(output.stdout).unwrap()
}

/// The files that a call on the fixture writes.
pub fn files(arguments: &[&str]) -> Vec<File> {
    files_with(&fixture_tables(), arguments)
}

/// The files that a call on a directory of tables writes.
pub fn files_with(tables: &Path, arguments: &[&str]) -> Vec<File> {
    let directory = tempfile::tempdir().unwrap();
    let written = rules_with(tables, &[arguments, &["--out", directory.path().to_str().unwrap()]].concat());
    let file = |path: &str| File {
        name: path.strip_prefix(&format!("{}/", directory.path().display())).expect(path).to_string(),
        text: std::fs::read_to_string(path).unwrap(),
    };
    written.lines().map(file).collect()
}

/// The messages and rules of a call with three flows and the site's addresses, for a snapshot.
pub fn sample_output(format: &str) -> String {
    sample_output_for(&[format])
}

/// The same with options after the format.
pub fn sample_output_for(format: &[&str]) -> String {
    let site = site();
    let flows = ["in-email-client-pop3", "in-email-server-backup", "out-ldap-server"];
    let only = flows.map(|id| format!("--only=mailgate-{id}"));
    let call = ["--product", "mailgate", "--site", site.path().to_str().unwrap()];
    let output = port_catalog(&[&["rules", "--format"], format, &call, &only.each_ref().map(String::as_str)].concat());
    let [messages, printed] = [output.stderr, output.stdout].map(|bytes| String::from_utf8(bytes).unwrap());
    format!("{messages}---\n{printed}")
}

/// A site for `mailgate`: both families, networks inside others, host names, and a network with all addresses.
pub fn site() -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    let text = r#"
        [products]
        mailgate = ["192.0.2.10", "2001:db8::10"]
        [peers]
        email-client = ["10.0.0.0/8", "10.1.0.0/16", "198.51.100.7", "2001:db8:1::/48"]
        ldap-server = ["10.0.5.1", "ldap.example.org"]
        nas = "10.3.3.3"
        dns-server = "0.0.0.0/0"
    "#;
    std::fs::write(&file, text).unwrap();
    file
}

/// Texts that no table can contain, and that could end a comment or a value.
pub const HIDDEN: [&str; 4] = [
    "a line\nflush ruleset\r\n-A INPUT -j ACCEPT\n#$ ufw reset\n[DEFAULT]\nnext\nend",
    "quotes \" ' ` and a backslash at the end \\",
    "braces } { brackets ] [ <a href=\"x\"> & --> ]]> */ {{ }} ${x} $(x) %x # ; |",
    "\u{2028}\u{85}\u{0}\u{7}\u{202e} ünïcödé 漢字",
];

/// All hostile texts, among them one that is longer than the lines that programs read.
pub fn texts() -> impl Iterator<Item = &'static str> {
    static LONGER: LazyLock<String> = LazyLock::new(|| "-A INPUT -j ACCEPT ".repeat(2000));
    HIDDEN.into_iter().chain(hostile::texts()).chain([LONGER.as_str()])
}

/// An id of the maximum length.
pub const LONGEST_ID: &str = "x-is-as-long-as-an-id-may-be-x-is-as-long-as-an-id-may-be-x-is-as-long-as-an-id-";

/// Many ports, many ranges, every protocol, the lowest and highest ports, and texts that could end a comment.
pub fn made_up() -> Ruleset {
    let range = |first, last| PortRange::new(first, last).unwrap();
    let rule = |protocol, ports| Rule {
        traffic: Traffic::ports(protocol, ports),
        source: Endpoints::Any,
        destination: Endpoints::Any,
    };
    let single: Vec<PortRange> = (1..=16).map(|port| range(port * 10, port * 10)).collect();
    let ranges: Vec<PortRange> = (1..=8).map(|port| range(port * 100, port * 100 + 7)).collect();
    let mixed = [&ranges[..], &[range(2000, 2000)], &[range(3000, 65535)]].concat();
    let protocols = [Protocol::GRE, Protocol::AH, Protocol::IPIP, Protocol::VRRP, Protocol::new(99)];
    let protocols = protocols.map(|protocol| rule(protocol, Vec::new()));
    let icmp = [(Protocol::ICMP, vec![3, 8]), (Protocol::ICMPV6, vec![128])].map(|(protocol, icmp_types)| Rule {
        traffic: Traffic { icmp_types, ..Traffic::whole(protocol) },
        ..rule(protocol, Vec::new())
    });
    let flow = |id: &str, direction, rules: Vec<Rule>| FlowRules {
        id: id.to_string(),
        name: id.to_string(),
        direction,
        peer: "peer".to_string(),
        purpose: HIDDEN[0].to_string(),
        row: row(id, direction, HIDDEN[0]),
        specs: specs(&rules),
        ends: None,
        remarks: texts().map(|text| Remark::new(RemarkKind::Note, text)).collect(),
        interfaces: Interfaces::default(),
        rules,
    };
    Ruleset {
        name: "as-long-as-the-name-of-a-product-may-be-as-long-as-the-name-of-a-product-may-be".to_string(),
        heading: texts().map(str::to_string).collect(),
        url: "https://docs.example/a%20page?q=1&b=\"'".to_string(),
        products: vec![product()],
        location: FirewallLocation::Host,
        directions: Direction::ALL.to_vec(),
        remarks: texts().map(|text| Remark::new(RemarkKind::Opened, text)).collect(),
        flows: vec![
            flow("made-up-single", Direction::Inbound, vec![rule(Protocol::TCP, single.clone())]),
            flow("made-up-ranges", Direction::Inbound, vec![rule(Protocol::UDP, ranges)]),
            flow(
                "made-up-mixed",
                Direction::Outbound,
                vec![rule(Protocol::TCP, mixed.clone()), rule(Protocol::ESP, Vec::new())],
            ),
            flow(
                "made-up-ends",
                Direction::Outbound,
                vec![rule(Protocol::UDP, vec![range(1, 1), range(65535, 65535)])],
            ),
            flow("made-up-none", Direction::Inbound, Vec::new()),
            flow(LONGEST_ID, Direction::Inbound, vec![rule(Protocol::TCP, single[..15].to_vec())]),
            flow(
                "made-up-protocols",
                Direction::Outbound,
                [&[rule(Protocol::SCTP, mixed)][..], &protocols, &icmp].concat(),
            ),
        ],
    }
}

/// A ruleset with a flow for each text, which is the flow's purpose.
pub fn ruleset_of_texts() -> Ruleset {
    let flow = |(number, purpose): (u16, &'static str)| {
        let port = PortRange::new(number, number).unwrap();
        let traffic = Traffic::ports(Protocol::TCP, vec![port]);
        let rule = Rule { traffic, source: Endpoints::Any, destination: Endpoints::Any };
        FlowRules {
            id: format!("text-{number}"),
            name: format!("text-{number}"),
            direction: Direction::Inbound,
            peer: "peer".to_string(),
            purpose: purpose.to_string(),
            row: row(&format!("text-{number}"), Direction::Inbound, purpose),
            specs: specs(std::slice::from_ref(&rule)),
            ends: None,
            remarks: Vec::new(),
            interfaces: Interfaces::default(),
            rules: vec![rule],
        }
    };
    Ruleset { flows: (1..).zip(texts()).map(flow).collect(), ..made_up() }
}

/// What the rules of a ruleset allow.
pub fn openings(ruleset: &Ruleset) -> Openings {
    let mut openings = Openings::new();
    for flow in &ruleset.flows {
        for rule in &flow.rules {
            let opening = |port| (flow.id.clone(), flow.direction.to_string(), rule.traffic.protocol.to_string(), port);
            openings.extend(rule.traffic.ports.iter().flat_map(|range| range.first()..=range.last()).map(opening));
            let traffic = &rule.traffic;
            openings.extend((traffic.ports.is_empty() && traffic.icmp_types.is_empty()).then(|| opening(0)));
            let of_type = |icmp_type: &u8| (format!("{}/{icmp_type}", traffic.protocol), 0);
            let types = traffic.icmp_types.iter().map(of_type);
            openings
                .extend(types.map(|(protocol, port)| (flow.id.clone(), flow.direction.to_string(), protocol, port)));
        }
    }
    openings
}
