//! Logs of network flows: every format gives the same counts, which a plain search of the exported flows confirms.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;

use serde_json::Value;
use tempfile::TempDir;

use crate::{printed, run};

const PRODUCT: &str = "192.0.2.20";

/// A connection: who connects to which port of whom.
struct Connection {
    source: String,
    source_port: u16,
    destination: String,
    port: u16,
    transport: &'static str,
}

/// Connections of one machine and others, the same in each run.
fn connections(count: u32) -> Vec<Connection> {
    let mut state = 18_u32;
    let mut random = move |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    let mut port = {
        let mut random = random;
        move || {
            const KNOWN: [u16; 12] = [22, 25, 53, 80, 110, 389, 443, 445, 465, 636, 8888, 20000];
            if random(3) > 0 { KNOWN[random(12) as usize] } else { u16::try_from(random(65_535) + 1).unwrap() }
        }
    };
    let make = |_| {
        let other = match random(3) {
            0 => format!("198.51.100.{}", random(250) + 1),
            1 => format!("10.0.{}.7", random(250)),
            _ => format!("2001:db8::{:x}", random(250) + 1),
        };
        let (source, destination) = match random(4) {
            0 => (other, "203.0.113.9".to_string()),
            1 => (PRODUCT.to_string(), other),
            _ => (other, PRODUCT.to_string()),
        };
        let transport = if random(3) == 0 { "udp" } else { "tcp" };
        Connection {
            source,
            source_port: u16::try_from(40_000 + random(20_000)).unwrap(),
            destination,
            port: port(),
            transport,
        }
    };
    (0..count).map(make).collect()
}

/// The connections in each format that states who connected.
fn logs(connections: &[Connection]) -> [(&'static str, Vec<u8>); 4] {
    let lines = |header: &str, line: &dyn Fn(&Connection) -> String| {
        (header.to_string() + &connections.iter().map(|one| line(one) + "\n").collect::<String>()).into_bytes()
    };
    let zeek =
        lines("#separator \\x09\n#path\tconn\n#fields\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\n", &|one| {
            format!("{}\t{}\t{}\t{}\t{}", one.source, one.source_port, one.destination, one.port, one.transport)
        });
    let json = lines("", &|one| {
        serde_json::json!({
            "ts": 1.5, "id.orig_h": one.source, "id.orig_p": one.source_port, "id.resp_h": one.destination, "id.resp_p": one.port,
            "proto": one.transport,
        })
        .to_string()
    });
    let csv = lines("port,source,destination,transport\n", &|one| {
        format!("{},{},{},{}", one.port, one.source, one.destination, one.transport)
    });
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&zeek).unwrap();
    [("conn.log", zeek), ("conn.json", json), ("flows.csv", csv), ("conn.log.gz", gzip.finish().unwrap())]
}

fn write(files: &[(&str, Vec<u8>)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(directory.path().join(name), bytes).unwrap();
    }
    directory
}

