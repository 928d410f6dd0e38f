"""Runs aclgen in each directory named on standard input, and prints the generated files and the warnings.

If asked, the policy for nftables is also generated for iptables. Its targets limit names to 24 characters, so terms get short names
there; the comments, which name the flows, stay.
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
CHAINS = {"mixed input": "INPUT", "mixed output": "OUTPUT", "mixed forward": "FORWARD"}
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Warnings(logging.Handler):
    """Collects the warnings: Aerleon ignores an unknown keyword with only a warning."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


def for_iptables(policy, version):
    """The policy for a version of IP."""
    policy = copy.deepcopy(policy)
    policy["filename"] = version
    for one in policy["filters"]:
        chain = CHAINS[one["header"]["targets"]["nftables"]]
        one["header"]["targets"] = {"speedway": f"{chain} DROP {IPTABLES[version]}"}
        for number, term in enumerate(one["terms"]):
            term["name"] = f"t{number}"
    return policy


def generate(directory, iptables):
    policies = directory / "policies"
    [policy] = (policies / "pol").iterdir()
    definitions = naming.Naming(str(directory / "def"))
    made = []
    aclgen.RenderFile(str(policies), policy, directory, definitions, 2, False, False, made)
    made = {file.name: text for file, text in made}
    if not iptables:
        return made
    policy = yaml.load(policy.read_text(), Loader=LOADER)
    return made | api.Generate([for_iptables(policy, version) for version in IPTABLES], definitions)


warnings = Warnings()
logger = absl_logging.get_absl_logger()
logger.propagate = False
logger.addHandler(warnings)
for line in sys.stdin:
    question = json.loads(line)
    warnings.messages.clear()
    made = generate(pathlib.Path(question["directory"]), question["iptables"])
    print(json.dumps({"made": made, "warnings": warnings.messages}), flush=True)
