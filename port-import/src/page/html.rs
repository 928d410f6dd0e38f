//! Pages as a browser saves them: parsed as browsers do, tables laid out with their spans.
//!
//! The article is what stands in `id="mc-main-content"`, else in `main`, else in the body; whichever first has a table.
//! Outside the article is the site's frame, which is left out, except for tables: their texts are loose lines. An
//! article that stands twice must be the same both times.
//!
//! A table of one row or one column, and one around a table with heads, is there for the layout: its text is loose
//! lines, or the text of the cell it stands in. Every other is a table of the page. Its header is its `thead`, or the
//! rows on top that are all `th`, or its first row. A cell over the full width is a heading of the rows that follow it, or
//! with none to follow, a footnote. A table without one is headed by its `caption`, or by the nearest `h1` to `h6`.
//!
//! Lines are those of tags: a cell's is the line where its `<td …>` ends, a loose line's that of its first word.

mod content;
mod grid;
mod split;
#[cfg(test)]
mod tests;
mod tree;

use super::text::quote;
use super::{Hints, Line, Page, Problems};
use content::{Content, Told, is_block, is_silent};
use ego_tree::NodeId;
use ego_tree::iter::Edge;
use std::collections::HashSet;
use tree::{Element, Node};

pub(super) fn read(text: &str, hints: &Hints, problems: &mut Problems) -> Page {
    let tree = match tree::parse(text) {
        Ok(tree) => tree,
        Err((line, limit)) => {
            problems.push((line, "markup beyond a limit"), limit, "save the page again, or cut it down");
            return Page::default();
        }
    };
    let articles = articles(tree.root());
    let mut pages = Vec::new();
    for article in &articles {
        let data = data_tables(*article, problems);
        let page = Reader::new(hints, &data).article(*article, problems);
        if !page.tables.is_empty() || !page.loose.is_empty() {
            pages.push(page);
        }
    }
    let mut pages = pages.into_iter();
    let mut page = pages.next().unwrap_or_default();
    for copy in pages {
        compare(&page, &copy, problems);
    }
    page.loose.extend(tables_outside(tree.root(), &articles));
    page.loose.sort_by_key(|line| line.number);
    page
}

/// The text and the footnotes of a piece of HTML, where it has no doubtful ones.
pub(super) fn text_of(fragment: &str) -> Option<(String, Vec<String>)> {
    let tree = tree::parse(fragment).ok()?;
    let told = Content::of(tree.root());
    told.doubt.is_none().then_some((told.text, told.notes))
}

/// The outermost elements that hold the article: twice, where the page has it twice.
fn articles(root: Element) -> Vec<Element> {
    let with_tables = |is_it: fn(&Node) -> bool| {
        let found = outermost(root, |element| is_it(element.value()));
        found.iter().any(|article| article.descendants().any(is_table)).then_some(found)
    };
    with_tables(|node| node.attribute("id") == Some("mc-main-content"))
        .or_else(|| with_tables(|node| node.name() == "main" || node.attribute("role") == Some("main")))
        .unwrap_or_else(|| vec![root])
}

fn is_table(element: Element) -> bool {
    element.value().name() == "table"
}

/// Elements of a kind that stand in none of the same kind, in the page's order.
fn outermost<'a>(root: Element<'a>, is_it: impl Fn(Element<'a>) -> bool) -> Vec<Element<'a>> {
    let mut found: Vec<Element> = Vec::new();
    let mut inside = None;
    for edge in root.traverse() {
        match edge {
            Edge::Open(element) if inside.is_none() => {
                if is_silent(element.value()) {
                    inside = Some(element.id());
                } else if is_it(element) {
                    inside = Some(element.id());
                    found.push(element);
                }
            }
            Edge::Close(element) if inside == Some(element.id()) => inside = None,
            _ => {}
        }
    }
    found
}

/// The texts of tables in the site's frame.
fn tables_outside<'a>(root: Element<'a>, articles: &[Element<'a>]) -> Vec<Line> {
    let inside: HashSet<NodeId> = articles.iter().map(ego_tree::NodeRef::id).collect();
    let around: HashSet<NodeId> =
        articles.iter().flat_map(ego_tree::NodeRef::ancestors).map(|element| element.id()).collect();
    outermost(root, |element| inside.contains(&element.id()) || is_table(element) && !around.contains(&element.id()))
        .into_iter()
        .filter(|element| !inside.contains(&element.id()))
        .map(Content::of)
        .flat_map(lines)
        .collect()
}

/// A text outside tables as lines: itself, and each of its footnotes.
fn lines(told: Told) -> impl Iterator<Item = Line> {
    let number = told.line;
    let texts = [told.text].into_iter().filter(|text| !text.is_empty()).chain(told.notes);
    texts.map(move |text| Line { number, text })
}

/// A table while its inner ones are looked at.
struct Candidate {
    own: Shape,
    /// The tables inside, taken together.
    inner: Shape,
}

#[derive(Clone, Copy, Default)]
struct Shape {
    /// More than one row and more than one column.
    is_grid: bool,
    /// A grid with head cells.
    has_heads: bool,
}

/// The tables that hold data, and not the layout of the page.
fn data_tables(article: Element, problems: &mut Problems) -> HashSet<NodeId> {
    let mut data = HashSet::new();
    let mut open: Vec<Candidate> = Vec::new();
    for edge in article.traverse() {
        match edge {
            Edge::Open(table) if is_table(table) => {
                let columns = |row| grid::cells(row).map(grid::colspan).fold(0_usize, usize::saturating_add);
                let is_grid = grid::rows(table).count() > 1 && grid::rows(table).any(|(row, ..)| columns(row) > 1);
                let has_heads = is_grid
                    && grid::rows(table)
                        .any(|(row, is_head, _)| is_head || grid::cells(row).any(|cell| cell.value().name() == "th"));
                open.push(Candidate { own: Shape { is_grid, has_heads }, inner: Shape::default() });
            }
            Edge::Close(table) if is_table(table) => {
                let Some(Candidate { own, inner }) = open.pop() else {
                    continue;
                };
                if own.is_grid && inner.is_grid && own.has_heads == inner.has_heads {
                    problems.push(
                        (table.value().line, "a table inside a table, each with rows and columns"),
                        "heads (`th`) in the one that holds the data, and only there",
                        "cut the page down to the part with the tables",
                    );
                }
                if own.is_grid && (!inner.is_grid || own.has_heads) {
                    data.insert(table.id());
                }
                if let Some(outer) = open.last_mut() {
                    outer.inner.is_grid |= own.is_grid || inner.is_grid;
                    outer.inner.has_heads |= own.has_heads || inner.has_heads;
                }
            }
            _ => {}
        }
    }
    data
}

/// Goes through an article, and tells its tables from its loose lines.
struct Reader<'a> {
    hints: &'a Hints,
    data: &'a HashSet<NodeId>,
    page: Page,
    /// The paragraph that is being put together.
    content: Content,
    /// Which of the loose lines is the nearest `h1` to `h6`, and whether a table is headed by it.
    heading: Option<(usize, bool)>,
    /// Loose lines that head tables.
    claimed: Vec<usize>,
}

