#!/usr/bin/env bash
# Builds the web page of the catalog and of the fixture, validates its HTML, and uses it in Chromium. `tests/tools/install-web.sh`
# installs what it needs.
#
#   port-web/test.sh [--all]
#
# With --all, the rules of all products in every format are compared with the command's, instead of a sample. If PORT_BUILT is set,
# it is the directory in which `cargo test --workspace` has compiled the programs; otherwise they are compiled.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${1:-}" = --all ]; then export PORT_WEB_ALL=1; fi
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
sites=$target/web-sites
client=port-web/client
export CHROMIUM=${CHROMIUM:-$(command -v chromium)}

port-web/build.sh
if [ -z "${PORT_BUILT:-}" ]; then
    cargo build --quiet --locked --package port-cli --package xtask
    cargo build --quiet --locked --package port-catalog-tests --example hostile_tables
fi
built=$(realpath "${PORT_BUILT:-$target/debug}")
site() { "$built/xtask" site --client "$target/web" "$@"; }
mkdir -p "$sites"
site --out "$sites/catalog" --single "$sites/catalog.html"
site --out "$sites/again" --single "$sites/again.html" > /dev/null
diff -r "$sites/catalog" "$sites/again"
cmp "$sites/catalog.html" "$sites/again.html"
site --tables tests/fixtures/editions --out "$sites/fixture" --single "$sites/fixture.html"

"$built/examples/hostile_tables" "$sites/hostile-tables"
site --tables "$sites/hostile-tables" --out "$sites/hostile" --single "$sites/hostile.html"

# One page of each kind, and every page of products, since their texts differ.
validate() { "$client/node_modules/.bin/html-validate" --config "$client/htmlvalidate.json" "$@"; }
validate "$sites"/catalog/*.html "$sites"/catalog/{about,audit,changes,conflicts,port,rules,upgrade,vendors}/index.html \
    "$sites"/catalog/port/tcp/{443,25}/index.html "$sites"/catalog/p/*/index.html
echo "the HTML is valid"

browser() { node "$client/tests/browser.mjs" "$@" "$built/port-catalog"; }
browser "$sites/catalog" "$sites/catalog.html" port-data/tables
ONLY=bytes browser "$sites/fixture" "$sites/fixture.html" tests/fixtures/editions
ONLY=markup browser "$sites/hostile" "$sites/hostile.html" "$sites/hostile-tables"
