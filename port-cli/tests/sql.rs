//! The programs of docs/fleets.md that answer in SQL and data frames find the same ports as `audit --flows`.

use std::fs;
use std::path::Path;
use std::process::Command;

use port_catalog_tests::{root, tools};

/// The text of the block of a page that is written to a file.
fn block(page: &str, name: &str) -> String {
    let head = format!(" file={name}\n");
    let (_, rest) = page.split_once(&head).unwrap_or_else(|| panic!("no block is written to {name}"));
    rest.split_once("```").expect("a block ends").0.to_string()
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The lines that the command's report has: direction, transport, port and records.
fn expected(directory: &Path) -> Vec<String> {
    let call = [
        "audit",
        "--product",
        "securitygateway",
        "--host",
        "192.0.2.20",
        "--format",
        "json",
        "--top",
        "100000",
        "--flows",
        "flows.csv",
    ];
    let report = output(Command::new(env!("CARGO_BIN_EXE_port-catalog")).args(call).current_dir(directory));
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let rows = report["unexplained"].as_array().unwrap().iter().map(|row| {
        assert_eq!(row["explanation"], "undocumented");
        let port = row["own_port"].as_u64().or(row["peer_port"].as_u64()).unwrap();
        let text = |key: &str| row[key].as_str().unwrap().to_string();
        format!("{},{},{port},{}", text("direction"), text("transport"), row["records"])
    });
    rows.collect()
}

#[test]
fn duckdb_and_polars_find_the_same_ports() {
    let page = fs::read_to_string(root().join("docs/fleets.md")).unwrap();
    let directory = tempfile::tempdir().unwrap();
    for name in ["flows.csv", "undocumented.sql", "with_duckdb.py", "with_polars.py"] {
        fs::write(directory.path().join(name), block(&page, name)).unwrap();
    }
    // More ports than the page has.
    let mut flows = block(&page, "flows.csv");
    flows.extend(
        (1..3000).map(|port| format!("192.0.2.20,198.51.100.7,tcp,{port}\n198.51.100.7,192.0.2.20,udp,{port}\n")),
    );
    fs::write(directory.path().join("flows.csv"), flows).unwrap();
    let list = ["list", "--product", "securitygateway", "--format", "portmap"];
    let portmap = output(Command::new(env!("CARGO_BIN_EXE_port-catalog")).args(list));
    fs::write(directory.path().join("portmap.csv"), portmap).unwrap();
    let Some(python) = tools::tool("python3") else { return };
    let mut expected_rows = expected(directory.path());
    expected_rows.sort();
    assert!(expected_rows.len() > 5000);
    for module in ["duckdb", "polars"] {
        let has_module =
            Command::new(&python).args(["-c", &format!("import {module}")]).output().unwrap().status.success();
        if !has_module {
            tools::missing(&format!("Python's package {module} is not installed; tests/tools/install.sh installs it"));
            continue;
        }
        let script = format!("with_{module}.py");
        let printed = output(Command::new(&python).arg(&script).current_dir(directory.path()));
        let mut rows: Vec<String> = printed.lines().map(str::to_string).collect();
        // Rows with the same number of records may be in another order.
        rows.sort();
        assert_eq!(rows, expected_rows, "{script}");
    }
}
