"""The device tests in the unix VM and in the 32-bit VM, in the memory of a small board."""

import os
import re
import subprocess

import pytest

from pouch_sim.vm.process import find_micropython
from tests.device_vm import outcome
from tests.support import device_tree, vm32
from tests.support.device_tree import DEVICE, ROOT, RUN

# 96 kB for everything, the VM's own tables too: half of what a board has free.
HEAP_BYTES = 96_000
STAND_IN = ROOT / "tests" / "device_vm" / "unix"
# The same for objects of twice the width, see docs of the interpreter's option.
UNIX_HEAP = "96wK"
_TIMEOUT_S = 60

NEEDS_BOARD = "needs a board: this interpreter has no os.uname"
SKIPPED_IN_UNIX = {NEEDS_BOARD, "ticks wrap at 62 bits here, not at a board's 30"}
SKIPPED_IN_32_BITS = {
    NEEDS_BOARD,
    "no cryptolib in this interpreter",
    "leaves 40 kB of garbage and more, and here it is collected between tests only",
    "no asyncio.run in this interpreter: its event loop is the browser's",
    "no littlefs in this interpreter: logs, settings and copies lay in a plain folder",
    "this interpreter makes no native code: bytecode worked the numbers out",
    "without littlefs every write lasts at once",
    "without littlefs nobody knows when a file system is full",
}


def run_in_unix(tree):
    """Run the device tests of a tree in the unix VM."""
    return subprocess.run(
        [find_micropython(), "-X", f"heapsize={UNIX_HEAP}", RUN],
        cwd=tree,
        env=os.environ | {"MICROPYPATH": f"{STAND_IN}:.frozen"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )


def expected_count():
    """Return how many tests stand in the files of the list."""
    paths = [ROOT / (name.replace(".", "/") + ".py") for name in device_tree.listed_files()]
    return sum(len(re.findall(r"^def test_", path.read_text(), re.MULTILINE)) for path in paths)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """Return the tree as .mpy files, as a board has it."""
    return device_tree.build(tmp_path_factory.mktemp("device") / "tree", compiled=True)


def test_device_tests_pass_in_the_unix_vm(record_property):
    result = run_in_unix(ROOT)
    assert result.returncode == 0, result.stdout
    printed = outcome.read(result.stdout)
    assert printed.run + printed.skipped == expected_count()
    assert set(printed.reasons) == SKIPPED_IN_UNIX
    record_property("figure", printed.figure(f"unix VM, heap {UNIX_HEAP}"))


def test_device_tests_pass_in_the_32_bit_vm_in_96_kb(compiled, tmp_path, record_property):
    run = vm32.run(compiled, HEAP_BYTES, tmp_path / "report.json")
    assert run.passed, run.output
    printed = outcome.read(run.output)
    assert printed.run + printed.skipped == expected_count()
    # That none is about ticks or numbers says that this is a board's width.
    assert set(printed.reasons) == SKIPPED_IN_32_BITS
    assert run.outgrown == []
    assert run.peak_bytes <= HEAP_BYTES
    most = f"  most heap in use: {run.peak_bytes:,} bytes, in {run.hungriest}"
    figure = printed.figure(f"32-bit VM, heap {HEAP_BYTES:,} bytes")
    record_property("figure", f"{figure}\n{most}")


def test_list_names_every_file_and_files_that_exist():
    listed = device_tree.listed_files()
    assert len(set(listed)) == len(listed)
    assert device_tree.unlisted(DEVICE) == []
    assert all((ROOT / (name.replace(".", "/") + ".py")).exists() for name in listed)


def test_file_that_is_not_in_the_list_is_found(tmp_path):
    for name in ("run.py", "dialect.py", "forgotten.py"):
        (tmp_path / name).touch()
    assert device_tree.unlisted(tmp_path) == ["tests.device.forgotten"]
