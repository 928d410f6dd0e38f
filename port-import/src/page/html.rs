//! Pages as a browser saves them. They are parsed as browsers do, and tables are laid out with their spans.
//!
//! The article is the element that the curation names; or the one with `id="mc-main-content"`, or else `main`, or else the body,
//! whichever is the first to contain a table (if the page has none, a list). Everything outside the article belongs to the web
//! site and is skipped, except for tables if the curation doesn't name the article: their text becomes text outside tables. If an
//! article is in the page twice, both copies must be equal. Menus, scripts and code blocks are skipped too.
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
mod extracted;
mod grid;
mod items;
mod selector;
mod split;
mod style;
#[cfg(test)]
mod tests;
mod tree;

use super::codes;
use super::doubt::Policy;
use super::hints::Hints;
use super::lists;
use super::problems::Problems;
use super::table::{Line, Page, Skipped, SkippedKind};
use super::text::quote;
use article::ArticleReader;
use content::extract;
use ego_tree::NodeId;
use ego_tree::iter::Edge;
use extracted::{ExtractedText, skipped_lines};
use selector::Selector;
use std::collections::HashSet;
use style::{is_not_displayed, skipped_kind};
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
    let Some(articles) = articles(tree.root(), hints, problems) else { return Page::default() };
    let mut pages = Vec::new();
    for article in &articles {
        let data = data_tables(*article, problems);
        let (page, lists) = ArticleReader::new(hints, &data).read(*article, problems);
        if !page.tables.is_empty() || !page.text_outside_tables.is_empty() {
            pages.push((page, lists));
        }
    }
    let mut pages = pages.into_iter();
    let (mut page, lists) = pages.next().unwrap_or_default();
    for (copy, _) in pages {
        copies::compare(&page, &copy, problems);
    }
    lists::make_tables(&mut page, lists, hints, problems);
    let (tables, skipped) = outside_articles(tree.root(), &articles, hints);
    page.text_outside_tables.extend(tables);
    page.text_outside_tables.sort_by_key(|line| line.number);
    page.skipped.extend(skipped);
    page.skipped.sort_by_key(|skipped| skipped.number);
    page
}

/// Everything that a browser displays as text; the file itself if its markup exceeds a limit.
pub(super) fn plain_text(text: &str) -> String {
    match tree::parse(text) {
        Ok(tree) => extract(tree.root(), Policy::default(), None).text,
        Err(_) => text.to_string(),
    }
}

/// The outermost elements that contain the article. There are two if the page contains it twice.
fn articles<'a>(root: Element<'a>, hints: &Hints, problems: &mut Problems) -> Option<Vec<Element<'a>>> {
    let Some(article) = &hints.article else { return Some(usual_articles(root)) };
    let selector = match Selector::parse(article) {
        Ok(selector) => selector,
        Err(message) => {
            problems.report_page(codes::ARTICLE, message, "use an id or a simple selector: \"#post-1\", \"div.post\"");
            return None;
        }
    };
    let found = outermost(root, |element| selector.matches(element.value()));
    // A page that contains its article twice has two elements with the same id.
    if found.is_empty() || found.len() > 1 && !selector.has_id() {
        let message = format!("article {} is in the page {} times instead of once", quote(article), found.len());
        problems.report_page(codes::ARTICLE, message, "name another element in the edition's file");
        return None;
    }
    Some(found)
}

/// The article of a page whose curation doesn't name it.
fn usual_articles(root: Element) -> Vec<Element> {
    let by_id = outermost(root, |element| element.value().attribute("id") == Some("mc-main-content"));
    let is_main = |node: &Node| node.name() == "main" || node.attribute("role") == Some("main");
    let by_role = outermost(root, |element| is_main(element.value()));
    let has = |predicate: fn(Element) -> bool| {
        let candidates = [&by_id, &by_role].into_iter();
        candidates.clone().find(|found| found.iter().any(|article| article.descendants().any(predicate))).cloned()
    };
    let has_table_elsewhere = || root.descendants().any(is_table);
    let found = has(is_table).or_else(|| if has_table_elsewhere() { None } else { has(is_item) });
    found.unwrap_or_else(|| vec![root])
}

fn is_table(element: Element) -> bool {
    element.value().name() == "table"
}

fn is_item(element: Element) -> bool {
    tree::is_any(element.value(), &["dt", "li"])
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

/// What is outside all articles: the text of tables, unless the curation names the article, and all other text, which is skipped.
fn outside_articles<'a>(root: Element<'a>, articles: &[Element<'a>], hints: &Hints) -> (Vec<Line>, Vec<Skipped>) {
    let inside: HashSet<NodeId> = articles.iter().map(ego_tree::NodeRef::id).collect();
    let around: HashSet<NodeId> =
        articles.iter().flat_map(ego_tree::NodeRef::ancestors).map(|element| element.id()).collect();
    let (mut lines, mut skipped) = (Vec::new(), Vec::new());
    let mut left: Option<NodeId> = None;
    for edge in root.traverse() {
        match edge {
            Edge::Open(element) if left.is_none() => {
                let kind = skipped_kind(element.value());
                let is_text = matches!(element.value().kind, tree::Kind::Text(_));
                let is_outer = around.contains(&element.id());
                if inside.contains(&element.id()) {
                    left = Some(element.id());
                } else if !is_outer && is_table(element) && hints.article.is_none() {
                    left = Some(element.id());
                    let found = extract(element, Policy::default(), None);
                    lines.extend(ExtractedText::into_lines(found));
                } else if !is_outer && (is_text || kind.is_some()) {
                    left = Some(element.id());
                    skipped.extend(skipped_lines(element, kind.unwrap_or(SkippedKind::OutsideArticle)));
                }
            }
            Edge::Close(element) if left == Some(element.id()) => left = None,
            _ => {}
        }
    }
    (lines, skipped)
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
