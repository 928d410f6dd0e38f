#!/usr/bin/env bash
# Compiles the published crates with the oldest versions of their dependencies that their manifests allow: a project that
# depends on them may have any. Works on a copy, whose lock files are made for it.
set -euo pipefail
cd "$(dirname "$0")/.."
copy=$(realpath -m "${CARGO_TARGET_DIR:-target}/minimal-versions")
export CARGO_TARGET_DIR=$copy/target

# A workspace with some of the crates. The command stands apart, or what it needs would be asked of the library.
workspace() {
    rm -rf "${copy:?}/$1"
    mkdir -p "$copy/$1"
    cp -R "${@:2}" schema LICENSE-* README.md "$copy/$1"
    local members
    # Tests are not compiled.
    sed -i '/^port-catalog-tests/d' "$copy/$1"/*/Cargo.toml
    members=$(printf '"%s", ' "${@:2}")
    sed "s/^members = .*/members = [$members]/; /path = \"tests\"/d; /^default-members/d" Cargo.toml > "$copy/$1/Cargo.toml"
}
compile() {
    # Cargo chooses such versions under an option that is not stable yet. Nothing is compiled so.
    RUSTC_BOOTSTRAP=1 cargo update --quiet -Z direct-minimal-versions
    cargo check --quiet --locked "$@"
    printf '%s compiles with the oldest versions that its manifest allows:' "$2"
    cargo tree --quiet --locked --package "$2" --all-features --edges normal --depth 1 --prefix none |
        sed -n '2,$ { /(\//d; s/^\([^ ]*\) v\([^ ]*\).*/ \1 \2/p }' | tr -d '\n'
    echo
}

workspace library port-catalog port-codegen port-data port-macros
workspace command port-cli
sed -i 's|path = "port-|path = "../library/port-|' "$copy/command/Cargo.toml"
(cd "$copy/library" && compile --package port-catalog --all-features)
(cd "$copy/command" && compile --package port-cli)
