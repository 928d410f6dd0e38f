//! Text captures with one value a line, blank lines between, and no bars.
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
//! Nothing but the values themselves shows where a row begins. So curation names columns that hold nothing but a few
//! known values: those are the anchors, and between anchors the values are counted. One column between two anchors may
//! take several values. A row may lack its first cell, which then spans, but only if no value around could be that
//! cell: curation lists what the first column holds, and where it doesn't, the reader refuses.
//!
//! One loss can't be seen here: when the very last value of a table is lost, the line after the table takes its place.
//! It is missed among the loose lines then.

mod anchors;

use super::spans::Repeat;
use super::text::{fold, quote};
use super::{Hints, Line, Page, Problems, Table};
use anchors::Anchors;

/// Lines without a blank one between, as one text.
struct Value {
    line: usize,
    text: String,
}

/// A table, as places in the list of values: where its heading stands, or its header, and where its rows begin.
struct Place {
    start: usize,
    header: usize,
    body: usize,
}

pub(super) fn read(text: &str, hints: &Hints, problems: &mut Problems) -> Page {
    let values = values(text);
    let mut page = Page::default();
    let Some(anchors) = Anchors::new(hints, problems) else {
        return page;
    };
    let Some(places) = places(&values, hints, problems) else {
        return page;
    };
    let Some(tables) = first_body(&values, &places, problems) else {
        return page;
    };

    let mut repeat = Repeat::new();
    let mut read = 0;
    for (number, place) in tables.iter().enumerate() {
        page.loose.extend(values[read..place.start].iter().map(Value::line));
        let heading = (place.start < place.header).then(|| values[place.start].line());
        let between = (place.start + 1).min(place.header)..place.header;
        page.loose.extend(values[between].iter().map(Value::line));
        let end = places.get(number + 1).map_or(values.len(), |next| next.start);
        let Some((rows, rest)) = anchors.rows(&values, place.body..end, &mut repeat, problems) else {
            break;
        };
        let header = values[place.header..place.body].iter().map(Value::line).collect();
        page.tables.push(Table { heading, header, rows });
        read = rest;
    }
    let end = places.get(tables.len()).map_or(values.len(), |copy| copy.start);
    page.loose.extend(values[read.min(end)..end].iter().map(Value::line));
    page
}

impl Value {
    fn line(&self) -> Line {
        Line { number: self.line, text: self.text.clone() }
    }
}

fn values(text: &str) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    let mut is_open = false;
    for (raw, line) in text.lines().zip(1..) {
        let text = fold(raw);
        match values.last_mut().filter(|_| is_open) {
            _ if text.is_empty() => is_open = false,
            Some(value) => {
                value.text.push(' ');
                value.text.push_str(&text);
            }
            None => {
                is_open = true;
                values.push(Value { line, text });
            }
        }
    }
    values
}

/// Where the header stands, each time with the nearest heading above it.
fn places(values: &[Value], hints: &Hints, problems: &mut Problems) -> Option<Vec<Place>> {
    let columns = &hints.columns;
    let matching =
        |at: usize| values[at..].iter().zip(columns).take_while(|(value, head)| value.text == **head).count();
    let mut places: Vec<Place> = Vec::new();
    let mut nearest = (0, 0);
    let mut at = 0;
    while at < values.len() {
        let count = matching(at);
        if count < columns.len() {
            nearest = nearest.max((count, at));
            at += 1;
            continue;
        }
        let above = places.last().map_or(0, |place| place.body);
        let start = if hints.headings.is_empty() {
            Some(at)
        } else {
            (above..at).rfind(|&heading| hints.headings.contains(&values[heading].text))
        };
        let Some(start) = start else {
            problems.push(
                (values[at].line, "a table's header with no heading above it"),
                format!("one of the headings: {}", hints.headings.join(", ")),
                "if the vendor renamed the heading, change the headings in the curation",
            );
            return None;
        };
        places.push(Place { start, header: at, body: at + columns.len() });
        at += columns.len();
    }
    if places.is_empty() {
        let (count, at) = nearest;
        let value = values.get(at + count).or(values.last());
        problems.push(
            value.map_or((1, "an empty page".to_owned()), |value| (value.line, quote(&value.text))),
            format!("the head {}; the header is: {}", quote(&columns[count]), columns.join(", ")),
            "if the vendor renamed a column, rename it in the curation",
        );
        return None;
    }
    Some(places)
}

