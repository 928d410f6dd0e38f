#!/usr/bin/env bash
# Checks exported data with tools from PyPI that are too large for each commit: Polars and DuckDB read it, compliance-trestle validates
# OSCAL, and mypy checks the Python module.
set -euo pipefail
cd "$(dirname "$0")/../.."
directory=$(realpath -m "${CARGO_TARGET_DIR:-target}/tools-full")
requirements=tests/tools/requirements-full.txt
. tests/tools/venv.sh

install_venv "$directory" "$requirements"
cargo build --quiet --locked --package port-cli
command=$(realpath "${CARGO_TARGET_DIR:-target}/debug/port-catalog")
"$directory/bin/python" tests/tools/check_readers.py "$command"
"$directory/bin/python" tests/tools/check_oscal.py "$command"
"$directory/bin/mypy" --config-file port-python/pyproject.toml port-python/port_catalog
