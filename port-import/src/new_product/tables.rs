//! The rows of a draft in handwritten tables.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use port_data::cells::Cells;
use port_data::id::{is_id, variant, variant_like};
use port_data::{Diagnostic, Place};

use super::names::Services;
use super::services::NewService;
use crate::atomic_write::NewFile;
use crate::codes;
use crate::curation::FIXME;
use crate::file;

/// The peers and services of the catalog.
pub(super) struct KnownIds {
    /// The ids of peers by their names and ids in lowercase.
    pub(super) peers: BTreeMap<String, String>,
    services: BTreeMap<String, String>,
    service_of_port: BTreeMap<String, String>,
    transports_of_service: BTreeMap<String, String>,
}

impl KnownIds {
    /// Reads them from a directory of tables.
    pub(super) fn read(tables: &Path) -> Result<KnownIds, Vec<Diagnostic>> {
        let services = tables.join("services.csv");
        Ok(KnownIds {
            // "Worker" may be the part of any product.
            peers: ids_by_name(&tables.join("peers.csv"), |kind| kind != "component")?,
            service_of_port: map_columns(&services, "port", "id")?,
            transports_of_service: map_columns(&services, "id", "transports")?,
            services: ids_by_name(&services, |_| true)?,
        })
    }

    pub(super) fn services(&self) -> Services<'_> {
        Services { ids: &self.services, of_port: &self.service_of_port, transports: &self.transports_of_service }
    }
}

/// The fields of the products in a directory of tables, sorted; empty if they can't be read.
#[must_use]
pub fn fields_in_use(tables: &Path) -> BTreeSet<String> {
    let cells = read(&tables.join("products.csv")).ok();
    let column = |cells: &Cells| cells.header.iter().position(|head| head.text == "field");
    let of =
        |cells: Cells| column(&cells).map(|column| cells.rows.into_iter().map(move |row| row[column].text.clone()));
    let fields = cells.and_then(of).into_iter().flatten();
    fields.filter(|field| !field.is_empty() && field != FIXME).collect()
}

/// The ids of a table by the names and ids of their rows, in lowercase, if the rows are of certain kinds.
fn ids_by_name(file: &Path, is_kept: impl Fn(&str) -> bool) -> Result<BTreeMap<String, String>, Vec<Diagnostic>> {
    let cells = read(file)?;
    let column = |name: &str| {
        cells.header.iter().position(|head| head.text == name).ok_or_else(|| {
            let diagnostic = Diagnostic::new(codes::MISSING_COLUMN, format!("column {name} is missing")).help("add it");
            vec![diagnostic.at(Place::line(file, 1))]
        })
    };
    let (id, name) = (column("id")?, column("name")?);
    let both =
        |row: &Vec<port_data::cells::Cell>| [name, id].map(|key| (row[key].text.to_lowercase(), row[id].text.clone()));
    let kind = cells.header.iter().position(|head| head.text == "kind");
    let is_kept = |row: &&Vec<port_data::cells::Cell>| kind.is_none_or(|kind| is_kept(&row[kind].text));
    Ok(cells.rows.iter().filter(is_kept).flat_map(both).collect())
}

/// The cells of a column by those of another one, without empty ones.
fn map_columns(file: &Path, key: &str, value: &str) -> Result<BTreeMap<String, String>, Vec<Diagnostic>> {
    let cells = read(file)?;
    let column = |name: &str| cells.header.iter().position(|head| head.text == name);
    let (Some(key), Some(value)) = (column(key), column(value)) else { return Ok(BTreeMap::new()) };
    let rows = cells.rows.iter().filter(|row| !row[key].text.is_empty() && !row[value].text.is_empty());
    Ok(rows.map(|row| (row[key].text.clone(), row[value].text.clone())).collect())
}

/// The table with added rows, if it doesn't have rows with their first cells. Cells of other columns are empty.
pub(super) fn add_rows(
    tables: &Path,
    name: &str,
    rows: &[Vec<(&str, &str)>],
) -> Result<Option<NewFile>, Vec<Diagnostic>> {
    let file = tables.join(format!("{name}.csv"));
    let cells = read(&file)?;
    let key = |row: &Vec<(&str, &str)>| {
        row.iter().take(if name == "editions" { 2 } else { 1 }).map(|(_, text)| (*text).to_string()).collect()
    };
    let has = |row: &&Vec<(&str, &str)>| {
        let key: Vec<String> = key(row);
        !cells.rows.iter().any(|known| known.iter().map(|cell| &cell.text).take(key.len()).eq(&key))
    };
    let lines: String = rows.iter().filter(has).map(|row| row_of(&cells, row)).collect();
    if lines.is_empty() { Ok(None) } else { insert_line(file, &lines, None).map(Some) }
}

