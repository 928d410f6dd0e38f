//! `cargo xtask scale`: measures what a catalog of any size costs: time to compile, bytes in a program, time per lookup.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use wait4::Wait4;

mod tables;

/// The program that is compiled with the tables.
const PROGRAM: &str = include_str!("scale/program.rs");

/// What a catalog costs.
#[derive(Clone, Debug)]
pub struct Cost {
    /// Its number of flows.
    pub flows: usize,
    /// The number of editions of each product.
    pub editions: usize,
    /// The CPU time of the macro, of compiling its expansion, and of linking, in seconds.
    pub seconds: f64,
    /// The peak memory of the compiler, in megabytes.
    pub megabytes: u64,
    /// The size of the program, minus its size with a single flow, in bytes.
    pub bytes: u64,
    /// The times of lookups by name, in nanoseconds.
    pub nanoseconds: Vec<(String, f64)>,
}

/// The name of the package that is compiled.
const PACKAGE: &str = "scale";

/// Generates tables of each size in a directory, compiles them with `catalog!`, measures, and reports each cost as soon as it is
/// known.
///
/// # Errors
///
/// The directory can't be written, or the tables don't compile.
pub fn scale(
    root: &Path,
    directory: &Path,
    sizes: &[u32],
    editions: u16,
    mut report: impl FnMut(&Cost),
) -> io::Result<()> {
    write(&directory.join("Cargo.toml"), &manifest(root))?;
    fs::copy(root.join("Cargo.lock"), directory.join("Cargo.lock"))?;
    // The smallest catalog compiles the dependencies of all of them, and is the baseline for their sizes.
    let smallest = measure(directory, 1, 1)?.bytes;
    for size in sizes {
        let cost = measure(directory, *size as usize, editions.into())?;
        report(&Cost { bytes: cost.bytes.saturating_sub(smallest), ..cost });
    }
    Ok(())
}

fn manifest(root: &Path) -> String {
    format!(
        "[package]\nname = \"{PACKAGE}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         port-catalog = {{ path = {} }}\n\n[profile.release]\nstrip = true\n\n\
         [profile.release.build-override]\nopt-level = 2\n\n[workspace]\n",
        toml::Value::from(root.join("port-catalog").display().to_string())
    )
}

fn measure(directory: &Path, flows: usize, editions: usize) -> io::Result<Cost> {
    let tables = directory.join("ports");
    match fs::remove_dir_all(&tables) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    for (path, text) in tables::tables(flows, editions) {
        write(&tables.join(path), &text)?;
    }
    write(&directory.join("src/main.rs"), PROGRAM)?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--release", "--offline", "--quiet"])
        .env("CARGO_TARGET_DIR", directory.join("target"))
        .env_remove("RUSTFLAGS")
        .env_remove("RUSTC_WRAPPER")
        .current_dir(directory)
        .stdin(Stdio::null())
        .spawn()?;
    let used = cargo.wait4()?;
    if !used.status.success() {
        return Err(io::Error::other(format!("a catalog of {flows} flows does not compile: {}", used.status)));
    }
    let program = directory.join("target/release").join(PACKAGE);
    let bytes = fs::metadata(&program)?.len();
    let printed = Command::new(&program).output()?;
    if !printed.status.success() {
        return Err(io::Error::other(format!("the program with {flows} flows fails: {}", printed.status)));
    }
    Ok(Cost {
        flows,
        editions,
        seconds: (used.rusage.utime + used.rusage.stime).as_secs_f64(),
        megabytes: used.rusage.maxrss / 1_000_000,
        bytes,
        nanoseconds: nanoseconds(&String::from_utf8_lossy(&printed.stdout)),
    })
}

/// The lines that the program prints, each a name and a number.
fn nanoseconds(printed: &str) -> Vec<(String, f64)> {
    let line = |line: &str| {
        let (name, number) = line.split_once(' ')?;
        Some((name.to_string(), number.parse().ok()?))
    };
    printed.lines().filter_map(line).collect()
}

fn write(file: &PathBuf, text: &str) -> io::Result<()> {
    fs::create_dir_all(file.parent().unwrap_or(file))?;
    fs::write(file, text)
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cost { flows, editions, seconds, megabytes, bytes, .. } = self;
        write!(f, "{flows} flows, {editions} editions: {seconds:.2} s, {megabytes} MB at most, {bytes} bytes")?;
        self.nanoseconds.iter().try_for_each(|(name, time)| write!(f, ", {name} {time:.1} ns"))
    }
}
