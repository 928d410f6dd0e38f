//! Temporary constructors of diagnostics, until every module has codes of its own.

use std::path::PathBuf;

use port_data::{Code, Diagnostic, Place};

const TODO: Code = Code { id: "import-todo", summary: "To be replaced." };

/// A diagnostic about a line of a file.
pub fn fault(file: impl Into<PathBuf>, line: usize, message: impl Into<String>) -> Diagnostic {
    fault_at(file, line, 0, message)
}

/// A diagnostic about a column of a line.
pub fn fault_at(file: impl Into<PathBuf>, line: usize, column: usize, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(TODO, message).at(Place::new(file, line, column))
}
