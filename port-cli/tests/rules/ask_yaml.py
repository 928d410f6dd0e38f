"""Parses each YAML document on standard input, and prints it as JSON. CloudFormation's tag !Ref is a key with the name."""

import json
import sys

import yaml


class Loader(yaml.SafeLoader):
    """Rejects keys that a mapping has twice."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        twice = [key for key in keys if keys.count(key) > 1]
        if twice:
            raise ValueError(f"line {node.start_mark.line + 1}: twice: {twice[0]}")
        return super().construct_mapping(node, deep)


Loader.add_constructor("!Ref", lambda loader, node: {"!Ref": loader.construct_scalar(node)})

for line in sys.stdin:
    print(json.dumps(yaml.load(json.loads(line), Loader=Loader)), flush=True)
