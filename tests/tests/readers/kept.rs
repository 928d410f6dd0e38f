//! What must hold of every reader holds of each seed, and of each input that once broke something.

use std::fs;
use std::path::{Path, PathBuf};

use crate::checks::READERS;

/// The files of a folder, in the order of their names; none where it is not there.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.collect();
    files.sort();
    files
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

#[test]
fn every_seed_is_read_and_what_must_hold_of_it_holds() {
    for reader in READERS {
        let seeds = files(&fuzz().join("seeds").join(reader.name));
        assert!(!seeds.is_empty(), "{} has no seed", reader.name);
        for seed in seeds {
            let bytes = fs::read(&seed).unwrap();
            println!("{}", seed.display());
            (reader.check)(&bytes);
            // A scan of two hosts asks which of them is meant.
            if reader.name != "nmap" {
                (reader.read)(&bytes).unwrap_or_else(|error| panic!("{}: {error}", seed.display()));
            }
        }
    }
}

#[test]
fn what_once_broke_a_reader_no_longer_does() {
    let mut kept = 0;
    for reader in READERS {
        for file in files(&fuzz().join("kept").join(reader.name)) {
            println!("{}", file.display());
            (reader.check)(&fs::read(&file).unwrap());
            kept += 1;
        }
    }
    assert!(kept > 0, "there is no input in fuzz/kept");
}

#[test]
fn every_reader_has_a_fuzz_target_and_every_folder_a_reader() {
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for reader in READERS {
        assert!(manifest.contains(&format!("\nname = \"{}\"\n", reader.name)), "{}", reader.name);
        let target = fs::read_to_string(fuzz().join(format!("fuzz_targets/{}.rs", reader.name))).unwrap();
        assert!(target.contains(&format!("reader(\"{}\")", reader.name)), "{}", reader.name);
    }
    for folder in ["seeds", "kept"] {
        for folder in files(&fuzz().join(folder)) {
            let name = folder.file_name().unwrap().to_str().unwrap();
            assert!(READERS.iter().any(|reader| reader.name == name), "{name} is no reader");
        }
    }
}
