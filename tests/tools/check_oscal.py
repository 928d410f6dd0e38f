"""Validates the OSCAL component definition of each product with compliance-trestle, and compares its ports with `list`."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from trestle.oscal.component import ComponentDefinition


def printed(command, *arguments):
    return subprocess.run([command, *arguments], check=True, capture_output=True, text=True).stdout


def documented(flow):
    """The TCP and UDP ranges of a flow."""
    for spec in flow["ports"]:
        transports = {"tcp": ["TCP"], "udp": ["UDP"], "any": ["TCP", "UDP"]}.get(spec["transport"], [])
        for transport in transports:
            yield flow["id"], spec["first"], spec["last"], transport


def main(command):
    file = Path(tempfile.mkdtemp()) / "definition.json"

    def read(text):
        file.write_text(text)
        return ComponentDefinition.oscal_read(file)

    ranges = 0
    for product in json.loads(printed(command, "products", "--format", "json")):
        flows = json.loads(printed(command, "list", "--product", product["id"], "--format", "json"))
        text = printed(command, "rules", "--format", "oscal", "--product", product["id"], "--all-scopes")
        definition = read(text)
        [component] = definition.components
        flow_of = {prop.value: prop.group for prop in component.props if prop.name == "protocol"}
        found = {
            (flow_of[protocol.uuid], part.start, part.end, part.transport.value)
            for protocol in component.protocols
            for part in protocol.port_ranges or []
        }
        expected = {one for flow in flows for one in documented(flow)}
        assert found == expected, (product["id"], found ^ expected)
        ranges += len(found)
    assert ranges > 1000, ranges
    # The validator rejects what OSCAL doesn't have.
    for before, after in (('"TCP"', '"ESP"'), ('"start"', '"begin"'), ('"type": "software"', '"kind": "software"')):
        assert before in text
        try:
            read(text.replace(before, after, 1))
        except Exception:
            continue
        raise AssertionError(f"{after} is accepted")
    print(f"compliance-trestle: {ranges} port ranges")


main(sys.argv[1])
