# Sourced by the scripts of this directory.

# Installs a file of requirements in a virtual environment, unless it is installed there. The copy of the requirements is written last,
# so that it proves a complete installation.
install_venv() {
    local directory=$1 requirements=$2
    if cmp -s "$requirements" "$directory/requirements.txt" && "$directory/bin/python" -c '' 2> /dev/null; then
        return
    fi
    if [ -n "$(ls -A "$directory" 2> /dev/null)" ] && [ ! -e "$directory/pyvenv.cfg" ]; then
        echo "$directory contains something other than a virtual environment; choose another directory" >&2
        return 1
    fi
    rm -rf "$directory"
    python3 -m venv "$directory"
    "$directory/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --requirement "$requirements"
    "$directory/bin/python" -m pip check --disable-pip-version-check
    cp "$requirements" "$directory/requirements.txt"
}
