//! Checks that the version is raised by what changed since the last release.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use port_data::{Diagnostic, FlowRow};
use port_import::report::{Bump, Edition, EditionFlows, Report};

use super::check::{Check, INTERFACE};
use super::version::Version;
use super::workspace::{count, read, run};
use crate::codes;

/// The directory of the tables.
const TABLES: &str = "port-data/tables";

/// Tables by their paths in the directory.
type Tables = BTreeMap<String, String>;

pub(super) fn check_bump(root: &Path, version: Version) -> Result<Check, Diagnostic> {
    let Some((tag, last)) = last_release(root)? else {
        return Ok(Ok("no tag such as v0.1.0 yet: the first release".to_string()));
    };
    let (bump, reasons) = required_bump(root, &tag)?;
    let required = last.raised(bump);
    Ok(if version == last {
        let required = last.raised(bump.max(Bump::Patch));
        Err(Diagnostic::new(codes::BUMP, format!("{version} is released already as {tag}"))
            .help(format!("raise the version in Cargo.toml to {required} or more, if there is something to release")))
    } else if version > last && version >= required {
        Ok(format!("{last} to {version}; {reasons}"))
    } else {
        Err(Diagnostic::new(codes::BUMP, format!("{version} is too low after {last}: {reasons}"))
            .help(format!("raise the version in Cargo.toml to {required} or more")))
    })
}

/// The highest release tag that this commit follows, if there is one.
fn last_release(root: &Path) -> Result<Option<(String, Version)>, Diagnostic> {
    let tags = run(root, "git", &["tag", "--merged", "HEAD", "--list", "v*"])?;
    let versions = tags.lines().filter_map(|tag| Some((tag.to_string(), Version::parse(tag.strip_prefix('v')?)?)));
    Ok(versions.max_by_key(|(_, version)| *version))
}

/// The part of the version that the changes since a tag raise, and the changes.
fn required_bump(root: &Path, tag: &str) -> Result<(Bump, String), Diagnostic> {
    let (before, now) = (tables_at(root, tag)?, tables_now(root)?);
    let report = compare_flows(&before, &now)?;
    let mut bump = report.bump;
    let mut reasons = vec![format!(
        "flows: {} added, {} removed, {} changed",
        report.added.len(),
        report.removed.len(),
        count(report.changed.len(), "fact")
    )];
    let other_tables = before.iter().filter(|(path, _)| !path.starts_with("flows/"));
    let changed: Vec<&str> =
        other_tables.filter(|(path, table)| now.get(*path) != Some(table)).map(|(path, _)| path.as_str()).collect();
    if !changed.is_empty() {
        bump = bump.max(Bump::Patch);
        reasons.push(format!("{} changed", changed.join(", ")));
    }
    let (mut removed, mut added) = (0, 0);
    for snapshot in INTERFACE {
        let before = run(root, "git", &["show", &format!("{tag}:{snapshot}")])?;
        let counts = changed_lines(&before, &read(root, snapshot)?);
        (removed, added) = (removed + counts.0, added + counts.1);
    }
    bump = bump.max(match (removed, added) {
        (0, 0) => Bump::None,
        (0, _) => Bump::Minor,
        _ => Bump::Major,
    });
    reasons.push(format!("interface: {} added, {removed} removed", count(added, "line")));
    // Every other change may be published as a patch.
    let commits = run(root, "git", &["rev-list", "--count", &format!("{tag}..HEAD")])?;
    if commits.trim() != "0" {
        bump = bump.max(Bump::Patch);
    }
    Ok((bump, reasons.join("; ")))
}

fn compare_flows(before: &Tables, now: &Tables) -> Result<Report, Diagnostic> {
    let mut report = Report::default();
    let paths: BTreeSet<&String> = before.keys().chain(now.keys()).filter(|path| path.starts_with("flows/")).collect();
    let mut products: BTreeMap<&str, Vec<EditionFlows<'_>>> = BTreeMap::new();
    for path in paths {
        let flows = |tables: &Tables| match tables.get(path) {
            Some(table) => {
                let rows = FlowRow::parse(Path::new(path), table.clone());
                rows.map(|rows| Some(Cow::Owned(rows))).map_err(|mut found| found.swap_remove(0))
            }
            None => Ok(None),
        };
        let name = path.trim_start_matches("flows/").trim_end_matches(".csv");
        // A release before editions had one table for each product.
        let (product, id) = name.split_once('/').unwrap_or((name, ""));
        let edition = Edition { product: product.to_string(), id: id.to_string(), ..Edition::default() };
        products.entry(product).or_default().push(EditionFlows { edition, before: flows(before)?, after: flows(now)? });
    }
    let order = edition_order(now).into_iter().chain(edition_order(before)).collect::<Vec<_>>();
    for editions in products.values_mut() {
        let place =
            |edition: &Edition| order.iter().position(|(product, id)| (product, id) == (&edition.product, &edition.id));
        editions.sort_by_key(|flows| place(&flows.edition));
        report.compare(editions);
    }
    Ok(report)
}

/// The products and editions in the order of `editions.csv`. Neither id can contain a quote or a comma.
fn edition_order(tables: &Tables) -> Vec<(String, String)> {
    let rows = tables.get("editions.csv").into_iter().flat_map(|table| table.lines());
    rows.filter_map(|row| {
        let mut cells = row.split(',');
        Some((cells.next()?.to_string(), cells.next()?.to_string()))
    })
    .collect()
}

/// The tables at a tag.
fn tables_at(root: &Path, tag: &str) -> Result<Tables, Diagnostic> {
    let paths = run(root, "git", &["ls-tree", "-r", "--name-only", tag, "--", TABLES])?;
    let table = |path: &str| Ok((table_name(path), run(root, "git", &["show", &format!("{tag}:{path}")])?));
    paths.lines().map(table).collect()
}

/// The tables in the working tree.
fn tables_now(root: &Path) -> Result<Tables, Diagnostic> {
    let paths = run(root, "git", &["ls-files", "--", TABLES])?;
    let table = |path: &str| Ok((table_name(path), read(root, path)?));
    paths.lines().filter(|path| root.join(path).exists()).map(table).collect()
}

fn table_name(path: &str) -> String {
    path.strip_prefix(TABLES).unwrap_or(path).trim_start_matches('/').to_string()
}

/// The numbers of removed and added lines, in whatever order the lines are. Documentation may change in any version.
fn changed_lines(before: &str, after: &str) -> (usize, usize) {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    let is_item = |line: &&str| !line.trim_start().starts_with("///");
    for line in before.lines().filter(is_item) {
        *counts.entry(line).or_default() -= 1;
    }
    for line in after.lines().filter(is_item) {
        *counts.entry(line).or_default() += 1;
    }
    let sum = |sign: i64| counts.values().map(|count| usize::try_from(count * sign).unwrap_or(0)).sum();
    (sum(-1), sum(1))
}
