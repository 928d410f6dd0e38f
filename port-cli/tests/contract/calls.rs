//! The calls that work, what they select, and their exit codes.

use std::collections::BTreeSet;

use port_catalog_tests::fixture;
use serde_json::{Map, Value};

use crate::{call, catalogs, flows, key, printed, text};

#[test]
fn these_calls_work() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let export = |name: &str, edition: &str| {
        let file = directory.join(name);
        std::fs::write(&file, printed(&["list", "--product", edition, "--format", "json"], &[])).unwrap();
        file.display().to_string()
    };
    let [old, new] = [export("old.json", "forticlient@6.0.4"), export("new.json", "forticlient@6.2.0")];
    let listeners = directory.join("ss.txt").display().to_string();
    std::fs::write(&listeners, "tcp LISTEN 0 128 0.0.0.0:443 0.0.0.0:*\n").unwrap();
    let tables = fixture::editions().display().to_string();
    let calls: Vec<Vec<&str>> = vec![
        vec!["list"],
        vec!["list", "--product", "fortimail"],
        vec!["list", "--product", "fortimail@5.4", "--product", "forticlient@6.0.4"],
        vec!["list", "--vendor", "fortinet"],
        vec!["list", "--direction", "inbound"],
        vec!["list", "--component", "worker", "--tables", &tables],
        vec!["list", "--peer", "fortiguard"],
        vec!["list", "--service", "https"],
        vec!["list", "--port", "443"],
        vec!["list", "--port", "443/tcp"],
        vec!["list", "--port", "tcp/443"],
        vec!["list", "--port", "8000-8100"],
        vec!["list", "--host", "mdaemon.com"],
        vec!["list", "--requirement", "required"],
        vec!["list", "--edition", "latest"],
        vec!["list", "--edition", "all"],
        vec!["list", "--tables", &tables],
        vec!["port", "8013"],
        vec!["port", "tcp/8013"],
        vec!["port", "8013/tcp"],
        vec!["port", "443", "--rows"],
        vec!["port", "443", "--product", "fortimail@5.4"],
        vec!["show", "fortimail-in-email-client-pop3"],
        vec!["show", "fortimail-in-email-client-pop3@5.4"],
        vec!["products"],
        vec!["products", "--vendor", "fortinet", "--field", "mail", "--search", "forti"],
        vec!["editions", "fortimail"],
        vec!["peers"],
        vec!["peers", "--product", "fortimail"],
        vec!["peers", "--product", "fortimail@5.4"],
        vec!["upgrade", "forticlient", "6.0.4", "6.2.0"],
        vec!["upgrade", "forticlient", "6.0.4", "6.2.0", "--format", "text"],
        vec!["upgrade", "forticlient", "6.0.4", "6.2.0", "--format", "json"],
        vec!["upgrade", "forticlient", "6.0.4", "6.2.0", "--format", "markdown"],
        vec!["rules", "--product", "forticlient@6.0.4", "--format", "nftables"],
        vec!["audit", "--product", "forticlient@6.0.4", "--ss", &listeners],
        vec!["conflicts", "fortimail@5.4", "securitygateway"],
        vec!["diff", &old, &new],
        vec!["diagram", "--product", "forticlient@6.0.4"],
        vec!["manual"],
        vec!["schema"],
        vec!["completions", "bash"],
    ];
    for arguments in calls {
        assert!(!printed(&arguments, &[]).trim().is_empty(), "{arguments:?}");
    }
    for format in ["table", "json", "jsonl", "csv", "markdown", "portmap"] {
        assert!(!printed(&["list", "--product", "fortimail", "--format", format], &[]).is_empty());
    }
    // What to know about an edition is part of its list and of each of its flows.
    for arguments in [&["editions", "fortimail"][..], &["show", "fortimail-in-email-client-pop3@5.4"]] {
        let text = printed(arguments, &[]);
        assert!(text.contains("The rows for DNS, RBL and NTP were missing"), "{arguments:?}: {text}");
    }
    // A finding that was asked for.
    let output = call(&["upgrade", "forticlient", "6.0.4", "6.2.0", "--fail-on", "opens"], &[]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn an_edition_that_the_catalog_does_not_have_is_an_error_in_every_command() {
    let directory = tempfile::tempdir().unwrap();
    let listeners = directory.path().join("ss.txt").display().to_string();
    std::fs::write(&listeners, "tcp LISTEN 0 128 0.0.0.0:443 0.0.0.0:*\n").unwrap();
    for arguments in [
        &["list", "--product", "fortimail@1999"][..],
        &["list", "--product", "fortimail@1999", "--edition", "all"],
        &["peers", "--product", "fortimail@1999"],
        &["show", "fortimail-in-email-client-pop3@1999"],
        &["editions", "fortimail@1999"],
        &["upgrade", "fortimail", "1999", "6.2.0"],
        &["upgrade", "fortimail", "6.2.0", "1999"],
        &["rules", "--product", "fortimail@1999", "--format", "nftables"],
        &["audit", "--product", "fortimail@1999", "--ss", &listeners],
        &["conflicts", "fortimail@1999", "securitygateway"],
        &["diagram", "--product", "fortimail@1999"],
    ] {
        let output = call(arguments, &[]);
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]), "{arguments:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        let expected = "error[dataset-unknown-edition]: unknown edition \"1999\" of fortimail; its editions are 5.4, ";
        assert!(message.starts_with(expected), "{arguments:?}: {message}");
    }
}

