//! Inventories: the verdicts are those of single machines, in every format and order of lines.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use port_catalog_tests::hostile;
use serde_json::Value;
use tempfile::TempDir;

use crate::{audit, fixture, ports, printed, run, tables};

/// An inventory of three hosts with the products of two of them, and of one that isn't listed.
const INVENTORY: &str = "process,host,port,address,transport
sshd,gate1,22,0.0.0.0,tcp
smtpd,gate1,25,*,tcp
postgres,gate1,5432,127.0.0.1,tcp
,gate2,443,::,tcp
named,web1,53,0.0.0.0,udp
,gate2,9000,[::],17
";

const HOSTS: &str = "host,product\ngate1,mailgate\nGATE2,archive\ngate2,mailgate\ngate9,endpoint\n";

/// A directory with files.
fn directory(files: &[(&str, &[u8])]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(directory.path().join(name), bytes).unwrap();
    }
    directory
}

fn path(directory: &TempDir, name: &str) -> String {
    directory.path().join(name).to_str().unwrap().to_string()
}

/// The findings of a call as programs read them.
fn findings(arguments: &[&str]) -> Vec<Value> {
    let (text, _) = printed(&[&["audit", "--format", "jsonl"], arguments].concat());
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text<'a>(finding: &'a Value, key: &str) -> &'a str {
    finding[key].as_str().unwrap_or_default()
}

#[test]
fn findings_of_three_hosts() {
    let files = directory(&[("inventory.csv", INVENTORY.as_bytes()), ("hosts.csv", HOSTS.as_bytes())]);
    let call = ["audit", "--inventory", &path(&files, "inventory.csv"), "--assign", &path(&files, "hosts.csv")];
    let (text, messages) = printed(&call);
    assert_eq!(messages, "");
    insta::assert_snapshot!(text);
}

/// The listeners of `ss` as an inventory give the same verdicts as `audit --ss`.
#[test]
fn the_verdicts_are_those_of_one_machine() {
    let ss = fs::read_to_string(fixture("ss.txt")).unwrap();
    let mut inventory = "host,transport,address,port\n".to_string();
    for line in ss.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let ["tcp" | "udp", "LISTEN" | "UNCONN", _, _, local, ..] = words[..] {
            let (address, port) = local.rsplit_once(':').unwrap();
            inventory += &format!("h,{},{address},{port}\n", words[0]);
        }
    }
    assert!(inventory.lines().count() > 5, "{inventory}");
    let files = directory(&[("inventory.csv", inventory.as_bytes())]);
    for product in ["mailgate", "archive", "endpoint", "filter-suite"] {
        let single = audit(product, &["--ss", &fixture("ss.txt")]);
        let found = findings(&["--inventory", &path(&files, "inventory.csv"), "--product", product]);
        let of_kind = |kind: &str, key: &'static str| -> BTreeSet<&str> {
            found.iter().filter(|finding| finding["finding"] == kind).map(|finding| text(finding, key)).collect()
        };
        for verdict in ["missing", "partly-open", "unknown", "undecided", "exposed"] {
            let expected: Vec<String> = crate::flows(&single, verdict);
            assert_eq!(of_kind(verdict, "flow"), expected.iter().map(String::as_str).collect(), "{product} {verdict}");
        }
        for (kind, list) in [("undocumented", "undocumented"), ("undocumented-loopback", "undocumented_loopback")] {
            let expected = ports(&single[list]);
            assert_eq!(of_kind(kind, "ports"), expected.iter().map(String::as_str).collect(), "{product} {kind}");
        }
    }
}

#[test]
fn every_format_and_order_of_lines_has_the_same_findings() {
    let mut lines: Vec<&str> = INVENTORY.lines().skip(1).collect();
    lines.sort_by_key(|line| line.split(',').nth(1));
    let sorted = format!("{}\n{}\n", INVENTORY.lines().next().unwrap(), lines.join("\n"));
    let files = directory(&[
        ("inventory.csv", INVENTORY.as_bytes()),
        ("sorted.csv", sorted.replace('\n', "\r\n").as_bytes()),
        ("hosts.csv", HOSTS.replace(',', ";").as_bytes()),
    ]);
    let (inventory, hosts) = (path(&files, "inventory.csv"), path(&files, "hosts.csv"));
    let call = ["--inventory", &inventory, "--assign", &hosts];
    let expected = findings(&call);
    assert!(expected.len() > 10);

    let grouped = ["--inventory", &path(&files, "sorted.csv"), "--assign", &hosts, "--grouped", "--covers", "tcp,udp"];
    assert_eq!(findings(&grouped), expected);

    let (json, _) = printed(&[&["audit", "--format", "json"], &call[..]].concat());
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["findings"], Value::Array(expected.clone()));
    assert_eq!(json["totals"]["audited"], 2);
    let total: u64 =
        json["totals"]["findings"].as_object().unwrap().values().filter_map(|count| count["findings"].as_u64()).sum();
    assert_eq!(total, expected.len() as u64);

    let (csv, messages) = printed(&[&["audit", "--format", "csv"], &call[..]].concat());
    let mut reader = ::csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let cells = rows.iter().map(|row| [&row[0], &row[2], &row[3], &row[6]]);
    let of_json = expected.iter().map(|one| ["host", "finding", "flow", "ports"].map(|key| text(one, key)));
    assert_eq!(cells.collect::<Vec<_>>(), of_json.collect::<Vec<_>>());
    assert!(messages.starts_with("2 hosts audited: missing "), "{messages}");

    let (table, _) = printed(&[&["audit"], &call[..]].concat());
    let listed = table.lines().take_while(|line| !line.is_empty());
    let firsts = expected.iter().map(|one| format!("{}: {}", text(one, "host"), text(one, "finding")));
    let listed: Vec<String> = listed.map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(listed, firsts.collect::<Vec<_>>());
}

