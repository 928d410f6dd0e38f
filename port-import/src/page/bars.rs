//! Text captures with one cell a line, ended by a bar.
//!
//! A table opens with a row of one cell over its full width, its heading, then a rule, then the heads:
//!
//! ```text
//! Inbound |
//! ||
//! ---|---|---
//! Purpose |
//! Port |
//! |
//! Mail client |
//! Send mail |
//! TCP/25 |
//! Fetch mail |
//! TCP/110 |
//! |
//! ```
//!
//! A row that lacks its first cell has a lone bar after it: in the header that is an empty head, below it a cell that
//! spans from above. A first cell that the capture lost looks the same; the reader says `from_above`, with an empty text
//! where nothing is above, and curation knows better.

use super::spans::Repeat;
use super::text::{Shape, Source, lines, quote};
use super::{Cell, Hints, Line, Page, Problems, Row, Table};

/// The head of a table, as places in the list of lines.
struct Head {
    heading: usize,
    body: usize,
    columns: usize,
}

/// The cells of a row, and how many of its first cells are missing.
struct Printed {
    cells: Vec<usize>,
    missing: usize,
    line: usize,
    end: usize,
}

pub(super) fn read(text: &str, hints: &Hints, problems: &mut Problems) -> Page {
    let lines = lines(text);
    let heads = heads(&lines, hints, problems);
    let mut page = Page::default();
    let mut repeat = Repeat::new();
    let mut at = 0;
    for (number, head) in heads.iter().enumerate() {
        keep_loose(&lines[at..head.heading], &mut page);
        let end = heads.get(number + 1).map_or(lines.len(), |next| next.heading);
        at = match table(&lines, head, end, hints, &mut repeat, problems) {
            Some((table, rest)) => {
                page.tables.push(table);
                rest
            }
            None => end,
        };
    }
    keep_loose(&lines[at..], &mut page);
    page
}

/// Lines outside tables; bars alone are padding.
fn keep_loose(lines: &[Source], page: &mut Page) {
    page.loose.extend(
        lines
            .iter()
            .filter(|line| !matches!(line.shape(), Shape::Bars(_)))
            .map(|line| Line { number: line.number, text: line.unbarred().to_owned() }),
    );
}

/// A rule, over it bars that fill the heading's row, over them the heading.
fn heads(lines: &[Source], hints: &Hints, problems: &mut Problems) -> Vec<Head> {
    let mut heads: Vec<Head> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Shape::Rule(columns) = line.shape() else {
            continue;
        };
        let mut top = at;
        let mut bars = 0;
        while let Some(Shape::Bars(more)) = top.checked_sub(1).map(|above| lines[above].shape()) {
            bars += more;
            top -= 1;
        }
        let floor = heads.last().map_or(0, |head| head.body);
        let heading = top.checked_sub(1).filter(|&above| above >= floor && is_cell(&lines[above]));
        match heading {
            Some(heading) if bars + 1 == columns => {
                let line = &lines[heading];
                if !hints.headings.is_empty() && !hints.headings.iter().any(|known| known == line.unbarred()) {
                    problems.push(
                        (line.number, format!("a table under {}", quote(line.unbarred()))),
                        format!("a heading of: {}", hints.headings.join(", ")),
                        "if the vendor renamed the table or added one, change the headings in the curation",
                    );
                }
                heads.push(Head { heading, body: at + 1, columns });
            }
            _ => problems.push(
                (line.number, format!("a rule over {columns} columns, {bars} bars above it")),
                format!("above the rule {} bars, and above them a heading with a bar after it", columns - 1),
                "capture the page again, or name its layout",
            ),
        }
    }
    heads
}

/// One cell, ended by the line's only bar.
fn is_cell(line: &Source) -> bool {
    line.shape() == Shape::Cells && !line.unbarred().contains('|') && line.text.ends_with('|')
}

