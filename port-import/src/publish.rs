//! Writes files whole or not at all, whatever happens in between.
//!
//! New contents are first written beside the old ones, in a folder of their own, and flushed to the disk. Then a list of what goes
//! where is put in place under its final name, and from that moment the new contents count: a run that is cut off before
//! leaves the old files, and a run that is cut off after is finished by the next one, which begins by looking for the list.
//! A lock keeps two runs apart, from before they read anything; the system releases it when a run ends in whatever way.
//! `tests/faults.rs` kills a run at each of its system calls.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fs4::FileExt;

/// The folder, below the one that is written to, with what is not in its place yet.
const STAGE: &str = ".regenerate";
/// A file that is made and removed to see whether a folder can be written to.
const STAGE_PROBE: &str = ".regenerate-probe";
/// The list of the files to be moved, in that folder.
const LIST: &str = "list";

/// The right to write below a folder.
#[derive(Debug)]
pub struct Publisher {
    base: PathBuf,
    _lock: File,
}

/// Files that could not be written.
#[derive(Debug)]
pub struct Unwritten {
    /// What the system says.
    pub error: io::Error,
    /// Whether some may be in their places: the next run moves the rest. Otherwise nothing was changed.
    pub is_begun: bool,
}

impl Unwritten {
    fn in_folder(base: &Path) -> impl Fn(io::Error) -> Unwritten {
        move |error| Unwritten { error, is_begun: base.join(STAGE).join(LIST).exists() }
    }
}

impl fmt::Display for Unwritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.is_begun { "it was begun, and the next run finishes it" } else { "nothing was changed" };
        write!(f, "cannot be written: {}; {state}", self.error)
    }
}

impl std::error::Error for Unwritten {}

impl Publisher {
    /// Takes the lock of a folder, waiting for another run to end, and finishes what a run before this one left undone.
    ///
    /// # Errors
    ///
    /// Where the folder cannot be written.
    pub fn new(base: &Path) -> Result<Publisher, Unwritten> {
        let lock = || {
            fs::create_dir_all(base)?;
            let publisher = Publisher { base: base.to_path_buf(), _lock: lock_file(base)? };
            publisher.finish()?;
            Ok(publisher)
        };
        lock().map_err(Unwritten::in_folder(base))
    }

    /// Replaces files below the folder, by their paths from it. A file that has these very contents is not touched.
    ///
    /// # Errors
    ///
    /// Where anything cannot be written.
    pub fn publish(&self, files: &BTreeMap<PathBuf, String>) -> Result<(), Unwritten> {
        self.replace(files).map_err(Unwritten::in_folder(&self.base))
    }

    fn replace(&self, files: &BTreeMap<PathBuf, String>) -> io::Result<()> {
        if let Some(path) = files.keys().find(|path| self.base.join(path).is_dir()) {
            let message = format!("{} is a folder, expected a file", path.display());
            return Err(io::Error::new(io::ErrorKind::IsADirectory, message));
        }
        let changed: Vec<(&PathBuf, &String)> = changed(&self.base, files).collect();
        if changed.is_empty() {
            return Ok(());
        }
        if let Err(error) = self.stage(&changed) {
            // Without the list nothing of this counts. What cannot be undone now, the next run undoes; where the list cannot be
            // removed, the next run finishes.
            let _ = remove_if_there(&self.base.join(STAGE).join(LIST)).and_then(|()| self.finish());
            return Err(error);
        }
        self.finish()
    }

    /// Writes the new contents beside the old, and last of all the list that makes them count.
    fn stage(&self, files: &[(&PathBuf, &String)]) -> io::Result<()> {
        let stage = self.base.join(STAGE);
        fs::create_dir(&stage)?;
        let mut list = String::new();
        for (number, (path, text)) in files.iter().enumerate() {
            write_flushed(&stage.join(number.to_string()), text)?;
            list += &format!("{number} {}\n", path.display());
            // A file or folder that may not be written must be found out before the new contents count.
            let file = self.base.join(path);
            if file.exists() {
                File::options().append(true).open(&file)?;
            }
            let folder = file.parent().unwrap_or(&self.base);
            fs::create_dir_all(folder)?;
            let probe = folder.join(STAGE_PROBE);
            File::create(&probe)?;
            fs::remove_file(&probe)?;
        }
        let draft = stage.join(format!("{LIST}.draft"));
        write_flushed(&draft, &list)?;
        flush_folder(&stage)?;
        flush_folder(&self.base)?;
        fs::rename(&draft, stage.join(LIST))?;
        flush_folder(&stage)
    }

