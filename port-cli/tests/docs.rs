//! What the pages for those who look up, write rules and audit show is what the command prints.

use std::path::Path;

use port_catalog_tests::{pages, root};

/// `port-catalog`, and `cargo` as it is called in a clone and in a project that depends on the catalog.
fn run(page: &str, folder: &Path) {
    let command = env!("CARGO_BIN_EXE_port-catalog");
    let catalog = root().join("port-catalog").canonicalize().unwrap();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs");
    let cargo = format!(
        "case \"$*\" in 'run -- '*) shift 2; exec {command} \"$@\";; esac\nCARGO_TARGET_DIR='{}' exec '{}' \"$@\" --offline --config 'patch.crates-io.port-catalog.path=\"{}\"'",
        target.display(),
        env!("CARGO"),
        catalog.display()
    );
    pages::run(page, folder, &[("port-catalog", &format!("exec '{command}' \"$@\"")), ("cargo", &cargo)]);
}

#[test]
fn pages_of_commands_print_what_they_show() {
    for page in ["README.md", "docs/look-up.md", "docs/write-rules.md", "docs/audit.md", "docs/data.md"] {
        run(page, tempfile::tempdir().unwrap().path());
    }
}

#[test]
fn a_catalog_of_ones_own_builds_as_its_page_says() {
    let folder = tempfile::tempdir().unwrap();
    // The versions that the workspace has, which are there already.
    std::fs::copy(root().join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    run("docs/own-catalog.md", folder.path());
}