/// The report of a log as programs read it.
fn report(directory: &TempDir, name: &str, more: &[&str]) -> Value {
    let file = directory.path().join(name);
    let call = ["audit", "--product", "mailgate", "--host", PRODUCT, "--format", "json", "--top", "100000", "--flows"];
    let (text, messages) = printed(&[&call[..], &[file.to_str().unwrap()], more].concat());
    assert_eq!(messages, "", "{name}");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn every_format_has_the_same_records() {
    let connections = connections(3000);
    let logs = logs(&connections);
    let directory = write(&logs.each_ref().map(|(name, bytes)| (*name, bytes.clone())));
    let mut reports = logs.each_ref().map(|(name, _)| report(&directory, name, &[]));
    for report in &mut reports {
        report["lines"] = Value::Null;
    }
    for (report, (name, _)) in reports.iter().zip(&logs) {
        assert_eq!(*report, reports[0], "{name}");
    }
    let twice = report(&directory, "conn.log", &["--flows", directory.path().join("flows.csv").to_str().unwrap()]);
    assert_eq!(twice["records"], 6000);
    assert_eq!(
        twice["totals"]["undocumented"]["records"].as_u64(),
        reports[0]["totals"]["undocumented"]["records"].as_u64().map(|one| 2 * one)
    );
}

/// Whether an exported flow has a port.
fn has_port(flow: &Value, direction: &str, transport: &str, port: u16) -> bool {
    let is_port = |spec: &Value| {
        let own = spec["transport"].as_str().unwrap_or_default();
        let range = spec["first"].as_u64().zip(spec["last"].as_u64());
        (own == transport || own == "any") && range.is_some_and(|(first, last)| (first..=last).contains(&port.into()))
    };
    flow["direction"] == direction && flow["ports"].as_array().unwrap().iter().any(is_port)
}

#[test]
fn the_counts_are_those_of_a_plain_search() {
    let connections = connections(3000);
    let directory = write(&logs(&connections));
    let report = report(&directory, "conn.log", &[]);
    let flows: Value =
        serde_json::from_str(&printed(&["list", "--product", "mailgate", "--format", "json"]).0).unwrap();
    let flows = flows.as_array().unwrap();
    let (mut by_flow, mut rows, mut not_about) = (BTreeMap::new(), BTreeMap::new(), 0);
    for one in &connections {
        let direction = if one.destination == PRODUCT { "inbound" } else { "outbound" };
        if one.destination != PRODUCT && one.source != PRODUCT {
            not_about += 1;
            continue;
        }
        let own: Vec<&Value> = flows.iter().filter(|flow| has_port(flow, direction, one.transport, one.port)).collect();
        for flow in &own {
            *by_flow.entry(flow["id"].as_str().unwrap().to_string()).or_insert(0) += 1;
        }
        if own.is_empty() {
            *rows.entry((direction.to_string(), one.transport.to_string(), u64::from(one.port))).or_insert(0) += 1;
        }
    }
    assert!(by_flow.len() > 5 && rows.len() > 100 && not_about > 100);
    assert_eq!(report["totals"]["not-about"]["records"], not_about);
    let found: BTreeMap<String, u64> = report["flows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|flow| (flow["id"].as_str().unwrap().to_string(), flow["port_only"]["records"].as_u64().unwrap()))
        .filter(|(_, records)| *records > 0)
        .collect();
    assert_eq!(found, by_flow);
    let found: BTreeMap<(String, String, u64), u64> = report["unexplained"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap().to_string();
            let port = row["own_port"].as_u64().or(row["peer_port"].as_u64()).unwrap();
            ((text("direction"), text("transport"), port), row["records"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(found, rows);
    let total: u64 = report["totals"].as_object().unwrap().values().filter_map(|one| one["records"].as_u64()).sum();
    assert_eq!(total, 3000);
}

const LOG: &str = "source,destination,transport,port,count
198.51.100.7,192.0.2.20,tcp,443,3
203.0.113.7,192.0.2.20,tcp,443,2
203.0.113.7,192.0.2.20,tcp,22,1
203.0.113.7,192.0.2.20,tcp,3389,7
192.0.2.20,192.0.2.53,udp,53,9
192.0.2.20,203.0.113.80,tcp,6667,1
10.0.0.1,10.0.0.2,tcp,443,5
203.0.113.7,192.0.2.20,icmp,8,1
";

const SITE: &str = "version = 1\n[products]\nmailgate = \"192.0.2.20\"\n[peers]\nadmin = \"198.51.100.0/24\"\n";

#[test]
fn a_log_with_a_site() {
    let directory = write(&[("flows.csv", LOG.into()), ("site.toml", SITE.into())]);
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_string();
    let call = ["audit", "--product", "mailgate", "--flows", &path("flows.csv"), "--site", &path("site.toml")];
    let (text, messages) = printed(&call);
    assert_eq!(messages, "");
    insta::assert_snapshot!(text);
    let (csv, _) = printed(&[&call[..], &["--format", "csv"]].concat());
    let mut reader = ::csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let (jsonl, _) = printed(&[&call[..], &["--format", "jsonl"]].concat());
    let lines: Vec<Value> = jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), lines.len());
    let other = lines.iter().filter(|line| line["explanation"] == "other-peer");
    assert_eq!(other.map(|line| line["records"].as_u64().unwrap()).sum::<u64>(), 3);
}

#[test]
fn only_the_rows_with_the_most_records_are_listed() {
    let directory = write(&[("flows.csv", LOG.into())]);
    let file = directory.path().join("flows.csv");
    let call = ["audit", "--product", "mailgate", "--host", PRODUCT, "--flows", file.to_str().unwrap(), "--top", "1"];
    let (text, _) = printed(&call);
    assert!(text.contains("tcp/3389") && !text.contains("tcp/6667"), "{text}");
    assert!(text.contains("and 2 more rows with 2 records (--top)"), "{text}");
}

#[test]
fn findings_set_the_exit_code() {
    let directory = write(&[("flows.csv", LOG.into()), ("cut.csv", (LOG.to_string() + "192.0.2.20,192.0").into())]);
    let call = |name: &str, failures: &str| {
        let file = directory.path().join(name);
        let output = run(&[
            "audit",
            "--product",
            "mailgate",
            "--host",
            PRODUCT,
            "--flows",
            file.to_str().unwrap(),
            "--fail-on",
            failures,
        ]);
        let messages = String::from_utf8_lossy(&output.stderr).replace(directory.path().to_str().unwrap(), "");
        (output.status.code().unwrap(), messages)
    };
    assert_eq!(call("flows.csv", "undocumented"), (1, "fails: 9 records not documented\n".to_string()));
    assert_eq!(call("flows.csv", "undecided,exposed,unknown"), (0, String::new()));
    assert_eq!(call("flows.csv", "missing-required").0, 1);
    let cut = "not read: /cut.csv:10:1: the line has 2 cells, but the header has 5\n";
    assert_eq!(call("cut.csv", "exposed"), (0, cut.to_string()));
    let fails = "fails: 1 line not read, or about records that were left out\n";
    assert_eq!(call("cut.csv", "unknown"), (1, format!("{cut}{fails}")));
}
