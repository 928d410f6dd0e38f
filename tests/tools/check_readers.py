"""Reads what `list` prints with the default readers of Polars and DuckDB, and compares every value with the JSON."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import polars

PORTMAP = {
    **dict.fromkeys(("product", "edition", "id", "direction", "component", "peer", "transport", "service", "requirement"), str),
    **dict.fromkeys(("first", "last"), int),
}


def without_missing(value):
    """A value as readers give it, without the keys of specs that only protocols without ports have."""
    if isinstance(value, dict):
        members = {key: without_missing(one) for key, one in value.items()}
        return {key: one for key, one in members.items() if one is not None or key not in ("ip_protocol", "icmp_type")}
    return [without_missing(one) for one in value] if isinstance(value, list) else value


def port_lines(flows):
    """The lines of the portmap."""
    for flow in flows:
        for spec in flow["ports"]:
            transports = ["tcp", "udp"] if spec["transport"] == "any" else [spec["transport"]]
            for transport in transports if spec["first"] is not None else []:
                line = {**flow, **spec, "transport": transport}
                yield {name: line[name] for name in PORTMAP}


def in_order(rows):
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


def assert_same(reader, found, expected):
    found, expected = in_order(without_missing(found)), in_order(without_missing(expected))
    different = [pair for pair in zip(found, expected) if pair[0] != pair[1]][:1]
    assert found == expected, f"{reader}: {len(found)} rows instead of {len(expected)}; {different}"
    print(f"{reader}: {len(found)} rows")


def duckdb_rows(query):
    relation = duckdb.sql(query)
    return [dict(zip(relation.columns, row)) for row in relation.fetchall()]


def main(command):
    directory = Path(tempfile.mkdtemp())

    def export(name, *arguments):
        file = directory / name
        with file.open("wb") as output:
            subprocess.run([command, "list", *arguments], check=True, stdout=output, stderr=subprocess.DEVNULL)
        return file

    for edition in ("latest", "all"):
        call = ("--edition", edition, "--format")
        expected = json.loads(export("flows.json", *call, "json").read_text())
        assert len(expected) > 1000
        full = "--full-rows-first"
        array, lines = export("full.json", *call, "json", full), export("full.jsonl", *call, "jsonl", full)
        assert_same("polars.read_json", polars.read_json(array).to_dicts(), expected)
        assert_same("polars.read_ndjson", polars.read_ndjson(lines).to_dicts(), expected)
        assert_same("polars.scan_ndjson", polars.scan_ndjson(lines).collect().to_dicts(), expected)
        # In catalog order, Polars has to infer types from all rows.
        every = polars.read_json(directory / "flows.json", infer_schema_length=None)
        assert_same("polars.read_json, all rows inferred", every.to_dicts(), expected)
        for name, option in (("json", ()), ("jsonl", ()), ("json", (full,)), ("jsonl", (full,))):
            file = export(f"duckdb.{name}", *call, name, *option)
            assert_same(f"DuckDB read_json, {name}", duckdb_rows(f"from read_json('{file}')"), expected)
            assert_same(f"DuckDB read_json_auto, {name}", duckdb_rows(f"from read_json_auto('{file}')"), expected)
        portmap = export("ports.csv", *call, "portmap")
        expected = list(port_lines(expected))
        for reader, rows in (
            ("polars.read_csv, portmap", polars.read_csv(portmap).to_dicts()),
            ("DuckDB read_csv, portmap", duckdb_rows(f"from read_csv('{portmap}')")),
        ):
            assert_same(reader, rows, expected)
            for name, kind in PORTMAP.items():
                assert {type(row[name]) for row in rows} <= {kind, type(None)}, (reader, name)


main(sys.argv[1])
