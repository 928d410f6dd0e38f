//! Checks every reader with its seeds, and with inputs that once made it fail.

use std::fs;
use std::path::{Path, PathBuf};

use crate::checks::READERS;

/// Seeds that are rejected on purpose, since they lead to rare branches, each with words of the reason.
const REJECTED: [(&str, &str); 3] = [
    ("nmap/two-hosts.xml", "2 hosts are up; choose one"),
    ("port_cell/lists.txt", "it isn't clear which service of the protocol column belongs to which number"),
    ("port_cell/open.txt", "a thousands separator, or two ports"),
];

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
fn every_seed_is_read_or_rejected_for_its_reason() {
    for reader in READERS {
        let seeds = files(&fuzz().join("seeds").join(reader.name));
        assert!(!seeds.is_empty(), "{} has no seed", reader.name);
        for seed in seeds {
            let bytes = fs::read(&seed).unwrap();
            println!("{}", seed.display());
            (reader.check)(&bytes);
            let reason = REJECTED.iter().find(|(rejected, _)| seed.ends_with(rejected)).map(|(_, reason)| *reason);
            match ((reader.read)(&bytes), reason) {
                (Ok(_), None) => {}
                (Err(error), Some(reason)) => assert!(error.contains(reason), "{}: {error}", seed.display()),
                (result, _) => panic!("{}: {result:?}, but expected {reason:?}", seed.display()),
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
