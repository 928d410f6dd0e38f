//! Builds the programs in a temporary directory.

use std::env;
use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use tempfile::TempDir;

use super::program::Program;

/// The crates of the workspace that a dependant compiles.
const CRATES: [&str; 5] = ["port-catalog", "port-codegen", "port-core", "port-data", "port-macros"];

/// The command of every build.
const BUILD: [&str; 4] = ["build", "--release", "--offline", "--locked"];

/// The prefixes of environment variables that change how cargo builds.
const SETTINGS: [&str; 7] = [
    "RUSTC",
    "RUSTFLAGS",
    "CARGO_BUILD_",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_INCREMENTAL",
    "CARGO_PROFILE_",
    "CARGO_TARGET_",
];

/// A temporary directory with a copy of our crates and a project for each program.
pub struct Projects {
    directory: TempDir,
}

/// The measurements of a build.
pub struct Build {
    /// The CPU time of all processes.
    pub time: Duration,
    /// The number of compiled crates, without the program.
    pub crates: usize,
    /// The size of the stripped program.
    pub bytes: u64,
}

impl Projects {
    pub fn new() -> Result<Self, Box<dyn Error>> {
        let projects = Projects { directory: tempfile::tempdir()? };
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let copy = projects.directory.path().join("workspace");
        for name in CRATES {
            let from = workspace.join(name);
            copy_directory(&from, &copy.join(name)).map_err(|error| format!("{}: {error}", from.display()))?;
        }
        for file in ["Cargo.toml", "README.md"] {
            fs::copy(workspace.join(file), copy.join(file))?;
        }
        Ok(projects)
    }

    fn path(&self, program: Program) -> PathBuf {
        self.directory.path().join(program.name())
    }

    /// Writes the project of a program and downloads its crates.
    pub fn create(&self, program: Program) -> Result<(), Box<dyn Error>> {
        let project = self.path(program);
        let manifest = format!(
            "[workspace]\n\n[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{}\n\n\
             [profile.release]\nstrip = true\n",
            program.dependency(&self.directory.path().join("workspace/port-catalog"))
        );
        fs::create_dir_all(project.join("src"))?;
        fs::write(project.join("Cargo.toml"), manifest)?;
        fs::write(project.join("src/main.rs"), program.source())?;
        cargo(&project, &["fetch", "--quiet"])?;
        Ok(())
    }

    /// Builds a program from scratch, and runs it once.
    pub fn build(&self, program: Program) -> Result<Build, Box<dyn Error>> {
        let project = self.path(program);
        let before = time_of_children()?;
        let messages = cargo(&project, &BUILD)?;
        let time = time_of_children()?.saturating_sub(before);
        let crates = messages.lines().filter(|line| line.trim_start().starts_with("Compiling ")).count() - 1;
        let binary = project.join("target/release/program");
        let bytes = fs::metadata(&binary)?.len();
        if !Command::new(&binary).stdout(Stdio::null()).status()?.success() {
            return Err(format!("program {} failed; it should print a fact", program.name()).into());
        }
        fs::remove_dir_all(project.join("target"))?;
        Ok(Build { time, crates, bytes })
    }

    /// The elapsed time to rebuild the program with port-catalog after a change of one table cell.
    pub fn rebuild(&self) -> Result<Duration, Box<dyn Error>> {
        let project = self.path(Program::PortCatalog);
        cargo(&project, &BUILD)?;
        let table = self.directory.path().join("workspace/port-data/tables/services.csv");
        let text = fs::read_to_string(&table)?;
        let changed = text.replace("\ndns,DNS", "\ndns,DNS or so");
        if changed == text {
            return Err(format!("{}: no row of dns to change", table.display()).into());
        }
        fs::write(&table, changed)?;
        let start = Instant::now();
        cargo(&project, &BUILD)?;
        Ok(start.elapsed())
    }
}

/// Copies a directory. Links are followed, as the compiler does.
fn copy_directory(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if fs::metadata(&from)?.is_dir() { copy_directory(&from, &to)? } else { fs::copy(&from, &to).map(drop)? }
    }
    Ok(())
}

/// Runs cargo in a project and returns its messages. Environment variables that would change the build are removed.
fn cargo(project: &Path, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let cargo = PathBuf::from(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let mut command = Command::new(&cargo);
    for (name, _) in env::vars_os() {
        let starts_with = |start: &str| name.to_str().is_some_and(|name| name.starts_with(start));
        if SETTINGS.into_iter().any(starts_with) {
            command.env_remove(&name);
        }
    }
    let output = command.args(arguments).current_dir(project).output();
    let output = output.map_err(|error| format!("{}: can't be run: {error}", cargo.display()))?;
    let messages = String::from_utf8(output.stderr)?;
    if output.status.success() {
        Ok(messages)
    } else {
        Err(format!("cargo {} failed:\n{messages}", arguments.join(" ")).into())
    }
}

/// The CPU time of all child processes that have ended, and of their children.
fn time_of_children() -> Result<Duration, Box<dyn Error>> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let time = usage.user_time() + usage.system_time();
    Ok(Duration::from_micros(time.num_microseconds().try_into()?))
}
