//! Editions, components, protocols and groups on the command line, on the fixture catalog that has all of them.

use std::io::Read;
use std::process::{Command, Output, Stdio};

use port_catalog_tests::fixture;
use serde_json::{Value, json};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_port-catalog"));
    command.args(arguments).arg("--only-tables").arg("--tables").arg(fixture::editions());
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// The standard output of a call that succeeds without messages.
fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(
        (output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()),
        (Some(0), ""),
        "{arguments:?}"
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The messages of a call that fails without output.
fn error(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn json_of(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(&[arguments, &["--format", "json"]].concat())).unwrap()
}

/// The flows of a call, as `id` or `id@edition`.
fn ids(arguments: &[&str], with_edition: bool) -> Vec<String> {
    let flows = json_of(arguments);
    let text = |flow: &Value, key: &str| flow[key].as_str().unwrap().to_string();
    let name = |flow: &Value| match with_edition {
        true => format!("{}@{}", text(flow, "id"), text(flow, "edition")),
        false => text(flow, "id"),
    };
    flows.as_array().unwrap().iter().map(name).collect()
}

/// What a call prints on a terminal of this width.
fn on_terminal(arguments: &[&str], width: u16) -> String {
    let tables = fixture::editions().display().to_string();
    let all = [&["port-catalog"], arguments, &["--only-tables", "--tables", &tables]].concat();
    let output = port_cli::cli::parse(all.iter().map(Into::into)).unwrap().run(Some(width));
    output.text.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "")
}

#[test]
fn editions_are_listed_oldest_first_with_everything_known_about_them() {
    let editions = json_of(&["editions", "cluster"]);
    let expected = json!([
        {
            "product": "cluster", "edition": "1.0", "printed": "Version 1.0", "flows": 12, "complete": true,
            "retrieved": "2023-05-01", "document": "Ports of Acme Cluster",
            "url": "https://acme.example/cluster/1.0/ports", "source": null, "licence": null
        },
        {
            "product": "cluster", "edition": "2.0", "printed": "Version 2.0", "flows": 14, "complete": true,
            "retrieved": "2025-05-01", "document": "Ports of Acme Cluster",
            "url": "https://acme.example/cluster/2.0/ports", "source": "github.com/acme/docs, ports.md, 0123abc",
            "licence": "CC-BY-4.0"
        }
    ]);
    assert_eq!(editions.to_string(), expected.to_string());
    assert_eq!(json_of(&["editions", "cluster@1.0"]), json!([expected[0]]));
    assert_eq!(json_of(&["editions", "console"])[0]["complete"], false);
    assert_eq!(json_of(&["editions", "console"])[0]["retrieved"], Value::Null);
    let csv = printed(&["editions", "cluster", "--format", "csv"]);
    let header = "edition,printed,flows,complete,retrieved,document,url,source,licence";
    assert_eq!(csv.lines().next(), Some(header));
    assert_eq!(csv.lines().count(), 3);
    assert_eq!(printed(&["editions", "cluster", "--format", "jsonl"]).lines().count(), 2);
}

#[test]
fn products_name_the_newest_edition_and_the_older_ones() {
    let products = json_of(&["products"]);
    let expected = json!({
        "id": "cluster", "vendor": "acme", "name": "Acme Cluster", "flows": 14, "document": "Ports of Acme Cluster",
        "edition": "2.0", "older": ["1.0"], "retrieved": "2025-05-01", "url": "https://acme.example/cluster/2.0/ports"
    });
    assert_eq!(products[0].to_string(), expected.to_string());
}

