//! What was opened, left out or dropped is reported on standard error and in the output.

use std::fs;
use std::process::{Command, Output};

use port_catalog_tests::fixture;
use port_cli::commands::rules::HELP;
use port_engine::rules::formats::writer::File;

use crate::cases::{files, rules, site};
use crate::openings::{Decisions, fixture_tables, port_catalog, port_catalog_with, products_in};

/// The formats whose comments begin with `#`.
const COMMENTED: [&str; 11] = [
    "nftables",
    "iptables",
    "ip6tables",
    "ufw",
    "fortigate",
    "aerleon",
    "networkpolicy",
    "powershell",
    "terraform",
    "cloudformation",
    "ansible",
];

/// What a call printed to standard output and to standard error.
fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn every_message_is_also_a_comment() {
    let site = site();
    let mut compared = 0;
    // The site is for the fixture.
    let with_site = ["--site", site.path().to_str().unwrap()];
    let mut without_rule = 0;
    for (tables, site) in [(fixture::tables(), &[][..]), (fixture_tables(), &with_site)] {
        for product in products_in(&tables) {
            for format in COMMENTED {
                for decisions in Decisions::ALL {
                    let call =
                        [&["rules", "--format", format, "--product", &product], decisions.options, site].concat();
                    let output = port_catalog_with(&tables, &call);
                    let (printed, messages) = texts(&output);
                    if output.status.code() == Some(2) {
                        assert!(messages.starts_with("error[rules-no-rule]") && printed.is_empty(), "{messages}");
                        without_rule += 1;
                        continue;
                    }
                    let comments: Vec<&str> =
                        printed.lines().filter_map(|line| line.trim().strip_prefix("# ")).collect();
                    for line in messages.lines() {
                        assert!(comments.iter().any(|comment| line.starts_with(comment)), "{call:?}: {line}");
                        compared += 1;
                    }
                }
            }
        }
    }
    assert!(compared > 200, "only {compared} messages");
    assert!(without_rule > 0);
}

#[test]
fn sample_rules() {
    let site = site();
    let flows = ["in-email-client-pop3", "in-email-server-backup", "out-ldap-server", "out-email-server"];
    let only = flows.map(|id| format!("--only=mailgate-{id}"));
    let mut samples = String::new();
    for (format, options) in [
        ("nftables", &["--site", site.path().to_str().unwrap()][..]),
        ("iptables", &["--alternatives", "first", "--at", "network"]),
    ] {
        let only = only.each_ref().map(String::as_str);
        let call = [&["rules", "--format", format, "--product", "mailgate"], options, &only].concat();
        let (printed, messages) = texts(&port_catalog(&call));
        samples += &format!("--format {format}\n{messages}---\n{printed}\n");
    }
    insta::assert_snapshot!("sample_rules", samples);
}

#[test]
fn every_choice_is_reported_with_its_flows() {
    let mut reported = String::new();
    for (product, options) in [
        ("mailgate", &["--alternatives", "first", "--direction", "outbound"][..]),
        ("filter-suite", &["--unstated", "tcp", "--direction", "inbound"]),
        ("filter-suite", &["--unstated", "udp", "--direction", "outbound"]),
        ("filter-suite", &["--required-only"]),
        ("mailgate", &["--alternatives", "encrypted", "--direction", "inbound"]),
        ("filter-suite", &["--port", "1"]),
        ("mailgate", &["--peer", "email-server"]),
    ] {
        let call = [&["rules", "--format", "nftables", "--product", product], options].concat();
        reported += &format!("$ port-catalog {}\n{}\n", call.join(" "), texts(&port_catalog(&call)).1);
    }
    insta::assert_snapshot!("every_choice", reported);
}

