//! Builds the Python wheel with maturin, from a copy of `port-python` with the data and the licences.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use port_data::{Diagnostic, Place};
use port_engine::dataset::{Dataset, Flow, Product};
use serde::Serialize;

use super::{Build, LICENCES, failed, read, run, write};

/// The files of the package in `port-python`.
const SOURCES: [&str; 6] = [
    "pyproject.toml",
    "README.md",
    "port_catalog/__init__.py",
    "port_catalog/catalog.py",
    "port_catalog/records.py",
    "port_catalog/py.typed",
];

/// The line of `pyproject.toml` that has to be replaced, since the copy is elsewhere.
const MANIFEST: &str = "manifest-path = \"../port-cli/Cargo.toml\"";

/// The data of the module.
#[derive(Serialize)]
struct Data<'a> {
    products: &'a [Product],
    /// The flows as `port-catalog list --edition all --format json` prints them.
    flows: &'a [Flow],
}

/// Builds the wheel, and returns its path.
pub(super) fn build(build: &Build<'_>) -> Result<PathBuf, Vec<Diagnostic>> {
    let one = |problem| vec![problem];
    let copy = copy(build).map_err(one)?;
    let dataset = Dataset::from_tables(&port_data::read(&build.root.join("port-data/tables"))?);
    let all = dataset.with_all_editions();
    let data = Data { products: &all.products, flows: &all.flows };
    let data = serde_json::to_vec(&data).expect("the keys of records are strings");
    write(&copy.join("port_catalog/catalog.json"), &data).map_err(one)?;
    run_maturin(build, &copy).map_err(one)
}

/// Builds the wheel of a complete copy.
fn run_maturin(build: &Build<'_>, copy: &Path) -> Result<PathBuf, Diagnostic> {
    let wheels = copy.join("wheels");
    let mut maturin = Command::new(maturin());
    maturin.args(["build", "--locked", "--profile", &build.args.profile, "--out"]).arg(&wheels);
    maturin.args(build.target_option());
    if build.args.target.as_ref().is_some_and(|target| target.ends_with("-linux-musl")) {
        // A static program runs with any C library.
        maturin.args(["--compatibility", "manylinux2014", "musllinux_1_2"]);
    }
    maturin.current_dir(copy).env("SOURCE_DATE_EPOCH", build.epoch.to_string());
    run(
        maturin,
        "install maturin with tests/tools/install.sh; it is searched for in PORT_TOOLS, target/tools and PATH",
    )?;
    let found = fs::read_dir(&wheels).into_iter().flatten().flatten().map(|entry| entry.path());
    let wheel = found.last().ok_or_else(|| failed("maturin built no wheel".to_string()))?;
    let file = build.args.out.join(wheel.file_name().unwrap_or_default());
    write(&file, &read(&wheel)?)?;
    Ok(file)
}

/// Copies `port-python` and the licences into a directory of its own below cargo's.
fn copy(build: &Build<'_>) -> Result<PathBuf, Diagnostic> {
    let sources = build.root.join("port-python");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| build.root.join("target"), PathBuf::from);
    let copy = build.root.join(target).join("python-package");
    if copy.exists() {
        fs::remove_dir_all(&copy)
            .map_err(|error| failed(format!("the previous copy cannot be removed ({error})")).at(Place::file(&copy)))?;
    }
    for file in SOURCES {
        write(&copy.join(file), &read(&sources.join(file))?)?;
    }
    for licence in LICENCES {
        write(&copy.join(licence), &read(&build.root.join(licence))?)?;
    }
    let manifest = copy.join("pyproject.toml");
    let text = String::from_utf8_lossy(&read(&manifest)?).into_owned();
    let path = toml::Value::from(build.root.join("port-cli/Cargo.toml").display().to_string());
    if !text.contains(MANIFEST) {
        return Err(failed(format!("has no line {MANIFEST}")).at(Place::file(sources.join("pyproject.toml"))));
    }
    write(&manifest, text.replace(MANIFEST, &format!("manifest-path = {path}")).as_bytes())?;
    Ok(copy)
}

/// Where maturin is: in one of the directories that `tests/tools/install.sh` may have filled, or in PATH.
fn maturin() -> PathBuf {
    let named = std::env::var_os("PORT_TOOLS").map(PathBuf::from);
    let program = std::env::current_exe().unwrap_or_default();
    // A program is target/debug/xtask.
    let installed = program.ancestors().nth(2).map(|directory| directory.join("tools"));
    let found = named.into_iter().chain(installed).map(|tools| tools.join("bin/maturin"));
    found.into_iter().find(|file| file.is_file()).unwrap_or_else(|| Path::new("maturin").to_path_buf())
}
