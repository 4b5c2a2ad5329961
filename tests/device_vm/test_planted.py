"""What the runs of the device tests are worth: each fault that is put in is found."""

import pytest

from tests.device_vm import outcome
from tests.device_vm.test_device import HEAP_BYTES, run_in_unix
from tests.support import device_tree, vm32
from tests.support.device_tree import ROOT, listed_files

FAILING = "def test_planted():\n    assert 1 + 1 == 3\n"
RAISING = "def test_planted():\n    return [][1]\n"
EMPTY = "nothing = None\n"
BROKEN = "import no_such_module\n\n\ndef test_planted():\n    pass\n"
HUNGRY = "def test_planted():\n    assert [bytearray(1000) for _ in range(100)]\n"
# Two tests, each with 60 kB of garbage: together more than the heap.
FRUGAL = "".join(
    f"def test_{number}():\n    for _ in range(60):\n        bytearray(1000)\n\n\n"
    for number in (1, 2)
)
PLANTED = "tests.device.dialect"

# What each kind of end looks like, in the order of the names.
ALL_ENDS = """
from tests.support.on_band.device import skip

def test_errs():
    return {}["key"]

def test_fails():
    assert False, "for this reason"

def test_passes():
    pass

def test_skips():
    skip("not here")
"""


@pytest.fixture(scope="session")
def tree(tmp_path_factory):
    """Return a tree as text."""
    return device_tree.build(tmp_path_factory.mktemp("planted") / "tree")


def plant(tree, text):
    """Put a text in the place of one file of tests, and name it alone in the list."""
    (tree / (PLANTED.replace(".", "/") + ".py")).write_text(text)
    run = (ROOT / device_tree.RUN).read_text()
    first, last = (f'    "{listed_files()[index]}",\n' for index in (0, -1))
    begin, end = run.index(first), run.index(last) + len(last)
    (tree / device_tree.RUN).write_text(f'{run[:begin]}    "{PLANTED}",\n{run[end:]}')


def both(tree, text, tmp_path):
    """Run a text as a file of tests in both VMs; return whether each passed, and its output."""
    plant(tree, text)
    unix = run_in_unix(tree)
    yield unix.returncode == 0, unix.stdout
    run = vm32.run(tree, HEAP_BYTES, tmp_path / "report.json")
    yield run.passed, run.output


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FAILING, "AssertionError"),
        (RAISING, "IndexError"),
        (BROKEN, "no module named 'no_such_module'"),
        (EMPTY, "no test in it"),
    ],
)
def test_fault_fails_the_run_in_both_vms(tree, tmp_path, text, message):
    for passed, output in both(tree, text, tmp_path):
        assert not passed
        assert outcome.read(output).failed == 1
        assert message in output
        assert "1 device tests failed" in output.splitlines()[-1] + output.splitlines()[-2]


def test_heap_that_grows_is_found(tree, tmp_path):
    plant(tree, HUNGRY)
    run = vm32.run(tree, HEAP_BYTES, tmp_path / "report.json")
    assert run.passed
    assert f"{PLANTED} test_planted" in run.outgrown
    assert run.peak_bytes > HEAP_BYTES


def test_garbage_of_a_test_is_gone_before_the_next(tree, tmp_path):
    plant(tree, FRUGAL)
    run = vm32.run(tree, HEAP_BYTES, tmp_path / "report.json")
    assert run.passed
    assert run.outgrown == []
    assert 60_000 < run.peak_bytes < HEAP_BYTES


def test_stand_in_says_what_the_real_one_says(tree, tmp_path):
    ends = []
    for passed, output in both(tree, ALL_ENDS, tmp_path):
        assert not passed
        ends.append([line for line in output.splitlines() if "(tests.device." in line])
        printed = outcome.read(output)
        assert (printed.run, printed.failed, printed.reasons) == (3, 2, {"not here": 1})
        assert "for this reason" in output
        assert "KeyError" in output
    unix, real = ends
    assert unix == real
    assert [line.rpartition(" ...")[2] for line in real] == [
        " ERROR",
        " FAIL",
        " ok",
        " skipped: not here",
    ]
