//! Reads the lists that are tables according to the curation.
//!
//! The curation gives a pattern for the items below a heading, such as `{Ports}: {Label}`. Each name in braces is a column, and
//! matches any text; the text between must be in the item. All items of a list must fit a pattern. Of the lists below the same
//! heading, those of which no item fits stay text.

use std::collections::{BTreeMap, BTreeSet};

use super::codes;
use super::doubt::Doubt;
use super::hints::{Hints, ListPattern};
use super::pattern::Pattern;
use super::problems::Problems;
use super::table::{Cell, Line, LineKind, Page, Row, Table};
use super::text::quote;

/// What a reader knows about the lists and headings of a page besides its lines. Indexes are those of the text outside tables.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// For each list, the number of tables before it.
    pub tables_before: Vec<usize>,
    /// For each heading of the page, the index of its line.
    pub heading_lines: Vec<usize>,
    /// The headings that are headings of tables.
    pub used_headings: BTreeSet<usize>,
    /// The superscript marks of items, and what the curation must decide about them, by the indexes of their lines.
    pub details: BTreeMap<usize, (Vec<String>, Vec<Doubt>)>,
}

/// A list of a page: its number, and the indexes of its items.
struct PageList {
    number: usize,
    items: Vec<usize>,
}

/// Makes tables of the lists that the curation has patterns for, and takes their items and the headings of all tables out of the
/// text outside tables.
pub(super) fn make_tables(page: &mut Page, mut lists: Lists, hints: &Hints, problems: &mut Problems) {
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    let mut made: Vec<(usize, Table)> = Vec::new();
    let found = page_lists(page);
    let mut headings: Vec<Option<&str>> = Vec::new();
    for hint in &hints.lists {
        if !headings.contains(&hint.heading.as_deref()) {
            headings.push(hint.heading.as_deref());
        }
    }
    // Lists with a heading of their own first, so that patterns without a heading are for the others.
    headings.sort_by_key(Option::is_none);
    let is_named = |heading: &str| hints.lists.iter().any(|hint| hint.heading.as_deref() == Some(heading));
    for heading in headings {
        let Some(patterns) = patterns(hints, heading, problems) else { continue };
        let candidates = found.iter().filter(|list| {
            let above = page.heading_above(&page.text_outside_tables[list.items[0]]).map(|line| line.text.as_str());
            heading.map_or_else(|| !above.is_some_and(is_named), |heading| above == Some(heading))
        });
        let candidates: Vec<&PageList> = candidates.collect();
        let text = |index: &usize| page.text_outside_tables[*index].text.as_str();
        let fits = |index: &usize| patterns.iter().any(|pattern| pattern.match_text(text(index)).is_some());
        let fitting: Vec<&&PageList> = candidates.iter().filter(|list| list.items.iter().any(fits)).collect();
        if fitting.is_empty() {
            report_no_list(page, heading, &patterns, candidates.first().map(|list| list.items[0]), problems);
        }
        for list in fitting {
            for unread in list.items.iter().filter(|index| !fits(index)) {
                report_item(&page.text_outside_tables[*unread], &patterns, problems);
            }
            let before = lists.tables_before.get(list.number).copied().unwrap_or(page.tables.len());
            made.push((before, table(page, list, &patterns, &lists)));
            for index in &list.items {
                for doubt in lists.details.get(index).into_iter().flat_map(|(_, doubts)| doubts) {
                    doubt.report(text(index), problems);
                }
            }
            taken.extend(&list.items);
            lists.used_headings.extend(page.text_outside_tables[list.items[0]].under);
        }
    }
    made.sort_by_key(|(before, table)| (*before, table.rows.first().map_or(0, |row| row.line)));
    for (before, table) in made.into_iter().rev() {
        page.tables.insert(before.min(page.tables.len()), table);
    }
    taken.extend(lists.used_headings.iter().filter_map(|heading| lists.heading_lines.get(*heading)));
    let mut index = 0..;
    page.text_outside_tables.retain(|_| !taken.contains(&index.next().unwrap_or_default()));
}

/// The lists with the items that have text, in the page's order.
fn page_lists(page: &Page) -> Vec<PageList> {
    let mut lists: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, line) in page.text_outside_tables.iter().enumerate() {
        if let LineKind::Item { list } = line.kind {
            lists.entry(list).or_default().push(index);
        }
    }
    lists.into_iter().map(|(number, items)| PageList { number, items }).collect()
}

/// The patterns for the lists below a heading. Invalid ones are reported.
fn patterns(hints: &Hints, heading: Option<&str>, problems: &mut Problems) -> Option<Vec<Pattern>> {
    let of_heading = hints.lists.iter().filter(|hint| hint.heading.as_deref() == heading);
    let mut patterns = Vec::new();
    for ListPattern { pattern, .. } in of_heading {
        match Pattern::parse(pattern) {
            Ok(pattern) => patterns.push(pattern),
            Err(error) => {
                problems.report_page(error.code, error.message, error.help.unwrap_or_default());
                return None;
            }
        }
    }
    Some(patterns)
}

