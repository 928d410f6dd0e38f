//! Writes files so that each one is always complete: a temporary file next to it is flushed and renamed over it.
//!
//! The files of one call are written in the order in which they are given. If a run is cut off, the files before that point are
//! new and the rest are old. Callers give sources before what is made from them, so that the next run makes the rest. A lock on
//! the directory keeps two runs apart; the system releases it when a run ends, however it ends.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fs4::FileExt;
use port_data::{Diagnostic, Place};

use crate::codes;

/// The end of a temporary file's name. Its beginning is the name of the file that it will become.
const TEMPORARY: &str = ".regenerate-tmp";

/// A file to write: its path and its text.
pub type NewFile = (PathBuf, String);

/// Writes files while it holds the lock of a directory.
#[derive(Debug)]
pub struct AtomicWriter {
    _lock: File,
}

impl AtomicWriter {
    /// Waits for the lock of a directory, which is created if it doesn't exist.
    ///
    /// # Errors
    ///
    /// The directory can't be created or locked.
    pub fn lock(directory: &Path) -> Result<AtomicWriter, Diagnostic> {
        let lock = || {
            fs::create_dir_all(directory)?;
            // The directory itself is locked, so that no lock file is left behind.
            let lock = File::open(directory)?;
            // `File::lock` needs a newer Rust.
            FileExt::lock(&lock)?;
            Ok(lock)
        };
        let lock = lock().map_err(|error| unwritable(directory, &error))?;
        Ok(AtomicWriter { _lock: lock })
    }

    /// Writes files in the given order, except those that have the same contents already. The paths that were written are
    /// added to `written`.
    ///
    /// # Errors
    ///
    /// The first file that can't be written. Files after it aren't written.
    pub fn write(&self, files: &[NewFile], written: &mut Vec<PathBuf>) -> Result<(), Diagnostic> {
        for (path, _) in files {
            // A run that was killed may have left it.
            let _ = fs::remove_file(temporary(path));
        }
        for (path, text) in changed_files(files) {
            replace(path, text).map_err(|error| unwritable(path, &error))?;
            written.push(path.clone());
        }
        Ok(())
    }
}

/// The files whose contents on the disk are different.
pub fn changed_files(files: &[NewFile]) -> impl Iterator<Item = &NewFile> {
    files.iter().filter(|(path, text)| fs::read(path).ok().as_deref() != Some(text.as_bytes()))
}

fn unwritable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::new(codes::UNWRITABLE, format!("cannot be written ({error})")).at(Place::file(path))
}

/// Replaces a file by a temporary file with the new text.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    let temporary = temporary(path);
    let result = write_flushed(&temporary, text).and_then(|()| fs::rename(&temporary, path));
    if result.is_err() {
        let _ = fs::remove_file(&temporary);
        return result;
    }
    File::open(parent)?.sync_all()
}

/// The temporary file of a file. It has the same name in every run, so that the next run removes what a killed one left.
fn temporary(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(TEMPORARY);
    path.with_file_name(name)
}

fn write_flushed(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::AtomicWriter;
    use std::fs;
    use std::path::Path;

    fn tree(directory: &Path) -> Vec<(String, String)> {
        let files = port_catalog_tests::files::below(directory).into_iter();
        files.map(|file| (file.display().to_string(), fs::read_to_string(directory.join(file)).unwrap())).collect()
    }

    fn write(directory: &Path, files: &[(&str, &str)]) -> Result<usize, String> {
        let writer = AtomicWriter::lock(directory).unwrap();
        let files: Vec<_> = files.iter().map(|(path, text)| (directory.join(path), (*text).to_string())).collect();
        let mut written = Vec::new();
        writer.write(&files, &mut written).map(|()| written.len()).map_err(|diagnostic| diagnostic.message)
    }

    #[test]
    fn files_are_replaced_and_nothing_else_is_left() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(write(directory.path(), &[("a/one", "1"), ("two", "2")]), Ok(2));
        assert_eq!(write(directory.path(), &[("a/one", "3"), ("two", "2")]), Ok(1));
        assert_eq!(tree(directory.path()), [("a/one".into(), "3".into()), ("two".into(), "2".into())]);
    }

    #[test]
    fn a_file_with_the_same_contents_is_not_touched() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), &[("one", "1")]).unwrap();
        let file = fs::File::options().append(true).open(directory.path().join("one")).unwrap();
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        file.set_modified(long_ago).unwrap();
        assert_eq!(write(directory.path(), &[("one", "1")]), Ok(0));
        assert_eq!(fs::metadata(directory.path().join("one")).unwrap().modified().unwrap(), long_ago);
    }

    #[test]
    fn a_file_that_cannot_be_written_stops_the_files_after_it() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), &[("one", "old"), ("three", "old")]).unwrap();
        // The directory of the second file is a file.
        assert!(write(directory.path(), &[("one", "new"), ("one/two", "new"), ("three", "new")]).is_err());
        assert_eq!(tree(directory.path()), [("one".into(), "new".into()), ("three".into(), "old".into())]);
        // A file can't replace a directory, and its temporary file is removed.
        fs::create_dir(directory.path().join("four")).unwrap();
        assert!(write(directory.path(), &[("four", "new")]).is_err());
        assert_eq!(tree(directory.path()).len(), 2);
    }

    #[test]
    fn a_temporary_file_of_a_killed_run_is_removed() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), &[("one", "1")]).unwrap();
        fs::write(directory.path().join("one.regenerate-tmp"), "half").unwrap();
        assert_eq!(write(directory.path(), &[("one", "1")]), Ok(0));
        assert_eq!(tree(directory.path()), [("one".into(), "1".into())]);
    }
}
