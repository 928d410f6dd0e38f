//! Pages as a browser saves them. They are parsed as browsers do, and tables are laid out with their spans.
//!
//! The article is the element with `id="mc-main-content"`, or else `main`, or else the body, whichever is the first to contain a
//! table. Everything outside the article belongs to the web site and is left out, except for tables: their text becomes text
//! outside tables. If an article is in the page twice, both copies must be equal.
//!
//! A table of one row or one column, and a table around another one that has header cells, only arranges other content. Its text
//! becomes text outside tables, or text of the cell around it. Every other table is a table of the page. Its header is its
//! `thead`, or the first rows if all their cells are `th`, or the first row. A cell over the full width is the heading of the rows
//! below it; without rows below it, it is a footnote. A table without such a heading has its `caption` as the heading, or the
//! nearest `h1` to `h6`.
//!
//! Lines are those of tags: the line of a cell is the one on which its `<td ...>` ends, the line of text outside tables is that of
//! its first word.

mod article;
mod content;
mod copies;
mod grid;
mod split;
#[cfg(test)]
mod tests;
mod tree;

use super::codes;
use super::hints::Hints;
use super::problems::Problems;
use super::table::{Line, Page};
use article::ArticleReader;
use content::{ExtractedText, is_not_displayed};
use ego_tree::NodeId;
use ego_tree::iter::Edge;
use std::collections::HashSet;
use tree::{Element, Node};

pub(super) fn read(text: &str, hints: &Hints, problems: &mut Problems) -> Page {
    let tree = match tree::parse(text) {
        Ok(tree) => tree,
        Err(limit) => {
            let help = "save the page again, or cut it down";
            problems.report(limit.line, codes::MARKUP_LIMIT, limit.message, help);
            return Page::default();
        }
    };
    let articles = articles(tree.root());
    let mut pages = Vec::new();
    for article in &articles {
        let data = data_tables(*article, problems);
        let page = ArticleReader::new(hints, &data).read(*article, problems);
        if !page.tables.is_empty() || !page.text_outside_tables.is_empty() {
            pages.push(page);
        }
    }
    let mut pages = pages.into_iter();
    let mut page = pages.next().unwrap_or_default();
    for copy in pages {
        copies::compare(&page, &copy, problems);
    }
    page.text_outside_tables.extend(tables_outside_articles(tree.root(), &articles));
    page.text_outside_tables.sort_by_key(|line| line.number);
    page
}

/// Everything that a browser displays as text; the file itself if its markup exceeds a limit.
pub(super) fn plain_text(text: &str) -> String {
    match tree::parse(text) {
        Ok(tree) => ExtractedText::from_element(tree.root()).text,
        Err(_) => text.to_string(),
    }
}

/// The outermost elements that contain the article. There are two if the page contains it twice.
fn articles(root: Element) -> Vec<Element> {
    let with_tables = |predicate: fn(&Node) -> bool| {
        let found = outermost(root, |element| predicate(element.value()));
        found.iter().any(|article| article.descendants().any(is_table)).then_some(found)
    };
    with_tables(|node| node.attribute("id") == Some("mc-main-content"))
        .or_else(|| with_tables(|node| node.name() == "main" || node.attribute("role") == Some("main")))
        .unwrap_or_else(|| vec![root])
}

fn is_table(element: Element) -> bool {
    element.value().name() == "table"
}

/// The elements that satisfy a predicate and aren't inside another such element, in the page's order.
fn outermost<'a>(root: Element<'a>, predicate: impl Fn(Element<'a>) -> bool) -> Vec<Element<'a>> {
    let mut found: Vec<Element> = Vec::new();
    let mut skipped = None;
    for edge in root.traverse() {
        match edge {
            Edge::Open(element) if skipped.is_none() => {
                if is_not_displayed(element.value()) {
                    skipped = Some(element.id());
                } else if predicate(element) {
                    skipped = Some(element.id());
                    found.push(element);
                }
            }
            Edge::Close(element) if skipped == Some(element.id()) => skipped = None,
            _ => {}
        }
    }
    found
}

/// The text of the tables that are outside all articles.
fn tables_outside_articles<'a>(root: Element<'a>, articles: &[Element<'a>]) -> Vec<Line> {
    let inside: HashSet<NodeId> = articles.iter().map(ego_tree::NodeRef::id).collect();
    let around: HashSet<NodeId> =
        articles.iter().flat_map(ego_tree::NodeRef::ancestors).map(|element| element.id()).collect();
    outermost(root, |element| inside.contains(&element.id()) || is_table(element) && !around.contains(&element.id()))
        .into_iter()
        .filter(|element| !inside.contains(&element.id()))
        .map(ExtractedText::from_element)
        .flat_map(ExtractedText::into_lines)
        .collect()
}

/// A table that is open while the tables inside it are examined.
struct OpenTable {
    own: Shape,
    /// The tables inside, taken together.
    inner: Shape,
}

#[derive(Clone, Copy, Default)]
struct Shape {
    /// More than one row and more than one column.
    is_grid: bool,
    /// A grid with header cells.
    has_header: bool,
}

/// The tables that contain data, rather than arrange other content.
fn data_tables(article: Element, problems: &mut Problems) -> HashSet<NodeId> {
    let mut data = HashSet::new();
    let mut open: Vec<OpenTable> = Vec::new();
    for edge in article.traverse() {
        match edge {
            Edge::Open(table) if is_table(table) => {
                open.push(OpenTable { own: shape(table), inner: Shape::default() });
            }
            Edge::Close(table) if is_table(table) => {
                let Some(OpenTable { own, inner }) = open.pop() else {
                    continue;
                };
                if own.is_grid && inner.is_grid && own.has_header == inner.has_header {
                    let message = "table with rows and columns inside another one: either may hold the data";
                    let help = "cut the page down to the part with the data, or use header cells (`th`) only in the table that \
                         holds it";
                    problems.report(table.value().line, codes::NESTED_TABLES, message, help);
                }
                if own.is_grid && (!inner.is_grid || own.has_header) {
                    data.insert(table.id());
                }
                if let Some(outer) = open.last_mut() {
                    outer.inner.is_grid |= own.is_grid || inner.is_grid;
                    outer.inner.has_header |= own.has_header || inner.has_header;
                }
            }
            _ => {}
        }
    }
    data
}

fn shape(table: Element) -> Shape {
    let columns = |row| grid::cells(row).map(grid::colspan).fold(0_usize, usize::saturating_add);
    let is_grid = grid::rows(table).count() > 1 && grid::rows(table).any(|row| columns(row.element) > 1);
    let has_header_cell =
        |row: grid::SourceRow| row.is_in_thead || grid::cells(row.element).any(|cell| cell.value().name() == "th");
    Shape { is_grid, has_header: is_grid && grid::rows(table).any(has_header_cell) }
}
