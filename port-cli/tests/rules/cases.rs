//! What is compared: every product at every place, with every way to decide what a document leaves open; and a ruleset that no
//! catalog has, with all that makes a format stumble.

use std::sync::LazyLock;

use clap::ValueEnum;
use port_catalog::{Direction, PortRange};
use port_catalog_tests::hostile;
use port_cli::rules::address::End;
use port_cli::rules::choices::At;
use port_cli::rules::formats::{File, Format};
use port_cli::rules::model::{Class, FlowRules, Protocol, Remark, Rule, Ruleset};
use port_data::hidden::is_hidden;
use tempfile::NamedTempFile;

use crate::openings::{Decisions, Opening, Openings, assert_same, documented, port_catalog, products};

/// A format, as it is to be compared.
pub struct Compared {
    pub format: &'static str,
    /// The places that its firewalls stand at.
    pub places: &'static [&'static str],
    /// Whether the format can say an opening at all.
    pub says: fn(&Opening) -> bool,
}

impl Compared {
    /// Compares what a reader finds in the files with what was to be open, none more and none less.
    pub fn with(&self, read: impl Fn(&[File]) -> Openings) {
        let mut compared = 0;
        for product in products() {
            for decisions in Decisions::ALL {
                let expected = documented(&product, decisions).into_iter().filter(self.says).collect();
                let usual = [&["--format", self.format, "--product", &product], decisions.options].concat();
                let compare = |options: &[&str], expected: &Openings| {
                    let call = [&usual[..], options].concat();
                    assert_same(&read(&files(&call)), expected, &format!("{call:?}"));
                };
                for place in self.places {
                    compare(&["--at", place], &expected);
                }
                for direction in ["inbound", "outbound"] {
                    let expected = expected.iter().filter(|opening| opening.1 == direction).cloned().collect();
                    compare(&["--direction", direction], &expected);
                }
                compared += expected.len();
            }
        }
        assert!(compared > 500, "only {compared} openings were compared");
        self.made_up(read);
    }

    fn made_up(&self, read: impl Fn(&[File]) -> Openings) {
        for ruleset in [made_up(), of_texts()] {
            let expected = openings(&ruleset).into_iter().filter(self.says).collect();
            let writer = Format::from_str(self.format, false).unwrap().writer();
            let files = (writer.files)(&ruleset.fit(&writer.limits));
            let is_seen = |character| matches!(character, '\n' | '\t') || !is_hidden(character);
            assert!(files.iter().all(|file| file.text.chars().all(is_seen)), "{}", self.format);
            assert_same(&read(&files), &expected, "made up");
        }
    }
}

/// The rules that a call prints.
pub fn rules(arguments: &[&str]) -> String {
    let output = port_catalog(&[&["rules"], arguments].concat());
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {told}");
    String::from_utf8(output.stdout).unwrap()
}

/// The files that a call writes.
pub fn files(arguments: &[&str]) -> Vec<File> {
    let folder = tempfile::tempdir().unwrap();
    let written = rules(&[arguments, &["--out", folder.path().to_str().unwrap()]].concat());
    let file = |path: &str| File {
        name: path.strip_prefix(&format!("{}/", folder.path().display())).expect("a file of the folder").to_string(),
        text: std::fs::read_to_string(path).unwrap(),
    };
    written.lines().map(file).collect()
}

/// What a call says and prints of three flows, with the site's addresses: for a snapshot.
pub fn as_people_read_it(format: &str) -> String {
    let site = site();
    let flows =
        ["email-client-pop3", "external-email-server-config-backup"].map(|id| format!("--only=fortimail-in-{id}"));
    let call = ["rules", "--format", format, "--product", "fortimail", "--only", "fortimail-out-ldap"];
    let output = port_catalog(&[&call[..], &[&flows[0], &flows[1], "--site", site.path().to_str().unwrap()]].concat());
    let [told, printed] = [output.stderr, output.stdout].map(|bytes| String::from_utf8(bytes).unwrap());
    format!("{told}---\n{printed}")
}

/// A site of `fortimail`: both families, networks within others, host names, and an address that is any.
pub fn site() -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    let text = r#"
        [products]
        fortimail = ["192.0.2.10", "2001:db8::10"]
        [peers]
        email-client = ["10.0.0.0/8", "10.1.0.0/16", "198.51.100.7", "2001:db8:1::/48"]
        ldap-server = ["10.0.5.1", "ldap.example.org"]
        fortianalyzer = "10.3.3.3"
        dns-server = "0.0.0.0/0"
    "#;
    std::fs::write(&file, text).unwrap();
    file
}

