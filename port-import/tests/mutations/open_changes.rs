//! The changes that are made to pages under open licences.

use std::ops::Range;

use port_import::capture::host_in;
use port_import::page::Layout;

use crate::document::{Document, Random};
use crate::open_page::{OpenPage, addresses, cells, displayed, is_title};

/// The kinds of changes, each with whether it changes what a person reads.
pub const KINDS: [(&str, bool); 23] = [
    ("digit", true),
    ("transport", true),
    ("word", true),
    ("letter", true),
    ("punctuation", true),
    ("mark", true),
    ("cell emptied", true),
    ("cells exchanged", true),
    ("row removed", true),
    ("row doubled", true),
    ("rows exchanged", true),
    ("column renamed", true),
    ("digit in prose", true),
    ("letter in prose", true),
    ("word in prose", true),
    ("host in prose", true),
    ("paragraph added", true),
    ("paragraph removed", true),
    ("line removed", true),
    ("code", false),
    ("address of a link", false),
    ("spaces", false),
    ("line break", false),
];

/// The kinds that change the text of a row in its place.
pub const IN_PLACE: [&str; 5] = ["digit", "transport", "word", "letter", "punctuation"];

/// Changes a page in one way; `None` if that isn't possible at the drawn place. One match arm per kind of change.
pub fn change(document: &Document, page: &OpenPage, kind: &str, random: &mut Random) -> Option<Vec<String>> {
    let mut lines = document.lines.clone();
    let in_rows: Vec<usize> = page.rows.iter().cloned().flatten().collect();
    let editor = &mut Editor { page, lines: &mut lines, random };
    match kind {
        "digit" => editor.character(&in_rows, |c| c.is_ascii_digit(), "0123456789")?,
        "letter" => editor.character(&in_rows, |c| c.is_ascii_alphabetic(), "abcxyzABCXYZ")?,
        "punctuation" => editor.character(&in_rows, |c| "/().,-:".contains(c), "/().,-:")?,
        "digit in prose" => editor.character(&page.prose, |c| c.is_ascii_digit(), "0123456789")?,
        "letter in prose" => editor.character(&page.prose, |c| c.is_ascii_alphabetic(), "abcxyzABCXYZ")?,
        "code" => editor.character(&page.code, |c| c.is_ascii_alphanumeric(), "abc123")?,
        "column renamed" => editor.character(&page.headers, |c| c.is_ascii_alphabetic(), "X")?,
        "transport" => editor.transport(&in_rows)?,
        "word" => editor.word(&in_rows)?,
        "word in prose" => editor.word(&page.prose)?,
        "mark" => editor.mark(&in_rows)?,
        "host in prose" => editor.host()?,
        "cell emptied" => {
            let (line, cell) = editor.cell(&in_rows)?;
            editor.replace(line, cell, "");
        }
        "cells exchanged" => editor.exchange_cells(&in_rows)?,
        "row removed" => _ = lines.drain(random.one_of(&page.rows)?.clone()),
        "row doubled" => {
            let row = random.one_of(&page.rows)?.clone();
            let copy = lines[row.clone()].to_vec();
            lines.splice(row.end..row.end, copy);
        }
        "rows exchanged" => {
            let (first, second) = (random.one_of(&page.rows)?.clone(), random.one_of(&page.rows)?.clone());
            let (first, second) = if first.start < second.start { (first, second) } else { (second, first) };
            let texts = [first.clone(), second.clone()].map(|row| lines[row].to_vec());
            if texts[0] == texts[1] {
                return None;
            }
            lines.splice(second, texts[0].clone());
            lines.splice(first, texts[1].clone());
        }
        "paragraph added" => {
            let at = random.one_of(&editor_paragraphs(page, &document.lines))?.end;
            let added = *random.one_of(&["Port 4711 of new.acme.example is new.", "All of it is new."])?;
            lines.splice(at..at, [String::new(), added.to_string()]);
        }
        "paragraph removed" => _ = lines.drain(random.one_of(&editor_paragraphs(page, &document.lines))?.clone()),
        "line removed" => _ = lines.remove(*random.one_of(&page.prose)?),
        "address of a link" => editor.address()?,
        "spaces" => editor.spaces(&in_rows)?,
        "line break" => editor.line_break()?,
        _ => unreachable!("{kind}"),
    }
    (lines != document.lines).then_some(lines)
}

