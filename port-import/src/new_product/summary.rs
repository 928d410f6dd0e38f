//! What a draft wrote, and what it leaves to a person.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::curation::FIXME;

/// What a draft wrote, and what it leaves to a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The files that were written.
    pub files: Vec<PathBuf>,
    /// The rows of the tables and lists with ports.
    pub rows: usize,
    /// The rows that have a flow.
    pub drafted_rows: usize,
    /// The rows that aren't flows.
    pub other_rows: usize,
    /// The tables without ports.
    pub ignored_tables: usize,
    /// The stretches of text outside the tables.
    pub texts: usize,
    /// The texts that a person must explain.
    pub unexplained_texts: usize,
    /// The FIXMEs, in the order of the files.
    pub left: Vec<Left>,
}

/// What FIXMEs are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Flows, and rows that aren't flows.
    Rows,
    /// The meanings of columns.
    Columns,
    /// Tables as a whole.
    Tables,
    /// Who printed peers and components are.
    Parties,
    /// Text outside the tables.
    Texts,
    /// Cells of handwritten tables, such as `vendors.csv`.
    Cells,
}

impl Subject {
    /// Every subject.
    pub const ALL: [Subject; 6] =
        [Subject::Rows, Subject::Columns, Subject::Tables, Subject::Parties, Subject::Texts, Subject::Cells];

    /// The subject of the lines of a file below a header.
    fn below(header: &str) -> Subject {
        match header {
            "[peers]" | "[components]" => Subject::Parties,
            "[[text]]" => Subject::Texts,
            "[[flow]]" | "[flow]" | "[[row]]" | "[[absent]]" | "[same.label]" => Subject::Rows,
            _ if header.starts_with("[flow.") => Subject::Rows,
            _ => Subject::Tables,
        }
    }
}

/// FIXMEs of one key in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The file.
    pub file: PathBuf,
    /// What they are about.
    pub subject: Subject,
    /// The key, such as `purpose`, or the column.
    pub key: String,
    /// The line of the first one.
    pub line: usize,
    /// How many there are.
    pub count: usize,
}

impl Summary {
    /// The number of all FIXMEs.
    #[must_use]
    pub fn fixmes(&self) -> usize {
        self.left.iter().map(|left| left.count).sum()
    }

    /// The number of FIXMEs about a subject.
    #[must_use]
    pub fn fixmes_about(&self, subject: Subject) -> usize {
        self.left.iter().filter(|left| left.subject == subject).map(|left| left.count).sum()
    }

    /// Counts the FIXMEs of a file. Lines of comments don't count.
    pub(super) fn count(&mut self, file: &Path, text: &str) {
        let is_table = file.extension().is_some_and(|extension| extension == "csv");
        let header = if is_table { text.lines().next().unwrap_or_default() } else { "" };
        let mut below = if is_table { Subject::Cells } else { Subject::Tables };
        let mut has_ids = false;
        // The rows of a table that are there already may be those of other products.
        let before = if is_table { std::fs::read_to_string(file).unwrap_or_default() } else { String::new() };
        let before: BTreeSet<&str> = before.lines().collect();
        let is_new = |line: &str| !line.starts_with('#') && !before.contains(line);
        for (line, number) in text.lines().zip(1..).filter(|(line, _)| is_new(line)) {
            if !is_table && line.starts_with('[') {
                let header = line.split(" #").next().unwrap_or_default().trim();
                (below, has_ids) = (Subject::below(header), header == "[flow]");
            }
            for (key, count) in keys(line, is_table.then_some(header)) {
                let subject = if line.trim_start().starts_with("{ head") { Subject::Columns } else { below };
                let key = match subject {
                    Subject::Parties => "peers and components".to_string(),
                    Subject::Columns => "columns".to_string(),
                    _ if has_ids => key.split_once('.').map_or(key.as_str(), |(_, key)| key).to_string(),
                    _ => key,
                };
                let same = |left: &&mut Left| left.file == file && left.subject == subject && left.key == key;
                match self.left.iter_mut().find(same) {
                    Some(left) => left.count += count,
                    None => self.left.push(Left { file: file.to_path_buf(), subject, key, line: number, count }),
                }
            }
        }
    }

    /// The summary with paths relative to a directory.
    #[must_use]
    pub fn relative_to(mut self, root: &Path) -> Summary {
        let relative = |file: &mut PathBuf| {
            if let Ok(path) = file.strip_prefix(root) {
                *file = path.to_path_buf();
            }
        };
        self.files.iter_mut().for_each(relative);
        self.left.iter_mut().for_each(|left| relative(&mut left.file));
        self
    }
}

/// The keys of a line with the number of their FIXMEs. The keys of a table are its columns.
fn keys(line: &str, header: Option<&str>) -> Vec<(String, usize)> {
    if !line.contains(FIXME) {
        return Vec::new();
    }
    let Some(header) = header else {
        let key = line.split_once(" = ").map_or("other", |(key, _)| key.trim());
        return vec![(key.to_string(), line.matches(FIXME).count())];
    };
    let cells = line.split(',').zip(header.split(','));
    cells.filter(|(cell, _)| cell.trim_matches('"') == FIXME).map(|(_, column)| (column.to_string(), 1)).collect()
}

/// At most 80 columns wide, but for long paths.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            writeln!(f, "wrote {}", file.display())?;
        }
        let Summary { rows, drafted_rows, other_rows, ignored_tables, texts, unexplained_texts, .. } = self;
        let count = |count: usize, one: &str, more: &str| format!("{count} {}", if count == 1 { one } else { more });
        let none = match other_rows {
            0 => String::new(),
            1 => ", 1 seems to have none".to_string(),
            _ => format!(", {other_rows} seem to have none"),
        };
        writeln!(f, "{}: {drafted_rows} have flows{none}", count(*rows, "row", "rows"))?;
        if *ignored_tables > 0 {
            let tables = count(*ignored_tables, "table has", "tables have");
            writeln!(f, "{tables} no ports: check the reasons after ignore")?;
        }
        let explain = match unexplained_texts {
            0 => "nothing to explain".to_string(),
            _ => format!("{unexplained_texts} with numbers or hosts to explain"),
        };
        writeln!(f, "{} outside tables: {explain}", count(*texts, "text", "texts"))?;
        let mut last: Option<&PathBuf> = None;
        for Left { file, subject, key, line, count } in &self.left {
            if last != Some(file) {
                writeln!(f, "left to do in {}:", file.display())?;
            }
            last = Some(file);
            // A new row of a table is at its end, or below the other editions of its product.
            let place = if *subject == Subject::Cells { String::new() } else { format!(" (from line {line})") };
            writeln!(f, "  {count:>4}  {key}{place}")?;
        }
        if self.fixmes_about(Subject::Parties) > 0 {
            writeln!(f, "Begin with the peers and components, then run this with --again:")?;
            writeln!(f, "the directions and ids of other flows may depend on them.")?;
        }
        match self.fixmes() {
            0 => writeln!(f, "Check the draft, then run `cargo xtask regenerate`."),
            left => writeln!(f, "Replace {left} {FIXME}, then run `cargo xtask regenerate`."),
        }
    }
}
