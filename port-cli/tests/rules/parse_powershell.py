"""Parses the PowerShell scripts on standard input with a grammar for tree-sitter, a script as JSON on each line, and prints the commands.

A command is its name and its parameters, each with its values. Anything that the grammar doesn't know is an error. So is a value that
isn't a plain word, a number, a variable or a string in which nothing is replaced.
"""

import json
import sys

import tree_sitter
import tree_sitter_powershell

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))


def text(node):
    return node.text.decode()


def descendants(node):
    yield node
    for child in node.children:
        yield from descendants(child)


def values(node):
    """The values of an argument."""
    if node.type == "generic_token":
        return [text(node)]
    assert node.type == "array_literal_expression", text(node)
    items = [child for child in node.children if child.type != ","]
    return [value(item) for item in items if text(item).strip()]


def value(node):
    while node.type == "unary_expression":
        [node] = node.children
    if node.type == "string_literal":
        [string] = node.children
        assert string.type == "verbatim_string_characters", text(node)
        return text(string)[1:-1].replace("''", "'")
    assert node.type in ("integer_literal", "variable"), text(node)
    return text(node)


def command(node):
    """The name, and the parameters with their values."""
    parameters = []
    elements = node.child_by_field_name("command_elements")
    for element in elements.children if elements else []:
        if element.type == "command_parameter":
            parameters.append([text(element), []])
        elif element.type != "command_argument_sep":
            parameters[-1][1].extend(values(element))
    return [text(node.child_by_field_name("command_name")), parameters]


for line in sys.stdin:
    root = PARSER.parse(json.loads(line).encode()).root_node
    bad = [text(node) for node in descendants(root) if node.is_error or node.is_missing]
    commands = [command(node) for node in descendants(root) if node.type == "command"]
    lists = [child for child in root.children if child.type == "statement_list"]
    statements = [child for one in lists for child in one.children if child.type != "comment"]
    print(json.dumps({"bad": bad, "commands": commands, "statements": len(statements)}), flush=True)
