//! The pages for maintainers show what the commands print.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use port_catalog_tests::{files, pages, root};

/// Runs a page with `cargo xtask` in a workspace. Other cargo commands run as they are.
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
fn the_pages_about_data_show_what_is_printed() {
    let directory = tempfile::tempdir().unwrap();
    let data = root().join("port-data");
    files::copy(&data, &files::below(&data), &directory.path().join("port-data"));
    let generated = [PathBuf::from("port-catalog/src/generated.rs")];
    files::copy(&root(), &generated, directory.path());
    // The second page continues where the first one ends.
    for page in ["docs/add-a-product.md", "docs/update-a-page.md", "CONTRIBUTING.md"] {
        run(page, directory.path());
    }
}

#[test]
fn the_page_about_releases_shows_what_is_printed() {
    let directory = tempfile::tempdir().unwrap();
    files::copy(&root(), &files::in_repository(), directory.path());
    // A changelog and a change feed of its own, so that the page doesn't change with every entry.
    let changelog = "# Changelog\n\n## [0.1.0] - 2026-12-01\n\n### Added\n\n- The catalog of four documents.\n";
    fs::write(directory.path().join("CHANGELOG.md"), changelog).unwrap();
    for feed in ["changes.json", "changes.atom"] {
        fs::remove_file(directory.path().join("port-data").join(feed)).unwrap();
    }
    fs::remove_dir_all(directory.path().join("port-data/released")).unwrap();
    let nobody = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false"];
    let name = ["config", "user.name", "Nobody"];
    let email = ["config", "user.email", "nobody@example.org"];
    for call in [&["init", "--quiet"][..], &name, &email, &["add", "--all"], &["commit", "--quiet", "--message", "All"]]
    {
        let output = Command::new("git").args(nobody).args(call).current_dir(directory.path()).output().expect("git");
        assert!(output.status.success(), "{call:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    run("docs/release.md", directory.path());
}
