//! How formats show editions, components, protocols, groups and notes.

use std::io::Read;
use std::process::Stdio;

use port_catalog_tests::fixture;
use serde_json::Value;

use crate::{command, json_of, printed, run};

/// What a call prints on a terminal of this width.
fn on_terminal(arguments: &[&str], width: u16) -> String {
    let tables = fixture::editions().display().to_string();
    let all = [&["port-catalog"], arguments, &["--only-tables", "--tables", &tables]].concat();
    let output = port_cli::cli::parse(all.iter().map(Into::into)).unwrap().run(Some(width));
    output.text.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "")
}

/// The rows of a CSV, by the names of their columns.
fn csv_rows(text: &str) -> Vec<std::collections::HashMap<String, String>> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(|row| row.unwrap()).collect()
}

#[test]
fn csv_has_every_fact_of_the_json() {
    let call = ["list", "--edition", "all"];
    let flows = json_of(&call);
    let rows = csv_rows(&printed(&[&call[..], &["--format", "csv"]].concat()));
    assert_eq!(rows.len(), flows.as_array().unwrap().len());
    let mut compared = 0;
    for (flow, row) in flows.as_array().unwrap().iter().zip(&rows) {
        for (key, value) in flow.as_object().unwrap() {
            let cells: Vec<(&str, &Value)> = match (key.as_str(), value) {
                ("ports", specs) => {
                    let service = |id: &str, _| Ok(id.to_string());
                    let (parsed, groups) = port_data::port_expression::parse(&row["ports"], service).unwrap();
                    assert_eq!(
                        (&serde_json::to_value(parsed).unwrap(), groups.as_str()),
                        (specs, row["groups"].as_str())
                    );
                    continue;
                }
                ("source", Value::Object(source)) => {
                    let names = |key: &str| match key {
                        "edition" => "printed_edition",
                        "peer" => "printed_peer",
                        "label" => "printed_label",
                        "ports" => "printed_ports",
                        "document" => "document",
                        "url" => "url",
                        "section" => "section",
                        "row" => "row",
                        other => panic!("{other}"),
                    };
                    source.iter().map(|(key, value)| (names(key), value)).collect()
                }
                (key, value) => vec![(key, value)],
            };
            for (name, value) in cells {
                let expected = match value {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    Value::Array(items) => {
                        items.iter().map(|item| item.as_str().unwrap()).collect::<Vec<_>>().join(", ")
                    }
                    other => other.to_string(),
                };
                let found = &row[name];
                assert_eq!(found.strip_prefix('\'').unwrap_or(found), &expected, "{} {name}", flow["id"]);
                compared += 1;
            }
        }
    }
    assert_eq!(compared, rows.len() * (20 + 8));
    let ports = |id: &str| &rows.iter().find(|row| row["id"] == id).unwrap()["ports"];
    assert_eq!(ports("cluster-in-worker-overlay"), "udp/8472; udp/4789");
    assert_eq!(ports("cluster-in-worker-tunnel"), "udp/500, esp, ah, udp/4500");
    assert_eq!(ports("cluster-in-router-gre"), "gre | ipip");
    assert_eq!(ports("cluster-in-router-vrrp"), "vrrp, ip/99, icmp/8, icmpv6/128, icmp");
    assert_eq!(ports("console-out-dns"), "any/53 dns | sftp");
}

#[test]
fn tables_have_editions_components_scopes_and_defaults_where_they_occur() {
    let header = |call: &[&str]| printed(call).lines().next().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    let with_component = "ID DIRECTION COMPONENT PEER PURPOSE PORTS REMARKS";
    assert_eq!(header(&["list", "--product", "console"]), "ID DIRECTION PEER PURPOSE PORTS REMARKS");
    assert_eq!(header(&["list", "--product", "cluster"]), with_component);
    assert_eq!(header(&["list", "--product", "console@2024-03"]), "ID EDITION DIRECTION PEER PURPOSE PORTS REMARKS");
    assert_eq!(header(&["list", "--edition", "all"]), with_component.replace("ID ", "ID EDITION "));
    for format in ["table", "markdown"] {
        let text = printed(&["list", "--product", "cluster@1.0", "--format", format]);
        for remark in
            ["scope: host; on by default", "scope: pod; on by default", "off by default", "control-plane", "1.0"]
        {
            assert!(text.contains(remark), "{format}: {remark}: {text}");
        }
    }
}

