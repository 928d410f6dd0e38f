//! Checks every reader with its seeds, and with inputs that once made it fail.

use std::fs;
use std::path::{Path, PathBuf};

use crate::checks::READERS;

/// The files of a directory in the order of their names. None if it doesn't exist.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.collect();
    files.sort();
    files
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

#[test]
fn every_seed_is_read() {
    for reader in READERS {
        let seeds = files(&fuzz().join("seeds").join(reader.name));
        assert!(!seeds.is_empty(), "{} has no seed", reader.name);
        for seed in seeds {
            let bytes = fs::read(&seed).unwrap();
            println!("{}", seed.display());
            (reader.check)(&bytes);
            // A scan of two hosts is rejected: the host must be named.
            if reader.name != "nmap" {
                (reader.read)(&bytes).unwrap_or_else(|error| panic!("{}: {error}", seed.display()));
            }
        }
    }
}

#[test]
fn no_regression_fails_again() {
    let mut count = 0;
    for reader in READERS {
        for file in files(&fuzz().join("regressions").join(reader.name)) {
            println!("{}", file.display());
            (reader.check)(&fs::read(&file).unwrap());
            count += 1;
        }
    }
    assert!(count > 0, "fuzz/regressions has no inputs");
}

#[test]
fn every_reader_has_a_fuzz_target_and_every_directory_a_reader() {
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for reader in READERS {
        assert!(manifest.contains(&format!("\nname = \"{}\"\n", reader.name)), "{}", reader.name);
        let target = fs::read_to_string(fuzz().join(format!("fuzz_targets/{}.rs", reader.name))).unwrap();
        assert!(target.contains(&format!("reader(\"{}\")", reader.name)), "{}", reader.name);
    }
    for directory in ["seeds", "regressions"] {
        for directory in files(&fuzz().join(directory)) {
            let name = directory.file_name().unwrap().to_str().unwrap();
            assert!(READERS.iter().any(|reader| reader.name == name), "{name} isn't a reader");
        }
    }
}