/// A list as a table whose columns are those of the patterns.
fn table(page: &Page, list: &PageList, patterns: &[Pattern], lists: &Lists) -> Table {
    let first = &page.text_outside_tables[list.items[0]];
    let mut names: Vec<&str> = Vec::new();
    for name in patterns.iter().flat_map(Pattern::columns) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut rows = Vec::new();
    for index in &list.items {
        let line = &page.text_outside_tables[*index];
        let Some(values) = patterns.iter().find_map(|pattern| pattern.match_text(&line.text)) else { continue };
        let marks = lists.details.get(index).map(|(marks, _)| marks.clone()).unwrap_or_default();
        let cell = |name: &&str| {
            let text = values.iter().find(|(column, _)| column == name).map_or("", |(_, text)| text);
            Cell { text: text.to_owned(), line: line.number, marks: marks.clone(), ..Cell::default() }
        };
        rows.push(Row { line: line.number, cells: names.iter().map(cell).collect() });
    }
    let heading = page.heading_above(first).cloned();
    Table { heading, header: names.iter().map(|name| Line::new(first.number, *name)).collect(), rows, text: None }
}

fn report_no_list(
    page: &Page,
    heading: Option<&str>,
    patterns: &[Pattern],
    item: Option<usize>,
    problems: &mut Problems,
) {
    let below = heading.map_or(String::new(), |heading| format!(" below {}", quote(heading)));
    let pattern = quoted(patterns);
    match item.map(|index| &page.text_outside_tables[index]) {
        Some(line) => {
            let message = format!("no item{below} fits {pattern} (the first is {})", quote(&line.text));
            problems.report(line.number, codes::ITEM_PATTERN, message, CHANGE_PATTERN);
        }
        None => {
            let message = format!("page has no list{below} for {pattern}");
            problems.report_page(codes::ITEM_PATTERN, message, "name the heading above the list as printed");
        }
    }
}

fn report_item(line: &Line, patterns: &[Pattern], problems: &mut Problems) {
    let message = format!("item {} doesn't fit {}", quote(&line.text), quoted(patterns));
    problems.report(line.number, codes::ITEM_PATTERN, message, CHANGE_PATTERN);
}

const CHANGE_PATTERN: &str = "change the pattern in the curation, or add one for this item";

fn quoted(patterns: &[Pattern]) -> String {
    patterns.iter().map(|pattern| quote(pattern.as_str())).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use super::super::samples::{read, rows_as_text};
    use super::super::{Hints, Layout, LineKind, ListPattern, Page};

    const PAGE: &str = "# Ports\n\nThese are needed:\n\n- TCP 443: web pages<sup>1</sup>\n  - of the console\n- UDP 123 (time): NTP\n\n## Names\n\n| A | B |\n|---|---|\n| x | y |\n\n## Others\n\n1. TCP 22: shell\n2. TCP 23: Telnet\n";

    fn hints(patterns: &[(Option<&str>, &str)]) -> Hints {
        let lists = patterns.iter().map(|(heading, pattern)| ListPattern {
            heading: heading.map(str::to_owned),
            pattern: (*pattern).to_owned(),
        });
        Hints { lists: lists.collect(), ..Hints::default() }
    }

    fn page(patterns: &[(Option<&str>, &str)]) -> Page {
        read(PAGE, Layout::Markdown, &hints(patterns)).unwrap()
    }

    #[test]
    fn without_a_pattern_items_are_text_below_their_heading() {
        let page = page(&[]);
        let lines: Vec<_> = page.text_outside_tables.iter().collect();
        let kinds: Vec<_> = lines.iter().map(|line| (line.number, line.kind)).collect();
        let item = |list| LineKind::Item { list };
        let expected = [
            (1, LineKind::Heading),
            (3, LineKind::Text),
            (5, item(0)),
            (5, LineKind::Text),
            (6, item(1)),
            (7, item(0)),
            (15, LineKind::Heading),
            (17, item(2)),
            (18, item(2)),
        ];
        assert_eq!(kinds, expected);
        assert_eq!(page.heading_above(lines[8]).unwrap().text, "Others");
        assert!(page.has_items());
    }

    #[test]
    fn lists_with_a_pattern_are_tables_in_the_order_of_the_page() {
        let patterns = [
            (None, "{Ports}: {Label}"),
            (Some("Ports"), "{Ports} ({Note}): {Label}"),
            (Some("Ports"), "{Ports}: {Label}"),
        ];
        let page = page(&patterns);
        let headings: Vec<_> = page.tables.iter().map(|table| table.heading.as_ref().unwrap().text.as_str()).collect();
        assert_eq!(headings, ["Ports", "Names", "Others"]);
        let header: Vec<_> = page.tables[0].header.iter().map(|name| name.text.as_str()).collect();
        assert_eq!(header, ["Ports", "Note", "Label"]);
        let rows = [
            "5 TCP 443 /  / web pages",
            "7 UDP 123 / time / NTP",
            "13 x / y",
            "17 TCP 22 / shell",
            "18 TCP 23 / Telnet",
        ];
        assert_eq!(rows_as_text(&page), rows);
        assert_eq!(page.tables[0].rows[0].cells[0].marks, ["1"]);
        let rest: Vec<_> = page.text_outside_tables.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(rest, ["These are needed:", "[1]", "of the console"]);
    }

    #[test]
    fn items_of_a_definition_list_have_their_term() {
        let html = "<dl><dt>TCP 443<dd><p>web</p><p>More.</p><dt>TCP 22:<dd>shell<ul><li>SSH</ul><dt>TCP 80</dl>";
        let page = read(html, Layout::Html, &Hints::default()).unwrap();
        let lines: Vec<_> = page.text_outside_tables.iter().map(|line| (line.text.as_str(), line.kind)).collect();
        let item = |list| LineKind::Item { list };
        let expected = [
            ("TCP 443: web", item(0)),
            ("More.", LineKind::Text),
            ("TCP 22: shell", item(0)),
            ("SSH", item(1)),
            ("TCP 80", item(0)),
        ];
        assert_eq!(lines, expected);
    }
}
