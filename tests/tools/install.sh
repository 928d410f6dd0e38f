#!/usr/bin/env bash
# Installs the tools on which the tests run rules, audits and diagrams, and the converters of pages in reStructuredText and AsciiDoc
# that `cargo xtask` uses too. Starts no service. Does nothing if all are installed.
#
#   tests/tools/install.sh [DIRECTORY]
#
# Debian's packages are installed system-wide, which needs root; Python's in a virtual environment in DIRECTORY, by default
# target/tools, and npm's in its node_modules, without running package scripts. Tools are searched for in PATH, in the directory
# that PORT_TOOLS names, and in target/tools.
set -euo pipefail
directory=${1:+$(realpath -m "$1")}
cd "$(dirname "$0")/../.."
directory=${directory:-$(realpath -m "${CARGO_TARGET_DIR:-target}/tools")}
requirements=tests/tools/requirements.txt
. tests/tools/venv.sh
# Asciidoctor converts AsciiDoc, for port-import. Version 4 needs a newer Node.js than Debian 12 has. hcl2json is HashiCorp's parser.
node_packages=(@asciidoctor/core@3.0.4 @cdktn/hcl2json@0.24.0)
PATH=$PATH:/usr/sbin:/sbin

say() { printf '%s: %s\n' "tests/tools/install.sh" "$*"; }

# The packages of missing commands.
missing_packages() {
    while read -r command package; do
        command -v "$command" > /dev/null || printf '%s\n' "$package"
    done <<'COMMANDS'
nft nftables
iptables-restore iptables
ip6tables-restore iptables
firewall-offline-cmd firewalld
ufw ufw
nmap nmap
yanglint libyang-tools
dot graphviz
ip iproute2
unshare util-linux
setpriv util-linux
strace strace
jq jq
xmllint libxml2-utils
mandoc mandoc
groff groff-base
python3 python3
node nodejs
npm npm
COMMANDS
    python3 -c 'import ensurepip, venv' 2> /dev/null || echo python3-venv
}

# Installs packages without starting their services.
install_packages() {
    local policy=/usr/sbin/policy-rc.d
    if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
        say "missing: $*; install them as root with this system's package manager" >&2
        exit 1
    fi
    # Two runs at once would mistake each other's policy for the system's.
    exec 9> /run/port-catalog-tools.lock
    flock 9
    restore() { if [ -e "$policy.kept" ]; then mv "$policy.kept" "$policy"; else rm -f "$policy"; fi; }
    trap restore EXIT
    if [ -e "$policy" ] && [ ! -e "$policy.kept" ]; then mv "$policy" "$policy.kept"; fi
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q -o DPkg::Lock::Timeout=600 update
    apt-get -q -y -o DPkg::Lock::Timeout=600 install --no-install-recommends "$@"
    restore
    trap - EXIT
    exec 9>&-
}

mapfile -t packages < <(missing_packages | sort -u)
if [ ${#packages[@]} -gt 0 ]; then
    install_packages "${packages[@]}"
    say "installed ${packages[*]}"
    mapfile -t packages < <(missing_packages | sort -u)
    if [ ${#packages[@]} -gt 0 ]; then
        say "installed, but a command is still missing: ${packages[*]}" >&2
        exit 1
    fi
else
    say "Debian's packages are installed"
fi

install_venv "$directory" "$requirements"
say "Python's packages are installed in $directory"

# This file is written last, so that it proves a complete installation.
if [ "$(cat "$directory/node-packages" 2> /dev/null)" = "${node_packages[*]}" ]; then
    say "npm's packages are installed in $directory"
else
    rm -rf "$directory/node_modules"
    echo '{ "private": true }' > "$directory/package.json"
    npm install --prefix "$directory" --silent --no-audit --no-fund --no-package-lock --ignore-scripts --save-exact "${node_packages[@]}"
    echo "${node_packages[*]}" > "$directory/node-packages"
    say "installed ${node_packages[*]} in $directory"
fi