impl<'a> Reader<'a> {
    fn new(hints: &'a Hints, data: &'a HashSet<NodeId>) -> Self {
        Self { hints, data, page: Page::default(), content: Content::default(), heading: None, claimed: Vec::new() }
    }

    fn article(mut self, article: Element, problems: &mut Problems) -> Page {
        let mut skipped: Option<NodeId> = None;
        let mut title = 0;
        for edge in article.traverse() {
            match edge {
                Edge::Open(element) if skipped.is_none() => {
                    let node = element.value();
                    if is_silent(node) {
                        skipped = Some(element.id());
                    } else if self.data.contains(&element.id()) {
                        self.end_paragraph();
                        self.table(element, problems);
                        skipped = Some(element.id());
                    } else {
                        if is_block(node) {
                            self.end_paragraph();
                        }
                        if is_title(node) {
                            title = self.page.loose.len();
                        }
                        self.content.open(element);
                    }
                }
                Edge::Close(element) if skipped == Some(element.id()) => skipped = None,
                Edge::Close(element) if skipped.is_none() => {
                    self.content.close(element);
                    if is_block(element.value()) {
                        self.end_paragraph();
                    }
                    if is_title(element.value()) && title < self.page.loose.len() {
                        self.heading = Some((title, false));
                    }
                }
                _ => {}
            }
        }
        self.end_paragraph();
        let mut claimed = self.claimed.into_iter().peekable();
        let mut number = 0..;
        self.page.loose.retain(|_| claimed.next_if_eq(&number.next().unwrap_or_default()).is_none());
        self.page
    }

    fn end_paragraph(&mut self) {
        if !self.content.is_inside() {
            self.page.loose.extend(lines(self.content.take()));
        }
    }

    fn table(&mut self, table: Element, problems: &mut Problems) {
        let Some(split) = split::tables(table, self.hints, problems) else {
            return;
        };
        self.page.loose.extend(split.loose);
        let mut caption = split.caption;
        let mut tables = split.tables;
        let mut is_caption_heading = false;
        for table in tables.iter_mut().filter(|table| table.heading.is_none()) {
            table.heading = if caption.text.is_empty() {
                self.claim_heading()
            } else {
                is_caption_heading = true;
                Some(Line { number: caption.line, text: caption.text.clone() })
            };
        }
        if is_caption_heading {
            caption.text.clear();
        }
        self.page.loose.extend(lines(caption));
        self.page.tables.extend(tables);
    }

    /// The nearest title above, which then is no loose line any more.
    fn claim_heading(&mut self) -> Option<Line> {
        let (at, is_claimed) = self.heading.as_mut()?;
        if !*is_claimed {
            *is_claimed = true;
            self.claimed.push(*at);
        }
        self.page.loose.get(*at).cloned()
    }
}

fn is_title(node: &Node) -> bool {
    matches!(node.name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// The copies of an article say the same.
fn compare(first: &Page, copy: &Page, problems: &mut Problems) {
    let mut copied = texts(copy);
    let mut end = first.loose.last().map_or(1, |line| line.number);
    for (line, text) in texts(first) {
        end = line;
        match copied.next() {
            Some((_, same)) if same == text => {}
            other => {
                differ((line, text), other, problems);
                return;
            }
        }
    }
    if let Some(more) = copied.next() {
        differ((end, "the end"), Some(more), problems);
    }
}

fn differ((line, text): (usize, &str), other: Option<(usize, &str)>, problems: &mut Problems) {
    let (other_line, found) = other.unwrap_or((line, "the end"));
    problems.push(
        (other_line, quote(found)),
        format!("the same as in the first copy at line {line}: {}", quote(text)),
        "the page's article stands twice and its copies differ: find out which one the vendor means",
    );
}

/// All that a page says, with lines.
fn texts(page: &Page) -> impl Iterator<Item = (usize, &str)> {
    let tables = page.tables.iter().flat_map(|table| {
        let heads = table.heading.iter().chain(&table.header).map(|line| (line.number, line.text.as_str()));
        let cells = table
            .rows
            .iter()
            .flat_map(|row| &row.cells)
            .flat_map(|cell| [&cell.text].into_iter().chain(&cell.notes).map(|text| (cell.line, text.as_str())));
        heads.chain(cells)
    });
    tables.chain(page.loose.iter().map(|line| (line.number, line.text.as_str())))
}
