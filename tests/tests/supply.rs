//! What is compiled beside our own code, by dependants and by maintainers: each crate of it is a decision, written down here
//! and in CONTRIBUTING.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use port_catalog_tests::{PUBLISHED, root, tools};
use serde_json::Value;

/// All that a project compiles which depends on `port-catalog` with all of its features: what each crate is, and whether code that
/// its author answers for and the compiler does not (`unsafe`) stands in it.
///
/// What the macros need runs while such a project is compiled and is no part of its program.
const TREE: [(&str, &str); 12] = [
    // Ours. Without `macros` and `serde`, `port-catalog` is all there is.
    ("port-catalog", "library"),
    ("port-codegen", "library"),
    ("port-core", "library"),
    ("port-data", "library"),
    ("port-macros", "procedural macro"),
    // For `macros`: a CSV reader, and what a generator of Rust is written with.
    ("csv-core", "library"),
    ("memchr", "library, unsafe"),
    ("proc-macro2", "library, build script, unsafe"),
    ("quote", "library, build script"),
    ("unicode-ident", "library, unsafe"),
    // For `serde`, which is off by default.
    ("serde", "library, build script, unsafe"),
    ("serde_core", "library, build script, unsafe"),
];

/// Where dependants run. Not all that cargo knows: `serde_core` names its own versions of macros there, for a target that is none.
const TARGETS: [&str; 4] =
    ["x86_64-unknown-linux-gnu", "x86_64-pc-windows-msvc", "aarch64-apple-darwin", "wasm32-unknown-unknown"];

/// What opens a connection or starts a program.
const REACHES_OUT: [&str; 7] =
    ["TcpStream", "TcpListener", "UdpSocket", "UnixStream", "UnixDatagram", "ToSocketAddrs", "process::Command"];

/// What cargo prints, without asking any registry.
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

/// The packages that cargo tells of.
fn packages(arguments: &[&str]) -> Vec<Value> {
    let metadata = cargo(&[&["metadata", "--format-version", "1"], arguments].concat());
    let metadata: Value = serde_json::from_str(&metadata).expect("cargo prints JSON");
    metadata["packages"].as_array().expect("there are packages").clone()
}

/// A text of a package, such as its name.
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The text of every file of Rust below a folder; nothing where there is no such folder.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.expect("the folder can be read").path()) {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a file of Rust is text");
            found.push((path, text));
        }
    }
    found
}

/// Whether a word stands in Rust outside of what is only remarked.
fn has_word(rust: &str, word: &str) -> bool {
    let code = rust.lines().map(|line| line.split("//").next().unwrap_or_default());
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    code.flat_map(|line| line.split(|character| !is_part(character))).any(|found| found == word)
}

/// What a package is made of.
fn kind(package: &Value) -> String {
    let targets = package["targets"].as_array().expect("a package has targets").iter();
    let kinds: BTreeSet<&str> = targets.filter_map(|target| target["kind"][0].as_str()).collect();
    let folder = Path::new(text(package, "manifest_path")).with_file_name("src");
    let mut kind = vec![if kinds.contains("proc-macro") { "procedural macro" } else { "library" }];
    if kinds.contains("custom-build") {
        kind.push("build script");
    }
    if sources(&folder).iter().any(|(_, rust)| has_word(rust, "unsafe")) {
        kind.push("unsafe");
    }
    kind.join(", ")
}

#[test]
fn a_dependant_compiles_these_crates_and_no_other() {
    let arguments = "tree --locked --package port-catalog --all-features --edges normal,build --prefix none";
    let of_target = |target| cargo(&arguments.split(' ').chain(["--target", target]).collect::<Vec<_>>());
    let tree = TARGETS.map(of_target).concat();
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
    assert_eq!(
        found, expected,
        "a crate more, or one that does more, is a decision: it belongs into TREE and CONTRIBUTING"
    );
}

