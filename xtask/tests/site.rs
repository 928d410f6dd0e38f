//! `cargo xtask site` replaces a site as a whole, and nothing else.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use port_catalog_tests::{files, fixture};

fn site(arguments: &[&Path]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("site").arg("--tables").arg(fixture::editions()).args(arguments).output().unwrap()
}

fn out(directory: &Path) -> Output {
    site(&["--out".as_ref(), directory])
}

/// The files below a directory with their contents.
fn tree(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let below = files::below(directory).into_iter();
    below.map(|file| (file.display().to_string(), fs::read(directory.join(file)).unwrap())).collect()
}

#[test]
fn a_site_replaces_the_one_before_it_and_what_an_interrupted_run_left() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("site");
    assert!(out(&path).status.success());
    let first = tree(&path);
    assert!(first.iter().any(|(file, _)| file == "p/cluster/1.0/index.html"));
    // No file of an earlier version stays.
    fs::create_dir_all(path.join("p/retired")).unwrap();
    fs::write(path.join("p/retired/index.html"), "").unwrap();
    fs::create_dir_all(directory.path().join("site.new/p")).unwrap();
    fs::create_dir_all(directory.path().join("site.old")).unwrap();
    assert!(out(&path).status.success());
    assert_eq!(tree(&path), first);
    let left: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["site"]);
}

#[test]
fn a_directory_with_other_files_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("notes.txt"), "mine").unwrap();
    let output = out(directory.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("contains something other than a site"));
    assert_eq!(tree(directory.path()), [("notes.txt".to_string(), b"mine".to_vec())]);
}

#[test]
fn the_one_file_needs_a_whole_client() {
    let directory = tempfile::tempdir().unwrap();
    let client = directory.path().join("client");
    fs::create_dir(&client).unwrap();
    let file = directory.path().join("ports.html");
    let single = || site(&["--single".as_ref(), &file, "--client".as_ref(), &client]);
    for (name, contents) in [
        ("app.js", ""),
        ("theme.js", "'theme'"),
        ("single.js", "'<b>'"),
        ("rules_bg.wasm", "r"),
        ("audit_bg.wasm", "a"),
    ] {
        assert!(!single().status.success() && !file.exists(), "{name}");
        fs::write(client.join(name), contents).unwrap();
    }
    let output = single();
    assert!(output.status.success(), "{output:?}");
    let html = fs::read_to_string(&file).unwrap();
    assert!(html.contains("<script>'theme'</script>") && html.contains("<template data-page=\"p/cluster/\">"));
    // A script that could end itself is no script.
    fs::write(client.join("single.js"), "'</script>'").unwrap();
    assert_eq!(single().status.code(), Some(2));
}
