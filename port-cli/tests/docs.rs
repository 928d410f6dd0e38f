//! The pages about the command show what the command prints.

use std::path::Path;

use port_catalog_tests::{pages, root, tools};

/// Runs a page in a directory with `port-catalog`, and with `cargo` as it is called in a clone and in a project that depends on
/// the catalog.
fn run(page: &str, directory: &Path) {
    let command = env!("CARGO_BIN_EXE_port-catalog");
    let catalog = root().join("port-catalog").canonicalize().unwrap();
    let core = root().join("port-core").canonicalize().unwrap();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs");
    let cargo = format!(
        "case \"$*\" in 'run -- '*) shift 2; exec {command} \"$@\";; esac\n\
         CARGO_TARGET_DIR='{}' exec '{}' \"$@\" --offline --config 'patch.crates-io.port-catalog.path=\"{}\"' \
         --config 'patch.crates-io.port-core.path=\"{}\"'",
        target.display(),
        env!("CARGO"),
        catalog.display(),
        core.display()
    );
    pages::run(page, directory, &[("port-catalog", &format!("exec '{command}' \"$@\"")), ("cargo", &cargo)]);
}

fn run_in_a_new_directory(page: &str) {
    run(page, tempfile::tempdir().unwrap().path());
}

#[test]
fn readme() {
    run_in_a_new_directory("README.md");
}

#[test]
fn look_up() {
    run_in_a_new_directory("docs/look-up.md");
}

#[test]
fn upgrade() {
    run_in_a_new_directory("docs/upgrade.md");
}

#[test]
fn write_rules() {
    run_in_a_new_directory("docs/write-rules.md");
}

#[test]
fn network_firewalls() {
    let Some(aclgen) = tools::tool("aclgen") else { return };
    let directory = tempfile::tempdir().unwrap();
    let [command, aclgen] = [Path::new(env!("CARGO_BIN_EXE_port-catalog")), &aclgen]
        .map(|program| format!("exec '{}' \"$@\"", program.display()));
    let programs = [("port-catalog", command.as_str()), ("aclgen", &aclgen)];
    pages::run("docs/network-firewalls.md", directory.path(), &programs);
}

#[test]
fn infrastructure_as_code() {
    run_in_a_new_directory("docs/infrastructure-as-code.md");
}

#[test]
fn compare() {
    run_in_a_new_directory("docs/compare.md");
}

#[test]
fn audit() {
    run_in_a_new_directory("docs/audit.md");
}

#[test]
fn fleets() {
    run_in_a_new_directory("docs/fleets.md");
}

#[test]
fn data() {
    run_in_a_new_directory("docs/data.md");
}

#[test]
fn own_catalog() {
    let directory = tempfile::tempdir().unwrap();
    // The workspace's versions are already downloaded.
    std::fs::copy(root().join("Cargo.lock"), directory.path().join("Cargo.lock")).unwrap();
    run("docs/own-catalog.md", directory.path());
}
