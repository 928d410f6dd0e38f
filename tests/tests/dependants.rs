//! Projects that depend on the catalog: they build without the standard library, an invalid table is a compile error with its
//! place, and a changed table recompiles only the crate that uses it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use port_catalog_tests::diagnostics::{Cases, assert_every_code_has_a_case};
use port_catalog_tests::{files, root};
use tempfile::TempDir;

/// The target directory of dependants. It is kept, so that their dependencies are built once.
fn target() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("dependants")
}

/// Runs cargo for a package, without asking any registry.
fn cargo(package: &Path, arguments: &[&str]) -> Output {
    // The workspace's lockfile, so that the versions are already downloaded.
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

/// The example with its own tables as a package. Packages that share a target directory need distinct names.
fn own_tables(name: &str) -> TempDir {
    let package = tempfile::tempdir().expect("a temporary directory");
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

/// The `no_std` program, with the given features of the catalog.
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
fn without_macros_the_catalog_depends_only_on_port_core() {
    let output = cargo(no_std("").path(), &["tree", "--edges", "all", "--prefix", "none"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let crates: BTreeSet<&str> = tree.lines().map(|line| line.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(crates, BTreeSet::from(["no-std", "port-catalog", "port-core"]));
}

/// The expected compile errors.
const CASES: &str = "tests/tests/dependants.txt";

#[path = "../../port-macros/src/codes.rs"]
mod macro_codes;

/// Adds a case with the errors of the macro, without the compiler's own errors that follow from them.
fn compile_error(cases: &mut Cases, package: &Path, name: &str, input: &str) {
    let output = cargo(package, &["check"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("port_catalog::catalog!"), "the compiler shows the call: {stderr}");
    let errors: Vec<&str> =
        stderr.lines().filter(|line| line.starts_with("error: ") && !line.contains("could not compile")).collect();
    cases.text(name, input, &errors.join("\n"));
}

#[test]
fn an_invalid_call_or_table_is_a_compile_error_with_its_place() {
    let mut cases = Cases::new(CASES);
    let package = own_tables("invalid");
    let main = package.path().join("src/main.rs");
    for (name, call) in [
        ("an unknown argument", "folder = \"ports\""),
        ("an argument without a value", "dir"),
        ("a colon instead of an equals sign", "dir: \"ports\""),
        ("an identifier instead of a literal", "dir = ports"),
        ("a literal with an escape", "dir = \"por\\x74s\""),
        ("a macro instead of a literal", "dir = concat!(\"ports\")"),
        ("a word after the directory", "dir = \"ports\" dir"),
        ("the directory twice", "dir = \"ports\", dir = \"ports\""),
        ("a literal instead of a path", "dir = \"ports\", crate = \"port_catalog\""),
        ("no path", "dir = \"ports\", crate ="),
        ("two commas", "dir = \"ports\",,"),
        ("a directory that doesn't exist", "dir = \"prots\""),
    ] {
        let valid = fs::read_to_string(&main).unwrap();
        replace(&main, "dir = \"ports\"", call);
        compile_error(&mut cases, package.path(), name, call);
        fs::write(&main, valid).unwrap();
    }
    let ports = package.path().join("ports");
    replace(&ports.join("flows/relay.csv"), "outbound,monitoring", "outbound,monitorimg");
    replace(&ports.join("flows/relay.csv"), "tcp/465 smtps", "tcp/0 smtps");
    replace(&ports.join("services.csv"), "tcp,25", "tcp,2500000");
    let input = "monitorimg instead of monitoring, tcp/0 instead of tcp/465, 2500000 instead of 25";
    compile_error(&mut cases, package.path(), "invalid tables", input);
    cases.assert();
}

/// A path from a compile error of a misspelt peer.
fn path_in_error(package: &Path) -> String {
    let stderr = String::from_utf8(cargo(package, &["check"]).stderr).unwrap();
    let message = stderr.lines().find_map(|line| line.strip_prefix("error: ")).unwrap_or_else(|| panic!("{stderr}"));
    let (path, rest) = message.split_once(":3:31: ").unwrap_or_else(|| panic!("{message}"));
    assert!(rest.contains("monitorimg"), "{message}");
    path.to_string()
}

#[test]
fn paths_in_errors_can_be_opened_from_the_root_of_the_workspace() {
    let directory = tempfile::tempdir().unwrap();
    // The directory's name without symbolic links, as cargo has it.
    let root = directory.path().canonicalize().unwrap();
    let (workspace, member) = (root.join("workspace"), root.join("workspace/crates/member"));
    let package = own_tables("member");
    files::copy(package.path(), &files::below(package.path()), &member);
    replace(&member.join("Cargo.toml"), "[workspace]\n", "");
    fs::write(workspace.join("Cargo.toml"), "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n").unwrap();
    fs::copy(port_catalog_tests::root().join("Cargo.lock"), workspace.join("Cargo.lock")).unwrap();
    let ports = member.join("ports");
    replace(&ports.join("flows/relay.csv"), "outbound,monitoring", "outbound,monitorimg");
    let elsewhere = root.join("elsewhere");
    files::copy(&ports, &files::below(&ports), &elsewhere);

    // Wherever cargo is called, it starts the compiler in the root.
    assert_eq!(path_in_error(&workspace), "crates/member/ports/flows/relay.csv");
    assert_eq!(path_in_error(&member), "crates/member/ports/flows/relay.csv");
    replace(&member.join("src/main.rs"), "dir = \"ports\"", &format!("dir = \"{}\"", elsewhere.display()));
    assert_eq!(Path::new(&path_in_error(&workspace)), elsewhere.join("flows/relay.csv"));
    replace(&member.join("src/main.rs"), &elsewhere.display().to_string(), "../../../elsewhere");
    let path = path_in_error(&workspace);
    assert!(workspace.join(&path).is_file(), "{path}");
}

#[test]
fn a_changed_display_name_compiles_and_a_written_variant_is_used() {
    let package = own_tables("display-name");
    let check = || {
        let output = cargo(package.path(), &["check", "--tests"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let ports = package.path().join("ports");
    for (table, from, to) in [
        ("products", "Acme Relay", "Acme ReLay"),
        ("vendors", "acme,Acme", "acme,ACme"),
        ("peers", "Acme Monitoring", "MoniToring"),
        ("services", "smtp,SMTP", "smtp,SmTp"),
    ] {
        replace(&ports.join(format!("{table}.csv")), from, to);
    }
    check();
    replace(&ports.join("products.csv"), "name,", "name,variant,");
    replace(&ports.join("products.csv"), "Acme ReLay,", "Acme Relay,ReLay,");
    replace(&package.path().join("src/main.rs"), "::Relay", "::ReLay");
    check();
}

#[test]
fn every_code_of_a_call_has_a_case() {
    // Cargo always sets CARGO_MANIFEST_DIR, and Rust itself needs paths in UTF-8.
    let unreachable = [macro_codes::NO_CARGO, macro_codes::PATH];
    let codes: Vec<_> = macro_codes::ALL.iter().copied().filter(|code| !unreachable.contains(code)).collect();
    assert_every_code_has_a_case(&codes, &[CASES]);
}

#[test]
fn every_kind_of_literal_without_an_escape_is_accepted() {
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

/// Adds a line before the dependency's version, or another text, to the manifest of a package.
fn replace_in_manifest(package: &Path, from: &str, to: &str) {
    replace(&package.join("Cargo.toml"), from, to);
}

#[test]
fn the_crate_can_have_another_name_or_come_from_a_library() {
    let package = own_tables("renamed");
    let call = "port_catalog::catalog! { dir = \"ports\" }";
    let main = package.path().join("src/main.rs");
    // The example's own code keeps using the usual name.
    replace(&main, "use port_catalog::{Catalog", "use ports_of_vendors::{self as port_catalog, Catalog");
    replace(&main, call, "ports_of_vendors::catalog! { dir = \"ports\", crate = ::ports_of_vendors }");
    replace_in_manifest(package.path(), "port-catalog = {", "ports_of_vendors = { package = \"port-catalog\",");
    let output = cargo(package.path(), &["run"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let renamed = String::from_utf8(output.stdout).unwrap();
    assert!(renamed.contains("relay inbound from internet: tcp/25 smtp | tcp/465 smtps"), "{renamed}");

    let package = own_tables("re-exported");
    let library = package.path().join("library");
    fs::create_dir_all(library.join("src")).unwrap();
    fs::write(library.join("src/lib.rs"), "#![no_std]\npub mod vendors { pub use port_catalog; }\n").unwrap();
    let catalog = root().join("port-catalog").canonicalize().unwrap();
    let manifest = format!(
        "[package]\nname = \"library\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[dependencies]\nport-catalog = {{ path = \"{}\" }}\n",
        catalog.display()
    );
    fs::write(library.join("Cargo.toml"), manifest).unwrap();
    let main = package.path().join("src/main.rs");
    replace(&main, "use port_catalog::{Catalog", "use library::vendors::port_catalog::{self, Catalog");
    let path = "::library::vendors::port_catalog";
    replace(&main, call, &format!("library::vendors::port_catalog::catalog! {{ crate = {path}, dir = \"ports\", }}"));
    let own = format!("port-catalog = {{ path = \"{}\" }}", catalog.display());
    replace_in_manifest(package.path(), &own, "library = { path = \"library\" }");
    let output = cargo(package.path(), &["run"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), renamed);
}

#[test]
fn what_the_interface_forbids_is_a_compile_error() {
    let package = own_tables("forbidden");
    let main = package.path().join("src/main.rs");
    let valid = fs::read_to_string(&main).unwrap();
    for (code, expected) in [
        // Ids aren't numbers: a cast would truncate or depend on the version of the catalog.
        ("const _: u8 = port_catalog::Product::FortiMail as u8;", "non-primitive cast"),
        ("const _: usize = ports::Peer::Monitoring as usize;", "non-primitive cast"),
        ("const _: u32 = port_catalog::flows::FortiMail::InAdmin as u32;", "non-primitive cast"),
        // Only `catalog!` makes catalogs and ids.
        (
            "#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)] struct Mine;\n\
             impl port_catalog::Id for Mine { type Catalog = ports::Data; const KIND: &'static str = \"mine\"; \
             const ALL: &'static [Self] = &[]; }",
            "`Mine` isn't a type of ids: only the macro `catalog!` makes one",
        ),
        (
            "fn f<C: Catalog>() {}\nfn g() { f::<ports::Product>() }",
            "the trait bound `ports::Product: Catalog` is not satisfied",
        ),
        // A policy that doesn't hold.
        (
            "const _: () = assert!(ports::flows::Relay::InInternetSmtp.flow().ports().contains(Transport::Tcp, 26), \"relay moved\");",
            "relay moved",
        ),
        // Variants can be added.
        (
            "fn f(product: port_catalog::Vendor) { match product { port_catalog::Vendor::Fortinet => {} } }",
            "non-exhaustive patterns",
        ),
    ] {
        fs::write(&main, format!("{valid}\n{code}\n")).unwrap();
        let output = cargo(package.path(), &["check"]);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && stderr.contains(expected), "{code}: {stderr}");
    }
    // Both directions are known, in constants too.
    let code = "const _: () = match ports::flows::Relay::InInternetSmtp.flow().direction() {\n\
                port_catalog::Direction::Inbound | port_catalog::Direction::Outbound => (),\n};";
    fs::write(&main, format!("{valid}\n{code}\n")).unwrap();
    assert!(cargo(package.path(), &["check"]).status.success());
}

/// The packages that a build compiles again.
fn compiled(package: &Path) -> Vec<String> {
    let output = cargo(package, &["check", "--message-format", "json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).unwrap();
    let messages = messages.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let fresh = messages.filter(|message| message["fresh"] == false);
    fresh.map(|message| message["target"]["name"].as_str().unwrap_or_default().to_string()).collect()
}

#[test]
fn a_changed_table_recompiles_only_its_own_crate() {
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