#[test]
fn an_expression_shows_whether_all_groups_are_needed_in_every_format() {
    for (format, overlay, tunnel, either) in [
        ("table", "udp/8472; udp/4789", "udp/500, esp, ah, udp/4500", "gre | ipip"),
        ("csv", ",udp/8472; udp/4789,unstated,", "\"udp/500, esp, ah, udp/4500\",all,", ",gre | ipip,all,"),
        ("markdown", "| udp/8472; udp/4789 |", "| udp/500, esp, ah, udp/4500 |", "| gre \\| ipip |"),
    ] {
        let text = printed(&["list", "--product", "cluster", "--format", format]);
        for expression in [overlay, tunnel, either] {
            assert!(text.contains(expression), "{format}: {expression}: {text}");
        }
    }
    let table = printed(&["list", "--product", "cluster"]);
    assert!(table.contains("\n;: the document doesn't say whether all of the ports are needed\n"));
    let table = printed(&["list", "--product", "cluster", "--peer", "router"]);
    assert!(!table.contains("\n;: "), "{table}");
    let shown = printed(&["show", "cluster-in-worker-overlay"]);
    assert!(shown.contains("(;: the document doesn't say whether all of the ports are needed)"));
}

#[test]
fn notes_are_in_every_output_and_below_a_table() {
    const NOTE: &str = "The page prints no transport.";
    for call in [
        &["list", "--product", "console"][..],
        &["list", "--product", "console", "--format", "json"],
        &["list", "--product", "console", "--format", "jsonl"],
        &["list", "--product", "console", "--format", "csv"],
        &["list", "--product", "console", "--format", "markdown"],
        &["port", "53"],
        &["port", "53", "--format", "csv"],
        &["port", "53", "--format", "markdown"],
        &["port", "53", "--format", "json"],
        &["show", "console-out-dns"],
        &["show", "console-out-dns", "--format", "csv"],
        &["show", "console-out-dns", "--format", "markdown"],
        &["show", "console-out-dns", "--format", "json"],
    ] {
        assert!(printed(call).contains(NOTE), "{call:?}");
    }
    for format in ["text", "json", "markdown"] {
        let output = run(&["upgrade", "console", "2024-03", "2025-03", "--format", format]);
        assert!(String::from_utf8_lossy(&output.stdout).contains(NOTE), "{format}");
    }
    // One footnote for a note that two rows have.
    let table = printed(&["list", "--port", "4789", "--edition", "all"]);
    assert_eq!(table.matches("note [1]").count(), 2, "{table}");
    assert!(table.ends_with("\n[1] The page doesn't say whether both are needed.\n"), "{table}");
    // On a narrow terminal, each flow is a block with its own note.
    let blocks = on_terminal(&["list", "--product", "console"], 60);
    assert!(blocks.contains("note: The page prints no") && !blocks.contains("[1]"), "{blocks}");
}

#[test]
fn what_has_no_port_is_reported_as_left_out() {
    let call = |arguments: &[&str]| {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stderr).unwrap()
    };
    assert_eq!(
        call(&["list", "--format", "portmap"]),
        "left out of cluster-in-worker-tunnel: esp, ah (no ports)\n\
         left out of cluster-in-router-gre: gre, ipip (no ports)\n\
         left out of cluster-in-router-vrrp: vrrp, ip/99, icmp/8, icmpv6/128, icmp (no ports)\n\
         left out of console-out-dns: the document gives no port for sftp\n"
    );
    let output = run(&["list", "--format", "nmap"]);
    let ports = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        ports,
        "T:80,443,2379-2380,6443,9153,10250,10259,30000-32767,U:500,4500,4789,8472,30000-32767,S:36412\n"
    );
    assert!(String::from_utf8(output.stderr).unwrap().contains("esp, ah (no ports; nmap -sO scans for protocols)"));
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    for call in [
        &["editions", "cluster"][..],
        &["upgrade", "cluster", "1.0", "2.0"],
        &["list", "--edition", "all", "--format", "portmap", "--product", "console@2024-03"],
        &["port", "443"],
    ] {
        let mut child = command(call).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut messages = String::new();
        child.stderr.take().unwrap().read_to_string(&mut messages).unwrap();
        assert_eq!((child.wait().unwrap().code(), messages.as_str()), (Some(0), ""), "{call:?}");
    }
}

#[test]
fn on_a_terminal_of_80_columns() {
    let calls: [&[&str]; 9] = [
        &["editions", "cluster"],
        &["products"],
        &["peers", "--product", "console"],
        &["list", "--product", "cluster@1.0", "--peer", "router"],
        &["list", "--product", "console"],
        &["port", "30443"],
        &["port", "53"],
        &["port", "esp"],
        &["show", "cluster-in-worker-overlay@1.0"],
    ];
    let outputs = calls.map(|call| {
        let text = on_terminal(call, 80);
        // Only a name or a URL may be longer.
        for line in text.lines() {
            assert!(line.chars().count() <= 80 || !line.trim().contains(' '), "{call:?}: {line}");
        }
        format!("$ port-catalog {}\n{text}", call.join(" "))
    });
    insta::assert_snapshot!("on_a_terminal_of_80_columns", outputs.join("\n"));
}
