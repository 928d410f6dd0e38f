#!/usr/bin/env bash
# Installs Mermaid, whose parser the tests run on diagrams, and jsdom, which Mermaid needs. Does nothing if they are installed.
#
#   tests/tools/install-mermaid.sh [DIRECTORY]
#
# npm installs both in DIRECTORY, by default target/mermaid, without running package scripts. If npm is missing, Debian's package is
# installed, which needs root. The tests look in the directory that PORT_MERMAID names and in target/mermaid.
set -euo pipefail
packages=(mermaid@11.17.2 jsdom@26.1.0)
directory=${1:+$(realpath -m "$1")}
cd "$(dirname "$0")/../.."
directory=${directory:-$(realpath -m "${CARGO_TARGET_DIR:-target}/mermaid")}

say() { printf '%s: %s\n' "tests/tools/install-mermaid.sh" "$*"; }

# This file is written last, so that it proves a complete installation.
if [ "$(cat "$directory/installed" 2> /dev/null)" = "${packages[*]}" ]; then
    say "Mermaid is installed in $directory"
    exit 0
fi
if ! command -v npm > /dev/null; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
        say "npm is missing; install it as root with this system's package manager" >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q -o DPkg::Lock::Timeout=600 update
    apt-get -q -y -o DPkg::Lock::Timeout=600 install --no-install-recommends nodejs npm
fi
if [ -n "$(ls -A "$directory" 2> /dev/null)" ] && [ ! -e "$directory/package.json" ]; then
    say "$directory contains something other than Mermaid; choose another directory" >&2
    exit 1
fi
rm -rf "$directory"
mkdir -p "$directory"
echo '{ "private": true }' > "$directory/package.json"
npm install --prefix "$directory" --silent --no-audit --no-fund --no-package-lock --ignore-scripts --save-exact "${packages[@]}"
echo "${packages[*]}" > "$directory/installed"
say "installed ${packages[*]} in $directory"
