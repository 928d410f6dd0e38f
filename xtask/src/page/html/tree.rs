//! HTML text to a tree whose nodes know their lines, within limits.
//!
//! html5ever builds the tree as browsers do. It knows lines only while it parses, so the sink here writes them down;
//! for the same reason it can watch depth and size while they grow.

use ego_tree::{NodeId, NodeRef, Tree};
use html5ever::interface::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, ParseOpts, QualName, expanded_name, local_name, ns, parse_document};
use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};

/// The deepest nesting, as in browsers. A deeper tree takes time that grows with its square.
const MAX_DEPTH: usize = 512;
/// How much text is parsed before the limits are looked at, in bytes.
const CHUNK: usize = 16 * 1024;

/// A node of the tree.
#[derive(Debug)]
pub(super) struct Node {
    /// The line, from 1: of an element where its tag ends, of a text where its first word stands.
    pub line: usize,
    depth: usize,
    pub kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Element(QualName, Vec<Attribute>),
    Text(StrTendril),
    /// The document itself, comments, and the like.
    Other,
}

impl Node {
    /// The element's name; empty of anything else.
    pub(super) fn name(&self) -> &str {
        match &self.kind {
            Kind::Element(name, _) => &name.local,
            _ => "",
        }
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        match &self.kind {
            Kind::Element(_, attributes) => {
                attributes.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
            }
            _ => None,
        }
    }

    /// Has one of the element's classes this property?
    pub(super) fn has_class(&self, is_it: impl Fn(&str) -> bool) -> bool {
        self.attribute("class").is_some_and(|classes| classes.split_ascii_whitespace().any(is_it))
    }
}

/// Parses a page; the error is the line where it passes a limit, and which.
pub(super) fn parse(text: &str) -> Result<Tree<Node>, (usize, &'static str)> {
    let sink = Sink {
        tree: RefCell::new(Tree::new(Node { line: 1, depth: 0, kind: Kind::Other })),
        line: Cell::new(1),
        elements: Cell::new(0),
        // An element takes at least three bytes of text. More come of tags that never close and are opened again in
        // each paragraph, which grows with the square of the text.
        max_elements: text.len() / 2 + 1_000,
        passed: Cell::new(None),
    };
    let mut parser = parse_document(sink, ParseOpts::default());
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = CHUNK.min(rest.len());
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (chunk, after) = rest.split_at(end);
        parser.process(StrTendril::from_slice(chunk));
        if let Some(passed) = parser.tokenizer.sink.sink.passed.get() {
            return Err(passed);
        }
        rest = after;
    }
    Ok(parser.finish())
}

/// What html5ever builds the tree with.
struct Sink {
    tree: RefCell<Tree<Node>>,
    line: Cell<usize>,
    elements: Cell<usize>,
    max_elements: usize,
    passed: Cell<Option<(usize, &'static str)>>,
}

impl Sink {
    fn orphan(&self, kind: Kind) -> NodeId {
        self.tree.borrow_mut().orphan(Node { line: self.line.get(), depth: 0, kind }).id()
    }

    fn pass(&self, limit: &'static str) {
        if self.passed.get().is_none() {
            self.passed.set(Some((self.line.get(), limit)));
        }
    }

    /// A text node, or more of the one that stands there.
    fn text(&self, text: &StrTendril, neighbour: Option<&mut Node>) -> Option<Node> {
        let end = self.line.get();
        let start = end.saturating_sub(text.matches('\n').count());
        let blanks = text.len() - text.trim_start().len();
        let line = start + text[..blanks].matches('\n').count();
        match neighbour {
            Some(Node { kind: Kind::Text(before), line: first, .. }) => {
                if before.trim_start().is_empty() {
                    *first = line;
                }
                before.push_tendril(text);
                None
            }
            _ => Some(Node { line, depth: 0, kind: Kind::Text(text.clone()) }),
        }
    }

    fn check_depth(&self, parent: usize, child: &mut Node) {
        child.depth = parent + 1;
        if child.depth > MAX_DEPTH {
            self.pass("elements nested at most 512 deep");
        }
    }
}

impl TreeSink for Sink {
    type Handle = NodeId;
    type Output = Tree<Node>;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Tree<Node> {
        self.tree.into_inner()
    }

