"""Loads rules with nft, adds some, deletes others by their handles, and prints those that are left."""

import json, os, subprocess, sys

def nft(*words, text=None):
    return subprocess.run(["nft", *words], input=text, capture_output=True, text=True, check=True).stdout

def rules(table, chain):
    listed = json.loads(nft("-j", "-a", "list", "chain", "inet", table, chain))["nftables"]
    return [item["rule"] for item in listed if "rule" in item]

loaded, added, removed = sys.argv[1:]
nft("-f", loaded)
if os.path.exists(added):
    nft("-f", added)
for line in open(removed) if os.path.exists(removed) else []:
    if not line.startswith("delete rule "):
        assert line.startswith("#"), line
        continue
    chain, rule = line.removeprefix("delete rule inet filter ").split(" ", 1)
    nft("-f", "-", text=f"table inet scratch {{\n chain {chain} {{\n {rule} }}\n }}\n")
    [wanted] = rules("scratch", chain)
    nft("delete", "table", "inet", "scratch")
    same = [rule for rule in rules("filter", chain) if (rule["expr"], rule["comment"]) == (wanted["expr"], wanted["comment"])]
    assert len(same) == 1, (line, same)
    nft("delete", "rule", "inet", "filter", chain, "handle", str(same[0]["handle"]))
listed = json.loads(nft("-j", "list", "ruleset"))["nftables"]
print(json.dumps([[item["rule"]["chain"], item["rule"]["comment"], item["rule"]["expr"]] for item in listed if "rule" in item]))
