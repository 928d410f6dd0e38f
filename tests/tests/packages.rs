//! The published crates as dependants get them: packaged by cargo, unpacked, and used outside the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use port_catalog::{Transport, by_port};
use port_catalog_tests::{PUBLISHED, files, root};

/// The version of all crates.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The largest size of a packaged crate in bytes. Exceeding it is a decision, since every dependant downloads it.
const MAX_BYTES: u64 = 512 * 1024;

/// A workspace with the unpacked crates and two programs that depend on `port-catalog`. Patches make cargo use the packages as
/// if they came from a registry.
static WORKSPACE: LazyLock<PathBuf> = LazyLock::new(|| {
    let workspace = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("packages");
    if workspace.exists() {
        fs::remove_dir_all(&workspace).expect("the previous packages can be removed");
    }
    fs::create_dir_all(&workspace).unwrap();
    // Uncommitted changes are packaged too.
    let pack = ["package", "--no-verify", "--allow-dirty", "--offline", "--locked", "--target-dir"];
    let output = Command::new(env!("CARGO"))
        .args(pack)
        .arg(&workspace)
        .args(PUBLISHED.iter().flat_map(|name| ["--package", name]))
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut manifest =
        "[workspace]\nresolver = \"3\"\nmembers = [\"with-macros\", \"without-macros\", \"port-cli-0.1.0\"]\n\n\
        [patch.crates-io]\n"
            .replace("0.1.0", VERSION);
    for name in PUBLISHED {
        // All files of a package have the same time (-m doesn't keep it), so that cargo would take a changed one for compiled.
        let unpack = ["-x", "-m", "-z", "-f"].map(str::to_string);
        let status = Command::new("tar").args(unpack).arg(packed(&workspace, name)).current_dir(&workspace).status();
        assert!(status.is_ok_and(|status| status.success()), "tar unpacks {name}");
        manifest += &format!("{name} = {{ path = \"{name}-{VERSION}\" }}\n");
    }
    fs::write(workspace.join("Cargo.toml"), manifest).unwrap();
    // The lockfile selects versions that are already downloaded.
    fs::copy(root().join("Cargo.lock"), workspace.join("Cargo.lock")).unwrap();
    write_program(&workspace, "with-macros", "", WITH_MACROS);
    write_program(&workspace, "without-macros", ", default-features = false", WITHOUT_MACROS);
    let ports = root().join("examples/own-tables/ports");
    files::copy(&ports, &files::below(&ports), &workspace.join("with-macros/ports"));
    workspace
});

/// A program that queries the catalog and tables of its own.
const WITH_MACROS: &str = r#"
mod ports {
    port_catalog::catalog! { dir = "ports" }
}

use port_catalog::{FlowId, Product, Transport, by_port, flows, query};

fn main() {
    println!("{}", port_catalog::VERSION);
    println!("{}", flows::FortiMail::InAdmin.flow().source().row);
    println!("{}", by_port(Transport::Tcp, 8013).next().map_or(String::new(), |flow| flow.to_string()));
    println!("{}", query().product(Product::FortiMail).flows().count());
    println!("{}", ports::by_port(Transport::Tcp, 465).map(|flow| flow.to_string()).collect::<String>());
}
"#;

/// A program that uses only the catalog.
const WITHOUT_MACROS: &str = r#"
use port_catalog::{Product, Transport, by_port, flows, query};

fn main() {
    println!("{}", port_catalog::VERSION);
    println!("{}", flows::FortiMail::InAdmin.flow().source().row);
    println!("{}", by_port(Transport::Tcp, 8013).next().map_or(String::new(), |flow| flow.to_string()));
    println!("{}", query().product(Product::FortiMail).flows().count());
}
"#;

/// The common output of both programs.
fn common_output() -> String {
    let row = port_catalog::flows::FortiMail::InAdmin.flow().source().row;
    let count = port_catalog::Product::FortiMail.flows().len();
    format!("{VERSION}\n{row}\nforticlient outbound to forticlient-ems-fortigate: tcp/8013\n{count}\n")
}

