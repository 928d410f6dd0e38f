//! Packages what users install: an archive with the command, and a Python wheel with the command and the data.
//!
//! The same sources, tools and paths give the same bytes: file times are `SOURCE_DATE_EPOCH`, or else the first day that zip files
//! can express.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use port_data::hidden::Escaped;
use port_data::{Diagnostic, Place};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::codes;

mod archive;
mod wheel;

use archive::Entry;

/// The first day that a zip file can express, in seconds: 1980-01-01.
const FIRST_DAY: u64 = 315_532_800;

/// The licences, which every package contains.
const LICENCES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

/// The arguments of `cargo xtask package`.
#[derive(Debug, clap::Args)]
pub struct PackageArgs {
    /// Write the packages into this directory
    #[arg(long, value_name = "DIR", default_value = "target/package")]
    pub out: PathBuf,
    /// Which package to build; by default both
    #[arg(long, value_enum)]
    pub only: Option<PackageKind>,
    /// Build for this target instead of this machine
    #[arg(long, value_name = "TRIPLE")]
    pub target: Option<String>,
    /// Cargo's profile
    #[arg(long, value_name = "PROFILE", default_value = "release")]
    pub profile: String,
}

/// A kind of package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum PackageKind {
    /// The command with its documentation and licences, as .tar.gz
    Archive,
    /// The command and a Python module with the data, for pip
    Wheel,
}

/// Builds the packages. Returns a line for each: its path, size and SHA-256.
///
/// # Errors
///
/// Everything that is wrong with the tables, tools that are missing or fail, and files that can't be read or written.
pub fn package(args: &PackageArgs, root: &Path) -> Result<String, Vec<Diagnostic>> {
    let one = |problem| vec![problem];
    let build = Build { args, root, epoch: epoch().map_err(one)? };
    let has = |kind| args.only.is_none_or(|only| only == kind);
    let mut files = Vec::new();
    // Both contain the same program, which cargo builds only once.
    if has(PackageKind::Archive) {
        files.push(build.program().and_then(|program| build.archive(&program)).map_err(one)?);
    }
    if has(PackageKind::Wheel) {
        files.push(wheel::build(&build)?);
    }
    files.iter().map(|file| describe(file).map_err(one)).collect()
}

/// The time of all files in packages, in seconds since 1970.
fn epoch() -> Result<u64, Diagnostic> {
    let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH") else { return Ok(FIRST_DAY) };
    let seconds = text.to_str().and_then(|text| text.parse().ok()).filter(|seconds| *seconds >= FIRST_DAY);
    seconds.ok_or_else(|| {
        let message = format!("SOURCE_DATE_EPOCH is invalid (found {})", Escaped(text.to_string_lossy()));
        failed(message).help(format!("write seconds since 1970, at least {FIRST_DAY}, or unset it"))
    })
}

/// What all packages of a call share.
struct Build<'a> {
    args: &'a PackageArgs,
    root: &'a Path,
    epoch: u64,
}

impl Build<'_> {
    /// The path of the command, after cargo has built it.
    fn program(&self) -> Result<PathBuf, Diagnostic> {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--locked", "--package", "port-cli", "--bin", "port-catalog", "--profile"]);
        cargo.arg(&self.args.profile).args(["--message-format", "json-render-diagnostics"]);
        cargo.args(self.target_option()).current_dir(self.root);
        let printed = run(cargo, "install Rust, and the target with rustup target add")?;
        let messages = printed.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let program = messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).next_back();
        program.ok_or_else(|| failed("cargo built no program".to_string()))
    }

    fn target_option(&self) -> Vec<&str> {
        self.args.target.as_deref().map_or(Vec::new(), |target| vec!["--target", target])
    }

    /// The target that the command is built for.
    fn target(&self) -> Result<String, Diagnostic> {
        if let Some(target) = &self.args.target {
            return Ok(target.clone());
        }
        let mut rustc = Command::new("rustc");
        rustc.arg("-vV").current_dir(self.root);
        let printed = run(rustc, "install Rust")?;
        let host = printed.lines().find_map(|line| line.strip_prefix("host: "));
        host.map(str::to_string).ok_or_else(|| failed("rustc -vV prints no host".to_string()))
    }

    /// Writes the archive: one directory with the program, its documentation and the licences.
    fn archive(&self, program: &Path) -> Result<PathBuf, Diagnostic> {
        let name = format!("port-catalog-{}-{}", env!("CARGO_PKG_VERSION"), self.target()?);
        let entry = |path: &Path, is_program| {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            Ok(Entry { path: format!("{name}/{file}"), bytes: read(path)?, is_program })
        };
        let texts = LICENCES.into_iter().chain(["README.md", "CHANGELOG.md"]);
        let texts = texts.map(|text| entry(&self.root.join(text), false));
        let entries = std::iter::once(entry(program, true)).chain(texts).collect::<Result<Vec<_>, Diagnostic>>()?;
        let file = self.args.out.join(format!("{name}.tar.gz"));
        write(&file, &archive::tar_gz(&entries, self.epoch))?;
        Ok(file)
    }
}

/// A line about a package.
fn describe(file: &Path) -> Result<String, Diagnostic> {
    let bytes = read(file)?;
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{}: {} kB, sha256 {digest}\n", Place::file(file), bytes.len() / 1000))
}

/// What a program prints to standard output. Its messages are shown while it runs. `help` says what to do if it fails.
fn run(mut command: Command, help: &str) -> Result<String, Diagnostic> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| failed(format!("{program} cannot be run ({error})")).help(help))?;
    if !output.status.success() {
        return Err(failed(format!("{program} fails ({}); its messages are above", output.status)).help(help));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn failed(message: String) -> Diagnostic {
    Diagnostic::new(codes::PACKAGE, message)
}

fn read(file: &Path) -> Result<Vec<u8>, Diagnostic> {
    fs::read(file).map_err(|error| failed(format!("cannot be read ({error})")).at(Place::file(file)))
}

/// Writes a file and the directories above it.
fn write(file: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    let result = fs::create_dir_all(file.parent().unwrap_or(Path::new("."))).and_then(|()| fs::write(file, bytes));
    result.map_err(|error| failed(format!("cannot be written ({error})")).at(Place::file(file)))
}