/// `services.csv` with the services that rows print and the catalog doesn't have. A person must describe them.
pub(super) fn add_services(tables: &Path, services: &[NewService]) -> Result<Option<NewFile>, Vec<Diagnostic>> {
    let row = |service: &'_ NewService| -> [(&'static str, String); 4] {
        let NewService { id, name, transports } = service.clone();
        [("id", id), ("name", name), ("transports", transports), ("description", FIXME.to_string())]
    };
    let rows: Vec<_> = services.iter().map(row).collect();
    let rows: Vec<Vec<(&str, &str)>> =
        rows.iter().map(|row| row.iter().map(|(column, cell)| (*column, cell.as_str())).collect()).collect();
    add_rows(tables, "services", &rows)
}

/// `editions.csv` with another row of a product: above the first newer edition, if their ids are versions or days, and otherwise below
/// the last one.
pub(super) fn insert_edition(
    tables: &Path,
    product: &str,
    row: &[(&'static str, String)],
) -> Result<NewFile, Vec<Diagnostic>> {
    let row: Vec<(&str, &str)> = row.iter().map(|(column, cell)| (*column, cell.as_str())).collect();
    let file = tables.join("editions.csv");
    let cells = read(&file)?;
    let lines = || cells.rows.iter().filter_map(|row| row.first());
    let last = lines().filter(|cell| cell.text == product).map(|cell| cell.line).max().unwrap_or_default();
    let next = lines().map(|cell| cell.line).find(|line| *line > last);
    let id = row.iter().find(|(column, _)| *column == "edition").map_or("", |(_, id)| *id);
    let is_newer = |cells: &&Vec<port_data::cells::Cell>| {
        cells[0].text == product && compare_versions(&cells[1].text, id) == Some(Ordering::Greater)
    };
    let newer = cells.rows.iter().find(is_newer).map(|cells| cells[0].line);
    let next = newer.or(next);
    let row = row_of(&cells, &row);
    insert_line(file, &row, next)
}

/// Which of two ids of editions is older: two versions, or two days. Others can't be compared.
fn compare_versions(one: &str, other: &str) -> Option<Ordering> {
    let is_day = |id: &str| port_data::date::check_date(id).is_ok();
    if is_day(one) != is_day(other) {
        return None;
    }
    let mut parts = one.split(['.', '-']).zip(other.split(['.', '-'])).filter(|(one, other)| one != other);
    match parts.next() {
        None => Some(one.len().cmp(&other.len())),
        Some((one, other)) => Some(one.parse::<u32>().ok()?.cmp(&other.parse().ok()?)),
    }
}

/// The line of a row with some cells. If the name has capitals that the variant of the id lacks, as `FortiMail` has, the variant is
/// written too.
fn row_of(table: &Cells, row: &[(&str, &str)]) -> String {
    let written = |column: &str| row.iter().find(|(name, _)| *name == column).map_or("", |(_, text)| *text);
    let (id, name) = (written("id"), written("name"));
    let proposed = is_id(id).then(|| variant_like(id, name)).filter(|proposed| *proposed != variant(id));
    let cell = |column: &str| match column {
        "variant" => proposed.as_deref().unwrap_or_default(),
        column => written(column),
    };
    let quoted = |text: &str| match text.contains([',', '"', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_string(),
    };
    let cells: Vec<String> = table.header.iter().map(|column| quoted(cell(&column.text))).collect();
    cells.join(",") + "\n"
}

/// A file with a line before the one with a number, or at its end.
fn insert_line(file: PathBuf, line: &str, before: Option<usize>) -> Result<NewFile, Vec<Diagnostic>> {
    let text = file::read(&file).map_err(|diagnostic| vec![diagnostic])?;
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    match before {
        Some(number) => lines.insert(number - 1, line),
        None => lines.extend([if text.ends_with('\n') { "" } else { "\n" }, line]),
    }
    Ok((file, lines.concat()))
}

fn read(file: &Path) -> Result<Cells, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let cells = Cells::read(file, &mut diagnostics);
    cells.filter(|_| diagnostics.is_empty()).ok_or(diagnostics)
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering::{Equal, Greater, Less};

    use super::compare_versions;

    #[test]
    fn versions_and_days_are_ordered_by_their_numbers() {
        for (one, other, expected) in [
            ("4.2", "4.10", Some(Less)),
            ("5", "4.10", Some(Greater)),
            ("4.2", "4.2.1", Some(Less)),
            ("2026-03-09", "2026-10-01", Some(Less)),
            ("4", "4", Some(Equal)),
            ("2026-03-09", "4.2", None),
            ("4.x", "4.2", None),
            ("stable", "4.2", None),
        ] {
            assert_eq!(compare_versions(one, other), expected, "{one} {other}");
        }
    }
}
