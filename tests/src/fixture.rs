//! The catalog that tests of the engine and of the command run on, so that a change of the live tables changes no test.

use std::path::PathBuf;

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
