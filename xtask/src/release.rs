//! `cargo xtask release --dry-run`: whether the published crates are ready to be published, and in which order.
//!
//! A version is that of the data and of the interface: what went since the last tag raises the major number, what came the minor
//! one, and any other fact that changed the patch. Before 1.0.0 the minor number stands for the major one, as cargo takes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::api;
use port_import::report::{self, Bump, Product, Report};

/// The snapshots whose lines are the public interface: one that goes or changes breaks a program.
const INTERFACE: [&str; 2] =
    ["tests/snapshots/public_api_of_port-catalog.snap", "tests/snapshots/public_ids_and_their_variants.snap"];
/// The crate whose version counts.
const CATALOG: &str = "port-catalog";
/// Where the tables are.
const TABLES: &str = "port-data/tables";
/// Where it is told what changed.
const CHANGES: &str = "CHANGELOG.md";
/// How the version of the data is said to be that of the crate.
const DATA_VERSION: &str = "pub const VERSION: &str = env!(\"CARGO_PKG_VERSION\");";

/// Whether the crates can be published.
#[derive(Debug)]
pub struct Readiness {
    version: Version,
    checks: Vec<(&'static str, Check)>,
    order: Vec<String>,
}

/// What a check found: that all is well, or what is missing, what was expected and what to do.
type Check = Result<String, String>;

impl Readiness {
    /// Whether nothing is missing.
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
                Err(found) => writeln!(f, "missing  {name}: {found}")?,
            }
        }
        if !self.is_ready() {
            let count = self.checks.iter().filter(|(_, check)| check.is_err()).count();
            return writeln!(f, "{} is not ready: {count} of {} checks failed", self.version, self.checks.len());
        }
        writeln!(f, "{} is ready. After `.ci/run`, in this order:", self.version)?;
        writeln!(f, "publish  git tag v{}", self.version)?;
        for name in &self.order {
            writeln!(f, "publish  cargo publish --package {name}")?;
        }
        writeln!(f, "publish  git push origin v{}", self.version)
    }
}

/// A version that is released: three numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u64, u64, u64);

impl Version {
    fn parse(text: &str) -> Option<Version> {
        let mut numbers = text.split('.').map(|number| number.parse().ok());
        let version = Version(numbers.next()??, numbers.next()??, numbers.next()??);
        numbers.next().is_none().then_some(version)
    }

