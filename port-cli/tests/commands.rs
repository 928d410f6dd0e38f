//! The commands as people and programs call them: what they print, to which stream, and with which exit code.
//!
//! Everything runs on the fixture catalog, except completions, which offer the ids of the built-in catalog.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use port_catalog_tests::{fixture, root};
use serde_json::{Value, json};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_port-catalog"));
    command.args(arguments);
    command
}

/// A call on the fixture catalog.
fn on_fixture(arguments: &[&str]) -> Command {
    let mut command = command(arguments);
    command.args(fixture::arguments());
    command
}

/// The standard output of a call that succeeds without messages.
fn printed_by(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{command:?}");
    assert_eq!(output.status.code(), Some(0), "{command:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn printed(arguments: &[&str]) -> String {
    printed_by(on_fixture(arguments))
}

fn json_array(text: &str) -> Vec<Value> {
    match serde_json::from_str(text) {
        Ok(Value::Array(items)) => items,
        other => panic!("not a JSON array: {other:?}"),
    }
}

fn ids(flows: &[Value]) -> Vec<&str> {
    flows.iter().map(|flow| flow["id"].as_str().unwrap()).collect()
}

#[test]
fn json_is_one_array_of_every_flow_in_catalog_order() {
    let flows = json_array(&printed(&["list", "--format", "json"]));
    let mut products: Vec<&str> = flows.iter().map(|flow| flow["product"].as_str().unwrap()).collect();
    products.dedup();
    assert_eq!(products, ["mailgate", "endpoint", "filter-suite", "archive"]);
    assert_eq!(flows.len(), 32);
    let pop3 = flows.iter().find(|flow| flow["id"] == "mailgate-in-email-client-pop3").unwrap();
    let expected = json!({
        "id": "mailgate-in-email-client-pop3", "vendor": "acme", "product": "mailgate", "edition": "2.4",
        "direction": "inbound", "component": null, "peer": "email-client", "purpose": "Collect mail with POP3 or POP3S",
        "ports": [ { "transport": "tcp", "first": 110, "last": 110, "service": "pop3",  "group": 0 },
                   { "transport": "tcp", "first": 995, "last": 995, "service": "pop3s", "group": 0 } ],
        "groups": "all", "requirement": "conditional", "condition": "server mode only", "scope": "network",
        "enabled": "unstated",
        "interfaces": [], "recommended_interface": null, "hosts": [],
        "configurable": false, "customization": null, "note": null, "curated": [],
        "source": { "document": "MailGate ports", "edition": "2.4", "url": "https://docs.acme.example/mailgate/ports",
                    "section": "Incoming", "row": 4, "peer": "Email client", "label": "POP3 or POP3S",
                    "ports": "TCP/110 or TCP/995 (server mode only)" }
    });
    // Compared as text, since the order of the keys is part of the format.
    assert_eq!(pop3.to_string(), expected.to_string());
}

#[test]
fn every_format_has_the_same_flows() {
    let call = |format| ["list", "--vendor", "acme", "--direction", "outbound", "--format", format];
    let flows = json_array(&printed(&call("json")));
    let ids = ids(&flows);
    assert_eq!(ids.len(), 9);

    let lines = printed(&call("jsonl"));
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, flows);

    let text = printed(&call("csv"));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().filter(|name| *name == "ports").count(), 1);
    let in_csv: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_string()).collect();
    assert_eq!(in_csv, ids);

    let table = printed(&call("table"));
    let in_table = table.lines().skip(1).take(ids.len()).map(|line| line.split(' ').next().unwrap_or_default());
    assert_eq!(in_table.collect::<Vec<_>>(), ids);

    let markdown = printed(&call("markdown"));
    let in_markdown = markdown.lines().skip(2).map(|line| line.split(' ').nth(1).unwrap_or_default());
    assert_eq!(in_markdown.collect::<Vec<_>>(), ids);
}

#[test]
fn every_format_has_the_note() {
    const NOTE: &str = "The page prints TCP; SNMP normally uses UDP.";
    for format in ["table", "json", "jsonl", "csv", "markdown"] {
        for call in [&["show", "mailgate-in-console-snmp"][..], &["list", "--port", "161"], &["port", "161"]] {
            let text = printed(&[call, &["--format", format]].concat());
            assert!(text.contains(NOTE), "{call:?} {format}: {text}");
        }
    }
}

