//! What the pages for maintainers show is what the chores print.

use std::process::Command;

use port_catalog_tests::{pages, root};

#[test]
fn pages_of_chores_print_what_they_show() {
    let folder = tempfile::tempdir().unwrap();
    let copied = Command::new("cp").arg("-r").arg(root().join("port-data")).arg(folder.path()).status().unwrap();
    assert!(copied.success());
    let cargo = format!(
        "test \"$1\" = xtask || exit 127\nshift\nCARGO_MANIFEST_DIR='{}' exec '{}' \"$@\"",
        folder.path().join("xtask").display(),
        env!("CARGO_BIN_EXE_xtask")
    );
    // The second page goes on where the first one ends.
    for page in ["docs/add-a-product.md", "docs/update-a-page.md", "CONTRIBUTING.md"] {
        pages::run(page, folder.path(), &[("cargo", &cargo)]);
    }
}
