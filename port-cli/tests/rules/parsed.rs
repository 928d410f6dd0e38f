//! Parsers for generated files, which stay running: `HashiCorp`'s for HCL, and `PyYAML`.

use std::cell::RefCell;
use std::process::Command;

use port_catalog_tests::root;
use serde_json::{Value, json};

use crate::python_worker::PythonWorker;
use crate::tools::{missing, tool};

/// A parser that answers the text of a file with its content as JSON.
pub struct TextParser(RefCell<PythonWorker>);

impl TextParser {
    pub fn parse(&self, text: &str) -> Value {
        self.0.borrow_mut().ask(&json!(text))
    }
}

/// `HashiCorp`'s parser for HCL. Expressions are texts in `${}`.
pub fn hcl() -> Option<TextParser> {
    let node = tool("node")?;
    let module = tool("python3")?.parent()?.parent()?.join("node_modules/@cdktn/hcl2json");
    if !module.is_dir() {
        missing("hcl2json is not installed; tests/tools/install.sh installs it");
        return None;
    }
    let program = root().join("port-cli/tests/rules/ask_hcl2json.mjs");
    let worker = PythonWorker::start(Command::new(node).arg(program).arg(module));
    Some(TextParser(RefCell::new(worker)))
}

/// `PyYAML`.
pub fn yaml() -> Option<TextParser> {
    let python = tool("kubernetes-validate")?.with_file_name("python3");
    let worker = PythonWorker::start(Command::new(python).args(["-c", include_str!("ask_yaml.py")]));
    Some(TextParser(RefCell::new(worker)))
}
