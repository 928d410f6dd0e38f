//! Text captures with one value per line, separated by blank lines, without bars.
//!
//! ```text
//! Peer
//!
//! Use
//!
//! Protocol
//!
//! Port
//!
//! Mail relay
//!
//! Send mail
//!
//! TCP
//!
//! 25
//! ```
//!
//! Only the values themselves show where a row begins. So the curation names columns that contain only a few known values. These
//! are the anchors, and the reader counts the values between them. If there is one column between two anchors, several values
//! there are one cell. A row may lack its first cell, which then spans from above, but only if no value nearby could be that
//! cell: the curation lists the values of the first column, and without that list the reader rejects the page.
//!
//! One loss can't be noticed by this reader. If the last value of a table is lost, the line after the table takes its place. The
//! curation of text outside tables then reports that line as missing.

mod anchors;
mod value;

use super::checks::RENAME_COLUMN;
use super::codes;
use super::hints::Hints;
use super::problems::Problems;
use super::spans::Repeater;
use super::table::{Page, Table};
use super::text::quote;
use anchors::Anchors;
use value::{Value, values};

/// A table, as indexes of values: of its heading (of its header, if it has no heading), of its header, and of its first row.
struct TableStart {
    start: usize,
    header: usize,
    body: usize,
}

pub(super) fn read(text: &str, hints: &Hints, problems: &mut Problems) -> Page {
    let values = values(text);
    read_values(&values, hints, problems).unwrap_or_default()
}

/// `None` if no table could be read at all.
fn read_values(values: &[Value], hints: &Hints, problems: &mut Problems) -> Option<Page> {
    let anchors = Anchors::new(hints, problems)?;
    let starts = table_starts(values, hints, problems)?;
    let tables = first_body(values, &starts, problems)?;
    let mut page = Page::default();
    let mut repeater = Repeater::new();
    let mut index = 0;
    for (number, table) in tables.iter().enumerate() {
        let heading = (table.start < table.header).then(|| values[table.start].to_line());
        let below_heading = (table.start + 1).min(table.header)..table.header;
        let outside = values[index..table.start].iter().chain(&values[below_heading]);
        page.text_outside_tables.extend(outside.map(Value::to_line));
        let end = starts.get(number + 1).map_or(values.len(), |next| next.start);
        let Some((rows, rest)) = anchors.rows(values, table.body..end, &mut repeater, problems) else {
            break;
        };
        let header = values[table.header..table.body].iter().map(Value::to_line).collect();
        page.tables.push(Table { heading, header, rows, text: None });
        index = rest;
    }
    let end = starts.get(tables.len()).map_or(values.len(), |copy| copy.start);
    page.text_outside_tables.extend(values[index.min(end)..end].iter().map(Value::to_line));
    Some(page)
}

/// Finds each header, and the nearest heading above it.
fn table_starts(values: &[Value], hints: &Hints, problems: &mut Problems) -> Option<Vec<TableStart>> {
    let columns = &hints.columns;
    let matching_names =
        |index: usize| values[index..].iter().zip(columns).take_while(|(value, name)| value.text == **name).count();
    let mut starts: Vec<TableStart> = Vec::new();
    let mut nearest = (0, 0);
    let mut index = 0;
    while index < values.len() {
        let count = matching_names(index);
        if count < columns.len() {
            nearest = nearest.max((count, index));
            index += 1;
            continue;
        }
        let previous_body = starts.last().map_or(0, |table| table.body);
        let start = if hints.headings.is_empty() {
            Some(index)
        } else {
            (previous_body..index).rfind(|&heading| hints.headings.contains(&values[heading].text))
        };
        let Some(start) = start else {
            let message =
                format!("header has none of the headings above it (expected {})", hints.headings.join(" or "));
            let help = "if the vendor renamed the heading, change the headings in the curation";
            problems.report(values[index].line, codes::UNEXPECTED_HEADING, message, help);
            return None;
        };
        starts.push(TableStart { start, header: index, body: index + columns.len() });
        index += columns.len();
    }
    if starts.is_empty() {
        report_missing_header(values, columns, nearest, problems);
        return None;
    }
    Some(starts)
}

/// Reports that no header was found, at the value that breaks the most similar one: how many names match, and from which index.
fn report_missing_header(values: &[Value], columns: &[String], nearest: (usize, usize), problems: &mut Problems) {
    let (count, index) = nearest;
    let header = columns.join(", ");
    match values.get(index + count).or(values.last()) {
        Some(value) => {
            let message =
                format!("unexpected column {} instead of {} ({header})", quote(&value.text), quote(&columns[count]));
            problems.report(value.line, codes::UNEXPECTED_COLUMN, message, RENAME_COLUMN);
        }
        None => problems.report_page(codes::NO_TABLE, format!("page is empty ({header})"), "save the page again"),
    }
}

