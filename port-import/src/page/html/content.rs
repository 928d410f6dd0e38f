//! Extracts the text of a cell or a paragraph, without its footnotes.
//!
//! A footnote's mark is in superscript, directly after a number: the text alone would turn `3300` with the mark 1 into 33001.
//! Popups contain the footnote itself as well. Both are collected as footnotes. The words that a popup hangs on stay in the text.

use super::super::table::Line;
use super::super::text::fold;
use super::tree::{Element, Kind, Node, is_any};
use ego_tree::NodeId;
use ego_tree::iter::Edge;

/// Elements that a browser never displays as text; sorted.
const NOT_DISPLAYED: [&str; 6] = ["head", "noscript", "script", "style", "template", "title"];

/// Elements that separate the words before and after them; sorted.
#[rustfmt::skip]
const BLOCKS: [&str; 52] = [
    "address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "col",
    "colgroup", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend", "li",
    "main", "menu", "nav", "ol", "option", "p", "pre", "section", "select", "summary", "table",
    "tbody", "td", "textarea", "tfoot", "th", "thead", "tr", "ul",
];

pub(super) fn is_not_displayed(node: &Node) -> bool {
    is_any(node, &NOT_DISPLAYED)
}

pub(super) fn is_block(node: &Node) -> bool {
    is_any(node, &BLOCKS)
}

/// Collects the text of elements as they are opened and closed.
#[derive(Default)]
pub(super) struct TextExtractor {
    text: String,
    line: Option<usize>,
    footnotes: Vec<String>,
    marks: Vec<String>,
    /// Popups on numbers that aren't in superscript, with their lines.
    ambiguous_marks: Vec<(usize, String)>,
    /// The superscripts and popups that are open, innermost last.
    open: Vec<Open>,
}

/// An open element whose text isn't simply part of the text around it.
struct Open {
    id: NodeId,
    line: usize,
    kind: Part,
    text: String,
}

enum Part {
    Superscript,
    /// A popup: the texts that pop up, and whether its mark is in superscript.
    Popup {
        footnotes: Vec<String>,
        is_superscript: bool,
    },
    /// The text that pops up.
    PopupBody,
}

/// The text of an element.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ExtractedText {
    pub text: String,
    /// The line of the first word.
    pub line: usize,
    pub footnotes: Vec<String>,
    /// The marks in superscript.
    pub marks: Vec<String>,
    /// A number that is either a footnote's mark or part of the text, with its line.
    pub ambiguous_mark: Option<(usize, String)>,
}

impl ExtractedText {
    /// The text below an element.
    pub(super) fn from_element(element: Element) -> Self {
        let mut extractor = TextExtractor::default();
        let mut skipped: Option<NodeId> = None;
        for edge in element.traverse() {
            match edge {
                Edge::Open(node) if skipped.is_none() && is_not_displayed(node.value()) => {
                    skipped = Some(node.id());
                }
                Edge::Open(node) if skipped.is_none() => extractor.open(node),
                Edge::Close(node) if skipped == Some(node.id()) => skipped = None,
                Edge::Close(node) if skipped.is_none() => extractor.close(node),
                _ => {}
            }
        }
        extractor.take()
    }

    /// The text and the footnotes as lines of text outside tables.
    pub(super) fn into_lines(self) -> impl Iterator<Item = Line> {
        let number = self.line;
        let texts = [self.text].into_iter().filter(|text| !text.is_empty()).chain(self.footnotes);
        texts.map(move |text| Line::new(number, text))
    }
}

impl ExtractedText {
    /// A term of a definition list with its definition.
    pub(super) fn with_definition(self, definition: ExtractedText) -> Self {
        let colon = if self.text.ends_with(':') { "" } else { ":" };
        Self {
            text: format!("{}{colon} {}", self.text, definition.text),
            line: self.line,
            footnotes: [self.footnotes, definition.footnotes].concat(),
            marks: [self.marks, definition.marks].concat(),
            ambiguous_mark: self.ambiguous_mark.or(definition.ambiguous_mark),
        }
    }
}

impl TextExtractor {
    pub(super) fn open(&mut self, element: Element) {
        let node = element.value();
        if let Kind::Text(text) = &node.kind {
            self.push(text, node.line);
            return;
        }
        if is_block(node) {
            self.push(" ", node.line);
        }
        if node.name() == "img" {
            if let Some(words) = node.attribute("alt").filter(|words| !words.trim().is_empty()) {
                self.push(&format!(" {words} "), node.line);
            }
        }
        let kind = if node.has_class(|class| class.starts_with("MCTextPopupBody")) {
            Part::PopupBody
        } else if node.has_class(|class| class.starts_with("MCTextPopup")) {
            Part::Popup { footnotes: Vec::new(), is_superscript: is_superscript(node) }
        } else if is_superscript(node) {
            Part::Superscript
        } else {
            return;
        };
        self.open.push(Open { id: element.id(), line: node.line, kind, text: String::new() });
    }