    /// The least version with a change after this one.
    fn raised(self, bump: Bump) -> Version {
        let Version(major, minor, patch) = self;
        match (bump, major) {
            (Bump::None, _) => self,
            (Bump::Patch, _) => Version(major, minor, patch + 1),
            (Bump::Minor, _) | (Bump::Major, 0) => Version(major, minor + 1, 0),
            (Bump::Major, _) => Version(major + 1, 0, 0),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// Looks whether the workspace at this place can be published.
///
/// # Errors
///
/// Why that cannot be told.
pub fn readiness(root: &Path) -> Result<Readiness, String> {
    let packages = published(root)?;
    let catalog = packages.iter().find(|package| text(package, "name") == CATALOG).ok_or(format!(
        "found no {CATALOG} among the crates that are published, expected it; see `publish` in its manifest"
    ))?;
    let found = text(catalog, "version");
    let version = Version::parse(found)
        .ok_or_else(|| format!("found the version {found}, expected three numbers such as 1.2.3; see Cargo.toml"))?;
    let tag = last_tag(root)?;
    let checks = vec![
        ("versions", versions(&packages, version, &read(root, "Cargo.lock")?)),
        ("data", data_version(&read(root, "port-catalog/src/lib.rs")?)),
        ("changes", changes(&read(root, CHANGES)?, version)),
        ("tree", tree(root)?),
        ("interface", interface(root)?),
        ("bump", bump(root, tag, version)?),
    ];
    let order = packages.iter().map(|package| text(package, "name").to_string()).collect();
    Ok(Readiness { version, checks, order })
}

/// The crates that are published, as cargo tells of them, each after those that it depends on.
fn published(root: &Path) -> Result<Vec<Value>, String> {
    let told = run(root, "cargo", &["metadata", "--no-deps", "--offline", "--format-version", "1"])?;
    let told: Value = serde_json::from_str(&told).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = told["packages"].as_array().cloned().unwrap_or_default();
    in_order(packages.into_iter().filter(|package| package["publish"].is_null()).collect())
}

/// Crates, each after those that it depends on.
fn in_order(mut left: Vec<Value>) -> Result<Vec<Value>, String> {
    let mut order = Vec::new();
    while !left.is_empty() {
        let is_left = |dependency: &Value| left.iter().any(|package| text(package, "name") == text(dependency, "name"));
        let next = left.iter().position(|package| !dependencies(package).any(is_left));
        let next =
            next.ok_or("found crates that depend on each other in a circle, expected an order to publish them in")?;
        order.push(left.remove(next));
    }
    Ok(order)
}

/// All crates have one version, depend on each other in that version alone, and stand so in the lock file.
fn versions(packages: &[Value], version: Version, lock: &str) -> Check {
    let version = version.to_string();
    let names: Vec<&str> = packages.iter().map(|package| text(package, "name")).collect();
    for package in packages {
        let name = text(package, "name");
        let found = text(package, "version");
        if found != version {
            return Err(format!("found {name} {found}, expected {version}, as {CATALOG} has; see its Cargo.toml"));
        }
        for dependency in dependencies(package).filter(|dependency| names.contains(&text(dependency, "name"))) {
            let (other, found) = (text(dependency, "name"), text(dependency, "req"));
            if found != format!("={version}") {
                return Err(format!("found {other} {found} in {name}, expected ={version}; see Cargo.toml"));
            }
        }
        if !lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"\n")) {
            return Err(format!("found no {name} {version} in Cargo.lock; run `cargo check` and commit it"));
        }
    }
    Ok(format!("{} are {version}, and depend on each other in that version", names.join(", ")))
}

/// The version that the catalog tells is that of the crate.
fn data_version(lib: &str) -> Check {
    match lib.lines().any(|line| line == DATA_VERSION) {
        true => Ok("port_catalog::VERSION is the crate's version".to_string()),
        false => Err(format!(
            "found no `{DATA_VERSION}` in port-catalog/src/lib.rs, expected it; the data has the crate's version"
        )),
    }
}

/// The change log tells of this version, and nothing is left that it does not belong to.
fn changes(log: &str, version: Version) -> Check {
    let mut sections = log.split("\n## ").skip(1).map(|section| {
        let (head, body) = section.split_once('\n').unwrap_or((section, ""));
        (head.trim(), body.lines().filter(|line| !line.trim().is_empty()).count())
    });
    let mut section = sections.next();
    if let Some((_, lines)) = section.filter(|(head, _)| head.eq_ignore_ascii_case("unreleased")) {
        if lines > 0 {
            let found = count(lines, "line");
            return Err(format!(
                "found {found} under \"## Unreleased\", expected none; move what stands there under \"## {version}\""
            ));
        }
        section = sections.next();
    }
    match section {
        Some((head, 0)) if head == version.to_string() => {
            Err(format!("found nothing under \"## {version}\" in {CHANGES}, expected what changed; write it"))
        }
        Some((head, lines)) if head == version.to_string() => {
            Ok(format!("{} under \"## {version}\" in {CHANGES}", count(lines, "line")))
        }
        Some((head, _)) => Err(format!(
            "found \"## {head}\" on top of {CHANGES}, expected \"## {version}\"; write what changed under it"
        )),
        None => Err(format!("found no \"## {version}\" in {CHANGES}; write what changed under it")),
    }
}

/// What is published is what is committed.
fn tree(root: &Path) -> Result<Check, String> {
    let status = run(root, "git", &["status", "--porcelain"])?;
    Ok(match status.lines().collect::<Vec<_>>().as_slice() {
        [] => Ok("everything is committed".to_string()),
        [first] => Err(format!("found {:?} not committed; commit it", first.get(3..).unwrap_or(first))),
        [first, rest @ ..] => Err(format!(
            "found {:?} and {} more not committed; commit them",
            first.get(3..).unwrap_or(first),
            rest.len()
        )),
    })
}

/// The interface is the one that was reviewed.
fn interface(root: &Path) -> Result<Check, String> {
    let current = api::public(root).map_err(|error| format!("the sources of port-catalog: {error}"))?;
    let reviewed = read(root, INTERFACE[0])?;
    Ok(match reviewed.trim_end().ends_with(current.trim_end()) {
        true => Ok(format!("{} has it", INTERFACE[0])),
        false => Err(format!(
            "found another one than {} has; run `cargo test -p xtask --test api` and review it",
            INTERFACE[0]
        )),
    })
}

/// The version is raised since the last release by what changed since then.
fn bump(root: &Path, tag: Option<(String, Version)>, version: Version) -> Result<Check, String> {
    let Some((tag, last)) = tag else {
        return Ok(Ok("no tag such as v0.1.0 yet: the first release".to_string()));
    };
    let (needed, why) = needed(root, &tag)?;
    let enough = last.raised(needed);
    Ok(match version > last && version >= enough {
        true => Ok(format!("{last} to {version}; {why}")),
        false if version == last => Err(format!(
            "found {version}, which is released as {tag}, expected {} or more; raise it in Cargo.toml where something is to be released",
            last.raised(needed.max(Bump::Patch))
        )),
        false => Err(format!("found {version} after {last}, expected {enough} or more; {why}; raise it in Cargo.toml")),
    })
}

/// The part of the version that what changed since a tag raises, and what that is.
fn needed(root: &Path, tag: &str) -> Result<(Bump, String), String> {
    let mut report = Report::default();
    let before = tables_of(root, tag)?;
    let now = tables_here(root)?;
    let paths: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    for path in paths {
        let Some(name) = path.strip_prefix("flows/") else { continue };
        let flows = |tables: &BTreeMap<String, String>| match tables.get(path) {
            Some(table) => report::flows_in(table.as_bytes(), Path::new(path)).map_err(|faults| faults[0].to_string()),
            None => Ok(Vec::new()),
        };
        let product = Product { id: name.trim_end_matches(".csv").to_string(), ..Product::default() };
        report.compare(&product, &flows(&before)?, &flows(&now)?);
    }
    let mut bump = report.bump;
    let mut why = vec![format!(
        "of flows {} came, {} went, {} changed",
        report.added.len(),
        report.removed.len(),
        count(report.changed.len(), "fact")
    )];
    let others = before.iter().filter(|(path, _)| !path.starts_with("flows/"));
    let changed: Vec<&str> =
        others.filter(|(path, table)| now.get(*path) != Some(table)).map(|(path, _)| path.as_str()).collect();
    if !changed.is_empty() {
        bump = bump.max(Bump::Patch);
        why.push(format!("{} changed", changed.join(", ")));
    }
    let (mut gone, mut come) = (0, 0);
    for snapshot in INTERFACE {
        let before = run(root, "git", &["show", &format!("{tag}:{snapshot}")])?;
        let between = lines_between(&before, &read(root, snapshot)?);
        (gone, come) = (gone + between.0, come + between.1);
    }
    bump = bump.max(match (gone, come) {
        (0, 0) => Bump::None,
        (0, _) => Bump::Minor,
        _ => Bump::Major,
    });
    why.push(format!("of the interface {} came, {gone} went", count(come, "line")));
    // Whatever else changed may be published as a patch.
    let commits = run(root, "git", &["rev-list", "--count", &format!("{tag}..HEAD")])?;
    if commits.trim() != "0" {
        bump = bump.max(Bump::Patch);
    }
    Ok((bump, why.join("; ")))
}

/// The tables that a tag has, by their paths.
fn tables_of(root: &Path, tag: &str) -> Result<BTreeMap<String, String>, String> {
    let paths = run(root, "git", &["ls-tree", "-r", "--name-only", tag, "--", TABLES])?;
    let table = |path: &str| {
        let name = path.strip_prefix(TABLES).unwrap_or(path).trim_start_matches('/').to_string();
        Ok((name, run(root, "git", &["show", &format!("{tag}:{path}")])?))
    };
    paths.lines().map(table).collect()
}

/// The tables that are here, by their paths.
fn tables_here(root: &Path) -> Result<BTreeMap<String, String>, String> {
    let paths = run(root, "git", &["ls-files", "--", TABLES])?;
    let table = |path: &str| {
        let name = path.strip_prefix(TABLES).unwrap_or(path).trim_start_matches('/').to_string();
        Ok((name, read(root, path)?))
    };
    paths.lines().filter(|path| root.join(path).exists()).map(table).collect()
}

/// How many lines went and came, wherever they stand.
fn lines_between(before: &str, after: &str) -> (usize, usize) {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for line in before.lines() {
        *counts.entry(line).or_default() -= 1;
    }
    for line in after.lines() {
        *counts.entry(line).or_default() += 1;
    }
    let sum = |sign: i64| counts.values().map(|count| usize::try_from(count * sign).unwrap_or(0)).sum();
    (sum(-1), sum(1))
}

/// The last release that this commit follows; nothing before the first.
fn last_tag(root: &Path) -> Result<Option<(String, Version)>, String> {
    let tags = run(root, "git", &["tag", "--merged", "HEAD", "--list", "v*"])?;
    let versions = tags.lines().filter_map(|tag| Some((tag.to_string(), Version::parse(tag.strip_prefix('v')?)?)));
    Ok(versions.max_by_key(|(_, version)| *version))
}

/// A number of things.
fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// What a crate depends on to be compiled.
fn dependencies(package: &Value) -> impl Iterator<Item = &Value> {
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    dependencies.filter(|dependency| text(dependency, "kind") != "dev")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn read(root: &Path, file: &str) -> Result<String, String> {
    fs::read_to_string(root.join(file)).map_err(|error| format!("{file}: cannot be read: {error}"))
}

/// What a program prints, run in the workspace.
fn run(root: &Path, program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).current_dir(root).output();
    let output = output.map_err(|error| format!("{program}: {error}; install it"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{program} {}: {}", arguments.join(" "), said.trim()));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{program} {}: {error}", arguments.join(" ")))
}
