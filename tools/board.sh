#!/usr/bin/env bash
# Puts the firmware on a board, or runs the board's tests on it. Called by `make flash` and
# `make board-test`; docs/BAND.md tells the rest.
#
#   tools/board.sh flash|test PORT BOARD
#
# A running band has a watchdog that only a reset stops, and 8 s of it on a Pico W. So the first
# thing is a file that lets the next start stop at the prompt, and a reset.
set -euo pipefail
cd "$(dirname "$0")/.."

mpremote=${MPREMOTE:-mpremote}
python=${PYTHON:-python3}
build=${BUILD_DIR:-build}
# Between two attempts to reach a board that starts or sleeps.
wait_s=${BOARD_WAIT_S:-1}
attempts_max=15

fail() {
    echo "board.sh: $*" >&2
    exit 1
}

usage() {
    echo "board.sh: $*: tools/board.sh flash|test PORT xiao_esp32c3|pico_w" >&2
    exit 2
}

# Without `resume` mpremote resets the interpreter first, and a board's boot files run again.
on_board() {
    "$mpremote" connect "$port" resume "$@"
}

reach_board() {
    local attempt
    for ((attempt = 1; attempt <= attempts_max; attempt++)); do
        if on_board exec "pass" >/dev/null 2>&1; then
            return
        fi
        if ((attempt == 2)); then
            echo "no answer on $port yet: press the band's button once, it may be asleep"
        fi
        sleep "$wait_s"
    done
    fail "no board answers on $port: is it plugged in, and is no other program using the port?"
}

hold="import os
try:
 os.mkdir('/pouch')
except OSError:
 pass
open('/pouch/hold', 'w').close()"

# An update that a band received before is older than what is copied now: without its state the
# loader starts what was copied. The state goes before the slots: it must not name what is gone.
release="import os
for name in ('/pouch/hold', '/pouch/firmware/state', '/pouch/firmware/a', '/pouch/firmware/b'):
 try:
  os.remove(name)
 except OSError:
  pass"

stop_band() {
    reach_board
    on_board exec "$hold" + reset
    # The reset comes a tenth of a second after mpremote has gone.
    sleep "$wait_s"
    reach_board
    # The start took the file away. It is there again until all is done, so that a copy that breaks
    # off leaves a board that waits at its prompt, and not half a program.
    on_board exec "$hold"
}

start_band() {
    on_board exec "$release" + reset
}

# What is compiled here costs the board neither heap nor seconds at each of its starts.
build_image() {
    "$python" tools/build_image.py "$board" "$build" || fail "nothing was copied"
}

copy_image() {
    local tree=$build/$board kept
    kept=$(cd "$tree" && find start -type f | LC_ALL=C sort | sed "s|.*|'&',|" | tr -d '\n')
    on_board exec "kept = ($kept)" + run tools/on_board/sweep.py
    # Copied only where its hash differs. main.py last: a copy that breaks off starts nothing.
    on_board cp "$build/$board.pouch" :factory.pouch
    on_board cp -r "$tree/start/" "$tree/main.py" :
}

check_board() {
    local found version machine
    found=$(on_board exec "import os, sys
print('%d.%d' % sys.implementation[1][:2], os.uname().machine)") || fail "no answer on $port"
    found=${found%$'\r'}
    version=${found%% *}
    machine=${found#* }
    case "$board:$machine" in
    xiao_esp32c3:*ESP32C3* | xiao_esp32c3:*ESP32-C3* | pico_w:*"Pico W"*RP2040*) ;;
    *) fail "on $port is a $machine, not a $board: say which with BOARD=" ;;
    esac
    # esp32.wake_on_gpio came with 1.27.
    if ((${version%%.*} < 1 || (${version%%.*} == 1 && ${version##*.} < 27))); then
        fail "MicroPython $version on $port is too old: 1.27 or newer, see docs/BAND.md"
    fi
    echo "$machine, MicroPython $version"
}

(($# == 3)) || usage "three arguments are needed"
port=$2
board=$3
[[ -n $port ]] || usage "say which port, e.g. PORT=/dev/ttyACM0"
[[ -f firmware/boards/$board.py && $board != __init__ ]] || usage "no board named '$board'"

case "$1" in
flash)
    build_image
    stop_band
    check_board
    copy_image
    start_band
    echo "copied; the band starts: its light is green for a moment"
    ;;
test)
    [[ -f tests/device/run.py ]] || fail "tests/device/run.py is missing"
    stop_band
    check_board
    on_board mip install unittest
    # Mounted, not copied: nothing is left on the board, and its flash is not worn.
    passed=0
    on_board mount . run tests/device/run.py || passed=$?
    start_band
    ((passed == 0)) || fail "tests failed on $port"
    ;;
*)
    usage "no command named '$1'"
    ;;
esac
