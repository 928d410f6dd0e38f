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
//! GitHub drops the cells that a row has too many and fills up those it lacks. Here both are errors: a bar that should
//! have been `\|` would move every port one column on.

mod inline;

use super::text::fold;
use super::{Cell, Line, MAX_COLUMNS, Page, Problems, Row, Table};
use inline::inline;

pub(super) fn read(text: &str, problems: &mut Problems) -> Page {
    let lines: Vec<(usize, &str)> = (1..).zip(text.lines().map(str::trim)).collect();
    let mut page = Page::default();
    // The nearest heading above, until a table takes it, and after.
    let mut heading: Option<Line> = None;
    let mut is_claimed = true;
    let mut fence: Option<&str> = None;
    let mut at = 0;
    while let Some(&(number, line)) = lines.get(at) {
        at += 1;
        let is_fence = opens_fence(line).is_some();
        if let Some(open) = fence {
            if line.starts_with(open) && line.trim_start_matches(&open[..1]).is_empty() {
                fence = None;
            }
        } else if is_fence {
            fence = opens_fence(line);
        } else if let Some(title) = title(line) {
            let (text, notes) = inline(title);
            let before = heading.replace(Line { number, text });
            page.loose.extend(before.filter(|before| !is_claimed && !before.text.is_empty()));
            page.loose.extend(notes.into_iter().map(|text| Line { number, text }));
            is_claimed = false;
            continue;
        } else if let Some(table) = table(&lines, at - 1, problems) {
            page.tables.push(Table { heading: heading.clone(), ..table.0 });
            page.loose.extend(table.1);
            is_claimed = true;
            at = table.2;
            continue;
        }
        if !fold(line).is_empty() && !is_rule(line) {
            page.loose.push(Line { number, text: fold(line) });
        }
    }
    page.loose.extend(heading.filter(|line| !is_claimed && !line.text.is_empty()));
    page.loose.sort_by_key(|line| line.number);
    page
}

/// The backticks or tildes that open a code block.
fn opens_fence(line: &str) -> Option<&str> {
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let end = line.find(|c| c != mark).unwrap_or(line.len());
    (end >= 3 && !(mark == '`' && line[end..].contains('`'))).then_some(&line[..end])
}

/// The words of a `#` heading.
fn title(line: &str) -> Option<&str> {
    let words = line.trim_start_matches('#');
    let level = line.len() - words.len();
    if !(1..=6).contains(&level) || !(words.is_empty() || words.starts_with([' ', '\t'])) {
        return None;
    }
    let words = words.trim();
    let open = words.trim_end_matches('#');
    Some(if open.is_empty() || open.ends_with([' ', '\t']) { open.trim_end() } else { words })
}

fn is_rule(line: &str) -> bool {
    line.len() > 2 && line.bytes().all(|byte| byte == b'-')
}

/// The table whose header is at a place, its footnotes, and the place after it.
fn table(lines: &[(usize, &str)], at: usize, problems: &mut Problems) -> Option<(Table, Vec<Line>, usize)> {
    let ((number, header), (rule_number, rule)) = (lines[at], *lines.get(at + 1)?);
    let is_rule = rule.contains('|')
        && split(rule).iter().all(|part| {
            let dashes = part.strip_prefix(':').unwrap_or(part);
            let dashes = dashes.strip_suffix(':').unwrap_or(dashes);
            !dashes.is_empty() && dashes.bytes().all(|byte| byte == b'-')
        });
    if !is_rule || !header.contains('|') {
        return None;
    }
    let heads = split(header);
    let columns = heads.len();
    if columns > MAX_COLUMNS || split(rule).len() != columns {
        problems.push(
            (rule_number, format!("a rule over {} columns under {columns} heads", split(rule).len())),
            format!("as many as heads, and at most {MAX_COLUMNS}"),
            "mend the header or its rule; write a bar inside a cell as `\\|`",
        );
        return None;
    }
    let mut loose = Vec::new();
    let mut header = Vec::with_capacity(columns);
    for head in &heads {
        let (text, notes) = inline(head);
        header.push(Line { number, text });
        loose.extend(notes.into_iter().map(|text| Line { number, text }));
    }
    let mut rows = Vec::new();
    let mut end = at + 2;
    while let Some(&(line, text)) = lines.get(end) {
        if text.is_empty() || title(text).is_some() || opens_fence(text).is_some() || text.starts_with('>') {
            break;
        }
        let cells: Vec<Cell> = split(text)
            .iter()
            .map(|cell| {
                let (text, notes) = inline(cell);
                Cell { text, line, from_above: false, notes }
            })
            .collect();
        if cells.len() != columns {
            problems.push(
                (line, format!("a row of {} cells", cells.len())),
                format!("{columns} cells, as in the header at line {number}"),
                "add or remove cells; write a bar inside a cell as `\\|`, and a blank line after the table",
            );
        }
        rows.push(Row { line, cells });
        end += 1;
    }
    Some((Table { heading: None, header, rows }, loose, end))
}

/// The cells of a row, between bars that no backslash stands before.
fn split(row: &str) -> Vec<String> {
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
    // A bar at the row's end ends its last cell.
    if cells.is_empty() || !cell.trim().is_empty() {
        cells.push(cell.trim().to_owned());
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, grid};
    use super::super::{Hints, Layout, read};

    #[test]
    fn tables_come_with_the_heading_above() {
        let page = read(samples::MARKDOWN, Layout::Markdown, &Hints::default()).unwrap();
        let headings: Vec<_> = page.tables.iter().map(|table| table.heading.as_ref().map(|line| line.number)).collect();
        assert_eq!(headings, [Some(5), Some(5), Some(20)]);
        assert_eq!(
            grid(&page),
            ["9 Mail / TCP/25", "10 Web|proxy / 443 (HTTPS) {[1]}", "14 x / y", "24 Store / 1433 1434"]
        );
        let loose: Vec<_> = page.loose.iter().map(|line| line.number).collect();
        assert_eq!(loose, [1, 3, 16, 17, 18, 19, 26]);
    }
}
