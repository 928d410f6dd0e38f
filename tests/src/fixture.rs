//! The catalog that tests of the engine and of the command run on, so that a change of the live tables changes no test.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::root;

/// The directory of the fixture's tables, or the one that `PORT_CATALOG_TEST_TABLES` names (from the repository's root).
pub fn tables() -> PathBuf {
    let directory = std::env::var_os("PORT_CATALOG_TEST_TABLES");
    root().join(directory.map_or_else(|| PathBuf::from("tests/fixtures/ports"), PathBuf::from))
}

/// The command's options that select these tables.
pub fn arguments() -> [String; 3] {
    ["--tables".to_string(), tables().display().to_string(), "--only-tables".to_string()]
}

/// The directory of a fixture with several editions, components, and every protocol.
pub fn editions() -> PathBuf {
    root().join("tests/fixtures/editions")
}

/// The directory of a fixture with every protocol, numbers that only some firewalls can name, and types of ICMP.
pub fn protocols() -> PathBuf {
    root().join("tests/fixtures/protocols")
}

/// The directory of a fixture with one product, whose editions differ in every kind of change.
pub fn upgrades() -> PathBuf {
    root().join("tests/fixtures/upgrades")
}

/// Products of the live tables whose rules are compared with real tools at each run: parts of a product, protocols without ports, and types of ICMP.
/// `.ci/full` compares those of all products.
const LIVE_SAMPLE: [&str; 3] = ["antrea", "kubernetes", "rke2"];

/// A directory with the tables of a few live products.
pub fn live_sample() -> PathBuf {
    static DIRECTORY: OnceLock<TempDir> = OnceLock::new();
    let directory = DIRECTORY.get_or_init(|| {
        let directory = tempfile::tempdir().expect("a directory can be made");
        let tables = root().join("port-data/tables");
        for (table, column) in [
            ("vendors", None),
            ("services", None),
            ("products", Some("id")),
            ("editions", Some("product")),
            ("peers", Some("product")),
        ] {
            let file = format!("{table}.csv");
            copy_sampled_rows(&tables.join(&file), &directory.path().join(&file), column);
        }
        for product in LIVE_SAMPLE {
            let (from, to) = (tables.join("flows").join(product), directory.path().join("flows").join(product));
            fs::create_dir_all(&to).unwrap();
            for entry in fs::read_dir(from).expect("the product is in the catalog") {
                let entry = entry.unwrap();
                fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
            }
        }
        directory
    });
    directory.path().to_path_buf()
}

/// Copies the rows of a table that belong to no product or to one of the sample, as a column says; without a column, all rows.
fn copy_sampled_rows(from: &Path, to: &Path, column: Option<&str>) {
    let mut reader = csv::Reader::from_path(from).expect("the table exists");
    let header = reader.headers().unwrap().clone();
    let column = column.map(|column| header.iter().position(|head| head == column).expect("the column exists"));
    let mut writer = csv::Writer::from_path(to).unwrap();
    writer.write_record(&header).unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        let product = column.map_or("", |column| &row[column]);
        if product.is_empty() || LIVE_SAMPLE.contains(&product) {
            writer.write_record(&row).unwrap();
        }
    }
    writer.flush().unwrap();
}