/// Texts that no table can have, and that would break out of a comment, or of a value.
const HIDDEN: [&str; 4] = [
    "a line\nflush ruleset\r\n-A INPUT -j ACCEPT\n#$ ufw reset\n[DEFAULT]\nnext\nend",
    "quotes \" ' ` and a backslash at the end \\",
    "braces } { brackets ] [ <a href=\"x\"> & --> ]]> */ {{ }} ${x} $(x) %x # ; |",
    "\u{2028}\u{85}\u{0}\u{7}\u{202e} ünïcödé 漢字",
];

/// All texts that would break out, among them one that is longer than what programs take for a line.
pub fn texts() -> impl Iterator<Item = &'static str> {
    static LONGER: LazyLock<String> = LazyLock::new(|| "-A INPUT -j ACCEPT ".repeat(2000));
    HIDDEN.into_iter().chain(hostile::texts()).chain([LONGER.as_str()])
}

/// An id that is as long as one may be.
pub const LONGEST_ID: &str = "x-is-as-long-as-an-id-may-be-x-is-as-long-as-an-id-may-be-x-is-as-long-as-an-id-";

/// Many ports, many ranges, every protocol, the ends of the numbers, and texts that would break out of a comment.
pub fn made_up() -> Ruleset {
    let range = |first, last| PortRange::new(first, last).unwrap();
    let rule = |protocol, ports| Rule { protocol, ports, source: End::Any, destination: End::Any };
    let single: Vec<PortRange> = (1..=16).map(|port| range(port * 10, port * 10)).collect();
    let ranges: Vec<PortRange> = (1..=8).map(|port| range(port * 100, port * 100 + 7)).collect();
    let mixed = [&ranges[..], &[range(2000, 2000)], &[range(3000, 65535)]].concat();
    let flow = |id, direction, rules| FlowRules {
        id,
        direction,
        peer: "peer",
        purpose: HIDDEN[0],
        remarks: texts().map(|text| Remark::new(Class::Note, text)).collect(),
        rules,
    };
    Ruleset {
        name: "as-long-as-the-name-of-a-product-may-be-as-long-as-the-name-of-a-product-may-be".to_string(),
        heading: texts().map(str::to_string).collect(),
        url: "https://docs.example/a%20page?q=1&b=\"'".to_string(),
        at: At::Host,
        directions: Direction::ALL.to_vec(),
        remarks: texts().map(|text| Remark::new(Class::Opened, text)).collect(),
        flows: vec![
            flow("made-up-single", Direction::Inbound, vec![rule(Protocol::Tcp, single.clone())]),
            flow("made-up-ranges", Direction::Inbound, vec![rule(Protocol::Udp, ranges)]),
            flow(
                "made-up-mixed",
                Direction::Outbound,
                vec![rule(Protocol::Tcp, mixed), rule(Protocol::Esp, Vec::new())],
            ),
            flow(
                "made-up-ends",
                Direction::Outbound,
                vec![rule(Protocol::Udp, vec![range(1, 1), range(65535, 65535)])],
            ),
            flow("made-up-none", Direction::Inbound, Vec::new()),
            flow(LONGEST_ID, Direction::Inbound, vec![rule(Protocol::Tcp, single[..15].to_vec())]),
        ],
    }
}

/// A flow for each text, of which the text is the purpose.
pub fn of_texts() -> Ruleset {
    let flow = |(number, purpose): (u16, &'static str)| {
        let port = PortRange::new(number, number).expect("the lower port first");
        let rule = Rule { protocol: Protocol::Tcp, ports: vec![port], source: End::Any, destination: End::Any };
        let id = format!("text-{number}").leak();
        FlowRules { id, direction: Direction::Inbound, peer: "peer", purpose, remarks: Vec::new(), rules: vec![rule] }
    };
    Ruleset { flows: (1..).zip(texts()).map(flow).collect(), ..made_up() }
}

fn openings(ruleset: &Ruleset) -> Openings {
    let mut openings = Openings::new();
    for flow in &ruleset.flows {
        for rule in &flow.rules {
            let opening = |port| (flow.id.to_string(), flow.direction.to_string(), rule.protocol.to_string(), port);
            openings.extend(rule.ports.iter().flat_map(|range| range.first()..=range.last()).map(opening));
            openings.extend(rule.ports.is_empty().then(|| opening(0)));
        }
    }
    openings
}
