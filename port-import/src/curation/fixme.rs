//! The mark for what a draft leaves to a person.

use std::path::Path;

use port_data::{Diagnostic, Place};

use crate::codes;

/// What a draft contains in places that a person must fill in.
pub const FIXME: &str = "FIXME";

/// The lines of a file that still contain the mark. Comments don't count.
#[must_use]
pub fn unresolved(file: &Path, text: &str) -> Vec<Diagnostic> {
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.starts_with('#') && line.contains(FIXME));
    let diagnostic = |line| {
        Diagnostic::new(codes::UNRESOLVED, format!("unresolved {FIXME}")).help("replace it").at(Place::line(file, line))
    };
    lines.map(|(_, line)| diagnostic(line)).collect()
}
