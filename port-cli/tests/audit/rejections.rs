//! Calls of `audit` that are rejected, as cases with their whole message.

use std::fs;
use std::path::Path;

use port_catalog_tests::diagnostics::Cases;
use tempfile::TempDir;

use crate::{fixture, run};

/// The cases and a directory for their files.
pub struct Rejections {
    pub cases: Cases,
    pub directory: TempDir,
}

impl Rejections {
    /// Cases whose messages are in a file.
    pub fn new(cases: &'static str) -> Rejections {
        Rejections { cases: Cases::new(cases), directory: tempfile::tempdir().unwrap() }
    }

    /// Writes a file.
    pub fn file(&self, name: &str, bytes: &[u8]) -> String {
        fs::write(self.directory.path().join(name), bytes).unwrap();
        self.directory.path().join(name).to_str().unwrap().to_string()
    }

    /// Adds a case: a rejected call. `input` describes its invalid file; empty if the call itself is invalid.
    pub fn reject(&mut self, name: &str, input: &str, call: &[&str]) {
        let call = [&["audit"], call].concat();
        let output = run(&call);
        assert_eq!(output.status.code(), Some(2), "{name}: {call:?}");
        let fixtures = fixture("");
        let input = if input.is_empty() { call[1..].join(" ") } else { input.to_string() };
        let directories = [self.directory.path(), Path::new(fixtures.trim_end_matches('/'))];
        self.cases.output(name, &input, &output, &directories);
    }
}
