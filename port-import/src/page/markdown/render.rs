//! Writes Markdown as HTML whose lines are those of the page, so that the reader of HTML can name them.

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};

use super::super::codes;
use super::super::problems::Problems;
use super::super::table::{Line, Skipped, SkippedKind};
use super::super::text::fold;
use super::templates::{Source, attribute};

/// The names of tags that are read as HTML within a line. GitHub hides other tags, and here they stay as text: `<host>:443`.
const INLINE_TAGS: [&str; 29] = [
    "a", "abbr", "b", "big", "br", "code", "del", "div", "em", "font", "i", "img", "ins", "kbd", "li", "ol", "p", "s",
    "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "ul", "var", "wbr",
];

/// A page as HTML.
pub(super) struct Rendered {
    pub html: String,
    /// The cells to the right of the last column, which GitHub doesn't show.
    pub cells_beyond_header: Vec<Line>,
    /// Front matter and code blocks.
    pub skipped: Vec<Skipped>,
}

pub(super) fn render(source: &Source, problems: &mut Problems) -> Rendered {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    // Hugo writes front matter as TOML too.
    let delimiter = if source.text.starts_with("+++\n") { "+++" } else { "---" };
    options.extension.front_matter_delimiter = Some(delimiter.to_owned());
    // A footnote that nothing refers to is text too.
    options.parse.leave_footnote_definitions = true;
    let arena = Arena::new();
    let root = parse_document(&arena, &source.text, &options);
    let mut renderer =
        Renderer { source, problems, html: String::new(), line: 1, beyond: Vec::new(), skipped: Vec::new() };
    for edge in root.traverse() {
        match edge {
            comrak::arena_tree::NodeEdge::Start(node) => renderer.open(node),
            comrak::arena_tree::NodeEdge::End(node) => renderer.close(node),
        }
    }
    Rendered { html: renderer.html, cells_beyond_header: renderer.beyond, skipped: renderer.skipped }
}

/// A node of the parsed Markdown.
type Node<'a> = &'a AstNode<'a>;

struct Renderer<'a, 'p> {
    source: &'a Source,
    problems: &'a mut Problems<'p>,
    html: String,
    /// The line of the HTML that is being written.
    line: usize,
    beyond: Vec<Line>,
    skipped: Vec<Skipped>,
}

impl Renderer<'_, '_> {
    /// Writes HTML. If it is the first of its block, it is written on the block's line.
    fn push(&mut self, html: &str) {
        self.line += html.matches('\n').count();
        self.html.push_str(html);
    }

    fn push_escaped(&mut self, text: &str) {
        self.push(&text.replace('&', "&amp;").replace('<', "&lt;"));
    }

    /// Begins a block: goes on to its line.
    fn begin(&mut self, node: Node) {
        let line = self.source.line(node.data.borrow().sourcepos.start.line);
        while self.line < line {
            self.push("\n");
        }
    }

    fn open(&mut self, node: Node) {
        if node.data.borrow().value.block() {
            self.begin(node);
        }
        let tag = block_tag(node);
        match &node.data.borrow().value {
            NodeValue::FrontMatter(text) => self.skip(node, SkippedKind::FrontMatter, text),
            NodeValue::CodeBlock(block) => {
                self.skip(node, SkippedKind::Code, &format!("{}\n{}", block.info, block.literal));
            }
            NodeValue::HtmlBlock(block) => self.push(&titles_of_tabs(&block.literal)),
            NodeValue::TableRow(is_header) => {
                self.report_cells_beyond_header(node);
                self.push(if *is_header { "<thead><tr>" } else { "<tr>" });
            }
            NodeValue::TableCell if is_header_cell(node) => self.push("<th>"),
            NodeValue::TableCell => self.push("<td>"),
            NodeValue::Paragraph => {
                self.check_rule(node);
                self.push(&format!("<{}>", tag.unwrap_or("p")));
            }
            NodeValue::FootnoteDefinition(footnote) => self.push(&format!("<div>[{}]: ", footnote.name)),
            NodeValue::Text(text) => self.push_escaped(text),
            NodeValue::Code(code) => {
                let text = code.literal.clone();
                self.push_escaped(&text);
            }
            NodeValue::Math(math) => {
                let text = math.literal.clone();
                self.push_escaped(&text);
            }
            NodeValue::SoftBreak => self.push("\n"),
            NodeValue::LineBreak => self.push("<br>\n"),
            NodeValue::HtmlInline(html) if is_inline_tag(html) => self.push(html),
            NodeValue::HtmlInline(html) if html.starts_with("<!--") => self.push(html),
            NodeValue::HtmlInline(html) => self.push_escaped(html),
            NodeValue::FootnoteReference(reference) => self.push(&format!("<sup>{}</sup>", reference.name)),
            NodeValue::Image(_) => self.push(" "),
            NodeValue::Strikethrough => self.push("<del>"),
            _ => {
                if let Some(tag) = tag {
                    self.push(&format!("<{tag}>"));
                }
            }
        }
    }

    fn close(&mut self, node: Node) {
        let tag = block_tag(node);
        match &node.data.borrow().value {
            NodeValue::TableRow(true) => self.push("</tr></thead>"),
            NodeValue::TableRow(false) => self.push("</tr>"),
            NodeValue::TableCell if is_header_cell(node) => self.push("</th>"),
            NodeValue::TableCell => self.push("</td>"),
            NodeValue::FootnoteDefinition(_) => self.push("</div>"),
            NodeValue::Image(_) => self.push(" "),
            NodeValue::Strikethrough => self.push("</del>"),
            _ => {
                if let Some(tag) = tag {
                    self.push(&format!("</{tag}>"));
                }
            }
        }
    }