#[test]
fn the_newest_editions_are_the_default() {
    for catalog in catalogs() {
        let newest = flows(&[], &catalog);
        assert_eq!(flows(&["--edition", "latest"], &catalog), newest);
        let all = flows(&["--edition", "all"], &catalog);
        let all_keys: BTreeSet<[&str; 3]> = all.iter().map(key).collect();
        assert!(newest.iter().all(|flow| all_keys.contains(&key(flow))));
        let editions: BTreeSet<[&str; 2]> = all_keys.iter().map(|[product, edition, _]| [*product, *edition]).collect();
        for [product, edition] in editions {
            let named = format!("{product}@{edition}");
            let expected: Vec<&Map<String, Value>> =
                all.iter().filter(|flow| key(flow)[..2] == [product, edition]).collect();
            for choice in ["latest", "all"] {
                let selected = flows(&["--product", &named, "--edition", choice], &catalog);
                assert_eq!(selected.iter().collect::<Vec<_>>(), expected, "{named} {choice}");
            }
        }
    }
}

#[test]
fn a_portmap_has_a_line_for_each_range_and_each_of_tcp_and_udp_for_any() {
    for catalog in catalogs() {
        let text_of = |value: &Value| value.as_str().unwrap_or_default().to_string();
        let mut expected = Vec::new();
        let mut left_out = BTreeSet::new();
        for flow in flows(&["--edition", "all"], &catalog) {
            for spec in flow["ports"].as_array().unwrap() {
                let transports = match spec["transport"].as_str() {
                    Some("any") => vec!["tcp", "udp"],
                    Some(transport @ ("tcp" | "udp" | "sctp")) => vec![transport],
                    _ => {
                        left_out.insert(format!("{}@{}", text(&flow, "id"), text(&flow, "edition")));
                        continue;
                    }
                };
                for transport in transports {
                    let mut line: Vec<String> = ["product", "edition", "id", "direction", "component", "peer"]
                        .map(|key| text_of(&flow[key]))
                        .to_vec();
                    line.extend([transport.to_string(), spec["first"].to_string(), spec["last"].to_string()]);
                    line.extend([text_of(&spec["service"]), text_of(&flow["requirement"])]);
                    expected.push(line);
                }
            }
        }
        let output = call(&["list", "--edition", "all", "--format", "portmap"], &catalog);
        assert_eq!(output.status.code(), Some(0));
        let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_string).collect();
        let columns = "product,edition,id,direction,component,peer,transport,first,last,service,requirement";
        assert_eq!(header.join(","), columns);
        let lines: Vec<Vec<String>> =
            reader.records().map(|line| line.unwrap().iter().map(str::to_string).collect()).collect();
        assert_eq!(lines, expected);
        // What has no port is reported.
        let messages = String::from_utf8(output.stderr).unwrap();
        let reported: BTreeSet<String> = messages
            .lines()
            .map(|line| line.strip_prefix("left out of ").unwrap().split_once(": ").unwrap().0.to_string())
            .collect();
        assert_eq!(reported, left_out);
    }
}