#[test]
fn filters_combine() {
    let count = |arguments: &[&str]| {
        let call = [&["list", "--format", "jsonl"], arguments].concat();
        printed(&call).lines().count()
    };
    assert_eq!(count(&[]), 32);
    assert_eq!(count(&["--product", "mailgate", "--direction", "inbound"]), 8);
    assert_eq!(count(&["--product", "mailgate", "--product", "archive"]), 21);
    assert_eq!(count(&["--peer", "analyzer"]), 2);
    assert_eq!(count(&["--port", "17700/udp"]), 1);
    assert_eq!(count(&["--port", "17713-20000"]), 2);
    assert_eq!(count(&["--host", "acme.example"]), 2);
    assert_eq!(count(&["--vendor", "globex", "--service", "https", "--port", "443/tcp", "--direction", "inbound"]), 1);
}

#[test]
fn a_port_may_be_written_in_every_usual_way() {
    let users = |port: &str| ids(&json_array(&printed(&["port", port, "--format", "json"]))).join(" ");
    let tcp = users("tcp/443");
    assert_eq!(tcp.split(' ').count(), 6);
    for port in ["443/tcp", "443/TCP", "TCP/443", "443"] {
        assert_eq!(users(port), tcp, "{port}");
    }
    // These flows don't state a transport.
    assert_eq!(users("443/udp"), "filter-suite-in-admin filter-suite-out-internet-updates");
    assert_eq!(
        users("25-30"),
        "mailgate-in-email-client-smtp mailgate-out-email-server filter-suite-in-email-server archive-in-email-server"
    );
}

#[test]
fn the_ports_of_a_product_are_printed_as_nmap_takes_them() {
    let call = |arguments: &[&str]| {
        let output = on_fixture(&[&["list", "--format", "nmap"], arguments].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap())
    };
    assert_eq!(
        call(&["--product", "mailgate", "--direction", "inbound"]),
        [
            "T:22,25,110,161,443,465,995,8300-8302,U:20000-20001\n".to_string(),
            "left out of mailgate-in-email-server-backup: the document gives no port for sftp, ftp\n".to_string()
        ]
    );
    // Ports without a stated transport are in both lists.
    let [ports, messages] = call(&["--product", "filter-suite"]);
    assert_eq!(ports, "T:25,443,17700-17714,U:25,161,443,17700-17714\n");
    assert_eq!(messages, "left out 2 outbound flows: a scan of the product's machine shows only its inbound flows\n");
    let [ports, messages] = call(&["--product", "mailgate", "--direction", "outbound"]);
    assert_eq!(ports, "");
    assert_eq!(
        messages,
        "left out 5 outbound flows: a scan of the product's machine shows only its inbound flows\nno port to scan\n"
    );
}

#[test]
fn text_output() {
    let calls: [&[&str]; 5] = [
        &["port", "514"],
        &["port", "443/udp"],
        &["show", "filter-suite-in-email-server"],
        &["show", "mailgate-in-console-snmp"],
        &["products"],
    ];
    let outputs = calls.map(|call| format!("$ port-catalog {}\n{}", call.join(" "), printed(call)));
    insta::assert_snapshot!("text_output", outputs.join("\n"));
}

#[test]
fn own_tables_are_added_to_the_catalog_or_replace_it() {
    let own = root().join("examples/own-tables/ports").display().to_string();
    let products = |options: &[&str]| -> Vec<String> {
        let text = printed_by(command(&[&["products", "--format", "json"], options].concat()));
        json_array(&text).iter().map(|product| product["id"].as_str().unwrap().to_string()).collect()
    };
    let built_in = products(&[]);
    assert_eq!(products(&["--tables", &own]), [built_in, vec!["relay".to_string()]].concat());
    assert_eq!(products(&["--tables", &own, "--only-tables"]), ["relay"]);
    // The options may also precede the command.
    let list = printed_by(command(&["--tables", &own, "list", "--product", "relay", "--format", "json"]));
    assert!(!json_array(&list).is_empty());
}