fn write_program(workspace: &Path, name: &str, features: &str, main: &str) {
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nport-catalog = {{ version = \"={VERSION}\"{features} }}\n"
    );
    fs::create_dir_all(workspace.join(name).join("src")).unwrap();
    fs::write(workspace.join(name).join("Cargo.toml"), manifest).unwrap();
    fs::write(workspace.join(name).join("src/main.rs"), main).unwrap();
}

fn packed(workspace: &Path, name: &str) -> PathBuf {
    workspace.join(format!("package/{name}-{VERSION}.crate"))
}

fn unpacked(name: &str) -> PathBuf {
    WORKSPACE.join(format!("{name}-{VERSION}"))
}

/// Runs cargo offline in the workspace of the unpacked crates.
fn cargo(arguments: &[&str]) -> Output {
    let workspace = &*WORKSPACE;
    Command::new(env!("CARGO"))
        .args(["--offline", "--quiet"])
        .args(arguments)
        .env("CARGO_TARGET_DIR", workspace.join("target"))
        // Third-party crates are compiled once for both workspaces.
        .env("CARGO_BUILD_BUILD_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap())
        .current_dir(workspace)
        .output()
        .expect("cargo runs")
}

/// The standard output of cargo in that workspace.
fn printed(arguments: &[&str]) -> String {
    let output = cargo(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("programs print UTF-8")
}

#[test]
fn programs_can_depend_on_the_packages() {
    assert_eq!(
        printed(&["run", "--package", "with-macros"]),
        format!("{}relay inbound from internet: tcp/25 smtp | tcp/465 smtps\n", common_output())
    );
    assert_eq!(printed(&["run", "--package", "without-macros"]), common_output());
}

#[test]
fn the_packaged_command_works() {
    let output = printed(&["run", "--package", "port-cli", "--", "port", "443", "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(output.as_bytes());
    let found: BTreeSet<String> = reader.records().map(|row| row.expect("it prints CSV")[0].to_string()).collect();
    let flows = [Transport::Tcp, Transport::Udp].into_iter().flat_map(|transport| by_port(transport, 443));
    let expected: BTreeSet<String> = flows.map(|flow| flow.id().to_string()).collect();
    assert!(!expected.is_empty());
    assert_eq!(found, expected);
}

#[test]
fn no_crate_comes_from_the_repository() {
    let metadata = printed(&["metadata", "--format-version", "1"]);
    let metadata: serde_json::Value = serde_json::from_str(&metadata).expect("cargo prints JSON");
    for name in PUBLISHED {
        let packages = metadata["packages"].as_array().unwrap().iter().filter(|package| package["name"] == name);
        let manifests: Vec<&str> = packages.filter_map(|package| package["manifest_path"].as_str()).collect();
        assert_eq!(manifests, [unpacked(name).join("Cargo.toml").to_str().unwrap()]);
    }
}

#[test]
fn a_package_contains_its_licences_and_only_what_compiling_needs() {
    for name in PUBLISHED {
        let files = files::below(&unpacked(name));
        for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
            let text = fs::read(unpacked(name).join(licence)).expect("the package contains the licence");
            assert_eq!(text, fs::read(root().join(licence)).unwrap(), "{name}: {licence}");
        }
        let manifest = fs::read_to_string(unpacked(name).join("Cargo.toml")).unwrap();
        for field in ["description = ", "license = ", "repository = ", "rust-version = "] {
            assert!(manifest.lines().any(|line| line.starts_with(field)), "{name} has no {field}");
        }
        let directories = ["src", "tables", "schema"];
        let cargo_files = [".cargo_vcs_info.json", "Cargo.lock", "Cargo.toml", "Cargo.toml.orig"];
        let others: Vec<&PathBuf> = files
            .iter()
            .filter(|file| !directories.iter().any(|directory| file.starts_with(directory)))
            .filter(|file| {
                !cargo_files
                    .iter()
                    .chain(&["LICENSE-MIT", "LICENSE-APACHE", "README.md"])
                    .any(|name| file.as_os_str() == *name)
            })
            .collect();
        assert_eq!(others, Vec::<&PathBuf>::new(), "{name} contains files that compiling doesn't need");
        let bytes = fs::metadata(packed(&WORKSPACE, name)).unwrap().len();
        assert!(bytes < MAX_BYTES, "{name} has {bytes} bytes");
    }
}

#[test]
fn the_packages_contain_the_tables() {
    let tables = root().join("port-data/tables");
    let names = files::below(&tables);
    assert_eq!(files::below(&unpacked("port-data").join("tables")), names);
    assert!(names.len() > 4, "there are tables");
    for name in names {
        let packed = fs::read(unpacked("port-data").join("tables").join(&name)).unwrap();
        assert_eq!(packed, fs::read(tables.join(&name)).unwrap(), "{}", name.display());
    }
    let generated = fs::read(unpacked("port-catalog").join("src/generated.rs")).unwrap();
    assert_eq!(generated, fs::read(root().join("port-catalog/src/generated.rs")).unwrap());
}

#[test]
fn copied_files_equal_their_originals() {
    for name in PUBLISHED {
        for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
            let copy = fs::read(root().join(name).join(licence)).expect("every published crate has the licences");
            assert!(copy == fs::read(root().join(licence)).unwrap(), "{name}/{licence} differs from {licence}");
        }
    }
}

#[test]
fn the_repository_has_no_symbolic_links() {
    let links: Vec<PathBuf> =
        files::in_repository().into_iter().filter(|file| root().join(file).is_symlink()).collect();
    assert_eq!(links, Vec::<PathBuf>::new());
}
