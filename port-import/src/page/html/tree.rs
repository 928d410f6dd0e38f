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
/// The most attributes of an element. The parser compares each with every other.
const MAX_ATTRIBUTES: usize = 1_000;
/// How many blanks, quotes and slashes may stand in one tag or comment. The parser tells of a tag at its end only, and has
/// compared all its attributes by then; something stands between any two of them. A picture of 4 MB in an attribute has
/// as many slashes.
const MAX_GAPS: usize = 64 * 1024;
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
        last_line: line_count(text),
        tree: RefCell::new(Tree::new(Node { line: 1, depth: 0, kind: Kind::Other })),
        line: Cell::new(1),
        elements: Cell::new(0),
        // An element takes at least three bytes of text. More come of tags that never close and are opened again in
        // each paragraph, which grows with the square of the text.
        max_elements: text.len() / 2 + 1_000,
        steps: Cell::new(0),
        passed: Cell::new(None),
    };
    let mut parser = parse_document(sink, ParseOpts::default());
    let mut rest = text;
    let (mut steps, mut gaps) = (0, 0);
    while !rest.is_empty() {
        let mut end = CHUNK.min(rest.len());
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (chunk, after) = rest.split_at(end);
        parser.process(StrTendril::from_slice(chunk));
        let sink = &parser.tokenizer.sink.sink;
        if std::mem::replace(&mut steps, sink.steps.get()) != sink.steps.get() {
            gaps = 0;
        }
        gaps += chunk.bytes().filter(|byte| byte.is_ascii_whitespace() || b"\"'/".contains(byte)).count();
        if gaps > MAX_GAPS {
            sink.pass("tags and comments with at most 65536 blanks, quotes and slashes");
        }
        if let Some(passed) = sink.passed.get() {
            return Err(passed);
        }
        rest = after;
    }
    Ok(parser.finish())
}

/// Adds a text to the node before it; false where that is no text.
fn join(before: &mut Node, node: &Node) -> bool {
    let (Kind::Text(text), Kind::Text(more)) = (&mut before.kind, &node.kind) else {
        return false;
    };
    if text.trim_start().is_empty() {
        before.line = node.line;
    }
    text.push_tendril(more);
    true
}

/// Lines as HTML counts them: a carriage return ends one too.
fn line_count(text: &str) -> usize {
    let ends = text.matches(['\r', '\n']).count() - text.matches("\r\n").count();
    (ends + usize::from(!text.ends_with(['\r', '\n']))).max(1)
}

/// What html5ever builds the tree with.
struct Sink {
    last_line: usize,
    tree: RefCell<Tree<Node>>,
    line: Cell<usize>,
    elements: Cell<usize>,
    max_elements: usize,
    /// How often the parser told of something, be it an element, a text, or the end of one.
    steps: Cell<usize>,
    passed: Cell<Option<(usize, &'static str)>>,
}

impl Sink {
    fn orphan(&self, kind: Kind) -> NodeId {
        self.tree.borrow_mut().orphan(Node { line: self.line.get(), depth: 0, kind }).id()
    }

    fn step(&self) {
        self.steps.set(self.steps.get() + 1);
    }

    fn pass(&self, limit: &'static str) {
        if self.passed.get().is_none() {
            self.passed.set(Some((self.line.get(), limit)));
        }
    }

    /// A new text node, with the line of its first word.
    fn text(&self, text: &StrTendril) -> Node {
        // The line is that of the text's end.
        let start = self.line.get().saturating_sub(text.matches('\n').count());
        let blanks = text.len() - text.trim_start().len();
        let line = start + text[..blanks].matches('\n').count();
        Node { line, depth: 0, kind: Kind::Text(text.clone()) }
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
        // Words around the body are told of only after the blanks that follow them, at the page's end one line late.
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
        self.step();
        Ref::map(self.tree.borrow(), |tree| match tree.get(*target).map(|node| &node.value().kind) {
            Some(Kind::Element(name, _)) => name,
            _ => unreachable!("html5ever asks for names of elements only"),
        })
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> NodeId {
        self.step();
        if attributes.len() > MAX_ATTRIBUTES {
            self.pass("elements with at most 1000 attributes");
        }
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
        self.step();
        self.orphan(Kind::Other)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> NodeId {
        self.orphan(Kind::Other)
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.step();
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
                let node = self.text(&text);
                let before = parent.last_child();
                if before.is_none_or(|mut before| !join(before.value(), &node)) {
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
                let node = self.text(&text);
                let before = sibling.prev_sibling();
                if before.is_none_or(|mut before| !join(before.value(), &node)) {
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

/// Is this one of the elements, whose names are sorted?
pub(super) fn is_any(node: &Node, names: &[&str]) -> bool {
    let name = node.name();
    !name.is_empty() && names.binary_search(&name).is_ok()
}
