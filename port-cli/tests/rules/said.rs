//! What was opened, left out or dropped is said on standard error and in the output.

use std::fs;
use std::process::{Command, Output};

use port_cli::rules::choices::HELP;
use port_cli::rules::formats::File;

use crate::cases::{files, rules, site};
use crate::openings::{Decisions, port_catalog, products};

/// The formats whose comments begin with `#`.
const COMMENTED: [&str; 7] = ["nftables", "iptables", "ip6tables", "ufw", "fortigate", "aerleon", "networkpolicy"];

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn what_standard_error_says_stands_in_a_comment() {
    let site = site();
    let mut said = 0;
    for format in COMMENTED {
        for product in products() {
            for decisions in Decisions::ALL {
                for with_site in [&["--site", site.path().to_str().unwrap()][..], &[]] {
                    let call =
                        [&["rules", "--format", format, "--product", &product], decisions.options, with_site].concat();
                    let (printed, told) = texts(&port_catalog(&call));
                    let comments: Vec<&str> =
                        printed.lines().filter_map(|line| line.trim().strip_prefix("# ")).collect();
                    for line in told.lines() {
                        assert!(comments.iter().any(|comment| line.starts_with(comment)), "{call:?}: {line}");
                        said += 1;
                    }
                }
            }
        }
    }
    assert!(said > 100, "only {said} lines were said");
}

#[test]
fn rules_as_people_read_them() {
    let site = site();
    let flows = [
        "fortimail-in-email-client-pop3",
        "fortimail-in-external-email-server-config-backup",
        "fortimail-out-ldap",
        "fortimail-out-ocsp",
    ];
    let only: Vec<&str> = flows.iter().flat_map(|id| ["--only", id]).collect();
    let mut read = String::new();
    for (format, options) in [
        ("nftables", &["--site", site.path().to_str().unwrap()][..]),
        ("iptables", &["--alternatives", "first", "--at", "network"]),
    ] {
        let call = [&["rules", "--format", format, "--product", "fortimail"], options, &only].concat();
        let (printed, told) = texts(&port_catalog(&call));
        read += &format!("--format {format}\n{told}---\n{printed}\n");
    }
    insta::assert_snapshot!("rules_as_people_read_them", read);
}

#[test]
fn every_choice_is_said_with_its_flows() {
    let mut said = String::new();
    for (product, options) in [
        ("fortimail", &["--alternatives", "first", "--direction", "outbound"][..]),
        ("forcepoint-email-security", &["--unstated", "tcp", "--direction", "inbound"]),
        ("forcepoint-email-security", &["--required-only"]),
        ("fortimail", &["--peer", "external-email-server"]),
    ] {
        let call = [&["rules", "--format", "nftables", "--product", product], options].concat();
        said += &format!("$ port-catalog {}\n{}\n", call.join(" "), texts(&port_catalog(&call)).1);
    }
    insta::assert_snapshot!("every_choice_is_said", said);
}

#[test]
fn a_site_says_who_may_speak_to_whom() {
    let sites = [
        ("forticlient-out-syslog", "[products]\nforticlient = \"192.0.2.1\"\n"),
        ("forticlient-out-syslog", "[peers]\nsyslog-server = [\"192.0.2.0/24\", \"192.0.2.7\", \"2001:db8::7\"]\n"),
        (
            "forticlient-out-syslog",
            "[products]\nforticlient = \"192.0.2.1\"\n[peers]\nsyslog-server = \"2001:db8::7\"\n",
        ),
        (
            "forticlient-out-syslog",
            "[products]\nforticlient = \"192.0.2.1\"\n[peers]\nsyslog-server = [\"10.0.0.1\", \"2001:db8::7\"]\n",
        ),
        ("forticlient-out-syslog", "[peers]\nsyslog-server = \"log.example.org\"\n"),
        ("forticlient-out-syslog", "[peers]\nsyslog-server = [\"log.example.org\", \"10.0.0.1\"]\n"),
        ("forticlient-out-log-upload", "[peers]\nfortimanager = \"10.0.0.2\"\n"),
        ("forticlient-out-log-upload", "[peers]\nfortimanager = \"10.0.0.2\"\nfortianalyzer = \"10.0.0.3\"\n"),
        (
            "forticlient-out-log-upload",
            "[peers]\nfortimanager = \"10.0.0.2\"\nfortianalyzer-fortimanager = \"10.0.0.4\"\n",
        ),
    ];
    let mut read = String::new();
    for (id, site) in sites {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, site).unwrap();
        let site_of = ["--site", file.path().to_str().unwrap()];
        let call =
            [&["rules", "--format", "nftables", "--product", "forticlient", "--only", id], &site_of[..]].concat();
        let (printed, told) = texts(&port_catalog(&call));
        let rules: String = printed
            .lines()
            .filter(|line| line.contains(" accept comment "))
            .map(|line| format!("{}\n", line.trim()))
            .collect();
        read += &format!("{site}{told}=> {}\n", if rules.is_empty() { "no rule\n" } else { &rules });
    }
    insta::assert_snapshot!("sites_and_what_they_let_through", read);
}