    /// Moves what a list names to its place; what no list names is thrown away. Can be cut off and begun again.
    fn finish(&self) -> io::Result<()> {
        let stage = self.base.join(STAGE);
        if let Some(list) = read_if_there(&stage.join(LIST))? {
            let mut folders = Vec::new();
            for (number, path) in list.lines().filter_map(|line| line.split_once(' ')) {
                let (from, to) = (stage.join(number), self.base.join(path));
                match fs::rename(&from, &to) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound && to.exists() => {}
                    result => result?,
                }
                folders.extend(to.parent().map(Path::to_path_buf));
            }
            folders.dedup();
            folders.iter().try_for_each(|folder| flush_folder(folder))?;
            fs::remove_file(stage.join(LIST))?;
        }
        self.remove_probes()?;
        match fs::remove_dir_all(&stage) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        }
    }

    /// Removes what a run that was cut off left beside the files of its folders.
    fn remove_probes(&self) -> io::Result<()> {
        if !self.base.join(STAGE).exists() {
            return Ok(());
        }
        let mut folders = vec![self.base.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    folders.push(entry.path());
                } else if entry.file_name() == STAGE_PROBE {
                    fs::remove_file(entry.path())?;
                }
            }
        }
        Ok(())
    }
}

/// Those of some files that a folder has not, or with other contents.
pub fn changed<'a>(
    base: &'a Path,
    files: &'a BTreeMap<PathBuf, String>,
) -> impl Iterator<Item = (&'a PathBuf, &'a String)> {
    files.iter().filter(|(path, text)| fs::read(base.join(path)).ok().as_deref() != Some(text.as_bytes()))
}

/// Whether a run before was cut off here; only a run that writes can finish or undo it.
#[must_use]
pub fn is_unfinished(base: &Path) -> bool {
    base.join(STAGE).exists()
}

/// A lock on the folder itself, so that no file is left for it.
fn lock_file(base: &Path) -> io::Result<File> {
    let lock = File::open(base)?;
    // Not `lock.lock()`, which a newer Rust has itself.
    FileExt::lock(&lock)?;
    Ok(lock)
}

fn read_if_there(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        text => text.map(Some),
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

fn write_flushed(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn flush_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::Publisher;
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};

    fn files(texts: &[(&str, &str)]) -> BTreeMap<PathBuf, String> {
        texts.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_string())).collect()
    }

    fn tree(base: &Path) -> Vec<(String, String)> {
        let read = |file: PathBuf| (file.display().to_string(), fs::read_to_string(base.join(file)).unwrap());
        port_catalog_tests::files::below(base).into_iter().map(read).collect()
    }

    #[test]
    fn files_are_replaced_and_nothing_else_is_left() {
        let base = tempfile::tempdir().unwrap();
        let publisher = Publisher::new(base.path()).unwrap();
        publisher.publish(&files(&[("a/one", "1"), ("two", "2")])).unwrap();
        publisher.publish(&files(&[("a/one", "3"), ("two", "2")])).unwrap();
        assert_eq!(tree(base.path()), [("a/one".into(), "3".into()), ("two".into(), "2".into())]);
    }

    #[test]
    fn a_file_with_the_same_contents_is_not_touched() {
        let base = tempfile::tempdir().unwrap();
        let publisher = Publisher::new(base.path()).unwrap();
        publisher.publish(&files(&[("one", "1")])).unwrap();
        let file = fs::File::options().append(true).open(base.path().join("one")).unwrap();
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        file.set_modified(long_ago).unwrap();
        publisher.publish(&files(&[("one", "1")])).unwrap();
        assert_eq!(fs::metadata(base.path().join("one")).unwrap().modified().unwrap(), long_ago);
    }

    #[test]
    fn what_cannot_be_written_changes_nothing() {
        let base = tempfile::tempdir().unwrap();
        let publisher = Publisher::new(base.path()).unwrap();
        publisher.publish(&files(&[("one", "old")])).unwrap();
        // A file stands where a folder would have to be.
        assert!(publisher.publish(&files(&[("one", "new"), ("one/two", "new")])).is_err());
        assert_eq!(tree(base.path()), [("one".into(), "old".into())]);
    }
}