#[test]
fn an_edition_may_be_named_wherever_a_product_is() {
    for (call, found) in [
        (&["list", "--product", "cluster@1.0", "--port", "22"][..], "cluster-in-admin-ssh"),
        (&["list", "--product", "cluster@1.0", "--product", "console", "--format", "csv"], "cluster-in-admin-ssh"),
        (&["peers", "--product", "cluster@1.0"], "admin"),
        (&["editions", "cluster@1.0"], "Version 1.0"),
        (&["rules", "--product", "cluster@1.0", "--format", "nftables", "--only", "cluster-in-admin-ssh"], "dport 22"),
        (&["conflicts", "cluster@1.0", "console@2024-03", "--format", "json"], "cluster"),
        (&["diagram", "--product", "cluster@1.0", "--port", "22"], "tcp/22"),
    ] {
        let output = run(call);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && text.contains(found), "{call:?}: {text}{:?}", output.stderr);
    }
    // The newest edition doesn't have this flow, so its peer has one flow less.
    assert!(!printed(&["list", "--product", "cluster", "--format", "csv"]).contains("cluster-in-admin-ssh"));
    let flows_of_admin = |product: &str| {
        let peers = json_of(&["peers", "--product", product]);
        let admin = peers.as_array().unwrap().iter().find(|peer| peer["id"] == "admin").unwrap();
        admin["flows"].as_u64().unwrap()
    };
    assert_eq!(["cluster", "cluster@2.0", "cluster@1.0"].map(flows_of_admin), [1, 1, 2]);
}

#[test]
fn an_edition_that_a_product_does_not_have_is_an_error_that_lists_its_editions() {
    let expected = "error[dataset-unknown-edition]: unknown edition \"3.0\" of cluster; its editions are 1.0, 2.0\n";
    for call in [
        &["list", "--product", "cluster@3.0"][..],
        &["list", "--product", "cluster@3.0", "--edition", "all"],
        &["list", "--product", "cluster", "--product", "cluster@3.0"],
        &["peers", "--product", "cluster@3.0"],
        &["editions", "cluster@3.0"],
        &["show", "cluster-in-client-api@3.0"],
        &["upgrade", "cluster", "3.0", "2.0"],
        &["upgrade", "cluster", "1.0", "3.0"],
    ] {
        assert_eq!(error(call), expected, "{call:?}");
    }
}

#[test]
fn every_edition_or_several_of_them_can_be_listed() {
    assert_eq!(ids(&["list", "--product", "cluster", "--port", "6443"], true), ["cluster-in-client-api@2.0"]);
    assert_eq!(ids(&["list", "--product", "cluster@1.0", "--port", "8443"], true), ["cluster-in-client-api@1.0"]);
    let all = ids(&["list", "--product", "cluster", "--edition", "all", "--peer", "client-or-admin"], true);
    assert_eq!(all, ["cluster-in-client-api@1.0", "cluster-in-client-api@2.0"]);
    let both = ids(&["list", "--product", "cluster", "--product", "cluster@1.0", "--peer", "client-or-admin"], true);
    assert_eq!(both, all);
    // A named edition is the only one of its product, also with --edition all.
    let mixed =
        ids(&["list", "--product", "cluster@1.0", "--product", "console", "--edition", "all", "--peer", "admin"], true);
    assert_eq!(
        mixed,
        [
            "cluster-in-client-api@1.0",
            "cluster-in-admin-ssh@1.0",
            "console-in-admin@2024-03",
            "console-in-admin@2025-03"
        ]
    );
}

#[test]
fn show_finds_a_row_of_another_edition_and_a_retired_flow() {
    let line = |call: &[&str], name: &str| {
        let text = printed(call);
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line[name.len()..].trim().to_string()
    };
    assert_eq!(line(&["show", "cluster-in-client-api"], "ports "), "tcp/6443 https");
    assert_eq!(line(&["show", "cluster-in-client-api"], "edition "), "2.0");
    assert_eq!(line(&["show", "cluster-in-client-api@1.0"], "ports "), "tcp/8443 https");
    assert_eq!(line(&["show", "cluster-in-client-api@1.0"], "edition "), "1.0 (the newest is 2.0)");
    let retired = line(&["show", "cluster-in-admin-ssh"], "edition ");
    assert_eq!(retired, "1.0 (2.0, the newest, doesn't have this flow)");
    assert_eq!(json_of(&["show", "cluster-in-admin-ssh"])[0]["edition"], "1.0");
    let incomplete = line(&["show", "console-in-admin@2024-03"], "edition ");
    assert_eq!(incomplete, "2024-03 (the newest is 2025-03; incomplete: parts of the document were not available)");
    assert_eq!(line(&["show", "cluster-in-client-health"], "scope "), "host");
    assert_eq!(line(&["show", "cluster-in-client-api"], "component "), "control-plane");
    assert_eq!(line(&["show", "cluster-in-worker-overlay"], "enabled "), "no");
    assert_eq!(
        error(&["show", "cluster-in-admin-ssh@2.0"]),
        "error[call-unknown-id]: cluster@2.0 doesn't have the flow cluster-in-admin-ssh; edition 1.0 has it\n"
    );
}