/// The tables of the first body.
///
/// A page may print its body again, up to its end. It is the same body where it begins with the same line, and then all
/// of it has to be the same: a fact that two copies tell differently is no fact.
fn first_body<'a>(values: &[Value], places: &'a [Place], problems: &mut Problems) -> Option<&'a [Place]> {
    let first = places[0].start;
    let begins_body = |place: &&Place| values[place.start].text == values[first].text;
    let starts: Vec<usize> = places.iter().filter(begins_body).map(|place| place.start).collect();
    let ends = starts.iter().skip(1).copied().chain([values.len()]);
    let mut bodies = starts.iter().zip(ends).map(|(&start, end)| &values[start..end]);
    let body = bodies.next()?;
    for copy in bodies {
        let same = body.iter().zip(copy).take_while(|(value, copied)| value.text == copied.text).count();
        if same == body.len() && same == copy.len() {
            continue;
        }
        let place = |values: &[Value]| match (values.get(same), values.last()) {
            (Some(value), _) => (value.line, quote(&value.text)),
            (None, last) => (last.map_or(1, |value| value.line), "the end".to_owned()),
        };
        let (line, expected) = place(body);
        problems.push(
            place(copy),
            format!("the same as in the first copy at line {line}: {expected}"),
            "the page's body stands twice and its copies differ: find out which one the vendor means; or name the line \
             where the body begins in the curation's headings, and cut off what follows the last copy",
        );
        return None;
    }
    let tables = starts.get(1).map_or(places.len(), |&second| places.partition_point(|place| place.start < second));
    Some(&places[..tables])
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, first_error, grid, hints, loose};
    use super::super::{Layout, read};

    fn twice() -> String {
        let body = &samples::VALUES[samples::VALUES.find("Needed").unwrap()..];
        format!("{}\n{body}", samples::VALUES)
    }

    #[test]
    fn rows_are_told_apart_by_the_values_of_columns() {
        for text in [samples::VALUES.to_owned(), twice()] {
            let page = read(&text, Layout::Values, &hints(Layout::Values)).unwrap();
            assert_eq!(page.tables.len(), 1);
            assert_eq!(page.tables[0].heading.as_ref().unwrap().number, 3);
            assert_eq!(
                grid(&page),
                [
                    "20 Mail relay / Send / TCP / 25 / Out / Settings",
                    "32 ^Mail relay / Fetch / UDP / IKE 500 ESP / Out / N/A",
                    "44 Console / Web / TCP / 443 (default) / In / N/A",
                ]
            );
            assert_eq!(loose(&page)[..3], [1, 5, 56]);
        }
    }

    #[test]
    fn a_copy_that_differs_is_an_error_with_both_lines() {
        let text = twice();
        let lines: Vec<&str> = text.lines().collect();
        let second = lines.iter().rposition(|line| *line == "Needed ports").unwrap();
        for changed in (second + 1..lines.len()).filter(|&line| !lines[line].is_empty()) {
            let mut copy = lines.clone();
            copy[changed] = "changed";
            let error = read(&copy.join("\n"), Layout::Values, &hints(Layout::Values)).unwrap_err().swap_remove(0);
            // A header makes it a copy; without one the values that follow are what is wrong.
            let is_named = error.line.abs_diff(changed + 1) < 2 || error.to_string().contains("value");
            assert!(is_named, "line {}: {error}", changed + 1);
        }
    }

    #[test]
    fn a_copy_ends_where_the_page_does() {
        let longer = format!("{}\nLast words\n", twice());
        let error = first_error(&longer, Layout::Values).to_string();
        assert!(error.contains("Last words") && error.contains("line 56: the end"), "{error}");
        let shorter = twice();
        let shorter = &shorter[..shorter.rfind("More in").unwrap()];
        let error = first_error(shorter, Layout::Values).to_string();
        assert!(error.contains("found the end") && error.contains("line 56: `More"), "{error}");
    }

    #[test]
    fn without_the_first_column_s_values_a_span_is_doubtful() {
        let mut hints = hints(Layout::Values);
        hints.values.remove("Peer");
        let errors = read(samples::VALUES, Layout::Values, &hints).unwrap_err();
        assert_eq!(errors[0].line, 30, "{}", errors[0]);
    }
}
