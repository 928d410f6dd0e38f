//! Files of the repository and of other folders, to copy them to where a test does as it likes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::root;

/// Every file below a folder, by its path from there; nothing of what is built or kept by git.
pub fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(folder.join(&inner)).expect("a folder").map(|entry| entry.expect("an entry")) {
            let path = inner.join(entry.file_name());
            match entry.file_type().expect("a type").is_dir() {
                true if entry.file_name() == "target" || entry.file_name() == ".git" => {}
                true => folders.push(path),
                false => found.push(path),
            }
        }
    }
    found.sort();
    found
}

/// What git has of the repository, as it is here; where there is no git, all but what is built.
pub fn of_repository() -> Vec<PathBuf> {
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listed = Command::new("git").args(list).current_dir(root()).output();
    let files: Vec<PathBuf> = match listed {
        Ok(listed) if listed.status.success() => {
            let listed = String::from_utf8(listed.stdout).expect("files have names in UTF-8");
            listed.split_terminator('\0').map(PathBuf::from).collect()
        }
        _ => below(&root()),
    };
    // What was removed and is not committed yet.
    files.into_iter().filter(|file| root().join(file).symlink_metadata().is_ok()).collect()
}

/// Copies files of a folder to the same places in another one; links stay links.
pub fn copy(from: &Path, files: &[PathBuf], to: &Path) {
    for file in files {
        let (from, to) = (from.join(file), to.join(file));
        fs::create_dir_all(to.parent().expect("a file stands in a folder")).expect("a folder");
        match from.is_symlink() {
            true => link(&fs::read_link(&from).expect("a link"), &to),
            false => drop(fs::copy(&from, &to).unwrap_or_else(|error| panic!("{}: {error}", from.display()))),
        }
    }
}

#[cfg(unix)]
fn link(target: &Path, link: &Path) {
    std::os::unix::fs::symlink(target, link).expect("a place for a link");
}

#[cfg(not(unix))]
fn link(target: &Path, _: &Path) {
    panic!("the repository has links, here to {}, which this system has not", target.display());
}