/// The table, and where the lines after it begin.
fn table(
    lines: &[Source],
    head: &Head,
    end: usize,
    hints: &Hints,
    repeat: &mut Repeat,
    problems: &mut Problems,
) -> Option<(Table, usize)> {
    let header = row(lines, head.body, end, head.columns, problems)?;
    let empty = (0..header.missing).map(|_| Line { number: header.line, text: String::new() });
    let printed =
        header.cells.iter().map(|&at| Line { number: lines[at].number, text: lines[at].unbarred().to_owned() });
    let mut table = Table {
        heading: Some(Line { number: lines[head.heading].number, text: lines[head.heading].unbarred().to_owned() }),
        header: empty.chain(printed).collect(),
        rows: Vec::new(),
    };
    let mut at = header.end;
    while at < end && lines[at].shape() != Shape::Plain {
        let printed = row(lines, at, end, head.columns, problems)?;
        let mut cells = Vec::with_capacity(head.columns);
        for column in 0..printed.missing {
            if !hints.spans(column, &table.header[column].text) {
                problems.push(
                    (printed.line, format!("a row that lacks {} of its first cells", printed.missing)),
                    "a cell in each column that does not span",
                    "put the lost cell back, or name the column as spanning in the curation",
                );
                return None;
            }
            // Over the first row there is nothing to span from: the capture lost the cell.
            let nothing = Cell::default();
            let above = table.rows.last().map_or(&nothing, |row| &row.cells[column]);
            cells.push(repeat.cell(above, printed.line, problems)?);
        }
        cells.extend(printed.cells.iter().map(|&at| Cell {
            text: lines[at].unbarred().to_owned(),
            line: lines[at].number,
            ..Cell::default()
        }));
        table.rows.push(Row { line: printed.line, cells });
        at = printed.end;
    }
    Some((table, at))
}

/// The row that begins at a place: a cell a line, and after them a bar for each first cell that is missing.
fn row(lines: &[Source], start: usize, end: usize, columns: usize, problems: &mut Problems) -> Option<Printed> {
    let mut cells = Vec::new();
    let mut at = start;
    while at < end && cells.len() < columns && is_cell(&lines[at]) {
        cells.push(at);
        at += 1;
    }
    let mut missing = 0;
    while let (true, Some(Shape::Bars(bars))) =
        (at < end && cells.len() + missing < columns, lines.get(at).map(Source::shape))
    {
        missing += bars;
        at += 1;
    }
    if !cells.is_empty() && cells.len() + missing == columns {
        return Some(Printed { line: lines[cells[0]].number, cells, missing, end: at });
    }
    // The line to look at is the one that breaks the row, or the row itself where the page ends in it.
    let place = lines[start..end].get(at - start).or(lines.get(start)).or(lines.last());
    let (number, found) = place.map_or((1, "nothing".to_owned()), |line| (line.number, quote(&line.text)));
    problems.push(
        (number, format!("{found} after {} cells and {missing} bars of a row", cells.len())),
        format!(
            "rows of {columns} cells, one a line with a bar after it, a lone bar after a row for each cell it lacks"
        ),
        "put back what the capture lost here, or capture the page again",
    );
    None
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, grid, hints};
    use super::super::{Layout, read};

    fn page() -> String {
        samples::BARS.to_owned()
    }

    #[test]
    fn rows_come_with_their_headings_and_spans() {
        let page = read(&page(), Layout::Bars, &hints(Layout::Bars)).unwrap();
        assert_eq!(page.tables.len(), 2);
        assert_eq!(page.tables[0].heading.as_ref().unwrap().text, "Inbound");
        assert_eq!(
            page.tables[0].header.iter().map(|head| (head.number, head.text.as_str())).collect::<Vec<_>>(),
            [(7, ""), (7, "Purpose"), (8, "Port")]
        );
        assert_eq!(
            grid(&page),
            [
                "10 Mail client / Send / TCP/25",
                "13 ^Mail client / Fetch / TCP/110",
                "16 Console / Web / TCP/80 or 443",
                "25 Relay / Send / TCP/25 *",
                "28 ^Relay / Names / UDP/53"
            ]
        );
        let loose: Vec<_> = page.loose.iter().map(|line| (line.number, line.text.as_str())).collect();
        assert_eq!(loose, [(1, "Example ports"), (2, "![]()"), (31, "* Not always.")]);
    }
}
