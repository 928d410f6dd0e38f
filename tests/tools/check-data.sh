#!/usr/bin/env bash
# Checks exported data with tools from PyPI that are too large for each commit: Polars and DuckDB read it, compliance-trestle validates
# OSCAL, and mypy checks the Python module.
set -euo pipefail
cd "$(dirname "$0")/../.."
directory=$(realpath -m "${CARGO_TARGET_DIR:-target}/tools-full")
requirements=tests/tools/requirements-full.txt

# The copy of the requirements is written last, so that it proves a complete installation.
if ! cmp -s "$requirements" "$directory/requirements.txt"; then
    rm -rf "$directory"
    python3 -m venv "$directory"
    "$directory/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --requirement "$requirements"
    "$directory/bin/python" -m pip check --disable-pip-version-check
    cp "$requirements" "$directory/requirements.txt"
fi
cargo build --quiet --locked --package port-cli
command=$(realpath "${CARGO_TARGET_DIR:-target}/debug/port-catalog")
"$directory/bin/python" tests/tools/check_readers.py "$command"
"$directory/bin/python" tests/tools/check_oscal.py "$command"
"$directory/bin/mypy" --config-file port-python/pyproject.toml port-python/port_catalog
