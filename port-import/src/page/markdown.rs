//! Markdown with pipe tables, as GitHub reads them.
//!
//! ```text
//! ## Inbound
//!
//! | Port | Use |
//! |------|-----|
//! | 25   | SMTP \| ESMTP |
//! ```
//!
//! If a row has too many or too few cells, GitHub drops the rest or adds empty ones. Here both are errors: a bar that should have
//! been `\|` would move every port to the next column.

mod inline;

use port_data::diagnostic::count;

use super::codes;
use super::limits::MAX_COLUMNS;
use super::problems::Problems;
use super::table::{Cell, Line, Page, Row, Table};
use super::text::fold;
use inline::inline;

/// A line's number and its trimmed text.
type SourceLine<'a> = (usize, &'a str);

pub(super) fn read(text: &str, problems: &mut Problems) -> Page {
    let lines: Vec<SourceLine> = (1..).zip(text.lines().map(str::trim)).collect();
    let mut page = Page::default();
    // The nearest heading above. If a table uses it, it isn't text outside tables.
    let mut heading: Option<Line> = None;
    let mut is_heading_used = true;
    let mut open_fence: Option<&str> = None;
    let mut index = 0;
    while let Some(&(number, line)) = lines.get(index) {
        index += 1;
        if let Some(fence) = open_fence {
            if line.starts_with(fence) && line.trim_start_matches(&fence[..1]).is_empty() {
                open_fence = None;
            }
        } else if let Some(fence) = opening_fence(line) {
            open_fence = Some(fence);
        } else if let Some(title) = title(line) {
            let (text, footnotes) = inline(title);
            let before = heading.replace(Line { number, text });
            page.text_outside_tables.extend(before.filter(|before| !is_heading_used && !before.text.is_empty()));
            page.text_outside_tables.extend(footnotes.into_iter().map(|text| Line { number, text }));
            is_heading_used = false;
            continue;
        } else if let Some(read) = read_table(&lines, index - 1, problems) {
            page.tables.push(Table { heading: heading.clone(), ..read.table });
            page.text_outside_tables.extend(read.header_footnotes);
            is_heading_used = true;
            index = read.end;
            continue;
        }
        if !fold(line).is_empty() && !is_thematic_break(line) {
            page.text_outside_tables.push(Line { number, text: fold(line) });
        }
    }
    page.text_outside_tables.extend(heading.filter(|line| !is_heading_used && !line.text.is_empty()));
    page.text_outside_tables.sort_by_key(|line| line.number);
    page
}

/// The backticks or tildes that open a code block.
fn opening_fence(line: &str) -> Option<&str> {
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let end = line.find(|c| c != mark).unwrap_or(line.len());
    (end >= 3 && !(mark == '`' && line[end..].contains('`'))).then_some(&line[..end])
}

/// The text of a `#` heading.
fn title(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    if !(1..=6).contains(&level) || !(text.is_empty() || text.starts_with([' ', '\t'])) {
        return None;
    }
    let text = text.trim();
    let unclosed = text.trim_end_matches('#');
    Some(if unclosed.is_empty() || unclosed.ends_with([' ', '\t']) { unclosed.trim_end() } else { text })
}

fn is_thematic_break(line: &str) -> bool {
    line.len() > 2 && line.bytes().all(|byte| byte == b'-')
}

/// A table, the footnotes of its header, and the index of the line after it.
struct ReadTable {
    table: Table,
    header_footnotes: Vec<Line>,
    end: usize,
}

/// The table whose header is at an index, if there is one.
fn read_table(lines: &[SourceLine], index: usize, problems: &mut Problems) -> Option<ReadTable> {
    let ((number, header), (rule_number, rule)) = (lines[index], *lines.get(index + 1)?);
    if !is_rule(rule) || !header.contains('|') {
        return None;
    }
    let names = split_cells(header);
    let (columns, rule_columns) = (names.len(), split_cells(rule).len());
    if columns > MAX_COLUMNS || rule_columns != columns {
        let message = format!("header has {columns} columns, but the rule below it has {rule_columns}");
        let help =
            format!("fix the header or its rule (at most {MAX_COLUMNS} columns), and write `\\|` for a bar in a cell");
        problems.report(rule_number, codes::HEADER_RULE, message, help);
        return None;
    }
    let mut header_footnotes = Vec::new();
    let mut header = Vec::with_capacity(columns);
    for name in &names {
        let (text, footnotes) = inline(name);
        header.push(Line { number, text });
        header_footnotes.extend(footnotes.into_iter().map(|text| Line { number, text }));
    }
    let mut rows = Vec::new();
    let mut end = index + 2;
    while let Some(&(line, text)) = lines.get(end).filter(|(_, text)| !ends_table(text)) {
        let row = read_row(line, text);
        if row.cells.len() != columns {
            let cells = count(row.cells.len(), "cell");
            let message = format!("row has {cells}, but the header at line {number} has {columns}");
            let help = "add or remove cells, write `\\|` for a bar in a cell, and leave a blank line after the table";
            problems.report(line, codes::CELL_COUNT, message, help);
        }
        rows.push(row);
        end += 1;
    }
    Some(ReadTable { table: Table { heading: None, header, rows }, header_footnotes, end })
}

/// Whether a line is the rule below a header, such as `|---|:-:|`.
fn is_rule(line: &str) -> bool {
    line.contains('|')
        && split_cells(line).iter().all(|part| {
            let dashes = part.strip_prefix(':').unwrap_or(part);
            let dashes = dashes.strip_suffix(':').unwrap_or(dashes);
            !dashes.is_empty() && dashes.bytes().all(|byte| byte == b'-')
        })
}

fn ends_table(line: &str) -> bool {
    line.is_empty() || title(line).is_some() || opening_fence(line).is_some() || line.starts_with('>')
}

fn read_row(line: usize, text: &str) -> Row {
    let cells = split_cells(text).into_iter().map(|cell| {
        let (text, footnotes) = inline(&cell);
        Cell { text, line, spans_from_above: false, footnotes }
    });
    Row { line, cells: cells.collect() }
}

/// The cells of a row: the text between bars that aren't escaped by a backslash.
fn split_cells(row: &str) -> Vec<String> {
    let mut chars = row.strip_prefix('|').unwrap_or(row).chars().peekable();
    let mut cells = Vec::new();
    let mut cell = String::new();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.next_if_eq(&'|').is_some() => cell.push('|'),
            '\\' => {
                cell.push(c);
                cell.extend(chars.next());
            }
            '|' => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            _ => cell.push(c),
        }
    }
    // A bar at the end of the row ends its last cell.
    if cells.is_empty() || !cell.trim().is_empty() {
        cells.push(cell.trim().to_owned());
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, read, rows_as_text};
    use super::super::{Hints, Layout};

    #[test]
    fn tables_have_the_nearest_heading_above() {
        let page = read(samples::MARKDOWN, Layout::Markdown, &Hints::default()).unwrap();
        let headings: Vec<_> = page.tables.iter().map(|table| table.heading.as_ref().map(|line| line.number)).collect();
        assert_eq!(headings, [Some(5), Some(5), Some(20)]);
        assert_eq!(
            rows_as_text(&page),
            ["9 Mail / TCP/25", "10 Web|proxy / 443 (HTTPS) {[1]}", "14 x / y", "24 Store / 1433 1434"]
        );
        let outside: Vec<_> = page.text_outside_tables.iter().map(|line| line.number).collect();
        assert_eq!(outside, [1, 3, 16, 17, 18, 19, 26]);
    }
}
