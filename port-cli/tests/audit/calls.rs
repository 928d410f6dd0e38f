//! What an audit of the fixtures prints for people and programs, and its exit codes.

use serde_json::{Value, json};

use crate::{audit, fixture, flows, ports, printed, run};

/// A call with its output.
fn transcript(arguments: &[&str]) -> String {
    let (text, messages) = printed(arguments);
    let words: Vec<&str> = arguments.iter().map(|word| word.rsplit('/').next().unwrap_or(word)).collect();
    format!(
        "$ port-catalog {}\n{text}{}",
        words.join(" "),
        messages.lines().map(|line| format!("! {line}\n")).collect::<String>()
    )
}

#[test]
fn a_scan_by_nmap() {
    let file = fixture("two-hosts.xml");
    insta::assert_snapshot!(transcript(&["audit", "--product", "mailgate", "--nmap", &file, "--host", "192.0.2.2"]));
}

#[test]
fn listeners_of_ss() {
    insta::assert_snapshot!(transcript(&["audit", "--product", "mailgate", "--ss", &fixture("ss.txt")]));
}

#[test]
fn rules_of_nft() {
    insta::assert_snapshot!(transcript(&["audit", "--product", "mailgate", "--nft", &fixture("rules.json")]));
}

#[test]
fn a_family_audits_only_its_listeners() {
    let call = ["audit", "--product", "endpoint", "--ss", &fixture("ss.txt"), "--family", "ipv6"];
    insta::assert_snapshot!(transcript(&call));
}

#[test]
fn every_source_gives_the_same_json_object() {
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for (source, file, more) in
        [("nmap", "two-hosts.xml", &["--host", "mail.example"][..]), ("ss", "ss.txt", &[]), ("nft", "rules.json", &[])]
    {
        let option = format!("--{source}");
        let audit = audit("mailgate", &[&[option.as_str(), &fixture(file)], more].concat());
        assert_eq!(
            keys(&audit),
            [
                "product",
                "products",
                "components",
                "source",
                "sources",
                "host",
                "family",
                "from",
                "interfaces",
                "destinations",
                "summary",
                "flows",
                "undocumented",
                "undocumented_restricted",
                "undocumented_unknown",
                "undocumented_loopback",
                "undocumented_not_checked",
                "undocumented_protocols",
                "not_interpreted",
                "remarks"
            ]
        );
        assert_eq!((&audit["product"], &audit["source"]), (&json!("mailgate"), &json!(source)));
        let summary = &audit["summary"];
        let verdicts =
            [("open", "open"), ("partly_open", "partly-open"), ("missing", "missing"), ("unknown", "unknown")];
        for (name, verdict) in verdicts {
            assert_eq!(summary[name], flows(&audit, verdict).len(), "{source} {name}");
        }
        assert_eq!(summary["undocumented"], ports(&audit["undocumented"]).len());
        assert_eq!(summary["outbound_not_audited"], 5);
        assert_eq!(audit["flows"].as_array().unwrap().len(), 8);
        for flow in audit["flows"].as_array().unwrap() {
            assert_eq!(
                keys(flow),
                [
                    "id",
                    "product",
                    "edition",
                    "component",
                    "verdict",
                    "requirement",
                    "condition",
                    "groups",
                    "scope",
                    "enabled",
                    "configurable",
                    "customization",
                    "note",
                    "peer",
                    "peer_addresses",
                    "ports",
                    "remarks"
                ]
            );
            for spec in flow["ports"].as_array().unwrap() {
                let expected = ["transport", "first", "last", "service", "group", "verdict", "observed"];
                assert_eq!(keys(spec), expected);
                for seen in spec["observed"].as_array().unwrap() {
                    assert_eq!(keys(seen), ["transport", "first", "last", "state", "evidence"]);
                }
            }
        }
    }
}

