//! Generated files in the tools that apply them: Terraform, cfn-lint, Ansible and ansible-lint. They are large, so only `.ci/full`
//! installs them and runs these tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use port_catalog_tests::{fixture, root};
use tempfile::TempDir;

use crate::cases::{all_products, files_with};
use crate::openings::{fixture_tables, products_in};

mod ansible_runs;
mod terraform_runs;

/// A tool that `tests/tools/install-infrastructure.sh` installs.
fn infrastructure(name: &str) -> PathBuf {
    let named = std::env::var_os("PORT_INFRASTRUCTURE").map(PathBuf::from);
    let directory = named.unwrap_or_else(|| root().join("target/infrastructure"));
    let tool = directory.join("bin").join(name);
    assert!(tool.is_file(), "{} is missing; tests/tools/install-infrastructure.sh installs it", tool.display());
    tool
}

/// A command that finds the other tools in its PATH.
fn command(name: &str) -> Command {
    let tool = infrastructure(name);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories = [tool.parent().unwrap().to_path_buf()].into_iter().chain(std::env::split_paths(&path));
    let mut command = Command::new(&tool);
    command.env("PATH", std::env::join_paths(directories).unwrap()).env("LC_ALL", "C.UTF-8");
    command
}

fn printed(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

/// The files of products for a format and its options, in directories of their own.
fn files_of(products: Vec<(PathBuf, String)>, options: &[&str]) -> (TempDir, Vec<PathBuf>) {
    let directory = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for (number, (tables, product)) in products.into_iter().enumerate() {
        for file in files_with(&tables, &[options, &["--product", &product]].concat()) {
            let path = directory.path().join(number.to_string()).join(file.name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, file.text).unwrap();
            paths.push(path);
        }
    }
    (directory, paths)
}

/// The products of the fixtures, which have every protocol: for tools that need seconds for a file.
fn products_of_fixtures() -> Vec<(PathBuf, String)> {
    let with_tables = |tables: PathBuf| products_in(&tables).into_iter().map(move |product| (tables.clone(), product));
    [fixture_tables(), fixture::editions(), fixture::protocols()].into_iter().flat_map(with_tables).collect()
}

/// Writes a copy of a file with an edit.
fn edited(path: &Path, from: &str, to: &str) -> PathBuf {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{}: {from}", path.display());
    let copy = path.with_file_name(format!("edited-{}", path.file_name().unwrap().to_str().unwrap()));
    fs::write(&copy, text.replacen(from, to, 1)).unwrap();
    copy
}

#[test]
#[ignore = "needs the tools of tests/tools/install-infrastructure.sh, which .ci/full installs"]
fn cfn_lint_accepts_all_templates() {
    let (_directory, paths) = files_of(all_products(), &["--format", "cloudformation"]);
    // It rejects a type of ICMPv6 with any code, but accepts the same for ICMP. AWS documents both.
    let output = command("cfn-lint").args(["--ignore-checks", "E3688", "--"]).args(&paths).output().unwrap();
    assert!(output.status.success(), "{}", printed(&output));
    let edits = [("CidrIp: \"0.0.0.0/0\"", "CidrIp: \"0.0.0.0/77\""), ("IpProtocol: \"tcp\"", "Protocol: \"tcp\"")];
    for (from, to) in edits {
        let path = paths.iter().find(|path| fs::read_to_string(path).unwrap().contains(from)).unwrap();
        let output = command("cfn-lint").arg(edited(path, from, to)).output().unwrap();
        assert!(!output.status.success(), "{to} is accepted");
    }
}
