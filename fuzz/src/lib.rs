//! What must hold of every reader, for the targets to ask.

#[path = "../../tests/tests/readers/checks/mod.rs"]
pub mod checks;
