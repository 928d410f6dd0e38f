//! What an audit of the fixture with editions, components and every protocol prints, for the output of every tool.

use std::process::{Command, Output};

use port_catalog_tests::fixture;
use serde_json::Value;

fn file(name: &str) -> String {
    format!("{}/tests/audit/editions/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_port-catalog"));
    command.arg("--tables").arg(fixture::editions()).arg("--only-tables").arg("audit").args(arguments);
    command.output().unwrap()
}

/// The standard output and the messages of a call that succeeds.
fn printed(arguments: &[&str]) -> (String, String) {
    let output = run(arguments);
    let messages = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {messages}");
    (String::from_utf8(output.stdout).unwrap(), messages)
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(&[arguments, &["--format", "json"]].concat()).0).unwrap()
}

/// The options of each tool's output.
fn sources() -> Vec<(&'static str, Vec<String>)> {
    let of = |options: &[(&str, &str)]| {
        options.iter().flat_map(|(option, name)| [(*option).to_string(), file(name)]).collect()
    };
    vec![
        ("nft", of(&[("--nft", "rules.json")])),
        ("iptables", of(&[("--iptables", "rules.v4")])),
        ("nmap", of(&[("--nmap", "ports.xml"), ("--nmap", "protocols.xml")])),
        ("masscan", of(&[("--nmap", "masscan.xml")])),
        ("ss", of(&[("--ss", "ss.txt")])),
    ]
}

#[test]
fn every_tool_gives_a_verdict_on_every_flow() {
    for (tool, options) in sources() {
        let arguments: Vec<&str> =
            ["--product", "cluster"].into_iter().chain(options.iter().map(String::as_str)).collect();
        let (text, messages) = printed(&arguments);
        // The reasons name files of a scan by their path.
        let text = format!("{text}{}", messages.lines().map(|line| format!("! {line}\n")).collect::<String>());
        insta::assert_snapshot!(format!("cluster_by_{tool}"), text.replace(&file(""), ""));
    }
}

/// The verdicts on the flows, and the states of the ports in each, by id.
fn verdict<'a>(audit: &'a Value, flow: &str) -> (&'a str, Vec<String>) {
    let own = audit["flows"].as_array().unwrap().iter().find(|own| own["id"] == flow).unwrap();
    let specs = own["ports"].as_array().unwrap().iter();
    let states = specs.map(|spec| {
        let state = &spec["observed"].as_array().unwrap().last().unwrap()["state"];
        let number = spec["icmp_type"].as_u64().or(spec["ip_protocol"].as_u64()).map(|number| format!("/{number}"));
        format!("{}{} {}", spec["transport"].as_str().unwrap(), number.unwrap_or_default(), state.as_str().unwrap())
    });
    (own["verdict"].as_str().unwrap(), states.collect())
}

#[test]
fn any_transport_and_protocols_without_ports_are_right_for_every_tool() {
    for (tool, options) in sources() {
        let arguments: Vec<&str> =
            ["--product", "cluster"].into_iter().chain(options.iter().map(String::as_str)).collect();
        let audit = json(&arguments);
        // any/30000-32767 is open over UDP with iptables; a scan of UDP didn't cover it.
        let (services, _) = verdict(&audit, "cluster-in-client-services");
        let expected =
            [("nft", "open"), ("iptables", "open"), ("nmap", "unknown"), ("masscan", "unknown"), ("ss", "missing")];
        assert_eq!(
            Some(services),
            expected.iter().find(|(name, _)| *name == tool).map(|(_, verdict)| *verdict),
            "{tool}"
        );
        let (_, failover) = verdict(&audit, "cluster-in-router-vrrp");
        let expected: [&str; 5] = match tool {
            "nft" => ["vrrp/112 open", "ip/99 open", "icmp/8 open", "icmpv6/128 open", "icmp/1 open"],
            "iptables" => ["vrrp/112 loopback", "ip/99 open", "icmp/8 open", "icmpv6/128 not-looked-at", "icmp/1 open"],
            "nmap" => ["vrrp/112 unknown", "ip/99 open", "icmp/8 open", "icmpv6/128 not-open", "icmp/1 open"],
            "masscan" => [
                "vrrp/112 not-looked-at",
                "ip/99 not-looked-at",
                "icmp/8 open",
                "icmpv6/128 not-looked-at",
                "icmp/1 open",
            ],
            _ => [
                "vrrp/112 not-looked-at",
                "ip/99 not-looked-at",
                "icmp/8 not-looked-at",
                "icmpv6/128 not-looked-at",
                "icmp/1 not-looked-at",
            ],
        };
        assert_eq!(failover, expected, "{tool}");
        let signalling = verdict(&audit, "cluster-in-client-signalling");
        assert_eq!(signalling, ("open", vec!["sctp open".to_string()]), "{tool}");
        // The note is in every format.
        assert_eq!(audit["flows"].to_string().matches("whether both are needed").count(), 1, "{tool}");
        assert!(printed(&arguments).0.contains("note: The page doesn't say whether both are needed."), "{tool}");
    }
}

#[test]
fn an_edition_is_audited_by_its_own_flows() {
    let rules = file("rules.json");
    let audit = json(&["--product", "cluster@1.0", "--nft", &rules]);
    let editions: Vec<&Value> = audit["flows"].as_array().unwrap().iter().map(|flow| &flow["edition"]).collect();
    assert!(!editions.is_empty() && editions.iter().all(|edition| **edition == "1.0"), "{editions:?}");
    // The API was on tcp/8443, and nothing documented SCTP.
    assert_eq!(verdict(&audit, "cluster-in-client-api").0, "missing");
    let undocumented = crate::ports(&audit["undocumented"]);
    assert_eq!(undocumented, ["tcp/2380", "tcp/6443", "sctp/7", "sctp/36412"]);
    let output = run(&["--product", "cluster@3.0", "--nft", &rules]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(message.contains("3.0") && message.contains("1.0"), "{message}");
}

#[test]
fn a_component_has_its_own_flows() {
    let rules = file("rules.json");
    let audit = json(&["--product", "cluster", "--component", "worker", "--nft", &rules]);
    assert_eq!(audit["components"].to_string(), "[\"worker\"]");
    assert_eq!(crate::ports(&audit["undocumented"]), ["tcp/22", "tcp/2379-2380", "tcp/6443", "sctp/7"]);
    let (text, _) = printed(&["--product", "cluster", "--component", "worker", "--nft", &rules]);
    assert!(text.starts_with("cluster (worker), according to the rules of nft\n"), "{text}");
    let output = run(&["--product", "cluster", "--component", "workers", "--nft", &rules]);
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.contains("unknown component \"workers\" (--component)") && message.contains("worker\"?"),
        "{message}"
    );
    // The console has no components.
    let output = run(&["--product", "console", "--component", "worker", "--nft", &rules]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_local_flow_that_is_open_can_fail_an_audit() {
    let rules = file("rules.json");
    let output = run(&["--product", "cluster", "--nft", &rules, "--fail-on", "exposed"]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(message, "fails: 1 flow open to peers, although documented as local\n");
}
