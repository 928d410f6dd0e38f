//! Reads an article: its tables, with their headings, and the text around them.

use super::super::hints::Hints;
use super::super::problems::Problems;
use super::super::table::{Line, Page};
use super::content::{TextExtractor, is_block, is_not_displayed};
use super::split;
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
    /// The index of the nearest `h1` to `h6` in the text outside tables, and whether a table uses it as its heading.
    heading: Option<(usize, bool)>,
    /// The indexes of the text outside tables that are headings of tables.
    used_headings: Vec<usize>,
}

impl<'a> ArticleReader<'a> {
    pub(super) fn new(hints: &'a Hints, data: &'a HashSet<NodeId>) -> Self {
        let (page, paragraph) = (Page::default(), TextExtractor::default());
        Self { hints, data, page, paragraph, heading: None, used_headings: Vec::new() }
    }

    pub(super) fn read(mut self, article: Element, problems: &mut Problems) -> Page {
        let mut skipped: Option<NodeId> = None;
        let mut title = 0;
        for edge in article.traverse() {
            match edge {
                Edge::Open(element) if skipped.is_none() => {
                    let node = element.value();
                    if is_not_displayed(node) {
                        skipped = Some(element.id());
                    } else if self.data.contains(&element.id()) {
                        self.end_paragraph();
                        self.read_table(element, problems);
                        skipped = Some(element.id());
                    } else {
                        if is_block(node) {
                            self.end_paragraph();
                        }
                        if is_title(node) {
                            title = self.page.text_outside_tables.len();
                        }
                        self.paragraph.open(element);
                    }
                }
                Edge::Close(element) if skipped == Some(element.id()) => skipped = None,
                Edge::Close(element) if skipped.is_none() => {
                    self.paragraph.close(element);
                    if is_block(element.value()) {
                        self.end_paragraph();
                    }
                    if is_title(element.value()) && title < self.page.text_outside_tables.len() {
                        self.heading = Some((title, false));
                    }
                }
                _ => {}
            }
        }
        self.end_paragraph();
        self.without_used_headings()
    }

    /// The page without the lines that became headings of tables.
    fn without_used_headings(mut self) -> Page {
        let mut used = self.used_headings.into_iter().peekable();
        let mut index = 0..;
        self.page.text_outside_tables.retain(|_| used.next_if_eq(&index.next().unwrap_or_default()).is_none());
        self.page
    }

    fn end_paragraph(&mut self) {
        if !self.paragraph.is_inside() {
            self.page.text_outside_tables.extend(self.paragraph.take().into_lines());
        }
    }

    fn read_table(&mut self, table: Element, problems: &mut Problems) {
        let Some(split) = split::split(table, self.hints, problems) else {
            return;
        };
        self.page.text_outside_tables.extend(split.text_outside_tables);
        let mut caption = split.caption;
        let mut tables = split.tables;
        let mut is_caption_heading = false;
        for table in tables.iter_mut().filter(|table| table.heading.is_none()) {
            table.heading = if caption.text.is_empty() {
                self.use_heading()
            } else {
                is_caption_heading = true;
                Some(Line { number: caption.line, text: caption.text.clone() })
            };
        }
        if is_caption_heading {
            caption.text.clear();
        }
        self.page.text_outside_tables.extend(caption.into_lines());
        self.page.tables.extend(tables);
    }

    /// The nearest title above. It is then no longer text outside tables.
    fn use_heading(&mut self) -> Option<Line> {
        let (index, is_used) = self.heading.as_mut()?;
        if !*is_used {
            *is_used = true;
            self.used_headings.push(*index);
        }
        self.page.text_outside_tables.get(*index).cloned()
    }
}

fn is_title(node: &Node) -> bool {
    matches!(node.name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}