#[test]
fn own_tables_may_describe_a_registered_service_in_their_own_way() {
    // The https of these tables is carried by TCP only, and their sftp has a port.
    let fixture = fixture::tables().display().to_string();
    let built_in = printed_by(command(&["list", "--service", "https", "--format", "jsonl"]));
    let both = printed_by(command(&["list", "--service", "https", "--format", "jsonl", "--tables", &fixture]));
    assert!(both.starts_with(&built_in) && both.contains("\"mailgate-in-admin\""), "{both}");
}

#[test]
fn an_empty_result_is_not_an_error_and_is_reported_on_standard_error() {
    for (call, text, message) in [
        (&["port", "1"][..], "", "no flow uses port 1\n"),
        (&["port", "1", "--format", "json"], "[]\n", "no flow uses port 1\n"),
        (&["list", "--product", "endpoint", "--peer", "nas"], "", "no flow matches\n"),
        (&["list", "--host", "nothing.example", "--format", "json"], "[]\n", "no flow matches\n"),
        (&["list", "--host", "nothing.example", "--format", "jsonl"], "", "no flow matches\n"),
    ] {
        let Output { status, stdout, stderr } = on_fixture(call).output().unwrap();
        assert_eq!(status.code(), Some(0), "{call:?}");
        assert_eq!(String::from_utf8_lossy(&stdout), text, "{call:?}");
        assert_eq!(String::from_utf8_lossy(&stderr), message, "{call:?}");
    }
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let mut child =
        command(&["list", "--format", "json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut messages = String::new();
    child.stderr.take().unwrap().read_to_string(&mut messages).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(messages, "");
}

#[test]
fn a_pipe_gets_plain_text_unless_colors_are_forced() {
    for variable in [None, Some("NO_COLOR")] {
        let mut command = on_fixture(&["port", "443"]);
        if let Some(variable) = variable {
            command.env(variable, "1");
        }
        let output = command.output().unwrap();
        assert!(!output.stdout.contains(&0x1b));
    }
    let colored = on_fixture(&["port", "443"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(colored.stdout.starts_with(b"port 443"));
    assert!(colored.stdout.windows(4).any(|bytes| bytes == b"\x1b[1m"));
}

#[test]
fn every_shell_has_completions() {
    let product = port_catalog::Product::ALL[0].as_str();
    let flow = port_catalog::FlowId::ALL[0].as_str();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = printed_by(command(&["completions", shell]));
        assert!(script.contains("port-catalog") && script.contains("products"), "{shell}");
        // Elvish and PowerShell complete no values.
        assert!(script.contains(product) || ["powershell", "elvish"].contains(&shell), "{shell}");
    }
    // What bash offers for a word that isn't complete.
    // Its script is too long for an argument, since it has the ids of all flows.
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("completions");
    std::fs::write(&script, printed_by(command(&["completions", "bash"]))).unwrap();
    let cut = |id: &str| id[..id.len() - 1].to_string();
    for (typed, offered) in [
        ("port-catalog pro".to_string(), "products"),
        ("port-catalog list --pro".to_string(), "--product"),
        (format!("port-catalog list --product {}", cut(product)), product),
        (format!("port-catalog show {}", cut(flow)), flow),
    ] {
        let words: Vec<&str> = typed.split(' ').collect();
        let (last, before) = (words.len() - 1, words[words.len() - 2]);
        let complete = format!(
            "source {}\nCOMP_WORDS=({typed})\nCOMP_CWORD={last}\n_port-catalog port-catalog {} {before}\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
            script.display(),
            words[last]
        );
        let output = Command::new("bash").args(["-c", &complete]).output().expect("bash is installed");
        let offers = String::from_utf8_lossy(&output.stdout).into_owned();
        let messages = String::from_utf8_lossy(&output.stderr);
        assert!(offers.lines().any(|line| line == offered), "{typed}: {offers}{messages}");
    }
}

#[test]
fn commands_without_a_dataset_ignore_invalid_tables() {
    let missing = Path::new("does-not-exist").display().to_string();
    for call in [&["schema"][..], &["manual"], &["completions", "bash"]] {
        assert!(!printed_by(command(&[call, &["--tables", &missing]].concat())).is_empty(), "{call:?}");
    }
}