#[test]
fn a_flow_has_the_verdict_and_the_evidence_of_each_port() {
    let audit = audit("mailgate", &["--nmap", &fixture("two-hosts.xml"), "--host", "192.0.2.2"]);
    let flow = audit["flows"].as_array().unwrap().iter().find(|flow| flow["id"] == "mailgate-in-email-client-pop3");
    assert_eq!(
        *flow.unwrap(),
        json!({
            "id": "mailgate-in-email-client-pop3", "product": "mailgate", "edition": "2.4", "component": null,
            "verdict": "open", "requirement": "conditional", "condition": "server mode only",
            "groups": "all", "scope": "network", "enabled": "unstated", "configurable": false, "customization": null, "note": null,
            "peer": "email-client", "peer_addresses": [], "remarks": [],
            "ports": [
                { "transport": "tcp", "first": 110, "last": 110, "service": "pop3", "group": 0, "verdict": "missing",
                  "observed": [{ "transport": "tcp", "first": 110, "last": 110, "state": "not-open",
                                 "evidence": ["closed|filtered, no-ipid-change"] }] },
                { "transport": "tcp", "first": 995, "last": 995, "service": "pop3s", "group": 0, "verdict": "open",
                  "observed": [{ "transport": "tcp", "first": 995, "last": 995, "state": "open",
                                 "evidence": ["syn-ack"] }] },
            ],
        })
    );
}

#[test]
fn an_undocumented_port_may_be_a_service_without_a_port() {
    let audit = audit("mailgate", &["--ss", &fixture("ss.txt")]);
    // mailgate-in-email-server-backup lists sftp and ftp; port 22 is documented by another flow, and 21 is not.
    for seen in audit["undocumented"].as_array().unwrap() {
        let expected = match seen["first"].as_u64() {
            Some(21) => json!([{ "service": "ftp", "flow": "mailgate-in-email-server-backup" }]),
            _ => json!([]),
        };
        assert_eq!(seen["may_be"], expected, "{seen}");
    }
    assert!(ports(&audit["undocumented"]).contains(&"tcp/21".to_string()));
}

#[test]
fn fail_on_sets_the_exit_code_and_names_the_findings() {
    let nmap = fixture("two-hosts.xml");
    let mailgate = ["audit", "--product", "mailgate", "--nmap", &nmap, "--host", "192.0.2.2"];
    let archive = ["audit", "--product", "archive", "--nmap", &nmap, "--host", "192.0.2.3"];
    let mut cases = port_catalog_tests::diagnostics::Cases::new("port-cli/tests/audit/fail-on.txt");
    for (name, call, finding, code) in [
        ("undocumented ports", &mailgate, "undocumented", 1),
        ("missing flows", &mailgate, "missing", 1),
        ("missing required flows", &mailgate, "missing-required", 1),
        ("unknown flows", &mailgate, "unknown", 1),
        ("several findings", &mailgate, "undocumented,missing", 1),
        ("a host without open ports", &archive, "missing-required", 1),
        ("nothing undocumented", &archive, "undocumented", 0),
    ] {
        for format in ["table", "json"] {
            let output = run(&[&call[..], &["--fail-on", finding, "--format", format]].concat());
            assert_eq!(output.status.code(), Some(code), "{call:?} {finding}");
            assert_eq!(output.stderr.is_empty(), code == 0, "{call:?} {finding}");
            assert!(!output.stdout.is_empty());
            let input = format!("audit --product {} --host {} --fail-on {finding}", call[2], call[6]);
            cases.stderr(&format!("{name}, {format}"), &input, &output, &[]);
        }
    }
    cases.assert();
}

#[test]
fn a_dash_reads_standard_input() {
    for (option, file) in [("--ss", "ss.txt"), ("--nft", "rules.json")] {
        let call = ["audit", "--product", "mailgate", option, &fixture(file), "--format", "json"];
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_port-catalog"));
        command.args(crate::tables()).args(["audit", "--product", "mailgate", option, "-", "--format", "json"]);
        let text = std::fs::read_to_string(fixture(file)).unwrap();
        assert_eq!(crate::tools::piped(command, &text), printed(&call).0, "{option}");
    }
}

#[test]
fn the_fixture_scan_is_valid_by_nmaps_dtd() {
    let Some(xmllint) = crate::tools::tool("xmllint") else { return };
    let definition = "/usr/share/nmap/nmap.dtd";
    if !std::path::Path::new(definition).exists() {
        return crate::tools::missing("/usr/share/nmap/nmap.dtd, of the package nmap-common, is missing");
    }
    let output = std::process::Command::new(xmllint)
        .args(["--nonet", "--noout", "--dtdvalid", definition, &fixture("two-hosts.xml")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