    pub(super) fn close(&mut self, element: Element) {
        if self.open.last().is_some_and(|open| open.id == element.id()) {
            if let Some(open) = self.open.pop() {
                self.end(open);
            }
        }
        if is_block(element.value()) {
            self.push(" ", element.value().line);
        }
    }

    /// Whether a popup or a superscript is open, which isn't split.
    pub(super) fn is_inside(&self) -> bool {
        !self.open.is_empty()
    }

    fn push(&mut self, text: &str, line: usize) {
        if self.line.is_none() && !text.trim().is_empty() {
            self.line = Some(line);
        }
        self.open.last_mut().map_or(&mut self.text, |open| &mut open.text).push_str(text);
    }

    /// Adds the text of a superscript, a popup or the body of a popup to where it belongs.
    fn end(&mut self, open: Open) {
        let text = fold(&open.text);
        let outer = self.open.last_mut();
        match (open.kind, outer.map(|outer| &mut outer.kind)) {
            // Everything inside the body of a popup is its text.
            (_, Some(Part::PopupBody)) => self.push(&format!(" {text} "), open.line),
            (Part::PopupBody, _) if text.is_empty() => {}
            (Part::PopupBody, Some(Part::Popup { footnotes, .. })) => footnotes.push(text),
            (Part::PopupBody, _) => self.footnotes.push(text),
            (Part::Superscript, Some(Part::Popup { is_superscript, .. })) => {
                *is_superscript = true;
                self.push(&text, open.line);
            }
            (Part::Superscript, _) => self.add_mark(&text, &[]),
            (Part::Popup { footnotes, .. }, Some(Part::Superscript)) => self.add_mark(&text, &footnotes),
            (Part::Popup { footnotes, is_superscript }, _)
                if is_superscript || !text.contains(char::is_alphanumeric) =>
            {
                self.add_mark(&text, &footnotes);
            }
            (Part::Popup { footnotes, .. }, _) => {
                if !text.contains(char::is_alphabetic) {
                    self.ambiguous_marks.push((open.line, text.clone()));
                }
                self.push(&open.text, open.line);
                self.footnotes.extend(footnotes);
            }
        }
    }

    /// Adds a footnote's mark to the footnotes, and separates the text before it from the text after it.
    fn add_mark(&mut self, mark: &str, footnotes: &[String]) {
        let footnotes = if footnotes.is_empty() { String::new() } else { format!(" {}", footnotes.join(" ")) };
        match mark {
            "" if footnotes.is_empty() => return,
            "" => self.footnotes.push(footnotes.trim_start().to_owned()),
            _ => {
                self.marks.push(mark.to_owned());
                self.footnotes.push(format!("[{mark}]{footnotes}"));
            }
        }
        self.push(" ", 0);
    }

    /// The text so far. What follows is a new text.
    pub(super) fn take(&mut self) -> ExtractedText {
        let Self { text, line, mut footnotes, mut marks, ambiguous_marks, open } = std::mem::take(self);
        let mut text = fold(&text);
        // A superscript without other text isn't a mark: it is the text.
        if let ("", [only]) = (text.as_str(), footnotes.as_slice()) {
            let mark = only.strip_prefix('[').and_then(|mark| mark.strip_suffix(']'));
            if let Some(mark) = mark.filter(|mark| !mark.contains(']')) {
                mark.clone_into(&mut text);
                footnotes.clear();
                marks.clear();
            }
        }
        let ambiguous_mark = ambiguous_marks.into_iter().find(|(_, mark)| *mark != text);
        self.open = open;
        ExtractedText { text, line: line.unwrap_or(0), footnotes, marks, ambiguous_mark }
    }
}

fn is_superscript(node: &Node) -> bool {
    let is_raised = |style: &str| {
        style.split(';').filter_map(|rule| rule.split_once(':')).any(|(property, value)| {
            property.trim().eq_ignore_ascii_case("vertical-align") && value.trim().eq_ignore_ascii_case("super")
        })
    };
    let is_named = |class: &str| ["sup", "super", "superscript"].iter().any(|name| class.eq_ignore_ascii_case(name));
    !is_any(node, &["td", "th"])
        && (node.name() == "sup" || node.attribute("style").is_some_and(is_raised) || node.has_class(is_named))
}
