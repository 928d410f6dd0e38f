//! What an audit of the files that are kept beside the tests says, to people and to programs, and how it ends.

use serde_json::{Value, json};

use crate::{audit, flows, kept, ports, printed, run};

/// What a call says, with the call.
fn said(arguments: &[&str]) -> String {
    let (text, told) = printed(arguments);
    let shown: Vec<&str> = arguments.iter().map(|word| word.rsplit('/').next().unwrap_or(word)).collect();
    format!(
        "$ port-catalog {}\n{text}{}",
        shown.join(" "),
        told.lines().map(|line| format!("! {line}\n")).collect::<String>()
    )
}

#[test]
fn a_scan_by_nmap_as_people_read_it() {
    let file = kept("two-hosts.xml");
    insta::assert_snapshot!(said(&["audit", "--product", "fortimail", "--nmap", &file, "--host", "192.0.2.2"]));
}

#[test]
fn listeners_of_ss_as_people_read_them() {
    insta::assert_snapshot!(said(&["audit", "--product", "fortimail", "--ss", &kept("ss.txt")]));
}

#[test]
fn rules_of_nft_as_people_read_them() {
    insta::assert_snapshot!(said(&["audit", "--product", "fortimail", "--nft", &kept("rules.json")]));
}

#[test]
fn a_product_that_nobody_connects_to_has_only_ports_that_are_not_documented() {
    let call = ["audit", "--product", "forticlient", "--ss", &kept("ss.txt"), "--family", "ipv6"];
    insta::assert_snapshot!(said(&call));
}

#[test]
fn programs_read_the_same_object_of_every_source() {
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for (source, file, more) in
        [("nmap", "two-hosts.xml", &["--host", "mail.example"][..]), ("ss", "ss.txt", &[]), ("nft", "rules.json", &[])]
    {
        let option = format!("--{source}");
        let audit = audit("fortimail", &[&[option.as_str(), &kept(file)], more].concat());
        assert_eq!(
            keys(&audit),
            [
                "product",
                "source",
                "host",
                "family",
                "summary",
                "flows",
                "undocumented",
                "undocumented_unknown",
                "undocumented_loopback",
                "not_interpreted",
                "remarks"
            ]
        );
        assert_eq!((&audit["product"], &audit["source"]), (&json!("fortimail"), &json!(source)));
        let summary = &audit["summary"];
        let verdicts =
            [("open", "open"), ("partly_open", "partly-open"), ("missing", "missing"), ("unknown", "unknown")];
        for (name, verdict) in verdicts {
            assert_eq!(summary[name], flows(&audit, verdict).len(), "{source} {name}");
        }
        assert_eq!(summary["undocumented"], ports(&audit["undocumented"]).len());
        assert_eq!(summary["outbound_not_audited"], 29);
        assert_eq!(audit["flows"].as_array().unwrap().len(), 25);
        for flow in audit["flows"].as_array().unwrap() {
            assert_eq!(keys(flow), ["id", "verdict", "requirement", "condition", "configurable", "ports"]);
            for spec in flow["ports"].as_array().unwrap() {
                let expected = ["transport", "first", "last", "service", "group", "verdict", "observed"];
                assert_eq!(keys(spec), expected);
                for seen in spec["observed"].as_array().unwrap() {
                    assert_eq!(keys(seen), ["transport", "first", "last", "state", "evidence"]);
                }
            }
        }
    }
    let audit = audit("fortimail", &["--nmap", &kept("two-hosts.xml"), "--host", "192.0.2.2"]);
    let flow = audit["flows"].as_array().unwrap().iter().find(|flow| flow["id"] == "fortimail-in-email-client-pop3");
    assert_eq!(
        *flow.unwrap(),
        json!({
            "id": "fortimail-in-email-client-pop3", "verdict": "open", "requirement": "conditional",
            "condition": "server mode only", "configurable": false,
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
fn a_port_that_may_be_a_service_without_a_number_says_so_and_stays_undocumented() {
    let audit = audit("fortimail", &["--ss", &kept("ss.txt")]);
    let smb = audit["undocumented"].as_array().unwrap().iter().find(|seen| seen["first"] == 445).unwrap();
    let flow = "fortimail-in-external-email-server-mail-backup";
    assert_eq!(smb["may_be"], json!([{ "service": "smb", "flow": flow }]));
}

#[test]
fn it_fails_where_it_is_told_to_and_says_on_what() {
    let nmap = kept("two-hosts.xml");
    let on_fortimail = ["audit", "--product", "fortimail", "--nmap", &nmap, "--host", "192.0.2.2"];
    let on_securitygateway = ["audit", "--product", "securitygateway", "--nmap", &nmap, "--host", "192.0.2.2"];
    let on_shut = ["audit", "--product", "securitygateway", "--nmap", &nmap, "--host", "192.0.2.3"];
    for (call, finding, code, told) in [
        (&on_fortimail, "undocumented", 1, "fails: 1 range, open and not documented\n"),
        (&on_fortimail, "missing", 1, "fails: 3 flows, documented and not open, or not all of it\n"),
        (&on_fortimail, "missing-required", 0, ""),
        (&on_fortimail, "unknown", 1, "fails: 13 flows, of which the source does not tell\n"),
        (
            &on_fortimail,
            "undocumented,missing",
            1,
            "fails: 1 range, open and not documented\nfails: 3 flows, documented and not open, or not all of it\n",
        ),
        (&on_securitygateway, "missing-required", 0, ""),
        (&on_shut, "missing-required", 1, "fails: 2 required flows, not open, or not all of it\n"),
        (&on_shut, "undocumented", 0, ""),
    ] {
        for format in ["table", "json"] {
            let output = run(&[&call[..], &["--fail-on", finding, "--format", format]].concat());
            assert_eq!(String::from_utf8_lossy(&output.stderr), told, "{call:?} {finding}");
            assert_eq!(output.status.code(), Some(code), "{call:?} {finding}");
            assert!(!output.stdout.is_empty());
        }
    }
}

#[test]
fn standard_input_is_a_file_too() {
    for (option, file) in [("--ss", "ss.txt"), ("--nft", "rules.json")] {
        let call = ["audit", "--product", "fortimail", option, &kept(file), "--format", "json"];
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_port-catalog"));
        command.args(["audit", "--product", "fortimail", option, "-", "--format", "json"]);
        let text = std::fs::read_to_string(kept(file)).unwrap();
        assert_eq!(crate::tools::piped(command, &text), printed(&call).0, "{option}");
    }
}

#[test]
fn the_kept_scan_is_what_nmaps_own_definition_allows() {
    let Some(xmllint) = crate::tools::tool("xmllint") else { return };
    let definition = "/usr/share/nmap/nmap.dtd";
    if !std::path::Path::new(definition).exists() {
        return crate::tools::missing("/usr/share/nmap/nmap.dtd, of the package nmap-common, is not there");
    }
    let output = std::process::Command::new(xmllint)
        .args(["--nonet", "--noout", "--dtdvalid", definition, &kept("two-hosts.xml")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