#[test]
fn compressed_files_and_standard_input_are_read() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(INVENTORY.as_bytes()).unwrap();
    let zstd = ruzstd::encoding::compress_to_vec(INVENTORY.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest);
    let files = directory(&[("a.csv", INVENTORY.as_bytes()), ("a.gz", &gzip.finish().unwrap()), ("a.zst", &zstd)]);
    let all =
        ["a.csv", "a.gz", "a.zst"].map(|name| findings(&["--inventory", &path(&files, name), "--product", "mailgate"]));
    assert_eq!(all[0], all[1]);
    assert_eq!(all[0], all[2]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
        .args(tables())
        .args(["audit", "--inventory", "-", "--product", "mailgate", "--format", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(INVENTORY.as_bytes()).unwrap();
    let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let read: Vec<Value> = output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read, all[0]);
}

#[test]
fn what_an_inventory_does_not_cover_is_unknown() {
    let files = directory(&[("inventory.csv", b"host,transport,address,port\nh,tcp,::,443\nidle,,,\n")]);
    let inventory = path(&files, "inventory.csv");
    let found = |more: &[&str]| {
        let all = findings(&[&["--inventory", &inventory, "--product", "mailgate"], more].concat());
        let heartbeat = all.iter().filter(|one| one["flow"] == "mailgate-in-mailgate-heartbeat");
        let ssh = all.iter().filter(|one| one["flow"] == "mailgate-in-admin-ssh");
        let kinds = |one: Vec<&Value>| one.iter().map(|one| text(one, "finding").to_string()).collect::<Vec<_>>();
        (kinds(heartbeat.collect()), kinds(ssh.collect()))
    };
    let twice = |word: &str| vec![word.to_string(); 2];
    // No line is about UDP.
    assert_eq!(found(&[]), (twice("unknown"), twice("missing")));
    assert_eq!(found(&["--covers", "tcp,udp"]), (twice("missing"), twice("missing")));
    assert_eq!(found(&["--covers", "tcp/1-21,udp/20000-20001"]), (twice("missing"), twice("unknown")));
    assert_eq!(found(&["--covers", "none"]), (twice("unknown"), twice("unknown")));
    let (_, messages) = printed(&["audit", "--inventory", &inventory, "--product", "mailgate"]);
    assert!(messages.contains("no line is about udp, so udp was not checked"), "{messages}");
}

#[test]
fn editions_and_components_are_those_of_each_host() {
    let live = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_port-catalog")).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let inventory = "host,transport,address,port,product,component\nold,tcp,::,25,fortimail@5.4,\nnew,tcp,::,25,fortimail,\n\
                     cp,tcp,::,6443,rke2,server\nnode,tcp,::,10250,rke2,agent\n";
    let files = directory(&[("inventory.csv", inventory.as_bytes())]);
    let found =
        live(&["audit", "--inventory", &path(&files, "inventory.csv"), "--covers", "tcp,udp", "--format", "jsonl"]);
    let found: Vec<Value> = found.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ss = directory(&[
        ("ss.txt", b"tcp LISTEN 0 1 [::]:25 [::]:*\n"),
        ("agent.txt", b"tcp LISTEN 0 1 [::]:10250 [::]:*\n"),
    ]);
    for (host, product, more, listeners) in [
        ("old", "fortimail@5.4", &[][..], "ss.txt"),
        ("new", "fortimail", &[], "ss.txt"),
        ("node", "rke2", &["--component", "agent"], "agent.txt"),
    ] {
        let listeners = path(&ss, listeners);
        let call = [&["audit", "--product", product, "--ss", &listeners, "--format", "json"], more].concat();
        let single: Value = serde_json::from_str(&live(&call)).unwrap();
        let own = found.iter().filter(|one| one["host"] == host && one["finding"] == "missing");
        let own: Vec<(&str, &str)> = own.map(|one| (text(one, "flow"), text(one, "edition"))).collect();
        let expected = single["flows"].as_array().unwrap().iter().filter(|flow| flow["verdict"] == "missing");
        let expected: Vec<(&str, &str)> = expected.map(|flow| (text(flow, "id"), text(flow, "edition"))).collect();
        assert_eq!(own, expected, "{host}");
        assert!(!own.is_empty() || host == "node", "{host}");
    }
}

#[test]
fn findings_set_the_exit_code() {
    let files = directory(&[("inventory.csv", INVENTORY.as_bytes()), ("hosts.csv", HOSTS.as_bytes())]);
    let (inventory, hosts) = (path(&files, "inventory.csv"), path(&files, "hosts.csv"));
    for (failures, code, message) in [
        ("undocumented", 1, "fails: 1 host: 1 range of open ports not documented\n"),
        ("exposed", 0, ""),
        ("unknown", 1, "fails: 2 hosts not audited\n"),
        ("missing-required", 1, "fails: 2 hosts: 4 required flows not open, or only in part\n"),
    ] {
        let output = run(&["audit", "--inventory", &inventory, "--assign", &hosts, "--fail-on", failures]);
        assert_eq!(String::from_utf8_lossy(&output.stderr), message, "{failures}");
        assert_eq!(output.status.code(), Some(code), "{failures}");
        assert!(!output.stdout.is_empty());
    }
}

#[test]
fn only_some_findings_are_printed_and_all_are_counted() {
    let files = directory(&[("inventory.csv", INVENTORY.as_bytes()), ("hosts.csv", HOSTS.as_bytes())]);
    let call = ["audit", "--inventory", &path(&files, "inventory.csv"), "--assign", &path(&files, "hosts.csv")];
    let (all, _) = printed(&[&call[..], &["--format", "json"]].concat());
    let (some, _) = printed(&[&call[..], &["--format", "json", "--only", "undocumented,unassigned"]].concat());
    let [all, some]: [Value; 2] = [all, some].map(|text| serde_json::from_str(&text).unwrap());
    assert_eq!(all["totals"], some["totals"]);
    let is_asked = |one: &&Value| ["undocumented", "unassigned"].contains(&text(one, "finding"));
    let expected: Vec<&Value> = all["findings"].as_array().unwrap().iter().filter(is_asked).collect();
    assert_eq!(some["findings"].as_array().unwrap().iter().collect::<Vec<_>>(), expected);
    assert_eq!(expected.len(), 2);
}

#[test]
fn grouped_lines_are_audited_until_the_first_error() {
    let text = "host,transport,address,port\na,tcp,::,443\nb,tcp,::,443\na,tcp,::,22\n";
    let files = directory(&[("inventory.csv", text.as_bytes())]);
    let output = run(&[
        "audit",
        "--inventory",
        &path(&files, "inventory.csv"),
        "--product",
        "mailgate",
        "--grouped",
        "--covers",
        "tcp",
        "--format",
        "jsonl",
    ]);
    assert_eq!(output.status.code(), Some(2));
    let messages = String::from_utf8_lossy(&output.stderr).to_string();
    assert!(messages.contains("inventory.csv:4:1: the lines of \"a\" are not together"), "{messages}");
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.lines().all(|line| serde_json::from_str::<Value>(line).unwrap()["host"] == "a"), "{printed}");
}