    /// Keeps the lines of front matter or a code block apart.
    fn skip(&mut self, node: Node, kind: SkippedKind, text: &str) {
        let first = node.data.borrow().sourcepos.start.line;
        let lines = (first..).zip(text.lines().map(fold)).filter(|(_, text)| !text.is_empty());
        self.skipped.extend(lines.map(|(line, text)| Skipped { number: self.source.line(line), text, kind }));
    }

    /// Keeps the cells of a row that has more of them than the header.
    fn report_cells_beyond_header(&mut self, row: Node) {
        let line = row.data.borrow().sourcepos.start.line;
        let mut text = self.source.text_of_line(line).trim();
        let is_quote = |node: &Node| matches!(node.data.borrow().value, NodeValue::BlockQuote | NodeValue::Alert(_));
        for _ in row.ancestors().filter(is_quote) {
            text = text.strip_prefix('>').unwrap_or(text).trim_start();
        }
        let cells = split_cells(text);
        let columns = row.children().count();
        let number = self.source.line(line);
        let beyond = cells.into_iter().skip(columns).map(|cell| fold(&cell)).filter(|cell| !cell.is_empty());
        self.beyond.extend(beyond.map(|text| Line::new(number, text)));
    }

    /// Reports what looks like a table, but isn't one: its rule has another number of columns than its header.
    fn check_rule(&mut self, paragraph: Node) {
        let position = paragraph.data.borrow().sourcepos;
        for line in position.start.line..position.end.line {
            let (header, rule) = (self.source.text_of_line(line).trim(), self.source.text_of_line(line + 1).trim());
            if header.contains('|') && is_rule(rule) {
                let (columns, rule_columns) = (split_cells(header).len(), split_cells(rule).len());
                let message = format!("header has {columns} columns, but the rule below it has {rule_columns}");
                let help = "fix the header or its rule, and write `\\|` for a bar in a cell";
                self.problems.report(self.source.line(line + 1), codes::HEADER_RULE, message, help);
                return;
            }
        }
    }
}

/// The tag of a block without a meaning of its own here.
fn block_tag(node: Node) -> Option<&'static str> {
    Some(match &node.data.borrow().value {
        NodeValue::Heading(heading) => match heading.level {
            1 => "h1",
            2 => "h2",
            3 => "h3",
            4 => "h4",
            5 => "h5",
            _ => "h6",
        },
        NodeValue::Paragraph if is_title(node) => "h6",
        NodeValue::Paragraph if is_first_of_footnote(node) => "span",
        NodeValue::Paragraph => "p",
        NodeValue::BlockQuote | NodeValue::Alert(_) => "blockquote",
        NodeValue::List(_) => "ul",
        NodeValue::Item(_) | NodeValue::TaskItem(_) => "li",
        NodeValue::Table(_) => "table",
        _ => return None,
    })
}

/// Whether a paragraph is a heading: it consists of one run of bold words, at the top level.
fn is_title(paragraph: Node) -> bool {
    let is_at_top = paragraph.parent().is_some_and(|parent| matches!(parent.data.borrow().value, NodeValue::Document));
    let mut children = paragraph.children();
    let is_bold = children.next().is_some_and(|first| matches!(first.data.borrow().value, NodeValue::Strong));
    let is_colon = |node: Node| matches!(&node.data.borrow().value, NodeValue::Text(text) if text.trim() == ":");
    is_at_top && is_bold && children.all(is_colon)
}

fn is_first_of_footnote(paragraph: Node) -> bool {
    let is_note = |parent: Node| matches!(parent.data.borrow().value, NodeValue::FootnoteDefinition(_));
    paragraph.previous_sibling().is_none() && paragraph.parent().is_some_and(is_note)
}

fn is_header_cell(cell: Node) -> bool {
    cell.parent().is_some_and(|row| matches!(row.data.borrow().value, NodeValue::TableRow(true)))
}

fn is_inline_tag(html: &str) -> bool {
    let inside = html.trim_start_matches('<').trim_start_matches('/');
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inside.len());
    INLINE_TAGS.iter().any(|tag| inside[..end].eq_ignore_ascii_case(tag))
}

/// HTML in which the title of a tab, which is an attribute, is a heading.
fn titles_of_tabs(html: &str) -> String {
    let mut result = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find("<Tab") {
        let Some(end) = rest[start..].find('>').map(|end| start + end + 1) else { break };
        let tag = &rest[start..end];
        let is_tab = tag.starts_with("<TabItem") || tag.starts_with("<Tab ");
        result.push_str(&rest[..end]);
        if let Some(title) = attribute(tag, &["label", "heading", "title", "value"]).filter(|_| is_tab) {
            result.push_str(&format!("<h6>{title}</h6>"));
        }
        rest = &rest[end..];
    }
    result.push_str(rest);
    result
}

/// Whether a line is the rule below a header, such as `|---|:-:|`.
pub(super) fn is_rule(line: &str) -> bool {
    line.contains('|')
        && split_cells(line).iter().all(|part| {
            let dashes = part.strip_prefix(':').unwrap_or(part);
            let dashes = dashes.strip_suffix(':').unwrap_or(dashes);
            !dashes.is_empty() && dashes.bytes().all(|byte| byte == b'-')
        })
}

/// The cells of a row: the text between bars that aren't escaped by a backslash.
pub(super) fn split_cells(row: &str) -> Vec<String> {
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
    // A bar at the end of the row ends its last cell.
    if cells.is_empty() || !cell.trim().is_empty() {
        cells.push(cell.trim().to_owned());
    }
    cells
}
