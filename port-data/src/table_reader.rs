//! Reads one table after another, from memory or from the disk: finds its columns, converts its rows, and collects everything
//! that is wrong.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use port_core::nearest::nearest;

use crate::cells::{Cell, Cells, empty_table, row_place, unreadable};
use crate::codes;
use crate::diagnostic::{Diagnostic, Place};
use crate::hidden::QuotedAscii;
use crate::id::{check_variant, is_id, is_reserved, variant};
use crate::ids::Ids;
use crate::row::{Row, Table};
use crate::schema::Column;

/// The largest number of errors that [`read`](crate::read()) reports. A directory with more is probably not a directory of tables.
pub const MAX_DIAGNOSTICS: usize = 100;

/// The state of reading tables.
pub(crate) struct TableReader {
    /// The texts of tables by path, if they are in memory.
    texts: Option<Vec<(PathBuf, String)>>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) warnings: Vec<Diagnostic>,
    /// The number of diagnostics after which no more rows are read.
    pub(crate) limit: usize,
    /// The files that were read.
    pub(crate) files: Vec<PathBuf>,
}

/// The rows of a table.
pub(crate) struct Rows<T> {
    /// The valid rows.
    pub(crate) valid: Vec<Located<T>>,
    /// The id of every row that has one, valid or not.
    pub(crate) ids: Vec<Located<IdRow>>,
    /// Whether the ids of all rows are known: the file, its header and its records could be read.
    pub(crate) is_complete: bool,
}

impl TableReader {
    /// A reader of tables from memory, or from the disk.
    pub(crate) fn new(texts: Option<Vec<(PathBuf, String)>>) -> TableReader {
        TableReader { texts, diagnostics: Vec::new(), warnings: Vec::new(), limit: MAX_DIAGNOSTICS, files: Vec::new() }
    }

    /// Whether a table exists.
    pub(crate) fn has_file(&self, file: &Path) -> bool {
        match &self.texts {
            Some(texts) => texts.iter().any(|(path, _)| path == file),
            None => file.exists(),
        }
    }

    /// The flow tables, sorted by product and edition.
    pub(crate) fn flow_tables(&mut self, directory: &Path) -> Vec<FlowTable> {
        let paths = match &self.texts {
            Some(texts) => Ok(texts.iter().map(|(file, _)| file.clone()).collect()),
            None => paths_below(directory),
        };
        let paths: Vec<PathBuf> = match paths {
            Ok(paths) => paths,
            Err(error) => {
                self.diagnostics.push(unreadable(directory, &error));
                return Vec::new();
            }
        };
        let mut tables: Vec<FlowTable> = paths.into_iter().filter_map(|file| FlowTable::at(directory, file)).collect();
        tables.sort_unstable();
        tables
    }

