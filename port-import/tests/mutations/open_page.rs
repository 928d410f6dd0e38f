//! What a browser displays of a page under an open licence, found without the readers under test.

use std::ops::Range;

use port_import::page::Layout;

use crate::document::Document;

/// A page's lines by what they are. Lines count from 0.
pub struct OpenPage {
    pub layout: Layout,
    /// The lines of each row of a table that isn't ignored.
    pub rows: Vec<Range<usize>>,
    /// The lines with column names.
    pub headers: Vec<usize>,
    /// The other lines with words that a browser displays.
    pub prose: Vec<usize>,
    /// The lines of code blocks.
    pub code: Vec<usize>,
}

/// What a line is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Displayed,
    Code,
    /// Markup, metadata, comments and blank lines.
    Other,
}

impl OpenPage {
    pub fn new(document: &Document) -> OpenPage {
        let (layout, lines) = (document.curation.layout, &document.lines);
        let kinds = kinds(layout, lines);
        let rows = rows(document);
        let mut headers: Vec<usize> =
            document.capture.tables.iter().flat_map(|table| &table.header).map(|name| name.line - 1).collect();
        headers.dedup();
        // The names of the parts of a list's items aren't printed.
        headers.retain(|line| lines[*line].contains('|'));
        let is_table = |line: &usize| headers.contains(line) || rows.iter().any(|row| row.contains(line));
        let of_kind = |kind: Kind| (0..lines.len()).filter(move |line| kinds[*line] == kind);
        let prose = of_kind(Kind::Displayed).filter(|line| !is_table(line)).collect();
        let code = kinds_of_code(layout, lines);
        OpenPage { layout, rows, headers, prose, code }
    }
}

fn kinds_of_code(layout: Layout, lines: &[String]) -> Vec<usize> {
    let kinds = kinds(layout, lines);
    (0..lines.len()).filter(|line| kinds[*line] == Kind::Code && has_words(&lines[*line])).collect()
}

fn has_words(line: &str) -> bool {
    line.chars().any(char::is_alphanumeric)
}

/// The lines of each row: up to the next row or blank line or, in a table with borders, up to the border.
fn rows(document: &Document) -> Vec<Range<usize>> {
    let starts: Vec<usize> = document.capture.rows().map(|row| row.line - 1).collect();
    let is_last = |line: &str| line.starts_with("|===");
    let end = |start: usize| match document.curation.layout {
        Layout::Rst => {
            (start..document.lines.len()).find(|line| document.lines[*line].starts_with('+')).map(|line| line + 1)
        }
        Layout::Adoc if document.lines[start].starts_with('|') => {
            (start + 1..document.lines.len()).find(|line| starts.contains(line) || is_last(&document.lines[*line]))
        }
        _ => Some(start + 1),
    };
    starts.iter().map(|start| *start..end(*start).unwrap_or(start + 1)).collect()
}

fn kinds(layout: Layout, lines: &[String]) -> Vec<Kind> {
    let mut kinds = Vec::with_capacity(lines.len());
    // The line that ends a block whose lines are of some kind.
    let mut block: Option<(String, Kind)> = None;
    for (index, line) in lines.iter().enumerate() {
        let text = line.trim_start_matches(['>', ' ']).trim_end();
        if let Some((end, kind)) = &block {
            let is_end = text == end || end == "-->" && text.ends_with("-->");
            kinds.push(if is_end { Kind::Other } else { *kind });
            if is_end {
                block = None;
            }
            continue;
        }
        block = match layout {
            Layout::Markdown if index == 0 && text == "---" => Some(("---".to_string(), Kind::Other)),
            Layout::Markdown if text.starts_with("```") => Some(("```".to_string(), Kind::Code)),
            Layout::Markdown if text.starts_with("<!--") && !text.ends_with("-->") => {
                Some(("-->".to_string(), Kind::Other))
            }
            Layout::Adoc if text == "----" && !is_underline(lines, index) => Some((text.to_string(), Kind::Code)),
            _ => None,
        };
        let is_displayed = block.is_none() && has_words(text) && !is_markup(layout, text);
        kinds.push(match is_displayed {
            true if is_literal(layout, lines, index, &kinds) => Kind::Code,
            true => Kind::Displayed,
            false => Kind::Other,
        });
    }
    kinds
}

