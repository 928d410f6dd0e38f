//! Parses HTML into a tree whose nodes have line numbers, within limits.
//!
//! html5ever builds the tree as browsers do. It knows the current line only while it parses, so the sink here records it for
//! each node. The sink also checks depth and size while they grow.

use ego_tree::{NodeId, NodeRef, Tree};
use html5ever::interface::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, ParseOpts, QualName, expanded_name, local_name, ns, parse_document};
use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};

/// The deepest nesting, as in browsers. The time for a deeper tree grows with the square of its depth.
const MAX_DEPTH: usize = 512;
/// The most attributes of an element. The parser compares each with every other.
const MAX_ATTRIBUTES: usize = 1_000;
/// The most spaces, quotes and slashes in one tag or comment. The parser reports a tag only at its end, when it has compared all
/// its attributes already. Any two attributes are separated by one of these characters. A 4 MB image in an attribute has about as
/// many slashes.
const MAX_SEPARATORS: usize = 64 * 1024;
/// How much text is parsed between checks of the limits, in bytes.
const CHUNK: usize = 16 * 1024;

/// A node of the tree.
#[derive(Debug)]
pub(super) struct Node {
    /// The line, from 1: for an element, the line on which its tag ends; for text, the line of its first word.
    pub line: usize,
    depth: usize,
    pub kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Element(QualName, Vec<Attribute>),
    Text(StrTendril),
    /// The document itself, a comment, or a similar node.
    Other,
}

impl Node {
    /// The element's name. Empty for other nodes.
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

    /// Whether one of the element's classes satisfies a predicate.
    pub(super) fn has_class(&self, predicate: impl Fn(&str) -> bool) -> bool {
        self.attribute("class").is_some_and(|classes| classes.split_ascii_whitespace().any(predicate))
    }
}

/// A limit of the parser that a page exceeds.
#[derive(Debug, Clone, Copy)]
pub(super) struct LimitExceeded {
    pub line: usize,
    /// What exceeds the limit: `elements are nested more than 512 deep`.
    pub message: &'static str,
}

/// Parses a page.
pub(super) fn parse(text: &str) -> Result<Tree<Node>, LimitExceeded> {
    let sink = Sink {
        last_line: line_count(text),
        tree: RefCell::new(Tree::new(Node { line: 1, depth: 0, kind: Kind::Other })),
        line: Cell::new(1),
        elements: Cell::new(0),
        // An element takes at least three bytes of text. There are more elements only if tags are never closed: each paragraph
        // opens them again, so their number grows with the square of the text.
        max_elements: text.len() / 2 + 1_000,
        steps: Cell::new(0),
        exceeded: Cell::new(None),
    };
    let mut parser = parse_document(sink, ParseOpts::default());
    let mut rest = text;
    let (mut steps, mut separators) = (0, 0);
    while !rest.is_empty() {
        let mut end = CHUNK.min(rest.len());
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (chunk, after) = rest.split_at(end);
        parser.process(StrTendril::from_slice(chunk));
        let sink = &parser.tokenizer.sink.sink;
        if std::mem::replace(&mut steps, sink.steps.get()) != sink.steps.get() {
            separators = 0;
        }
        separators += chunk.bytes().filter(|byte| byte.is_ascii_whitespace() || b"\"'/".contains(byte)).count();
        if separators > MAX_SEPARATORS {
            sink.exceed("a tag or comment has more than 65536 spaces, quotes and slashes");
        }
        if let Some(exceeded) = sink.exceeded.get() {
            return Err(exceeded);
        }
        rest = after;
    }
    Ok(parser.finish())
}

/// Adds text to the node before it. Returns `false` if that isn't text.
fn append_text(before: &mut Node, node: &Node) -> bool {
    let (Kind::Text(text), Kind::Text(more)) = (&mut before.kind, &node.kind) else {
        return false;
    };
    if text.trim_start().is_empty() {
        before.line = node.line;
    }
    text.push_tendril(more);
    true
}

/// The number of lines as HTML counts them: a carriage return ends a line too.
fn line_count(text: &str) -> usize {
    let ends = text.matches(['\r', '\n']).count() - text.matches("\r\n").count();
    (ends + usize::from(!text.ends_with(['\r', '\n']))).max(1)
}

/// Receives the tree that html5ever builds.
struct Sink {
    last_line: usize,
    tree: RefCell<Tree<Node>>,
    line: Cell<usize>,
    elements: Cell<usize>,
    max_elements: usize,
    /// How often the parser reported something: an element, text, or the end of an element.
    steps: Cell<usize>,
    exceeded: Cell<Option<LimitExceeded>>,
}

impl Sink {
    fn create_node(&self, kind: Kind) -> NodeId {
        self.tree.borrow_mut().orphan(Node { line: self.line.get(), depth: 0, kind }).id()
    }

    fn count_step(&self) {
        self.steps.set(self.steps.get() + 1);
    }

    /// Records that a limit is exceeded, unless one is already.
    fn exceed(&self, message: &'static str) {
        if self.exceeded.get().is_none() {
            self.exceeded.set(Some(LimitExceeded { line: self.line.get(), message }));
        }
    }

    /// A new text node, with the line of its first word.
    fn text_node(&self, text: &StrTendril) -> Node {
        // The current line is the one on which the text ends.
        let start = self.line.get().saturating_sub(text.matches('\n').count());
        let leading_space = text.len() - text.trim_start().len();
        let line = start + text[..leading_space].matches('\n').count();
        Node { line, depth: 0, kind: Kind::Text(text.clone()) }
    }

    fn check_depth(&self, parent: usize, child: &mut Node) {
        child.depth = parent + 1;
        if child.depth > MAX_DEPTH {
            self.exceed("elements are nested more than 512 deep");
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
        // Text outside of the body is reported only after the whitespace that follows it, which at the end of the page is one
        // line too late.
        self.line.set(usize::try_from(line).map_or(self.last_line, |line| line.min(self.last_line)));
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
        self.count_step();
        Ref::map(self.tree.borrow(), |tree| match tree.get(*target).map(|node| &node.value().kind) {
            Some(Kind::Element(name, _)) => name,
            _ => unreachable!("html5ever asks for names of elements only"),
        })
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> NodeId {
        self.count_step();
        if attributes.len() > MAX_ATTRIBUTES {
            self.exceed("an element has more than 1000 attributes");
        }
        self.elements.set(self.elements.get() + 1);
        if self.elements.get() > self.max_elements {
            self.exceed("unclosed elements are reopened in too many paragraphs");
        }
        let has_contents = name.expanded() == expanded_name!(html "template");
        let element = self.create_node(Kind::Element(name, attributes));
        if has_contents {
            let contents = self.create_node(Kind::Other);
            self.append(&element, NodeOrText::AppendNode(contents));
        }
        element
    }

    fn create_comment(&self, _: StrTendril) -> NodeId {
        self.count_step();
        self.create_node(Kind::Other)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> NodeId {
        self.create_node(Kind::Other)
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.count_step();
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
                let node = self.text_node(&text);
                let before = parent.last_child();
                if before.is_none_or(|mut before| !append_text(before.value(), &node)) {
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
                let node = self.text_node(&text);
                let before = sibling.prev_sibling();
                if before.is_none_or(|mut before| !append_text(before.value(), &node)) {
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

/// A node of the tree, from which its neighbours can be reached.
pub(super) type Element<'a> = NodeRef<'a, Node>;

/// Whether a node is one of these elements, whose names are sorted.
pub(super) fn is_any(node: &Node, names: &[&str]) -> bool {
    let name = node.name();
    !name.is_empty() && names.binary_search(&name).is_ok()
}
