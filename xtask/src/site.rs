//! Writes the web page that `port-web` makes: a directory of files, or one file.
//!
//! The directory is written next to its place and then renamed, so that it is never half of a site.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use port_data::{Diagnostic, Place};
use port_engine::dataset::Dataset;
use port_import::atomic_write::AtomicWriter;
use port_web::{File, Site};

use crate::codes;

/// The arguments of `cargo xtask site`.
#[derive(Debug, clap::Args)]
pub struct SiteArgs {
    /// Write the site into this directory, which is replaced
    #[arg(long, value_name = "DIR", required_unless_present = "single")]
    pub out: Option<PathBuf>,
    /// Write the search and the tools as one file, which works without a server
    #[arg(long, value_name = "FILE", requires = "client")]
    pub single: Option<PathBuf>,
    /// The compiled client, as port-web/build.sh writes it; without it, pages have no search and no tools
    #[arg(long, value_name = "DIR")]
    pub client: Option<PathBuf>,
    /// Make the site of other tables than the catalog's own
    #[arg(long, value_name = "DIR")]
    pub tables: Option<PathBuf>,
    /// The path under which the site is served, for the page of unknown addresses
    #[arg(long, value_name = "PATH", default_value = "/")]
    pub base: String,
}

/// Writes the site. `data` is the directory of the catalog's own tables and changes.
///
/// # Errors
///
/// Everything that is wrong with the tables, files that can't be read or written, and a directory that has something other than a site.
pub fn site(args: &SiteArgs, data: &Path) -> Result<String, Vec<Diagnostic>> {
    let one = |problem| vec![problem];
    let client = args.client.as_deref().map(client).transpose().map_err(one)?.unwrap_or_default();
    let tables = args.tables.clone().unwrap_or_else(|| data.join("tables"));
    let dataset = Dataset::from_tables(&port_data::read(&tables)?);
    // The changes are those of the catalog's own tables.
    let changes = match &args.tables {
        Some(_) => None,
        None => Some([
            read_text(&data.join("changes.json")).map_err(one)?,
            read_text(&data.join("changes.atom")).map_err(one)?,
        ]),
    };
    let site = Site { dataset, changes, client, base: args.base.clone() };
    let mut written = String::new();
    if let Some(directory) = &args.out {
        let files = site.files().map_err(|text| one(Diagnostic::new(codes::SITE, text)))?;
        replace(directory, &files).map_err(one)?;
        let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
        written += &format!("{}: {} files, {} kB\n", Place::file(directory), files.len(), bytes / 1000);
    }
    if let Some(file) = &args.single {
        let text = site.single().map_err(|text| one(Diagnostic::new(codes::SITE, text)))?;
        let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let length = text.len();
        let write = |writer: AtomicWriter| writer.write(&[(file.clone(), text)], &mut Vec::new());
        AtomicWriter::lock(directory).and_then(write).map_err(one)?;
        written += &format!("{}: {} kB\n", Place::file(file), length / 1000);
    }
    Ok(written)
}

/// The files of the compiled client.
fn client(directory: &Path) -> Result<Vec<File>, Diagnostic> {
    let entries = fs::read_dir(directory).map_err(|error| failed(directory, "cannot be read", &error))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| failed(directory, "cannot be read", &error))?.path();
        let bytes = fs::read(&path).map_err(|error| failed(&path, "cannot be read", &error))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.push(File { path: name, bytes });
    }
    if files.iter().all(|file| file.path != "app.js") {
        let problem = Diagnostic::new(codes::SITE, "not a compiled client (no app.js)").at(Place::file(directory));
        return Err(problem.help("run port-web/build.sh"));
    }
    Ok(files)
}

fn read_text(file: &Path) -> Result<String, Diagnostic> {
    fs::read_to_string(file).map_err(|error| failed(file, "cannot be read", &error))
}

fn failed(path: &Path, what: &str, error: &io::Error) -> Diagnostic {
    Diagnostic::new(codes::SITE, format!("{what} ({error})")).at(Place::file(path))
}

/// Replaces a directory by one with these files.
fn replace(directory: &Path, files: &[File]) -> Result<(), Diagnostic> {
    let is_site = directory.join("data/v1/index.json").exists();
    let is_empty = fs::read_dir(directory).map_or(true, |mut entries| entries.next().is_none());
    if !is_site && !is_empty {
        let problem = Diagnostic::new(codes::SITE, "contains something other than a site").at(Place::file(directory));
        return Err(problem.help("choose another directory"));
    }
    let (new, old) = (with_suffix(directory, ".new"), with_suffix(directory, ".old"));
    let write = || {
        for leftover in [&new, &old] {
            remove(leftover)?;
        }
        for file in files {
            let path = new.join(&file.path);
            fs::create_dir_all(path.parent().unwrap_or(&new))?;
            fs::write(&path, &file.bytes)?;
        }
        if directory.exists() {
            fs::rename(directory, &old)?;
        }
        fs::rename(&new, directory)?;
        remove(&old)
    };
    write().map_err(|error| failed(directory, "cannot be written", &error))
}

fn remove(directory: &Path) -> io::Result<()> {
    if directory.exists() { fs::remove_dir_all(directory) } else { Ok(()) }
}

/// A directory next to another one.
fn with_suffix(directory: &Path, suffix: &str) -> PathBuf {
    let mut name = directory.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    directory.with_file_name(name)
}
