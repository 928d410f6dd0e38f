//! Extracts the text of a cell or a paragraph, without its footnotes.
//!
//! A footnote's mark is in superscript, directly after a number: the text alone would turn `3300` with the mark 1 into 33001.
//! Popups contain the footnote itself as well. Both are collected as footnotes. The words that a popup hangs on stay in the text.
//! A link or small text next to a number may be a mark too; the curation decides that, and whether hidden text counts.

use super::super::doubt::{Doubt, DoubtKind, Policy, decision};
use super::super::hints::{Concealed, Glued};
use super::super::table::{Skipped, SkippedKind};
use super::super::text::fold;
use super::extracted::{ExtractedText, REMOVED, skipped_lines, without_removed};
use super::style::{concealed_kind, is_not_displayed, is_superscript, may_be_mark};
use super::tree::{Element, Kind, Node, is_any};
use ego_tree::NodeId;
use ego_tree::iter::Edge;

/// Elements that separate the words before and after them; sorted.
#[rustfmt::skip]
const BLOCKS: [&str; 52] = [
    "address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "col",
    "colgroup", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend", "li",
    "main", "menu", "nav", "ol", "option", "p", "pre", "section", "select", "summary", "table",
    "tbody", "td", "textarea", "tfoot", "th", "thead", "tr", "ul",
];

pub(super) fn is_block(node: &Node) -> bool {
    is_any(node, &BLOCKS)
}

