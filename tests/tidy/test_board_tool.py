"""`make flash` and `make board-test`, with an mpremote that only takes notes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pouch_protocol import package
from tests.support.micropython import run_in_micropython
from tests.tidy.source import ROOT

XIAO = "Seeed XIAO ESP32C3 with ESP32-C3"
OLDER_XIAO = "ESP32C3 module with ESP32C3"
PICO_W = "Raspberry Pi Pico W with RP2040"
PORT = "/dev/ttyACM7"

FAKE = """#!{python}
import json, os, sys
notes = os.environ["NOTES"]
with open(notes, "a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
count = len(open(notes).read().splitlines())
command = sys.argv[4]
if count <= int(os.environ.get("DEAF", "0")):
    sys.exit("mpremote: no device")
if command == "exec" and "uname" in sys.argv[5]:
    print(os.environ["VERSION"], os.environ["MACHINE"], end="\\r\\n")
if command == os.environ.get("FAILS"):
    sys.exit(1)
"""


@pytest.fixture
def run_make(tmp_path):
    """Return a function that runs a target of the Makefile and returns its result and calls."""
    mpremote = tmp_path / "mpremote"
    mpremote.write_text(FAKE.format(python=sys.executable), encoding="utf-8")
    mpremote.chmod(0o755)
    stamp = tmp_path / "stamp"
    stamp.touch()
    notes = tmp_path / "notes"

    def run(target, *arguments, machine=XIAO, version="1.29", cwd=ROOT, **environment):
        notes.write_text("")
        command = ["make", "--no-print-directory", target, f"VENV_STAMP={stamp}"]
        result = subprocess.run(
            [*command, f"MPREMOTE={mpremote}", *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=cwd,
            timeout=60,
            env=os.environ
            | {
                "NOTES": str(notes),
                "BOARD_WAIT_S": "0",
                "BUILD_DIR": str(tmp_path / "built"),
                "MACHINE": machine,
                "VERSION": version,
            }
            | environment,
        )
        return result, [json.loads(line) for line in notes.read_text().splitlines()]

    return run


def what(calls):
    """Return what was asked of the board, in order and in short."""
    names = []
    for connect, port, resume, command, *arguments in calls:
        assert (connect, port, resume) == ("connect", PORT, "resume")
        text = arguments[0] if arguments else ""
        if command == "exec":
            name = "look"
            if text == "pass":
                name = "reach"
            elif "'/pouch/hold', 'w'" in text:
                name = "hold"
            elif text.startswith("kept = ("):
                assert arguments[1:] == ["+", "run", "tools/on_board/sweep.py"]
                name = "sweep"
            elif "os.remove" in text:
                name = "release"
            names.append(name + ("+reset" if arguments[1:] == ["+", "reset"] else ""))
        else:
            # What was built stands in a folder of the test's own.
            words = [word.partition("/built/")[2] or word for word in arguments]
            names.append(" ".join([command, *words]))
    return names


# What copies the image, and then what starts it, main.py last.
def copies(board="xiao_esp32c3"):
    return [f"cp {board}.pouch :factory.pouch", f"cp -r {board}/start/ {board}/main.py :"]


@pytest.mark.parametrize(
    ("board", "machine"),
    [("xiao_esp32c3", XIAO), ("xiao_esp32c3", OLDER_XIAO), ("pico_w", PICO_W)],
)
def test_flash_stops_the_watchdog_copies_and_starts(run_make, board, machine):
    result, calls = run_make("flash", f"PORT={PORT}", f"BOARD={board}", machine=machine)
    assert result.returncode == 0, result.stderr
    # The file comes before the copy a second time: the start in between took it away.
    assert what(calls) == [
        "reach",
        "hold+reset",
        "reach",
        "hold",
        "look",
        "sweep",
        *copies(board),
        "release+reset",
    ]
    assert machine in result.stdout


@pytest.mark.parametrize(("board", "machine"), [("xiao_esp32c3", XIAO), ("pico_w", PICO_W)])
def test_flash_keeps_on_the_board_exactly_what_it_copies(run_make, tmp_path, board, machine):
    result, calls = run_make("flash", f"PORT={PORT}", f"BOARD={board}", machine=machine)
    assert result.returncode == 0, result.stderr
    (kept,) = (call[4] for call in calls if call[4].startswith("kept"))
    tree = tmp_path / "built" / board
    files = [path.relative_to(tree).as_posix() for path in (tree / "start").rglob("*.*")]
    assert "start/pack.mpy" in files
    assert kept == f"kept = ({''.join(repr(name) + ',' for name in sorted(files))})"
    (copied,) = (call for call in calls if ":factory.pouch" in call)
    header, names = package.decode_index(Path(copied[4]).read_bytes())
    assert header["board"] == board
    assert [path for path, _, _ in names if path.startswith("boards/")] == [
        "boards/__init__.mpy",
        f"boards/{board}.mpy",
    ]


def test_flash_of_a_firmware_that_does_not_compile_touches_no_board(run_make, tmp_path):
    # Goal: nobody holds half a band in hand. Method: a Python whose build always fails.
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'build_image.py: band/app.py: SyntaxError' >&2\nexit 1\n")
    python.chmod(0o755)
    result, calls = run_make("flash", f"PORT={PORT}", f"BUILD_PYTHON={python}")
    assert result.returncode != 0
    assert "SyntaxError" in result.stderr
    assert "nothing was copied" in result.stderr
    assert calls == []


def test_sweep_removes_what_would_run_instead_and_nothing_of_others(tmp_path):
    board = tmp_path / "board"
    kept = ["start/loader.mpy", "start/pack.mpy"]
    stale = [
        "band/app.py",
        "band/app.mpy",
        "start/loader.py",
        "start/old.mpy",
        "lib/pouch_protocol/crc.py",
        "drivers/deep/a.py",
        "boards/pico_w.mpy",
        "pouch/firmware/a",
        "pouch/firmware/b",
    ]
    others = [
        "factory.pouch",
        "main.py",
        "lib/unittest/__init__.mpy",
        "pouch/log/00000000.seg",
        "pouch/config.json",
        "boot.py",
        "mine/app.py",
    ]
    for name in kept + stale + others:
        (board / name).parent.mkdir(parents=True, exist_ok=True)
        (board / name).touch()
    for removed in (stale, []):
        assert sorted(sweep(board, kept)) == sorted(f"removed {name}" for name in removed)
    left = [path.relative_to(board).as_posix() for path in board.rglob("*") if path.is_file()]
    assert sorted(left) == sorted(kept + others)
    assert not (board / "drivers").exists()


def sweep(board, kept):
    """Sweep a folder as if it were a board; return the lines that were printed."""
    script = (ROOT / "tools" / "on_board" / "sweep.py").as_posix()
    result = run_in_micropython(
        "-c",
        f"import os; os.chdir({str(board)!r}); kept = {tuple(kept)!r}\n"
        f"exec(open({script!r}).read())",
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.splitlines()


@pytest.mark.parametrize(
    ("state", "removed"),
    [
        (b"a 9 - 512 0 12345678", ["b"]),
        (b"b 3 a 512 0 12345678", ["a"]),
        # The factory's copy runs, or nobody knows what does.
        (b"- 9 - 0 0 12345678", ["a", "b"]),
        (b"", ["a", "b"]),
        (None, ["a", "b"]),
    ],
)
def test_sweep_gives_the_room_of_every_update_but_the_running_one(tmp_path, state, removed):
    folder = tmp_path / "pouch" / "firmware"
    folder.mkdir(parents=True)
    for slot in "ab":
        (folder / slot).touch()
    if state is not None:
        (folder / "state").write_bytes(state)
    assert sweep(tmp_path, []) == [f"removed pouch/firmware/{slot}" for slot in removed]
    assert {path.name for path in folder.iterdir()} - {"state"} == {*"ab"} - {*removed}


def test_band_starts_what_was_flashed_and_no_update_of_before(run_make, tmp_path):
    # Method: run what the tool sends for the end, on a folder in the place of the board's root.
    _, calls = run_make("flash", f"PORT={PORT}")
    release = next(call[4] for call in calls if "reset" in call and "os.remove" in call[4])
    folder = tmp_path / "pouch" / "firmware"
    folder.mkdir(parents=True)
    left_alone = folder / "state.new"
    for path in (tmp_path / "pouch" / "hold", folder / "state", folder / "a", left_alone):
        path.touch()
    result = run_in_micropython("-c", release.replace("'/pouch", f"'{tmp_path}/pouch"))
    assert result.returncode == 0, result.stdout + result.stderr
    assert [path for path in (tmp_path / "pouch").rglob("*") if path.is_file()] == [left_alone]


def test_flash_takes_the_reference_board_by_itself(run_make):
    assert run_make("flash", f"PORT={PORT}")[0].returncode == 0
    result, _ = run_make("flash", f"PORT={PORT}", machine=PICO_W)
    assert result.returncode != 0


def test_flash_on_another_board_copies_nothing(run_make):
    result, calls = run_make("flash", f"PORT={PORT}", "BOARD=pico_w")
    assert result.returncode != 0
    assert f"on {PORT} is a {XIAO}, not a pico_w: say which with BOARD=" in result.stderr
    assert not [name for name in what(calls) if name.startswith(("cp", "sweep"))]


@pytest.mark.parametrize("version", ["1.26", "0.9"])
def test_flash_on_an_old_micropython_copies_nothing(run_make, version):
    result, calls = run_make("flash", f"PORT={PORT}", version=version)
    assert result.returncode != 0
    assert f"MicroPython {version} on {PORT} is too old" in result.stderr
    assert not [name for name in what(calls) if name.startswith(("cp", "sweep"))]


@pytest.mark.parametrize("version", ["1.27", "1.30", "2.0"])
def test_flash_on_a_newer_micropython_copies(run_make, version):
    calls = what(run_make("flash", f"PORT={PORT}", version=version)[1])
    assert [name for name in calls if name.startswith("cp")] == copies()


def test_flash_waits_for_a_band_that_sleeps(run_make):
    result, calls = run_make("flash", f"PORT={PORT}", DEAF="6")
    assert result.returncode == 0
    assert "press the band's button" in result.stdout
    assert what(calls)[:8] == ["reach"] * 7 + ["hold+reset"]


def test_flash_gives_up_on_a_port_where_nobody_is(run_make):
    result, calls = run_make("flash", f"PORT={PORT}", DEAF="1000")
    assert result.returncode != 0
    assert f"no board answers on {PORT}" in result.stderr
    assert set(what(calls)) == {"reach"}


def test_flash_that_breaks_off_leaves_the_board_at_its_prompt(run_make):
    result, calls = run_make("flash", f"PORT={PORT}", FAILS="cp")
    assert result.returncode != 0
    assert what(calls)[-1] == copies()[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "say which port, e.g. PORT=/dev/ttyACM0"),
        ([f"PORT={PORT}", "BOARD=arduino"], "no board named 'arduino'"),
        ([f"PORT={PORT}", "BOARD=__init__"], "no board named '__init__'"),
    ],
)
@pytest.mark.parametrize("target", ["flash", "board-test"])
def test_wrong_options_are_told_in_one_line(run_make, target, arguments, message):
    result, calls = run_make(target, *arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert calls == []


@pytest.fixture
def tree_with_device_tests(tmp_path):
    """Return a copy of what the tool reads, with a file of tests for a board."""
    root = tmp_path / "tree"
    for name in ("tools/board.sh", "Makefile", "firmware/boards/xiao_esp32c3.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    (root / "tests" / "device").mkdir(parents=True)
    (root / "tests" / "device" / "run.py").touch()
    for name in ("pyproject.toml", "constraints.txt", "tools/setup_venv.sh"):
        (root / name).touch()
        os.utime(root / name, (0, 0))
    web = root / "host" / "pouch_host" / "web" / "package.json"
    web.parent.mkdir(parents=True)
    web.touch()
    os.utime(web, (0, 0))
    return root


BOARD_TEST = [
    "reach",
    "hold+reset",
    "reach",
    "hold",
    "look",
    "mip install unittest",
    "mount . run tests/device/run.py",
    "release+reset",
]


def test_board_test_runs_without_the_watchdog_and_starts_the_band_again(
    run_make, tree_with_device_tests
):
    result, calls = run_make("board-test", f"PORT={PORT}", cwd=tree_with_device_tests)
    assert result.returncode == 0, result.stderr
    assert what(calls) == BOARD_TEST


def test_board_test_that_fails_says_so_and_starts_the_band_again(run_make, tree_with_device_tests):
    result, calls = run_make(
        "board-test", f"PORT={PORT}", cwd=tree_with_device_tests, FAILS="mount"
    )
    assert result.returncode != 0
    assert f"tests failed on {PORT}" in result.stderr
    assert what(calls) == BOARD_TEST


def test_board_test_without_tests_says_so(run_make, tree_with_device_tests):
    (tree_with_device_tests / "tests" / "device" / "run.py").unlink()
    result, calls = run_make("board-test", f"PORT={PORT}", cwd=tree_with_device_tests)
    assert result.returncode != 0
    assert "tests/device/run.py is missing" in result.stderr
    assert calls == []
