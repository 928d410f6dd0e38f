//! Lists and copies the files of the repository and of other directories, so that tests can change copies.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::root;

/// Every file below a directory, as a path relative to it, sorted. `target` and `.git` are skipped.
pub fn below(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut directories = vec![PathBuf::new()];
    while let Some(inner) = directories.pop() {
        for entry in fs::read_dir(directory.join(&inner)).expect("a directory").map(|entry| entry.expect("an entry")) {
            let path = inner.join(entry.file_name());
            match entry.file_type().expect("a type").is_dir() {
                true if entry.file_name() == "target" || entry.file_name() == ".git" => {}
                true => directories.push(path),
                false => found.push(path),
            }
        }
    }
    found.sort();
    found
}

/// The files of the repository that git tracks or would add; without git, all except build output.
pub fn in_repository() -> Vec<PathBuf> {
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listed = Command::new("git").args(list).current_dir(root()).output();
    let files: Vec<PathBuf> = match listed {
        Ok(listed) if listed.status.success() => {
            let listed = String::from_utf8(listed.stdout).expect("file names are UTF-8");
            listed.split_terminator('\0').map(PathBuf::from).collect()
        }
        _ => below(&root()),
    };
    // Git also lists files whose removal isn't committed yet.
    files.into_iter().filter(|file| root().join(file).symlink_metadata().is_ok()).collect()
}

/// Copies files to the same relative paths in another directory. Symbolic links stay links.
pub fn copy(from: &Path, files: &[PathBuf], to: &Path) {
    for file in files {
        let (from, to) = (from.join(file), to.join(file));
        fs::create_dir_all(to.parent().expect("a file has a parent")).expect("the directory can be created");
        match from.is_symlink() {
            true => link(&fs::read_link(&from).expect("a link"), &to),
            false => drop(fs::copy(&from, &to).unwrap_or_else(|error| panic!("{}: {error}", from.display()))),
        }
    }
}

#[cfg(unix)]
fn link(target: &Path, link: &Path) {
    std::os::unix::fs::symlink(target, link).expect("the link can be created");
}

#[cfg(not(unix))]
fn link(target: &Path, _: &Path) {
    panic!("symbolic links, such as one to {}, aren't supported on this system", target.display());
}
