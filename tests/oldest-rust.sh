#!/usr/bin/env bash
# Compiles the published crates with the oldest Rust that they support, from Debian's packages. To use another Rust of that version,
# set OLDEST_RUST to the directory of its cargo and rustc.
#
#   tests/oldest-rust.sh [--workspace]
#
# With --workspace, everything is compiled, including the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
what=(--package port-catalog --package port-cli --package policy)
if [ "${1:-}" = --workspace ]; then what=(--workspace --all-targets); fi
declared=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
bin=${OLDEST_RUST:-/usr/bin}
version() { "$bin/rustc" --version 2>/dev/null | cut -d' ' -f2 | cut -d. -f1,2; }
if [ "$(version)" != "$declared" ]; then
    find_package() { apt-cache madison "$1" | awk -v v="$declared." 'index($3, v) == 1 { print $3; exit }'; }
    if [ "$(id -u)" != 0 ] || ! apt-get update -q >/dev/null; then
        echo "NOT CHECKED with the oldest Rust: it is not in $bin, and packages can't be installed here" >&2
        exit 0
    fi
    rustc=$(find_package rustc-web) cargo=$(find_package cargo-web)
    if [ -z "$rustc" ] || [ -z "$cargo" ]; then
        # Debian replaces these packages from time to time. That is not an error, but it must be visible.
        echo "NOT CHECKED with the oldest Rust: Debian no longer has a package of Rust $declared" >&2
        exit 0
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends --allow-downgrades \
        "rustc-web=$rustc" "libstd-rust-web-dev=$rustc" "cargo-web=$cargo" >/dev/null
fi
[ "$(version)" = "$declared" ] || { echo "Rust in $bin is $(version); install $declared" >&2; exit 1; }
PATH="$bin:$PATH" RUSTC="$bin/rustc" CARGO_TARGET_DIR=target/oldest-rust \
    "$bin/cargo" check --locked --all-features "${what[@]}"
