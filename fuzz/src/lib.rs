//! The properties of every reader, for the fuzz targets.

#[path = "../../tests/tests/readers/checks/mod.rs"]
pub mod checks;
