//! What the pages for maintainers show is what the chores print.

use std::path::Path;
use std::process::Command;

use port_catalog_tests::{files, pages, root};

/// `cargo xtask` in a workspace; what it calls cargo for is done by cargo.
fn run(page: &str, workspace: &Path) {
    let cargo = format!(
        "test \"$1\" = xtask || exec '{}' \"$@\"\nshift\nCARGO_MANIFEST_DIR='{}' exec '{}' \"$@\"",
        env!("CARGO"),
        workspace.join("xtask").display(),
        env!("CARGO_BIN_EXE_xtask")
    );
    pages::run(page, workspace, &[("cargo", &cargo)]);
}

#[test]
fn pages_of_data_print_what_they_show() {
    let folder = tempfile::tempdir().unwrap();
    let data = root().join("port-data");
    files::copy(&data, &files::below(&data), &folder.path().join("port-data"));
    // The second page goes on where the first one ends.
    for page in ["docs/add-a-product.md", "docs/update-a-page.md", "CONTRIBUTING.md"] {
        run(page, folder.path());
    }
}

#[test]
fn the_page_of_a_release_prints_what_it_shows() {
    let folder = tempfile::tempdir().unwrap();
    files::copy(&root(), &files::of_repository(), folder.path());
    let nobody = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false"];
    for call in [&["init", "--quiet"][..], &["add", "--all"], &["commit", "--quiet", "--message", "All"]] {
        let output = Command::new("git").args(nobody).args(call).current_dir(folder.path()).output().expect("git");
        assert!(output.status.success(), "{call:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    run("docs/release.md", folder.path());
}
