//! Reads one table after another, from memory or from the disk: finds its columns, converts its rows, and collects everything
//! that is wrong.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use port_core::nearest::nearest;

use crate::cells::{Cell, Cells, empty_table, unreadable};
use crate::codes;
use crate::diagnostic::{Diagnostic, Place};
use crate::hidden::QuotedAscii;
use crate::id::{is_id, variant};
use crate::ids::Ids;
use crate::row::{Row, Table};
use crate::schema::Column;

/// The largest number of diagnostics that are reported. A directory with more is probably not a directory of tables.
pub const MAX_DIAGNOSTICS: usize = 100;

/// The state of reading tables.
pub(crate) struct TableReader {
    /// The texts of tables by path, if they are in memory.
    texts: Option<Vec<(PathBuf, String)>>,
    pub(crate) diagnostics: Vec<Diagnostic>,
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
        TableReader { texts, diagnostics: Vec::new(), files: Vec::new() }
    }

    /// The flow tables, each with the product that it is named after, sorted by name.
    pub(crate) fn flow_files(&mut self, directory: &Path) -> Vec<(String, PathBuf)> {
        let entries = match &self.texts {
            Some(texts) => {
                let files = texts.iter().map(|(file, _)| file);
                Ok(files.filter(|file| file.parent() == Some(directory)).cloned().collect())
            }
            None => paths_in(directory),
        };
        let entries: Vec<PathBuf> = match entries {
            Ok(entries) => entries,
            Err(error) => {
                self.diagnostics.push(unreadable(directory, &error));
                return Vec::new();
            }
        };
        let mut files = Vec::new();
        for file in entries {
            let is_table = file.extension().is_some_and(|extension| extension == "csv");
            if let (true, Some(stem)) = (is_table, file.file_stem()) {
                files.push((stem.to_string_lossy().into_owned(), file));
            }
        }
        files.sort_unstable();
        files
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
            if self.diagnostics.len() >= MAX_DIAGNOSTICS {
                break;
            }
            let mut row = Row { table: &table, cells, diagnostics: &mut self.diagnostics };
            let converted = convert(&mut row);
            let id = row.cell("id");
            if is_id(&id.text) {
                let variant = variant(&id.text, &row.cell("name").text);
                rows.ids.push(Located::new(&table, &id, IdRow { id: id.text.clone(), variant, product: None }));
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
            self.diagnostics.push(problem.at(Place::new(&cells.file, cell.line, cell.column)));
        }
        let mut has_all_columns = true;
        for column in columns.iter().filter(|column| !column.optional) {
            if !indexes.contains_key(column.name) {
                has_all_columns = false;
                let problem = Diagnostic::new(codes::MISSING_COLUMN, format!("column {} is missing", column.name))
                    .help("add it to the header and to every row");
                self.diagnostics.push(problem.at(Place::line(&cells.file, cells.header[0].line)));
            }
        }
        let columns = columns.iter().map(|column| (column.name, indexes.get(column.name).copied())).collect();
        // An unknown column doesn't prevent reading the rows; a missing one does.
        has_all_columns.then_some(Table { file: cells.file, columns, rows: cells.rows })
    }

    /// Reports duplicate ids, and ids whose variants would be equal or reserved.
    pub(crate) fn check_distinct_ids(&mut self, ids: &[Located<IdRow>]) {
        let mut seen_ids: HashMap<&str, &Located<IdRow>> = HashMap::new();
        let mut seen_variants: HashMap<(Option<usize>, &str), &Located<IdRow>> = HashMap::new();
        for located in ids {
            let IdRow { id, variant, product } = &located.row;
            // `ALL` is the constant that lists the variants.
            let problem = if matches!(variant.as_str(), "Self" | "ALL") {
                let message = format!("id {id} would become the reserved variant {variant}");
                Diagnostic::new(codes::RESERVED_VARIANT, message).help("choose another id")
            } else if let Some(first) = seen_ids.get(id.as_str()) {
                let message = format!("duplicate id {id} (first in {first})");
                Diagnostic::new(codes::DUPLICATE_ID, message).help("choose another id")
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
        Located { row, place: Place::new(&table.file, cell.line, cell.column) }
    }
}

/// `file:line`, for messages about another place.
impl<T> fmt::Display for Located<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.place.file.file_name().unwrap_or_default();
        write!(f, "{}:{}", name.to_string_lossy(), self.place.line)
    }
}

/// The paths in a directory.
fn paths_in(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    std::fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect()
}