    /// The rows of a table, converted by `convert`. An invalid row is reported and left out.
    pub(crate) fn rows<T>(
        &mut self,
        file: &Path,
        columns: &'static [Column],
        mut convert: impl FnMut(&mut Row<'_>) -> Option<T>,
    ) -> Rows<T> {
        let mut rows = Rows { valid: Vec::new(), ids: Vec::new(), is_complete: false };
        self.files.push(file.to_path_buf());
        let before = self.diagnostics.len();
        let text =
            self.texts.as_ref().and_then(|texts| texts.iter().find(|(path, _)| path == file)).map(|(_, text)| text);
        let cells = match text {
            Some(text) => Cells::parse(file, text.as_bytes(), &mut self.diagnostics),
            None => Cells::read(file, &mut self.diagnostics),
        };
        let Some(cells) = cells else {
            return rows;
        };
        if cells.rows.is_empty() && self.diagnostics.len() == before {
            self.diagnostics.push(empty_table(file));
        }
        let Some(table) = self.table(cells, columns) else {
            return rows;
        };
        // The id of a malformed record is unknown.
        rows.is_complete = self.diagnostics.len() == before;
        for cells in &table.rows {
            if self.diagnostics.len() >= self.limit {
                break;
            }
            let mut row =
                Row { table: &table, cells, diagnostics: &mut self.diagnostics, warnings: &mut self.warnings };
            let converted = convert(&mut row);
            let id = row.cell("id");
            if is_id(&id.text) {
                let variant = check_variant(&id.text, &row.cell("variant").text).unwrap_or_else(|_| variant(&id.text));
                rows.ids.push(Located::new(
                    &table,
                    &id,
                    IdRow { id: id.text.clone(), variant, product: None, edition: 0 },
                ));
            }
            rows.valid.extend(converted.map(|row| Located::new(&table, &id, row)));
        }
        rows
    }

    /// Finds the index of each column, and reports missing, unknown and duplicate columns.
    fn table(&mut self, cells: Cells, columns: &'static [Column]) -> Option<Table> {
        let mut indexes = HashMap::new();
        for (index, cell) in cells.header.iter().enumerate() {
            let is_known = columns.iter().any(|column| column.name == cell.text);
            let problem = if !is_known {
                let message = format!("unknown column {}", QuotedAscii(&cell.text));
                let nearest = nearest(&cell.text, columns.iter().map(|column| column.name));
                Diagnostic::new(codes::UNKNOWN_COLUMN, message).nearest(nearest)
            } else if indexes.insert(cell.text.clone(), index).is_some() {
                let message = format!("column {} occurs twice", cell.text);
                Diagnostic::new(codes::DUPLICATE_COLUMN, message).help("remove one")
            } else {
                continue;
            };
            self.diagnostics.push(problem.at(cell.place(&cells.file)));
        }
        let mut has_all_columns = true;
        for column in columns.iter().filter(|column| !column.optional) {
            if !indexes.contains_key(column.name) {
                has_all_columns = false;
                let problem = Diagnostic::new(codes::MISSING_COLUMN, format!("column {} is missing", column.name))
                    .help("add it to the header and to every row");
                self.diagnostics.push(problem.at(row_place(&cells.file, &cells.header)));
            }
        }
        let columns = columns.iter().map(|column| (column.name, indexes.get(column.name).copied())).collect();
        // An unknown column doesn't prevent reading the rows; a missing one does.
        has_all_columns.then_some(Table { file: cells.file, columns, rows: cells.rows })
    }

    /// Reports duplicate ids, and ids whose variants would be equal or reserved. Two editions of one product have the same ids.
    pub(crate) fn check_distinct_ids(&mut self, ids: &[Located<IdRow>]) {
        let mut seen_ids: HashMap<&str, &Located<IdRow>> = HashMap::new();
        let mut seen_in_edition: HashMap<(usize, &str), &Located<IdRow>> = HashMap::new();
        let mut seen_variants: HashMap<(Option<usize>, &str), &Located<IdRow>> = HashMap::new();
        for located in ids {
            let IdRow { id, variant, product, edition } = &located.row;
            let of_another_product = seen_ids.get(id.as_str()).filter(|first| first.row.product != *product);
            let duplicate = seen_in_edition.insert((*edition, id), located).or(of_another_product.copied());
            let problem = if is_reserved(variant) {
                let message = format!("id {id} would become the reserved variant {variant}");
                Diagnostic::new(codes::RESERVED_VARIANT, message).help("choose another id")
            } else if let Some(first) = duplicate {
                let message = format!("duplicate id {id} (first in {first})");
                Diagnostic::new(codes::DUPLICATE_ID, message).help("choose another id")
            } else if seen_ids.contains_key(id.as_str()) {
                continue;
            } else if let Some(first) = seen_variants.get(&(*product, variant.as_str())) {
                let other = &first.row.id;
                let message = format!("ids {id} and {other} ({first}) would become the same variant {variant}");
                Diagnostic::new(codes::SAME_VARIANT, message).help("change one of them")
            } else {
                seen_ids.insert(id, located);
                seen_variants.insert((*product, variant), located);
                continue;
            };
            let message = format!("id: {}", problem.message);
            self.diagnostics.push(Diagnostic { message, ..problem }.at(located.place.clone()));
        }
    }
}

/// The id of a row, and the enum variant that it becomes.
pub(crate) struct IdRow {
    pub(crate) id: String,
    pub(crate) variant: String,
    /// For a flow: the index of its product, whose enum has the variant.
    pub(crate) product: Option<usize>,
    /// For a flow: the index of its edition.
    pub(crate) edition: usize,
}

/// A flow table: `flows/<product>/<edition>.csv`, or `flows/<product>.csv` in the simple form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FlowTable {
    pub(crate) product: String,
    pub(crate) edition: Option<String>,
    pub(crate) file: PathBuf,
}

impl FlowTable {
    /// The table that a file below the directory of flow tables is, if it is one.
    fn at(directory: &Path, file: PathBuf) -> Option<FlowTable> {
        let is_table = file.extension().is_some_and(|extension| extension == "csv");
        let stem = file.file_stem().filter(|_| is_table)?.to_string_lossy().into_owned();
        let parent = file.parent()?;
        if parent == directory {
            return Some(FlowTable { product: stem, edition: None, file });
        }
        let product = parent.file_name().filter(|_| parent.parent() == Some(directory))?;
        Some(FlowTable { product: product.to_string_lossy().into_owned(), edition: Some(stem), file })
    }
}

/// A row, and the place of its id.
pub(crate) struct Located<T> {
    pub(crate) row: T,
    pub(crate) place: Place,
}

impl<T> Rows<T> {
    pub(crate) fn ids(&self) -> Ids {
        Ids::new(self.ids.iter().map(|located| located.row.id.clone()), self.is_complete)
    }

    pub(crate) fn into_valid(self) -> Vec<T> {
        self.valid.into_iter().map(|located| located.row).collect()
    }
}

impl<T> Located<T> {
    fn new(table: &Table, cell: &Cell, row: T) -> Located<T> {
        Located { row, place: cell.place(&table.file) }
    }
}

/// `file:line`, for messages about another place.
impl<T> fmt::Display for Located<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.place.file.file_name().unwrap_or_default();
        write!(f, "{}:{}", name.to_string_lossy(), self.place.line)
    }
}

/// The paths in a directory and in its directories.
fn paths_below(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            for entry in std::fs::read_dir(&path)? {
                paths.push(entry?.path());
            }
        } else {
            paths.push(path);
        }
    }
    Ok(paths)
}