    fn set_current_line(&self, line: u64) {
        self.line.set(usize::try_from(line).unwrap_or(usize::MAX));
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn get_document(&self) -> NodeId {
        self.tree.borrow().root().id()
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        x == y
    }

    fn elem_name<'a>(&'a self, target: &NodeId) -> Ref<'a, QualName> {
        Ref::map(self.tree.borrow(), |tree| match tree.get(*target).map(|node| &node.value().kind) {
            Some(Kind::Element(name, _)) => name,
            _ => unreachable!("html5ever asks for names of elements only"),
        })
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> NodeId {
        self.elements.set(self.elements.get() + 1);
        if self.elements.get() > self.max_elements {
            self.pass("elements that close, so that no paragraph opens them again");
        }
        let has_contents = name.expanded() == expanded_name!(html "template");
        let element = self.orphan(Kind::Element(name, attributes));
        if has_contents {
            let contents = self.orphan(Kind::Other);
            self.append(&element, NodeOrText::AppendNode(contents));
        }
        element
    }

    fn create_comment(&self, _: StrTendril) -> NodeId {
        self.orphan(Kind::Other)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> NodeId {
        self.orphan(Kind::Other)
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        let mut tree = self.tree.borrow_mut();
        let Some(mut parent) = tree.get_mut(*parent) else {
            return;
        };
        match child {
            NodeOrText::AppendNode(id) => {
                let depth = parent.value().depth;
                self.check_depth(depth, parent.append_id(id).value());
            }
            NodeOrText::AppendText(text) => {
                let node = match parent.last_child() {
                    Some(mut last) => self.text(&text, Some(last.value())),
                    None => self.text(&text, None),
                };
                if let Some(node) = node {
                    parent.append(node);
                }
            }
        }
    }

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        let mut tree = self.tree.borrow_mut();
        if let NodeOrText::AppendNode(id) = child {
            if let Some(mut node) = tree.get_mut(id) {
                node.detach();
            }
        }
        let Some(mut sibling) = tree.get_mut(*sibling) else {
            return;
        };
        let Some(depth) = sibling.parent().map(|mut parent| parent.value().depth) else {
            return;
        };
        match child {
            NodeOrText::AppendNode(id) => {
                self.check_depth(depth, sibling.insert_id_before(id).value());
            }
            NodeOrText::AppendText(text) => {
                let node = match sibling.prev_sibling() {
                    Some(mut before) => self.text(&text, Some(before.value())),
                    None => self.text(&text, None),
                };
                if let Some(node) = node {
                    sibling.insert_before(node);
                }
            }
        }
    }

    fn append_based_on_parent_node(&self, element: &NodeId, before: &NodeId, child: NodeOrText<NodeId>) {
        let has_parent = self.tree.borrow().get(*element).is_some_and(|node| node.parent().is_some());
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(before, child);
        }
    }

    fn remove_from_parent(&self, target: &NodeId) {
        if let Some(mut node) = self.tree.borrow_mut().get_mut(*target) {
            node.detach();
        }
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        if let Some(mut parent) = self.tree.borrow_mut().get_mut(*new_parent) {
            parent.reparent_from_id_append(*node);
        }
    }

    fn add_attrs_if_missing(&self, target: &NodeId, more: Vec<Attribute>) {
        let mut tree = self.tree.borrow_mut();
        let Some(mut node) = tree.get_mut(*target) else {
            return;
        };
        if let Kind::Element(_, attributes) = &mut node.value().kind {
            for attribute in more {
                if attributes.iter().all(|there| there.name != attribute.name) {
                    attributes.push(attribute);
                }
            }
        }
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        let tree = self.tree.borrow();
        let contents = tree.get(*target).and_then(|template| template.first_child());
        contents.map_or(*target, |contents| contents.id())
    }
}

/// A node of the tree with its neighbours.
pub(super) type Element<'a> = NodeRef<'a, Node>;

/// Is this one of the elements?
pub(super) fn is_any(node: &Node, names: &[&str]) -> bool {
    names.contains(&node.name())
}
