# Prints reStructuredText as HTML that port-import reads: tables with spans, lists, headings, and the lines of the source. docutils
# parses the text from standard input; files and raw HTML are disabled. Directives and roles of Sphinx become plain text.
# The result is a JSON object with the HTML and with errors that docutils reports, each with its line.

import collections
import html
import json
import sys

from docutils import core, nodes
from docutils.parsers.rst import Directive, directives, roles

# Directives that insert other files or generated text, and show nothing of their own. Their text is skipped.
INSERTED = {
    "contents", "highlight", "include", "index", "literalinclude", "meta", "raw", "sectionauthor",
    "sectnum", "tabularcolumns", "toctree",
}
CODE = {"code", "code-block", "parsed-literal", "prompt", "sourcecode"}
TABS = {"group-tab", "tab", "tab-item", "tab-set-item"}
# The arguments of these are conditions or names of classes.
SILENT_ARGUMENTS = {"container", "class", "cssclass", "ifconfig", "only", "rst-class"}


class template(nodes.Element):
    """Text that isn't shown."""


class Unknown(Directive):
    """A directive that docutils doesn't have, or that must not read files."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec = collections.defaultdict(lambda: directives.unchanged)

    def run(self):
        argument = self.arguments[0] if self.arguments else ""
        if self.name in INSERTED:
            node = template(text=self.block_text)
            node.line = self.lineno
            return [node]
        if self.name in CODE:
            code = nodes.literal_block(text="\n".join(self.content))
            code.line = self.lineno
            return [code]
        result = []
        if argument and self.name in SILENT_ARGUMENTS:
            result.append(template(text=f"{self.name}:: {argument}"))
        elif argument and self.name in TABS:
            result.append(nodes.rubric(text=argument))
        elif argument:
            words, messages = self.state.inline_text(argument, self.lineno)
            result.append(nodes.paragraph(argument, "", *words))
            result += messages
        for node in result:
            node.line = self.lineno
        content = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, content)
        return result + content.children


def directive(name, language, document):
    known = find_directive(name, language, document) if name not in INSERTED and name not in CODE else (None, [])
    return (known[0] or Unknown, [])


def role(name, language, line, reporter):
    def generic(role, raw, text, line, inliner, options=None, content=None):
        title = text.rsplit("<", 1)[0].strip() if text.endswith(">") else text.lstrip("!~")
        return [nodes.inline(raw, title or text)], []

    found = find_role(name, language, line, reporter)[0]
    return (found or generic, [])


find_directive, find_role = directives.directive, roles.role
directives.directive, roles.role = directive, role

BLOCKS = {
    nodes.bullet_list: "ul", nodes.enumerated_list: "ol", nodes.list_item: "li", nodes.paragraph: "p",
    nodes.definition_list: "dl", nodes.term: "dt", nodes.definition: "dd", nodes.field_list: "dl",
    nodes.docinfo: "dl", nodes.field_name: "dt", nodes.field_body: "dd", nodes.option_list: "dl",
    nodes.option_group: "dt", nodes.description: "dd", nodes.table: "table", nodes.thead: "thead", nodes.tbody: "tbody",
    nodes.row: "tr", nodes.literal_block: "pre", nodes.doctest_block: "pre", nodes.rubric: "h6", template: "template",
    nodes.comment: "template", nodes.substitution_definition: "template", nodes.pending: "template",
    nodes.raw: "template", nodes.line: "p", nodes.attribution: "p", nodes.caption: "p", nodes.math_block: "p",
    nodes.block_quote: "blockquote", nodes.strong: "b", nodes.superscript: "sup", nodes.subscript: "sub",
    nodes.footnote_reference: "sup", nodes.citation_reference: "sup",
}


class Writer:
    def __init__(self):
        self.parts = []
        self.depth = 0

    def write(self, node):
        if isinstance(node, nodes.Text):
            self.parts.append(html.escape(node.astext(), quote=False))
        elif isinstance(node, nodes.system_message):
            pass
        elif isinstance(node, nodes.image):
            self.parts.append(f'<img alt="{html.escape(node.get("alt", ""))}">')
        elif isinstance(node, nodes.title):
            in_table = isinstance(node.parent, nodes.table)
            in_section = isinstance(node.parent, (nodes.section, nodes.document))
            self.element("caption" if in_table else f"h{min(max(self.depth, 1), 6)}" if in_section else "p", node)
        elif isinstance(node, nodes.subtitle):
            self.element("h2", node)
        elif isinstance(node, nodes.section):
            self.depth += 1
            self.children(node)
            self.depth -= 1
        elif isinstance(node, nodes.entry):
            tag = "th" if isinstance(node.parent.parent, nodes.thead) else "td"
            spans = f' colspan={node.get("morecols", 0) + 1} rowspan={node.get("morerows", 0) + 1}'
            self.element(tag, node, spans)
        elif isinstance(node, (nodes.footnote, nodes.citation)):
            label = node[0].astext() if node.children and isinstance(node[0], nodes.label) else ""
            self.parts.append(f"<div>[{html.escape(label)}] ")
            for child in node.children:
                if not isinstance(child, nodes.label):
                    self.write(child)
            self.parts.append("</div>")
        elif isinstance(node, nodes.reference):
            self.parts.append('<a href="#">')
            self.children(node)
            self.parts.append("</a>")
        elif isinstance(node, nodes.classifier):
            self.parts.append(" : ")
            self.children(node)
        elif isinstance(node, nodes.colspec):
            pass
        elif isinstance(node, nodes.tgroup):
            self.children(node)
        else:
            tag = next((tag for kind, tag in BLOCKS.items() if isinstance(node, kind)), None)
            if tag is None:
                block = not isinstance(node, nodes.Inline) and not isinstance(node, nodes.TextElement)
                self.element("div", node) if block else self.children(node)
            else:
                self.element(tag, node)

    def element(self, tag, node, attributes=""):
        line = f' data-line="{node.line}"' if node.line else ""
        self.parts.append(f"<{tag}{line}{attributes}>")
        self.children(node)
        self.parts.append(f"</{tag}>")

    def children(self, node):
        for child in node.children:
            self.write(child)


SETTINGS = {
    "file_insertion_enabled": False, "raw_enabled": False, "input_encoding": "utf-8", "report_level": 5,
    "halt_level": 5, "_disable_config": True, "doctitle_xform": False, "sectsubtitle_xform": False,
    "docinfo_xform": False, "smart_quotes": False, "syntax_highlight": "none", "tab_width": 8,
}

errors = []


def observe(message):
    # Names that other files define stay as text. Where docutils keeps a block as it is, its content isn't understood.
    has_block = any(isinstance(child, nodes.literal_block) for child in message.children)
    if message["level"] >= 4 or message["level"] == 3 and has_block:
        text = " ".join(message.children[0].astext().split()) if message.children else ""
        errors.append({"line": message.get("line", 0), "message": text})


from docutils.utils import Reporter

attach = Reporter.__init__


def init(self, *arguments, **options):
    attach(self, *arguments, **options)
    self.attach_observer(observe)


Reporter.__init__ = init

document = core.publish_doctree(sys.stdin.buffer.read(), settings_overrides=SETTINGS)
writer = Writer()
writer.write(document)
json.dump({"html": "".join(writer.parts), "errors": errors}, sys.stdout)