/// Whether an indented line is code, as in AsciiDoc below a blank line and in reStructuredText below `::`.
fn is_literal(layout: Layout, lines: &[String], index: usize, kinds: &[Kind]) -> bool {
    let above = (0..index).rev().find(|line| has_words(&lines[*line]));
    let is_below_code = above.is_some_and(|above| kinds[above] == Kind::Code);
    let is_below_blank = index > 0 && lines[index - 1].trim().is_empty();
    lines[index].starts_with(' ')
        && match layout {
            Layout::Adoc => is_below_blank || is_below_code && above == index.checked_sub(1),
            Layout::Rst => is_below_code || above.is_some_and(|above| lines[above].trim_end().ends_with("::")),
            _ => false,
        }
}

/// Whether the next line underlines a line.
pub fn is_title(lines: &[String], index: usize) -> bool {
    lines.get(index + 1).is_some_and(|next| !next.is_empty() && !has_words(next)) && is_underline(lines, index + 1)
}

/// Whether a line underlines a title.
fn is_underline(lines: &[String], index: usize) -> bool {
    index > 0 && has_words(&lines[index - 1]) && lines[index - 1].chars().count().abs_diff(lines[index].len()) <= 2
}

/// Whether a line with words isn't displayed.
fn is_markup(layout: Layout, text: &str) -> bool {
    let begins = |marks: &[&str]| marks.iter().any(|mark| text.starts_with(mark));
    match layout {
        // Directives, tags, the kinds of notes, the targets of links.
        Layout::Markdown => begins(&[":::", "<", "[!"]) || text.starts_with('[') && text.contains("]: "),
        Layout::Adoc => begins(&[":", "[", "//", "ifdef::", "ifndef::", "endif::", "include::", "image::"]),
        Layout::Rst => begins(&[".. ", ":"]),
        _ => unreachable!("{layout}"),
    }
}

/// Whether each byte of a line is displayed as it is. Tags, addresses of links, and what follows a backslash aren't.
pub fn displayed(layout: Layout, line: &str) -> Vec<bool> {
    let mut displayed = vec![true; line.len()];
    let mut hide = |from: usize, to: usize| displayed[from..to].iter_mut().for_each(|byte| *byte = false);
    let hidden: &[(&str, &str)] = match layout {
        Layout::Markdown => &[("](", ")"), ("<", ">"), ("&", ";"), ("{", "}")],
        Layout::Adoc => &[("link:", "["), ("https://", "["), ("http://", "["), ("<<", ">>"), ("[[", "]]")],
        _ => &[("<", ">")],
    };
    for (start, end) in hidden {
        for (at, _) in line.match_indices(start) {
            let rest = &line[at + start.len()..];
            let stop = rest.find(end).filter(|stop| *start != "&" || !rest[..*stop].contains(' '));
            let is_address = !start.contains("://") || stop.is_some_and(|stop| !rest[..stop].contains(' '));
            if let Some(stop) = stop.filter(|_| is_address) {
                hide(at, at + start.len() + stop + end.len());
            }
        }
    }
    for (at, _) in line.match_indices('\\') {
        hide(at, (at + 2).min(line.len()));
    }
    // The number of an item is counted, not read.
    let indent = line.len() - line.trim_start_matches(['>', ' ']).len();
    let digits = line[indent..].bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && line[indent + digits..].starts_with(['.', ')']) {
        hide(indent, indent + digits + 1);
    }
    displayed
}

/// The addresses of links in a line.
pub fn addresses(layout: Layout, line: &str) -> Vec<Range<usize>> {
    let (start, end) = match layout {
        Layout::Markdown => ("](", ')'),
        Layout::Adoc => ("link:", '['),
        _ => return Vec::new(),
    };
    let address = |(at, _): (usize, &str)| {
        let from = at + start.len();
        let length = line[from..].find(end)?;
        Some(from..from + length)
    };
    line.match_indices(start).filter_map(address).collect()
}

/// The cells of a line of a row that aren't empty, without the spaces around their texts.
pub fn cells(layout: Layout, line: &str) -> Vec<Range<usize>> {
    let mut edges = vec![0];
    if line.contains('|') {
        let is_edge = |at: &usize| *at == 0 || !line[..*at].ends_with('\\');
        let bars = line.match_indices('|').map(|(at, _)| at).filter(is_edge);
        edges.extend(bars.flat_map(|at| [at, at + 1]));
    } else if layout == Layout::Adoc && line.starts_with("* ") {
        edges.push(2);
        edges.extend(line.find(": ").into_iter().flat_map(|at| [at, at + 2]));
    }
    edges.push(line.len());
    let trimmed = |edges: &[usize]| {
        let text = &line[edges[0]..edges[1]];
        let start = edges[0] + text.len() - text.trim_start().len();
        start..start + text.trim().len()
    };
    edges.windows(2).map(trimmed).filter(|cell| has_words(&line[cell.clone()])).collect()
}
