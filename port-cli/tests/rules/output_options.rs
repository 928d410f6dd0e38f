//! Options that only some formats have: what they write, as the tools list it, and that other formats reject them.

use std::process::Command;

use port_engine::rules::formats::RulesFormat;
use port_engine::rules::output_options::{NFT_KEYWORDS, OutputOption, TableName};
use serde_json::json;

use crate::aclgen::written;
use crate::cases::{files, rules, site};
use crate::openings::port_catalog;
use crate::tools::{piped, sandboxed, tool};

/// Loads a file with a shell command, and returns what the command prints.
fn loaded(command: &str, text: &str) -> Option<String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, text).unwrap();
    tool(command.split([' ', '-']).next().unwrap())?;
    Some(piped(sandboxed(&["sh", "-c", command, file.path().to_str().unwrap()])?, ""))
}

const CALL: [&str; 5] = ["--product", "mailgate", "--only=mailgate-in-admin", "--only=mailgate-out-nas", "--format"];

fn call<'a>(format: &'a str, options: &[&'a str]) -> Vec<&'a str> {
    [&CALL[..], &[format], options].concat()
}

#[test]
fn nft_lists_counters_logs_and_the_names_of_tables_and_chains() {
    let options = ["--counter", "--log", "--table", "port_catalog", "--chain", "MAIL"];
    let text = rules(&call("nftables", &options));
    assert!(text.contains("#   nft add rule inet port_catalog input jump MAIL-inbound\n"), "{text}");
    let Some(listed) = loaded("nft -f $0 && nft list ruleset", &text) else { return };
    let lines: Vec<&str> = listed.lines().map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "table inet port_catalog {",
            "chain MAIL-inbound {",
            "tcp dport 443 counter packets 0 bytes 0 accept comment \"mailgate-in-admin\"",
            "limit rate 10/second log prefix \"MAIL-inbound: \"",
            "}",
            "",
            "chain MAIL-outbound {",
            "tcp dport { 445, 2049 } counter packets 0 bytes 0 accept comment \"mailgate-out-nas\"",
            "limit rate 10/second log prefix \"MAIL-outbound: \"",
            "}",
            "}",
        ]
    );
}

/// A firewall that forwards sends packets through both chains.
#[test]
fn what_no_rule_accepts_is_logged_once_between_product_and_peers() {
    let text = rules(&call("nftables", &["--log", "--at", "network"]));
    let (inbound, outbound) = text.rsplit_once("chain mailgate-outbound").unwrap();
    assert!(!inbound.contains("log prefix") && outbound.contains("log prefix \"mailgate-outbound: \""), "{text}");
}

#[test]
fn iptables_lists_logs_and_the_names_of_chains() {
    for program in ["iptables", "ip6tables"] {
        // The longest prefix; the prefix of log lines is cut by nobody.
        let chain = "Mail_gateway-1234567890x";
        let text = rules(&call(program, &["--counter", "--log", "--chain", chain]));
        let command = format!("{program}-restore --noflush < $0 && {program}-save | grep '^-A'");
        let Some(listed) = loaded(&command, &text) else { return };
        let log = |suffix: &str| {
            format!("-A {chain}-{suffix} -m limit --limit 10/sec -j LOG --log-prefix \"{chain}-{suffix} \"")
        };
        let lines: Vec<&str> = listed.lines().collect();
        assert_eq!(lines.len(), 4, "{listed}");
        assert_eq!((lines[1], lines[3]), (log("in").as_str(), log("out").as_str()));
    }
}

#[test]
fn a_fortigate_logs_what_no_policy_accepts() {
    let log = "config log setting\n    set fwpolicy-implicit-log enable\n    set fwpolicy6-implicit-log enable\nend\n";
    assert!(rules(&call("fortigate", &["--log"])).ends_with(log));
    assert!(!rules(&call("fortigate", &[])).contains("config log setting"));
}

