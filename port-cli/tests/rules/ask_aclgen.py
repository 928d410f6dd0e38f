"""Runs aclgen in each directory named on standard input, and prints the generated files and the warnings.

The policy is also generated for targets that it doesn't name. Targets of iptables limit names to 24 characters, so terms get short
names there; the comments, which name the flows, stay.
"""

import copy
import json
import logging
import pathlib
import sys

import yaml
from absl import logging as absl_logging
from aerleon import aclgen, api
from aerleon.lib import naming

IPTABLES = {"v4": "inet", "v6": "inet6"}
OTHERS = ["arista", "cisco", "juniper", "paloalto", "srx"]
CHAINS = {"mixed input": "INPUT", "mixed output": "OUTPUT", "mixed forward": "FORWARD"}
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Warnings(logging.Handler):
    """Collects the warnings: Aerleon ignores an unknown keyword with only a warning."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


def for_target(policy, target):
    """The policy for a target other than nftables."""
    policy = copy.deepcopy(policy)
    policy["filename"] = target
    for one in policy["filters"]:
        chain = CHAINS[one["header"]["targets"]["nftables"]]
        if target in IPTABLES:
            one["header"]["targets"] = {"speedway": f"{chain} DROP {IPTABLES[target]}"}
            for number, term in enumerate(one["terms"]):
                term["name"] = f"t{number}"
        elif target in ("paloalto", "srx"):
            one["header"]["targets"] = {target: "from-zone a to-zone b"}
        else:
            one["header"]["targets"] = {target: f"{chain} mixed"}
    return policy


def generate(directory, targets):
    policies = directory / "policies"
    [policy] = (policies / "pol").iterdir()
    definitions = naming.Naming(str(directory / "def"))
    made = []
    aclgen.RenderFile(str(policies), policy, directory, definitions, 2, False, False, made)
    made = {file.name: text for file, text in made}
    others = yaml.load(policy.read_text(), Loader=LOADER)
    return made | api.Generate([for_target(others, target) for target in targets], definitions)


warnings = Warnings()
logger = absl_logging.get_absl_logger()
logger.propagate = False
logger.addHandler(warnings)
for line in sys.stdin:
    question = json.loads(line)
    warnings.messages.clear()
    made = generate(pathlib.Path(question["directory"]), list(IPTABLES) + (OTHERS if question["others"] else []))
    print(json.dumps({"made": made, "warnings": warnings.messages}), flush=True)
