#!/usr/bin/env bash
# Installs what port-web/build.sh and port-web/test.sh need: the wasm target of Rust, npm and its packages, and Chromium. Does nothing
# if all are installed. Exits with 1 and the reason if something can't be installed.
#
#   tests/tools/install-web.sh
#
# Chromium and npm are Debian's packages, which need root. npm installs its packages in port-web/client/node_modules, without
# running their scripts.
set -euo pipefail
cd "$(dirname "$0")/../.."

say() { printf '%s: %s\n' "tests/tools/install-web.sh" "$*" >&2; }

rustup target add wasm32-unknown-unknown > /dev/null 2>&1 || { say "rustup can't add the target wasm32-unknown-unknown"; exit 1; }
packages=()
command -v npm > /dev/null || packages+=(nodejs npm)
command -v chromium > /dev/null || [ -n "${CHROMIUM:-}" ] || packages+=(chromium)
if [ ${#packages[@]} -gt 0 ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
        say "missing: ${packages[*]}; install them as root with this system's package manager"
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    { apt-get -q -o DPkg::Lock::Timeout=600 update &&
        apt-get -q -y -o DPkg::Lock::Timeout=600 install --no-install-recommends "${packages[@]}"; } > /dev/null ||
        { say "can't be installed: ${packages[*]}"; exit 1; }
    say "installed ${packages[*]}"
fi
client=port-web/client
if ! cmp -s "$client/package-lock.json" "$client/node_modules/installed-lock.json"; then
    npm ci --prefix "$client" --silent --no-audit --no-fund --ignore-scripts || { say "npm can't install its packages"; exit 1; }
    cp "$client/package-lock.json" "$client/node_modules/installed-lock.json"
fi
say "everything is installed"
