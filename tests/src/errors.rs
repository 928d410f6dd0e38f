//! The pages of errors: what a person is told where something is wrong, written by the tests that provoke it.
//!
//! A row is a command, what is wrong with its input, what is told, and the exit code. What is told is what the program wrote to
//! standard error, but for the names of the test's folders, and for what clap repeats below each of its messages.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Output;

use port_data::hidden::Escaped;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::{pages, root};

/// The folder of the pages, from the repository's root.
const FOLDER: &str = "docs/errors";

/// The widest input that a page shows whole, in characters.
const WIDEST: usize = 200;

/// A page under way.
pub struct Page {
    file: String,
    text: String,
    rows: Vec<[String; 4]>,
}

impl Page {
    /// A page `docs/errors/<area>.md`, made by a test; what stands above its first table.
    pub fn new(area: &str, title: &str, made_by: &str, about: &str) -> Page {
        let made = format!("<!-- Made by {made_by}: `UPDATE_DOCS=1 cargo test --workspace` writes it anew. -->");
        let back = "What the columns mean, and how to read a message: [Errors](../errors.md).";
        let text = format!("{made}\n\n# {title}\n\n{about}\n\n{back}\n");
        Page { file: format!("{FOLDER}/{area}.md"), text, rows: Vec::new() }
    }

    /// Begins a table under a heading of its own.
    pub fn section(&mut self, heading: &str, text: &str) {
        let space = if text.is_empty() { "" } else { "\n" };
        write!(
            self.text,
            "\n## {heading}\n\n{text}{space}{space}| command | input | message | exit code |\n|---|---|---|---|\n"
        )
        .expect("writing to memory does not fail");
    }

    /// A row.
    pub fn row(&mut self, command: &str, input: &str, message: &str, code: &str) {
        let cells = [command.to_string(), brief(input), shown(message), code.to_string()];
        let line = [&cells[0], &cells[1], &cells[2]].map(|cell| code_of(cell));
        writeln!(self.text, "| {} | {} | {} | {code} |", line[0], line[1], line[2])
            .expect("writing to memory does not fail");
        self.rows.push(cells);
    }

    /// A row for a program that has ended: it has printed nothing to standard output, unless `beside` says that it has.
    pub fn told(&mut self, command: &str, input: &str, output: &Output, folders: &[&Path]) {
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{command}: {input}");
        self.told_beside(command, input, output, folders);
    }

    /// A row for a program that prints what it was asked for and says something beside it.
    pub fn told_beside(&mut self, command: &str, input: &str, output: &Output, folders: &[&Path]) {
        let message = bare(&String::from_utf8_lossy(&output.stderr), folders);
        let code = output.status.code().expect("the program ended by itself").to_string();
        self.row(&bare(command, folders), &bare(input, folders), &message, &code);
    }

    /// Compares the page with the one in the repository, as `pages::assert_same`.
    ///
    /// # Panics
    ///
    /// Where they differ, and where a reader of Markdown would not see what was told.
    pub fn assert(self) {
        let read = rows(&self.text);
        for (read, made) in read.iter().zip(&self.rows) {
            assert_eq!(read, made, "{}: a cell is not shown as it is", self.file);
        }
        assert_eq!(read.len(), self.rows.len(), "{}", self.file);
        pages::assert_same(&self.file, &self.text);
    }
}

/// The rows of a page: the text of each cell.
fn rows(page: &str) -> Vec<[String; 4]> {
    let mut rows: Vec<[String; 4]> = Vec::new();
    let mut cells: Vec<String> = Vec::new();
    for event in Parser::new_ext(page, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::TableRow) => cells.clear(),
            Event::Start(Tag::TableCell) => cells.push(String::new()),
            Event::Text(text) | Event::Code(text) => {
                cells.iter_mut().last().into_iter().for_each(|cell| cell.push_str(&text));
            }
            Event::InlineHtml(_) => cells.iter_mut().last().into_iter().for_each(|cell| cell.push('\n')),
            Event::End(TagEnd::TableRow) => {
                rows.push(std::mem::take(&mut cells).try_into().expect("a row has four cells"));
            }
            _ => {}
        }
    }
    rows
}

/// What every page tells: the message of each row, with the page's file.
pub fn messages() -> Vec<(PathBuf, String)> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(root().join(FOLDER)).expect(FOLDER).map(|entry| entry.expect(FOLDER).path()).collect();
    files.sort();
    let of_file = |file: PathBuf| {
        let text = std::fs::read_to_string(&file).expect(FOLDER);
        rows(&text).into_iter().map(move |[_, _, message, _]| (file.clone(), message)).collect::<Vec<_>>()
    };
    files.into_iter().flat_map(of_file).collect()
}

/// What clap writes below each message, and lines without a word.
fn is_repeated(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with("Usage:") || line.starts_with("For more information, try")
}

/// A message without folders that differ from machine to machine, and without what is the same below each.
fn bare(text: &str, folders: &[&Path]) -> String {
    let text = folders.iter().fold(text.to_string(), |text, folder| {
        let folder = folder.display().to_string();
        text.replace(&format!("{folder}/"), "").replace(&folder, ".")
    });
    text.lines().filter(|line| !is_repeated(line)).collect::<Vec<_>>().join("\n")
}

/// A text with what cannot be seen in it written as what it is, line by line.
fn shown(text: &str) -> String {
    text.lines().map(|line| Escaped(line.trim_end()).to_string()).collect::<Vec<_>>().join("\n")
}

/// An input, cut where nobody would read on.
fn brief(text: &str) -> String {
    let text = shown(text);
    match text.char_indices().nth(WIDEST) {
        Some((end, _)) => format!("{} ...", &text[..end]),
        None => text,
    }
}

/// Lines of code in a cell of a table.
fn code_of(text: &str) -> String {
    let line = |line: &str| {
        let most = line.split(|character| character != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(most + 1);
        let pad = if line.starts_with(['`', ' ']) || line.ends_with('`') { " " } else { "" };
        format!("{fence}{pad}{}{pad}{fence}", line.replace('|', "\\|"))
    };
    text.lines().map(line).collect::<Vec<_>>().join("<br>")
}
