"""Compares the installed module with what the installed command prints."""

import dataclasses
import json
import subprocess

import port_catalog


def printed(*arguments):
    return json.loads(subprocess.run(["port-catalog", *arguments], check=True, capture_output=True).stdout)


def as_json(value):
    """A record as JSON has it: only specs of protocols without ports have `ip_protocol` and `icmp_type`."""
    if dataclasses.is_dataclass(value):
        fields = {field.name: as_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
        if isinstance(value, port_catalog.PortSpec) and value.ip_protocol is None:
            assert fields.pop("ip_protocol") is fields.pop("icmp_type") is None
        return fields
    return [as_json(one) for one in value] if isinstance(value, tuple) else value


def keys(value):
    return [(key, keys(one)) for key, one in value.items()] if isinstance(value, dict) else None


every = printed("list", "--edition", "all", "--format", "json")
newest = printed("list", "--format", "json")
assert as_json(port_catalog.flows(edition="all")) == every
assert as_json(port_catalog.flows()) == newest
assert [keys(one) for one in as_json(port_catalog.flows())] == [keys(one) for one in newest], "fields in another order"
assert len(every) > len(newest) > 1000

products = printed("products", "--format", "json")
assert [one.id for one in port_catalog.products()] == [one["id"] for one in products]
for one in products:
    found = port_catalog.product(one["id"])
    assert [edition.id for edition in found.editions] == [*one["older"], one["edition"]], one
    assert as_json(port_catalog.flows(one["id"])) == [flow for flow in newest if flow["product"] == one["id"]]
    for edition in one["older"]:
        call = printed("list", "--product", f"{one['id']}@{edition}", "--format", "json")
        assert as_json(port_catalog.flows(one["id"], edition=edition)) == call, (one["id"], edition)

# Retired flows are those of the newest edition that has them.
ids = sorted({flow["id"] for flow in every})
retired = [id for id in ids if id not in {flow["id"] for flow in newest}]
assert retired
for id in [*ids[::200], *retired[:5]]:
    assert [as_json(port_catalog.flow(id))] == printed("show", id, "--format", "json"), id

ranges = {spec[end] for flow in newest for spec in flow["ports"] if spec["first"] for end in ("first", "last")}
compared = 0
for port in [*sorted(ranges)[::40], 1, 65535]:
    for transport in ("tcp", "udp", "sctp"):
        exact_first = printed("port", f"{transport}/{port}", "--format", "json")
        assert as_json(port_catalog.by_port(port, transport)) == exact_first, (port, transport)
        compared += len(exact_first)
assert compared > 50, compared
print("the module has what the command prints")
