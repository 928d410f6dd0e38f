//! What a draft wrote, and what it leaves to a person.

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
    /// The number of FIXMEs by file and key, in the order of the files.
    pub left: Vec<(PathBuf, String, usize)>,
}

impl Summary {
    /// The number of all FIXMEs.
    #[must_use]
    pub fn fixmes(&self) -> usize {
        self.left.iter().map(|(_, _, count)| count).sum()
    }

    /// The number of FIXMEs in the entries of flows and rows. The others are about the page, its tables, or texts.
    #[must_use]
    pub fn fixmes_of_rows(&self) -> usize {
        let of_rows = self.left.iter().filter(|(_, key, _)| key.starts_with("rows: "));
        of_rows.map(|(_, _, count)| count).sum()
    }

    /// Counts the FIXMEs of a file. Lines of comments don't count.
    pub(super) fn count(&mut self, file: &Path, text: &str) {
        let is_table = file.extension().is_some_and(|extension| extension == "csv");
        let mut is_row = false;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if line.starts_with('[') {
                is_row = line.starts_with("[[flow]]") || line.starts_with("[[row]]");
            }
            if !line.contains(FIXME) {
                continue;
            }
            let key = match line.split_once(" = ") {
                _ if is_table => "cells",
                Some((key, _)) if key.trim_start().starts_with('{') => "columns",
                Some((key, _)) if key.starts_with('"') => "peers and components",
                Some((key, _)) => key.trim(),
                None => "other",
            };
            let key = if is_row { format!("rows: {key}") } else { key.to_string() };
            let count = line.matches(FIXME).count();
            match self.left.iter_mut().find(|(known, other, _)| known == file && *other == key) {
                Some((_, _, total)) => *total += count,
                None => self.left.push((file.to_path_buf(), key, count)),
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
        self.left.iter_mut().for_each(|(file, _, _)| relative(file));
        self
    }
}

/// At most 80 columns wide.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            writeln!(f, "wrote {}", file.display())?;
        }
        let Summary { rows, drafted_rows, other_rows, ignored_tables, texts, unexplained_texts, .. } = self;
        writeln!(f, "{rows} rows: {drafted_rows} have flows, {other_rows} seem to have none")?;
        if *ignored_tables > 0 {
            writeln!(f, "{ignored_tables} tables have no ports: check why they are ignored")?;
        }
        writeln!(f, "{texts} texts outside tables, {unexplained_texts} of them with numbers or hosts to explain")?;
        let mut last: Option<&PathBuf> = None;
        for (file, key, count) in &self.left {
            if last != Some(file) {
                writeln!(f, "left to do in {}:", file.display())?;
            }
            last = Some(file);
            writeln!(f, "  {count:>4}  {key}")?;
        }
        writeln!(f, "Replace {} {FIXME}, then run `cargo xtask regenerate`.", self.fixmes())
    }
}
