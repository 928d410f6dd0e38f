//! Follows the lists of an article, and says which paragraphs are items.

use super::super::table::LineKind;
use super::extracted::ExtractedText;
use super::tree::{Node, is_any};

/// Elements that are lists; sorted.
const LISTS: [&str; 5] = ["dir", "dl", "menu", "ol", "ul"];
/// Elements that are items; sorted.
const ITEMS: [&str; 3] = ["dd", "dt", "li"];

/// The lists of an article.
#[derive(Default)]
pub(super) struct Items {
    /// For each list, the number of tables before it.
    pub tables_before: Vec<usize>,
    open: Vec<Open>,
}

enum Open {
    /// A list, and the term of a definition list that waits for its definition.
    List { number: usize, term: Option<ExtractedText> },
    /// An item, and whether its text is still to come. Its further paragraphs aren't items.
    Item { tag: ItemTag, is_awaited: bool },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ItemTag {
    Item,
    Term,
    Definition,
}

/// Whether a term without a definition ends before an element, or at its end.
pub(super) fn ends_term(node: &Node, is_end: bool) -> bool {
    is_any(node, &LISTS) || node.name() == if is_end { "dd" } else { "dt" }
}

impl Items {
    /// Opens an element below a number of tables.
    pub(super) fn open(&mut self, node: &Node, tables: usize) {
        if is_any(node, &LISTS) {
            self.open.push(Open::List { number: self.tables_before.len(), term: None });
            self.tables_before.push(tables);
        } else if is_any(node, &ITEMS) {
            let tag = match node.name() {
                "dt" => ItemTag::Term,
                "dd" => ItemTag::Definition,
                _ => ItemTag::Item,
            };
            self.open.push(Open::Item { tag, is_awaited: true });
        }
    }

    /// Closes an element. Elements are closed in the reverse order in which they were opened.
    pub(super) fn close(&mut self, node: &Node) {
        if is_any(node, &LISTS) || is_any(node, &ITEMS) {
            self.open.pop();
        }
    }

    /// Whether the text of an item is still to come, so that a line break is part of it.
    pub(super) fn is_awaiting_text(&self) -> bool {
        matches!(self.open.last(), Some(Open::Item { is_awaited: true, .. }))
    }

    /// What a paragraph is. A term is kept until its definition.
    pub(super) fn paragraph(&mut self, text: ExtractedText) -> Option<(LineKind, ExtractedText)> {
        let tag = match self.open.last_mut() {
            Some(Open::Item { tag, is_awaited }) if *is_awaited && !text.text.is_empty() => {
                *is_awaited = false;
                *tag
            }
            _ => return Some((LineKind::Text, text)),
        };
        let Some((list, term)) = self.innermost_list() else { return Some((LineKind::Text, text)) };
        let kind = LineKind::Item { list };
        match tag {
            ItemTag::Term => {
                *term = Some(text);
                None
            }
            ItemTag::Definition => {
                let text = match term.take() {
                    Some(term) => term.with_definition(text),
                    None => text,
                };
                Some((kind, text))
            }
            ItemTag::Item => Some((kind, text)),
        }
    }

    /// The term that waits for its definition, as an item without one.
    pub(super) fn take_term(&mut self) -> Option<(LineKind, ExtractedText)> {
        let (list, term) = self.innermost_list()?;
        Some((LineKind::Item { list }, term.take()?))
    }

    fn innermost_list(&mut self) -> Option<(usize, &mut Option<ExtractedText>)> {
        self.open.iter_mut().rev().find_map(|open| match open {
            Open::List { number, term } => Some((*number, term)),
            Open::Item { .. } => None,
        })
    }
}