#[test]
fn a_file_has_what_is_printed() {
    for format in COMMENTED {
        let call = ["--format", format, "--product", "forticlient", "--name", "office"];
        let files = files(&call);
        let printed = match &files[..] {
            [file] => file.text.clone(),
            several => {
                let below = |file: &File| format!("==> {} <==\n{}", file.name, file.text);
                several.iter().map(below).collect::<Vec<_>>().join("\n")
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

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let folder = file.path().to_str().unwrap();
    let output = port_catalog(&["rules", "--format", "nftables", "--product", "forticlient", "--out", folder]);
    let (printed, told) = texts(&output);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(printed, "");
    assert!(told.contains(&format!("error: {folder}/forticlient.nft: cannot be written: ")), "{told}");
}

#[test]
fn the_examples_of_the_help_do_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let site: String =
        HELP.lines().filter(|line| line.contains(" = ") || line.contains("  [")).collect::<Vec<_>>().join("\n");
    assert!(site.contains("[products]") && site.contains("[peers]"), "{site}");
    fs::write(folder.path().join("site.toml"), site).unwrap();
    let examples: Vec<&str> = HELP.lines().filter_map(|line| line.strip_prefix("  port-catalog ")).collect();
    assert!(examples.len() > 3);
    for example in examples {
        let call = format!("{} {example}", env!("CARGO_BIN_EXE_port-catalog"));
        let output = Command::new("sh").args(["-c", &call]).current_dir(folder.path()).output().unwrap();
        let expected = if example.contains("--strict") { 3 } else { 0 };
        assert_eq!(output.status.code(), Some(expected), "{example}: {}", texts(&output).1);
    }
    assert!(fs::read_to_string(folder.path().join("fortimail.nft")).unwrap().contains("chain fortimail-inbound"));
}

#[test]
fn names_that_begin_alike_make_other_chains() {
    let chains = ["forcepoint-email-security-n1", "forcepoint-email-security-n2"].map(|name| {
        let text = rules(&["--format", "iptables", "--product", "forcepoint-email-security", "--name", name]);
        let mut chains = text.lines().filter(|line| line.starts_with(':'));
        chains.next().expect("a chain").split(' ').next().unwrap_or_default().to_string()
    });
    assert_ne!(chains[0], chains[1]);
}

#[test]
fn what_a_json_file_has_no_place_for_is_told() {
    let call = ["rules", "--format", "mud", "--product", "fortimail", "--only", "fortimail-in-fortimanager-snmp-poll"];
    let (_, told) = texts(&port_catalog(&call));
    assert!(told.contains("The page prints TCP"), "{told}");
    assert!(told.contains("added by port-catalog, not stated by the document: peer"), "{told}");
}

#[test]
fn a_direction_of_which_no_flow_is_chosen_is_not_touched() {
    let call = ["--format", "networkpolicy", "--product", "fortimail", "--only", "fortimail-in-admin"];
    assert!(!rules(&call).contains("Egress"));
    let (_, told) = texts(&port_catalog(&[&["rules"][..], &call].concat()));
    assert!(told.contains("left out: 53 of the 54 flows of fortimail"), "{told}");
}
