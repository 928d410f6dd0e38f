//! Reads an article: its tables, with their headings, and the text around them.

use super::super::hints::Hints;
use super::super::lists::Lists;
use super::super::problems::Problems;
use super::super::table::{Line, LineKind, Page};
use super::content::{TextExtractor, is_block};
use super::extracted::{ExtractedText, skipped_lines};
use super::items::{Items, ends_term};
use super::split;
use super::style::skipped_kind;
use super::tree::{Element, Node};
use ego_tree::NodeId;
use ego_tree::iter::Edge;
use std::collections::HashSet;

pub(super) struct ArticleReader<'a> {
    hints: &'a Hints,
    /// The tables that contain data.
    data: &'a HashSet<NodeId>,
    page: Page,
    /// The current paragraph.
    paragraph: TextExtractor,
    items: Items,
    lists: Lists,
    is_in_title: bool,
}

impl<'a> ArticleReader<'a> {
    pub(super) fn new(hints: &'a Hints, data: &'a HashSet<NodeId>) -> Self {
        Self {
            hints,
            data,
            page: Page::default(),
            paragraph: TextExtractor::new(hints.into()),
            items: Items::default(),
            lists: Lists::default(),
            is_in_title: false,
        }
    }

    /// Reads the article. Headings of tables are still text outside tables, and lists aren't tables yet.
    pub(super) fn read(mut self, article: Element, problems: &mut Problems) -> (Page, Lists) {
        let mut skipped: Option<NodeId> = None;
        for edge in article.traverse() {
            match edge {
                Edge::Open(element) if skipped.is_none() => {
                    if let Some(kind) = skipped_kind(element.value()) {
                        self.end_paragraph();
                        self.page.skipped.extend(skipped_lines(element, kind));
                        skipped = Some(element.id());
                    } else if self.data.contains(&element.id()) {
                        self.end_paragraph();
                        self.end_term();
                        self.read_table(element, problems);
                        skipped = Some(element.id());
                    } else {
                        self.open(element);
                    }
                }
                Edge::Close(element) if skipped == Some(element.id()) => skipped = None,
                Edge::Close(element) if skipped.is_none() => self.close(element),
                _ => {}
            }
        }
        self.end_paragraph();
        self.lists.tables_before = self.items.tables_before;
        (self.page, self.lists)
    }

    fn open(&mut self, element: Element) {
        let node = element.value();
        if self.ends_paragraph(node) {
            self.end_paragraph();
        }
        if ends_term(node, false) {
            self.end_term();
        }
        self.items.open(node, self.page.tables.len());
        self.is_in_title |= is_title(node);
        self.paragraph.open(element);
    }

    fn close(&mut self, element: Element) {
        let node = element.value();
        self.paragraph.close(element);
        if self.ends_paragraph(node) {
            self.end_paragraph();
        }
        if ends_term(node, true) {
            self.end_term();
        }
        self.items.close(node);
        self.is_in_title &= !is_title(node);
    }

    /// Whether an element ends the paragraph before it. A line break doesn't end an item.
    fn ends_paragraph(&self, node: &Node) -> bool {
        is_block(node) && !(node.name() == "br" && self.items.is_awaiting_text())
    }

    fn end_paragraph(&mut self) {
        if self.paragraph.is_inside() {
            return;
        }
        let text = self.paragraph.take();
        if self.is_in_title {
            self.add(LineKind::Heading, text);
        } else if let Some((kind, text)) = self.items.paragraph(text) {
            self.add(kind, text);
        }
    }

    /// Adds a term of a definition list that has no definition.
    fn end_term(&mut self) {
        if let Some((kind, text)) = self.items.take_term() {
            self.add(kind, text);
        }
    }

    /// Adds a paragraph. Its footnotes become lines of their own.
    fn add(&mut self, kind: LineKind, text: ExtractedText) {
        let under = self.page.headings.len().checked_sub(1);
        let has_text = !text.text.is_empty();
        let (marks, doubts) = (text.marks.clone(), text.doubts.clone());
        self.page.skipped.extend(text.skipped.iter().cloned());
        let index = self.page.text_outside_tables.len();
        self.page.text_outside_tables.extend(text.into_lines().map(|line| Line { under, ..line }));
        if !has_text {
            return;
        }
        let line = &mut self.page.text_outside_tables[index];
        line.kind = kind;
        match kind {
            LineKind::Heading => {
                self.page.headings.push(line.clone());
                self.lists.heading_lines.push(index);
            }
            LineKind::Item { .. } => {
                self.lists.details.insert(index, (marks, doubts));
            }
            LineKind::Text => {}
        }
    }

    fn read_table(&mut self, table: Element, problems: &mut Problems) {
        let Some(split) = split::split(table, self.hints, problems) else {
            return;
        };
        let under = self.page.headings.len().checked_sub(1);
        self.page.skipped.extend(split.skipped);
        self.page.text_outside_tables.extend(split.text_outside_tables.into_iter().map(|line| Line { under, ..line }));
        let mut caption = split.caption;
        let mut tables = split.tables;
        let mut is_caption_heading = false;
        for table in tables.iter_mut().filter(|table| table.heading.is_none()) {
            table.heading = if caption.text.is_empty() {
                self.lists.used_headings.extend(under);
                under.and_then(|heading| self.page.headings.get(heading).cloned())
            } else {
                is_caption_heading = true;
                Some(Line::new(caption.line, caption.text.clone()))
            };
        }
        if is_caption_heading {
            caption.text.clear();
        }
        self.add(LineKind::Text, caption);
        self.page.tables.extend(tables);
    }
}

fn is_title(node: &Node) -> bool {
    matches!(node.name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}