#[test]
fn a_component_is_found_at_both_ends() {
    let of = |component: &str| ids(&["list", "--component", component], false);
    let workers = of("worker");
    // The control plane reaches this one, and the worker listens.
    assert!(workers.contains(&"cluster-in-control-plane-agent".to_string()));
    assert!(of("control-plane").contains(&"cluster-in-control-plane-agent".to_string()));
    assert!(!of("control-plane").contains(&"cluster-out-registry".to_string()));
    assert_eq!(ids(&["list", "--component", "worker", "--peer", "router"], false), ["cluster-in-router-gre"]);
    assert_eq!(
        error(&["list", "--component", "workr"]),
        "error[call-unknown-id]: unknown component \"workr\" (--component); did you mean \"worker\"?\n"
    );
    assert_eq!(
        error(&["list", "--component", "database"]),
        "error[call-unknown-id]: unknown component \"database\" (--component); known components: control-plane, worker\n"
    );
    assert_eq!(
        error(&["list", "--product", "console", "--component", "worker"]),
        "error[call-unknown-id]: unknown component \"worker\" (--component); no document of the selected products \
         distinguishes parts of its product\n"
    );
    // A component of the same product is a peer, too.
    let peers = json_of(&["peers", "--product", "cluster"]);
    let worker = peers.as_array().unwrap().iter().find(|peer| peer["id"] == "cluster-worker").unwrap();
    assert_eq!((&worker["kind"], &worker["flows"]), (&json!("component"), &json!(2)));
}

#[test]
fn exact_ports_come_before_ranges_in_port() {
    let exact = ["cluster-in-cluster-federation", "cluster-out-cluster-federation"];
    let all = [&exact[..], &["cluster-in-client-services"]].concat();
    assert_eq!(ids(&["port", "30443"], false), all);
    assert_eq!(ids(&["port", "tcp/30443"], false), all);
    // Ports of a queried range are exact if they are within it.
    assert_eq!(ids(&["port", "30440-30450"], false), all);
    // The transport of the range isn't stated, so it counts for UDP, too.
    assert_eq!(ids(&["port", "30443/udp"], false), ["cluster-in-client-services"]);
    // A list stays in catalog order.
    assert_eq!(ids(&["list", "--port", "30443"], false)[0], "cluster-in-client-services");
    let table = printed(&["port", "30443"]);
    let ports: Vec<&str> = table
        .lines()
        .skip(3)
        .take(3)
        .filter_map(|line| line.split_whitespace().find(|word| word.contains('/')))
        .collect();
    assert_eq!(ports, ["tcp/30443", "tcp/30443", "any/30000-32767"]);
}

