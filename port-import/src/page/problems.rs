//! Collects the diagnostics of a page.

use std::path::Path;

use port_data::{Code, Diagnostic, Place};

use super::limits::MAX_ERRORS;

/// The diagnostics of one page, in the order in which its reader found them, up to [`MAX_ERRORS`].
pub(super) struct Problems<'a> {
    file: &'a Path,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Problems<'a> {
    pub(super) fn new(file: &'a Path) -> Self {
        Self { file, diagnostics: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    /// Adds a diagnostic about the whole page.
    pub(super) fn report_page(&mut self, code: Code, message: impl Into<String>, help: impl Into<String>) {
        self.report_at((0, 0), code, message, help);
    }

    /// Adds a diagnostic about a line.
    pub(super) fn report(&mut self, line: usize, code: Code, message: impl Into<String>, help: impl Into<String>) {
        self.report_at((line, 0), code, message, help);
    }

    /// Adds a diagnostic about a column of a line.
    pub(super) fn report_at(
        &mut self,
        (line, column): (usize, usize),
        code: Code,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        if self.diagnostics.len() < MAX_ERRORS {
            let diagnostic = Diagnostic::new(code, message).help(help);
            self.diagnostics.push(diagnostic.at(Place::new(self.file, line, column)));
        }
    }
}
