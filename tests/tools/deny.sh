#!/usr/bin/env bash
# Checks every crate in the lockfiles with cargo-deny: licence, source, duplicate versions and advisories. `deny.toml` says what is
# allowed. `tests/tools/install.sh` installs cargo-deny.
set -euo pipefail
cd "$(dirname "$0")/../.."
deny=${PORT_TOOLS:-target/tools}/bin/cargo-deny
[ -x "$deny" ] || deny=$(command -v cargo-deny) || {
    echo "cargo-deny is not in PATH or target/tools; run tests/tools/install.sh" >&2
    exit 1
}
check() { printf '%s: ' "$1"; "$deny" --locked --config deny.toml --manifest-path "$@"; }

check Cargo.toml check --allow license-exception-not-encountered licenses bans sources
# The alternatives in the benchmarks, the fuzzer and the generator for the web page may have duplicate dependencies, but only allowed licences and sources.
for manifest in benchmarks/Cargo.toml fuzz/Cargo.toml port-web/bindgen/Cargo.toml; do
    check $manifest check --allow license-not-encountered --allow license-exception-not-encountered licenses sources
done

# The advisories are in a separate repository that not every machine can reach.
if why=$(timeout 60 "$deny" --config deny.toml fetch db 2>&1); then
    for manifest in {,benchmarks/,fuzz/,port-web/bindgen/}Cargo.toml; do check $manifest check advisories; done
else
    printf '\nNOT CHECKED: advisories, unmaintained crates and yanked versions, since their list cannot be downloaded here:\n%s\n\n' \
        "$(grep -v '^$' <<< "$why" | tail -n 1)" >&2
fi
