//! `cargo xtask release --dry-run`: checks whether the crates are ready to be published, and prints how to publish them.
//!
//! A version covers the data and the interface. Since the last tag, anything removed is a major change, anything added is minor,
//! and any other changed fact is a patch. Before 1.0.0, major changes raise the minor number, as cargo expects.

mod bump;
mod check;
mod version;
mod workspace;

use std::fmt;
use std::path::Path;

use port_data::{Diagnostic, Place};
use port_import::changes::{self, Feed, UNRELEASED};
use serde_json::Value;

use crate::api;
use crate::codes;

use bump::check_bump;
use check::{Check, INTERFACE};
pub use version::Version;
use workspace::{count, dependencies, published_crates, read, run, text};

/// The crate whose version is released.
const CATALOG: &str = "port-catalog";
const CHANGELOG: &str = "CHANGELOG.md";
/// The directory with captures, curation, tables and the change feed.
const DATA: &str = "port-data";
/// The line that sets the version of the data to that of the crate.
const DATA_VERSION: &str = "pub const VERSION: &str = env!(\"CARGO_PKG_VERSION\");";

/// Whether the crates can be published.
#[derive(Debug)]
pub struct Readiness {
    version: Version,
    checks: Vec<(&'static str, Check)>,
    crates: Vec<String>,
}

impl Readiness {
    /// Whether every check passed.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.checks.iter().all(|(_, check)| check.is_ok())
    }
}

impl fmt::Display for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, check) in &self.checks {
            match check {
                Ok(found) => writeln!(f, "ok       {name}: {found}")?,
                Err(missing) => writeln!(f, "missing  {name}[{}]: {missing}", missing.code)?,
            }
        }
        if !self.is_ready() {
            let failed = self.checks.iter().filter(|(_, check)| check.is_err()).count();
            return writeln!(f, "{} is not ready: {failed} of {} checks failed", self.version, self.checks.len());
        }
        writeln!(f, "{} is ready. After `.ci/run`, in this order:", self.version)?;
        writeln!(f, "publish  git tag v{}", self.version)?;
        for name in &self.crates {
            writeln!(f, "publish  cargo publish --package {name}")?;
        }
        writeln!(f, "publish  git push origin v{}", self.version)
    }
}

/// Checks the workspace at `root`.
///
/// # Errors
///
/// A check can't be made: a file is missing, git or cargo fails, or the workspace isn't this project's.
pub fn readiness(root: &Path) -> Result<Readiness, Diagnostic> {
    let packages = published_crates(root)?;
    let version = version_of_catalog(&packages)?;
    let checks = vec![
        ("versions", check_versions(&packages, version, &read(root, "Cargo.lock")?)),
        ("data", check_data_version(&read(root, "port-catalog/src/lib.rs")?)),
        ("feed", check_feed(root, version)?),
        ("changes", check_changelog(&read(root, CHANGELOG)?, version)),
        ("tree", check_committed(root)?),
        ("interface", check_interface(root)?),
        ("bump", check_bump(root, version)?),
    ];
    let crates = packages.iter().map(|package| text(package, "name").to_string()).collect();
    Ok(Readiness { version, checks, crates })
}

/// The version of the crate with the catalog.
fn version_of_catalog(packages: &[Value]) -> Result<Version, Diagnostic> {
    let catalog = packages.iter().find(|package| text(package, "name") == CATALOG).ok_or_else(|| {
        Diagnostic::new(codes::NOT_A_WORKSPACE, format!("the workspace doesn't publish {CATALOG}"))
            .help("check `publish` in its Cargo.toml")
    })?;
    let found = text(catalog, "version");
    Version::parse(found).ok_or_else(|| {
        Diagnostic::new(codes::INVALID_VERSION, format!("version {found} isn't three numbers"))
            .help("write a version such as 1.2.3 in Cargo.toml")
    })
}

/// All crates have one version, depend on each other at exactly that version, and have it in the lockfile.
fn check_versions(packages: &[Value], version: Version, lockfile: &str) -> Check {
    let version = version.to_string();
    let names: Vec<&str> = packages.iter().map(|package| text(package, "name")).collect();
    let wrong = |message: String| Diagnostic::new(codes::VERSIONS, message);
    for package in packages {
        let name = text(package, "name");
        let found = text(package, "version");
        if found != version {
            return Err(wrong(format!("{name} has the version {found}, but {CATALOG} has {version}"))
                .help(format!("correct {name}/Cargo.toml")));
        }
        for dependency in dependencies(package).filter(|dependency| names.contains(&text(dependency, "name"))) {
            let (other, found) = (text(dependency, "name"), text(dependency, "req"));
            if found != format!("={version}") {
                return Err(
                    wrong(format!("{name} depends on {other} {found}")).help(format!("write ={version} in Cargo.toml"))
                );
            }
        }
        if !lockfile.contains(&format!("name = \"{name}\"\nversion = \"{version}\"\n")) {
            return Err(wrong(format!("Cargo.lock doesn't contain {name} {version}"))
                .help("run `cargo check` and commit Cargo.lock"));
        }
    }
    Ok(format!("{} are {version} and depend on exactly this version of each other", names.join(", ")))
}

