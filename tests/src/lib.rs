//! Code that the whole-domain tests share: a plain reader of the tables that uses none of the code under test, copies of
//! files, hostile texts, external tools, the runner of the documentation's commands, and the cases of diagnostics.

pub mod diagnostics;
pub mod files;
pub mod fixture;
pub mod hostile;
pub mod letters;
pub mod pages;
pub mod relay;
pub mod tools;

use std::collections::BTreeMap;
use std::path::PathBuf;

/// A row of a table: its cells by column name.
pub type Row = BTreeMap<String, String>;

/// The repository's root.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The published crates, each after its dependencies.
pub const PUBLISHED: [&str; 8] =
    ["port-core", "port-data", "port-codegen", "port-macros", "port-catalog", "port-engine", "port-text", "port-cli"];

/// The rows of one of this project's tables, such as `flows/fortimail/6.2.0`, read with a CSV reader and nothing else.
pub fn rows(table: &str) -> Vec<Row> {
    let file = root().join("port-data/tables").join(format!("{table}.csv"));
    let mut reader = csv::Reader::from_path(&file).expect("the table exists");
    reader.deserialize().collect::<Result<_, _>>().expect("the table is CSV")
}

/// The rows of `editions.csv`, by product and oldest first.
pub fn edition_rows() -> Vec<Row> {
    let editions = rows("editions");
    let of_product = |product: Row| {
        let editions = editions.clone().into_iter();
        editions.filter(move |edition| edition["product"] == product["id"])
    };
    rows("products").into_iter().flat_map(of_product).collect()
}

/// The rows of the flows of all editions, each with its edition. Editions are by product, oldest first.
pub fn flow_rows_of_editions() -> Vec<(Row, Row)> {
    let with_edition = |edition: Row| {
        let flows = rows(&format!("flows/{}/{}", edition["product"], edition["edition"]));
        flows.into_iter().map(move |row| (edition.clone(), row))
    };
    edition_rows().into_iter().flat_map(with_edition).collect()
}

/// The rows of the newest edition of each product in catalog order, each with its product.
pub fn flow_rows() -> Vec<(String, Row)> {
    let newest: BTreeMap<String, String> =
        edition_rows().into_iter().map(|edition| (edition["product"].clone(), edition["edition"].clone())).collect();
    let rows = flow_rows_of_editions().into_iter();
    rows.filter(|(edition, _)| newest[&edition["product"]] == edition["edition"])
        .map(|(edition, row)| (edition["product"].clone(), row))
        .collect()
}

/// A port spec, parsed in the simplest way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainSpec {
    /// `tcp`, `udp`, `sctp`, `any`, a protocol without ports, or empty.
    pub transport: String,
    /// The ports, if there are any.
    pub ports: Option<(u16, u16)>,
    /// The type of ICMP, or the number of a protocol without a name.
    pub number: Option<u8>,
    /// The service, or empty.
    pub service: String,
    /// The group, from 0.
    pub group: usize,
}

/// The protocols without ports that have a name, with their numbers.
pub const PORTLESS: [(&str, u8); 7] =
    [("esp", 50), ("ah", 51), ("gre", 47), ("icmp", 1), ("icmpv6", 58), ("ipip", 4), ("vrrp", 112)];

impl PlainSpec {
    /// The number of the protocol, if it has no ports.
    pub fn portless_protocol(&self) -> Option<u8> {
        let named = || PORTLESS.iter().find(|(name, _)| *name == self.transport).map(|(_, number)| *number);
        if self.transport == "ip" { self.number } else { named() }
    }
}

/// The specs of a port expression.
pub fn plain_specs(expression: &str) -> Vec<PlainSpec> {
    let mut specs = Vec::new();
    let separator = if expression.contains("; ") { "; " } else { ", " };
    for (group, alternatives) in expression.split(separator).enumerate() {
        for spec in alternatives.split(" | ") {
            let (head, service) = spec.split_once(' ').unwrap_or((spec, ""));
            let (transport, after) = head.split_once('/').unwrap_or((head, ""));
            let is_portless = transport == "ip" || PORTLESS.iter().any(|(name, _)| *name == transport);
            let ports = (!after.is_empty() && !is_portless).then(|| {
                let (first, last) = after.split_once('-').unwrap_or((after, after));
                (first.parse().expect("a port"), last.parse().expect("a port"))
            });
            let number = (!after.is_empty() && is_portless).then(|| after.parse().expect("a number"));
            let names_a_service = ports.is_none() && !is_portless;
            specs.push(PlainSpec {
                transport: if names_a_service { String::new() } else { transport.to_string() },
                ports,
                number,
                service: if names_a_service { transport } else { service }.to_string(),
                group,
            });
        }
    }
    specs
}

/// Whether a flow's transport matches a transport in a query.
pub fn transport_matches(own: &str, queried: &str) -> bool {
    match queried {
        "tcp" => own == "tcp" || own == "any",
        "udp" => own == "udp" || own == "any",
        "any" => own == "tcp" || own == "udp" || own == "any",
        other => own == other,
    }
}

/// The directory of the vendors' documents, which aren't part of this project: `PORT_DOCUMENTS`, or a directory next to the
/// repository. Prints that nothing is checked if it doesn't exist.
pub fn documents() -> Option<PathBuf> {
    let directory =
        std::env::var_os("PORT_DOCUMENTS").map_or_else(|| root().join("../shared/documents"), PathBuf::from);
    if directory.is_dir() {
        return Some(directory);
    }
    tools::print_uncaptured(&format!(
        "NOT CHECKED against the vendors' documents: {} does not exist",
        directory.display()
    ));
    None
}

/// The directory of pages under open licences: `PORT_OPEN_DOCUMENTS`, or a directory next to the repository. Prints that nothing is
/// checked if it doesn't exist.
pub fn open_documents() -> Option<PathBuf> {
    let directory =
        std::env::var_os("PORT_OPEN_DOCUMENTS").map_or_else(|| root().join("../shared/open-documents"), PathBuf::from);
    if directory.is_dir() {
        return Some(directory);
    }
    tools::print_uncaptured(&format!("NOT CHECKED against open pages: {} does not exist", directory.display()));
    None
}

/// The Rust code of the documentation, which runs as doc tests.
#[cfg(doctest)]
pub mod rust_of_pages {
    /// README.
    #[doc = include_str!("../../README.md")]
    pub struct Readme;
    /// The page about lookups.
    #[doc = include_str!("../../docs/look-up.md")]
    pub struct LookUp;
    /// The page about editions and upgrades.
    #[doc = include_str!("../../docs/upgrade.md")]
    pub struct Upgrade;
}

/// Compares a text with its snapshot `tests/snapshots/<name>.snap`.
pub fn assert_snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("tests/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
