//! The JSON of flows, and the calls, that other programs rely on: on the built-in catalog and on a catalog with every protocol.

mod calls;
mod full_rows_first;
mod json;

use std::process::{Command, Output};

use port_catalog_tests::fixture;
use serde_json::{Map, Value};

/// The built-in catalog and the fixtures, as options of a call.
fn catalogs() -> [Vec<String>; 3] {
    let only = |directory: std::path::PathBuf| {
        vec!["--only-tables".to_string(), "--tables".to_string(), directory.display().to_string()]
    };
    [Vec::new(), only(fixture::editions()), only(fixture::tables())]
}

fn call(arguments: &[&str], catalog: &[String]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_port-catalog")).args(arguments).args(catalog).output().unwrap()
}

fn printed(arguments: &[&str], catalog: &[String]) -> String {
    let output = call(arguments, catalog);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn flows(arguments: &[&str], catalog: &[String]) -> Vec<Map<String, Value>> {
    let arguments = [&["list", "--format", "json"], arguments].concat();
    serde_json::from_str(&printed(&arguments, catalog)).unwrap()
}

fn keys(object: &Map<String, Value>) -> Vec<&str> {
    object.keys().map(String::as_str).collect()
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> &'a str {
    object[key].as_str().unwrap_or_else(|| panic!("{key} of {object:?}"))
}

/// The product, the edition and the id of a flow.
fn key(flow: &Map<String, Value>) -> [&str; 3] {
    ["product", "edition", "id"].map(|key| text(flow, key))
}
