#!/usr/bin/env bash
# Asks cargo-deny of every crate in the lock files: its licence, its source, whether there is a second version of it, and
# what is known against it. `deny.toml` says what may be. `tests/tools/install.sh` installs cargo-deny.
set -euo pipefail
cd "$(dirname "$0")/../.."
deny=${PORT_TOOLS:-target/tools}/bin/cargo-deny
[ -x "$deny" ] || deny=$(command -v cargo-deny) || {
    echo "found no cargo-deny in PATH or target/tools; run tests/tools/install.sh" >&2
    exit 1
}
check() { printf '%s: ' "$1"; "$deny" --locked --config deny.toml --manifest-path "$@"; }

check Cargo.toml check --allow license-exception-not-encountered licenses bans sources
# The rivals of the benchmarks and the fuzzer bring what they like, under a licence and from a source that we like.
for manifest in benchmarks/Cargo.toml fuzz/Cargo.toml; do
    check $manifest check --allow license-not-encountered --allow license-exception-not-encountered licenses sources
done

# The list of advisories is a repository of its own, and not every machine reaches it.
if why=$(timeout 60 "$deny" --config deny.toml fetch db 2>&1); then
    for manifest in {,benchmarks/,fuzz/}Cargo.toml; do check $manifest check advisories; done
else
    printf '\nNOT CHECKED: advisories, unmaintained crates and versions that were withdrawn. Their list cannot be fetched here:\n%s\n\n' \
        "$(grep -v '^$' <<< "$why" | tail -n 1)" >&2
fi