#[test]
fn a_site_limits_who_may_connect_to_whom() {
    const SYSLOG: (&str, &str) = ("archive", "archive-out-syslog");
    const SYNC: (&str, &str) = ("mailgate", "mailgate-in-console-sync");
    const HEARTBEAT: (&str, &str) = ("mailgate", "mailgate-in-mailgate-heartbeat");
    const POP3: (&str, &str) = ("mailgate", "mailgate-in-email-client-pop3");
    let sites = [
        (SYSLOG, "[products]\narchive = \"192.0.2.1\"\n"),
        (SYSLOG, "[peers]\nanalyzer = [\"192.0.2.0/24\", \"192.0.2.7\", \"2001:db8::7\"]\n"),
        (SYSLOG, "[products]\narchive = \"192.0.2.1\"\n[peers]\nanalyzer = \"2001:db8::7\"\n"),
        (SYSLOG, "[products]\narchive = \"192.0.2.1\"\n[peers]\nanalyzer = [\"10.0.0.1\", \"2001:db8::7\"]\n"),
        (SYSLOG, "[peers]\nanalyzer = \"log.example.org\"\n"),
        (SYSLOG, "[peers]\nanalyzer = [\"log.example.org\", \"10.0.0.1\"]\n"),
        (SYNC, "[peers]\nconsole = \"10.0.0.2\"\n"),
        (SYNC, "[peers]\nconsole = \"10.0.0.2\"\nanalyzer = \"10.0.0.3\"\n"),
        (SYNC, "[peers]\nconsole = \"10.0.0.2\"\nconsole-or-analyzer = \"10.0.0.4\"\n"),
        (HEARTBEAT, "[products]\nmailgate = [\"192.0.2.10\", \"192.0.2.11\"]\n"),
        (HEARTBEAT, "[products]\nmailgate = [\"192.0.2.10\", \"2001:db8::10\"]\n"),
        (HEARTBEAT, "[products]\nmailgate = \"192.0.2.10\"\n[peers]\nmailgate = \"192.0.2.11\"\n"),
        (SYNC, "[groups]\nmanagers = [\"10.0.0.2\", \"10.0.0.3\"]\n[peers]\nconsole = \"@managers\"\n"),
        (SYNC, "[peers]\nconsole = \"10.0.0.2\"\nanalyzer = \"10.0.0.3\"\n[interfaces]\nconsole = \"eth1\"\n"),
        (SYNC, "[peers]\nconsole = \"10.0.0.2\"\n[interfaces]\nconsole = [\"eth2\", \"eth1\"]\n"),
        (SYNC, "[peers]\nconsole = \"10.0.0.2\"\n[interfaces]\nconsole = \"a-name-that-linux-has-not\"\n"),
        (POP3, "[peers]\nemail-client = \"10.0.0.5\"\n[alternatives]\nmailgate-in-email-client-pop3 = \"995/tcp\"\n"),
    ];
    let mut results = String::new();
    for ((product, id), site) in sites {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, site).unwrap();
        let call = ["rules", "--format", "nftables", "--product", product, "--only", id, "--site"];
        let (printed, messages) = texts(&port_catalog(&[&call[..], &[file.path().to_str().unwrap()]].concat()));
        let rules: String = printed
            .lines()
            .filter(|line| line.contains(" accept comment "))
            .map(|line| format!("{}\n", line.trim()))
            .collect();
        results += &format!("{site}{messages}=> {}\n", if rules.is_empty() { "no rule\n" } else { &rules });
    }
    insta::assert_snapshot!("sites_and_their_rules", results);
}

#[test]
fn files_contain_what_is_printed() {
    for format in COMMENTED {
        let call = ["--format", format, "--product", "endpoint", "--name", "office"];
        let files = files(&call);
        let printed = match &files[..] {
            [file] => file.text.clone(),
            several => {
                let with_name = |file: &File| format!("==> {} <==\n{}", file.name, file.text);
                several.iter().map(with_name).collect::<Vec<_>>().join("\n")
            }
        };
        assert_eq!(printed, rules(&call));
        for file in &files {
            let name = file.name.rsplit('/').next().unwrap();
            assert!(name.starts_with("office."), "{}", file.name);
        }
        assert_eq!(rules(&call), rules(&call));
    }
}

/// The examples are for the built-in catalog.
#[test]
fn the_examples_in_the_help_work() {
    let directory = tempfile::tempdir().unwrap();
    let site: String =
        HELP.lines().filter(|line| line.contains(" = ") || line.contains("  [")).collect::<Vec<_>>().join("\n");
    assert!(site.contains("[products]") && site.contains("[peers]"), "{site}");
    fs::write(directory.path().join("site.toml"), site).unwrap();
    let examples: Vec<&str> = HELP.lines().filter_map(|line| line.strip_prefix("  port-catalog ")).collect();
    assert!(examples.len() > 3);
    for example in examples {
        let call = format!("{} {example}", env!("CARGO_BIN_EXE_port-catalog"));
        let output = Command::new("sh").args(["-c", &call]).current_dir(directory.path()).output().unwrap();
        let expected = if example.contains("--strict") { 3 } else { 0 };
        assert_eq!(output.status.code(), Some(expected), "{example}: {}", texts(&output).1);
    }
    assert!(fs::read_to_string(directory.path().join("fortimail.nft")).unwrap().contains("chain fortimail-inbound"));
}

#[test]
fn long_names_with_the_same_beginning_give_different_chains() {
    let chains = ["forcepoint-email-security-n1", "forcepoint-email-security-n2"].map(|name| {
        let text = rules(&["--format", "iptables", "--product", "filter-suite", "--name", name]);
        let mut chains = text.lines().filter(|line| line.starts_with(':'));
        chains.next().expect("a chain").split(' ').next().unwrap_or_default().to_string()
    });
    assert_ne!(chains[0], chains[1]);
}

#[test]
fn notes_are_reported_if_the_format_has_no_comments() {
    let call = ["rules", "--format", "mud", "--product", "mailgate", "--only", "mailgate-in-console-snmp"];
    let (_, messages) = texts(&port_catalog(&call));
    assert!(messages.contains("note: The page prints TCP"), "{messages}");
    assert!(messages.contains("added by port-catalog, not stated in the document: peer"), "{messages}");
}

#[test]
fn a_direction_without_selected_flows_is_not_controlled() {
    let call = ["--format", "networkpolicy", "--product", "mailgate", "--only", "mailgate-in-admin"];
    assert!(!rules(&call).contains("Egress"));
    let (_, messages) = texts(&port_catalog(&[&["rules"][..], &call].concat()));
    assert!(messages.contains("left out 12 of the 13 flows of mailgate (not selected)"), "{messages}");
}
