//! What the tests of the whole share: the tables read plainly, without any of the code under test; copies of files, texts that mean
//! ill, the tools that are not ours, the pages of documentation, whose commands run, and the cases of diagnostics.

pub mod diagnostics;
pub mod files;
pub mod fixture;
pub mod hostile;
pub mod pages;
pub mod relay;
pub mod tools;

use std::collections::BTreeMap;
use std::path::PathBuf;

/// A row of a table: its cells by the names of their columns.
pub type Row = BTreeMap<String, String>;

/// The repository's root.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The crates that are published, each after those that it depends on.
pub const PUBLISHED: [&str; 7] =
    ["port-core", "port-data", "port-codegen", "port-macros", "port-catalog", "port-engine", "port-cli"];

/// The rows of one of this project's tables, such as `flows/fortimail`, read with a CSV reader and nothing else.
pub fn rows(table: &str) -> Vec<Row> {
    let file = root().join("port-data/tables").join(format!("{table}.csv"));
    let mut reader = csv::Reader::from_path(&file).expect("the table is there");
    reader.deserialize().collect::<Result<_, _>>().expect("the table is CSV")
}

/// The rows of all flows, in the catalog's order, each with its product.
pub fn flow_rows() -> Vec<(String, Row)> {
    let products = rows("products").into_iter().map(|product| product["id"].clone());
    products
        .flat_map(|product| rows(&format!("flows/{product}")).into_iter().map(move |row| (product.clone(), row)))
        .collect()
}

/// A port spec as a table prints it, taken apart by the simplest means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainSpec {
    /// `tcp`, `udp`, `esp`, `any`, or nothing.
    pub transport: String,
    /// The ports, where there are any.
    pub ports: Option<(u16, u16)>,
    /// The service, or nothing.
    pub service: String,
    /// The group, from 0.
    pub group: usize,
}

/// The specs of a port expression.
pub fn plain_specs(expression: &str) -> Vec<PlainSpec> {
    let mut specs = Vec::new();
    for (group, alternatives) in expression.split(", ").enumerate() {
        for spec in alternatives.split(" | ") {
            let (head, service) = spec.split_once(' ').unwrap_or((spec, ""));
            let (transport, ports) = head.split_once('/').unwrap_or((head, ""));
            let ports = (!ports.is_empty()).then(|| {
                let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
                (first.parse().expect("a port"), last.parse().expect("a port"))
            });
            let names_a_service = ports.is_none() && transport != "esp";
            specs.push(PlainSpec {
                transport: if names_a_service { String::new() } else { transport.to_string() },
                ports,
                service: if names_a_service { transport } else { service }.to_string(),
                group,
            });
        }
    }
    specs
}

/// Whether two transports can be the same traffic, spelled out.
pub fn may_be(own: &str, asked: &str) -> bool {
    match asked {
        "tcp" => own == "tcp" || own == "any",
        "udp" => own == "udp" || own == "any",
        "any" => own == "tcp" || own == "udp" || own == "any",
        _ => false,
    }
}

/// The folder with the vendors' documents, which are not part of this project; says so where it is not there.
///
/// It stands beside the repository, or where `PORT_DOCUMENTS` says.
pub fn documents() -> Option<PathBuf> {
    let folder = std::env::var_os("PORT_DOCUMENTS").map_or_else(|| root().join("../shared/documents"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    tools::tell(&format!("NOT CHECKED against the vendors' documents: {} is not there", folder.display()));
    None
}

/// The pages' Rust, which runs as tests.
#[cfg(doctest)]
pub mod rust_of_pages {
    /// The first page.
    #[doc = include_str!("../../README.md")]
    pub struct Readme;
    /// How to look something up.
    #[doc = include_str!("../../docs/look-up.md")]
    pub struct LookUp;
}

/// Compares a text with its snapshot, under `tests/snapshots/<name>.snap`.
pub fn assert_snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("tests/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