#[test]
fn every_protocol_can_be_asked_for() {
    for (query, expected) in [
        ("36412", "cluster-in-client-signalling"),
        ("sctp/36412", "cluster-in-client-signalling"),
        ("36412/sctp", "cluster-in-client-signalling"),
        ("esp", "cluster-in-worker-tunnel"),
        ("ah", "cluster-in-worker-tunnel"),
        ("ip/50", "cluster-in-worker-tunnel"),
        ("GRE", "cluster-in-router-gre"),
        ("ipip", "cluster-in-router-gre"),
        ("ip/4", "cluster-in-router-gre"),
        ("vrrp", "cluster-in-router-vrrp"),
        ("ip/112", "cluster-in-router-vrrp"),
        ("ip/99", "cluster-in-router-vrrp"),
        ("icmp", "cluster-in-router-vrrp"),
        ("icmp/8", "cluster-in-router-vrrp"),
        ("icmpv6/128", "cluster-in-router-vrrp"),
    ] {
        assert_eq!(ids(&["port", query], false), [expected], "{query}");
        assert_eq!(ids(&["list", "--port", query], false), [expected], "{query}");
    }
    for query in ["tcp/36412", "udp/36412", "icmpv6/129", "ip/100", "sctp/36413"] {
        let output = run(&["port", query, "--format", "json"]);
        let what = if query.starts_with("icmpv6") || query.starts_with("ip/") {
            query.to_string()
        } else {
            format!("port {query}")
        };
        assert_eq!(output.stdout, b"[]\n", "{query}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), format!("no flow uses {what}\n"));
    }
    assert!(printed(&["port", "esp"]).starts_with("esp: 1 flow of 1 product\n"));
    // The document prints ICMP without a type, so it counts for every type.
    assert_eq!(ids(&["port", "icmp/13"], false), ["cluster-in-router-vrrp"]);
}

#[test]
fn a_wildcard_host_is_found_by_a_name_that_it_covers() {
    for host in ["eu.images.acme.example", "*.images.acme.example", "registry.acme.example", "ACME.example."] {
        assert_eq!(ids(&["list", "--host", host], false), ["cluster-out-registry"], "{host}");
    }
    for host in ["eu-images.acme.example", "eu.acme.example"] {
        assert_eq!(String::from_utf8_lossy(&run(&["list", "--host", host]).stderr), "no flow matches\n", "{host}");
    }
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
                ("ports", _) => continue,
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
                let cell = &row[name];
                assert_eq!(cell.strip_prefix('\'').unwrap_or(cell), &expected, "{} {name}", flow["id"]);
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
fn an_empty_result_is_reported_on_standard_error() {
    for (call, text, message) in [
        (&["list", "--product", "cluster@2.0", "--port", "22"][..], "", "no flow matches\n"),
        (&["list", "--edition", "all", "--port", "1", "--format", "json"], "[]\n", "no flow matches\n"),
        (&["list", "--component", "worker", "--peer", "registry", "--direction", "inbound"], "", "no flow matches\n"),
        (
            &["list", "--port", "1", "--format", "portmap"],
            "product,edition,id,direction,component,peer,transport,first,last,service,requirement\n",
            "no flow matches\n",
        ),
        (&["port", "icmpv6/1"], "", "no flow uses icmpv6/1\n"),
    ] {
        let output = run(call);
        assert_eq!(output.status.code(), Some(0), "{call:?}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), text, "{call:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), message, "{call:?}");
    }
}

#[test]
fn an_upgrade_that_finds_what_it_must_not_fails() {
    let fails = |fail_on: &str| {
        let output = run(&["upgrade", "cluster", "1.0", "2.0", "--fail-on", fail_on]);
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(!output.stdout.is_empty());
        (output.status.code(), message)
    };
    assert_eq!(fails("narrows"), (Some(0), String::new()));
    assert_eq!(fails("moves"), (Some(1), "fails: moves in 1 flow\n".to_string()));
    let output = run(&["upgrade", "cluster", "1.0", "1.0", "--fail-on", "opens,closes,moves,reworded,unknown"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        error(&["upgrade", "cluster@1.0", "1.0", "2.0"]),
        "error[call-arguments]: PRODUCT is \"cluster@1.0\", but the editions are FROM and TO; write \"cluster\" and an edition \
         for each\n"
    );
    assert_eq!(
        error(&["upgrade", "clustr", "1.0", "2.0"]),
        "error[call-unknown-id]: unknown product \"clustr\" (PRODUCT); did you mean \"cluster\"?\n"
    );
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