/// The tables of the first body.
///
/// A page may print its body a second time, up to its end. A copy begins with the same line as the body, and must be equal to it:
/// if two copies differ, neither can be trusted.
fn first_body<'a>(values: &[Value], tables: &'a [TableStart], problems: &mut Problems) -> Option<&'a [TableStart]> {
    let first = tables[0].start;
    let begins_body = |table: &&TableStart| values[table.start].text == values[first].text;
    let starts: Vec<usize> = tables.iter().filter(begins_body).map(|table| table.start).collect();
    let ends = starts.iter().skip(1).copied().chain([values.len()]);
    let mut bodies = starts.iter().zip(ends).map(|(&start, end)| &values[start..end]);
    let body = bodies.next()?;
    for copy in bodies {
        let same = body.iter().zip(copy).take_while(|(value, copied)| value.text == copied.text).count();
        if same == body.len() && same == copy.len() {
            continue;
        }
        let difference = |values: &[Value]| match (values.get(same), values.last()) {
            (Some(value), _) => (value.line, quote(&value.text)),
            (None, last) => (last.map_or(0, |value| value.line), "the end".to_owned()),
        };
        let ((first_line, first), (line, found)) = (difference(body), difference(copy));
        let message = format!(
            "the page prints its body twice, and the copies differ (here {found}, at line {first_line} {first})"
        );
        let help = "find out which copy the vendor means; or list the first line of the body in the curation's headings, and \
                    remove what follows the last copy";
        problems.report(line, codes::COPIES_DIFFER, message, help);
        return None;
    }
    let count = starts.get(1).map_or(tables.len(), |&second| tables.partition_point(|table| table.start < second));
    Some(&tables[..count])
}

#[cfg(test)]
mod tests {
    use super::super::Layout;
    use super::super::samples::{self, first_error, hints, outside_lines, read, rows_as_text};

    fn printed_twice() -> String {
        let body = &samples::VALUES[samples::VALUES.find("Needed").unwrap()..];
        format!("{}\n{body}", samples::VALUES)
    }

    #[test]
    fn rows_are_found_by_the_values_of_columns() {
        for text in [samples::VALUES.to_owned(), printed_twice()] {
            let page = read(&text, Layout::Values, &hints(Layout::Values)).unwrap();
            assert_eq!(page.tables.len(), 1);
            assert_eq!(page.tables[0].heading.as_ref().unwrap().number, 3);
            assert_eq!(
                rows_as_text(&page),
                [
                    "20 Mail relay / Send / TCP / 25 / Out / Settings",
                    "32 ^Mail relay / Fetch / UDP / IKE 500 ESP / Out / N/A",
                    "44 Console / Web / TCP / 443 (default) / In / N/A",
                ]
            );
            assert_eq!(outside_lines(&page)[..3], [1, 5, 56]);
        }
    }

    #[test]
    fn a_copy_that_differs_is_rejected() {
        let text = printed_twice();
        let lines: Vec<&str> = text.lines().collect();
        let second = lines.iter().rposition(|line| *line == "Needed ports").unwrap();
        for changed in (second + 1..lines.len()).filter(|&line| !lines[line].is_empty()) {
            let mut copy = lines.clone();
            copy[changed] = "changed";
            let error = first_error(&copy.join("\n"), Layout::Values);
            // Without its header, the copy isn't recognized, and its values are unexpected.
            let is_near = error.place.line.abs_diff(changed + 1) < 2 || error.to_string().contains("value");
            assert!(is_near, "line {}: {error}", changed + 1);
        }
    }

    #[test]
    fn a_copy_must_end_where_the_page_ends() {
        let longer = format!("{}\nLast words\n", printed_twice());
        let error = first_error(&longer, Layout::Values).to_string();
        assert!(error.contains("here \"Last words\", at line 56 the end"), "{error}");
        let shorter = printed_twice();
        let shorter = &shorter[..shorter.rfind("More in").unwrap()];
        let error = first_error(shorter, Layout::Values).to_string();
        assert!(error.contains("here the end, at line 56 \"More"), "{error}");
    }

    #[test]
    fn a_span_is_ambiguous_without_the_values_of_the_first_column() {
        let mut hints = hints(Layout::Values);
        hints.values.remove("Peer");
        let errors = read(samples::VALUES, Layout::Values, &hints).unwrap_err();
        assert_eq!(errors[0].place.line, 30, "{}", errors[0]);
    }
}