/// The paragraphs of one line or more, between blank lines.
fn editor_paragraphs(page: &OpenPage, lines: &[String]) -> Vec<Range<usize>> {
    let is_blank = |line: Option<&String>| line.is_none_or(|line| line.trim().is_empty());
    let begins = |line: &&usize| **line == 0 || is_blank(lines.get(**line - 1));
    let starts_of_text = page.prose.iter().filter(begins).filter(|line| lines[**line].starts_with(char::is_alphabetic));
    let paragraph = |start: &usize| {
        let end = (*start..lines.len()).find(|line| is_blank(lines.get(*line))).unwrap_or(lines.len());
        let is_prose = (*start..end).all(|line| page.prose.contains(&line));
        is_prose.then_some(*start..end)
    };
    starts_of_text.filter_map(paragraph).collect()
}

/// Changes lines at random places.
struct Editor<'a> {
    page: &'a OpenPage,
    lines: &'a mut Vec<String>,
    random: &'a mut Random,
}

impl Editor<'_> {
    /// Replaces a text; in tables with borders, by one of the same width.
    fn replace(&mut self, line: usize, at: Range<usize>, by: &str) {
        let old = self.lines[line][at.clone()].chars().count();
        let has_borders = self.page.layout == Layout::Rst && self.lines[line].starts_with('|');
        let new =
            if has_borders { by.chars().chain(std::iter::repeat(' ')).take(old).collect() } else { by.to_string() };
        self.lines[line].replace_range(at, &new);
    }

    /// Replaces a displayed character.
    fn character(&mut self, among: &[usize], wanted: impl Fn(char) -> bool, by: &str) -> Option<()> {
        let mut places = Vec::new();
        for line in among {
            let text = &self.lines[*line];
            // All of a code block is displayed as it is.
            let shown = match self.page.code.contains(line) {
                true => vec![true; text.len()],
                false => displayed(self.page.layout, text),
            };
            // A border, the mark of an item and a title's mark are markup.
            let start = text.find(char::is_alphanumeric)?;
            let characters = text.char_indices().filter(|(at, c)| *at >= start && shown[*at] && wanted(*c));
            places.extend(characters.map(|(at, c)| (*line, at, c)));
        }
        let (line, at, old) = *self.random.one_of(&places)?;
        let others: Vec<char> = by.chars().filter(|new| *new != old).collect();
        let new = *self.random.one_of(&others)?;
        self.lines[line].replace_range(at..at + old.len_utf8(), &new.to_string());
        Some(())
    }

    /// A displayed word of more than a letter.
    fn any_word(&mut self, among: &[usize]) -> Option<(usize, Range<usize>)> {
        let line = *self.random.one_of(among)?;
        let text = &self.lines[line];
        let shown = displayed(self.page.layout, text);
        let is_in_word = |at: &usize| text.is_char_boundary(*at) && text.as_bytes()[*at].is_ascii_alphanumeric();
        let mut words: Vec<Range<usize>> = Vec::new();
        for at in (0..text.len()).filter(|at| shown[*at]).filter(is_in_word) {
            match words.last_mut() {
                Some(word) if word.end == at => word.end += 1,
                _ => words.push(at..at + 1),
            }
        }
        words.retain(|word| word.len() > 1);
        Some((line, self.random.one_of(&words)?.clone()))
    }

    fn word(&mut self, among: &[usize]) -> Option<()> {
        let (line, word) = self.any_word(among)?;
        let by = if word.len() < 9 { &"Otherwise"[..word.len()] } else { "Otherwise" };
        self.replace(line, word, by);
        Some(())
    }

    fn transport(&mut self, among: &[usize]) -> Option<()> {
        let transports = [("TCP", "UDP"), ("UDP", "TCP"), ("tcp", "udp"), ("udp", "tcp")];
        let mut places = Vec::new();
        for line in among {
            for (from, to) in transports {
                places.extend(self.lines[*line].match_indices(from).map(|(at, _)| (*line, at, to)));
            }
        }
        let (line, at, to) = *self.random.one_of(&places)?;
        self.lines[line].replace_range(at..at + to.len(), to);
        Some(())
    }

    fn cell(&mut self, among: &[usize]) -> Option<(usize, Range<usize>)> {
        let line = *self.random.one_of(among)?;
        let cells = cells(self.page.layout, &self.lines[line]);
        Some((line, self.random.one_of(&cells)?.clone()))
    }

    fn exchange_cells(&mut self, among: &[usize]) -> Option<()> {
        let (line, first) = self.cell(among)?;
        // Cells of a table with borders have the width of their column.
        let other_line = if self.page.layout == Layout::Rst { *self.random.one_of(among)? } else { line };
        let all = cells(self.page.layout, &self.lines[other_line]);
        let is_same_column = |cell: &&Range<usize>| other_line == line || cell.start == first.start;
        let other: Vec<Range<usize>> = all.iter().filter(is_same_column).cloned().collect();
        let second = self.random.one_of(&other)?.clone();
        let texts = [self.lines[line][first.clone()].to_string(), self.lines[other_line][second.clone()].to_string()];
        if texts[0] == texts[1] {
            return None;
        }
        if other_line != line {
            let width = first.len().max(second.len());
            for (line, start, text) in [(line, first.start, &texts[1]), (other_line, second.start, &texts[0])] {
                self.lines[line].replace_range(start..start + width, &format!("{text:width$}"));
            }
            return Some(());
        }
        let (first, second) = if first.start < second.start { (first, second) } else { (second, first) };
        let text = &mut self.lines[line];
        let (before, after) = (text[first.clone()].to_string(), text[second.clone()].to_string());
        text.replace_range(second, &before);
        text.replace_range(first, &after);
        Some(())
    }

    /// Adds a mark behind a cell's text.
    fn mark(&mut self, among: &[usize]) -> Option<()> {
        let (line, cell) = self.cell(among)?;
        let marks = match self.page.layout {
            Layout::Markdown => [" \\*", "(1)", "<sup>1</sup>"],
            Layout::Adoc => [" (1)", "(2)", "^1^"],
            _ => ["*", "(1)", " 1"],
        };
        let mark = *self.random.one_of(&marks)?;
        if self.page.layout == Layout::Rst {
            let end = cell.end + mark.len();
            let is_free = self.lines[line].get(cell.end..end)?.trim().is_empty();
            is_free.then(|| self.lines[line].replace_range(cell.end..end, mark))
        } else {
            self.lines[line].insert_str(cell.end, mark);
            Some(())
        }
    }

    /// Changes a displayed host name in prose.
    fn host(&mut self) -> Option<()> {
        let mut places = Vec::new();
        for line in &self.page.prose {
            let text = &self.lines[*line];
            let shown = displayed(self.page.layout, text);
            for host in text.split([' ', '`']).filter_map(host_in) {
                places.extend(text.match_indices(host).filter(|(at, _)| shown[*at]).map(|(at, _)| (*line, at)));
            }
        }
        let (line, at) = *self.random.one_of(&places)?;
        self.lines[line].insert(at, 'x');
        Some(())
    }

    fn address(&mut self) -> Option<()> {
        let places: Vec<(usize, usize)> = (0..self.lines.len())
            .flat_map(|line| {
                addresses(self.page.layout, &self.lines[line]).into_iter().flatten().map(move |at| (line, at))
            })
            .filter(|(line, at)| self.lines[*line].as_bytes()[*at].is_ascii_lowercase())
            .collect();
        let (line, at) = *self.random.one_of(&places)?;
        let new = if self.lines[line].as_bytes()[at] == b'q' { "p" } else { "q" };
        self.lines[line].replace_range(at..=at, new);
        Some(())
    }

    /// The displayed spaces between words.
    fn spaces_in(&self, line: usize) -> Vec<usize> {
        let text = &self.lines[line];
        let shown = displayed(self.page.layout, text);
        let is_word = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_alphabetic);
        let spaces = text.match_indices(' ').map(|(at, _)| at);
        spaces.filter(|at| *at > 0 && shown[*at] && is_word(at - 1) && is_word(at + 1)).collect()
    }

    fn spaces(&mut self, in_rows: &[usize]) -> Option<()> {
        let has_borders = self.page.layout == Layout::Rst;
        let mut among = self.page.prose.clone();
        // The line below a title is as long as the title.
        among.retain(|line| !is_title(self.lines, *line));
        among.extend(in_rows.iter().filter(|_| !has_borders));
        let line = *self.random.one_of(&among)?;
        let space = *self.random.one_of(&self.spaces_in(line))?;
        self.lines[line].insert_str(space, "  ");
        Some(())
    }

    /// Breaks a paragraph of one line.
    fn line_break(&mut self) -> Option<()> {
        let paragraphs = editor_paragraphs(self.page, self.lines);
        let single: Vec<usize> =
            paragraphs.iter().filter(|lines| lines.len() == 1).map(|paragraph| paragraph.start).collect();
        let line = *self.random.one_of(&single)?;
        let space = *self.random.one_of(&self.spaces_in(line))?;
        let rest = self.lines[line].split_off(space);
        self.lines.insert(line + 1, rest.trim_start().to_string());
        Some(())
    }
}
