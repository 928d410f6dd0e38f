"""Answers each folder of Aerleon that it is asked for with what aclgen makes of it, and what it warns of.

Beside what the policy there asks for, Aerleon makes it for other targets. Those of iptables take names up to 24 characters, so that
terms have short names there; their comments, which name the flows, stay.
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
    """Keeps what Aerleon warns of: it goes on without a word that it does not know."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.told = []

    def emit(self, record):
        self.told.append(record.getMessage())


def for_target(policy, target):
    """The policy for another target than nftables."""
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


def generate(folder, targets):
    policies = folder / "policies"
    [policy] = (policies / "pol").iterdir()
    definitions = naming.Naming(str(folder / "def"))
    made = []
    aclgen.RenderFile(str(policies), policy, folder, definitions, 2, False, False, made)
    made = {file.name: text for file, text in made}
    others = yaml.load(policy.read_text(), Loader=LOADER)
    return made | api.Generate([for_target(others, target) for target in targets], definitions)


warnings = Warnings()
logger = absl_logging.get_absl_logger()
logger.propagate = False
logger.addHandler(warnings)
for line in sys.stdin:
    question = json.loads(line)
    warnings.told.clear()
    made = generate(pathlib.Path(question["directory"]), list(IPTABLES) + (OTHERS if question["others"] else []))
    print(json.dumps({"made": made, "warnings": warnings.told}), flush=True)
