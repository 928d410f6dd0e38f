#!/usr/bin/env bash
# Compiles the published crates with the oldest versions of their dependencies that the manifests allow, since a project that uses
# them may have any of these versions. Works on a copy with its own lockfiles.
set -euo pipefail
cd "$(dirname "$0")/.."
copy=$(realpath -m "${CARGO_TARGET_DIR:-target}/minimal-versions")
export CARGO_TARGET_DIR=$copy/target

# A workspace with some of the crates. The command has its own, so that its dependencies don't raise the library's versions.
workspace() {
    rm -rf "${copy:?}/$1"
    mkdir -p "$copy/$1"
    cp -R "${@:2}" LICENSE-* README.md "$copy/$1"
    local members
    # Tests are not compiled.
    sed -i '/^port-catalog-tests/d' "$copy/$1"/*/Cargo.toml
    members=$(printf '"%s", ' "${@:2}")
    sed "/^members = /,/^\]/c members = [$members]
        /path = \"tests\"/d; /^default-members/d" Cargo.toml > "$copy/$1/Cargo.toml"
}
compile() {
    # Cargo's option for choosing these versions is unstable. It is not used for compiling.
    RUSTC_BOOTSTRAP=1 cargo update --quiet -Z direct-minimal-versions
    cargo check --quiet --locked "$@"
    printf '%s compiles with the oldest versions that its manifest allows:' "$2"
    cargo tree --quiet --locked --package "$2" --all-features --edges normal --depth 1 --prefix none |
        sed -n '2,$ { /(\//d; s/^\([^ ]*\) v\([^ ]*\).*/ \1 \2/p }' | tr -d '\n'
    echo
}

workspace library port-catalog port-codegen port-core port-data port-macros
workspace command port-cli port-engine port-text
sed -i '/path = "port-\(cli\|engine\|text\)"/!s|path = "port-|path = "../library/port-|' "$copy/command/Cargo.toml"
(cd "$copy/library" && compile --package port-catalog --all-features)
(cd "$copy/command" && compile --package port-cli && compile --package port-engine)