/// Collects the text of elements as they are opened and closed.
#[derive(Default)]
pub(super) struct TextExtractor {
    policy: Policy,
    found: ExtractedText,
    /// The superscripts and popups that are open, innermost last.
    open: Vec<Open>,
    /// The hidden and struck-out elements that are open.
    concealed: Vec<ConcealedText>,
    /// The links and small texts that are open.
    small: Vec<SmallText>,
    /// A link or small text that ended where the text ends now.
    ended: Option<SmallText>,
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

/// An element that is hidden or struck out, and its text.
struct ConcealedText {
    id: NodeId,
    kind: SkippedKind,
    line: usize,
    text: String,
}

/// A link or small text.
struct SmallText {
    id: NodeId,
    line: usize,
    /// Where it begins and ends in the text.
    start: usize,
    end: usize,
    /// How many elements of [`TextExtractor::open`] are around it.
    depth: usize,
}

/// The text below an element. `around` is why everything in it is hidden or struck out.
pub(super) fn extract(element: Element, policy: Policy, around: Option<SkippedKind>) -> ExtractedText {
    let mut extractor = TextExtractor::new(policy);
    let outer = around.map(|kind| ConcealedText { id: element.id(), kind, line: 0, text: String::new() });
    extractor.concealed.extend(outer);
    let mut skipped: Option<NodeId> = None;
    for edge in element.traverse() {
        match edge {
            Edge::Open(node) if skipped.is_none() && is_not_displayed(node.value()) => {
                extractor.found.skipped.extend(skipped_lines(node, SkippedKind::NotDisplayed));
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

impl TextExtractor {
    pub(super) fn new(policy: Policy) -> Self {
        Self { policy, ..Self::default() }
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
        let is_popup_body = node.has_class(|class| class.starts_with("MCTextPopupBody"));
        // A popup is hidden until it pops up.
        if let Some(kind) = concealed_kind(node).filter(|_| !is_popup_body) {
            self.concealed.push(ConcealedText { id: element.id(), kind, line: node.line, text: String::new() });
        }
        if node.name() == "img" {
            if let Some(words) = node.attribute("alt").filter(|words| !words.trim().is_empty()) {
                self.push(&format!(" {words} "), node.line);
            }
        }
        let kind = if is_popup_body {
            Part::PopupBody
        } else if node.has_class(|class| class.starts_with("MCTextPopup")) {
            Part::Popup { footnotes: Vec::new(), is_superscript: is_superscript(node) }
        } else if is_superscript(node) {
            Part::Superscript
        } else {
            if may_be_mark(node) {
                let (start, depth) = (self.buffer().len(), self.open.len());
                self.small.push(SmallText { id: element.id(), line: node.line, start, end: start, depth });
            }
            return;
        };
        self.open.push(Open { id: element.id(), line: node.line, kind, text: String::new() });
    }

    pub(super) fn close(&mut self, element: Element) {
        if let Some(small) = pop_if(&mut self.small, |small| small.id == element.id()) {
            self.end_small(small);
        }
        if let Some(open) = pop_if(&mut self.open, |open| open.id == element.id()) {
            self.end(open);
        }
        if let Some(concealed) = pop_if(&mut self.concealed, |concealed| concealed.id == element.id()) {
            self.end_concealed(concealed);
        }
        if is_block(element.value()) {
            self.push(" ", element.value().line);
        }
    }

    /// Whether a popup or a superscript is open, which isn't split.
    pub(super) fn is_inside(&self) -> bool {
        !self.open.is_empty()
    }

    fn buffer(&mut self) -> &mut String {
        self.open.last_mut().map_or(&mut self.found.text, |open| &mut open.text)
    }

    fn push(&mut self, text: &str, line: usize) {
        let has_words = !text.trim().is_empty();
        if self.is_concealed(text, line) {
            if has_words {
                self.buffer().push(REMOVED);
            }
            return;
        }
        if self.found.line == 0 && has_words && line > 0 {
            self.found.line = line;
        }
        if let Some(ended) = self.ended.take() {
            let is_next = ended.depth == self.open.len() && ended.end == self.buffer().len();
            if is_next && text.starts_with(|c: char| c.is_ascii_digit()) {
                self.decide_small(&ended);
            }
        }
        self.buffer().push_str(text);
    }

    /// Keeps text of hidden and struck-out elements. Returns whether the curation drops it.
    fn is_concealed(&mut self, text: &str, line: usize) -> bool {
        let policy = self.policy;
        let is_dropped = |concealed: &ConcealedText| decision(policy, concealed.kind) == Some(Concealed::Drop);
        let dropped = self.concealed.iter().position(is_dropped);
        let index = dropped.or_else(|| self.concealed.len().checked_sub(1));
        if let Some(concealed) = index.and_then(|index| self.concealed.get_mut(index)) {
            if concealed.text.trim().is_empty() && line > 0 {
                concealed.line = line;
            }
            concealed.text.push_str(text);
        }
        dropped.is_some()
    }

    fn end_concealed(&mut self, ConcealedText { kind, line, text, .. }: ConcealedText) {
        let text = fold(&text);
        if text.is_empty() {
            return;
        }
        match decision(self.policy, kind) {
            Some(Concealed::Keep) => {}
            Some(Concealed::Drop) => self.found.skipped.push(Skipped { number: line, text, kind }),
            None => {
                let kind = if kind == SkippedKind::Hidden { DoubtKind::Hidden } else { DoubtKind::StruckOut };
                self.found.doubts.push(Doubt { line, kind, text });
            }
        }
    }

    /// Decides about a link or small text if it is next to a digit.
    fn end_small(&mut self, mut small: SmallText) {
        if small.depth != self.open.len() {
            return;
        }
        let start = small.start;
        let buffer = self.buffer();
        small.end = buffer.len();
        let Some(text) = buffer.get(start..).map(str::trim) else { return };
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let is_like_mark = text.chars().any(char::is_alphanumeric) && (letters == 0 || text.chars().count() < 3);
        if !is_like_mark {
            return;
        }
        let is_after_digit = buffer[..start].ends_with(|c: char| c.is_ascii_digit());
        if is_after_digit && buffer[start..].starts_with(char::is_alphanumeric) {
            self.decide_small(&small);
        } else if text.ends_with(|c: char| c.is_ascii_digit()) {
            self.ended = Some(small);
        }
    }

    fn decide_small(&mut self, small: &SmallText) {
        let glued = self.policy.glued;
        let buffer = self.buffer();
        let Some(text) = buffer.get(small.start..small.end).map(fold) else { return };
        match glued {
            Some(Glued::Text) => {}
            Some(Glued::Mark) => {
                buffer.truncate(small.start);
                self.add_mark(&text, &[]);
            }
            None => self.found.doubts.push(Doubt { line: small.line, kind: DoubtKind::Glued, text }),
        }
    }

    /// Adds the text of a superscript, a popup or the body of a popup to where it belongs.
    fn end(&mut self, open: Open) {
        let text = without_removed(&open.text);
        let outer = self.open.last_mut();
        match (open.kind, outer.map(|outer| &mut outer.kind)) {
            // Everything inside the body of a popup is its text.
            (_, Some(Part::PopupBody)) => self.push(&format!(" {text} "), open.line),
            (Part::PopupBody, _) if text.is_empty() => {}
            (Part::PopupBody, Some(Part::Popup { footnotes, .. })) => footnotes.push(text),
            (Part::PopupBody, _) => self.found.footnotes.push(text),
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
                let is_after_digit = self.buffer().ends_with(|c: char| c.is_ascii_digit());
                let may_be_mark = !text.contains(char::is_alphabetic);
                if may_be_mark && is_after_digit && self.policy.glued == Some(Glued::Mark) {
                    self.add_mark(&text, &footnotes);
                    return;
                }
                if may_be_mark && self.policy.glued.is_none() {
                    self.found.doubts.push(Doubt { line: open.line, kind: DoubtKind::Popup, text: text.clone() });
                }
                self.push(&open.text, open.line);
                self.found.footnotes.extend(footnotes);
            }
        }
    }

    /// Adds a footnote's mark to the footnotes, and separates the text before it from the text after it.
    fn add_mark(&mut self, mark: &str, footnotes: &[String]) {
        let footnotes = if footnotes.is_empty() { String::new() } else { format!(" {}", footnotes.join(" ")) };
        match mark {
            "" if footnotes.is_empty() => return,
            "" => self.found.footnotes.push(footnotes.trim_start().to_owned()),
            _ => {
                self.found.marks.push(mark.to_owned());
                self.found.footnotes.push(format!("[{mark}]{footnotes}"));
            }
        }
        self.buffer().push(REMOVED);
    }

    /// The text so far. What follows is a new text.
    pub(super) fn take(&mut self) -> ExtractedText {
        for index in 0..self.concealed.len() {
            let ConcealedText { id, kind, line, .. } = self.concealed[index];
            let text = std::mem::take(&mut self.concealed[index].text);
            self.end_concealed(ConcealedText { id, kind, line, text });
        }
        self.ended = None;
        for small in &mut self.small {
            small.start = 0;
        }
        let mut found = std::mem::take(&mut self.found);
        found.text = without_removed(&found.text);
        // A superscript without other text isn't a mark: it is the text.
        if let ("", [only], [mark]) = (found.text.as_str(), found.footnotes.as_slice(), found.marks.as_slice()) {
            if *only == format!("[{mark}]") {
                found.text.clone_from(mark);
                found.footnotes.clear();
                found.marks.clear();
            }
        }
        // A popup on the whole text isn't on a mark.
        let text = &found.text;
        found.doubts.retain(|doubt| doubt.kind != DoubtKind::Popup || doubt.text != *text);
        found
    }
}

/// Takes the last value if it satisfies a predicate.
fn pop_if<T>(values: &mut Vec<T>, predicate: impl Fn(&T) -> bool) -> Option<T> {
    if values.last().is_some_and(predicate) { values.pop() } else { None }
}
