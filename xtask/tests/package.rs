//! `cargo xtask package` builds packages that work, and always the same bytes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use port_catalog_tests::{pages, root, tools};

/// Runs a command that has to succeed, and returns what it prints.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let printed = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    assert!(output.status.success(), "{command:?}: {printed}");
    printed
}

/// Builds the archive and the wheel in the development profile, which is compiled anyway.
fn package(out: &Path) -> [PathBuf; 2] {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let printed = run(command.args(["package", "--profile", "dev", "--out"]).arg(out));
    let mut files: Vec<PathBuf> = fs::read_dir(out).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in &files {
        let sum = run(Command::new("sha256sum").arg(file));
        let kilobytes = fs::metadata(file).unwrap().len() / 1000;
        let line = format!("{}: {kilobytes} kB, sha256 {}", file.display(), &sum[..64]);
        assert!(printed.contains(&line), "{line}\n{printed}");
    }
    files.try_into().expect("an archive and a wheel")
}

#[test]
fn packages_work_and_always_have_the_same_bytes() {
    if tools::tool("maturin").is_none() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let [archive, wheel] = package(&directory.path().join("first"));
    for (one, other) in [&archive, &wheel].into_iter().zip(package(&directory.path().join("second"))) {
        assert_eq!(one.file_name(), other.file_name());
        assert!(fs::read(one).unwrap() == fs::read(&other).unwrap(), "{} differs", other.display());
    }
    let program = unpacked(&archive, directory.path());
    let python = installed(&wheel, directory.path());
    assert_eq!(fs::read(python.with_file_name("port-catalog")).unwrap(), fs::read(&program).unwrap());
    assert_module_has_what_the_command_prints(&python);
    assert_page_shows_what_is_printed(&python, &wheel, directory.path());
}

/// The program of an archive, which contains nothing but the files that it should.
fn unpacked(archive: &Path, directory: &Path) -> PathBuf {
    run(Command::new("tar").arg("-xzf").arg(archive).current_dir(directory));
    let name = archive.file_name().unwrap().to_str().unwrap().strip_suffix(".tar.gz").unwrap();
    let unpacked = directory.join(name);
    let mut names: Vec<_> = fs::read_dir(&unpacked).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "port-catalog"]);
    let program = unpacked.join("port-catalog");
    assert_eq!(run(Command::new(&program).arg("--version")), format!("port-catalog {}\n", env!("CARGO_PKG_VERSION")));
    assert!(run(Command::new(&program).args(["port", "443"])).contains("fortimail"));
    program
}

/// The Python of a new environment with nothing but a wheel.
fn installed(wheel: &Path, directory: &Path) -> PathBuf {
    let environment = directory.join("python");
    run(Command::new("python3").args(["-m", "venv"]).arg(&environment));
    let python = environment.join("bin/python");
    run(Command::new("sh").args(["-c", &pip(&python), "sh", "install", "--quiet"]).arg(wheel));
    python
}

/// A shell script that runs pip without the network.
fn pip(python: &Path) -> String {
    format!("exec '{}' -m pip --isolated --disable-pip-version-check \"$@\" --no-index", python.display())
}

fn assert_module_has_what_the_command_prints(python: &Path) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(python.parent().unwrap().to_path_buf()).chain(std::env::split_paths(&path));
    // Isolated: the module in the repository has no data.
    let mut compare = Command::new(python);
    compare.arg("-I").arg(root().join("xtask/tests/package/compare.py"));
    let compared = run(compare.env("PATH", std::env::join_paths(path).unwrap()));
    assert_eq!(compared, "the module has what the command prints\n");
}

fn assert_page_shows_what_is_printed(python: &Path, wheel: &Path, directory: &Path) {
    let page = directory.join("page");
    fs::create_dir(&page).unwrap();
    fs::copy(wheel, page.join(wheel.file_name().unwrap())).unwrap();
    let call = |program: &Path| format!("exec '{}' \"$@\"", program.display());
    let (command, pip) = (call(&python.with_file_name("port-catalog")), pip(python));
    pages::run("docs/python.md", &page, &[("python3", &call(python)), ("port-catalog", &command), ("pip", &pip)]);
}

#[test]
fn a_time_that_zip_files_cannot_express_is_rejected() {
    for epoch in ["yesterday", "1", "-5"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        let output = command.arg("package").env("SOURCE_DATE_EPOCH", epoch).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let expected = format!(
            "error[package-failed]: SOURCE_DATE_EPOCH is invalid (found {epoch}); \
             write seconds since 1970, at least 315532800, or unset it\n"
        );
        assert_eq!(String::from_utf8(output.stderr).unwrap(), expected);
    }
}

/// The tools that the tests install are those that the package asks for.
#[test]
fn the_versions_of_maturin_agree() {
    let text = |file: &str| fs::read_to_string(root().join(file)).unwrap();
    let requirements = text("tests/tools/requirements.txt");
    let version = requirements.lines().find(|line| line.starts_with("maturin==")).expect("maturin is required");
    assert!(text("port-python/pyproject.toml").contains(&format!("requires = [\"{version}\"]")), "{version}");
}
