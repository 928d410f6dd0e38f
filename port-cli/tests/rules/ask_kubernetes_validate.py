"""Checks each NetworkPolicy on standard input with kubernetes-validate, and prints it as JSON with the comment above each rule."""

import json
import sys

import kubernetes_validate
import yaml


def comments(text):
    """The comment in the line above each rule, by the list that contains the rule."""
    lines = text.splitlines()
    document = yaml.compose(text, Loader=yaml.SafeLoader)
    [spec] = [value for key, value in document.value if key.value == "spec"]
    return {
        key.value: [lines[rule.start_mark.line - 1].strip().removeprefix("# ") for rule in value.value]
        for key, value in spec.value
        if key.value in ("ingress", "egress")
    }


for line in sys.stdin:
    text = json.loads(line)["text"]
    policy = yaml.safe_load(text)
    version = kubernetes_validate.validate(policy, "1.31", strict=True)
    print(json.dumps({"policy": policy, "comments": comments(text), "version": version}), flush=True)
