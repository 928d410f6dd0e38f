//! What happens in a project that depends on the catalog: it builds without the standard library, a faulty table is a
//! compile error with its place, and a table that changes rebuilds what was made of it and nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use port_catalog_tests::errors::Page;
use port_catalog_tests::{files, root};
use tempfile::TempDir;

/// Where dependants are built; kept, so that what they depend on is built once.
fn target() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("dependants")
}

/// Runs cargo for a package, without asking any registry.
fn cargo(package: &Path, arguments: &[&str]) -> Output {
    // The workspace's own lock file, so that the versions are those already there.
    fs::copy(root().join("Cargo.lock"), package.join("Cargo.lock")).expect("the package can be written");
    Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--offline", "--quiet"])
        .env("CARGO_TARGET_DIR", target())
        .env_remove("RUSTFLAGS")
        .current_dir(package)
        .output()
        .expect("cargo runs")
}

/// The example with its own tables, on its own. Cargo tells packages of one target folder apart by their names.
fn own_tables(name: &str) -> TempDir {
    let package = tempfile::tempdir().expect("there is room for a package");
    let example = root().join("examples/own-tables");
    files::copy(&example, &files::below(&example), package.path());
    let catalog = root().join("port-catalog").canonicalize().unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[dependencies]\nport-catalog = {{ path = \"{}\" }}\n[workspace]\n",
        catalog.display()
    );
    fs::write(package.path().join("Cargo.toml"), manifest).unwrap();
    package
}

fn replace(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(file, text.replace(from, to)).unwrap();
}

/// The program without the standard library, with a feature of the catalog or with none.
fn no_std(features: &str) -> TempDir {
    let package = tempfile::tempdir().unwrap();
    let catalog = root().join("port-catalog").canonicalize().unwrap();
    fs::create_dir(package.path().join("src")).unwrap();
    let source = root().join("tests/no-std");
    fs::copy(source.join("src/main.rs"), package.path().join("src/main.rs")).unwrap();
    fs::copy(source.join("Cargo.toml"), package.path().join("Cargo.toml")).unwrap();
    let dependency = format!("\"{}\", default-features = false, features = [{features}]", catalog.display());
    replace(&package.path().join("Cargo.toml"), "\"../../port-catalog\"", &dependency);
    package
}

#[test]
fn a_program_without_the_standard_library_links_and_runs() {
    for features in ["", "\"macros\""] {
        let output = cargo(no_std(features).path(), &["run"]);
        assert!(output.status.success(), "{features}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn without_its_macros_the_catalog_depends_on_nothing() {
    let output = cargo(no_std("").path(), &["tree", "--edges", "all", "--prefix", "none"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let crates: Vec<&str> = tree.lines().map(|line| line.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(crates, ["no-std", "port-catalog"]);
}

/// The errors that a call of cargo tells, without those of the compiler about what then is missing.
fn refused(page: &mut Page, package: &Path, input: &str) {
    let output = cargo(package, &["check"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("port_catalog::catalog!"), "the compiler shows the call: {told}");
    let errors: Vec<&str> =
        told.lines().filter(|line| line.starts_with("error: ") && !line.contains("could not compile")).collect();
    assert!(!errors.is_empty(), "{input}: {told}");
    page.row("catalog!", input, &errors.join("\n"), &output.status.code().expect("cargo ended by itself").to_string());
}

#[test]
fn a_call_without_sense_or_a_faulty_table_is_a_compile_error_with_its_place() {
    let mut page = Page::new(
        "catalog",
        "Errors of catalog!",
        "tests/tests/dependants.rs",
        "What the compiler tells of a call of `catalog!`, and shows the call below it. The exit code is cargo's. Of tables it tells \
         what [Errors of tables](tables.md) lists, with their paths from the package's folder.",
    );
    let package = own_tables("faulty");
    let main = package.path().join("src/main.rs");
    page.section("Calls", "");
    for call in [
        "folder = \"ports\"",
        "dir",
        "dir: \"ports\"",
        "dir = ports",
        "dir = \"por\\x74s\"",
        "dir = concat!(\"ports\")",
        "dir = \"ports\" dir",
        "dir = \"ports\",,",
        "dir = \"prots\"",
    ] {
        let sound = fs::read_to_string(&main).unwrap();
        replace(&main, "dir = \"ports\"", call);
        refused(&mut page, package.path(), call);
        fs::write(&main, sound).unwrap();
    }
    page.section("Tables", "");
    let ports = package.path().join("ports");
    replace(&ports.join("flows/relay.csv"), "outbound,monitoring", "outbound,monitorimg");
    replace(&ports.join("flows/relay.csv"), "tcp/465 smtps", "tcp/0 smtps");
    replace(&ports.join("services.csv"), "tcp,25", "tcp,2500000");
    refused(&mut page, package.path(), "monitorimg for monitoring, tcp/0 for tcp/465, 2500000 for 25");
    page.assert();
}

#[test]
fn a_directory_is_named_in_every_way_that_needs_no_escape() {
    let package = own_tables("named-directory");
    let main = package.path().join("src/main.rs");
    let calls = [
        "port_catalog::catalog! { dir = r\"ports\" }",
        "port_catalog::catalog! { dir = r#\"./ports\"#, }",
        "macro_rules! of { ($dir:literal) => { port_catalog::catalog! { dir = $dir } } } of!(\"../named/ports\");",
    ];
    for call in calls {
        let name = package.path().file_name().unwrap().to_string_lossy();
        let call = call.replace("named", &name);
        replace(&main, "port_catalog::catalog! { dir = \"ports\" }", &call);
        let output = cargo(package.path(), &["check"]);
        assert!(output.status.success(), "{call}: {}", String::from_utf8_lossy(&output.stderr));
        replace(&main, &call, "port_catalog::catalog! { dir = \"ports\" }");
    }
}

/// The packages that a build compiles anew.
fn compiled(package: &Path) -> Vec<String> {
    let output = cargo(package, &["check", "--message-format", "json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).unwrap();
    let messages = messages.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let fresh = messages.filter(|message| message["fresh"] == false);
    fresh.map(|message| message["target"]["name"].as_str().unwrap_or_default().to_string()).collect()
}

#[test]
fn a_changed_table_rebuilds_its_own_crate_and_nothing_else() {
    let package = own_tables("changed-table");
    compiled(package.path());
    assert_eq!(compiled(package.path()), Vec::<String>::new());
    for table in ["vendors", "products", "peers", "services", "flows/relay"] {
        let file = package.path().join(format!("ports/{table}.csv"));
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace("Acme", "ACME").replace("Mail", "Post").replace("Any", "Some")).unwrap();
        assert_eq!(compiled(package.path()), ["changed-table"], "{table}");
        assert_eq!(compiled(package.path()), Vec::<String>::new(), "{table}");
    }
}