fn check_data_version(lib: &str) -> Check {
    match lib.lines().any(|line| line == DATA_VERSION) {
        true => Ok("port_catalog::VERSION is the crate's version".to_string()),
        false => Err(Diagnostic::new(codes::DATA_VERSION, "port_catalog::VERSION isn't the crate's version")
            .help(format!("write `{DATA_VERSION}` in port-catalog/src/lib.rs"))),
    }
}

/// The changes of the data are recorded as those of the version, and nothing changed since then.
fn check_feed(root: &Path, version: Version) -> Result<Check, Diagnostic> {
    let feed = Feed::read(&root.join(DATA))?;
    let help = "run `cargo xtask release --record`, and commit the files";
    let missing = |message: String| Ok(Err(Diagnostic::new(codes::FEED, message).help(help)));
    match feed.versions.first().map(|newest| newest.version.as_str()) {
        Some(newest) if newest == version.to_string() => {
            Ok(Ok(format!("{DATA}/changes.json contains what changed in {version}")))
        }
        Some(UNRELEASED) => {
            missing(format!("{DATA}/changes.json has changes that aren't recorded as those of {version}"))
        }
        Some(other) => missing(format!("the newest version in {DATA}/changes.json is {other}, not {version}")),
        None => missing(format!("{DATA}/changes.json has no version")),
    }
}

/// Records what changed in the data as the changes of the version in Cargo.toml.
///
/// # Errors
///
/// The version is recorded already, or a file can't be read or written.
pub fn record(root: &Path) -> Result<String, Vec<Diagnostic>> {
    let one = |diagnostic| vec![diagnostic];
    let version = version_of_catalog(&published_crates(root).map_err(one)?).map_err(one)?;
    let recorded = changes::record(&root.join(DATA), root, &version.to_string())?;
    let day = recorded.date.map(|date| format!(" of {date}")).unwrap_or_default();
    Ok(format!(
        "recorded {version}{day}: {} added or removed, {} added, {} retired, {} changed\n",
        count(recorded.editions.len(), "edition"),
        count(recorded.added.len(), "flow"),
        recorded.retired.len(),
        recorded.changed.len()
    ))
}

/// The changelog has a section for the version at the top, below an empty "Unreleased" section if there is one.
fn check_changelog(changelog: &str, version: Version) -> Check {
    let mut sections = changelog.split("\n## ").skip(1).map(|section| {
        let (head, body) = section.split_once('\n').unwrap_or((section, ""));
        let lines = body.lines().filter(|line| !line.trim().is_empty()).count();
        (section_name(head), lines)
    });
    let wrong = |message: String, help: String| {
        Err(Diagnostic::new(codes::CHANGELOG, message).help(help).at(Place::file(CHANGELOG)))
    };
    let mut section = sections.next();
    if let Some((_, lines)) = section.filter(|(head, _)| head.eq_ignore_ascii_case("unreleased")) {
        if lines > 0 {
            let message = format!("{} below \"Unreleased\"", count(lines, "line"));
            return wrong(message, format!("move what is released below \"{version}\""));
        }
        section = sections.next();
    }
    match section {
        Some((head, 0)) if head == version.to_string() => {
            wrong(format!("section {version} is empty"), "write what changed".to_string())
        }
        Some((head, lines)) if head == version.to_string() => {
            Ok(format!("{} below {version} in {CHANGELOG}", count(lines, "line")))
        }
        Some((head, _)) => wrong(
            format!("the first section is {head}, not {version}"),
            format!("add a section {version} and write what changed"),
        ),
        None => wrong("no section".to_string(), format!("add a section {version} and write what changed")),
    }
}

/// The version of a section's heading: `0.1.1` of `[0.1.1] - 2026-11-27`.
fn section_name(heading: &str) -> &str {
    let name = heading.trim().trim_start_matches('[');
    name.split([']', ' ']).next().unwrap_or_default()
}

/// Everything that would be published is committed.
fn check_committed(root: &Path) -> Result<Check, Diagnostic> {
    let status = run(root, "git", &["status", "--porcelain"])?;
    let files: Vec<&str> = status.lines().map(|line| line.get(3..).unwrap_or(line)).collect();
    Ok(match files.as_slice() {
        [] => Ok("everything is committed".to_string()),
        [first, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            let message = format!("not committed: {first:?}{more}");
            Err(Diagnostic::new(codes::UNCOMMITTED, message).help("commit it"))
        }
    })
}

/// The public interface is the one that was reviewed.
fn check_interface(root: &Path) -> Result<Check, Diagnostic> {
    let current = api::public(root).map_err(|(file, error)| {
        Diagnostic::new(codes::UNREADABLE, format!("cannot be read ({error})")).at(Place::file(file))
    })?;
    let reviewed = read(root, INTERFACE[0])?;
    Ok(match reviewed.trim_end().ends_with(current.trim_end()) {
        true => Ok(format!("{} contains it", INTERFACE[0])),
        false => Err(Diagnostic::new(codes::INTERFACE, format!("{} contains a different interface", INTERFACE[0]))
            .help("run `cargo test -p xtask --test api` and review it")),
    })
}
