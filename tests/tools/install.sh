#!/usr/bin/env bash
# Installs the tools that the tests give rules, audits and diagrams to. Starts no service, and does nothing where all is there.
#
#   tests/tools/install.sh [FOLDER]
#
# Debian's packages go into the system, which needs root; Python's into a virtual environment in FOLDER, target/tools where none is
# given. The tests look for tools in PATH, in the folder that PORT_TOOLS names, and in target/tools.
set -euo pipefail
folder=${1:+$(realpath -m "$1")}
cd "$(dirname "$0")/../.."
folder=${folder:-$(realpath -m "${CARGO_TARGET_DIR:-target}/tools")}
requirements=tests/tools/requirements.txt
PATH=$PATH:/usr/sbin:/sbin

say() { printf '%s: %s\n' "tests/tools/install.sh" "$*"; }

# The packages of which a command is not there.
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
xmllint libxml2-utils
mandoc mandoc
groff groff-base
python3 python3
COMMANDS
    python3 -c 'import ensurepip, venv' 2> /dev/null || echo python3-venv
}

# Installs packages; what they would start is not started.
install_packages() {
    local policy=/usr/sbin/policy-rc.d
    if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
        say "not installed: $*; install them as root, with apt-get or what this system has" >&2
        exit 1
    fi
    # Two of these at once would take each other's policy for the system's.
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
        say "installed, and yet a command is not there: ${packages[*]}" >&2
        exit 1
    fi
else
    say "Debian's packages are there"
fi

# What was installed last says so itself: the copy is written when all else is done.
if cmp -s "$requirements" "$folder/requirements.txt" && "$folder/bin/python" -c '' 2> /dev/null; then
    say "Python's packages are there, in $folder"
else
    if [ -n "$(ls -A "$folder" 2> /dev/null)" ] && [ ! -e "$folder/pyvenv.cfg" ]; then
        say "$folder holds something else than a virtual environment; give another folder" >&2
        exit 1
    fi
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --requirement "$requirements"
    "$folder/bin/python" -m pip check --disable-pip-version-check
    cp "$requirements" "$folder/requirements.txt"
    say "installed Python's packages in $folder"
fi
