#!/usr/bin/env bash
# Installs Mermaid, to whose own reader the tests give diagrams, with a document for it to stand in. Does nothing where it is there.
#
#   tests/tools/install-mermaid.sh [FOLDER]
#
# npm installs both in FOLDER, target/mermaid where none is given, without running any package's scripts. Where there is no npm,
# Debian's is installed, which needs root. The tests look in the folder that PORT_MERMAID names, and in target/mermaid.
set -euo pipefail
packages=(mermaid@11.17.2 jsdom@26.1.0)
folder=${1:+$(realpath -m "$1")}
cd "$(dirname "$0")/../.."
folder=${folder:-$(realpath -m "${CARGO_TARGET_DIR:-target}/mermaid")}

say() { printf '%s: %s\n' "tests/tools/install-mermaid.sh" "$*"; }

# What was installed last says so itself: this is written when all else is done.
if [ "$(cat "$folder/installed" 2> /dev/null)" = "${packages[*]}" ]; then
    say "Mermaid is there, in $folder"
    exit 0
fi
if ! command -v npm > /dev/null; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
        say "not installed: npm; install it as root, with apt-get or what this system has" >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q -o DPkg::Lock::Timeout=600 update
    apt-get -q -y -o DPkg::Lock::Timeout=600 install --no-install-recommends nodejs npm
fi
if [ -n "$(ls -A "$folder" 2> /dev/null)" ] && [ ! -e "$folder/package.json" ]; then
    say "$folder holds something else than Mermaid; give another folder" >&2
    exit 1
fi
rm -rf "$folder"
mkdir -p "$folder"
echo '{ "private": true }' > "$folder/package.json"
npm install --prefix "$folder" --silent --no-audit --no-fund --no-package-lock --ignore-scripts --save-exact "${packages[@]}"
echo "${packages[*]}" > "$folder/installed"
say "installed ${packages[*]} in $folder"
