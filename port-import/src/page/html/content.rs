//! The text of a cell or a paragraph, with its footnotes taken out of it.
//!
//! A footnote's mark stands in superscript, right behind a number: text alone would make `3300` with mark 1 into 33001.
//! Popups put the footnote itself there too. Both go to the notes. A popup may also hang on ordinary words, which stay.

use super::super::text::fold;
use super::tree::{Element, Kind, Node, is_any};
use ego_tree::NodeId;
use ego_tree::iter::Edge;

/// What a browser never shows as text; sorted.
const SILENT: [&str; 6] = ["head", "noscript", "script", "style", "template", "title"];

/// Elements that text does not flow around: before and after them words are apart; sorted.
#[rustfmt::skip]
const BLOCKS: [&str; 52] = [
    "address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "col",
    "colgroup", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend", "li",
    "main", "menu", "nav", "ol", "option", "p", "pre", "section", "select", "summary", "table",
    "tbody", "td", "textarea", "tfoot", "th", "thead", "tr", "ul",
];

pub(super) fn is_silent(node: &Node) -> bool {
    is_any(node, &SILENT)
}

pub(super) fn is_block(node: &Node) -> bool {
    is_any(node, &BLOCKS)
}

/// A text that is being put together.
#[derive(Default)]
pub(super) struct Content {
    text: String,
    line: Option<usize>,
    notes: Vec<String>,
    /// Marks that are numbers and not in superscript, with their lines.
    doubtful: Vec<(usize, String)>,
    /// Superscripts and popups that are open, innermost last.
    open: Vec<Open>,
}

/// An element whose text is not simply part of the text around it.
struct Open {
    id: NodeId,
    line: usize,
    kind: Part,
    text: String,
}

enum Part {
    Superscript,
    /// A popup with the texts that pop up, and whether its mark stands in superscript.
    Popup {
        notes: Vec<String>,
        is_raised: bool,
    },
    /// What pops up.
    Note,
}

/// A text that is complete.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Told {
    pub text: String,
    /// Where its first word stands.
    pub line: usize,
    pub notes: Vec<String>,
    /// A number that may be a footnote's mark or part of the text, with its line.
    pub doubt: Option<(usize, String)>,
}

impl Content {
    /// All that stands below an element.
    pub(super) fn of(element: Element) -> Told {
        let mut content = Self::default();
        let mut silent: Option<NodeId> = None;
        for edge in element.traverse() {
            match edge {
                Edge::Open(node) if silent.is_none() && is_silent(node.value()) => {
                    silent = Some(node.id());
                }
                Edge::Open(node) if silent.is_none() => content.open(node),
                Edge::Close(node) if silent == Some(node.id()) => silent = None,
                Edge::Close(node) if silent.is_none() => content.close(node),
                _ => {}
            }
        }
        content.take()
    }

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
            Part::Note
        } else if node.has_class(|class| class.starts_with("MCTextPopup")) {
            Part::Popup { notes: Vec::new(), is_raised: is_superscript(node) }
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

    /// Is the text inside a popup or a superscript, which is one whole?
    pub(super) fn is_inside(&self) -> bool {
        !self.open.is_empty()
    }

    fn push(&mut self, text: &str, line: usize) {
        if self.line.is_none() && !text.trim().is_empty() {
            self.line = Some(line);
        }
        self.open.last_mut().map_or(&mut self.text, |open| &mut open.text).push_str(text);
    }

    /// Puts the text of a superscript, a popup or a note where it belongs.
    fn end(&mut self, open: Open) {
        let text = fold(&open.text);
        let outer = self.open.last_mut();
        match (open.kind, outer.map(|outer| &mut outer.kind)) {
            // Inside a note everything is the note's text.
            (_, Some(Part::Note)) => self.push(&format!(" {text} "), open.line),
            (Part::Note, _) if text.is_empty() => {}
            (Part::Note, Some(Part::Popup { notes, .. })) => notes.push(text),
            (Part::Note, _) => self.notes.push(text),
            (Part::Superscript, Some(Part::Popup { is_raised, .. })) => {
                *is_raised = true;
                self.push(&text, open.line);
            }
            (Part::Superscript, _) => self.mark(&text, &[]),
            (Part::Popup { notes, .. }, Some(Part::Superscript)) => self.mark(&text, &notes),
            (Part::Popup { notes, is_raised }, _) if is_raised || !text.contains(char::is_alphanumeric) => {
                self.mark(&text, &notes);
            }
            (Part::Popup { notes, .. }, _) => {
                if !text.contains(char::is_alphabetic) {
                    self.doubtful.push((open.line, text.clone()));
                }
                self.push(&open.text, open.line);
                self.notes.extend(notes);
            }
        }
    }

    /// A footnote's mark: out of the text, and apart from what stands behind it.
    fn mark(&mut self, mark: &str, notes: &[String]) {
        let notes = if notes.is_empty() { String::new() } else { format!(" {}", notes.join(" ")) };
        match mark {
            "" if notes.is_empty() => return,
            "" => self.notes.push(notes.trim_start().to_owned()),
            _ => self.notes.push(format!("[{mark}]{notes}")),
        }
        self.push(" ", 0);
    }

    /// The text so far; what follows is another one.
    pub(super) fn take(&mut self) -> Told {
        let Self { text, line, mut notes, doubtful, open } = std::mem::take(self);
        let mut text = fold(&text);
        // A superscript with nothing beside it is no mark: it is what the cell says.
        if let ("", [only]) = (text.as_str(), notes.as_slice()) {
            let mark = only.strip_prefix('[').and_then(|mark| mark.strip_suffix(']'));
            if let Some(mark) = mark.filter(|mark| !mark.contains(']')) {
                mark.clone_into(&mut text);
                notes.clear();
            }
        }
        let doubt = doubtful.into_iter().find(|(_, mark)| *mark != text);
        self.open = open;
        Told { text, line: line.unwrap_or(0), notes, doubt }
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
