//! Records the changes since the last release as those of a version.

use std::fs;
use std::path::{Path, PathBuf};

use port_data::{Diagnostic, Place};

use super::changelog::Changelog;
use super::compare::newest_day;
use super::{Feed, RELEASED, UNRELEASED, Version, feed, feed_files};
use crate::atomic_write::{AtomicWriter, NewFile};
use crate::codes;
use crate::file;

/// Makes the changes since the last release those of a version, and copies the tables to those of the last release. `root` is the root
/// of the workspace, whose changelog is updated. Returns the changes.
///
/// # Errors
///
/// The version is recorded already, the tables aren't valid, or a file can't be read or written.
pub fn record(data: &Path, root: &Path, version: &str) -> Result<Version, Vec<Diagnostic>> {
    let one = |diagnostic| vec![diagnostic];
    let writer = AtomicWriter::lock(data).map_err(one)?;
    let catalog = port_data::read(&data.join("tables"))?;
    let changelog = read_changelog(root).map_err(one)?;
    let mut feed = feed(data, changelog.as_ref(), &catalog)?;
    if feed.released().any(|known| known.version == version) {
        let message = format!("version {version} is recorded already");
        let help = "raise the version, or restore the file and port-data/released from the last release";
        let place = Place::file(data.join("changes.json"));
        return Err(vec![Diagnostic::new(codes::RECORDED, message).help(help).at(place)]);
    }
    if feed.versions.first().is_none_or(|first| first.version != UNRELEASED) {
        let dataset = port_engine::dataset::Dataset::from_tables(&catalog);
        feed.versions.insert(0, Version { date: newest_day(&dataset), ..Version::default() });
    }
    let recorded = &mut feed.versions[0];
    recorded.version = version.to_string();
    let day = changelog.as_ref().and_then(|changelog| changelog.date(version));
    recorded.date = day.or(recorded.date.take());
    let recorded = recorded.clone();
    let released = data.join(RELEASED);
    let mut files = copies(&catalog.files, &data.join("tables"), &released).map_err(one)?;
    let kept: Vec<PathBuf> = files.iter().map(|(path, _)| path.clone()).collect();
    files.extend(new_files(&feed, data, root, changelog.as_ref()));
    writer.write(&files, &mut Vec::new()).map_err(one)?;
    remove_others(&released, &kept).map_err(one)?;
    Ok(recorded)
}

/// The changelog of a workspace, if it has one.
pub(crate) fn read_changelog(root: &Path) -> Result<Option<Changelog>, Diagnostic> {
    let path = root.join("CHANGELOG.md");
    match path.try_exists() {
        Ok(false) => Ok(None),
        _ => file::read(&path).map(|text| Some(Changelog::parse(&text))),
    }
}

/// The feed, and the changelog that is made from it.
pub(crate) fn new_files(feed: &Feed, data: &Path, root: &Path, changelog: Option<&Changelog>) -> Vec<NewFile> {
    let mut files = feed_files(feed, data);
    files.extend(changelog.map(|changelog| (root.join("CHANGELOG.md"), changelog.with_data(feed))));
    files
}

/// The tables, to be written to another directory.
fn copies(tables: &[PathBuf], from: &Path, to: &Path) -> Result<Vec<NewFile>, Diagnostic> {
    let copy = |table: &PathBuf| Ok((to.join(table.strip_prefix(from).unwrap_or(table)), file::read(table)?));
    tables.iter().map(copy).collect()
}

/// Removes the tables of an earlier release that no longer exist.
fn remove_others(directory: &Path, kept: &[PathBuf]) -> Result<(), Diagnostic> {
    let unreadable = |error: std::io::Error| file::unreadable(directory, &error);
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            remove_others(&path, kept)?;
        } else if !kept.contains(&path) {
            fs::remove_file(&path).map_err(unreadable)?;
        }
    }
    Ok(())
}