#[test]
fn names_from_machines_stay_in_their_cells() {
    let mut inventory = ::csv::Writer::from_writer(Vec::new());
    inventory.write_record(["host", "transport", "address", "port", "process"]).unwrap();
    let texts: Vec<&str> =
        hostile::texts().filter(|text| !text.contains(['\n', '\r']) && !text.trim().is_empty()).collect();
    for text in &texts {
        inventory.write_record([&format!("h {text}"), "tcp", "::", "9999", text]).unwrap();
    }
    let files = directory(&[("inventory.csv", &inventory.into_inner().unwrap())]);
    let call = ["audit", "--inventory", &path(&files, "inventory.csv"), "--product", "mailgate"];
    let found = findings(&call[1..]);
    let hosts: BTreeSet<String> = found.iter().map(|one| text(one, "host").to_lowercase()).collect();
    let expected: BTreeSet<String> = texts.iter().map(|text| format!("h {}", text.to_lowercase().trim_end())).collect();
    assert_eq!(hosts, expected);
    for format in ["table", "csv", "jsonl", "json"] {
        let (printed, _) = printed(&[&call[..], &["--format", format]].concat());
        let is_plain = |character: char| character == '\n' || !port_data::hidden::is_hidden(character);
        assert!(printed.chars().all(is_plain), "{format}");
    }
}

#[test]
fn nobody_has_to_read_the_output_to_its_end() {
    let lines: String = (0..20_000).map(|number| format!("h{number},tcp,::,443\n")).collect();
    let files = directory(&[("inventory.csv", format!("host,transport,address,port\n{lines}").as_bytes())]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
        .args(tables())
        .args(["audit", "--inventory", &path(&files, "inventory.csv"), "--product", "mailgate", "--covers", "tcp,udp"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}