#[test]
fn nothing_that_a_dependant_compiles_reaches_out() {
    for package in
        packages(&["--locked"]).iter().filter(|package| TREE.iter().any(|(name, _)| text(package, "name") == *name))
    {
        let folder = Path::new(text(package, "manifest_path")).parent().expect("a manifest stands in a folder");
        let build = folder.join("build.rs");
        // A build script asks the compiler for its version, and nobody else anything.
        if let Ok(rust) = fs::read_to_string(&build) {
            let started = rust.matches("Command::new(").count();
            let compilers = rust.matches("Command::new(rustc").count();
            assert_eq!(started, compilers, "{} starts something else than the compiler", build.display());
        }
        for (path, rust) in sources(&folder.join("src")) {
            for word in REACHES_OUT {
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
        let folder = root().join(name);
        assert!(!folder.join("build.rs").exists(), "{name} has a build script");
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        // The workspace forbids it; a crate must say that it obeys.
        assert!(manifest.contains("[lints]\nworkspace = true"), "{name} does not take the workspace's lints");
        let sources = sources(&folder.join("src"));
        assert!(!sources.is_empty(), "{name} has no sources");
        for (path, rust) in sources {
            for word in ["unsafe"].iter().chain(&REACHES_OUT) {
                assert!(!rust.contains(word), "{} has {word}", path.display());
            }
        }
    }
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(workspace.contains("unsafe_code = \"forbid\""), "the workspace does not forbid unsafe code");
}

/// Who uses each crate that is not ours, by the manifests: a member, or the tests of one.
fn users() -> BTreeMap<String, BTreeSet<String>> {
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // Workspaces of their own, beside that of the crates.
    let manifests = ["Cargo.toml", "benchmarks/Cargo.toml", "fuzz/Cargo.toml"];
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
fn contributing_says_why_each_dependency_is_there_and_where() {
    let contributing = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let (_, table) = contributing.split_once("| crate | where | why |\n|---|---|---|\n").expect("there is the table");
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in table.lines().take_while(|line| line.starts_with('|')) {
        let [crates, places, why] = row.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>()[..] else {
            panic!("a row of the table has three cells: {row}");
        };
        assert!(!why.is_empty(), "{crates}: why?");
        for name in crates.split(", ") {
            assert!(
                told.insert(name.to_string(), places.split(", ").map(str::to_string).collect()).is_none(),
                "{name} twice"
            );
        }
    }
    assert_eq!(told, users(), "left CONTRIBUTING's table, right the manifests");
}

/// A package that nobody may depend on.
fn refused(manifest: &str) -> (tempfile::TempDir, &str) {
    let package = tempfile::tempdir().unwrap();
    fs::create_dir(package.path().join("src")).unwrap();
    fs::write(package.path().join("src/lib.rs"), "").unwrap();
    fs::write(
        package.path().join("Cargo.toml"),
        format!("[package]\nname = \"refused\"\nversion = \"1.0.0\"\n{manifest}"),
    )
    .unwrap();
    (package, manifest)
}

#[test]
fn cargo_deny_refuses_what_deny_toml_does_not_name() {
    let Some(deny) = tools::tool("cargo-deny") else { return };
    for (said, (package, manifest)) in [
        ("licenses ok", refused("license = \"MIT\"\n")),
        ("error[rejected]: failed to satisfy license requirements", refused("license = \"GPL-3.0-only\"\n")),
        ("error[unlicensed]: refused = 1.0.0 is unlicensed", refused("")),
    ] {
        let output = Command::new(&deny)
            .args(["--offline", "--config"])
            .arg(root().join("deny.toml").canonicalize().unwrap())
            .args(["--color", "never", "check", "--allow", "license-not-encountered", "licenses"])
            .current_dir(package.path())
            .output()
            .expect("cargo-deny runs");
        let told = [output.stdout, output.stderr].concat();
        let told = String::from_utf8_lossy(&told);
        assert!(told.contains(said), "{manifest}: {told}");
        assert_eq!(output.status.success(), said == "licenses ok", "{manifest}: {told}");
    }
}

#[test]
fn the_workflow_calls_the_gate_and_nothing_else() {
    let workflow = fs::read_to_string(root().join(".github/workflows/ci.yml")).unwrap();
    let steps: Vec<&str> = workflow.lines().filter_map(|line| line.trim().strip_prefix("- ")).collect();
    assert_eq!(steps, ["uses: actions/checkout@v4", "run: sudo env \"PATH=$PATH\" \"HOME=$HOME\" .ci/run"]);
}
