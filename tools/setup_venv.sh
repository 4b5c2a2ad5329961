#!/usr/bin/env bash
# Make the environment named by $1 and install Pouch into it, with its front-end libraries.
# Runs on Debian and macOS (bash 3.2); loads from PyPI, npm and, as root on Debian, from Debian.
set -euo pipefail

venv=${1:?usage: tools/setup_venv.sh FOLDER}
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }
fail() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

# Print the newest usable Python's name; PYTHON=... overrides the search.
find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}

# Debian keeps ensurepip, without which there is no environment, in a package of its own.
ensure_venv_module() {
    local python=$1 package
    "$python" -c 'import ensurepip, venv' 2>/dev/null && return
    package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    command -v apt-get >/dev/null ||
        fail "$python cannot make environments (no module ensurepip): install Python from python.org"
    [ "$(id -u)" -eq 0 ] ||
        fail "$python cannot make environments: run  sudo apt-get install $package  and try again"
    apt_install "$package"
}

apt_install() {
    say "installing $1"
    DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y "$1" </dev/null >/dev/null
}

# The tests of the pages need a browser. Without one they are skipped, except under CI=true.
ensure_chromium() {
    local name
    for name in ${POUCH_CHROMIUM:-chromium chromium-browser google-chrome}; do
        command -v "$name" >/dev/null && return
    done
    # Only a tester needs it: that it cannot be had must not keep a ward from its program.
    if command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ] && apt_install chromium; then
        return
    fi
    name="install Chromium"
    ! command -v apt-get >/dev/null || name="run  sudo apt-get install chromium"
    say "no Chromium, so the tests of the pages are skipped: $name"
}

pip_install() {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
        --constraint constraints.txt "$@"
}

python=$(find_python) ||
    fail "Pouch needs Python 3.11 or newer and found none; install it, or say PYTHON=/path/to/python3"
ensure_venv_module "$python"

extras=sim,dev,research
[ "$(uname -s)" != Linux ] || extras=$extras,recovery
command -v npm >/dev/null || extras=$extras,node

say "making $venv with $("$python" --version)"
"$python" -m venv "$venv"
# Without isolation the build uses the pinned setuptools rather than the newest of the day.
say "installing Pouch and what it needs (extras: $extras)"
pip_install setuptools
pip_install --no-build-isolation --editable ".[$extras]"
say "fetching the page's libraries from npm"
"$venv/bin/python" -m pouch_host.web.assets
say "fetching the 32-bit MicroPython of the device tests from npm"
"$venv/bin/python" -m tests.support.vm32
say "fetching axe-core, which looks for barriers in the pages, from npm"
"$venv/bin/python" -m tests.browser.axe_core
ensure_chromium
say "done: $venv/bin/pouch --help"
