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
    let inside: HashSet<NodeId> = articles.iter().map(|article| article.id()).collect();
    let around: HashSet<NodeId> =
        articles.iter().flat_map(|article| article.ancestors()).map(|element| element.id()).collect();
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
    /// More than one row and more than one column.
    is_grid: bool,
    has_heads: bool,
    /// A grid stands inside, and one with heads.
    holds_grid: bool,
    holds_heads: bool,
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
                let has_heads = grid::rows(table)
                    .any(|(row, is_head, _)| is_head || grid::cells(row).any(|cell| cell.value().name() == "th"));
                open.push(Candidate { is_grid, has_heads, holds_grid: false, holds_heads: false });
            }
            Edge::Close(table) if is_table(table) => {
                let Some(candidate) = open.pop() else {
                    continue;
                };
                let Candidate { is_grid, has_heads, holds_grid, holds_heads } = candidate;
                if is_grid && holds_grid && has_heads == holds_heads {
                    problems.push(
                        (table.value().line, "a table inside a table, each with rows and columns"),
                        "heads (`th`) in the one that holds the data, and only there",
                        "cut the page down to the part with the tables",
                    );
                }
                if is_grid && (!holds_grid || has_heads) {
                    data.insert(table.id());
                }
                if let Some(outer) = open.last_mut() {
                    outer.holds_grid |= is_grid || holds_grid;
                    outer.holds_heads |= is_grid && has_heads || holds_heads;
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

#[cfg(test)]
mod tests {
    use super::super::samples::{self, first_error, grid};
    use super::super::{Hints, Layout, Page, read};
    use super::text_of;

    fn page(text: &str) -> Page {
        read(text, Layout::Html, &Hints::default()).unwrap()
    }

    /// A page that is one table.
    fn table(rows: &str) -> Page {
        page(&format!("<table>{rows}</table>"))
    }

    #[test]
    fn headings_heads_and_spans_are_laid_out() {
        let page = page(samples::HTML);
        let heads: Vec<Vec<_>> = page
            .tables
            .iter()
            .map(|table| table.heading.iter().chain(&table.header).map(|line| line.text.as_str()).collect())
            .collect();
        assert_eq!(
            heads,
            [
                ["Inbound", "", "Purpose", "Protocol/Port"],
                ["Outbound", "", "Purpose", "Protocol/Port"],
                ["More", "Use", "Port TCP", "Port UDP"],
            ]
        );
        assert_eq!(
            grid(&page),
            [
                "17 Mail client / Send / TCP/25 TCP/465",
                "23 ^Mail client / Fetch / TCP/110 or TCP/995",
                "24 Console / Web SSH / TCP/443 {[*]}",
                "26 Relay /  / UDP/53",
                "34 Mail / 3300 {[1] Only new ones.} / 53",
                "35 ^Mail / ^3300 {[1] Only new ones.} / 54Names {DNS}",
            ]
        );
        let cell = &page.tables[0].rows[0].cells[2];
        assert_eq!(cell.line, 21);
    }

    #[test]
    fn what_is_outside_tables_is_loose_with_its_line() {
        let loose: Vec<_> = page(samples::HTML).loose.into_iter().map(|line| (line.number, line.text)).collect();
        let expected = [
            (4, "Frame"),
            (6, "Ports of the Relay"),
            (7, "note icon"),
            (7, "Mind the wall."),
            (8, "Words, which go on."),
            (9, "And more."),
            (27, "* Not always."),
        ];
        assert_eq!(loose, expected.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn lines_end_in_any_way() {
        for end in ["\r\n", "\r"] {
            assert_eq!(page(&samples::HTML.replace('\n', end)), page(samples::HTML), "{end:?}");
        }
    }

    #[test]
    fn an_article_may_stand_twice_if_both_say_the_same() {
        let start = samples::HTML.find("<div id").unwrap();
        let end = samples::HTML.find("<script").unwrap();
        let article = &samples::HTML[start..end];
        let twice = samples::HTML.replace("<script", &format!("{article}<script"));
        assert_eq!(page(&twice), page(samples::HTML));
        for (fact, line) in [("TCP/995", 56), ("note icon", 40), ("Only <i>new", 67), ("Not always", 60)] {
            let changed = format!("{}{}", &twice[..end], twice[end..].replacen(fact, "changed", 1));
            let error = first_error(&changed, Layout::Html);
            assert_eq!(error.line, line, "{fact}: {error}");
        }
        let shorter = format!("{}{}", &twice[..end], twice[end..].replacen("And more.", "", 1));
        assert!(first_error(&shorter, Layout::Html).to_string().contains("And more."));
    }

    #[test]
    fn marks_and_popups_do_not_run_into_numbers() {
        for (fragment, text, notes) in [
            ("3300<sup>1</sup>", "3300", &["[1]"][..]),
            ("3300<sup>1</sup>0", "3300 0", &["[1]"]),
            ("<sup>443</sup>", "443", &[]),
            ("80<span class=superscript>2)</span>", "80", &["[2)]"]),
            (
                "80<sup><a class='MCTextPopup'>3<span class='MCTextPopupBody popupBody'>Or <sup>not</sup></span></a></sup>",
                "80",
                &["[3] Or not"],
            ),
            (
                "80<a class='MCTextPopup'><sup>4</sup><span class='MCTextPopupBody'>x<p>y</p></span></a>,81",
                "80 ,81",
                &["[4] x y"],
            ),
            ("80<a class='MCTextPopup'>*<span class='MCTextPopupBody'>x</span></a>", "80", &["[*] x"]),
            ("<a class='MCTextPopup'>443<span class='MCTextPopupBody'>x</span></a>", "443", &["x"]),
        ] {
            let (found, found_notes) = text_of(fragment).unwrap();
            assert_eq!(
                (found.as_str(), found_notes.iter().map(String::as_str).collect::<Vec<_>>()),
                (text, notes.to_vec()),
                "{fragment}"
            );
        }
        let doubtful = "<table><tr><th>A<th>B<tr><td>x<td>\n3300<a class=MCTextPopup>1<span class=MCTextPopupBody>y</span></a></table>";
        assert_eq!(first_error(doubtful, Layout::Html).line, 2);
    }

    #[test]
    fn a_layout_table_is_no_table() {
        let data = "<table><tr><th>A<th>B<tr><td>x<td>y<table><tr><td>z</table></table>";
        assert_eq!(grid(&page(data)), ["1 x / y z"]);
        let around = format!("<table><tr><td>menu<td>top<tr><td>left<td>{data}</table>");
        let read = page(&around);
        assert_eq!(grid(&read), ["1 x / y z"]);
        assert_eq!(read.loose.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), ["menu", "top", "left"]);
        let inner = "<table><tr><td>a<td>b<tr><td>c<td>d</table>";
        let both = format!("<table><tr><td>x<td>y<tr><td>z<td>{inner}</table>");
        assert_eq!(first_error(&both, Layout::Html).line, 1);
        let heads = format!("<table><tr><th>x<th>y<tr><td>z<td>{inner}</table>");
        assert_eq!(grid(&page(&heads)), ["1 z / a b c d"]);
    }

    #[test]
    fn a_header_is_found_with_th_and_without() {
        let rows = "<tr><td>A<td>B<tr><td>x<td>y";
        assert_eq!(grid(&table(rows)), ["1 x / y"]);
        let nested = "<tr><td rowspan=2>A<td colspan=2>B<tr><td>C<td>D<tr><td>x<td>y<td>z";
        let read = table(nested);
        assert_eq!(
            read.tables[0].header.iter().map(|head| head.text.as_str()).collect::<Vec<_>>(),
            ["A", "B C", "B D"]
        );
        assert_eq!(grid(&read), ["1 x / y / z"]);
        let again = "<caption>Of it</caption><tr><th>A<th>B<tr><td>x<td>y<tr><th>A<th>B<tr><td>v<td>w";
        let read = table(again);
        assert_eq!(read.tables.len(), 2);
        assert!(read.tables.iter().all(|table| table.heading.as_ref().unwrap().text == "Of it"));
        assert_eq!(read.loose, []);
    }

    #[test]
    fn a_table_that_does_not_fit_is_an_error_with_its_line() {
        for (rows, line) in [
            ("<tr><th>A<th>B\n<tr><td>x", 2),
            ("<tr><td>x\n<tr><th>A<th>B", 1),
            ("<tr><th>A<th>B\n<tr><td>x<td rowspan=2>y\n<tr><td colspan=2>z", 3),
            ("<tr><th>A<th>B<th colspan=999>\n<tr><td>x<td colspan=1000>y", 1),
            ("<tr><th>A<th>B<tr><td rowspan=2>x<td>y\n<tr></tr>", 2),
        ] {
            let text = format!("<table>{rows}</table>");
            let error = first_error(&text, Layout::Html);
            assert_eq!(error.line, line, "{rows:?}: {error}");
        }
    }

    #[test]
    fn spans_are_limited() {
        let wide = format!("<table><tr><th colspan=900>A<th>B{}</table>", "<tr><td colspan=900>x<td>y".repeat(1_200));
        assert!(first_error(&wide, Layout::Html).expected.contains("1000000"));
        let long = format!(
            "<table><tr><th>A<th>B<tr><td rowspan=0>{}<td>y{}</table>",
            "x".repeat(1 << 20),
            "<tr><td>z".repeat(100)
        );
        assert!(first_error(&long, Layout::Html).expected.contains("repeat"));
        let sloppy = "<tr><th>A<th>B<tr><td rowspan=99999999999999999999>x<td>y<tr><td>z<td>w";
        assert!(read(&format!("<table>{sloppy}</table>"), Layout::Html, &Hints::default()).is_ok());
    }

    #[test]
    fn deep_and_unclosed_markup_is_an_error_in_time() {
        for tag in ["<div>", "<b a=1>", "<table><tr><td>", "<ul><li>"] {
            let text = format!("{}\n", tag).repeat(10_000);
            assert!(first_error(&text, Layout::Html).expected.contains("deep"), "{tag}");
        }
        let reopened: String = (0..400).map(|number| format!("<b a={number}>")).collect();
        let text = format!("{reopened}{}", "<p>".repeat(100_000));
        first_error(&text, Layout::Html);
    }
}