#[test]
fn aclgen_logs_what_its_last_term_drops() {
    let Some(aclgen) = tool("aclgen") else { return };
    let directory = written(&files(&call("aerleon", &["--log"])));
    let output = Command::new(aclgen).current_dir(directory.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let made = std::fs::read_to_string(directory.path().join("mailgate.nft")).unwrap();
    let logs: Vec<&str> = made.lines().map(str::trim).filter(|line| line.contains("log ")).collect();
    assert_eq!(logs, ["log prefix \"default-deny-input\" drop", "log prefix \"default-deny-output\" drop"]);
}

/// Rulesets of one product share a directory.
#[test]
fn aclgen_accepts_several_names_in_one_directory() {
    let Some(aclgen) = tool("aclgen") else { return };
    // The first ones are names that YAML doesn't read as strings without quotes.
    let names = ["no", "null", "e1", "mailgate", "mailgate-admin", "mail"];
    let site = site();
    let written_files = names.iter().flat_map(|name| {
        let site = site.path().to_str().unwrap();
        files(&["--format", "aerleon", "--product", "mailgate", "--name", name, "--site", site])
    });
    let directory = written(&written_files.collect::<Vec<_>>());
    let output = Command::new(&aclgen).current_dir(directory.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for name in names {
        let made = std::fs::read_to_string(directory.path().join(format!("{name}.nft"))).unwrap();
        assert!(made.contains("ip saddr 192.0.2.10/32 ip daddr 10.0.5.1/32 tcp dport { 389, 636 }"), "{made}");
    }
}

#[test]
fn a_networkpolicy_allows_dns_if_asked_and_reports_it_otherwise() {
    let Some(validator) = crate::networkpolicy::validator() else { return };
    let run = |options: &[&str]| {
        let call = ["rules", "--format", "networkpolicy", "--product", "mailgate"];
        let output = port_catalog(&[&call, options].concat());
        let [printed, messages] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        let policy = validator.borrow_mut().ask(&json!({ "text": printed }))["policy"].clone();
        (policy["spec"]["egress"].as_array().map_or(&[][..], Vec::as_slice).to_vec(), messages)
    };
    let dns = json!({
        "ports": [{ "protocol": "UDP", "port": 53 }, { "protocol": "TCP", "port": 53 }],
        "to": [{
            "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "kube-system" } },
            "podSelector": { "matchLabels": { "k8s-app": "kube-dns" } },
        }],
    });
    let left_out = "left out DNS to the cluster's name servers";
    let (egress, messages) = run(&["--only=mailgate-out-nas", "--allow-dns"]);
    assert!(egress.contains(&dns) && messages.contains("opened DNS to the pods"), "{messages}");
    let (egress, messages) = run(&["--only=mailgate-out-nas"]);
    assert!(!egress.contains(&dns) && messages.contains(left_out), "{messages}");
    // Nothing is said if the pods' DNS isn't limited.
    for options in [&["--direction", "inbound"][..], &["--only=mailgate-out-dns-server"]] {
        let (_, messages) = run(options);
        assert!(messages.contains("left out ") && !messages.contains("DNS to the"), "{options:?}: {messages}");
    }
}

/// Two ports are two entries; a longer range is one with an end.
#[test]
fn two_ports_of_a_networkpolicy_are_two_entries() {
    let text = |flow: &str| rules(&["--format", "networkpolicy", "--product", "mailgate", "--only", flow]);
    let heartbeat = text("mailgate-in-mailgate-heartbeat");
    assert!(
        heartbeat.contains("{ protocol: UDP, port: 20000 }\n        - { protocol: UDP, port: 20001 }\n"),
        "{heartbeat}"
    );
    assert!(text("mailgate-in-console-sync").contains("{ protocol: TCP, port: 8300, endPort: 8302 }\n"));
}

#[test]
fn a_format_without_an_option_names_the_formats_that_have_it() {
    let values = [
        (OutputOption::Log, &["--log"][..]),
        (OutputOption::Counter, &["--counter"]),
        (OutputOption::AllowDns, &["--allow-dns"]),
        (OutputOption::Table, &["--table", "mail"]),
        (OutputOption::Chain, &["--chain", "mail"]),
    ];
    for format in RulesFormat::ALL {
        for (option, options) in values {
            let output = port_catalog(&[&["rules"], &call(format.as_str(), options)[..]].concat());
            let messages = String::from_utf8(output.stderr).unwrap();
            if format.writer(None).options.contains(&option) {
                assert_eq!(output.status.code(), Some(0), "{format} {options:?}: {messages}");
            } else {
                let start = format!("error[rules-option]: the format {format} has no option {}; formats", options[0]);
                assert!(messages.starts_with(&start), "{messages}");
                assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
            }
        }
    }
}

#[test]
fn nft_accepts_every_name_of_a_table_that_is_not_rejected() {
    let words = ["filter", "port_catalog", "Set", "tables", "a-b_c", "rules", "x"];
    let Some(nft) = tool("nft") else { return };
    let Some(_) = sandboxed(&[]) else { return };
    let accepts = |name: &str| {
        let command = ["sh", "-c", "\"$0\" -c add table inet \"$1\"", nft.to_str().unwrap(), name];
        sandboxed(&command).unwrap().output().unwrap().status.success()
    };
    for word in words {
        assert!(word.parse::<TableName>().is_ok() && accepts(word), "{word}");
    }
    let longest = "x".repeat(80);
    assert!(longest.parse::<TableName>().is_ok() && accepts(&longest));
    for word in ["set", "table", "ip6", "auto-merge", "lt", "9to5", "a b", "", "flush ruleset"] {
        assert!(word.parse::<TableName>().is_err() && !accepts(word), "{word}");
    }
    assert!(NFT_KEYWORDS.iter().all(|word| word.parse::<TableName>().is_err()));
    assert!(format!("{longest}x").parse::<TableName>().is_err());
}
