#!/usr/bin/env bash
# Builds the client of the web page: the scripts, and the engine as wasm. `cargo xtask site --client` adds it to the pages.
#
#   port-web/build.sh [DIRECTORY]
#
# The result is in DIRECTORY, by default target/web. It needs npm and the target wasm32-unknown-unknown of Rust.
set -euo pipefail
out=${1:+$(realpath -m "$1")}
cd "$(dirname "$0")/.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
out=${out:-$target/web}
client=port-web/client
bin=$client/node_modules/.bin

say() { printf '%s: %s\n' "port-web/build.sh" "$*" >&2; }

for command in npm cargo; do
    command -v "$command" > /dev/null || { say "$command is missing"; exit 1; }
done
# Without rustup, cargo says itself that the target is missing.
if command -v rustup > /dev/null; then
    rustup target add wasm32-unknown-unknown > /dev/null 2>&1 || { say "the target wasm32-unknown-unknown can't be installed"; exit 1; }
fi
if ! cmp -s "$client/package-lock.json" "$client/node_modules/installed-lock.json"; then
    npm ci --prefix "$client" --silent --no-audit --no-fund --ignore-scripts
    cp "$client/package-lock.json" "$client/node_modules/installed-lock.json"
fi
(cd "$client" && npm run --silent check)

rm -rf "$out.new"
mkdir -p "$out.new"
for entry in app tools sw theme; do
    format=esm
    [ "$entry" != theme ] || format=iife
    "$bin/esbuild" "$client/src/$entry.ts" --bundle --minify --target=es2022 --format="$format" --log-level=warning \
        --outfile="$out.new/$entry.js"
done

# The module for rules and upgrades, and the one for audits and conflicts.
for module in rules audit; do
    cargo build --quiet --locked --profile wasm --target wasm32-unknown-unknown --package port-web-wasm --no-default-features \
        --features "$module"
    cargo run --quiet --locked --manifest-path port-web/bindgen/Cargo.toml --target-dir "$target/web-bindgen" -- \
        "$target/wasm32-unknown-unknown/wasm/port_web_wasm.wasm" "$out.new" "$module"
    wasm=$out.new/${module}_bg.wasm
    "$bin/wasm-opt" -Oz --enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext --enable-mutable-globals \
        --enable-reference-types --enable-multivalue "$wasm" -o "$wasm"
    "$bin/esbuild" "$out.new/$module.js" --minify --format=esm --target=es2022 --log-level=warning --allow-overwrite \
        --outfile="$out.new/$module.js"
done
rm -f "$out.new"/*.d.ts

# The one file has both modules.
"$bin/esbuild" "$client/src/single.ts" --bundle --minify --target=es2022 --format=esm --log-level=warning --charset=utf8 \
    --alias:engine-audit="$out.new/audit.js" --alias:engine-rules="$out.new/rules.js" --outfile="$out.new/single.js"

rm -rf "$out"
mv "$out.new" "$out"
say "built the client in $out"
