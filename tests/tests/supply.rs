//! The crates that dependants and maintainers compile. This file and CONTRIBUTING list them, so that adding one is a decision.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use port_catalog_tests::{PUBLISHED, root, tools};
use serde_json::Value;

/// The crates that a dependant of `port-catalog` with all features compiles: the kind of each crate, and whether it contains
/// `unsafe` code.
///
/// The crates for `macros` run at compile time and aren't part of the dependant's program.
const TREE: [(&str, &str); 12] = [
    // Ours. Without `macros` and `serde`, these are `port-catalog` and `port-core`.
    ("port-catalog", "library"),
    ("port-codegen", "library"),
    ("port-core", "library"),
    ("port-data", "library"),
    ("port-macros", "procedural macro"),
    // For `macros`: a CSV reader, and the crates for generating Rust.
    ("csv-core", "library"),
    ("memchr", "library, unsafe"),
    ("proc-macro2", "library, build script, unsafe"),
    ("quote", "library, build script"),
    ("unicode-ident", "library, unsafe"),
    // For `serde`, which is off by default.
    ("serde", "library, build script, unsafe"),
    ("serde_core", "library, build script, unsafe"),
];

/// The targets of dependants. `--target all` would add crates that `serde_core` lists for a target that doesn't exist.
const TARGETS: [&str; 4] =
    ["x86_64-unknown-linux-gnu", "x86_64-pc-windows-msvc", "aarch64-apple-darwin", "wasm32-unknown-unknown"];

/// Names of types that open a connection or start a program.
const OUTSIDE_ACCESS: [&str; 7] =
    ["TcpStream", "TcpListener", "UdpSocket", "UnixStream", "UnixDatagram", "ToSocketAddrs", "process::Command"];

/// The output of cargo, which must not access a registry.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--offline", "--quiet"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}

/// The packages that `cargo metadata` lists.
fn packages(arguments: &[&str]) -> Vec<Value> {
    let metadata = cargo(&[&["metadata", "--format-version", "1"], arguments].concat());
    let metadata: Value = serde_json::from_str(&metadata).expect("cargo prints JSON");
    metadata["packages"].as_array().expect("there are packages").clone()
}

/// A string of a package, such as its name.
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The Rust files below a directory and their contents; empty if the directory doesn't exist.
fn sources(directory: &Path) -> Vec<(PathBuf, String)> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.expect("the directory can be read").path()) {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a Rust file is UTF-8");
            found.push((path, text));
        }
    }
    found
}

/// Whether Rust code contains a word outside of comments.
fn has_word(rust: &str, word: &str) -> bool {
    let code = rust.lines().map(|line| line.split("//").next().unwrap_or_default());
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    code.flat_map(|line| line.split(|character| !is_part(character))).any(|found| found == word)
}

/// The kind of a package: its target, a build script, `unsafe` code.
fn kind(package: &Value) -> String {
    let targets = package["targets"].as_array().expect("a package has targets").iter();
    let kinds: BTreeSet<&str> = targets.filter_map(|target| target["kind"][0].as_str()).collect();
    let directory = Path::new(text(package, "manifest_path")).with_file_name("src");
    let mut kind = vec![if kinds.contains("proc-macro") { "procedural macro" } else { "library" }];
    if kinds.contains("custom-build") {
        kind.push("build script");
    }
    if sources(&directory).iter().any(|(_, rust)| has_word(rust, "unsafe")) {
        kind.push("unsafe");
    }
    kind.join(", ")
}

#[test]
fn a_dependant_compiles_only_the_listed_crates() {
    let arguments = "tree --locked --package port-catalog --all-features --edges normal,build --prefix none";
    let tree = |target| cargo(&arguments.split(' ').chain(["--target", target]).collect::<Vec<_>>());
    let tree = TARGETS.map(tree).concat();
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    let versions = |name: &&str| tree.lines().find(|line| line.split(' ').next() == Some(*name)).unwrap_or_default();
    let packages = packages(&["--locked"]);
    let found: BTreeMap<String, String> = names
        .iter()
        .map(|name| {
            let version = versions(name).split(' ').nth(1).unwrap_or_default().trim_start_matches('v');
            let package = packages
                .iter()
                .find(|package| text(package, "name") == *name && text(package, "version") == version)
                .expect("a crate of the tree is a package");
            ((*name).to_string(), kind(package))
        })
        .collect();
    let expected: BTreeMap<String, String> =
        TREE.iter().map(|(name, kind)| ((*name).to_string(), (*kind).to_string())).collect();
    assert_eq!(found, expected, "a new crate, or a new kind, must be added to TREE and CONTRIBUTING");
}

#[test]
fn no_crate_of_a_dependant_opens_connections_or_starts_programs() {
    for package in
        packages(&["--locked"]).iter().filter(|package| TREE.iter().any(|(name, _)| text(package, "name") == *name))
    {
        let directory = Path::new(text(package, "manifest_path")).parent().expect("a manifest has a parent");
        let build = directory.join("build.rs");
        // A build script may run the compiler for its version, and nothing else.
        if let Ok(rust) = fs::read_to_string(&build) {
            let started = rust.matches("Command::new(").count();
            let compilers = rust.matches("Command::new(rustc").count();
            assert_eq!(started, compilers, "{} starts a program other than the compiler", build.display());
        }
        for (path, rust) in sources(&directory.join("src")) {
            for word in OUTSIDE_ACCESS {
                assert!(!rust.contains(word), "{} has {word}", path.display());
            }
        }
    }
}

