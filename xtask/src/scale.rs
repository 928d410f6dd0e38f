//! `cargo xtask scale`: what a catalog of any size costs to compile, to carry and to ask.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use wait4::Wait4;

mod tables;

/// The program that is compiled with the tables.
const PROGRAM: &str = include_str!("scale/program.rs");

/// What a catalog of a size costs.
#[derive(Clone, Debug)]
pub struct Cost {
    /// How many flows it has.
    pub rows: usize,
    /// The processor time of the macro, of compiling what it makes, and of linking, in seconds.
    pub seconds: f64,
    /// The most memory that compiling took, in megabytes.
    pub megabytes: u64,
    /// What a catalog with more flows adds to a program that looks things up and lists all flows, in bytes.
    pub bytes: u64,
    /// What look-ups take, by name, in nanoseconds.
    pub nanoseconds: Vec<(String, f64)>,
}

/// The name of the package that is compiled.
const PACKAGE: &str = "scale";

/// Makes tables of each size in a folder, compiles them with `catalog!`, measures, and tells each cost when it is known.
///
/// # Errors
///
/// Where the folder cannot be written, or the tables do not compile.
pub fn scale(root: &Path, folder: &Path, sizes: &[u32], mut tell: impl FnMut(&Cost)) -> io::Result<()> {
    write(&folder.join("Cargo.toml"), &manifest(root))?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    // The smallest catalog compiles what all of them depend on, and is what the others are compared with.
    let smallest = measure(folder, 1)?.bytes;
    for size in sizes {
        let cost = measure(folder, *size as usize)?;
        tell(&Cost { bytes: cost.bytes.saturating_sub(smallest), ..cost });
    }
    Ok(())
}

fn manifest(root: &Path) -> String {
    format!(
        "[package]\nname = \"{PACKAGE}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         port-catalog = {{ path = {} }}\n\n[profile.release]\nstrip = true\n\n[workspace]\n",
        toml::Value::from(root.join("port-catalog").display().to_string())
    )
}

fn measure(folder: &Path, rows: usize) -> io::Result<Cost> {
    let tables = folder.join("ports");
    match fs::remove_dir_all(&tables) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    for (path, text) in tables::tables(rows) {
        write(&tables.join(path), &text)?;
    }
    write(&folder.join("src/main.rs"), PROGRAM)?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--release", "--offline", "--quiet"])
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env_remove("RUSTFLAGS")
        .env_remove("RUSTC_WRAPPER")
        .current_dir(folder)
        .stdin(Stdio::null())
        .spawn()?;
    let used = cargo.wait4()?;
    if !used.status.success() {
        return Err(io::Error::other(format!("a catalog of {rows} flows does not compile: {}", used.status)));
    }
    let program = folder.join("target/release").join(PACKAGE);
    let bytes = fs::metadata(&program)?.len();
    let printed = Command::new(&program).output()?;
    if !printed.status.success() {
        return Err(io::Error::other(format!("the program with {rows} flows fails: {}", printed.status)));
    }
    Ok(Cost {
        rows,
        seconds: (used.rusage.utime + used.rusage.stime).as_secs_f64(),
        megabytes: used.rusage.maxrss / 1_000_000,
        bytes,
        nanoseconds: nanoseconds(&String::from_utf8_lossy(&printed.stdout)),
    })
}

/// The program's lines, each with a name and a number.
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
        write!(f, "{} rows: {:.2} s, {} MB at most, {} bytes", self.rows, self.seconds, self.megabytes, self.bytes)?;
        self.nanoseconds.iter().try_for_each(|(name, time)| write!(f, ", {name} {time:.1} ns"))
    }
}
