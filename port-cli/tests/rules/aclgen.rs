//! aclgen, which generates rules from a policy for Aerleon.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::process::Command;

use port_engine::rules::formats::writer::File;
use serde_json::json;
use tempfile::TempDir;

use crate::openings::text;
use crate::python_worker::PythonWorker;
use crate::tools::tool;

/// A process that runs aclgen.
pub struct Aclgen(RefCell<PythonWorker>);

impl Aclgen {
    pub fn start() -> Option<Aclgen> {
        let python = tool("aclgen")?.with_file_name("python3");
        let python = PythonWorker::start(Command::new(python).args(["-c", include_str!("ask_aclgen.py")]));
        Some(Aclgen(RefCell::new(python)))
    }

    /// The output of aclgen, by name: for the targets of the policy, and also for iptables.
    pub fn made(&self, files: &[File], iptables: bool) -> BTreeMap<String, String> {
        let directory = written(files);
        let answer = self.0.borrow_mut().ask(&json!({ "directory": directory.path(), "iptables": iptables }));
        for warning in answer["warnings"].as_array().unwrap() {
            // Terms with addresses of one family only are empty in a filter for the other one, and so is ICMP. For NSX-T, aclgen writes
            // comments and types of ICMP, although it warns that it doesn't.
            let warning = text(warning);
            let is_expected = [
                " address family are present.",
                " but the ACL is of inet6 address family.",
                " but the ACL is of inet address family.",
                " are not supported in Nsxt",
            ];
            assert!(is_expected.iter().any(|end| warning.trim_end().ends_with(end)), "{warning}");
        }
        let made = answer["made"].as_object().unwrap();
        made.iter().map(|(name, made)| (name.clone(), text(made))).collect()
    }
}

/// A directory with these files.
pub fn written(files: &[File]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for file in files {
        let path = directory.path().join(&file.name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.text).unwrap();
    }
    directory
}