#[test]
fn our_own_crates_have_no_unsafe_code_no_build_script_and_no_connections() {
    let packages = packages(&["--no-deps"]);
    let published: BTreeSet<&str> =
        packages.iter().filter(|package| package["publish"].is_null()).map(|package| text(package, "name")).collect();
    assert_eq!(published, BTreeSet::from(PUBLISHED));
    for name in PUBLISHED {
        let directory = root().join(name);
        assert!(!directory.join("build.rs").exists(), "{name} has a build script");
        let manifest = fs::read_to_string(directory.join("Cargo.toml")).unwrap();
        // The workspace forbids `unsafe`, but only in crates that inherit its lints.
        assert!(manifest.contains("[lints]\nworkspace = true"), "{name} doesn't inherit the workspace's lints");
        let sources = sources(&directory.join("src"));
        assert!(!sources.is_empty(), "{name} has no sources");
        for (path, rust) in sources {
            for word in ["unsafe"].iter().chain(&OUTSIDE_ACCESS) {
                assert!(!rust.contains(word), "{} has {word}", path.display());
            }
        }
    }
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(workspace.contains("unsafe_code = \"forbid\""), "the workspace doesn't forbid unsafe code");
}

/// The users of each third-party crate according to the manifests: members by name, `tests` for all dev-dependencies.
fn users() -> BTreeMap<String, BTreeSet<String>> {
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // The benchmarks, the fuzz targets and the generator for the web page are workspaces of their own.
    let manifests = ["Cargo.toml", "benchmarks/Cargo.toml", "fuzz/Cargo.toml", "port-web/bindgen/Cargo.toml"];
    for manifest in manifests.into_iter().filter(|manifest| root().join(manifest).exists()) {
        for package in packages(&["--no-deps", "--manifest-path", manifest]) {
            let dependencies = package["dependencies"].as_array().expect("a package has dependencies");
            for dependency in dependencies.iter().filter(|dependency| dependency["path"].is_null()) {
                let member = match text(&package, "name") {
                    "port-catalog-tests" => "tests",
                    _ if text(dependency, "kind") == "dev" => "tests",
                    name => name,
                };
                users.entry(text(dependency, "name").to_string()).or_default().insert(member.to_string());
            }
        }
    }
    users
}

#[test]
fn contributing_lists_every_dependency_with_its_users_and_a_reason() {
    let contributing = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let (_, table) =
        contributing.split_once("| crate | where | why |\n|---|---|---|\n").expect("CONTRIBUTING has the table");
    let mut listed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in table.lines().take_while(|line| line.starts_with('|')) {
        let [crates, places, why] = row.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>()[..] else {
            panic!("a row of the table has three cells: {row}");
        };
        assert!(!why.is_empty(), "{crates} has no reason");
        for name in crates.split(", ") {
            assert!(
                listed.insert(name.to_string(), places.split(", ").map(str::to_string).collect()).is_none(),
                "{name} is listed twice"
            );
        }
    }
    assert_eq!(listed, users(), "left: CONTRIBUTING's table, right: the manifests");
}

/// A package with these lines in its manifest.
fn package_with(manifest: &str) -> (tempfile::TempDir, &str) {
    let package = tempfile::tempdir().unwrap();
    fs::create_dir(package.path().join("src")).unwrap();
    fs::write(package.path().join("src/lib.rs"), "").unwrap();
    fs::write(
        package.path().join("Cargo.toml"),
        format!("[package]\nname = \"sample\"\nversion = \"1.0.0\"\n{manifest}"),
    )
    .unwrap();
    (package, manifest)
}

#[test]
fn cargo_deny_rejects_licences_that_deny_toml_does_not_list() {
    let Some(deny) = tools::tool("cargo-deny") else { return };
    for (expected, (package, manifest)) in [
        ("licenses ok", package_with("license = \"MIT\"\n")),
        ("error[rejected]: failed to satisfy license requirements", package_with("license = \"GPL-3.0-only\"\n")),
        ("error[unlicensed]: sample = 1.0.0 is unlicensed", package_with("")),
    ] {
        let output = Command::new(&deny)
            .args(["--offline", "--config"])
            .arg(root().join("deny.toml").canonicalize().unwrap())
            .args(["--color", "never", "check", "--allow", "license-not-encountered", "licenses"])
            .current_dir(package.path())
            .output()
            .expect("cargo-deny runs");
        let found = [output.stdout, output.stderr].concat();
        let found = String::from_utf8_lossy(&found);
        assert!(found.contains(expected), "{manifest}: {found}");
        assert_eq!(output.status.success(), expected == "licenses ok", "{manifest}: {found}");
    }
}
