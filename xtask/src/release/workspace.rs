//! Reads the workspace: its files, what git and cargo print, and the crates that are published.

use std::fs;
use std::path::Path;
use std::process::Command;

pub(super) use port_data::diagnostic::count;
use port_data::{Diagnostic, Place};
use serde_json::Value;

use crate::codes;

/// The text of a file, by its path from the root.
pub(super) fn read(root: &Path, file: &str) -> Result<String, Diagnostic> {
    fs::read_to_string(root.join(file))
        .map_err(|error| Diagnostic::new(codes::UNREADABLE, format!("cannot be read ({error})")).at(Place::file(file)))
}

/// What a program prints when it is run in the root.
pub(super) fn run(root: &Path, program: &str, arguments: &[&str]) -> Result<String, Diagnostic> {
    let failed = |message: String| Diagnostic::new(codes::COMMAND_FAILED, message);
    let output = Command::new(program).args(arguments).current_dir(root).output();
    let output = output
        .map_err(|error| failed(format!("{program} cannot be run ({error})")).help(format!("install {program}")))?;
    let call = format!("{program} {}", arguments.join(" "));
    if !output.status.success() {
        return Err(failed(format!("`{call}` fails: {}", String::from_utf8_lossy(&output.stderr).trim())));
    }
    String::from_utf8(output.stdout).map_err(|error| failed(format!("output of `{call}` isn't UTF-8 ({error})")))
}

/// The published crates, as cargo describes them, each after those that it depends on.
pub(super) fn published_crates(root: &Path) -> Result<Vec<Value>, Diagnostic> {
    let metadata = run(root, "cargo", &["metadata", "--no-deps", "--offline", "--format-version", "1"])?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| {
        Diagnostic::new(codes::COMMAND_FAILED, format!("`cargo metadata` prints no JSON ({error})"))
    })?;
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    sort_by_dependency(packages.into_iter().filter(|package| package["publish"].is_null()).collect())
}

fn sort_by_dependency(mut left: Vec<Value>) -> Result<Vec<Value>, Diagnostic> {
    let mut sorted = Vec::new();
    while !left.is_empty() {
        let is_left = |dependency: &Value| left.iter().any(|package| text(package, "name") == text(dependency, "name"));
        let next = left.iter().position(|package| !dependencies(package).any(is_left)).ok_or_else(|| {
            Diagnostic::new(codes::NOT_A_WORKSPACE, "the published crates depend on each other in a circle")
        })?;
        sorted.push(left.remove(next));
    }
    Ok(sorted)
}

/// The dependencies that a crate needs to compile.
pub(super) fn dependencies(package: &Value) -> impl Iterator<Item = &Value> {
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    dependencies.filter(|dependency| text(dependency, "kind") != "dev")
}

pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
